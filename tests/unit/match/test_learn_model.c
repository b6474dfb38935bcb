/*
 * The model of a learned pass as a file: written, read back, pinned; every damaged or foreign one
 * is refused. What finds candidates under a pinned model keeps to its budgets and says what it left
 * out; of too many columns those that tell most are compared.
 */
#include "match/match.h"
#include "unit/match/scene.h"

#define LEARN                                                                                      \
	"[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\",\"then\":{\"confirm\":{"       \
	"\"confidence\":0.999,\"margin\":1},\"suggest\":{\"confidence\":0.5}}}]"
#define ROWS 120u
#define MANY_LEFT 1000u
#define MANY_RIGHT 5000u

struct made {
	struct cell_row side[2][MANY_RIGHT];
	char ref[MANY_RIGHT][16], text[MANY_RIGHT][64];
	uint32_t n[2];
};

static void word_of(uint32_t id, char out[16])
{
	static const char a[] = "bdfgklmnprstvz", b[] = "aeiou";
	size_t n = 0;

	for (id = id * 2654435761u >> 6; n < 8; id /= 5) {
		out[n++] = a[id % 14];
		id /= 14;
		out[n++] = b[id % 5];
	}
	out[n] = '\0';
}

/* Row i of both sides is the same payment, a day later on the right. */
static struct made *make_payments(uint32_t nl, uint32_t nr)
{
	struct made *m = calloc(1, sizeof(*m));
	uint64_t seed = 17;

	assert_non_null(m);
	m->n[0] = nl;
	m->n[1] = nr;
	for (uint32_t i = 0; i < MAX(nl, nr); i++) {
		char w[3][16];
		for (int k = 0; k < 3; k++)
			word_of(random_of(&seed) % 5000, w[k]);
		snprintf(m->text[i], sizeof(m->text[i]), "transfer %s %s %s", w[0], w[1], w[2]);
		snprintf(m->ref[i], sizeof(m->ref[i]), "r%05u", i);
		m->side[0][i] =
			(struct cell_row){m->ref[i], 20000 + (int32_t)(random_of(&seed) % 90),
				1000 + random_of(&seed) % 900000, m->text[i]};
		m->side[1][i] = m->side[0][i];
		m->side[1][i].day++;
	}
	return m;
}

static void open_made(struct run *r, const struct made *m)
{
	run_open(r, LEARN, m->side[0], m->n[0], m->side[1], m->n[1]);
}

static uint32_t right_of(const struct result *r)
{
	uint32_t right = 0;

	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t first = r->matches.member[no];
		right += r->members.row[first] == r->members.row[first + 1];
	}
	return right;
}

static char *learn_model(void)
{
	struct made *m = make_payments(ROWS, ROWS);
	struct run r;

	open_made(&r, m);
	run_checked("learns", &r, 1);
	CHECK_INT("pairs", right_of(&r.result), ROWS);
	assert_non_null(r.receipt.model);
	char *model = strdup(r.receipt.model);
	assert_non_null(model);
	run_close(&r);
	free(m);
	return model;
}

static int run_with(struct run *r, const struct match_options *options, struct err *err)
{
	result_free(&r->result);
	match_receipt_free(&r->receipt);
	*err = (struct err){0};
	return match_run(r->in, 2, r->rules, options, &r->result, &r->receipt, err);
}

static int run_pinned(struct run *r, const char *model, struct err *err)
{
	struct match_options options = {.threads = 1, .model = sv_from_cstr(model)};

	return run_with(r, &options, err);
}

/* The text with what lies from one mark up to another replaced; to NULL: the mark itself. */
static char *changed(
	const char *label, const char *text, const char *from, const char *to, const char *by)
{
	struct buf out = BUF_INIT;
	const char *first = strstr(text, from);
	const char *end = first == NULL ? NULL
			  : to == NULL  ? first + strlen(from)
					: strstr(first, to);

	if (end == NULL)
		fail_msg("%s: no %s in %s", label, from, text);
	buf_printf(&out, "%.*s%s%s", (int)(first - text), text, by, end);
	return buf_take(&out);
}

static const char *member(const char *text, const char *from)
{
	const char *found = strstr(text, from);

	if (found == NULL)
		fail_msg("no %s in %s", from, text);
	return found;
}

/* What is written, is read, and is written again is the same, but for what only learning knows. */
static void test_there_and_back(void **state)
{
	struct made *m = make_payments(ROWS, ROWS);
	char *model = learn_model();
	struct err err;
	struct run r;

	(void)state;
	open_made(&r, m);
	CHECK_INT("read", run_pinned(&r, model, &err), 0);
	CHECK_INT("pairs", right_of(&r.result), ROWS);
	CHECK("scored, not learned anew", r.receipt.passes[0].learned);
	for (const char *at = model, *of = r.receipt.model;
		at != NULL && (at = strstr(at, "_bits\":[")) != NULL; at++) {
		of = member(of, "_bits\":[");
		size_t length = strcspn(at, "]");
		CHECK("weights come back", strncmp(at, of, length + 1) == 0);
		of++;
	}
	run_close(&r);
	free(model);
	free(m);
}

#define BITS "0,0,0,0,0,0,0"
#define REF "{\"field\":\"ref\",\"compared_as\":\"short text\","

#define WHOLE REF "\"levels\":[],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",0]}"

/* Instead of the model's own comparison of "ref", which has eight levels. */
static const struct {
	const char *label, *comparison;
	int want;
} comparisons[] = {
	{"whole", WHOLE, 0},
	{"whole, with levels",
		REF "\"levels\":[{\"from\":2,\"to\":7}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS
		    ",0]}",
		0},
	{"a field twice", WHOLE "," WHOLE, E_RULESET},
	{"an unknown field",
		"{\"field\":\"REF\",\"compared_as\":\"short text\",\"levels\":[],\"m_bits\":[" BITS
		",0],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"no field", "{\"compared_as\":\"short text\"}", E_RULESET},
	{"no way of comparing", "{\"field\":\"ref\"}", E_RULESET},
	{"another way of comparing", "{\"field\":\"ref\",\"compared_as\":\"date\"}", E_RULESET},
	{"no levels", REF "\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",0]}", E_RULESET},
	{"no m", REF "\"levels\":[],\"u_bits\":[" BITS ",0]}", E_RULESET},
	{"no u", REF "\"levels\":[],\"m_bits\":[" BITS ",0]}", E_RULESET},
	{"too few m", REF "\"levels\":[],\"m_bits\":[" BITS "],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"too many u", REF "\"levels\":[],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",0,0]}",
		E_RULESET},
	{"m is a word", REF "\"levels\":[],\"m_bits\":[" BITS ",\"x\"],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"u is beyond all bounds",
		REF "\"levels\":[],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",1000.1]}",
		E_RULESET},
	{"m is below all bounds",
		REF "\"levels\":[],\"m_bits\":[" BITS ",-1000.1],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"a level from nowhere",
		REF "\"levels\":[{\"to\":1}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"a level without end",
		REF "\"levels\":[{\"from\":1}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS ",0]}",
		E_RULESET},
	{"a level before the first",
		REF "\"levels\":[{\"from\":-1,\"to\":1}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS
		    ",0]}",
		E_RULESET},
	{"a level behind the last",
		REF "\"levels\":[{\"from\":7,\"to\":8}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS
		    ",0]}",
		E_RULESET},
	{"a level that ends before it begins",
		REF "\"levels\":[{\"from\":3,\"to\":2}],\"m_bits\":[" BITS ",0],\"u_bits\":[" BITS
		    ",0]}",
		E_RULESET},
};

#define KEY_REF "{\"field\":\"ref\",\"by\":\"equal\"}"
#define KEYS_5 "[" KEY_REF "],[" KEY_REF "],[" KEY_REF "],[" KEY_REF "],[" KEY_REF "]"
#define KEYS_30 KEYS_5 "," KEYS_5 "," KEYS_5 "," KEYS_5 "," KEYS_5 "," KEYS_5

static const struct {
	const char *label, *json;
	int want;
} keys[] = {
	{"none", "[]", 0},
	{"one", "[[" KEY_REF "]]", 0},
	{"two at once", "[[" KEY_REF ",{\"field\":\"day\",\"by\":\"equal\"}]]", 0},
	{"first letters", "[[{\"field\":\"text\",\"by\":\"begins alike\",\"letters\":4}]]", 0},
	{"a word", "[[{\"field\":\"text\",\"by\":\"rare word\"}]]", 0},
	{"as many as can be", "[" KEYS_30 "]", 0},
	{"one too many", "[" KEYS_30 ",[" KEY_REF "]]", E_RULESET},
	{"a key of nothing", "[[]]", E_RULESET},
	{"a key of three", "[[" KEY_REF "," KEY_REF "," KEY_REF "]]", E_RULESET},
	{"an unknown field", "[[{\"field\":\"x\",\"by\":\"equal\"}]]", E_RULESET},
	{"an unknown second field", "[[" KEY_REF ",{\"field\":\"x\",\"by\":\"equal\"}]]",
		E_RULESET},
	{"no field", "[[{\"by\":\"equal\"}]]", E_RULESET},
	{"no kind", "[[{\"field\":\"ref\"}]]", E_RULESET},
	{"an unknown kind", "[[{\"field\":\"ref\",\"by\":\"sounds alike\"}]]", E_RULESET},
	{"how many letters is not said", "[[{\"field\":\"ref\",\"by\":\"begins alike\"}]]",
		E_RULESET},
	{"no letters", "[[{\"field\":\"ref\",\"by\":\"begins alike\",\"letters\":0}]]", E_RULESET},
	{"65 letters", "[[{\"field\":\"ref\",\"by\":\"begins alike\",\"letters\":65}]]", E_RULESET},
	{"letters of an amount", "[[{\"field\":\"amount\",\"by\":\"begins alike\",\"letters\":4}]]",
		E_RULESET},
	{"words of a day", "[[{\"field\":\"day\",\"by\":\"rare word\"}]]", E_RULESET},
};

#define DAYS "\"date\":\"day\",\"day_low\":0,\"day_high\":2"

static const struct {
	const char *label, *json;
	int want;
} windows[] = {
	{"none", "{}", 0},
	{"days", "{" DAYS "}", 0},
	{"amounts", "{\"amount\":\"amount\",\"level_low\":20,\"level_high\":30}", 0},
	{"both", "{" DAYS ",\"amount\":\"amount\",\"level_low\":28,\"level_high\":28}", 0},
	{"days of an unknown field", "{\"date\":\"x\",\"day_low\":0,\"day_high\":2}", E_RULESET},
	{"days of an amount", "{\"date\":\"amount\",\"day_low\":0,\"day_high\":2}", E_RULESET},
	{"no first day", "{\"date\":\"day\",\"day_high\":2}", E_RULESET},
	{"no last day", "{\"date\":\"day\",\"day_low\":2}", E_RULESET},
	{"last before first", "{\"date\":\"day\",\"day_low\":2,\"day_high\":1}", E_RULESET},
	{"too far back", "{\"date\":\"day\",\"day_low\":-41,\"day_high\":1}", E_RULESET},
	{"too far on", "{\"date\":\"day\",\"day_low\":2,\"day_high\":41}", E_RULESET},
	{"amounts of an unknown field", "{\"amount\":\"x\",\"level_low\":1,\"level_high\":2}",
		E_RULESET},
	{"amounts of a text", "{" DAYS ",\"amount\":\"text\",\"level_low\":1,\"level_high\":2}",
		E_RULESET},
	{"no lowest level", "{\"amount\":\"amount\",\"level_high\":2}", E_RULESET},
	{"no highest level", "{\"amount\":\"amount\",\"level_low\":2}", E_RULESET},
	{"the lowest is no ratio", "{\"amount\":\"amount\",\"level_low\":0,\"level_high\":2}",
		E_RULESET},
	{"highest below lowest", "{\"amount\":\"amount\",\"level_low\":9,\"level_high\":8}",
		E_RULESET},
	{"the highest is no ratio", "{\"amount\":\"amount\",\"level_low\":9,\"level_high\":56}",
		E_RULESET},
};

/* Marks of the model and what is there instead. */
static const struct {
	const char *label, *from, *to, *by, *pointer;
	int want;
} damages[] = {
	{"no theta", "\"theta_bits\"", NULL, "\"theta\"", "/passes/0", E_RULESET},
	{"theta is a word", "\"theta_bits\":", ",", "\"theta_bits\":\"?\"", "/passes/0", E_RULESET},
	{"theta beyond all bounds", "\"theta_bits\":", ",", "\"theta_bits\":-1001", "/passes/0",
		E_RULESET},
	{"the model of another pass", "\"pass\":\"learned\"", NULL, "\"pass\":\"taught\"", "", 0},
	{"a pass without a name", "\"pass\":\"learned\"", NULL, "\"past\":\"learned\"", "", 0},
	{"behind another pass's", "\"passes\":[", NULL, "\"passes\":[{\"pass\":\"x\"},", "", 0},
	{"damaged behind another pass's", "\"passes\":[", NULL,
		"\"passes\":[{\"pass\":\"x\"},{\"pass\":\"learned\"},", "/passes/1", E_RULESET},
	{"no passes", "\"passes\"", NULL, "\"pass\"", "", 0},
	{"a comparison less", "\"comparisons\":[", "{\"field\":\"day\",\"compared_as\"",
		"\"comparisons\":[", "/passes/0", E_RULESET},
	{"no comparisons", "\"comparisons\"", NULL, "\"compared\"", "/passes/0", E_RULESET},
	{"no keys", "\"keys\"", NULL, "\"locks\"", "", 0},
	{"no window", "\"window\"", NULL, "\"door\"", "", 0},
	{"cut off", "\"comparisons\":[", "\n", "\"comparisons\":[", "", E_JSON_SYNTAX},
	{"a member twice", "\"keys\"", NULL, "\"window\"", NULL, E_JSON_DUPLICATE},
};

struct tried {
	struct run r;
	struct made *m;
	char *model;
};

static void try(struct tried *t, const char *label, char *text, int want, const char *pointer)
{
	struct err err;

	CHECK_INT(label, run_pinned(&t->r, text, &err), want);
	if (want < 0 && pointer != NULL)
		CHECK_STR(label, err.pointer, pointer);
	if (want == E_RULESET)
		CHECK_STR(label, err.detail, "The model does not fit the fields of this ruleset.");
	if (want < 0)
		CHECK(label, t->r.result.matches.n == 0 && t->r.receipt.model == NULL);
	else
		CHECK_INT(label, right_of(&t->r.result), ROWS);
	free(text);
}

static void test_refused(void **state)
{
	struct tried t = {.m = make_payments(ROWS, ROWS), .model = learn_model()};
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	(void)state;
	open_made(&t.r, t.m);
	for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
		text.n = 0;
		buf_printf(&text, "\"comparisons\":[%s,", comparisons[i].comparison);
		try(&t, comparisons[i].label,
			changed(comparisons[i].label, t.model, "\"comparisons\":[",
				"{\"field\":\"day\",\"compared_as\"", buf_cstr(&text)),
			comparisons[i].want, "/passes/0");
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		text.n = 0;
		buf_printf(&text, "\"keys\":%s,", keys[i].json);
		try(&t, keys[i].label,
			changed(keys[i].label, t.model, "\"keys\":", "\"window\"", buf_cstr(&text)),
			keys[i].want, "/passes/0");
	}
	for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
		text.n = 0;
		buf_printf(&text, "\"window\":%s,", windows[i].json);
		try(&t, windows[i].label,
			changed(windows[i].label, t.model, "\"window\":", "\"comparisons\"",
				buf_cstr(&text)),
			windows[i].want, "/passes/0");
	}
	for (size_t i = 0; i < ARRAY_LEN(damages); i++)
		try(&t, damages[i].label,
			changed(damages[i].label, t.model, damages[i].from, damages[i].to,
				damages[i].by),
			damages[i].want, damages[i].pointer);
	run_close(&t.r);
	free(t.model);
	free(t.m);
}

/* ---- budgets ---- */

/* One payment that a hundred could be: 64 of them are weighed against each other. */
static void test_best_of_a_row(void **state)
{
	struct made *m = make_payments(1, 100);
	char *model = learn_model();
	struct err err;
	struct run r;

	(void)state;
	for (uint32_t i = 1; i < m->n[1]; i++) {
		snprintf(m->text[i], sizeof(m->text[i]), "%.48s %02u", m->side[0][0].text, i);
		m->side[1][i] = m->side[0][0];
		m->side[1][i].day++;
		m->side[1][i].text = m->text[i];
	}
	open_made(&r, m);
	CHECK_INT("runs", run_pinned(&r, model, &err), 0);
	CHECK_INT("left out", r.receipt.passes[0].not_searched, 100 - 64);
	run_close(&r);
	free(model);
	free(m);
}

/* Too many for all pairs: a key that most rows share is cut, then pieces of texts find the rest,
 * but for those that most texts have. */
static void test_too_many_pairs(void **state)
{
	struct made *m = make_payments(MANY_LEFT, MANY_RIGHT);
	char *model = learn_model();
	char *pinned =
		changed("keys", model, "\"keys\":", "\"comparisons\"", "\"keys\":[[" KEY_REF "]],");
	struct err err;
	struct run r;

	(void)state;
	for (uint32_t i = 0; i < MANY_LEFT; i++)
		m->side[0][i].ref = i < 2 ? "same" : NULL;
	for (uint32_t i = 0; i < MANY_RIGHT; i++)
		m->side[1][i].ref = "same";
	open_made(&r, m);
	CHECK_INT("runs", run_pinned(&r, pinned, &err), 0);
	CHECK("found by pieces", right_of(&r.result) >= MANY_LEFT * 95 / 100);
	CHECK("says what it left out", r.receipt.passes[0].not_searched > 2 * (MANY_RIGHT - 4096));
	CHECK("compares few", r.receipt.passes[0].pairs < UINT64_C(1000000));
	run_close(&r);
	free(pinned);
	free(model);
	free(m);
}

/* Any bound on memory is kept to, and what does not fit leaves nothing behind. */
static void test_bounded_memory(void **state)
{
	struct made *m = make_payments(ROWS, ROWS);
	uint32_t refused = 0;
	struct err err;
	struct run r;
	int rc = E_MEMORY_BOUND;

	(void)state;
	open_made(&r, m);
	for (size_t bytes = 4096; rc != 0; bytes += bytes / 8) {
		struct match_options options = {.threads = 1, .memory_bytes = bytes};
		char label[32];
		snprintf(label, sizeof(label), "%zu bytes", bytes);
		rc = run_with(&r, &options, &err);
		CHECK(label, rc == 0 || rc == E_MEMORY_BOUND);
		CHECK(label, rc == 0 ? r.receipt.peak_bytes <= bytes : r.result.matches.n == 0);
		refused += rc != 0;
	}
	CHECK("some bounds are too small", refused > 10);
	CHECK_INT("the last one is not", right_of(&r.result), ROWS);
	run_close(&r);
	free(m);
}

static void cancel_on(void *arg, enum match_phase phase, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	if (phase == MATCH_PHASE_CANDIDATES)
		atomic_store((atomic_bool *)arg, true);
}

static void test_cancelled(void **state)
{
	struct made *m = make_payments(ROWS, ROWS);
	atomic_bool cancel = false;
	struct match_options options = {
		.threads = 1, .cancel = &cancel, .progress = cancel_on, .arg = &cancel};
	struct err err;
	struct run r;

	(void)state;
	open_made(&r, m);
	CHECK_INT("while candidates are found", run_with(&r, &options, &err), E_CANCELLED);
	CHECK_INT("leaves nothing", r.result.matches.n, 0);
	run_close(&r);
	free(m);
}

/* ---- columns ---- */

#define COLUMNS 40u

/* Column c has 2 + c different values; the last one is a memo that mentions two numbers. */
static void make_wide(uint32_t n, struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	struct err err = {0};
	char text[48], names[COLUMNS][8];

	assert_int_equal(col_build_init(&b, COLUMNS, &err), 0);
	for (uint32_t c = 0; c < COLUMNS; c++) {
		snprintf(names[c], sizeof(names[c]), "c%u", c);
		col_build_define(
			&b, c, names[c], c == COLUMNS - 1 ? COL_TEXT : COL_CODE, COL_FIELD);
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t c = 0; c < COLUMNS; c++) {
			uint64_t s = i * 64 + c;
			(void)random_of(&s);
			if (c == COLUMNS - 1)
				snprintf(text, sizeof(text), "for inv-%04u and inv-%04u", i,
					i + 5000);
			else
				snprintf(text, sizeof(text), "v%u", random_of(&s) % (2 + c));
			col_build_str(&b, c, sv_from_cstr(text), SV_NULL);
		}
	if (col_build_finish(&b, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

static void wide_rules(struct run *r, const char *use)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	buf_add_cstr(&text, "{\"ruleset\":1,\"left\":{},\"right\":{},\"fields\":{");
	for (uint32_t c = 0; c + 1 < COLUMNS; c++)
		buf_printf(&text, "\"f%u\":{\"type\":\"code\",\"left\":\"c%u\",\"right\":\"c%u\"},",
			c, c, c);
	buf_printf(&text,
		"\"numbers\":{\"type\":\"code\",\"left\":{\"from\":\"c%u\",\"find\":\"inv-[0-9]{4}"
		"\","
		"\"all\":true},\"right\":{\"from\":\"c%u\",\"find\":\"inv-[0-9]{4}\",\"all\":true}}"
		"},"
		"\"passes\":[{\"name\":\"learned\",\"kind\":\"1:1\",\"mode\":\"learn\"%s,\"then\":"
		"{\"suggest\":{\"confidence\":0.5}}}]}",
		COLUMNS - 1, COLUMNS - 1, use);
	if (ruleset_parse(buf_sv(&text), &r->arena, &r->rules, &err) != 0)
		fail_msg("%s at %s", err.detail, err.pointer);
}

static uint32_t occurrences(const char *text, const char *of)
{
	uint32_t n = 0;

	for (; (text = strstr(text, of)) != NULL; text++)
		n++;
	return n;
}

static const struct {
	const char *label, *use;
	uint32_t compared;
	const char *with, *without;
} wide[] = {
	{"more columns than are compared", "", 32, "\"field\":\"f38\"", "\"field\":\"f0\""},
	{"those that the pass names", ",\"use\":[\"f0\",\"f30\",\"numbers\"]", 3,
		"\"field\":\"f0\"", "\"field\":\"f38\""},
};

static void test_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		struct run r = {0};
		arena_init(&r.arena, 0);
		for (int side = 0; side < 2; side++) {
			make_wide(80, &r.table[side]);
			r.in[side] = (struct match_input){
				.table = &r.table[side], .side = (uint8_t)side};
		}
		wide_rules(&r, wide[i].use);
		run_checked(wide[i].label, &r, 1);
		const char *model = member(r.receipt.model, "\"comparisons\"");
		CHECK_INT(wide[i].label, occurrences(model, "\"compared_as\""), wide[i].compared);
		CHECK(wide[i].label, strstr(model, wide[i].without) == NULL);
		member(model, wide[i].with);
		member(model, "\"field\":\"numbers\",\"compared_as\":\"same\"");
		CHECK_INT(wide[i].label, right_of(&r.result), 80);
		run_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_best_of_a_row),
		cmocka_unit_test(test_too_many_pairs),
		cmocka_unit_test(test_bounded_memory),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests_name("match/learn_model", tests, NULL, NULL);
}
