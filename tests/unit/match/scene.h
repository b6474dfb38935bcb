#ifndef UNIT_MATCH_SCENE_H
#define UNIT_MATCH_SCENE_H
/*
 * Small tables written as rows of C, a ruleset over their four columns, and a run of the engine on
 * them: what the tests of the engine share.
 */
#include "col/col_build.h"
#include "match/match.h"
#include "unit/unit.h"

/* How many of the n cases of a table ThreadSanitizer sees: threads do the same for all of them. */
#ifdef __SANITIZE_THREAD__
#define UNIT_RACES(n) ((n) < 2 ? (n) : 2)
#else
#define UNIT_RACES(n) (n)
#endif

struct cell_row {
	const char *ref; /* NULL: missing */
	int32_t day;
	int64_t amount;
	const char *text;
};

static const char *const plain_names[4] = {"ref", "day", "amount", "text"};

static inline void make_table(const struct cell_row *rows, uint32_t n, const char *const names[4],
	struct col_table *ret)
{
	static const enum col_type types[] = {COL_CODE, COL_DATE, COL_AMOUNT, COL_TEXT};
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, 4, &err), 0);
	for (uint32_t i = 0; i < 4; i++)
		col_build_define(&b, i, names[i], types[i], COL_FIELD);
	b.cols[2].col.scale = 2;
	b.cols[2].col.currency = col_currency_pack(SV("EUR"));
	b.cols[2].col.currency_col = -1;
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].ref == NULL)
			col_build_missing(&b, 0);
		else
			col_build_str(&b, 0, sv_from_cstr(rows[i].ref), SV_NULL);
		col_build_i32(&b, 1, rows[i].day);
		col_build_i64(&b, 2, rows[i].amount);
		if (rows[i].text == NULL)
			col_build_missing(&b, 3);
		else
			col_build_str(&b, 3, sv_from_cstr(rows[i].text), SV_NULL);
	}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

/* A ruleset over the four columns; passes as JSON. Names of columns in place of %s. */
static inline struct ruleset *rules_named(
	struct arena *a, const char *passes, const char *const l[4], const char *const r[4])
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct ruleset *rs = NULL;
	struct err err = {0};

	buf_printf(&text,
		"{\"ruleset\":1,\"left\":{\"balance\":\"amount\"},\"right\":{\"balance\":\"amount\"},"
		"\"fields\":{\"ref\":{\"type\":\"code\",\"left\":\"%s\",\"right\":\"%s\"},"
		"\"day\":{\"type\":\"date\",\"left\":\"%s\",\"right\":\"%s\"},"
		"\"amount\":{\"type\":\"amount\",\"left\":\"%s\",\"right\":\"%s\"},"
		"\"text\":{\"type\":\"text\",\"left\":\"%s\",\"right\":\"%s\"}},\"passes\":%s}",
		l[0], r[0], l[1], r[1], l[2], r[2], l[3], r[3], passes);
	if (ruleset_parse(buf_sv(&text), a, &rs, &err) != 0)
		fail_msg("%s at %s: %s", passes, err.pointer, err.detail);
	return rs;
}

struct run {
	struct arena arena;
	struct ruleset *rules;
	struct col_table table[2];
	struct match_input in[2];
	struct result result;
	struct match_receipt receipt;
};

static inline void run_open_named(struct run *r, const char *passes, const char *const names[4],
	const struct cell_row *left, uint32_t nl, const struct cell_row *right, uint32_t nr)
{
	memset(r, 0, sizeof(*r));
	arena_init(&r->arena, 0);
	make_table(left, nl, names, &r->table[0]);
	make_table(right, nr, names, &r->table[1]);
	r->rules = rules_named(&r->arena, passes, names, names);
	for (int side = 0; side < 2; side++)
		r->in[side] = (struct match_input){.table = &r->table[side], .side = (uint8_t)side};
}

static inline void run_open(struct run *r, const char *passes, const struct cell_row *left,
	uint32_t nl, const struct cell_row *right, uint32_t nr)
{
	run_open_named(r, passes, plain_names, left, nl, right, nr);
}

static inline int run_it(struct run *r, unsigned threads, struct err *err)
{
	struct match_options options = {.threads = threads};

	result_free(&r->result);
	match_receipt_free(&r->receipt);
	return match_run(r->in, 2, r->rules, &options, &r->result, &r->receipt, err);
}

static inline void run_checked(const char *label, struct run *r, unsigned threads)
{
	struct err err = {0};

	if (run_it(r, threads, &err) != 0)
		fail_msg("%s: %s %s", label, err.detail, err.pointer);
	if (match_check(r->in, 2, r->rules, &r->result, &err) != 0)
		fail_msg("%s: %s", label, err.detail);
	for (uint32_t i = 0; i < r->receipt.nmoney; i++)
		CHECK(label, r->receipt.money[i].balanced);
}

static inline void run_close(struct run *r)
{
	result_free(&r->result);
	match_receipt_free(&r->receipt);
	col_table_free(&r->table[0]);
	col_table_free(&r->table[1]);
	arena_free(&r->arena);
}

/* "1:1 confirmed 0/2; n:1 suggested 1,2/0" */
static inline void describe(const struct result *r, struct buf *out)
{
	for (uint32_t no = 0; no < r->matches.n; no++) {
		int side = RESULT_LEFT;
		buf_printf(out, "%s%s %s ", no > 0 ? "; " : "",
			outcome_word(OUTCOME_SET_KIND, r->matches.kind[no]),
			outcome_word(OUTCOME_SET_STATUS, r->matches.status[no]));
		for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
			int own = r->inputs[r->members.input[i]].side;
			bool first = i == r->matches.member[no];
			if (own != side)
				buf_add_char(out, '/');
			else if (!first)
				buf_add_char(out, ',');
			side = own;
			buf_printf(out, "%u", r->members.row[i]);
		}
		if (side == RESULT_LEFT)
			buf_add_char(out, '/');
	}
}

/* A few rows and what is to come of them. */
struct scene {
	const char *label, *passes;
	struct cell_row left[8], right[8];
	uint32_t nl, nr;
	const char *want; /* as describe() says it */
};

/* The same with any number of threads. */
static inline void check_scenes(const struct scene *scenes, size_t n)
{
	static const unsigned threads[] = {1, 4};

	for (size_t i = 0; i < n; i++) {
		const struct scene *s = &scenes[i];
		struct run r;
		run_open(&r, s->passes, s->left, s->nl, s->right, s->nr);
		for (size_t k = 0; k < ARRAY_LEN(threads); k++) {
			struct buf got CLEANUP(buf_free) = BUF_INIT;
			run_checked(s->label, &r, threads[k]);
			describe(&r.result, &got);
			CHECK_STR(s->label, buf_cstr(&got), s->want);
		}
		run_close(&r);
	}
}

static inline uint32_t random_of(uint64_t *s)
{
	*s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(*s >> 33);
}

/* The matches as sets of contents: what must not depend on the order of rows. */
static inline int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline void describe_contents(
	const struct result *r, const struct cell_row *const rows[2], struct buf *out)
{
	char **lines = calloc((size_t)r->matches.n + 1, sizeof(*lines));

	assert_non_null(lines);
	for (uint32_t no = 0; no < r->matches.n; no++) {
		struct buf line = BUF_INIT;
		char *members[64];
		uint32_t n = 0;
		for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
			struct buf one = BUF_INIT;
			int side = r->inputs[r->members.input[i]].side;
			const struct cell_row *row = &rows[side][r->members.row[i]];
			buf_printf(&one, "[%d %s %d %lld %s: %lld]", side,
				row->ref != NULL ? row->ref : "-", row->day, (long long)row->amount,
				row->text != NULL ? row->text : "-",
				(long long)r->members.allocated[i]);
			members[n++] = buf_take(&one);
		}
		qsort(members, n, sizeof(*members), by_text);
		buf_printf(&line, "%d %d %u %u", r->matches.kind[no], r->matches.status[no],
			r->matches.confidence[no], r->matches.margin[no]);
		for (uint32_t i = 0; i < n; i++) {
			buf_add_cstr(&line, members[i]);
			free(members[i]);
		}
		lines[no] = buf_take(&line);
	}
	qsort(lines, r->matches.n, sizeof(*lines), by_text);
	for (uint32_t no = 0; no < r->matches.n; no++) {
		buf_printf(out, "%s\n", lines[no]);
		free(lines[no]);
	}
	free(lines);
}

static inline void shuffle(struct cell_row *rows, uint32_t n, uint64_t *s)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = random_of(s) % i;
		struct cell_row swap = rows[k];
		rows[k] = rows[i - 1];
		rows[i - 1] = swap;
	}
}

#endif
