/*
 * The table of formats, and telling them apart by content. A name's extension counts for nothing
 * here: what a file is taken for is what it is.
 */
#include "read/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "read/bai2.h"
#include "read/camt.h"
#include "read/csv.h"
#include "read/detect.h"
#include "read/encoding.h"
#include "read/jsonl.h"
#include "read/lines.h"
#include "read/mt940.h"
#include "read/ods.h"
#include "read/ofx.h"
#include "read/qif.h"
#include "read/xls.h"
#include "read/xlsx.h"

/* Text without most controls: what is nothing else. UTF-16 has NULs, CSV else has none to speak of.
 */
static bool csv_sniff(const struct sniff *s)
{
	enum encoding encoding = encoding_guess(s->head, false);
	size_t odd = 0;

	if (encoding == ENCODING_UTF_16LE || encoding == ENCODING_UTF_16BE)
		return true;
	for (size_t i = 0; i < s->head.n; i++) {
		unsigned char c = (unsigned char)s->head.p[i];

		odd += c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1a;
	}
	return odd * 100 <= s->head.n;
}

/* Of formats made of lines: the whole file tells its encoding. */
static int choose_encoding(struct detect *d, struct err *err)
{
	return lines_encoding(d->src, &d->dialect.encoding, err);
}

static const struct format formats[FORMAT_COUNT] = {
	[FORMAT_ODS] = {.sniff = ods_sniff, .feed = ods_feed, .choose = ods_choose},
	[FORMAT_XLSX] = {.sniff = xlsx_sniff, .feed = xlsx_feed, .choose = xlsx_choose},
	[FORMAT_XLS] = {.sniff = xls_sniff, .feed = xls_feed, .choose = xls_choose},
	[FORMAT_CAMT] = {.sniff = camt_sniff, .feed = camt_feed},
	[FORMAT_MT940] = {.sniff = mt940_sniff, .feed = mt940_feed, .choose = choose_encoding},
	[FORMAT_BAI2] = {.sniff = bai2_sniff, .feed = bai2_feed, .choose = choose_encoding},
	[FORMAT_OFX] = {.sniff = ofx_sniff, .feed = ofx_feed, .choose = choose_encoding},
	[FORMAT_QIF] = {.sniff = qif_sniff, .feed = qif_feed, .choose = qif_choose},
	[FORMAT_JSONL] = {.sniff = jsonl_sniff, .feed = jsonl_feed},
	[FORMAT_CSV] = {.sniff = csv_sniff, .read = csv_read},
};

static const char *const words[] = {
#define FORMAT(id, word, members) word,
#include "read/format.def"
#undef FORMAT
};

const struct format *format_by_id(enum format_id id)
{
	return &formats[id];
}

const char *format_word(const struct format *f)
{
	return words[f - formats];
}

const struct format *format_by_word(struct sv word)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		if (sv_eq_cstr(word, words[i]))
			return &formats[i];
	return NULL;
}

/* ---- by content ---- */

/* Whether the text goes on, behind the first and blanks, with one of next or not at all. */
static bool opens(struct sv text, const char *first, const char *next)
{
	struct sv mark = sv_from_cstr(first);

	if (text.n < mark.n || !sv_eq_nocase(sv_from(text.p, mark.n), mark))
		return false;
	struct sv rest = sv_trim(sv_from(text.p + mark.n, text.n - mark.n));
	return next == NULL || rest.n == 0 || strchr(next, rest.p[0]) != NULL;
}

/* What is no table, though it is text or may look like it. */
static const struct {
	const char *first, *next;
	const char *what;
} foreign_texts[] = {
	{"{", "\"},:[", "a JSON document"},
	{"[", "{[]\",:-0123456789", "a JSON document"},
	{"<!doctype", NULL, "a web page or an XML document"},
	{"<html", NULL, "a web page"},
	{"<?xml", NULL, "an XML document of no kind that is read"},
	{"%PDF-", NULL, "a PDF document"},
	{"{\\rtf", NULL, "a text document (RTF)"},
};

static const struct {
	struct sv first;
	const char *what;
} foreign_bytes[] = {
	{{"PK\x03\x04", 4}, "an archive or document (ZIP) of no kind that is read"},
	{{"PK\x05\x06", 4}, "an empty archive (ZIP)"},
	{{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, "an Office document of no kind that is read"},
	{{"\x1f\x8b", 2}, "compressed (gzip)"},
	{{"\x28\xb5\x2f\xfd", 4}, "compressed (zstd)"},
	{{"BZh", 3}, "compressed (bzip2)"},
	{{"\xfd"
	  "7zXZ",
		 5},
		"compressed (xz)"},
	{{"7z\xbc\xaf", 4}, "an archive (7z)"},
	{{"Rar!", 4}, "an archive (RAR)"},
	{{"\x89PNG", 4}, "a picture"},
	{{"\xff\xd8\xff", 3}, "a picture"},
	{{"\x7f"
	  "ELF",
		 4},
		"a program"},
};

/* In brackets from its first character to its last. */
static bool in_brackets(const struct sniff *s)
{
	struct sv text = sv_trim(s->text);

	return s->whole && text.n >= 2 &&
	       ((text.p[0] == '[' && text.p[text.n - 1] == ']') ||
		       (text.p[0] == '{' && text.p[text.n - 1] == '}'));
}

static const char *foreign(const struct sniff *s)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_bytes); i++)
		if (sv_starts_with(s->head, foreign_bytes[i].first))
			return foreign_bytes[i].what;
	for (size_t i = 0; i < ARRAY_LEN(foreign_texts); i++)
		if (opens(s->text, foreign_texts[i].first, foreign_texts[i].next))
			return foreign_texts[i].what;
	return in_brackets(s) ? "a JSON document, or meant to be one" : NULL;
}

/* The head as UTF-8, without what may stand before the first mark of a text. */
static int sniff_text(struct sniff *s, char *to, size_t cap, struct err *err)
{
	struct text_source t;
	size_t used = 0, got = 1;

	text_source_init(&t, s->src, encoding_guess(s->head, s->whole), s->head.n);
	while (got > 0 && cap - used >= 64) {
		int rc = text_source_read(&t, to + used, cap - used, &got, err);

		if (rc != 0)
			return rc;
		used += got;
	}
	s->text = sv_from(to, used);
	while (s->text.n > 0 && memchr(" \t\r\n\f", s->text.p[0], 5) != NULL)
		s->text = sv_from(s->text.p + 1, s->text.n - 1);
	return 0;
}

static int tell(const struct sniff *s, const struct format *otherwise, const struct format **ret,
	struct err *err)
{
	const char *what = foreign(s);

	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		/* The last one takes any text: but not what is known to be something else. */
		if (i == FORMAT_COUNT - 1 && what != NULL)
			break;
		if (formats[i].sniff(s)) {
			*ret = &formats[i];
			return 0;
		}
	}
	if (what != NULL)
		return err_set(err, E_UNREADABLE, "The file is no table: it is %s.", what);
	if (otherwise != NULL) {
		*ret = otherwise;
		return 0;
	}
	return err_set(err, E_UNREADABLE, "The content is none of the formats that are read.");
}

int format_of(struct col_source src, const struct format *otherwise, const struct format **ret,
	struct err *err)
{
	size_t n = (size_t)MIN(src.size, (uint64_t)SNIFF_BYTES);
	size_t cap = n * 3 + 128; /* a byte of the file is at most three of UTF-8 */
	char *head CLEANUP(free_ptr) = malloc(n + cap + 1);
	struct sniff s = {.src = src, .whole = n == src.size};

	if (src.size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (head == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = src.pread(src.ctx, 0, head, n, err);
	if (rc != 0)
		return rc;
	s.head = sv_from(head, n);
	rc = sniff_text(&s, head + n, cap, err);
	return rc != 0 ? rc : tell(&s, otherwise, ret, err);
}
