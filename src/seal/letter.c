/*
 * A letter is four lines (form, row, address, subject) and the text. The form's line would tell
 * another one apart.
 */
#include "seal/letter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "sys/conf.h"

#define FORM "letter 1"
#define CREDENTIAL_NAME "courier-key"
#define KEY_FILE_MAX 256

int letter_public_load(const char *path, struct envelope_public *ret, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
	char text[KEY_FILE_MAX];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (n < 0)
		return err_set(err, E_CONFIG, "The courier's public key %s cannot be read: %s.",
			path, strerror(errno));
	return envelope_public_parse(sv_from(text, (size_t)n), ret, err);
}

int letter_private_load(const char *path, struct envelope_private *ret, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	int rc = conf_read_credential(CREDENTIAL_NAME, path, KEY_FILE_MAX, &text, err);

	return rc == 0 ? envelope_private_parse(buf_sv(&text), ret, err) : rc;
}

static bool is_line(struct sv s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return s.n <= max && utf8_valid(s);
}

int letter_seal(const struct envelope_public *to, const struct uuid *id,
	const struct letter *letter, struct buf *ret, struct err *err)
{
	struct buf plain CLEANUP(buf_wipe) = BUF_INIT;
	char row[UUID_TEXT_LEN + 1];

	if (!is_line(letter->to, LETTER_TO_MAX) || !is_line(letter->subject, LETTER_SUBJECT_MAX) ||
		letter->text.n > LETTER_TEXT_MAX || !utf8_valid(letter->text))
		return err_set(err, E_INVALID, "This cannot be sent as a letter.");
	uuid_format(id, row);
	buf_printf(&plain, FORM "\n%s\n", row);
	buf_add_sv(&plain, letter->to);
	buf_add_char(&plain, '\n');
	buf_add_sv(&plain, letter->subject);
	buf_add_char(&plain, '\n');
	buf_add_sv(&plain, letter->text);
	if (!buf_ok(&plain))
		return err_set(err, E_NO_MEMORY, NULL);
	return envelope_seal(to, buf_sv(&plain), ret, err);
}

int letter_open(const struct envelope_private *with, const struct uuid *id, struct sv sealed,
	struct buf *plain, struct letter *ret, struct err *err)
{
	char row[UUID_TEXT_LEN + 1];
	struct letter letter;
	struct sv rest;
	int rc = envelope_open(with, sealed, plain, err);

	if (rc < 0)
		return rc;
	uuid_format(id, row);
	rest = buf_sv(plain);
	if (!sv_eq_cstr(sv_cut(&rest, '\n'), FORM) || !sv_eq_cstr(sv_cut(&rest, '\n'), row))
		return err_set(err, E_CORRUPT, "A letter was sealed for another row.");
	letter.to = sv_cut(&rest, '\n');
	letter.subject = sv_cut(&rest, '\n');
	letter.text = rest.p == NULL ? SV("") : rest;
	*ret = letter;
	return 0;
}
