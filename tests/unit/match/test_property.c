/*
 * Properties of the engine on thousands of seeded random small cases, each against a brute force
 * that knows nothing of how the engine searches: what a pass asks for is told here a second time,
 * every hypothesis is made, and the best choice among them is found by trying all.
 *
 * Built with MATCH_PLANT_WANT the program expects the opposite: that the fault planted in the
 * engine's objects is found out by the property of that name. So the properties are shown to be
 * able to fail.
 */
#include "col/result_file.h"
#include "match/stage.h"
#include "match/subset.h"
#include "unit/match/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 6u
/* A planted fault is looked for until it is found. */
#ifdef MATCH_PLANT_WANT
#define CASES 12000u
#else
#define CASES UNIT_REPEATS(12000u)
#endif
#define EDGES (ROWS * ROWS)
#define GROUPS 40u
#define NODES (2 * ROWS)

enum asked { PAIRS, PAIRS_REF, LINES, SPREAD, NET, NETS, PARTIAL, ASKED };

/* One case: a ruleset and its rows. */
struct question {
	enum asked asked;
	int64_t within;      /* of a pair's amounts, minor units */
	int64_t total;       /* of a group's sum */
	int32_t low, high;   /* days, right - left */
	uint32_t lines[2];   /* of a group */
	bool opposite;       /* nettings beside pairs: pairs of opposite amounts too */
	char passes[1024];
	struct cell_row row[2][ROWS];
	uint32_t n[2];
};

/* ---- making cases ---- */

static uint32_t below(uint64_t *s, uint32_t n)
{
	return random_of(s) % n;
}

#define SUGGEST_PPM 50000
#define THEN                                                                                       \
	"\"then\":{\"confirm\":{\"confidence\":0.6,\"margin\":2,\"chance\":0.5},"                  \
	"\"suggest\":{\"confidence\":0.05}}"

static void write_passes(struct question *q)
{
	static const char *const kinds[ASKED] = {[LINES] = "n:1", [SPREAD] = "1:n"};
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	switch (q->asked) {
	case PAIRS:
	case PAIRS_REF:
		buf_printf(&b,
			"[{\"name\":\"a\",\"when\":{%s\"amount\":{\"within\":\"0.%02d\"},\"day\":{\"days\":[%d,%d]}},"
			"\"difference\":{\"type\":\"rounding\",\"limit\":\"0.%02d\"}," THEN "}]",
			q->asked == PAIRS_REF ? "\"ref\":\"same\"," : "", (int)q->within, q->low, q->high,
			(int)q->within);
		break;
	case LINES:
	case SPREAD:
		buf_printf(&b,
			"[{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.%02d\"},\"day\":{\"days\":[%d,%d]}}," THEN
			"},{\"name\":\"g\",\"kind\":\"%s\",\"use\":[\"text\"],\"when\":{\"day\":{\"days\":[%d,%d]}},"
			"\"group\":{\"how\":\"subset\",\"lines\":[%u,%u],\"total\":{\"within\":\"0.%02d\"}}," THEN "}]",
			(int)q->within, q->low, q->high, kinds[q->asked], q->low, q->high, q->lines[0],
			q->lines[1], (int)q->total);
		break;
	case NET:
		buf_printf(&b, "[{\"name\":\"n\",\"kind\":\"net left\",\"when\":{\"day\":{\"days\":[%d,%d]}}," THEN "}]",
			-q->high, q->high);
		break;
	case NETS:
		buf_printf(&b,
			"[{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.%02d\"},\"day\":{\"days\":[%d,%d]}}," THEN
			"},{\"name\":\"nl\",\"kind\":\"net left\",\"when\":{\"day\":{\"days\":[%d,%d]}}," THEN
			"},{\"name\":\"nr\",\"kind\":\"net right\",\"when\":{\"day\":{\"days\":[%d,%d]}}," THEN "}",
			(int)q->within, q->low, q->high, -q->high, q->high, -q->high, q->high);
		if (q->opposite)
			buf_printf(&b,
				",{\"name\":\"o\",\"when\":{\"amount\":\"opposite\",\"day\":{\"days\":[%d,%d]}}," THEN "}",
				q->low, q->high);
		buf_add_cstr(&b, "]");
		break;
	case PARTIAL:
	case ASKED:
		buf_printf(&b,
			"[{\"name\":\"p\",\"kind\":\"partial\",\"when\":{\"day\":{\"days\":[%d,%d]}},"
			"\"then\":{\"confirm\":{\"confidence\":0,\"margin\":0}}}]",
			q->low, q->high);
		break;
	}
	snprintf(q->passes, sizeof(q->passes), "%s", buf_cstr(&b));
}

/* Few values, so that records compete: equal rows, equal amounts, amounts a unit apart. */
static void make_pairs(struct question *q, uint64_t *s)
{
	static const char *const refs[] = {"r1", "r2", NULL};
	static const char *const texts[] = {"acme trading", "blue moon", NULL};
	int64_t range = 2 + below(s, 5);

	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < q->n[side]; i++) {
			int64_t amount = 500 + below(s, (uint32_t)range);
			bool negative = below(s, q->asked == NET || q->asked == NETS ? 2 : 12) == 0;
			q->row[side][i] = (struct cell_row){refs[below(s, 3)],
				(int32_t)below(s, 4), negative ? -amount : amount, texts[below(s, 3)]};
		}
}

static void make_groups(struct question *q, uint64_t *s)
{
	int targets = q->asked == LINES ? RIGHT : LEFT, lines = 1 - targets;
	struct cell_row *line = q->row[lines], *target = q->row[targets];

	q->n[lines] = 2 + below(s, ROWS - 1);
	q->n[targets] = 1 + below(s, 4);
	for (uint32_t i = 0; i < q->n[lines]; i++) {
		line[i] = (struct cell_row){"r", (int32_t)below(s, 2), 100 + below(s, 9900), "t"};
		if (i > 0 && below(s, 4) == 0)
			line[i] = line[i - 1];
	}
	for (uint32_t i = 0; i < q->n[targets]; i++) {
		uint32_t take = 1 + below(s, 3);
		int64_t sum = (int64_t)below(s, 5) - 2;
		for (uint32_t k = 0, from = below(s, ROWS); k < take; k++)
			sum += line[(from + k) % q->n[lines]].amount;
		target[i] = (struct cell_row){"r", 1 + (int32_t)below(s, 2), sum, "t"};
		if (i > 0 && below(s, 6) == 0)
			target[i] = target[i - 1];
	}
}

static void make_partials(struct question *q, uint64_t *s)
{
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < q->n[side]; i++)
			q->row[side][i] = (struct cell_row){"r", (int32_t)below(s, 4),
				1 + (int64_t)below(s, 6) * (below(s, 8) == 0 ? -1 : 1), NULL};
}

static void make_question(struct question *q, uint64_t *s)
{
	memset(q, 0, sizeof(*q));
	q->asked = (enum asked)below(s, ASKED);
	q->within = below(s, 3);
	q->total = below(s, 3);
	q->low = -(int32_t)below(s, 2);
	q->high = (int32_t)below(s, 3);
	q->lines[0] = 2;
	q->lines[1] = 2 + below(s, 2);
	q->n[0] = below(s, ROWS + 1);
	q->n[1] = below(s, ROWS + 1);
	q->opposite = q->asked == NETS && below(s, 3) == 0;
	for (int side = 0; side < 2 && q->asked == NETS; side++)
		q->n[side] = MIN(q->n[side], 4u); /* a record may go with any other: too many ways else */
	write_passes(q);
	if (q->asked == LINES || q->asked == SPREAD)
		make_groups(q, s);
	else if (q->asked == PARTIAL)
		make_partials(q, s);
	else
		make_pairs(q, s);
}

/* ---- what a pass asks for, told again ---- */

static bool days_hold(const struct question *q, const struct cell_row *l, const struct cell_row *r)
{
	int32_t days = r->day - l->day;

	return days >= (q->asked == NET ? -q->high : q->low) && days <= q->high;
}

/* Two records of one side. */
static bool net_holds(const struct question *q, const struct cell_row *l, const struct cell_row *r)
{
	int32_t days = r->day - l->day;

	return l->amount == -r->amount && l->amount > 0 && days >= -q->high && days <= q->high;
}

static bool pair_holds(const struct question *q, const struct cell_row *l, const struct cell_row *r)
{
	int64_t gap = l->amount > r->amount ? l->amount - r->amount : r->amount - l->amount;

	if (!days_hold(q, l, r))
		return false;
	if (q->asked == NET)
		return net_holds(q, l, r);
	if (q->opposite && l->amount == -r->amount)
		return true;
	if (q->asked == PAIRS_REF &&
		(l->ref == NULL || r->ref == NULL || strcmp(l->ref, r->ref) != 0))
		return false;
	return gap <= q->within;
}

/* ---- every choice ---- */

struct way {
	uint32_t l, r; /* nodes */
	int32_t w;
	uint32_t most;
};

struct bundle {
	uint8_t need[NODES];
	int32_t w;
	bool allowed;
};

struct world {
	uint32_t room[NODES];
	struct way way[EDGES];
	struct bundle bundle[GROUPS];
	uint32_t nways, nbundles;
};

static int64_t best_ways(struct world *v, uint32_t i)
{
	if (i == v->nways)
		return 0;
	struct way *x = &v->way[i];
	int64_t best = best_ways(v, i + 1);
	uint32_t most = MIN(v->room[x->l], v->room[x->r]);

	most = MIN(most, x->most);
	for (uint32_t n = 1; n <= most; n++) {
		v->room[x->l] -= n;
		v->room[x->r] -= n;
		int64_t total = (int64_t)n * x->w + best_ways(v, i + 1);
		best = MAX(best, total);
		v->room[x->l] += n;
		v->room[x->r] += n;
	}
	return best;
}

static bool change_room(struct world *v, const struct bundle *b, bool take)
{
	for (uint32_t n = 0; n < NODES && take; n++)
		if (b->need[n] > v->room[n])
			return false;
	for (uint32_t n = 0; n < NODES; n++)
		v->room[n] = take ? v->room[n] - b->need[n] : v->room[n] + b->need[n];
	return true;
}

static int64_t best_choice(struct world *v, uint32_t g)
{
	if (g == v->nbundles)
		return best_ways(v, 0);
	struct bundle *b = &v->bundle[g];
	int64_t best = best_choice(v, g + 1);

	if (!b->allowed || !change_room(v, b, true))
		return best;
	int64_t with = b->w + best_choice(v, g + 1);
	change_room(v, b, false);
	return MAX(best, with);
}

/* ---- the stage that the engine made of it ---- */

struct bench {
	struct run run;
	struct engine *e;
	struct stage s, net[2];
	struct stage *part[3]; /* the stage and its nettings */
	uint32_t nparts;
	struct err err;
};

static void bench_open(struct bench *b, const struct question *q)
{
	memset(b, 0, sizeof(*b));
	run_open(&b->run, q->passes, q->row[0], q->n[0], q->row[1], q->n[1]);
	b->e = engine_open(b->run.in, 2, b->run.rules, NULL, &b->err);
	assert_non_null(b->e);
	assert_int_equal(engine_bind(b->e), 0);
	engine_prepare(b->e);
	b->s = (struct stage){.e = b->e, .side = {LEFT, RIGHT}};
	if (q->asked == NET)
		net_search(&b->s, 0);
	else
		stage_search(&b->s, 0, b->run.rules->npasses);
	b->part[b->nparts++] = &b->s;
	for (int side = 0; side < 2 && q->asked == NETS; side++) {
		b->net[side] = (struct stage){.e = b->e};
		net_search(&b->net[side], 1 + (uint32_t)side);
		b->s.net[side] = b->part[b->nparts++] = &b->net[side];
	}
	if (b->s.edges.n > 0 || b->s.groups.group.n > 0 || b->s.net[0] != NULL)
		stage_assign(&b->s);
	assert_true(engine_ok(b->e));
}

static void bench_close(struct bench *b)
{
	for (uint32_t i = 0; i < b->nparts; i++)
		stage_free(b->part[i]);
	engine_close(b->e);
	run_close(&b->run);
}

static uint32_t node_of(const struct bench *b, int side, uint32_t row)
{
	return (uint32_t)side * ROWS + stage_rep(b->e, side, row);
}

/* Of both ends of a pair of one of the stages. */
static void nodes_of(const struct bench *b, const struct stage *s, const struct edge *edge, uint32_t ret[2])
{
	ret[0] = node_of(b, s->side[0], edge->l);
	ret[1] = node_of(b, s->side[1], edge->r);
}

/* Which pass of a stage finds the two, or UINT32_MAX. */
static uint32_t pass_of(
	const struct question *q, const struct stage *s, const struct cell_row *l, const struct cell_row *r)
{
	int64_t gap = l->amount > r->amount ? l->amount - r->amount : r->amount - l->amount;

	if (q->asked == NETS && s->side[0] == s->side[1])
		return net_holds(q, l, r) ? 1 + (uint32_t)s->side[0] : UINT32_MAX;
	if (!pair_holds(q, l, r))
		return UINT32_MAX;
	return q->opposite && gap > q->within ? 3 : 0;
}

static void make_ways_of(const struct question *q, const struct bench *b, const struct stage *s,
	struct world *v)
{
	int sl = s->side[0], sr = s->side[1];

	for (uint32_t l = 0; l < q->n[sl]; l++)
		for (uint32_t r = 0; r < q->n[sr]; r++) {
			uint32_t pass = pass_of(q, s, &q->row[sl][l], &q->row[sr][r]);
			if (row_cap(b->e, sl, l) == 0 || row_cap(b->e, sr, r) == 0 || pass == UINT32_MAX)
				continue;
			struct pair p = {sl, sr, l, r};
			if (sl == sr && l > r) /* the engine looks at each pair of one side once */
				p = (struct pair){sl, sr, r, l};
			int32_t w = score_pair(
				b->e, engine_metric(b->e, 0), &b->run.rules->passes[pass], p);
			v->way[v->nways++] = (struct way){node_of(b, sl, l), node_of(b, sr, r),
				stage_value(s, w), UINT32_MAX};
		}
}

/* Pairs of rows that stand for their classes. */
static void make_ways(const struct question *q, const struct bench *b, struct world *v)
{
	for (int side = 0; side < 2; side++)
		for (uint32_t r = 0; r < q->n[side]; r++)
			v->room[node_of(b, side, r)] = row_cap(b->e, side, stage_rep(b->e, side, r));
	for (uint32_t i = 0; i < b->nparts; i++)
		make_ways_of(q, b, b->part[i], v);
}

static struct way *find_way(struct world *v, const uint32_t node[2])
{
	for (uint32_t i = 0; i < v->nways; i++)
		if (v->way[i].l == node[0] && v->way[i].r == node[1])
			return &v->way[i];
	return NULL;
}

static const char *check_candidates(const struct bench *b, struct world *v)
{
	size_t n = 0;

	for (uint32_t k = 0; k < b->nparts; k++)
		for (size_t i = 0; i < b->part[k]->edges.n; i++, n++) {
			uint32_t node[2];
			nodes_of(b, b->part[k], &b->part[k]->edges.p[i], node);
			if (find_way(v, node) == NULL)
				return "candidates: a pair whose tests do not hold";
		}
	return n != v->nways ? "candidates: as many as there are" : NULL;
}

/* Components of which no pair can become a match are not assigned: none of their pairs reaches a line
 * with all of its class behind it, and none of their records is in another component. */
static const char *leave_out_idle(const struct bench *b, struct world *v)
{
	bool idle[NODES] = {false}, busy[NODES] = {false};

	for (size_t i = 0; i < b->s.edges.n; i++) {
		const struct edge *edge = &b->s.edges.p[i];
		uint32_t node[2];
		bool is_idle = (b->s.verdict[i].flags & VERDICT_IDLE) != 0;
		double odds = num_pow2(&b->e->num, edge->w + b->s.prior);
		nodes_of(b, &b->s, edge, node);
		(is_idle ? idle : busy)[node[0]] = (is_idle ? idle : busy)[node[1]] = true;
		if (!is_idle)
			continue;
		if (num_ppm(MAX(v->room[node[0]], v->room[node[1]]) * odds / (1 + odds)) >= SUGGEST_PPM)
			return "idle: a pair that might be a match";
		find_way(v, node)->most = 0;
	}
	for (uint32_t n = 0; n < NODES; n++)
		if (idle[n] && busy[n])
			return "idle: a part of a component";
	return NULL;
}

/* ---- groups ---- */

struct fits {
	uint32_t n;    /* of different records */
	uint32_t rows; /* of different rows */
	struct bundle one[1u << ROWS];
};

static void need_of(const struct bench *b, int targets, uint32_t target, const uint32_t *line,
	uint32_t n, struct bundle *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->need[node_of(b, targets, target)]++;
	for (uint32_t i = 0; i < n; i++)
		ret->need[node_of(b, 1 - targets, line[i])]++;
	ret->allowed = true;
}

static bool same_need(const struct bundle *x, const struct bundle *y)
{
	return memcmp(x->need, y->need, sizeof(x->need)) == 0;
}

static bool has_need(const struct fits *f, const struct bundle *b)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (same_need(&f->one[i], b))
			return true;
	return false;
}

/* Lines that cancel each other could be added to any fit: such a set is none. */
static bool cancels(const struct cell_row *line, const uint32_t *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++)
			if (line[rows[i]].amount == -line[rows[k]].amount)
				return true;
	return false;
}

/* Every set of lines that adds up to the target, sets of equal rows once. */
static void all_fits(
	const struct question *q, const struct bench *b, int targets, uint32_t target, struct fits *f)
{
	const struct cell_row *t = &q->row[targets][target], *line = q->row[1 - targets];

	f->n = f->rows = 0;
	for (uint32_t set = 1; set < 1u << q->n[1 - targets]; set++) {
		uint32_t rows[ROWS], n = 0;
		int64_t gap = -t->amount;
		bool near = true;
		for (uint32_t i = 0; i < q->n[1 - targets]; i++) {
			if ((set >> i & 1) == 0)
				continue;
			near &= targets == RIGHT ? days_hold(q, &line[i], t) : days_hold(q, t, &line[i]);
			gap += line[i].amount;
			rows[n++] = i;
		}
		if (!near || n < q->lines[0] || n > q->lines[1] || gap > q->total ||
			gap < -q->total || cancels(line, rows, n))
			continue;
		struct bundle one;
		need_of(b, targets, target, rows, n, &one);
		f->rows++;
		if (!has_need(f, &one))
			f->one[f->n++] = one;
	}
}

/* Fewer than one fit by chance: then what fits must have become a hypothesis. */
static bool identifiable(
	const struct question *q, struct subset_search *work, int targets, uint32_t target)
{
	const struct cell_row *t = &q->row[targets][target], *line = q->row[1 - targets];
	struct subset_query query = {.target = t->amount, .tolerance = q->total,
		.min_lines = q->lines[0], .max_lines = q->lines[1]};
	struct subset_answer a;
	int64_t amount[ROWS];

	for (uint32_t i = 0; i < q->n[1 - targets]; i++) {
		bool near = targets == RIGHT ? days_hold(q, &line[i], t) : days_hold(q, t, &line[i]);
		if (near && line[i].amount <= t->amount + q->total)
			amount[query.n++] = line[i].amount;
	}
	query.amount = amount;
	subset_find(work, &query, &a);
	return a.outcome == SUBSET_FOUND && a.e0 + 1 < SUBSET_E0_ONE;
}

static const char *check_group_sums(const struct question *q, const struct bench *b, int targets)
{
	for (size_t g = 0; g < b->s.groups.group.n; g++) {
		const struct group *group = &b->s.groups.group.p[g];
		int64_t gap = -q->row[targets][group->target].amount;
		for (uint32_t i = 0; i < group->n; i++)
			gap += q->row[1 - targets][b->s.groups.line.p[group->first + i]].amount;
		if (gap > q->total || gap < -q->total)
			return "sums within tolerance: a group";
	}
	return NULL;
}

static const char *check_groups(
	const struct question *q, const struct bench *b, struct subset_search *work, struct world *v)
{
	int targets = q->asked == LINES ? RIGHT : LEFT;
	struct fits f;
	const char *wrong = check_group_sums(q, b, targets);

	for (uint32_t t = 0; t < q->n[targets] && wrong == NULL; t++) {
		uint32_t found = 0;
		all_fits(q, b, targets, t, &f);
		for (size_t g = 0; g < b->s.groups.group.n; g++) {
			const struct group *group = &b->s.groups.group.p[g];
			struct bundle one;
			if (group->target != t)
				continue;
			need_of(b, targets, t, b->s.groups.line.p + group->first, group->n, &one);
			one.w = group->w;
			if (!has_need(&f, &one))
				return "groups: a set that is none";
			assert_true(v->nbundles < GROUPS);
			v->bundle[v->nbundles++] = one;
			found++;
		}
		bool all = f.rows <= SUBSET_FITS_MAX && row_cap(b->e, targets, t) > 0 &&
			(found > 0 || identifiable(q, work, targets, t));
		if (all && found != f.n)
			wrong = "groups: a set is missing";
	}
	return wrong;
}

/* ---- the choice ---- */

static const char *check_use(const struct bench *b, const struct world *v)
{
	uint32_t used[NODES] = {0};

	for (uint32_t k = 0; k < b->nparts; k++)
		for (size_t i = 0; i < b->part[k]->edges.n; i++) {
			uint32_t node[2];
			nodes_of(b, b->part[k], &b->part[k]->edges.p[i], node);
			used[node[0]] += b->part[k]->verdict[i].flow;
			used[node[1]] += b->part[k]->verdict[i].flow;
		}
	for (uint32_t g = 0; g < v->nbundles; g++)
		for (uint32_t n = 0; n < NODES && b->s.groups.group.p[g].chosen; n++)
			used[n] += v->bundle[g].need[n];
	for (uint32_t n = 0; n < NODES; n++)
		if (used[n] > v->room[n])
			return "a row used twice";
	return NULL;
}

static int64_t chosen_weight(const struct bench *b, struct world *v)
{
	int64_t sum = 0;

	for (uint32_t k = 0; k < b->nparts; k++)
		for (size_t i = 0; i < b->part[k]->edges.n; i++) {
			uint32_t node[2];
			nodes_of(b, b->part[k], &b->part[k]->edges.p[i], node);
			sum += (int64_t)b->part[k]->verdict[i].flow * find_way(v, node)->w;
		}
	for (size_t g = 0; g < b->s.groups.group.n; g++)
		sum += b->s.groups.group.p[g].chosen ? b->s.groups.group.p[g].w : 0;
	return sum;
}

static const char *check_margin(
	const struct bench *b, struct world *v, const struct stage *s, size_t i, int64_t best)
{
	const struct verdict *verdict = &s->verdict[i];
	uint32_t node[2];

	/* Of two classes several pairs may go; that is the assignment's own test. */
	if (verdict->flow != 1 || (verdict->flags & VERDICT_BULK) != 0)
		return NULL;
	nodes_of(b, s, &s->edges.p[i], node);
	struct way *x = find_way(v, node);
	/* An odd cycle of classes is solved by trying copies, each with its own margin. */
	if (b->nparts > 1 && (v->room[node[0]] > 1 || v->room[node[1]] > 1))
		return NULL;
	x->most = 0;
	int64_t lost = best - best_choice(v, 0);
	x->most = UINT32_MAX;
	return (verdict->flags & VERDICT_UNPROVED) != 0 || verdict->margin != MIN(lost, MATCH_MARGIN_CAP) ?
		"margin: of a pair" : NULL;
}

static const char *check_margins(const struct bench *b, struct world *v, int64_t best)
{
	for (uint32_t k = 0; k < b->nparts; k++)
		for (size_t i = 0; i < b->part[k]->edges.n; i++) {
			const char *wrong = check_margin(b, v, b->part[k], i, best);
			if (wrong != NULL)
				return wrong;
		}
	for (uint32_t g = 0; g < v->nbundles; g++) {
		if (!b->s.groups.group.p[g].chosen)
			continue;
		v->bundle[g].allowed = false;
		int64_t lost = best - best_choice(v, 0);
		v->bundle[g].allowed = true;
		if (b->s.groups.group.p[g].margin != MIN(lost, MATCH_MARGIN_CAP))
			return "margin: of a group";
	}
	return NULL;
}

/* In the order of the targets, which is that of the engine's groups too. */
static const char *check_stage(const struct question *q, struct subset_search *work)
{
	struct world v = {0};
	struct bench b;
	const char *wrong;

	bench_open(&b, q);
	make_ways(q, &b, &v);
	wrong = check_candidates(&b, &v);
	if (wrong == NULL)
		wrong = leave_out_idle(&b, &v);
	if (wrong == NULL && (q->asked == LINES || q->asked == SPREAD))
		wrong = check_groups(q, &b, work, &v);
	if (wrong == NULL)
		wrong = check_use(&b, &v);
	if (wrong == NULL) {
		int64_t best = best_choice(&v, 0);
		wrong = chosen_weight(&b, &v) != best ? "optimal weight" : check_margins(&b, &v, best);
	}
	bench_close(&b);
	return wrong;
}

/* ---- the whole run ---- */

static const char *check_members(const struct question *q, const struct result *r)
{
	int64_t taken[2][ROWS] = {{0}};
	uint32_t times[2][ROWS] = {{0}};

	for (uint32_t no = 0; no < r->matches.n; no++) {
		int64_t gap = 0, limit = 0;
		if (r->matches.kind[no] == KIND_1_1)
			limit = q->within;
		if (r->matches.kind[no] == KIND_1_N || r->matches.kind[no] == KIND_N_1)
			limit = q->total;
		if ((r->matches.flags[no] & RESULT_CHOICE) != 0)
			limit = q->within * (r->matches.member[no + 1] - r->matches.member[no]) / 2;
		if (r->matches.pass[no] == 3) /* opposite amounts */
			limit = INT64_MAX;
		for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
			int side = r->inputs[r->members.input[i]].side;
			uint32_t row = r->members.row[i];
			int64_t a = r->members.allocated[i], all = q->row[side][row].amount;
			if (q->asked != PARTIAL && (++times[side][row] > 1 || a != all))
				return "a row used twice";
			taken[side][row] += a;
			if (a == 0 || (a < 0) != (all < 0) || (a < 0 ? taken[side][row] < all : taken[side][row] > all))
				return "a row used twice: beyond its amount";
			gap += side == RESULT_LEFT ? a : -a;
		}
		if (gap > limit || gap < -limit)
			return "sums within tolerance: a match";
	}
	return NULL;
}

static void encode(struct run *r, unsigned threads, struct buf *out)
{
	struct err err = {0};

	if (run_it(r, threads, &err) != 0)
		fail_msg("%s %s", err.detail, err.pointer);
	assert_int_equal(result_file_write(&r->result, col_sink_buf(out), &err), 0);
}

static const char *check_threads(struct run *r, const struct buf *one, unsigned threads)
{
	struct buf other CLEANUP(buf_free) = BUF_INIT;

	encode(r, threads, &other);
	if (other.n != one->n || memcmp(other.p, one->p, one->n) != 0)
		return "threads change the result";
	return NULL;
}

static const char *check_renamed(const struct question *q, const struct run *plain)
{
	static const char *const names[4] = {"Beleg", "Wert am", "Betrag", "a b c"};
	const struct cell_row *const rows[2] = {q->row[0], q->row[1]};
	struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;
	struct run r;

	run_open_named(&r, q->passes, names, q->row[0], q->n[0], q->row[1], q->n[1]);
	run_checked("renamed", &r, 1);
	describe_contents(&plain->result, rows, &a);
	describe_contents(&r.result, rows, &b);
	run_close(&r);
	return strcmp(buf_cstr(&a), buf_cstr(&b)) != 0 ? "names change the result" : NULL;
}

static const char *check_shuffled(const struct question *q, const struct run *plain, uint64_t *s)
{
	struct question mixed = *q;
	const struct cell_row *const rows[2] = {q->row[0], q->row[1]};
	const struct cell_row *const other[2] = {mixed.row[0], mixed.row[1]};
	struct buf a CLEANUP(buf_free) = BUF_INIT, b CLEANUP(buf_free) = BUF_INIT;
	struct run r;

	shuffle(mixed.row[0], mixed.n[0], s);
	shuffle(mixed.row[1], mixed.n[1], s);
	run_open(&r, q->passes, mixed.row[0], mixed.n[0], mixed.row[1], mixed.n[1]);
	run_checked("shuffled", &r, 1);
	describe_contents(&plain->result, rows, &a);
	describe_contents(&r.result, other, &b);
	run_close(&r);
	return strcmp(buf_cstr(&a), buf_cstr(&b)) != 0 ? "the order of rows changes the result" : NULL;
}

static const char *check_run(const struct question *q, uint64_t *s)
{
	struct buf one CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	const char *wrong;
	struct run r;

	run_open(&r, q->passes, q->row[0], q->n[0], q->row[1], q->n[1]);
	encode(&r, 1, &one);
	wrong = check_members(q, &r.result);
	if (wrong == NULL && match_check(r.in, 2, r.rules, &r.result, &err) != 0)
		wrong = "the engine's own proof";
	if (wrong == NULL)
		wrong = check_renamed(q, &r);
	if (wrong == NULL)
		wrong = check_shuffled(q, &r, s);
	if (wrong == NULL)
		wrong = check_threads(&r, &one, below(s, 2) == 0 ? 2 : 7);
	run_close(&r);
	return wrong;
}

/* The first property that a case breaks, or NULL. */
static const char *check_case(struct subset_search *work, struct question *q, uint64_t *seed)
{
	const char *wrong = NULL;

	make_question(q, seed);
	if (q->asked != PARTIAL)
		wrong = check_stage(q, work);
	return wrong != NULL ? wrong : check_run(q, seed);
}

#ifdef MATCH_PLANT_WANT

static void test_found_out(void **state)
{
	struct subset_search *work = subset_search_new();
	uint64_t seed = 378;
	uint32_t found = 0;

	(void)state;
	assert_non_null(work);
	for (uint32_t c = 0; c < CASES && found == 0; c++) {
		struct question q;
		const char *wrong = check_case(work, &q, &seed);
		found = wrong != NULL && strncmp(wrong, MATCH_PLANT_WANT, strlen(MATCH_PLANT_WANT)) == 0;
	}
	subset_search_free(&work);
	CHECK("the planted fault is found out", found == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_found_out)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

#define PARTS 4u

/* One part of the cases, in a process of its own: the parts run on all processors. */
static int run_part(uint32_t part)
{
	struct subset_search *work = subset_search_new();
	uint64_t seed = 378 + part;

	for (uint32_t c = 0; work != NULL && c < CASES / PARTS; c++) {
		struct question q;
		const char *wrong = check_case(work, &q, &seed);
		if (wrong != NULL) {
			fprintf(stderr, "part %u, case %u: %s\n%s\n", part, c, wrong, q.passes);
			return EXIT_FAILURE;
		}
	}
	if (work == NULL)
		return EXIT_FAILURE;
	subset_search_free(&work);
	return EXIT_SUCCESS;
}

static void test_properties(void **state)
{
	pid_t part[PARTS];

	(void)state;
	fflush(NULL);
	for (uint32_t i = 0; i < PARTS; i++) {
		part[i] = fork();
		assert_true(part[i] >= 0);
		if (part[i] == 0)
			unit_exit(run_part(i));
	}
	for (uint32_t i = 0; i < PARTS; i++) {
		int status = -1;
		assert_int_equal(waitpid(part[i], &status, 0), part[i]);
		CHECK("every case of the part holds", WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_properties)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
