/*
 * The audit chain: what a row's hash is taken of, what a checkpoint is, and that every kind of
 * tampering is told from every other, on a log of 40 rows with checkpoints at 10, 20, 30 and 38.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "seal/chain.h"
#include "seal/chain_check.h"

#define ROWS 40
#define T0 INT64_C(1795400000000000)

static struct sign_pair pair;
static struct sign_ring ring;
static struct arena arena;

struct log {
	struct chain_row rows[2 * ROWS];
	size_t n;
	struct chain_checkpoint cps[8];
	size_t ncps;
};

/* --- a log ------------------------------------------------------------------------------------ */

static void rehash(struct chain_row *row)
{
	assert_int_equal(0, chain_hash(row, row->hash, NULL));
}

static struct chain_row row_of(int64_t seq)
{
	struct chain_row row = {.seq = seq,
		.ts = T0 + seq * 1000000,
		.actor_kind = SV("user"),
		.action = seq % 3 ? SV("job.create") : SV("session.refuse"),
		.object_kind = SV("job"),
		.outcome = SV("done"),
		.request_id = seq % 2 ? SV("0123456789abcdef") : SV_NULL,
		.details = seq % 5 ? SV_NULL : SV("{\"count\":3,\"text\":\"\xc3\xa4 \\\"\"}")};

	row.id.b[0] = (uint8_t)seq;
	row.actor_id.b[15] = 7;
	return row;
}

/* Rows with something personal have a salt. */
static void add_personal(struct chain_row *row)
{
	uint8_t hash[SHA256_LEN];
	char salt[CHAIN_SALT_LEN];

	memset(salt, (int)row->seq, sizeof(salt));
	row->personal = SV("{\"address\":\"192.0.2.1\"}");
	row->salt = arena_sv(&arena, sv_from(salt, sizeof(salt)));
	chain_personal_hash(row->salt, row->personal, hash);
	row->personal_hash = arena_sv(&arena, sv_from((const char *)hash, sizeof(hash)));
}

static void sign(struct log *l, int64_t seq)
{
	struct chain_checkpoint cp = {
		.seq = seq, .count = seq, .ts = l->rows[seq - 1].ts + 500000};

	memcpy(cp.hash, l->rows[seq - 1].hash, SHA256_LEN);
	assert_int_equal(0, chain_checkpoint_sign(&cp, &pair, NULL));
	l->cps[l->ncps++] = cp;
}

/* From row i on, every row is hung behind the one before it and hashed anew. */
static void relink(struct log *l, size_t i)
{
	for (; i < l->n; i++) {
		if (i > 0)
			memcpy(l->rows[i].prev_hash, l->rows[i - 1].hash, SHA256_LEN);
		rehash(&l->rows[i]);
	}
}

static void make(struct log *l)
{
	memset(l, 0, sizeof(*l));
	for (l->n = 0; l->n < ROWS; l->n++) {
		l->rows[l->n] = row_of((int64_t)l->n + 1);
		if (l->n % 4 == 0)
			add_personal(&l->rows[l->n]);
	}
	relink(l, 0);
	sign(l, 10);
	sign(l, 20);
	sign(l, 30);
	sign(l, 38);
}

static void drop(struct log *l, size_t i, size_t n)
{
	memmove(&l->rows[i], &l->rows[i + n], (l->n - i - n) * sizeof(l->rows[0]));
	l->n -= n;
}

static void put(struct log *l, size_t i, const struct chain_row *row)
{
	memmove(&l->rows[i + 1], &l->rows[i], (l->n - i) * sizeof(l->rows[0]));
	l->rows[i] = *row;
	l->n++;
}

static void renumber(struct log *l, size_t from, int64_t by)
{
	for (size_t i = from; i < l->n; i++)
		l->rows[i].seq += by;
}

static void report(const struct log *l, struct chain_report *ret)
{
	struct chain_check *c CLEANUP(chain_check_free) = NULL;

	assert_int_equal(0, chain_check_new(&c, NULL));
	for (size_t i = 0; i < l->n; i++)
		assert_int_equal(0, chain_check_row(c, &l->rows[i], NULL));
	for (size_t i = 0; i < l->ncps; i++)
		assert_int_equal(0, chain_check_checkpoint(c, &l->cps[i], &ring, NULL));
	assert_int_equal(0, chain_check_end(c, ret, NULL));
}

/* --- what somebody does to it ----------------------------------------------------------------- */

static void nothing(struct log *l)
{
	(void)l;
}

static void erase(struct log *l)
{
	l->rows[4].personal = l->rows[4].salt = SV_NULL;
}

static void edit(struct log *l)
{
	l->rows[16].outcome = SV("refused");
}

static void edit_hash(struct log *l)
{
	edit(l);
	rehash(&l->rows[16]);
}

static void edit_time(struct log *l)
{
	l->rows[16].ts -= 3600 * INT64_C(1000000);
}

static void edit_personal(struct log *l)
{
	l->rows[16].personal = SV("{\"address\":\"192.0.2.2\"}");
}

static void edit_details(struct log *l)
{
	l->rows[14].details = SV("{\"count\":4}");
}

static void edit_three(struct log *l)
{
	l->rows[5].action = l->rows[6].action = l->rows[7].action = SV("x.y");
}

static void renumber_all(struct log *l)
{
	renumber(l, 0, 1);
}

static void insert(struct log *l)
{
	struct chain_row row = row_of(18);

	row.action = SV("user.create");
	memcpy(row.prev_hash, l->rows[16].hash, SHA256_LEN);
	rehash(&row);
	put(l, 17, &row);
}

static void insert_renumbered(struct log *l)
{
	insert(l);
	renumber(l, 18, 1);
}

static void insert_unlinked(struct log *l)
{
	struct chain_row row = row_of(18);

	memset(row.prev_hash, 0x55, SHA256_LEN);
	rehash(&row);
	put(l, 17, &row);
}

static void insert_copy(struct log *l)
{
	put(l, 25, &l->rows[17]);
}

/* A copy that says something else, with the hash of the row that it stands in front of. */
static void insert_changed_copy(struct log *l)
{
	struct chain_row row = l->rows[17];

	row.action = SV("user.create");
	put(l, 17, &row);
}

static void insert_behind_signed(struct log *l)
{
	struct chain_row row = row_of(39);

	drop(l, 38, 2);
	memset(row.prev_hash, 0x55, SHA256_LEN);
	rehash(&row);
	put(l, 38, &row);
}

static void delete_one(struct log *l)
{
	drop(l, 16, 1);
}

static void delete_some(struct log *l)
{
	drop(l, 11, 14);
}

static void delete_renumbered(struct log *l)
{
	drop(l, 16, 2);
	renumber(l, 16, -2);
}

static void delete_first(struct log *l)
{
	drop(l, 0, 3);
}

static void swap(struct log *l)
{
	struct chain_row row = l->rows[16];

	l->rows[16] = l->rows[18];
	l->rows[18] = row;
}

static void swap_renumbered(struct log *l)
{
	swap(l);
	l->rows[16].seq = 17;
	l->rows[18].seq = 19;
}

static void move_up(struct log *l)
{
	struct chain_row row = l->rows[30];

	drop(l, 30, 1);
	put(l, 5, &row);
}

static void truncate_log(struct log *l)
{
	l->n = 25;
}

static void truncate_all(struct log *l)
{
	l->n = 0;
}

static void truncate_unsigned(struct log *l)
{
	l->n = 38;
}

static void restamp(struct log *l)
{
	for (size_t i = 16; i < l->n; i++)
		l->rows[i].ts += 7200 * INT64_C(1000000);
	relink(l, 16);
}

static void edit_and_relink(struct log *l)
{
	edit(l);
	relink(l, 16);
}

static void delete_and_relink(struct log *l)
{
	drop(l, 16, 1);
	renumber(l, 16, -1);
	relink(l, 16);
}

static void truncate_and_go_on(struct log *l)
{
	l->n = 25;
	for (int64_t seq = 26; seq <= 40; seq++) {
		l->rows[l->n] = row_of(seq);
		l->rows[l->n++].action = SV("z.z");
	}
	relink(l, 25);
}

static void sign_with_another(struct log *l)
{
	struct sign_pair other;

	edit_and_relink(l);
	sign_pair_new(&other);
	l->ncps = 1;
	l->cps[1] = l->cps[0];
	l->cps[1].seq = l->cps[1].count = 38;
	memcpy(l->cps[1].hash, l->rows[37].hash, SHA256_LEN);
	assert_int_equal(0, chain_checkpoint_sign(&l->cps[1], &other, NULL));
	l->ncps = 2;
}

static void checkpoint_edited(struct log *l)
{
	l->cps[1].ts++;
}

static void edit_and_delete(struct log *l)
{
	l->rows[3].outcome = SV("refused");
	drop(l, 20, 2);
}

static const struct {
	const char *label;
	void (*act)(struct log *l);
	struct chain_finding want[3];
	size_t n;
} cases[] = {
	{"nothing", nothing, {{0}}, 0},
	{"erasure", erase, {{0}}, 0},
	{"edit", edit, {{CHAIN_EDIT, 17, 17, NULL}}, 1},
	{"edit, its hash made anew", edit_hash, {{CHAIN_EDIT, 17, 17, NULL}}, 1},
	{"edit of the time", edit_time, {{CHAIN_EDIT, 17, 17, NULL}}, 1},
	{"edit of something personal", edit_personal, {{CHAIN_EDIT, 17, 17, NULL}}, 1},
	{"edit of details", edit_details, {{CHAIN_EDIT, 15, 15, NULL}}, 1},
	{"edit of three", edit_three, {{CHAIN_EDIT, 6, 8, NULL}}, 1},
	{"other numbers for all", renumber_all, {{CHAIN_EDIT, 2, 2, NULL}}, 1},
	{"insertion", insert, {{CHAIN_INSERTION, 18, 18, NULL}}, 1},
	{"insertion, others renumbered", insert_renumbered, {{CHAIN_INSERTION, 18, 18, NULL}}, 1},
	{"insertion behind nothing", insert_unlinked, {{CHAIN_INSERTION, 18, 18, NULL}}, 1},
	{"insertion of a copy", insert_copy, {{CHAIN_INSERTION, 18, 18, NULL}}, 1},
	{"insertion of a changed copy", insert_changed_copy, {{CHAIN_INSERTION, 18, 18, NULL}}, 1},
	{"insertion behind a signed row", insert_behind_signed,
		{{CHAIN_INSERTION, 39, 39, NULL}}, 1},
	{"deletion", delete_one, {{CHAIN_DELETION, 17, 17, NULL}}, 1},
	{"deletion over a checkpoint", delete_some, {{CHAIN_DELETION, 12, 25, NULL}}, 1},
	{"deletion, others renumbered", delete_renumbered, {{CHAIN_DELETION, 17, 18, NULL}}, 1},
	{"deletion of the first", delete_first, {{CHAIN_DELETION, 1, 3, NULL}}, 1},
	{"reordering", swap, {{CHAIN_REORDERING, 17, 19, NULL}}, 1},
	{"reordering with numbers", swap_renumbered, {{CHAIN_REORDERING, 17, 19, NULL}}, 1},
	{"reordering of one", move_up, {{CHAIN_REORDERING, 6, 31, NULL}}, 1},
	{"truncation", truncate_log, {{CHAIN_TRUNCATION, 26, 38, NULL}}, 1},
	{"truncation to nothing", truncate_all, {{CHAIN_TRUNCATION, 1, 38, NULL}}, 1},
	{"truncation of what nobody signed", truncate_unsigned, {{0}}, 0},
	{"restamping", restamp, {{CHAIN_RESTAMPING, 11, 40, NULL}}, 1},
	{"edit, all hashes made anew", edit_and_relink, {{CHAIN_RESTAMPING, 11, 40, NULL}}, 1},
	{"deletion, all hashes made anew", delete_and_relink,
		{{CHAIN_RESTAMPING, 11, 39, NULL}}, 1},
	{"truncation, then other rows", truncate_and_go_on,
		{{CHAIN_RESTAMPING, 21, 40, NULL}}, 1},
	{"signed with another key", sign_with_another, {{CHAIN_FORGERY, 38, 38, NULL}}, 1},
	{"an edited checkpoint", checkpoint_edited, {{CHAIN_FORGERY, 20, 20, NULL}}, 1},
	{"two things at once", edit_and_delete,
		{{CHAIN_DELETION, 21, 22, NULL}, {CHAIN_EDIT, 4, 4, NULL}}, 2},
};

static void test_each_tampering_is_named(void **state)
{
	static struct log l;
	static struct chain_report r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make(&l);
		cases[i].act(&l);
		report(&l, &r);
		for (size_t k = 0; k < r.n; k++)
			if (k >= cases[i].n || r.findings[k].kind != cases[i].want[k].kind ||
				r.findings[k].from != cases[i].want[k].from ||
				r.findings[k].to != cases[i].want[k].to)
				fail_msg("%s: %s of %d to %d (%s)", cases[i].label,
					chain_kind_word(r.findings[k].kind),
					(int)r.findings[k].from, (int)r.findings[k].to,
					r.findings[k].text);
		if (r.n != cases[i].n)
			fail_msg("%s: %zu findings", cases[i].label, r.n);
		assert_int_equal((int64_t)l.n, r.rows);
	}
}

static void test_what_is_signed_is_said(void **state)
{
	static struct log l;
	static struct chain_report r;

	(void)state;
	make(&l);
	report(&l, &r);
	assert_int_equal(4, r.checkpoints);
	assert_int_equal(38, r.signed_seq);
	assert_int_equal(l.cps[3].ts, r.signed_ts);
	l.ncps = 0;
	report(&l, &r);
	assert_int_equal(0, r.n);
	assert_int_equal(0, r.signed_seq);
}

/* No change of any byte of a line goes by, wherever it is. */
static void test_every_byte_counts(void **state)
{
	static struct log l;
	static struct chain_report r;
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	size_t tried = 0;

	(void)state;
	make(&l);
	chain_row_format(&l.rows[4], &line);
	for (size_t i = 0; i < line.n; i++) {
		struct chain_row was = l.rows[4];
		char byte = line.p[i];

		line.p[i] = byte == '1' ? '2' : byte == 'z' ? 'y' : (char)(byte + 1);
		if (chain_row_parse(buf_sv(&line), &arena, &l.rows[4], NULL) == 0) {
			report(&l, &r);
			if (r.n == 0)
				fail_msg("byte %zu of %s", i, buf_cstr(&line));
			tried++;
		}
		l.rows[4] = was;
		line.p[i] = byte;
	}
	assert_true(tried > 200);
}

static void test_findings_beyond_the_most_are_counted(void **state)
{
	static struct chain_report r;
	struct chain_check *c CLEANUP(chain_check_free) = NULL;

	(void)state;
	assert_int_equal(0, chain_check_new(&c, NULL));
	for (int64_t i = 1; i <= 300; i++) {
		struct chain_row row = row_of(2 * i);

		rehash(&row);
		row.outcome = SV("failed");
		assert_int_equal(0, chain_check_row(c, &row, NULL));
	}
	chain_check_damage(c);
	assert_int_equal(0, chain_check_end(c, &r, NULL));
	assert_int_equal(CHAIN_FINDINGS_MAX, r.n);
	assert_true(r.more > 0);
}

/* --- texts ------------------------------------------------------------------------------------ */

static struct chain_row golden(void)
{
	struct chain_row row = {.seq = 7,
		.ts = INT64_C(1764000000123456),
		.actor_kind = SV("anonymous"),
		.action = SV("request.refuse"),
		.object_kind = SV(""),
		.outcome = SV("refused"),
		.details = SV("{\"count\":2}"),
		.personal = SV("{\"address\":\"192.0.2.1\"}"),
		.salt = SV("0123456789abcdef0123456789abcdef")};
	static uint8_t hash[SHA256_LEN];

	assert_int_equal(0, uuid_parse(SV("0190a1b2-0000-7000-8000-0123456789ab"), &row.id));
	chain_personal_hash(row.salt, row.personal, hash);
	row.personal_hash = sv_from((const char *)hash, sizeof(hash));
	memset(row.prev_hash, 0xab, SHA256_LEN);
	rehash(&row);
	return row;
}

/* Also computed with jq and sha256sum, as docs/audit.md says. */
static void test_the_hash_is_the_documented_one(void **state)
{
	struct chain_row row = golden();
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	buf_add_hex(&hex, row.personal_hash.p, row.personal_hash.n);
	assert_string_equal("4d687c27125c4aaea603a27e170f61df55bad8e9570248b24dd75bbb26a99ff0", buf_cstr(&hex));
	buf_reset(&hex);
	buf_add_hex(&hex, row.hash, SHA256_LEN);
	assert_string_equal("65481c56be560b41b86459edfc0ccc2ee62ca8f4e8f949cdb608f7d0e646ce03", buf_cstr(&hex));
}

static void test_a_line_is_read_back(void **state)
{
	struct buf line CLEANUP(buf_free) = BUF_INIT, again CLEANUP(buf_free) = BUF_INIT;
	struct chain_row rows[] = {golden(), row_of(1)}, back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&line);
		buf_reset(&again);
		chain_row_format(&rows[i], &line);
		assert_int_equal(0, chain_row_parse(buf_sv(&line), &arena, &back, NULL));
		chain_row_format(&back, &again);
		assert_string_equal(buf_cstr(&line), buf_cstr(&again));
		assert_true(chain_personal_fits(&back));
	}
}

static void test_what_is_no_line_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
		int code;
	} changes[] = {
		{"\"seq\":7", "\"seq\":7,\"more\":1", E_UNKNOWN_FIELD},
		{"\"seq\":7", "\"seq\":\"7\"", E_INVALID},
		{"\"seq\":7", "\"seq\":7,\"seq\":7", E_JSON_DUPLICATE},
		{"\"seq\":7,", "", E_MISSING_FIELD},
		{"\"prev_hash\":\"ab", "\"prev_hash\":\"xy", E_INVALID},
		{"\"prev_hash\":\"ab", "\"prev_hash\":\"", E_INVALID},
		{"{\"action\"", "[{\"action\"", E_JSON_SYNTAX},
	};
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	struct chain_row row = golden(), back;

	(void)state;
	chain_row_format(&row, &line);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct buf other CLEANUP(buf_free) = BUF_INIT;
		const char *at = strstr(buf_cstr(&line), changes[i].from);
		struct err err = {0};

		assert_non_null(at);
		buf_add(&other, line.p, (size_t)(at - line.p));
		buf_add_cstr(&other, changes[i].to);
		buf_add_cstr(&other, at + strlen(changes[i].from));
		assert_int_equal(
			changes[i].code, chain_row_parse(buf_sv(&other), &arena, &back, &err));
		assert_int_equal(changes[i].code, err.code);
	}
	assert_true(chain_row_parse(SV("[]"), &arena, &back, NULL) < 0);
}

static void test_details_become_canonical(void **state)
{
	struct sv text;

	(void)state;
	assert_int_equal(
		0, chain_canonical(SV("{ \"b\" : [1, 2],\n\"a\":\"\\u00e4\" }"), &arena, &text, NULL));
	assert_string_equal("{\"a\":\"\xc3\xa4\",\"b\":[1,2]}", text.p);
	assert_int_equal(0, chain_canonical(SV_NULL, &arena, &text, NULL));
	assert_null(text.p);
	assert_int_equal(E_JSON_SYNTAX, chain_canonical(SV("{"), &arena, &text, NULL));
}

static void test_a_checkpoint_is_read_back_and_holds(void **state)
{
	static struct log l;
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	struct chain_checkpoint cp, back;

	(void)state;
	make(&l);
	cp = l.cps[1];
	chain_checkpoint_format(&cp, &line);
	assert_int_equal(0, chain_checkpoint_parse(buf_sv(&line), &back, NULL));
	assert_memory_equal(cp.signature, back.signature, SIGN_LEN);
	assert_true(chain_checkpoint_check(&back, &ring));
	back.seq++;
	assert_false(chain_checkpoint_check(&back, &ring));
	assert_true(chain_checkpoint_parse(SV("{}"), &back, NULL) < 0);
	assert_true(chain_checkpoint_parse(SV("x"), &back, NULL) < 0);
	memcpy(strstr(line.p, "checkpoint-1"), "checkpoint-2", 12);
	assert_int_equal(E_INVALID, chain_checkpoint_parse(buf_sv(&line), &back, NULL));
}

/* --- keys ------------------------------------------------------------------------------------- */

static void test_keys_are_read_back(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct sign_ring many;
	struct sign_pair back;
	uint8_t signature[SIGN_LEN];

	(void)state;
	sign_pair_format(&pair, &text);
	assert_int_equal(0, sign_pair_parse(buf_sv(&text), &back, NULL));
	assert_memory_equal(&pair, &back, sizeof(pair));
	buf_reset(&text);
	sign_public_format(&pair.public_key, &text);
	buf_add_cstr(&text, "\n  ");
	sign_pair_new(&back);
	sign_public_format(&back.public_key, &text);
	assert_int_equal(0, sign_ring_parse(buf_sv(&text), &many, NULL));
	assert_int_equal(2, many.n);
	sign_make(&back, SV("text"), signature);
	assert_true(sign_check(&many, back.public_key.id, SV("text"), signature));
	assert_true(sign_ring_has(&many, pair.public_key.id));
	assert_false(sign_check(&many, pair.public_key.id, SV("text"), signature));
	assert_false(sign_check(&ring, back.public_key.id, SV("text"), signature));
}

static void test_what_is_no_key_is_refused(void **state)
{
	static const struct sv texts[] = {
		SV(""), SV("recon-audit-public:"), SV("recon-audit-private:AAAA"), SV("x"),
		SV("recon-audit-public:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*")};
	struct buf many CLEANUP(buf_free) = BUF_INIT;
	struct sign_ring r;
	struct sign_pair p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(E_CONFIG, sign_ring_parse(texts[i], &r, NULL));
		assert_int_equal(E_CONFIG, sign_pair_parse(texts[i], &p, NULL));
	}
	for (int i = 0; i <= SIGN_RING_MAX; i++)
		sign_public_format(&pair.public_key, &many);
	assert_int_equal(E_CONFIG, sign_ring_parse(buf_sv(&many), &r, NULL));
}

static int start(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	sign_pair_new(&pair);
	ring = (struct sign_ring){.keys = {pair.public_key}, .n = 1};
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	sign_pair_wipe(&pair);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_tampering_is_named),
		cmocka_unit_test(test_what_is_signed_is_said),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_findings_beyond_the_most_are_counted),
		cmocka_unit_test(test_the_hash_is_the_documented_one),
		cmocka_unit_test(test_a_line_is_read_back),
		cmocka_unit_test(test_what_is_no_line_is_refused),
		cmocka_unit_test(test_details_become_canonical),
		cmocka_unit_test(test_a_checkpoint_is_read_back_and_holds),
		cmocka_unit_test(test_keys_are_read_back),
		cmocka_unit_test(test_what_is_no_key_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
