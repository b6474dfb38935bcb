/*
 * Statements as banks and other projects have written them: a public corpus, where there is one.
 * What is read of each file is kept in tests/data/statements under the file's SHA-256, checked by
 * hand; where the corpus says itself what is in a file, that is compared too.
 */
#include "unit/unit.h"

#include <dirent.h>

#include "unit/corpus.h"

#include "bank_util.h"
#include "seal/hash.h"
#include "wire/json.h"

#define FILE_MAX (16u << 20)

static bool slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char room[65536];
	size_t n;

	buf_init(out, FILE_MAX);
	if (f == NULL)
		return false;
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(out, room, n);
	fclose(f);
	return buf_ok(out);
}

static bool corpus_file(const char *name, struct buf *out)
{
	char path[4096];

	return corpus_path(name, path) && slurp(path, out);
}

static void expected_path(struct sv file, char path[4096])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t sum[SHA256_LEN];

	hash_sha256(file.p, file.n, sum);
	buf_add_hex(&hex, sum, sizeof(sum));
	snprintf(path, 4096, TOP_SRCDIR "/tests/data/statements/%s.txt", buf_cstr(&hex));
}

/* ---- what is kept here ---- */

static const char *const folders[] = {"mt940", "camt", "bai2", "ofx"};

static bool is_statement(const char *name)
{
	static const char *const ends[] = {".sta", ".xml", ".txt", ".ofx"};

	if (strstr(name, "LICENSE") != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (sv_ends_with(sv_from_cstr(name), sv_from_cstr(ends[i])))
			return true;
	return false;
}

static void check_kept(const char *name)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT,
			got CLEANUP(buf_free) = BUF_INIT;
	char path[4096];

	if (!corpus_file(name, &file))
		return;
	expected_path(buf_sv(&file), path);
	if (!slurp(path, &want))
		fail_msg("%s: nothing is kept at %s", name, path);
	(void)!bank_file_text(buf_sv(&file), &got);
	if (!sv_eq(buf_sv(&got), buf_sv(&want)))
		fail_msg("%s:\n%sinstead of\n%s", name, buf_cstr(&got), buf_cstr(&want));
}

static void test_kept(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[4096], name[512];
		DIR *dir = corpus_path(folders[i], path) ? opendir(path) : NULL;

		if (dir == NULL)
			continue;
		for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
			if (is_statement(e->d_name)) {
				snprintf(name, sizeof(name), "%s/%s", folders[i], e->d_name);
				check_kept(name);
				seen++;
			}
		closedir(dir);
	}
	if (seen == 0)
		skip();
}

/* ---- MT940: the values beside each file ---- */

struct reading {
	struct read_result r;
	struct arena a;
};

static void reading_free(struct reading *x)
{
	read_result_free(&x->r);
	arena_free(&x->a);
}

static void read_corpus(struct sv file, struct reading *ret)
{
	struct read_proposal p = {0};
	struct col_memory m;
	struct err err = {0};

	arena_init(&ret->a, 0);
	int rc = read_detect(source_of(file, &m), NULL, &ret->a, &p, &err);
	if (rc == 0)
		rc = read_file(source_of(file, &m), &p.mapping, &ret->r, &err);
	if (rc != 0)
		fail_msg("%s", err.detail);
}

static void cell_text(const struct reading *x, const char *field, uint32_t row, struct buf *out)
{
	const struct col *c = col_find(&x->r.table, COL_FIELD, sv_from_cstr(field));

	buf_reset(out);
	if (c != NULL && col_valid(c, row))
		col_format(&x->r.table, c, row, out);
}

/* The value behind "    key: " in one transaction of the oracle, without quotes; empty for null. */
static void oracle_value(struct sv block, const char *key, struct buf *out)
{
	char mark[64];
	int n = snprintf(mark, sizeof(mark), "\n    %s: ", key);
	const char *p = memmem(block.p, block.n, mark, (size_t)n);

	buf_reset(out);
	if (p == NULL)
		return;
	struct sv rest = sv_from(p + n, (size_t)(block.p + block.n - p) - (size_t)n);
	struct sv value = sv_trim(sv_cut(&rest, '\n'));
	if (value.n >= 2 && value.p[0] == '\'')
		value = sv_from(value.p + 1, value.n - 2);
	if (!sv_eq(value, SV("null")) && !sv_eq(value, SV("NONREF")))
		buf_add_sv(out, value);
}

/* As numbers: 9 and 9.00 are one. The oracle does not turn the sign of a reversal, which the
 * balances of the same file show to be wrong. */
static void check_amount(const char *name, uint32_t row, struct sv block, const struct buf *got)
{
	const char *p = memmem(block.p, block.n, "Decimal ['", 10);
	struct decimal_format plain = {'.', 0};
	int64_t want = 0, is = 1;

	CHECK(name, p != NULL);
	struct sv rest = sv_from(p + 10, (size_t)(block.p + block.n - p) - 10);
	CHECK_INT(name, decimal_parse(sv_cut(&rest, '\''), plain, 2, &want), 0);
	CHECK_INT(name, decimal_parse(buf_sv(got), plain, 2, &is), 0);
	if (memmem(block.p, block.n, "\n    status: R", 14) != NULL)
		want = -want;
	if (want != is)
		fail_msg("%s, row %u: %s", name, row, buf_cstr(got));
}

static void check_transaction(
	const char *name, const struct reading *x, uint32_t row, struct sv block)
{
	static const struct {
		const char *key, *field;
	} same[] = {{"customer_reference", "customer_reference"},
		{"bank_reference", "bank_reference"}, {"id", "code"},
		{"transaction_code", "business_code"}, {"prima_nota", "journal"},
		{"posting_text", "booking_text"}, {"return_debit_notes", "return_code"},
		{"applicant_iban", "party_account"}, {"applicant_bin", "party_bank"}};
	struct buf want CLEANUP(buf_free) = BUF_INIT, got CLEANUP(buf_free) = BUF_INIT;

	/* The oracle cuts at 16 characters, even inside of the // or behind it. */
	oracle_value(block, "customer_reference", &want);
	size_t first = strchr(buf_cstr(&want), '/') != NULL ? 2 : 0;

	cell_text(x, "amount", row, &got);
	check_amount(name, row, block, &got);
	for (size_t i = first; i < ARRAY_LEN(same); i++) {
		oracle_value(block, same[i].key, &want);
		cell_text(x, same[i].field, row, &got);
		if (want.n > 0 && !sv_eq(buf_sv(&want), buf_sv(&got)))
			fail_msg("%s, row %u: %s is %s, not %s", name, row, same[i].key,
				buf_cstr(&got), buf_cstr(&want));
	}
}

static void check_mt940(const char *name)
{
	static const char mark[] = "!!python/object:mt940.models.Transaction\n";
	struct buf file CLEANUP(buf_free) = BUF_INIT, oracle CLEANUP(buf_free) = BUF_INIT;
	struct reading x CLEANUP(reading_free) = {0};
	char path[256];
	uint32_t row = 0;

	snprintf(path, sizeof(path), "mt940/%s.sta", name);
	if (!corpus_file(path, &file))
		return;
	snprintf(path, sizeof(path), "mt940/%s.yml", name);
	assert_true(corpus_file(path, &oracle));
	read_corpus(buf_sv(&file), &x);
	const char *p = memmem(oracle.p, oracle.n, mark, sizeof(mark) - 1);
	while (p != NULL) {
		size_t left = (size_t)(oracle.p + oracle.n - p) - 1;
		const char *next = memmem(p + 1, left, mark, sizeof(mark) - 1);
		size_t n = next != NULL ? (size_t)(next - p) : left + 1;

		CHECK(name, row < x.r.table.rows);
		check_transaction(name, &x, row++, sv_from(p, n));
		p = next;
	}
	CHECK_INT(name, row, x.r.table.rows);
}

static void test_mt940_oracles(void **state)
{
	static const char *const names[] = {"betterplace_sepa_mt9401",
		"betterplace_with_binary_character", "jejik_abnamro", "jejik_generic", "jejik_ing",
		"self-provided_february_30"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check_mt940(names[i]);
}

/* ---- CAMT: the entries beside each file ---- */

static struct sv member_text(const struct json_object *o, const char *key)
{
	const struct json_object *m = NULL;

	return json_find(o, key, &m) && json_kind(m) == JSON_TEXT ? json_as_text(m) : SV_NULL;
}

static const struct json_object *member(const struct json_object *o, const char *key)
{
	const struct json_object *m = NULL;

	return json_find(o, key, &m) ? m : NULL;
}

/* "date amount currency status" of an entry of the oracle, whose amounts are minor units. */
static void entry_text(const struct json_object *e, struct buf *out)
{
	const struct json_object *money = member(e, "getAmount");
	struct sv day = member_text(member(e, "getBookingDate"), "0");
	int64_t minor = 0;

	assert_true(sv_to_i64(member_text(money, "getAmount"), INT64_MIN, INT64_MAX, &minor));
	buf_add_sv(out, sv_from(day.p, MIN(day.n, (size_t)10)));
	buf_add_char(out, ' ');
	decimal_format(minor, 2, out);
	buf_printf(out, " %s %s\n", member_text(member(money, "getCurrency"), "getCode").p,
		member_text(e, "getStatus").p);
}

static void rows_text(const struct reading *x, struct buf *out)
{
	static const char *const fields[] = {"date", "amount", "currency", "status"};
	struct buf cell CLEANUP(buf_free) = BUF_INIT;

	for (uint32_t r = 0; r < x->r.table.rows; r++)
		for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
			cell_text(x, fields[i], r, &cell);
			buf_add_sv(out, buf_sv(&cell));
			buf_add_char(out, i + 1 < ARRAY_LEN(fields) ? ' ' : '\n');
		}
}

static void check_camt(const char *name)
{
	struct buf file CLEANUP(buf_free) = BUF_INIT, oracle CLEANUP(buf_free) = BUF_INIT,
			rows CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct reading x CLEANUP(reading_free) = {0};
	char path[256];

	snprintf(path, sizeof(path), "camt/%s.xml", name);
	if (!corpus_file(path, &file))
		return;
	snprintf(path, sizeof(path), "camt/%s.json", name);
	assert_true(corpus_file(path, &oracle));
	CHECK_INT(name, json_parse(buf_sv(&oracle), 32, &root, NULL), 0);
	read_corpus(buf_sv(&file), &x);
	rows_text(&x, &rows);
	const struct json_object *entries = member(root, "getEntries");
	CHECK(name, json_count(entries) > 0);
	for (size_t i = 0; i < json_count(entries); i++) {
		struct buf entry CLEANUP(buf_free) = BUF_INIT;

		entry_text(json_at(entries, i), &entry);
		if (strstr(buf_cstr(&rows), buf_cstr(&entry)) == NULL)
			fail_msg(
				"%s: %s is not among\n%s", name, buf_cstr(&entry), buf_cstr(&rows));
	}
}

static void test_camt_oracles(void **state)
{
	static const char *const names[] = {"camt052.v2", "camt052.v4", "camt053.v2.five.decimals",
		"camt053.v2.minimal", "camt053.v2.multi.statement", "camt053.v4", "camt054.v4"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		check_camt(names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_mt940_oracles),
		cmocka_unit_test(test_camt_oracles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
