#ifndef MATCH_STAGE_H
#define MATCH_STAGE_H
/* Parts of a stage; private to src/match. */
#include "match/assign.h"
#include "match/engine.h"

/* Edges and groups of a stage cut into components. Edges alone at both ends are not in one. */
struct components {
	uint32_t n;
	uint32_t *first; /* n + 1 */
	uint32_t *edge;  /* edge numbers, ascending in each component */
	uint32_t *group_first; /* n + 1; NULL: the stage has no groups */
	uint32_t *group;
};

/* A group as one hypothesis: a target and lines of the other side that add up to it. */
struct group {
	uint32_t target;
	uint32_t first, n;   /* its lines in groups.line */
	int32_t w;           /* log2 of its odds, prior included, 1/64 bit */
	int32_t chance;      /* log2 of E0 */
	uint32_t pool;
	uint16_t pass;
	uint8_t target_side;
	bool complete;       /* the search was */
	bool cut;            /* only the best part of the pool was searched */
	bool same;           /* other fits exchange equal records only */
	bool chosen;
	uint32_t margin, confidence;
	bool rival;          /* something else that is not hopeless wants one of its records */
	bool netted;         /* of a component with nettings: solved there */
};

struct groups {
	VECTOR(struct group) group;
	VECTOR(uint32_t) line;
};

enum edge_state {
	EDGE_RIVALS,
	EDGE_ALONE,   /* nothing else wants either end */
	EDGE_SETTLED, /* it is in every optimum, or in none, see settle.c */
	EDGE_NETTED,  /* of a component with nettings: solved there */
};

/* What wants a row: the weights of its edges. */
struct wanted {
	int32_t best, second; /* INT32_MIN: none; equal: two edges are the best */
	uint32_t n;
};

struct stage {
	struct engine *e;
	int side[2]; /* of an edge's l and r: the two sides, or one side twice (netting) */
	struct groups groups;
	struct edges edges;
	struct verdict *verdict; /* one per edge */
	uint8_t *alone;          /* per edge: enum edge_state */
	uint32_t nrivals;        /* edges that have rivals and are not settled */
	struct wanted *wanted[2]; /* by row of side[0] and side[1]; NULL: no edge has rivals */
	struct components comp;
	int32_t prior;           /* log2 of the prior odds, 1/64 bit */
	enum rules_choose choose; /* other than by weight: of all passes of the stage */
	const struct field *date; /* choose: what it goes by */
	int32_t last_day;
	int32_t *value;          /* by weight + STAGE_SOFT: what a pair is worth in the assignment */
	struct stage *net[2];    /* nettings of either side that compete with it; NULL: there are none */
};

#define STAGE_SOFT 1280

/* What is stated for a marginal: what people decided acts on it before any line is drawn. */
static inline uint32_t stage_stated(const struct engine *e, uint32_t marginal)
{
	const struct calibration *c = e->opt->calibration;

	return c == NULL ? marginal : calibrate_apply(c, marginal);
}

/* Worth of a pair of evidence w: log2(1 + odds), at least 1/64: a pair that the rules admit is
 * better than none, and evidence against it never makes it better. */
static inline int32_t stage_value(const struct stage *s, int32_t w)
{
	int32_t q = w + s->prior;

	return q >= STAGE_SOFT ? q : q <= -STAGE_SOFT ? 1 : s->value[q + STAGE_SOFT];
}

/* Does an edge alone confirm, suggest or hint? STATUS_*, or 0 for nothing. */
uint8_t stage_status(const struct engine *e, const struct rules_pass *pass, const struct found *m,
	bool rival, int32_t alone);
/* What is known of a chosen pair before its members are. */
struct found stage_found(
	const struct stage *s, const struct edge *edge, const struct verdict *verdict);
/* The next record of the class that a row stands for. */
uint32_t stage_first_open(const struct engine *e, int side, uint32_t rep);
/* Adds a whole record to the match. */
void stage_member(struct engine *e, struct found *m, int side, uint32_t row);
/* Adds a match of the rows in engine.member from `first` on. */
void stage_record(struct engine *e, struct found m, uint32_t first);
/* Fills the stage with the pairs and groups that its passes find. */
void stage_search(struct stage *s, uint32_t first_pass, uint32_t npasses);
/* Weighs what the stage holds and chooses: verdicts of edges, groups.chosen. */
void stage_assign(struct stage *s);
/* Assigns and decides the pairs (and groups) that a stage holds. */
void stage_pairs(struct stage *s);
void stage_free(struct stage *s);
/* Takes a row out of play, and out of its class. */
void stage_take(struct engine *e, int side, uint32_t row, uint8_t status);

/* group.c: the group hypotheses of one pass. */
void group_pass(struct stage *s, uint32_t pass);
/* log2 of how likely a given sum hits an amount of this size by chance, 1/64 bit. */
int32_t group_plain_chance(const struct engine *e, int64_t amount, int64_t tolerance);
/* net.c: fills the stage with the offsetting pairs of one side, the positive record first; adds to
 * those of an earlier pass of that side. */
void net_search(struct stage *s, uint32_t pass);
/* net_compete.c */
/* What both a netting and something else want is alone in neither. */
void net_meet(struct stage *s);
/* Solves the components that have nettings, and marks what is in them. */
void net_solve(struct stage *s);
/* partial.c */
void partial_pass(struct engine *e, uint32_t pass);
/* From here on records have a remaining amount of their own, and equal ones no longer are. */
void partial_split(struct engine *e);
/* Takes what was allocated from the record; one that has nothing left is out of play. */
void partial_book(struct engine *e, int side, uint32_t row, int64_t amount, uint8_t status);
/* many.c */
void many_pass(struct engine *e, uint32_t pass);
/* choice.c: the ambiguous pairs of a component marked VERDICT_NEAR as one match. */
void choice_decide(struct stage *s, const uint32_t *edges, uint32_t ne);
/* advice.c */
void advice_pass(struct engine *e, uint32_t pass);
/* choose.c: what choosing a pair adds to its worth, and how sure a chosen one is. */
void choose_prepare(struct stage *s, uint32_t first_pass, uint32_t npasses);
int32_t choose_value(const struct stage *s, const struct edge *edge);
double choose_confidence(const struct stage *s, double odds, uint32_t margin);

/* component.c */
/* Which edges are alone; then, once the prior is known, verdicts of those. */
void component_alone(struct stage *s);
void component_decide_alone(struct stage *s);
void component_find(struct stage *s);
/* settle.c: what wants each row; then decides what needs no component, writing verdicts and states. */
void settle_wanted(struct stage *s);
void settle_pairs(struct stage *s);
/* candidate.c: the best pairs of what was not confirmed, for whoever looks at what is open. */
void candidate_note(struct stage *s);
/* solve.c */
void component_solve(struct stage *s);
/* Budgets of a component with so many edges; its graph is to be filled in. */
struct assign component_problem(const struct engine *e, uint32_t ne);
/* What the best solution without a chosen pair costs bounds how sure it is. */
double component_no_surer(const struct engine *e, double p, uint32_t margin);
/* Not proved: by how much the optimum may be better at most. */
void component_note_gap(struct engine *e, uint16_t pass, int64_t gap);

/* The representative of a row's class. */
static inline uint32_t stage_rep(const struct engine *e, int side, uint32_t row)
{
	return e->head[side] == NULL ? row : e->rep[side][row];
}

#endif
