/*
 * Evidence: each compared field of a pair falls into a level, and the level's weight is
 * log2(m / u): how much likelier it is among true pairs than among chance ones. u is counted in the
 * right side for the value at hand (rare values say more); m are start values, since nothing is
 * learned here. After Fellegi and Sunter 1969, and Winkler for value frequencies.
 *
 * Weights are integers of 1/64 bit.
 */
#include <stdlib.h>
#include <string.h>

#include "match/engine.h"
#include "match/learn.h"

/* log2 of the start values of m. */
#define M_TEXT_EQUAL (-47)    /* .6 */
#define M_TEXT_1024 614u
#define M_AMOUNT_EQUAL (-85)  /* .4 */
#define M_AMOUNT_1024 410u
#define M_AMOUNT_NEAR_MAX (-111) /* .3 */
#define M_REVERSED (-361)     /* .02 */
#define M_DAY (-10)           /* .9 over the window */
#define DAY_DECAY 16          /* a quarter bit less for each day away */
#define DAY_WINDOW 40
/* What few rows cannot tell: half a coincidence in a thousand for a value, in 30 for a day. */
#define PRIOR_ROWS 500u
#define PRIOR_DAYS 15u
#define SAMPLE_PAIRS 65536u
#define SAMPLE_ROWS 4096u
#define LONG_TEXT_WORDS 4

/* .6 .1 .08 .04 .05 .04 .03 .06 for the levels of a short text, LEVEL_EQUAL .. LEVEL_ELSE. */
static const int32_t m_text[] = {0, -47, -213, -233, -297, -277, -297, -324, -260};

static const char *const level_words[] = {
	[LEVEL_MISSING] = "missing",
	[LEVEL_EQUAL] = "equal",
	[LEVEL_PREFIX] = "one begins the other",
	[LEVEL_EDIT1] = "one edit",
	[LEVEL_EDIT2] = "two edits",
	[LEVEL_LIKE92] = "very alike",
	[LEVEL_LIKE85] = "alike",
	[LEVEL_LIKE75] = "somewhat alike",
	[LEVEL_ELSE] = "different",
	[LEVEL_NEAR] = "near",
	[LEVEL_FAR] = "far",
	[LEVEL_REVERSED] = "sign reversed",
	[LEVEL_WORDS_MANY] = "most words shared",
	[LEVEL_WORDS_SOME] = "some words shared",
	[LEVEL_WORDS_FEW] = "few words shared",
};

const char *score_level_word(unsigned level)
{
	return level < LEVEL_COUNT ? level_words[level] : "";
}

/* ---- preparing ---- */

static void radix_sort(struct engine *e, int64_t *v, uint32_t n)
{
	int64_t *other = ENGINE_NEW(e, (size_t)n + 1, int64_t), *from = v, *to = other;
	uint64_t all_or = 0, all_and = UINT64_MAX;

	if (other == NULL)
		return;
	for (uint32_t i = 0; i < n; i++) {
		all_or |= (uint64_t)v[i];
		all_and &= (uint64_t)v[i];
	}
	for (int shift = 0; shift < 64; shift += 8) {
		uint32_t place[256] = {0}, sum = 0;
		uint64_t flip = shift == 56 ? 0x80 : 0;
		if (((all_or ^ all_and) >> shift & 0xff) == 0)
			continue;
		for (uint32_t i = 0; i < n; i++)
			place[((uint64_t)from[i] >> shift & 0xff) ^ flip]++;
		for (int d = 0; d < 256; d++) {
			uint32_t count = place[d];
			place[d] = sum;
			sum += count;
		}
		for (uint32_t i = 0; i < n; i++)
			to[place[((uint64_t)from[i] >> shift & 0xff) ^ flip]++] = from[i];
		int64_t *swap = from;
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	engine_free(e, other);
}

void score_sort_values(struct engine *e, struct field *f)
{
	uint32_t n = 0;

	if (f->sorted != NULL)
		return;
	f->sorted = ENGINE_NEW(e, (size_t)e->n[RIGHT] + 1, int64_t);
	if (f->sorted == NULL)
		return;
	for (uint32_t r = 0; r < e->n[RIGHT]; r++)
		if (vec_valid(&f->v[RIGHT], r))
			f->sorted[n++] = f->v[RIGHT].i64[r];
	radix_sort(e, f->sorted, n);
}

static bool branch_fixes(const struct rules_branch *b, uint32_t field)
{
	for (uint32_t i = 0; i < b->ntests; i++)
		if (b->tests[i].field == field && b->tests[i].op == RULES_OP_SAME &&
			b->tests[i].missing == RULES_MISSING_FAIL)
			return true;
	return false;
}

/* Amounts of a group's lines say nothing one by one. */
static bool pass_uses(const struct engine *e, const struct rules_pass *pass, uint32_t field)
{
	if (pass->kind != KIND_1_1 && e->rs->fields[field].type == RULES_AMOUNT)
		return false;
	if (pass->use == NULL)
		return true;
	for (uint32_t i = 0; i < pass->nuse; i++)
		if (pass->use[i] == field)
			return true;
	return false;
}

/* Its pairs are weighed by what it learns, and by nothing here. */
static bool pass_learns(const struct rules_pass *pass)
{
	return pass->mode == RULES_MODE_LEARN &&
		(pass->kind == KIND_1_1 || pass->kind == KIND_SAME);
}

/* Can a pass come to compare two different values of the field? */
static bool compared_unequal(const struct engine *e, uint32_t field)
{
	for (uint32_t p = 0; p < e->rs->npasses; p++) {
		const struct rules_pass *pass = &e->rs->passes[p];
		if (!pass_uses(e, pass, field) || pass_learns(pass))
			continue;
		for (uint32_t b = 0; b < pass->when.nbranches; b++)
			if (!branch_fixes(&pass->when.branches[b], field))
				return true;
	}
	return false;
}

static uint32_t count_blanks(struct sv s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ' ';
	return n;
}

bool score_is_long(const struct engine *e, const struct field *f)
{
	uint64_t words = 0, rows = 0;

	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < MIN(SAMPLE_ROWS, e->n[side]); i++) {
			uint32_t r = (uint32_t)((uint64_t)i * e->n[side] / MIN(SAMPLE_ROWS, e->n[side]));
			if (!vec_valid(&f->v[side], r))
				continue;
			words += count_blanks(vec_text(&f->v[side], r)) + 1;
			rows++;
		}
	return rows > 0 && words >= LONG_TEXT_WORDS * rows;
}

static unsigned text_level(const struct field *f, struct metric *m, struct pair p)
{
	struct sv a = vec_text(&f->v[p.sa], p.a), b = vec_text(&f->v[p.sb], p.b);

	if (sv_eq(a, b))
		return LEVEL_EQUAL;
	if (MIN(a.n, b.n) >= 3 && (sv_starts_with(a, b) || sv_starts_with(b, a)))
		return LEVEL_PREFIX;
	metric_pattern_kept(m, a);
	int32_t like = metric_jaro_winkler(m, b);
	/* One or two edits in a text of some length leave it this much alike. */
	if (like >= 700000 && MAX(a.n, b.n) - MIN(a.n, b.n) <= 2) {
		uint32_t edits = metric_osa(m, b);
		if (edits == 1)
			return LEVEL_EDIT1;
		if (edits == 2 && MIN(a.n, b.n) >= 4)
			return LEVEL_EDIT2;
	}
	return like >= 920000 ? LEVEL_LIKE92 : like >= 850000 ? LEVEL_LIKE85 :
		like >= 750000 ? LEVEL_LIKE75 : LEVEL_ELSE;
}

/* u of each level over pairs of values chosen by a hash of the values, not of the rows' order. */
static void sample_levels(struct engine *e, struct field *f)
{
	uint64_t hits[LEVEL_ELSE + 1] = {0}, pairs = 0;
	struct metric *m = engine_metric(e, 0);
	uint32_t want = SAMPLE_PAIRS;

	if (m == NULL || e->n[0] == 0 || e->n[1] == 0)
		return;
	intern_row_hashes(e);
	if (!engine_ok(e))
		return;
	if ((uint64_t)e->n[0] * e->n[1] < want)
		want = e->n[0] * e->n[1];
	/* Left rows in an order made of their content; right partners likewise. */
	for (uint32_t i = 0; i < want; i++) {
		uint64_t h = mix64(UINT64_C(0x378) + i);
		uint32_t l = e->sample[0][h % e->nsample[0]];
		uint32_t r = e->sample[1][(h >> 32) % e->nsample[1]];
		if (!vec_valid(&f->v[0], l) || !vec_valid(&f->v[1], r))
			continue;
		hits[text_level(f, m, (struct pair){LEFT, RIGHT, l, r})]++;
		pairs++;
	}
	for (unsigned level = LEVEL_PREFIX; level <= LEVEL_ELSE; level++)
		f->level_bits[level] = m_text[level] + num_log2(&e->num, 2 * (pairs + 1)) -
			num_log2(&e->num, 2 * hits[level] + 1);
}

struct sampled {
	uint64_t hash;
	uint32_t row;
};

static int by_hash(const void *a, const void *b)
{
	const struct sampled *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* The rows with the smallest hashes: a sample that the order of rows does not change. */
static void choose_sample(struct engine *e, int side)
{
	VECTOR(struct sampled) chosen = {0};
	uint64_t limit = e->n[side] <= SAMPLE_ROWS ? UINT64_MAX :
		UINT64_MAX / e->n[side] * SAMPLE_ROWS;

	for (uint32_t r = 0; r < e->n[side]; r++) {
		uint64_t h = mix64(e->row_hash[side][r]);
		if (h <= limit && !ENGINE_PUSH(e, &chosen, ((struct sampled){h, r})))
			return;
	}
	if (chosen.n > 1)
		qsort(chosen.p, chosen.n, sizeof(*chosen.p), by_hash);
	e->sample[side] = ENGINE_NEW(e, chosen.n + 1, uint32_t);
	for (size_t i = 0; i < chosen.n && engine_ok(e); i++)
		e->sample[side][i] = chosen.p[i].row;
	e->nsample[side] = (uint32_t)chosen.n;
	engine_free(e, chosen.p);
}

static void prepare_text(struct engine *e, struct field *f)
{
	if (f->listed || f->long_text) {
		words_prepare(e, f);
		return;
	}
	if (e->sample[0] == NULL) {
		intern_row_hashes(e);
		for (int side = 0; side < 2 && engine_ok(e); side++)
			choose_sample(e, side);
	}
	if (engine_ok(e) && e->nsample[0] > 0 && e->nsample[1] > 0)
		sample_levels(e, f);
}

/* The weight of a difference of no days, so that the window's m add up to .9. */
static int32_t day_start(const struct engine *e, int64_t low, int64_t high)
{
	double sum = 0;

	for (int64_t d = low; d <= high; d++)
		sum += num_pow2(&e->num, (int32_t)(-DAY_DECAY * MIN(d < 0 ? -d : d, 256)));
	return M_DAY - num_log2(&e->num, (uint64_t)(sum * 1024 + 0.5)) + 10 * RULES_BIT;
}

static int32_t day_start_of(const struct engine *e, const struct rules_pass *pass, uint32_t field)
{
	int64_t low = 0, high = -1;

	for (uint32_t b = 0; b < pass->when.nbranches; b++)
		for (uint32_t i = 0; i < pass->when.branches[b].ntests; i++) {
			const struct rules_test *t = &pass->when.branches[b].tests[i];
			if (t->field != field || t->op != RULES_OP_DAYS)
				continue;
			low = low > high ? t->low : MIN(low, t->low);
			high = MAX(high, t->high);
		}
	if (low > high)
		low = -DAY_WINDOW, high = DAY_WINDOW;
	return day_start(e, MAX(low, -DAY_WINDOW), MIN(high, DAY_WINDOW));
}

static bool is_compared(const struct engine *e, uint32_t field)
{
	for (uint32_t i = 0; i < e->ncompared; i++)
		if (e->compared[i] == field)
			return true;
	return false;
}

/* Do all branches of the pass ask for one and the same value? */
static bool pass_fixes(const struct rules_pass *pass, uint32_t field)
{
	for (uint32_t b = 0; b < pass->when.nbranches; b++)
		if (!branch_fixes(&pass->when.branches[b], field))
			return false;
	return pass->when.nbranches > 0;
}

static void note_fixed(struct engine *e)
{
	e->fixed = ENGINE_ZNEW(e, (size_t)e->rs->npasses * e->nf + 1, uint8_t);
	for (uint32_t p = 0; p < e->rs->npasses && engine_ok(e); p++)
		for (uint32_t i = 0; i < e->nf; i++)
			e->fixed[p * e->nf + i] = e->f[i].rule->type != RULES_DATE &&
				!e->f[i].listed && pass_fixes(&e->rs->passes[p], i);
}

void score_prepare(struct engine *e)
{
	note_fixed(e);
	for (uint32_t i = 0; i < e->nf && engine_ok(e); i++) {
		struct field *f = &e->f[i];
		bool unequal = is_compared(e, i) && compared_unequal(e, i);
		intern_field(e, f);
		for (int side = 0; side < 2; side++) {
			bool day = f->rule->type == RULES_DATE;
			f->total[side] = 2 * ((uint64_t)f->nvalid[side] +
				(day ? PRIOR_DAYS : PRIOR_ROWS));
			f->log_total[side] = num_log2(&e->num, f->total[side]);
		}
		if (f->textual && !f->listed && is_compared(e, i) && engine_ok(e))
			f->long_text = score_is_long(e, f);
		if (f->textual && (unequal || f->listed) && engine_ok(e))
			prepare_text(e, f);
		else if (unequal && f->v[RIGHT].i64 != NULL)
			score_sort_values(e, f);
	}
	e->day_start = ENGINE_ZNEW(e, (size_t)e->rs->npasses * e->nf, int32_t);
	for (uint32_t p = 0; p < e->rs->npasses && engine_ok(e); p++)
		for (uint32_t i = 0; i < e->nf; i++)
			if (e->f[i].rule->type == RULES_DATE)
				e->day_start[p * e->nf + i] =
					day_start_of(e, &e->rs->passes[p], i);
}

/* ---- scoring ---- */

/* log2(m / u) where u is the share of other right rows with this right row's value, and a true
 * pair is equal by being true (m) or by chance like any other. */
static inline int32_t counted_of(const struct engine *e, const struct field *f, struct pair p,
	uint32_t count, int32_t log_m, uint32_t m)
{
	uint64_t same = 2 * (uint64_t)count - 1;

	if (same * 64 < f->total[p.sb])
		return log_m + f->log_total[p.sb] - num_log2(&e->num, same);
	return num_log2(&e->num, f->total[p.sb] * m + (1024 - m) * same) - 10 * RULES_BIT -
		num_log2(&e->num, same);
}

static inline int32_t counted(const struct engine *e, const struct field *f, struct pair p,
	int32_t log_m, uint32_t m)
{
	return counted_of(e, f, p, f->count[p.sb][f->id[p.sb][p.b]], log_m, m);
}

static inline int32_t score_equal(
	const struct engine *e, const struct field *f, struct pair p, uint32_t count)
{
	return f->rule->type == RULES_AMOUNT ?
		counted_of(e, f, p, count, M_AMOUNT_EQUAL, M_AMOUNT_1024) :
		counted_of(e, f, p, count, M_TEXT_EQUAL, M_TEXT_1024);
}

/* Two values known to be equal: the other record need not be looked at. */
static inline int32_t score_fixed(const struct engine *e, const struct field *f, struct pair p)
{
	return score_equal(e, f, p, p.sa == LEFT && p.sb == RIGHT ? f->seen[p.a] :
		f->count[p.sb][f->id[p.sa][p.a]]);
}

void score_fetch_places(const struct engine *e, int side, uint32_t row)
{
	for (uint32_t i = 0; i < e->ncompared; i++) {
		const struct field *f = &e->f[e->compared[i]];
		const struct vec *v = &f->v[side];
		if (f->id[side] != NULL)
			__builtin_prefetch(&f->id[side][row]);
		if (v->off != NULL)
			__builtin_prefetch(&v->off[row]);
		else if (v->i32 != NULL)
			__builtin_prefetch(&v->i32[row]);
		if (f->words[side].first == NULL)
			continue;
		__builtin_prefetch(&f->words[side].first[row]);
		__builtin_prefetch(&f->words[side].total[row]);
	}
}

void score_fetch_values(const struct engine *e, int side, uint32_t row)
{
	for (uint32_t i = 0; i < e->ncompared; i++) {
		const struct field *f = &e->f[e->compared[i]];
		const struct words *w = &f->words[side];
		if (side == RIGHT && f->id[side] != NULL && f->count[side] != NULL)
			__builtin_prefetch(&f->count[side][f->id[side][row]]);
		if (f->v[side].off != NULL)
			__builtin_prefetch(f->v[side].bytes + f->v[side].off[row]);
		if (w->first == NULL)
			continue;
		__builtin_prefetch(&w->word[w->first[row]]);
		__builtin_prefetch(&w->bits[w->first[row]]);
	}
}

static uint32_t count_below(const int64_t *sorted, uint32_t n, int64_t value)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int32_t score_number(
	const struct engine *e, const struct field *f, struct pair p, unsigned *level)
{
	int64_t a = f->v[p.sa].i64[p.a], b = f->v[p.sb].i64[p.b];
	uint64_t size = (uint64_t)(a < 0 ? -a : a);

	if (b == -a) {
		*level = LEVEL_REVERSED;
		return counted(e, f, p, M_REVERSED, 0);
	}
	uint64_t diff = (uint64_t)(b > a ? b - a : a - b);
	*level = diff <= size / 6 ? LEVEL_NEAR : LEVEL_FAR;
	if (*level == LEVEL_FAR || f->sorted == NULL)
		return -3 * RULES_BIT;
	uint32_t n = f->nvalid[RIGHT];
	int64_t reach = (int64_t)diff;
	uint32_t around = count_below(f->sorted, n, a + reach + 1) - count_below(f->sorted, n, a - reach);
	/* m is flat over the ratio, .3 up to a sixth: 2 |b - a| / |a|. */
	int32_t m = MIN(M_AMOUNT_NEAR_MAX,
		RULES_BIT + num_log2(&e->num, diff) - num_log2(&e->num, size));
	return m + f->log_total[p.sb] - num_log2(&e->num, 2 * (uint64_t)around - 1);
}

static int32_t score_date(const struct engine *e, const struct field *f, int32_t start,
	struct pair p, unsigned *level)
{
	int32_t days = f->v[p.sb].i32[p.b] - f->v[p.sa].i32[p.a];
	int32_t size = days < 0 ? -days : days;

	*level = size == 0 ? LEVEL_EQUAL : size <= DAY_WINDOW ? LEVEL_NEAR : LEVEL_FAR;
	if (size <= DAY_WINDOW)
		return counted(e, f, p, start - DAY_DECAY * size, 0);
	return size <= 60 ? -2 * RULES_BIT : size <= 120 ? -4 * RULES_BIT : -6 * RULES_BIT;
}

static int32_t score_words(const struct field *f, struct pair p, unsigned *level)
{
	static const int32_t steps[] = {4 * 64, 8 * 64, 12 * 64, 17 * 64, 24 * 64, 36 * 64};
	static const int32_t shares[] = {12, 25, 40, 55, 70, 90};
	struct word_overlap o = words_compare(f, p);
	int32_t step = 0, share = 0;

	while (step < 6 && o.shared >= steps[step])
		step++;
	while (share < 6 && (int64_t)o.shared * 100 >= (int64_t)o.poorer * shares[share])
		share++;
	*level = o.rarest == 0 ? LEVEL_ELSE : share >= 5 ? LEVEL_WORDS_MANY :
		share >= 3 ? LEVEL_WORDS_SOME : LEVEL_WORDS_FEW;
	if (o.rarest == 0)
		return -2 * RULES_BIT;
	return 83 * step + 51 * share;
}

static int32_t score_text(
	struct metric *m, const struct field *f, struct pair p, unsigned *level)
{
	if (f->listed) {
		struct word_overlap o = words_compare(f, p);
		*level = o.rarest > 0 ? LEVEL_EQUAL : LEVEL_ELSE;
		return o.rarest > 0 ? M_TEXT_EQUAL + o.rarest : -2 * RULES_BIT;
	}
	if (f->long_text)
		return score_words(f, p, level);
	*level = text_level(f, m, p);
	return f->level_bits[*level];
}

static int32_t score_field(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	uint32_t field, struct pair p, unsigned *level)
{
	const struct field *f = &e->f[field];
	uint32_t a = f->id[p.sa][p.a], b = f->id[p.sb][p.b];

	if (a == 0 || b == 0) {
		*level = LEVEL_MISSING;
		return 0;
	}
	if (f->rule->type == RULES_DATE) {
		int32_t start = e->day_start[(size_t)(pass - e->rs->passes) * e->nf + field];
		return score_date(e, f, start, p, level);
	}
	if (a == b) {
		*level = LEVEL_EQUAL;
		return score_equal(e, f, p, f->count[p.sb][b]);
	}
	if (f->textual)
		return score_text(m, f, p, level);
	if (f->v[p.sa].i64 != NULL)
		return score_number(e, f, p, level);
	*level = LEVEL_ELSE;
	return -4 * RULES_BIT;
}

static inline bool is_fixed(
	const struct engine *e, const struct rules_pass *pass, uint32_t field)
{
	return e->fixed[(size_t)(pass - e->rs->passes) * e->nf + field] != 0;
}

/* Two records of one side: what they share in fields that only their side has. */
static int32_t score_own(const struct engine *e, const struct rules_pass *pass, struct pair p)
{
	int32_t sum = 0;

	for (uint32_t i = 0; i < e->nf; i++) {
		const struct field *f = &e->f[i];
		/* Ids of a side without the field are nobody's. */
		if (f->both || f->listed || !f->v[p.sa].present || f->id[p.sa] == NULL ||
			!pass_uses(e, pass, i) ||
			(f->rule->type != RULES_CODE && f->rule->type != RULES_TEXT))
			continue;
		if (f->id[p.sa][p.a] != 0 && f->id[p.sa][p.a] == f->id[p.sb][p.b])
			sum += counted(e, f, p, M_TEXT_EQUAL, M_TEXT_1024);
	}
	return sum;
}

int32_t score_pair(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p)
{
	int32_t sum = 0;
	unsigned level;

	for (uint32_t i = 0; i < e->ncompared; i++) {
		uint32_t field = e->compared[i];
		if (!pass_uses(e, pass, field))
			continue;
		sum += is_fixed(e, pass, field) ? score_fixed(e, &e->f[field], p) :
			score_field(e, m, pass, field, p, &level);
	}
	if (p.sa == p.sb)
		sum += score_own(e, pass, p);
	return sum;
}

uint64_t score_levels(const struct engine *e, struct metric *m, const struct rules_pass *pass,
	struct pair p, bool tested, int32_t ret_bits[PATTERN_FIELDS])
{
	uint64_t levels = 0;

	if (learn_levels(e, m, pass, p, ret_bits, &levels))
		return levels;
	for (uint32_t i = 0; i < MIN(e->ncompared, PATTERN_FIELDS); i++) {
		uint32_t field = e->compared[i];
		unsigned level = LEVEL_MISSING;
		ret_bits[i] = 0;
		if (pass_uses(e, pass, field) && tested && is_fixed(e, pass, field)) {
			level = LEVEL_EQUAL;
			ret_bits[i] = score_fixed(e, &e->f[field], p);
		} else if (pass_uses(e, pass, field)) {
			ret_bits[i] = score_field(e, m, pass, field, p, &level);
		}
		levels |= (uint64_t)level << 4 * i;
	}
	return levels;
}
