#ifndef READ_XML_H
#define READ_XML_H
/*
 * XML 1.0 from hostile hands, as a stream of events: a pull reader for documents without a document
 * type. There is no DTD and therefore no entity but the five of XML itself and character
 * references; nothing outside is ever asked for. Names are given without their prefix, since
 * producers choose those freely and the vocabularies read here have no two elements of one local
 * name.
 *
 * Checked: tags nest, one root, attributes are quoted and not repeated, references are known.
 * Not checked: characters of names, the content of comments, whether text is valid UTF-8 (what
 * becomes a cell is checked there).
 *
 * E_UNREADABLE, with what is wrong: not well-formed, a document type, cut short, an encoding that
 * is not UTF-8. E_LIMIT: deeper than XML_DEPTH_MAX, a tag of more than XML_TOKEN_MAX bytes or
 * XML_ATTRS_MAX attributes. Memory: a window of up to twice XML_TOKEN_MAX.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define XML_DEPTH_MAX 64u
#define XML_ATTRS_MAX 128u
#define XML_TOKEN_MAX (1u << 20)

/* Up to cap bytes of UTF-8; *ret_n == 0 at the end. */
typedef int xml_read_fn(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err);

enum xml_event {
	XML_EOF,
	XML_START,
	XML_END,  /* also behind the START of an element without content */
	XML_TEXT, /* a piece of it: one run of text may come in several */
};

struct xml_attr {
	struct sv name;
	struct sv value;
};

struct xml {
	/* Of the last event; valid until the next. */
	struct sv name; /* of START and END */
	struct xml_attr attrs[XML_ATTRS_MAX];
	uint32_t nattrs;
	struct sv text;
	uint32_t depth; /* elements open, with that of START, without that of END */
	/* Private. */
	xml_read_fn *read;
	void *ctx;
	char *window;
	size_t cap, n, at;
	bool eof, closing, rooted, started;
	bool transcoded; /* set by the caller: the bytes are UTF-8 whatever the declaration says */
	struct buf decoded;
	struct buf names; /* of the open elements */
	uint32_t name_at[XML_DEPTH_MAX];
};

MUST_CHECK int xml_open(struct xml *x, xml_read_fn *read, void *ctx, struct err *err);
void xml_close(struct xml *x); /* also the CLEANUP function */
MUST_CHECK int xml_next(struct xml *x, enum xml_event *ret, struct err *err);
/* The attribute's value; p NULL when the last START has none of this name. */
struct sv xml_attr(const struct xml *x, const char *name);
/* Names are short: comparing them here is quicker than asking libc. */
static inline bool xml_same(struct sv s, const char *name)
{
	size_t i = 0;

	while (i < s.n && name[i] == s.p[i] && name[i] != '\0')
		i++;
	return i == s.n && name[i] == '\0';
}
static inline bool xml_is(const struct xml *x, const char *name)
{
	return xml_same(x->name, name);
}
/* Steps over the element that the last START opened, with all that is in it. */
MUST_CHECK int xml_skip(struct xml *x, struct err *err);
/* Appends all text within the element that the last START opened, and steps behind its END. */
MUST_CHECK int xml_collect(struct xml *x, struct buf *out, struct err *err);

#endif
