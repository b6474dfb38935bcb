/*
 * The engine against the plain reference of its model on small files of people and what they pay: the
 * same decisions.
 * Where the reference itself sees a pair within NEAR of the line to suggest, rounding to 1/64 bit
 * may decide otherwise; and the engine leaves a pair aside that looks hopeless at the start, when the
 * reference still has it. Such pairs are few, and counted.
 */
#include <math.h>

#include "col/col_build.h"
#include "match/match.h"
#include "unit/match/reference.h"
#include "unit/unit.h"

#define CASES 40
#define ROWS_MAX 160
#define NEAR 0.1 /* of the line to suggest */
#define FAR 0.05 /* apart in probability */

static uint32_t lcg(uint32_t *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

static void word(uint32_t *s, char *out, uint32_t syllables, uint32_t of)
{
	static const char *const parts[] = {"ba", "lor", "mi", "ten", "ka", "ri", "sou", "ven",
		"do", "hal", "pe", "gru", "an", "wi", "jo", "zet", "mar", "li", "os", "ter"};

	out[0] = '\0';
	for (uint32_t i = 0; i < syllables; i++)
		strcat(out, parts[lcg(s) % of]);
}

static void mistype(uint32_t *s, char *text)
{
	size_t n = strlen(text), at = lcg(s) % n;

	if (lcg(s) % 3 == 0 && at + 1 < n) {
		char t = text[at];
		text[at] = text[at + 1];
		text[at + 1] = t;
	} else {
		text[at] = (char)('a' + lcg(s) % 26);
	}
}

static void damage(uint32_t *s, struct ref_row *row, uint32_t rate)
{
	for (int f = 0; f < REF_TEXTS; f++) {
		if (lcg(s) % 100 < rate / (f == REF_TEXTS - 1 ? 3 : 1) && row->text[f][0] != '\0')
			mistype(s, row->text[f]);
		if (lcg(s) % 100 < rate / 3)
			row->text[f][0] = '\0';
	}
	if (lcg(s) % 100 < rate)
		row->day += (int32_t)(lcg(s) % 2000) - 1000;
	if (lcg(s) % 100 < rate / 3)
		row->day = REF_MISSING;
	if (lcg(s) % 100 < rate / 3)
		row->amount = REF_MISSING;
}

/* What becomes of an amount: nothing, a fee, a discount, a line, or anything near. */
static int32_t charge(uint32_t *s, uint32_t how, int32_t a)
{
	switch (how) {
	case 0:
		return a - 30;
	case 1:
		return lcg(s) % 2 == 0 ? a : a - a * 2 / 100;
	case 2:
		return (a * 971 + 500) / 1000 - 30;
	case 3:
		return a * (900 + (int32_t)(lcg(s) % 200)) / 1000;
	default:
		return a;
	}
}

static const char *const towns[] = {"berlin", "hamburg", "koeln", "leipzig", "dresden", "bremen", "essen",
	"stuttgart", "nuernberg", "duisburg", "bochum", "wuppertal"};

static uint32_t make_people(
	uint32_t *s, struct ref_row *left, struct ref_row *right, uint32_t *ret_nr)
{
	uint32_t n = 60 + lcg(s) % 90, rate = 5 + lcg(s) % 25, alone = lcg(s) % 25;
	uint32_t variety = 6 + lcg(s) % 14, how = lcg(s) % 5, nl = 0, nr = 0;
	bool poor = lcg(s) % 2 == 0; /* few names, few days, few prices: much hangs by little */

	for (uint32_t i = 0; i < n; i++) {
		struct ref_row row = {.day = (int32_t)(lcg(s) % (poor ? 60 : 15000)),
			.amount = 500 + (int32_t)(lcg(s) % (poor ? 60 : 200000)) * (poor ? 1370 : 1)};
		uint32_t place = lcg(s) % 12;
		word(s, row.text[0], 3, variety);
		word(s, row.text[1], 3, 20);
		if (poor && lcg(s) % 100 < 60)
			row.text[1][0] = '\0';
		if (poor && lcg(s) % 100 < 60)
			row.text[0][0] = '\0';
		snprintf(row.text[2], REF_TEXT, "%s", towns[place]); /* a code has one town */
		snprintf(row.text[3], REF_TEXT, "%u", 10115 + place * 731);
		bool here = lcg(s) % 100 >= alone, there = !here || lcg(s) % 100 >= alone;
		if (here)
			left[nl++] = row;
		row.amount = charge(s, how, row.amount);
		damage(s, &row, rate);
		if (there)
			right[nr++] = row;
	}
	for (uint32_t i = nr; i > 1; i--) {
		uint32_t k = lcg(s) % i;
		struct ref_row t = right[i - 1];
		right[i - 1] = right[k];
		right[k] = t;
	}
	*ret_nr = nr;
	return nl;
}

static void make_table(const struct ref_row *rows, uint32_t n, struct col_table *ret)
{
	static const char *const names[] = {"name", "street", "town", "postcode", "born", "amount"};
	static const enum col_type types[] = {COL_TEXT, COL_TEXT, COL_TEXT, COL_CODE, COL_DATE, COL_AMOUNT};
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};

	assert_int_equal(col_build_init(&b, REF_FIELDS, &err), 0);
	for (uint32_t f = 0; f < REF_FIELDS; f++)
		col_build_define(&b, f, names[f], types[f], COL_FIELD);
	b.cols[REF_AMOUNT].col.scale = 2;
	b.cols[REF_AMOUNT].col.currency = col_currency_pack(SV("EUR"));
	b.cols[REF_AMOUNT].col.currency_col = -1;
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t f = 0; f < REF_TEXTS; f++)
			if (rows[i].text[f][0] == '\0')
				col_build_missing(&b, f);
			else
				col_build_str(&b, f, sv_from_cstr(rows[i].text[f]), SV_NULL);
		if (rows[i].day == REF_MISSING)
			col_build_missing(&b, REF_DATE);
		else
			col_build_i32(&b, REF_DATE, rows[i].day);
		if (rows[i].amount == REF_MISSING)
			col_build_missing(&b, REF_AMOUNT);
		else
			col_build_i64(&b, REF_AMOUNT, rows[i].amount);
	}
	assert_int_equal(col_build_finish(&b, ret, &err), 0);
}

static const char RULES[] =
	"{\"ruleset\":1,\"left\":{},\"right\":{},\"fields\":{"
	"\"name\":{\"type\":\"text\",\"left\":\"name\",\"right\":\"name\"},"
	"\"street\":{\"type\":\"text\",\"left\":\"street\",\"right\":\"street\"},"
	"\"town\":{\"type\":\"text\",\"left\":\"town\",\"right\":\"town\"},"
	"\"postcode\":{\"type\":\"code\",\"left\":\"postcode\",\"right\":\"postcode\"},"
	"\"born\":{\"type\":\"date\",\"left\":\"born\",\"right\":\"born\"},"
	"\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"}},"
	"\"passes\":[{\"name\":\"learned\",\"stage\":1,\"kind\":\"1:1\",\"mode\":\"learn\","
	"\"then\":{\"suggest\":{\"confidence\":0.5}}}]}";

/* By left row the right row that the engine suggests; UINT32_MAX: none. */
static void run_engine(const struct ref_row *left, uint32_t nl, const struct ref_row *right,
	uint32_t nr, uint32_t *partner, double *ret_p)
{
	struct col_table t[2] = {COL_TABLE_INIT, COL_TABLE_INIT};
	struct result r CLEANUP(result_free) = RESULT_INIT;
	struct match_receipt receipt CLEANUP(match_receipt_free) = {0};
	struct ruleset *rules = NULL;
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, 0);
	make_table(left, nl, &t[0]);
	make_table(right, nr, &t[1]);
	const struct match_input in[2] = {
		{.table = &t[0], .side = RESULT_LEFT}, {.table = &t[1], .side = RESULT_RIGHT}};
	if (ruleset_parse(sv_from_cstr(RULES), &arena, &rules, &err) != 0 ||
		match_run(in, 2, rules, NULL, &r, &receipt, &err) != 0)
		fail_msg("%s %s", err.pointer, err.detail);
	for (uint32_t l = 0; l < nl; l++)
		partner[l] = UINT32_MAX;
	for (uint32_t m = 0; m < r.matches.n; m++) {
		uint32_t from = r.matches.member[m];
		if (r.matches.confidence[m] < 500000)
			continue;
		partner[r.members.row[from]] = r.members.row[from + 1];
		ret_p[r.members.row[from]] = r.matches.confidence[m] / 1e6;
	}
	col_table_free(&t[0]);
	col_table_free(&t[1]);
	arena_free(&arena);
}

static void same_decisions(void **state)
{
	uint32_t seed = 378, decided = 0, near = 0, far = 0, atoms = 0, ties = 0, differ = 0;

	(void)state;
	for (int c = 0; c < CASES; c++) {
		static struct ref_row left[ROWS_MAX], right[ROWS_MAX];
		struct ref_pair plain[ROWS_MAX];
		uint32_t partner[ROWS_MAX], want[ROWS_MAX], nr;
		double p[ROWS_MAX] = {0}, q[ROWS_MAX] = {0};

		uint32_t nl = make_people(&seed, left, right, &nr);
		struct ref_seen seen;
		size_t n = reference_run(left, nl, right, nr, plain, &seen);
		atoms += seen.atoms;
		ties += seen.ties;
		run_engine(left, nl, right, nr, partner, p);
		for (uint32_t l = 0; l < nl; l++)
			want[l] = UINT32_MAX;
		for (size_t i = 0; i < n; i++) {
			q[plain[i].l] = plain[i].p;
			if (plain[i].p >= 0.5)
				want[plain[i].l] = plain[i].r;
		}
		for (uint32_t l = 0; l < nl; l++) {
			decided += want[l] != UINT32_MAX;
			if (q[l] > 0.5 - NEAR && q[l] < 0.5 + NEAR) {
				near++;
				continue;
			}
			if (partner[l] != want[l]) {
				differ++;
				print_message("case %d, left row %u: engine %d at %.4f, plain %d at %.4f\n",
					c, l, (int)partner[l], p[l], (int)want[l], q[l]);
				continue;
			}
			if (want[l] != UINT32_MAX && fabs(p[l] - q[l]) > FAR)
				far++;
		}
	}
	print_message("%u decided, %u near the line, %u apart, %u atoms, %u ties\n", decided, near, far, atoms,
		ties);
	CHECK("something is decided", decided > CASES * 40);
	CHECK("there are atoms", atoms >= CASES / 4);
	CHECK("fields depend on each other", ties >= CASES);
	CHECK("the same decisions", differ * 1000 <= decided);
	CHECK("few are near the line", near * 50 < decided);
	CHECK("probabilities are alike", far * 100 < decided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_decisions)};
	return cmocka_run_group_tests_name("match/reference", tests, NULL, NULL);
}
