/* See reference.h. Numbers of sections are those of docs/model.md. */
#include "unit/match/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/date.h"

#define LEVELS 96
#define ATOMS 24
#define ROUNDS 12
#define SWEEPS 200
#define FEW 30
#define NO_LEVEL (-1)

enum { EQUAL, PREFIX, EDIT1, EDIT2, LIKE92, LIKE85, LIKE75, ELSE, TEXT_LEVELS };
/* Dates: four ranges below, 81 days, four ranges above, day and month swapped, one digit. */
enum { DAY0 = 4 + 40, RANGES = 4 + 81 + 4, SWAPPED = RANGES, DIGIT, DATE_LEVELS };
/* Amounts: 28 bins below, equal, 28 above, then other signs, reversed, atoms. */
enum { BINS = 28, SAME = BINS, OTHER = 2 * BINS + 1, REVERSED, ATOM };

/* right = left * thousandths / 1000 + add, rounded either way unless it is a difference. */
struct atom {
	int thousandths, add;
};

struct model {
	const struct ref_row *left, *right;
	uint32_t nl, nr;
	int *level;   /* pair x field */
	double *own_u; /* pair x field: u that is counted, or what it is at least */
	double *none;  /* by pair: chance that it is no match */
	double *odds, *p;
	double m[REF_FIELDS][LEVELS], u[REF_FIELDS][LEVELS], start[REF_FIELDS][LEVELS];
	int low[REF_FIELDS][LEVELS], high[REF_FIELDS][LEVELS];
	double seen[REF_FIELDS][LEVELS];
	bool dropped[REF_FIELDS];
	double theta;
	struct atom atom[ATOMS];
	int natoms, grain;
	/* 3. Who depends on whom: the parent or -1, where it agrees, what u is raised by, in bits. */
	int parent[REF_FIELDS];
	bool agrees[REF_FIELDS][LEVELS];
	double lift[REF_FIELDS][LEVELS];
};

static size_t at(const struct model *o, uint32_t l, uint32_t r)
{
	return (size_t)l * o->nr + r;
}

static int levels_of(const struct model *o, int field)
{
	return field == REF_AMOUNT ? ATOM + o->natoms : field == REF_DATE ? DATE_LEVELS : TEXT_LEVELS;
}

/* ---- 2. levels ---- */

/* Optimal string alignment, the whole table. */
static int edits(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b), d[REF_TEXT + 1][REF_TEXT + 1];

	for (int i = 0; i <= n; i++)
		for (int k = 0; k <= m; k++) {
			if (i == 0 || k == 0) {
				d[i][k] = i + k;
				continue;
			}
			int v = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
			v = MIN(v, d[i - 1][k] + 1);
			v = MIN(v, d[i][k - 1] + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				v = MIN(v, d[i - 2][k - 2] + 1);
			d[i][k] = v;
		}
	return d[n][m];
}

static double jaro_winkler(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b), window = MAX(n, m) / 2 - 1, common = 0,
	    turned = 0;
	bool used_a[REF_TEXT] = {false}, used_b[REF_TEXT] = {false};

	window = MAX(window, 0);
	for (int i = 0; i < n; i++)
		for (int k = MAX(0, i - window); k < m && k <= i + window; k++)
			if (!used_b[k] && a[i] == b[k]) {
				used_a[i] = used_b[k] = true;
				common++;
				break;
			}
	if (common == 0)
		return 0;
	for (int i = 0, k = 0; i < n; i++) {
		if (!used_a[i])
			continue;
		while (!used_b[k])
			k++;
		turned += a[i] != b[k++];
	}
	double c = common, jaro = (c / n + c / m + (c - turned / 2) / c) / 3;
	int same = 0;
	while (same < 4 && same < n && same < m && a[same] == b[same])
		same++;
	return jaro > 0.7 ? jaro + same * 0.1 * (1 - jaro) : jaro;
}

static int text_level(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), less = MIN(n, m);

	if (n == 0 || m == 0)
		return NO_LEVEL;
	if (strcmp(a, b) == 0)
		return EQUAL;
	if (less >= 3 && memcmp(a, b, less) == 0)
		return PREFIX;
	int e = edits(a, b);
	if (e == 1)
		return EDIT1;
	if (e == 2 && less >= 4)
		return EDIT2;
	double like = jaro_winkler(a, b);
	return like >= .92 ? LIKE92 : like >= .85 ? LIKE85 : like >= .75 ? LIKE75 : ELSE;
}

static bool one_digit(int32_t a, int32_t b)
{
	int x[3], z[3], wrong = 0;

	date_to_civil(a, &x[0], &x[1], &x[2]);
	date_to_civil(b, &z[0], &z[1], &z[2]);
	for (int i = 0; i < 3; i++)
		for (int k = i == 0 ? 4 : 2; k > 0; k--, x[i] /= 10, z[i] /= 10)
			wrong += x[i] % 10 != z[i] % 10;
	return wrong == 1;
}

static bool swapped(int32_t a, int32_t b)
{
	int x[3], z[3];

	date_to_civil(a, &x[0], &x[1], &x[2]);
	date_to_civil(b, &z[0], &z[1], &z[2]);
	return x[0] == z[0] && x[1] == z[2] && x[2] == z[1] && x[1] != x[2];
}

static int date_level(int32_t a, int32_t b)
{
	static const int ends[] = {60, 120, 365};
	int range = 0;

	if (a == REF_MISSING || b == REF_MISSING)
		return NO_LEVEL;
	int days = b - a, size = abs(days);
	if (swapped(a, b))
		return SWAPPED;
	if (size <= 40)
		return DAY0 + days;
	if (one_digit(a, b))
		return DIGIT;
	while (range < 3 && size > ends[range])
		range++;
	return days < 0 ? 3 - range : DAY0 + 41 + range;
}

/* Which bin the ratio falls into, atoms left aside. */
static int amount_bin(int32_t a, int32_t b)
{
	static const double ends[BINS - 1] = {.0005, .001, .002, .004, .007, .01, .015, .02, .025, .03,
		.035, .04, .05, .06, .07, .08, .09, .10, .11, .12, .135, .15, .2, .3, .5, 1, 2};
	int bin = 0;

	if (a == REF_MISSING || b == REF_MISSING)
		return NO_LEVEL;
	if (a == b)
		return SAME;
	if (a == -b)
		return REVERSED;
	if ((a < 0) != (b < 0) || a == 0 || b == 0)
		return OTHER;
	double ratio = log(fabs((double)b) / fabs((double)a));
	while (bin < BINS - 1 && fabs(ratio) > ends[bin])
		bin++;
	return ratio > 0 ? SAME + 1 + bin : SAME - 1 - bin;
}

static bool is_atom(const struct model *o, const struct atom *x, int32_t a, int32_t b)
{
	int64_t off = (int64_t)b * 1000 - (int64_t)a * x->thousandths - (int64_t)x->add * 1000;

	return x->thousandths == 1000 ? off == 0 : llabs(off) < (int64_t)o->grain * 1000;
}

static int amount_level(const struct model *o, int32_t a, int32_t b)
{
	int bin = amount_bin(a, b);

	for (int i = 0; bin != NO_LEVEL && bin != SAME && bin < OTHER && i < o->natoms; i++)
		if (is_atom(o, &o->atom[i], a, b))
			return ATOM + i;
	return bin;
}

static int level_of(const struct model *o, const struct ref_row *a, const struct ref_row *b, int field)
{
	return field == REF_AMOUNT ? amount_level(o, a->amount, b->amount) :
		field == REF_DATE ? date_level(a->day, b->day) :
		text_level(a->text[field], b->text[field]);
}

/* ---- 3. u: sampled from all pairs, freed of matches; counted for the record at hand ---- */

static void sample_u(struct model *o)
{
	for (int f = 0; f < REF_FIELDS; f++) {
		double count[LEVELS] = {0}, all = 0;
		for (size_t i = 0; i < (size_t)o->nl * o->nr; i++)
			if (o->level[i * REF_FIELDS + (size_t)f] != NO_LEVEL) {
				count[o->level[i * REF_FIELDS + (size_t)f]] += o->none[i];
				all += o->none[i];
			}
		for (int k = 0; k < levels_of(o, f); k++)
			o->u[f][k] = (count[k] + .5) / (all + .5 * levels_of(o, f));
	}
}

/* Is this level counted? */
static bool counted(int field, int level)
{
	return field == REF_AMOUNT ? level != OTHER : field == REF_DATE ? level != DIGIT : level == EQUAL;
}

/* Where a date or an amount stands when levels are counted: swapped and misspelt dates stand at their
 * distance as well, and amounts at atoms in their bin. */
static int plain_level(const struct model *o, uint32_t l, uint32_t k, int field, int level)
{
	const struct ref_row *a = &o->left[l], *b = &o->right[k];
	/* wide: a missing day is far from all, and is not asked for */
	int64_t days = (int64_t)b->day - a->day, size = days < 0 ? -days : days;
	int range = size <= 60 ? 0 : size <= 120 ? 1 : size <= 365 ? 2 : 3;

	if (field == REF_DATE && level < RANGES)
		return size <= 40 ? DAY0 + (int)days : days < 0 ? 3 - range : DAY0 + 41 + range;
	if (field == REF_AMOUNT && level < OTHER)
		return amount_bin(a->amount, b->amount);
	return o->level[at(o, l, k) * REF_FIELDS + (size_t)field];
}

static double counted_u(const struct model *o, uint32_t l, uint32_t r, int field, int level)
{
	double others = 0, valid = 0;

	for (uint32_t k = 0; k < o->nr; k++) {
		if (o->level[at(o, l, k) * REF_FIELDS + (size_t)field] == NO_LEVEL)
			continue;
		valid++;
		int other = plain_level(o, l, k, field, level);
		others += k != r && other >= o->low[field][level] && other <= o->high[field][level];
	}
	return (others + .5) / (valid + 1);
}

/* Do two right rows have one value? */
static bool same_value(const struct model *o, uint32_t a, uint32_t b, int field)
{
	const struct ref_row *x = &o->right[a], *y = &o->right[b];

	return field == REF_AMOUNT ? x->amount == y->amount : field == REF_DATE ? x->day == y->day :
		strcmp(x->text[field], y->text[field]) == 0;
}

static bool has_value(const struct model *o, uint32_t r, int field)
{
	const struct ref_row *x = &o->right[r];

	return field == REF_AMOUNT ? x->amount != REF_MISSING : field == REF_DATE ?
		x->day != REF_MISSING : x->text[field][0] != '\0';
}

/* Right rows with the candidate's own value stand at its level, too. */
static double alike_u(const struct model *o, uint32_t r, int field)
{
	double others = 0, valid = 0;

	for (uint32_t k = 0; k < o->nr; k++) {
		valid += has_value(o, k, field);
		others += k != r && same_value(o, k, r, field);
	}
	return (others + .5) / (valid + 1);
}

static double merged(const struct model *o, const double *share, int field, int level)
{
	double sum = 0;

	for (int k = o->low[field][level]; k <= o->high[field][level]; k++)
		sum += share[k];
	return sum;
}

/* What depends on the levels alone and not on the round. */
static void count_all(struct model *o)
{
	for (uint32_t l = 0; l < o->nl; l++)
		for (uint32_t r = 0; r < o->nr; r++)
			for (int f = 0; f < REF_FIELDS; f++) {
				size_t i = at(o, l, r) * REF_FIELDS + (size_t)f;
				if (o->level[i] == NO_LEVEL)
					continue;
				o->own_u[i] = counted(f, o->level[i]) ?
					counted_u(o, l, r, f, o->level[i]) :
					f < REF_TEXTS ? alike_u(o, r, f) : 0;
			}
}

/* Of the other right rows with the candidate's value of the parent, those with the left row's value. */
static double both_u(const struct model *o, uint32_t l, uint32_t r, int field, double otherwise)
{
	double all = 0, both = 0;

	for (uint32_t k = 0; k < o->nr; k++) {
		if (k == r || !has_value(o, k, o->parent[field]) ||
			!same_value(o, k, r, o->parent[field]))
			continue;
		all++;
		int level = o->level[at(o, l, k) * REF_FIELDS + (size_t)field];
		both += level == (field == REF_AMOUNT ? SAME : field == REF_DATE ? DAY0 : EQUAL);
	}
	return (both + otherwise) / (all + 1);
}

static double evidence(const struct model *o, uint32_t l, uint32_t r)
{
	const int *level = o->level + at(o, l, r) * REF_FIELDS;
	double w = 0;

	for (int f = 0; f < REF_FIELDS; f++) {
		int k = level[f], up = o->parent[f];
		if (k == NO_LEVEL || o->dropped[f])
			continue;
		double u = o->own_u[at(o, l, r) * REF_FIELDS + (size_t)f];
		if (!counted(f, k))
			u = fmax(u, merged(o, o->u[f], f, k));
		if (up >= 0 && !o->dropped[up] && level[up] != NO_LEVEL && o->agrees[up][level[up]]) {
			double raised = fmin(u * exp2(o->lift[f][k]), 1);
			bool same = k == (f == REF_AMOUNT ? SAME : f == REF_DATE ? DAY0 : EQUAL);
			u = same ? fmax(u, both_u(o, l, r, f, raised)) : raised;
		}
		w += log(merged(o, o->m[f], f, k) / u);
	}
	return w;
}

/* ---- 3. dependence ---- */

struct tie {
	double twice, lift[LEVELS];
	int parent, field;
};

static struct tie tie_of(const struct model *o, int parent, int field)
{
	struct tie t = {.parent = parent, .field = field};
	double seen[LEVELS] = {0}, all = 0, hits = 0, pairs = 0;

	for (size_t i = 0; i < (size_t)o->nl * o->nr; i++) {
		int a = o->level[i * REF_FIELDS + (size_t)parent];
		int b = o->level[i * REF_FIELDS + (size_t)field];
		pairs += o->none[i];
		if (a == NO_LEVEL || !o->agrees[parent][a])
			continue;
		hits += o->none[i];
		if (b == NO_LEVEL)
			continue;
		seen[b] += o->none[i];
		all += o->none[i];
	}
	for (int k = 0; k < levels_of(o, field); k++) {
		double sure = fmax(seen[k] - 2 * sqrt(seen[k]), 0), u = o->u[field][k];
		t.lift[k] = log2((sure + 20 * u) / (all + 20) / u);
		t.lift[k] = fmax(0, fmin(t.lift[k], -log2((hits + .5) / (pairs + 1))));
		if (o->m[field][k] > u)
			t.twice += seen[k] / (all + 1) * t.lift[k];
	}
	return t;
}

static bool descends(const struct model *o, int field, int from)
{
	while (field >= 0 && field != from)
		field = o->parent[field];
	return field == from;
}

static void find_ties(struct model *o)
{
	for (int f = 0; f < REF_FIELDS; f++) {
		o->parent[f] = -1;
		for (int k = 0; k < levels_of(o, f); k++)
			o->agrees[f][k] = log2(o->m[f][k] / o->u[f][k]) >= 1;
	}
	for (;;) {
		struct tie best = {.twice = .05};
		for (int a = 0; a < REF_FIELDS; a++)
			for (int f = 0; f < REF_FIELDS; f++) {
				if (a == f || o->parent[f] >= 0 || descends(o, a, f))
					continue;
				struct tie t = tie_of(o, a, f);
				if (t.twice > best.twice)
					best = t;
			}
		if (best.twice <= .05)
			return;
		o->parent[best.field] = best.parent;
		memcpy(o->lift[best.field], best.lift, sizeof(best.lift));
	}
}

/* ---- 6. expectation with one partner ---- */

/* 8. Marginals by belief propagation. */
static void marginals(struct model *o)
{
	size_t n = (size_t)o->nl * o->nr;
	double *x = calloc(n, sizeof(*x)), *y = calloc(n, sizeof(*y)), change = 1;

	for (size_t i = 0; i < n; i++)
		x[i] = y[i] = 1;
	for (int sweep = 0; sweep < SWEEPS && change > 1e-10; sweep++) {
		change = 0;
		for (uint32_t l = 0; l < o->nl; l++) {
			double sum = 1;
			for (uint32_t r = 0; r < o->nr; r++)
				sum += o->odds[at(o, l, r)] * y[at(o, l, r)];
			for (uint32_t r = 0; r < o->nr; r++) {
				double own = o->odds[at(o, l, r)] * y[at(o, l, r)];
				double next = 1 / MAX(sum - own, 1e-300);
				change = MAX(change, fabs(next - x[at(o, l, r)]));
				x[at(o, l, r)] = next;
			}
		}
		for (uint32_t r = 0; r < o->nr; r++) {
			double sum = 1;
			for (uint32_t l = 0; l < o->nl; l++)
				sum += o->odds[at(o, l, r)] * x[at(o, l, r)];
			for (uint32_t l = 0; l < o->nl; l++)
				y[at(o, l, r)] =
					1 /
					MAX(sum - o->odds[at(o, l, r)] * x[at(o, l, r)], 1e-300);
		}
	}
	for (size_t i = 0; i < n; i++)
		o->p[i] = o->odds[i] * x[i] * y[i] / (1 + o->odds[i] * x[i] * y[i]);
	free(x);
	free(y);
}

static double expect(struct model *o)
{
	double n = 0;

	for (uint32_t l = 0; l < o->nl; l++)
		for (uint32_t r = 0; r < o->nr; r++)
			o->odds[at(o, l, r)] = o->theta * exp(evidence(o, l, r));
	marginals(o);
	for (size_t i = 0; i < (size_t)o->nl * o->nr; i++)
		n += o->p[i];
	n = fmin(n, fmin(o->nl, o->nr));
	o->theta = (n + .5) / ((o->nl - n + .5) * o->nr);
	o->theta = MIN(o->theta, 1);
	return n;
}

static void maximise(struct model *o)
{
	for (int f = 0; f < REF_FIELDS; f++) {
		double all = 0, u = 0;
		memset(o->seen[f], 0, sizeof(o->seen[f]));
		for (size_t i = 0; i < (size_t)o->nl * o->nr; i++) {
			int k = o->level[i * REF_FIELDS + (size_t)f];
			if (k == NO_LEVEL)
				continue;
			o->seen[f][k] += o->p[i];
			all += o->p[i];
		}
		for (int k = 0; k < levels_of(o, f); k++)
			u += o->u[f][k];
		for (int k = 0; k < levels_of(o, f); k++)
			o->m[f][k] = (o->seen[f][k] + o->u[f][k] / u + o->start[f][k]) / (all + 2);
	}
}

static void free_of_matches(struct model *o)
{
	for (uint32_t l = 0; l < o->nl; l++)
		for (uint32_t r = 0; r < o->nr; r++)
			o->none[at(o, l, r)] = 1 / (1 + o->theta * exp(evidence(o, l, r)));
	sample_u(o);
	find_ties(o);
}

/* ---- merging, and what tells nothing ---- */

static bool may_join(int field, int level)
{
	return field == REF_AMOUNT ? level < OTHER && level != SAME :
		field == REF_DATE ? level < RANGES : level >= EDIT1 && level < ELSE;
}

static void merge(struct model *o, int f)
{
	for (int k = 0, end; k < levels_of(o, f); k = end) {
		double m = o->m[f][k], u = o->u[f][k], seen = o->seen[f][k];
		for (end = k + 1; end < levels_of(o, f) && may_join(f, k) && may_join(f, end); end++) {
			double apart = log2(m / u) - log2(o->m[f][end] / o->u[f][end]);
			if (!(seen < 20 && o->seen[f][end] < 20) && fabs(apart) >= 0.2)
				break;
			m += o->m[f][end];
			u += o->u[f][end];
			seen += o->seen[f][end];
		}
		for (int i = k; i < end; i++) {
			o->low[f][i] = k;
			o->high[f][i] = end - 1;
		}
	}
}

static void settle(struct model *o)
{
	for (int f = 0; f < REF_FIELDS; f++) {
		double bits = 0;
		merge(o, f);
		for (int k = 0; k < levels_of(o, f); k++)
			bits += o->m[f][k] *
				log2(merged(o, o->m[f], f, k) / merged(o, o->u[f], f, k));
		o->dropped[f] = bits < 0.1;
	}
	count_all(o);
}

/* ---- 4. start ---- */

static void look_at_levels(struct model *o)
{
	for (uint32_t l = 0; l < o->nl; l++)
		for (uint32_t r = 0; r < o->nr; r++)
			for (int f = 0; f < REF_FIELDS; f++)
				o->level[at(o, l, r) * REF_FIELDS + (size_t)f] =
					level_of(o, &o->left[l], &o->right[r], f);
	sample_u(o);
}

static double start_value(const struct model *o, int f, int k)
{
	static const double text[TEXT_LEVELS] = {.6, .1, .08, .04, .05, .04, .03, .06};

	if (f == REF_AMOUNT)
		return k == SAME ? .4 : .6 / (levels_of(o, f) - 1);
	return f == REF_DATE ? 1.0 / DATE_LEVELS : text[k];
}

static void unmerge(struct model *o)
{
	for (int f = 0; f < REF_FIELDS; f++)
		for (int k = 0; k < levels_of(o, f); k++)
			o->low[f][k] = o->high[f][k] = k;
	memset(o->dropped, 0, sizeof(o->dropped));
	count_all(o);
}

static void start(struct model *o)
{
	for (size_t i = 0; i < (size_t)o->nl * o->nr; i++)
		o->none[i] = 1;
	look_at_levels(o);
	for (int f = 0; f < REF_FIELDS; f++) {
		o->parent[f] = -1;
		for (int k = 0; k < levels_of(o, f); k++) {
			o->start[f][k] = start_value(o, f, k);
			o->m[f][k] = (o->start[f][k] + o->u[f][k]) / 2;
		}
	}
	o->theta = 1.0 / o->nr;
}

/* ---- 2. atoms: exact relations between the amounts of sure pairs ---- */

struct tried {
	struct atom atom;
	double hits, chance;
};

struct paid {
	int32_t a, b;
};

/* Different amounts of sure pairs that no atom explains yet. */
static size_t list_sure(const struct model *o, struct paid *ret)
{
	size_t n = 0;

	for (uint32_t l = 0; l < o->nl; l++)
		for (uint32_t r = 0; r < o->nr; r++) {
			int level = o->level[at(o, l, r) * REF_FIELDS + REF_AMOUNT];
			int bin = amount_level(o, o->left[l].amount, o->right[r].amount);
			if (n < o->nl && o->p[at(o, l, r)] >= .99 && level != NO_LEVEL && bin != SAME && bin < OTHER)
				ret[n++] = (struct paid){o->left[l].amount, o->right[r].amount};
		}
	return n;
}

static struct tried try_atom(const struct model *o, const struct paid *paid, size_t n, struct atom x)
{
	struct tried t = {.atom = x};

	for (size_t i = 0; i < n; i++) {
		int32_t a = paid[i].a, b = paid[i].b;
		double want = a * (x.thousandths / 1000.) + x.add, near = fmax(abs(a) / 200, 50);
		if (fabs(b - want) > near + o->grain)
			continue;
		t.hits += is_atom(o, &x, a, b);
		t.chance += (x.thousandths == 1000 ? 1. : 2.) / (2 * near + 1);
	}
	return t;
}

static void keep_better(struct tried *best, struct tried t)
{
	if (t.hits >= 20 && t.hits >= 10 * t.chance && t.hits * .9 > best->hits)
		*best = t;
}

/* All differences, then all ratios, then all lines that add little; simple ones first. */
static bool find_atom(struct model *o)
{
	struct paid *paid = calloc((size_t)o->nl + 1, sizeof(*paid));
	size_t n = list_sure(o, paid);
	struct tried best = {0};

	for (int add = -200; add <= 200; add++)
		keep_better(&best, try_atom(o, paid, n, (struct atom){1000, add}));
	for (int k = 900; k < 1100; k++)
		keep_better(&best, try_atom(o, paid, n, (struct atom){k, 0}));
	for (int k = 900; k < 1100; k++)
		for (int add = -40; add <= 40; add += 5)
			keep_better(&best, try_atom(o, paid, n, (struct atom){k, add}));
	free(paid);
	if (best.hits <= 0 || o->natoms == ATOMS)
		return false;
	o->atom[o->natoms++] = best.atom;
	return true;
}

static bool find_atoms(struct model *o)
{
	int before = o->natoms;

	while (find_atom(o))
		;
	if (o->natoms == before)
		return false;
	look_at_levels(o);
	for (int f = 0; f < REF_FIELDS; f++) {
		double seen[LEVELS] = {0}, all = 1;
		for (size_t i = 0; i < (size_t)o->nl * o->nr; i++) {
			int k = o->level[i * REF_FIELDS + (size_t)f];
			if (k == NO_LEVEL)
				continue;
			seen[k] += o->p[i];
			all += o->p[i];
		}
		for (int k = 0; k < levels_of(o, f); k++) {
			o->start[f][k] = start_value(o, f, k);
			o->m[f][k] = f == REF_AMOUNT ? (seen[k] + o->start[f][k]) / all :
				(o->m[f][k] + o->start[f][k]) / 2;
		}
	}
	return true;
}

/* ---- 7. assignment: the Hungarian method on log odds; worth 0 is nobody ---- */

static void assign(const struct model *o, uint32_t *partner)
{
	uint32_t n = o->nl, m = o->nr + o->nl; /* each left row has its own nobody */
	double *u = calloc(n + 1, sizeof(*u)), *v = calloc(m + 1, sizeof(*v));
	double *least = calloc(m + 1, sizeof(*least));
	uint32_t *of = calloc(m + 1, sizeof(*of)), *way = calloc(m + 1, sizeof(*way));
	bool *used = calloc(m + 1, sizeof(*used));

	for (uint32_t l = 1; l <= n; l++) {
		uint32_t j0 = 0;
		of[0] = l;
		for (uint32_t j = 0; j <= m; j++) {
			least[j] = INFINITY;
			used[j] = false;
		}
		do {
			uint32_t i0 = of[j0], j1 = 0;
			double delta = INFINITY;
			used[j0] = true;
			for (uint32_t j = 1; j <= m; j++) {
				if (used[j])
					continue;
				double cost = j > o->nr ? (j - o->nr == i0 ? 0 : 1e6)
							: -log1p(o->odds[at(o, i0 - 1, j - 1)]);
				double cur = cost - u[i0] - v[j];
				if (cur < least[j]) {
					least[j] = cur;
					way[j] = j0;
				}
				if (least[j] < delta) {
					delta = least[j];
					j1 = j;
				}
			}
			for (uint32_t j = 0; j <= m; j++)
				if (used[j]) {
					u[of[j]] += delta;
					v[j] -= delta;
				} else {
					least[j] -= delta;
				}
			j0 = j1;
		} while (of[j0] != 0);
		for (; j0 != 0; j0 = way[j0])
			of[j0] = of[way[j0]];
	}
	for (uint32_t l = 0; l < n; l++)
		partner[l] = UINT32_MAX;
	for (uint32_t j = 1; j <= o->nr; j++)
		if (of[j] != 0)
			partner[of[j] - 1] = j - 1;
	free(u);
	free(v);
	free(least);
	free(of);
	free(way);
	free(used);
}

/* Is the pair the best of its left and of its right row? */
static bool first_choice(const struct model *o, uint32_t l, uint32_t r)
{
	for (uint32_t k = 0; k < o->nr; k++)
		if (k != r && o->odds[at(o, l, k)] >= o->odds[at(o, l, r)])
			return false;
	for (uint32_t k = 0; k < o->nl; k++)
		if (k != l && o->odds[at(o, k, r)] >= o->odds[at(o, l, r)])
			return false;
	return true;
}

/* Pairs expected, counted anew with the prior that their count gives: those that are each other's
 * first choice and likelier than not. */
static void last_prior(struct model *o)
{
	double n = floor(fmin(o->nl, o->nr) / 2), before = o->theta;

	for (int round = 0; round < 40; round++) {
		double next = (n + .5) / ((o->nl - n + .5) * (o->nr - n + .5)), factor;
		o->theta = fmin(next, 1);
		factor = o->theta / before;
		n = 0;
		for (uint32_t l = 0; l < o->nl; l++)
			for (uint32_t r = 0; r < o->nr; r++)
				n += o->odds[at(o, l, r)] * factor > 1 && first_choice(o, l, r);
	}
	for (size_t i = 0; i < (size_t)o->nl * o->nr; i++)
		o->odds[i] *= o->theta / before;
	marginals(o);
}

static size_t take(const struct model *o, struct ref_pair *ret)
{
	uint32_t *partner = calloc(o->nl + 1, sizeof(*partner));
	size_t n = 0;

	assign(o, partner);
	for (uint32_t l = 0; l < o->nl; l++)
		if (partner[l] != UINT32_MAX && o->odds[at(o, l, partner[l])] > exp(-6))
			ret[n++] = (struct ref_pair){l, partner[l], o->p[at(o, l, partner[l])]};
	free(partner);
	return n;
}

static void fit(struct model *o)
{
	unmerge(o);
	for (int round = 0; round < ROUNDS && expect(o) >= FEW; round++) {
		maximise(o);
		if (round % 3 == 0)
			free_of_matches(o);
	}
	free_of_matches(o);
	settle(o);
	double theta = o->theta;
	expect(o);
	o->theta = theta;
}

size_t reference_run(const struct ref_row *left, uint32_t nl, const struct ref_row *right,
	uint32_t nr, struct ref_pair *ret, struct ref_seen *ret_seen)
{
	size_t pairs = (size_t)nl * nr;
	struct model *o = calloc(1, sizeof(*o));

	o->left = left;
	o->right = right;
	o->nl = nl;
	o->nr = nr;
	o->grain = 1;
	o->level = calloc(pairs * REF_FIELDS + 1, sizeof(*o->level));
	o->own_u = calloc(pairs * REF_FIELDS + 1, sizeof(double));
	o->none = calloc(pairs + 1, sizeof(double));
	o->odds = calloc(pairs + 1, sizeof(double));
	o->p = calloc(pairs + 1, sizeof(double));
	start(o);
	fit(o);
	while (find_atoms(o))
		fit(o);
	last_prior(o);
	size_t n = take(o, ret);
	*ret_seen = (struct ref_seen){.atoms = (uint32_t)o->natoms};
	for (int f = 0; f < REF_FIELDS; f++)
		ret_seen->ties += o->parent[f] >= 0;
	free(o->level);
	free(o->own_u);
	free(o->none);
	free(o->odds);
	free(o->p);
	free(o);
	return n;
}
