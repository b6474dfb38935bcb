/*
 * Type by content. libmagic recognises what is certainly something else (an executable, a picture,
 * a PDF, HTML); among texts it only guesses, so a text type takes every text that is not in the
 * table of known others, provided that it has no bytes that no text has.
 */
#include "scan/content.h"

#include <stdlib.h>
#include <string.h>

#include <magic.h>

struct content {
	magic_t magic;
};

/* Media types that a text file may have besides text/...; and texts that are no table. */
static const char *const also_text[] = {"application/csv", "application/json",
	"application/x-ndjson", "application/x-wine-extension-ini", "message/rfc822",
	"message/news", "application/x-setupscript"};
/* Each starts with its mark; without it libmagic has only seen such text inside of a cell. */
static const struct {
	const char *mime;
	char mark;
} not_a_table[] = {{"text/html", '<'}, {"text/xml", '<'}, {"text/x-php", '<'}, {"text/rtf", '{'},
	{"text/x-shellscript", '#'}};

int content_new(struct content **ret_content, struct err *err)
{
	struct content *c CLEANUP(content_free) = calloc(1, sizeof(*c));

	if (!c)
		return err_set(err, E_NO_MEMORY, NULL);
	c->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_CSV);
	if (!c->magic)
		return err_set(err, E_NO_MEMORY, NULL);
	if (magic_load(c->magic, NULL) != 0)
		return err_set(err, E_CONFIG, "libmagic's database cannot be loaded: %s.",
			magic_error(c->magic));
	*ret_content = TAKE(c);
	return 0;
}

void content_free(struct content **c)
{
	if (!*c)
		return;
	if ((*c)->magic)
		magic_close((*c)->magic);
	free(*c);
	*c = NULL;
}

static bool mime_is_text(const char *mime)
{
	if (strncmp(mime, "text/", 5) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(also_text); i++)
		if (strcmp(mime, also_text[i]) == 0)
			return true;
	/* Text in an old code page, and UTF-16 without a mark. */
	return strcmp(mime, "application/octet-stream") == 0;
}

static bool is_other_text(const char *mime, struct sv head)
{
	if (sv_starts_with(head, SV("\xef\xbb\xbf")))
		head = sv_from(head.p + 3, head.n - 3);
	head = sv_trim(head);
	for (size_t i = 0; i < ARRAY_LEN(not_a_table); i++)
		if (strcmp(mime, not_a_table[i].mime) == 0)
			return head.n > 0 && head.p[0] == not_a_table[i].mark;
	return false;
}

/* UTF-16 by its byte order mark, or by every other byte being zero at the start of a table. */
static bool looks_utf16(const uint8_t *p, size_t n)
{
	if (n < 4)
		return false;
	if ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))
		return true;
	return (p[0] == 0 && p[1] && p[2] == 0 && p[3]) || (p[0] && p[1] == 0 && p[2] && p[3] == 0);
}

/* Position of the first byte that no text has, or n. Tab, line ends, form feed and the DOS end mark
 * occur in exports of old systems. */
static size_t first_binary(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 && !(p[i] >= 0x09 && p[i] <= 0x0d) && p[i] != 0x1a)
			return i;
	return n;
}

static int check_text(struct content *c, bool markup, const void *head, size_t n, struct err *err)
{
	const char *mime = magic_buffer(c->magic, head, n);
	size_t at;

	if (!mime)
		return err_set(err, E_FILE_UNSCANNABLE, "Its type cannot be told.");
	bool xml = markup && strcmp(mime, "text/xml") == 0;
	if (!mime_is_text(mime) || (!xml && is_other_text(mime, sv_from(head, n))))
		return err_set(err, E_FILE_TYPE, "It is not a table but %s.", mime);
	if (looks_utf16(head, n))
		return 0;
	at = first_binary(head, n);
	if (at < n)
		return err_set(err, E_FILE_TYPE, "It is not text: byte %zu is binary.", at + 1);
	return 0;
}

/* What is no text begins with these bytes. */
static const struct sv marks[] = {
	[FILE_FORM_ZIP] = {"PK\x03\x04", 4},
	[FILE_FORM_OLE] = {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8},
	[FILE_FORM_GZIP] = {"\x1f\x8b\x08", 3},
};

int content_check(
	struct content *c, enum file_type type, const void *head, size_t n, struct err *err)
{
	if (n == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (!file_type_word(type))
		return err_set(err, E_FILE_TYPE, "Files of this type are not accepted.");
	enum file_form form = file_type_form(type);
	if (form == FILE_FORM_TEXT || form == FILE_FORM_MARKUP)
		return check_text(c, form == FILE_FORM_MARKUP, head, n, err);
	if (!sv_starts_with(sv_from(head, n), marks[form]))
		return err_set(err, E_FILE_TYPE, "It does not begin as a file of the type %s does.",
			file_type_word(type));
	return 0;
}
