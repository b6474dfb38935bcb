/* Letters: what is sealed comes back, for its row and key alone; what would forge a header is refused. */
#include "seal/letter.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal/seal.h"
#include "unit/unit.h"

static struct envelope_private pair, other;
static const struct uuid row = {{1, 2, 3}}, another_row = {{1, 2, 4}};

static int setup(void **state)
{
	(void)state;
	seal_init();
	envelope_new(&pair);
	envelope_new(&other);
	return 0;
}

static void test_round_trip(void **state)
{
	static const struct letter letters[] = {
		{SV("ann@example.test"), SV("Reset your password"), SV("One\nTwo\n")},
		{SV("ünï@example.test"), SV("Größe"), SV("")},
		{SV(""), SV(""), SV("\n\n\n")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		struct buf sealed CLEANUP(buf_free) = BUF_INIT;
		struct buf plain CLEANUP(buf_wipe) = BUF_INIT;
		struct letter got;

		assert_int_equal(
			letter_seal(&pair.public_key, &row, &letters[i], &sealed, NULL), 0);
		assert_int_equal(
			letter_open(&pair, &row, buf_sv(&sealed), &plain, &got, NULL), 0);
		assert_true(sv_eq(got.to, letters[i].to));
		assert_true(sv_eq(got.subject, letters[i].subject));
		assert_true(sv_eq(got.text, letters[i].text));
	}
}

static void test_opens_for_its_row_and_key_only(void **state)
{
	const struct letter letter = {SV("a@b.test"), SV("s"), SV("t")};
	struct buf sealed CLEANUP(buf_free) = BUF_INIT;
	struct buf plain CLEANUP(buf_wipe) = BUF_INIT;
	struct letter got;

	(void)state;
	assert_int_equal(letter_seal(&pair.public_key, &row, &letter, &sealed, NULL), 0);
	assert_int_equal(
		letter_open(&pair, &another_row, buf_sv(&sealed), &plain, &got, NULL), E_CORRUPT);
	buf_reset(&plain);
	assert_int_equal(
		letter_open(&other, &row, buf_sv(&sealed), &plain, &got, NULL), E_CORRUPT);
	sealed.p[sealed.n - 1] ^= 1;
	assert_int_equal(
		letter_open(&pair, &row, buf_sv(&sealed), &plain, &got, NULL), E_CORRUPT);
	assert_int_equal(letter_open(&pair, &row, SV("short"), &plain, &got, NULL), E_CORRUPT);
	/* sealed for the key, but no letter */
	buf_reset(&sealed);
	assert_int_equal(
		envelope_seal(&pair.public_key, SV("something else"), &sealed, NULL), 0);
	assert_int_equal(
		letter_open(&pair, &row, buf_sv(&sealed), &plain, &got, NULL), E_CORRUPT);
}

static void test_refuses(void **state)
{
	static char long_text[LETTER_TEXT_MAX + 1];
	const struct {
		const char *label;
		struct letter letter;
	} cases[] = {
		{"a header behind the address", {SV("a@b.test\nBcc: c@d.test"), SV("s"), SV("t")}},
		{"a header behind the subject", {SV("a@b.test"), SV("s\r\nBcc: c@d.test"), SV("t")}},
		{"an escape in the subject", {SV("a@b.test"), SV("s\x1b[2J"), SV("t")}},
		{"an address that is no UTF-8", {SV("a\xff@b.test"), SV("s"), SV("t")}},
		{"a text that is no UTF-8", {SV("a@b.test"), SV("s"), SV("\xc3")}},
		{"a long text", {SV("a@b.test"), SV("s"), {long_text, sizeof(long_text)}}},
		{"a long subject", {SV("a@b.test"), {long_text, 256}, SV("")}},
	};

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf sealed CLEANUP(buf_free) = BUF_INIT;

		if (letter_seal(&pair.public_key, &row, &cases[i].letter, &sealed, NULL) !=
			E_INVALID)
			fail_msg("%s is taken", cases[i].label);
	}
}

static void write_file(const char *path, const struct buf *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text->p, 1, text->n, f), text->n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_key_files(void **state)
{
	char folder[] = "/tmp/test-letter-XXXXXX";
	char path[64];
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	struct envelope_private private_key;
	struct envelope_public public_key;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	assert_int_equal(letter_public_load(path, &public_key, NULL), E_CONFIG);
	assert_int_equal(letter_private_load(path, &private_key, NULL), E_CONFIG);
	envelope_private_format(&pair, &text);
	write_file(path, &text, 0644);
	assert_int_equal(letter_private_load(path, &private_key, NULL), E_CONFIG);
	write_file(path, &text, 0600);
	assert_int_equal(letter_private_load(path, &private_key, NULL), 0);
	assert_memory_equal(private_key.secret, pair.secret, sizeof(pair.secret));
	assert_int_equal(letter_public_load(path, &public_key, NULL), E_CONFIG);
	buf_reset(&text);
	envelope_public_format(&pair.public_key, &text);
	write_file(path, &text, 0600);
	assert_int_equal(letter_public_load(path, &public_key, NULL), 0);
	assert_memory_equal(public_key.b, pair.public_key.b, sizeof(public_key.b));
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_opens_for_its_row_and_key_only),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_key_files),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
