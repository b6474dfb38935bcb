/*
 * One character at a time: text, tag, or a section of characters (CDATA). What stands in front of
 * the first tag is the header of version 1.
 */
#include "read/ofx_tag.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "read/plant.h"

#define PIECE 65536u

enum state { TEXT, TAG, SECTION };

struct tags {
	const struct ofx_sink *sink;
	enum state state;
	struct buf tag;             /* what was read of the tag, or of the section */
	struct buf value;           /* text since the last tag, decoded */
	struct buf raw;             /* a reference that may go on */
	char leaf[OFX_TAG_MAX + 1]; /* whose value it is; empty: nobody's */
	uint32_t leaf_line, line;
};

static void tags_free(struct tags *t)
{
	buf_free(&t->tag);
	buf_free(&t->value);
	buf_free(&t->raw);
}

static int refuse(const struct tags *t, struct err *err, const char *what)
{
	return err_set(err, E_UNREADABLE, "Line %u: %s.", t->line, what);
}

/* ---- references ---- */

static uint32_t named(struct sv name)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''},
		{"nbsp", ' '}};
	uint64_t cp = 0;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (sv_eq_cstr(name, known[i].name))
			return known[i].cp;
	if (name.n > 1 && name.p[0] == '#' &&
		sv_to_u64(sv_from(name.p + 1, name.n - 1), 0x10ffff, &cp))
		return (uint32_t)cp;
	return 0;
}

/* Ends the reference: what is none stays as it was written. */
static void end_reference(struct tags *t, bool closed)
{
	char bytes[4];
	struct sv name = sv_from(t->raw.p + 1, t->raw.n - 1);
	uint32_t cp = closed ? named(name) : 0;
	size_t n = cp == 0 ? 0 : utf8_put(cp, bytes);

	if (n > 0) {
		buf_add(&t->value, bytes, n);
	} else {
		buf_add_sv(&t->value, buf_sv(&t->raw));
		if (closed)
			buf_add_char(&t->value, ';');
	}
	buf_reset(&t->raw);
}

static void add_text(struct tags *t, char c)
{
	if (t->raw.n > 0) {
		if (c == ';') {
			end_reference(t, true);
			return;
		}
		if (c != '&' && t->raw.n < 10 && (unsigned char)c > ' ') {
			buf_add_char(&t->raw, c);
			return;
		}
		end_reference(t, false);
	}
	buf_add_char(c == '&' ? &t->raw : &t->value, c);
}

/* ---- tags ---- */

static int end_value(struct tags *t, struct err *err)
{
	int rc = 0;

	if (t->raw.n > 0)
		end_reference(t, false);
	if (!buf_ok(&t->value))
		return refuse(t, err, "a value is longer than a value can be");
	struct sv value = sv_trim(buf_sv(&t->value));
	if (t->leaf[0] != '\0' && value.n > 0)
		rc = t->sink->value(t->sink->ctx, sv_from_cstr(t->leaf), value, t->leaf_line, err);
	t->leaf[0] = '\0';
	buf_reset(&t->value);
	return rc;
}

/* The name of the tag in capitals, without attributes and the slash of an empty element. */
static bool tag_name(struct sv s, char name[OFX_TAG_MAX + 1])
{
	size_t n = 0;

	while (n < s.n && (unsigned char)s.p[n] > ' ' && s.p[n] != '/') {
		if (n == OFX_TAG_MAX + PLANTED)
			return false;
		char c = s.p[n];
		name[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	name[n] = '\0';
	return n > 0;
}

static int end_tag(struct tags *t, struct err *err)
{
	struct sv s = buf_sv(&t->tag);
	char name[OFX_TAG_MAX + 1];
	int rc = 0;

	if (s.n == 0 || !buf_ok(&t->tag))
		return refuse(t, err, "a tag has no name, or one that is too long");
	if (s.p[0] == '?' || sv_starts_with(s, SV("!--")))
		return 0;
	if (s.p[0] == '!')
		return refuse(t, err, "it has a document type, which is not accepted");
	bool closes = s.p[0] == '/', empty = s.p[s.n - 1] == '/';
	if (!tag_name(closes ? sv_from(s.p + 1, s.n - 1) : s, name))
		return refuse(t, err, "a tag has no name, or one that is too long");
	rc = end_value(t, err);
	if (rc != 0)
		return rc;
	bool aggregate = ofx_is_aggregate(sv_from_cstr(name));
	if (!aggregate && !closes) {
		memcpy(t->leaf, name, sizeof(name));
		t->leaf_line = t->line;
	}
	if (aggregate && !closes)
		rc = t->sink->open(t->sink->ctx, sv_from_cstr(name), t->line, err);
	if (aggregate && rc == 0 && (closes || empty))
		rc = t->sink->close(t->sink->ctx, sv_from_cstr(name), t->line, err);
	return rc;
}

/* A character of a section; "]]>" ends it. */
static void add_section(struct tags *t, char c)
{
	struct sv s;

	buf_add_char(&t->value, c);
	s = buf_sv(&t->value);
	if (sv_ends_with(s, SV("]]>"))) {
		t->value.n -= 3;
		t->state = TEXT;
	}
}

static int add_tag(struct tags *t, char c, struct err *err)
{
	struct sv s = buf_sv(&t->tag);

	/* "A < B" is text, and so is what began like a tag. */
	if (s.n == 0 && strchr("/?!_", c) == NULL && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
		t->state = TEXT;
		buf_add_char(&t->value, '<');
		add_text(t, c);
		return 0;
	}
	if (c == '>' && !(sv_starts_with(s, SV("!--")) && !sv_ends_with(s, SV("--")))) {
		t->state = TEXT;
		return end_tag(t, err);
	}
	buf_add_char(&t->tag, c);
	if (sv_eq(buf_sv(&t->tag), SV("![CDATA["))) {
		if (t->raw.n > 0)
			end_reference(t, false);
		t->state = SECTION;
	}
	return 0;
}

static int take_char(struct tags *t, char c, struct err *err)
{
	t->line += c == '\n';
	switch (t->state) {
	case TEXT:
		if (c == '<') {
			buf_reset(&t->tag);
			t->state = TAG;
		} else {
			add_text(t, c);
		}
		break;
	case TAG:
		return add_tag(t, c, err);
	case SECTION:
		add_section(t, c);
		break;
	}
	return 0;
}

int ofx_tags(
	struct col_source src, enum encoding encoding, const struct ofx_sink *sink, struct err *err)
{
	struct tags t CLEANUP(tags_free) = {.sink = sink, .line = 1};
	char *piece CLEANUP(free_ptr) = malloc(PIECE);
	struct text_source text;
	size_t n = 1;
	int rc = 0;

	if (piece == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	buf_init(&t.tag, OFX_VALUE_MAX);
	buf_init(&t.value, OFX_VALUE_MAX);
	text_source_init(&text, src, encoding, src.size);
	while (rc == 0 && n > 0) {
		rc = text_source_read(&text, piece, PIECE, &n, err);
		for (size_t i = 0; i < n && rc == 0; i++)
			rc = take_char(&t, piece[i], err);
		if (rc == 0 && (!buf_ok(&t.value) || !buf_ok(&t.tag)))
			rc = refuse(&t, err, "a value is longer than a value can be");
	}
	return rc;
}
