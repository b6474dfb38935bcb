/*
 * Comparisons: one per field that both sides have, each with its levels. A level says how alike two
 * values are, as finely as the type allows; what it is worth is learned elsewhere. Levels that turn
 * out to be worth the same are merged afterwards, so nothing is lost by fine ones but memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "match/learn_parts.h"

/* Upper bounds of the bins of |ln(right / left)|, as ratios: e^.0005, e^.001 ... e^2. */
static const double bin_up[AMOUNT_BINS - 1] = {1.0005001250208359, 1.0010005001667084,
	1.002002001334, 1.0040080106773419, 1.0070245572668487, 1.010050167084168,
	1.0151130646157189, 1.0202013400267558, 1.0253151205244289, 1.0304545339535169,
	1.0356197088149, 1.0408107741923882, 1.0512710963760241, 1.0618365465453596,
	1.0725081812542165, 1.0832870676749586, 1.0941742837052104, 1.1051709180756477,
	1.1162780704588713, 1.1274968515793757, 1.1445367842513, 1.1618342427282831,
	1.2214027581601699, 1.3498588075760032, 1.6487212707001282, 2.718281828459045,
	7.38905609893065};
static const char *const bin_word[AMOUNT_BINS] = {"0.05 %", "0.1 %", "0.2 %", "0.4 %", "0.7 %",
	"1 %", "1.5 %", "2 %", "2.5 %", "3 %", "3.5 %", "4 %", "5 %", "6 %", "7 %", "8 %", "9 %",
	"10 %", "11 %", "12 %", "14 %", "16 %", "22 %", "35 %", "65 %", "2.7 times", "7.4 times",
	"any factor"};
static const char *const short_word[SHORT_LEVELS] = {"equal", "one begins the other", "one edit",
	"two edits", "very alike", "alike", "somewhat alike", "different"};

/* ---- making ---- */

static bool uses(const struct rules_pass *pass, uint32_t field)
{
	if (pass->use == NULL)
		return true;
	for (uint32_t i = 0; i < pass->nuse; i++)
		if (pass->use[i] == field)
			return true;
	return false;
}

static enum learn_how how_of(const struct engine *e, const struct field *f)
{
	if (f->listed || f->rule->type == RULES_CURRENCY)
		return LEARN_SAME;
	if (f->rule->type == RULES_DATE)
		return LEARN_DATE;
	if (!f->textual)
		return LEARN_AMOUNT;
	return score_is_long(e, f) ? LEARN_LONG : LEARN_SHORT;
}

static bool share_column(const struct rules_field *a, const struct rules_field *b)
{
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < a->side[side].nterms; i++)
			for (uint32_t k = 0; k < b->side[side].nterms; k++)
				if (sv_eq(a->side[side].terms[i].name, b->side[side].terms[k].name))
					return true;
	return false;
}

/* Which letters and digits a value has: values that share few cannot be alike. */
static void note_letters(struct engine *e, struct comparison *c, int side)
{
	uint64_t *letters = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint64_t);

	c->letters[side] = letters;
	for (uint32_t r = 0; letters != NULL && r < e->n[side]; r++) {
		struct sv text = vec_text(&c->f->v[side], r);
		for (size_t i = 0; i < text.n; i++)
			letters[r] |= UINT64_C(1) << ((unsigned char)text.p[i] & 63);
	}
}

static void make_one(struct learn *n, struct comparison *c)
{
	static const uint32_t levels[] = {[LEARN_SAME] = 2, [LEARN_SHORT] = SHORT_LEVELS,
		[LEARN_LONG] = LONG_LEVELS, [LEARN_AMOUNT] = AMOUNT_ATOM, [LEARN_DATE] = DATE_LEVELS};

	c->nlevels = levels[c->how];
	c->given.parent = c->given.both_of = LEARN_ALONE;
	for (uint32_t i = 0; i < n->nc; i++)
		if (share_column(c->f->rule, n->c[i].f->rule))
			c->columns |= UINT64_C(1) << i;
	if (c->how == LEARN_LONG)
		learn_tokens_make(n->e, c);
	for (int side = 0; side < 2 && c->how == LEARN_SHORT; side++)
		note_letters(n->e, c, side);
	if (engine_ok(n->e))
		learn_count_make(n->e, c);
}

/* How much two equal values tell, 1/64 bit: what to keep when there are too many columns. */
static int32_t tells(const struct engine *e, const struct field *f)
{
	uint64_t pairs = 0, all = (uint64_t)f->nvalid[0] * f->nvalid[1];

	for (uint32_t id = 1; id < f->nids; id++)
		pairs += (uint64_t)f->count[0][id] * f->count[1][id];
	if (all == 0)
		return 0;
	return num_log2(&e->num, all + 1) - num_log2(&e->num, pairs + 1);
}

struct choice {
	int32_t tells;
	uint32_t field;
};

static int by_telling(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->tells != y->tells)
		return x->tells > y->tells ? -1 : 1;
	return x->field < y->field ? -1 : x->field > y->field;
}

static int by_field(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	return x->field < y->field ? -1 : x->field > y->field;
}

void learn_compare_make(struct learn *n)
{
	struct engine *e = n->e;
	struct choice choice[RULES_FIELDS_MAX] = {0};
	uint32_t count = 0;

	for (uint32_t i = 0; i < e->ncompared; i++)
		if (uses(n->pass, e->compared[i]))
			choice[count++] = (struct choice){
				tells(e, &e->f[e->compared[i]]), e->compared[i]};
	if (count > LEARN_COMPARISONS_MAX) {
		qsort(choice, count, sizeof(*choice), by_telling);
		count = LEARN_COMPARISONS_MAX;
		qsort(choice, count, sizeof(*choice), by_field);
	}
	n->c = ENGINE_ZNEW(e, (size_t)count + 1, struct comparison);
	for (uint32_t i = 0; i < count && engine_ok(e); i++) {
		const struct field *f = &e->f[choice[i].field];
		n->c[n->nc++] = (struct comparison){
			.how = how_of(e, f), .field = choice[i].field, .f = f};
	}
	for (uint32_t i = 0; i < n->nc && engine_ok(e); i++)
		make_one(n, &n->c[i]);
}

/* ---- levels ---- */

static unsigned short_level(const struct comparison *c, struct metric *m, uint32_t l, uint32_t r)
{
	struct sv a = vec_text(&c->f->v[LEFT], l), b = vec_text(&c->f->v[RIGHT], r);
	size_t less = MIN(a.n, b.n), more = MAX(a.n, b.n);

	if (less >= 3 && memcmp(a.p, b.p, less) == 0)
		return SHORT_PREFIX;
	/* Two edits touch four letters at most, and what is alike shares most of them. */
	uint64_t x = c->letters[LEFT][l], y = c->letters[RIGHT][r];
	int common = __builtin_popcountll(x & y), all = __builtin_popcountll(x | y);
	if (2 * common + 1 < all && less > 4)
		return SHORT_ELSE;
	metric_pattern(m, a);
	int32_t like = metric_jaro_winkler(m, b);
	if (like >= 600000 && more - less <= 2) {
		uint32_t edits = metric_osa(m, b);
		if (edits == 1)
			return SHORT_EDIT1;
		if (edits == 2 && less >= 4)
			return SHORT_EDIT2;
	}
	return like >= 920000 ? SHORT_LIKE92 : like >= 850000 ? SHORT_LIKE85 :
		like >= 750000 ? SHORT_LIKE75 : SHORT_ELSE;
}

static unsigned bin_of(double ratio)
{
	unsigned low = 0, high = AMOUNT_BINS - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (ratio > bin_up[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Ratios right / left of levels low .. high, on one side of equality, for positive amounts. */
void learn_ratio_bounds(unsigned low, unsigned high, double *ret_low, double *ret_high)
{
	if (low > AMOUNT_EQUAL) {
		*ret_low = low == AMOUNT_EQUAL + 1 ? 1 : bin_up[low - AMOUNT_EQUAL - 2];
		*ret_high = high - AMOUNT_EQUAL - 1 == AMOUNT_BINS - 1 ? 1e18 :
			bin_up[high - AMOUNT_EQUAL - 1];
		return;
	}
	*ret_high = high == AMOUNT_EQUAL - 1 ? 1 : 1 / bin_up[AMOUNT_EQUAL - 2 - high];
	*ret_low = low == 0 ? 0 : 1 / bin_up[AMOUNT_EQUAL - 1 - low];
}

static unsigned atom_of(const struct comparison *c, int64_t a, int64_t b)
{
	for (uint32_t i = 0; i < c->natoms; i++) {
		int64_t low, high;
		learn_atom_range(&c->atom[i], a, &low, &high);
		if (b >= low && b <= high)
			return AMOUNT_ATOM + i;
	}
	return LEARN_LEVELS_MAX;
}

unsigned learn_amount_bin(const struct comparison *c, uint32_t l, uint32_t r)
{
	int64_t a = c->f->v[LEFT].i64[l], b = c->f->v[RIGHT].i64[r];

	if (a == b)
		return AMOUNT_EQUAL;
	if (a == -b)
		return AMOUNT_REVERSED;
	if ((a < 0) != (b < 0) || a == 0 || b == 0)
		return AMOUNT_OTHER;
	double x = (double)(a < 0 ? -a : a), y = (double)(b < 0 ? -b : b);
	return y > x ? AMOUNT_EQUAL + 1 + bin_of(y / x) : AMOUNT_EQUAL - 1 - bin_of(x / y);
}

static unsigned amount_level(const struct comparison *c, uint32_t l, uint32_t r)
{
	unsigned bin = learn_amount_bin(c, l, r);
	unsigned atom = c->natoms == 0 || bin == AMOUNT_EQUAL || bin >= AMOUNT_OTHER ?
		LEARN_LEVELS_MAX : atom_of(c, c->f->v[LEFT].i64[l], c->f->v[RIGHT].i64[r]);

	return atom < LEARN_LEVELS_MAX ? atom : bin;
}

static bool swapped(int32_t a, int32_t b)
{
	int y, m, d, y2, m2, d2;

	date_to_civil(a, &y, &m, &d);
	date_to_civil(b, &y2, &m2, &d2);
	return y == y2 && m == d2 && d == m2 && m != d;
}

static bool one_digit(int32_t a, int32_t b)
{
	int x[3], z[3], wrong = 0;

	date_to_civil(a, &x[0], &x[1], &x[2]);
	date_to_civil(b, &z[0], &z[1], &z[2]);
	for (int i = 0; i < 3; i++)
		for (int k = i == 0 ? 4 : 2; k > 0; k--) {
			wrong += x[i] % 10 != z[i] % 10;
			x[i] /= 10;
			z[i] /= 10;
		}
	return wrong == 1;
}

static unsigned date_level(const struct comparison *c, uint32_t l, uint32_t r)
{
	int32_t a = c->f->v[LEFT].i32[l], b = c->f->v[RIGHT].i32[r], days = b - a;
	int32_t size = days < 0 ? -days : days;

	if (size >= 27 && size <= 330 && swapped(a, b))
		return DATE_SWAPPED;
	if (size <= DATE_NEAR)
		return (unsigned)((int32_t)DATE_EQUAL + days);
	if (one_digit(a, b))
		return DATE_DIGIT;
	unsigned range = size <= 60 ? 0 : size <= 120 ? 1 : size <= 365 ? 2 : 3;
	return days < 0 ? DATE_FIRST - 1 - range : DATE_LAST + 1 + range;
}

unsigned learn_level(const struct learn *n, const struct comparison *c, struct metric *m, uint32_t l,
	uint32_t r, int32_t *ret_shape)
{
	uint32_t a = c->f->id[LEFT][l], b = c->f->id[RIGHT][r];

	(void)n;
	*ret_shape = 0;
	if (a == 0 || b == 0)
		return LEARN_LEVELS_MAX;
	switch (c->how) {
	case LEARN_SAME:
		if (a == b || !c->f->listed)
			return a != b;
		return words_compare(c->f, (struct pair){LEFT, RIGHT, l, r}).rarest == 0;
	case LEARN_SHORT:
		return a == b ? SHORT_EQUAL : short_level(c, m, l, r);
	case LEARN_LONG:
		return learn_long_level(c, l, r, ret_shape);
	case LEARN_AMOUNT:
		return amount_level(c, l, r);
	case LEARN_DATE:
		return date_level(c, l, r);
	}
	return LEARN_LEVELS_MAX;
}

/* ---- words ---- */

static void amount_word(const struct comparison *c, unsigned level, char out[64])
{
	if (level == AMOUNT_EQUAL)
		snprintf(out, 64, "equal");
	else if (level < AMOUNT_EQUAL)
		snprintf(out, 64, "lower by up to %s", bin_word[AMOUNT_EQUAL - 1 - level]);
	else if (level < AMOUNT_OTHER)
		snprintf(out, 64, "higher by up to %s", bin_word[level - AMOUNT_EQUAL - 1]);
	else if (level < AMOUNT_ATOM)
		snprintf(out, 64, "%s", level == AMOUNT_OTHER ? "other sign" : "sign reversed");
	else
		snprintf(out, 64, "times %.9g, then %+lld",
			(double)c->atom[level - AMOUNT_ATOM].ratio / (double)LEARN_NANO,
			(long long)c->atom[level - AMOUNT_ATOM].add);
}

static void date_word(unsigned level, char out[64])
{
	static const char *const ranges[] = {"41 to 60", "61 to 120", "121 to 365", "over 365"};

	if (level >= DATE_SWAPPED)
		snprintf(out, 64, "%s",
			level == DATE_SWAPPED ? "day and month swapped" : "one digit differs");
	else if (level < DATE_FIRST)
		snprintf(out, 64, "%s days earlier", ranges[DATE_FIRST - 1 - level]);
	else if (level > DATE_LAST)
		snprintf(out, 64, "%s days later", ranges[level - DATE_LAST - 1]);
	else
		snprintf(out, 64, level == DATE_EQUAL ? "same day" : "%+d days",
			(int)level - (int)DATE_EQUAL);
}

const char *learn_level_word(const struct comparison *c, unsigned level, char out[64])
{
	static const char *const bits[] = {"no", "under 4", "4 to 8", "8 to 12", "12 to 17",
		"17 to 24", "24 to 36", "36 to 54", "54 to 80", "80 to 120", "over 120"};
	static const char *const shares[] = {"12", "25", "33", "40", "48", "55", "63", "70",
		"80", "90", "100"};

	switch (c->how) {
	case LEARN_SAME:
		snprintf(out, 64, "%s", level == 0 ? "equal" : "different");
		break;
	case LEARN_SHORT:
		snprintf(out, 64, "%s", short_word[level]);
		break;
	case LEARN_LONG:
		snprintf(out, 64, "%s bits shared, up to %s %% of the poorer side",
			bits[level / LONG_SHARES], shares[level % LONG_SHARES]);
		break;
	case LEARN_AMOUNT:
		amount_word(c, level, out);
		break;
	case LEARN_DATE:
		date_word(level, out);
		break;
	}
	return out;
}
