/*
 * Where true pairs are lost: recon-explain LEFT RIGHT TRUTH.csv [EXAMPLES] runs the engine with the
 * proposed ruleset, asks every 1:1 pass for its candidates when nothing is taken yet, and sorts the
 * true pairs that are neither confirmed nor suggested, and the wrong pairs that are, by cause.
 *
 * Row numbers are data rows; files with rejected rows are refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/load.h"
#include "match/engine.h"
#include "pairs.h"
#include "rules/ruleset.h"

enum cause {
	FOUND,
	AMBIGUOUS,     /* shown with its rivals, no decision */
	NO_CANDIDATE,  /* no pass has the pair */
	LOW_WEIGHT,    /* a candidate, but both records found nothing or a pair that weighs more */
	ASSIGNED_AWAY, /* a candidate that weighs as much as what took one of its records */
	BELOW_LINE,    /* a candidate that weighs enough, both records open */
	WRONG_GROUP,   /* a record of it is in a group of other records */
	NO_GROUP,      /* part of a true group of which nothing was found */
	ONE_SIDE,      /* of one side (netting): not found */
	CAUSES
};

static const char *const cause_words[] = {
	[FOUND] = "found",
	[AMBIGUOUS] = "ambiguous",
	[NO_CANDIDATE] = "no candidate",
	[LOW_WEIGHT] = "low weight",
	[ASSIGNED_AWAY] = "lost in assignment",
	[BELOW_LINE] = "below the suggest line",
	[WRONG_GROUP] = "wrong group or kind",
	[NO_GROUP] = "group not found",
	[ONE_SIDE] = "netting not found",
};

struct explain {
	struct arena arena;
	struct read_result side[2];
	struct match_input in[2];
	struct ruleset *rules;
	struct result result;
	struct match_receipt receipt;
	struct edges edges; /* by (l, r), of class representatives */
	uint32_t *rep[2];   /* by row; NULL: itself */
	uint32_t *match[2]; /* by row: match that took it + 1, confirmed or suggested */
	struct pairs truth, ambiguous;
};

static _Noreturn void give_up(const struct err *err)
{
	fprintf(stderr, "recon-explain: %s\n", err->detail);
	exit(1);
}

/* As `recon match` names what it reads: by the columns of the file. */
static void name_columns(struct explain *x, int side, const struct read_proposal *p)
{
	struct col_table *t = &x->side[side].table;

	for (uint32_t c = 0; c < t->ncols; c++)
		for (uint32_t i = 0; i < p->mapping.nfields; i++) {
			const struct mapping_field *f = &p->mapping.fields[i];
			if (t->cols[c].role == COL_FIELD && f->ncolumns == 1 &&
				sv_eq_cstr(f->field, t->cols[c].name)) {
				t->cols[c].name = arena_sv(&x->arena, f->columns[0]).p;
				break;
			}
		}
}

static void read_sides(struct explain *x, char *const path[2])
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	for (int side = 0; side < 2; side++) {
		struct read_proposal p = {0};
		if (load_table(path[side], NULL, NULL, &x->arena, &p, &x->side[side], &err) < 0)
			give_up(&err);
		if (x->side[side].rejects.rows > 0) {
			err_set(&err, E_INVALID, "%s has rejected rows.", path[side]);
			give_up(&err);
		}
		name_columns(x, side, &p);
		x->in[side] = (struct match_input){
			.table = &x->side[side].table, .side = (uint8_t)side, .dataset_no = side};
	}
	if (match_propose(x->in[0].table, x->in[1].table, SV("left"), SV("right"), &text, &err) <
			0 ||
		ruleset_parse(buf_sv(&text), &x->arena, &x->rules, &err) < 0)
		give_up(&err);
}

/* Candidates of all 1:1 passes before anything is taken. */
static void find_candidates(struct explain *x)
{
	struct err err = {0};
	struct engine *e = engine_open(x->in, 2, x->rules, NULL, &err);

	if (e == NULL || engine_bind(e) < 0)
		give_up(&err);
	engine_prepare(e);
	for (uint32_t p = 0; p < x->rules->npasses && engine_ok(e); p++)
		if (x->rules->passes[p].kind == KIND_1_1)
			block_pass(e, p, &x->edges);
	if (engine_ok(e))
		edges_unify(&x->edges);
	if (engine_error(e) < 0)
		give_up(&err);
	struct edge *copy = resize(NULL, x->edges.n * sizeof(*copy));
	if (x->edges.n > 0)
		memcpy(copy, x->edges.p, x->edges.n * sizeof(*copy));
	x->edges.p = copy;
	for (int side = 0; side < 2; side++) {
		x->rep[side] = resize(NULL, ((size_t)e->n[side] + 1) * sizeof(uint32_t));
		for (uint32_t r = 0; r < e->n[side]; r++)
			x->rep[side][r] = e->rep[side] == NULL ? r : e->rep[side][r];
	}
	engine_close(e);
}

static void note_ambiguous(struct explain *x, uint32_t no)
{
	const struct result *r = &x->result;

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++)
		for (uint32_t k = i + 1; k < r->matches.member[no + 1]; k++)
			if (r->members.input[i] == 0 && r->members.input[k] == 1)
				pairs_add(&x->ambiguous,
					(uint64_t)(r->members.row[i] + 1) << 32 |
						(r->members.row[k] + 1),
					0, SUGGESTED);
}

static void run(struct explain *x)
{
	const struct result *r = &x->result;
	struct err err = {0};

	if (match_run(x->in, 2, x->rules, NULL, &x->result, &x->receipt, &err) < 0)
		give_up(&err);
	for (int side = 0; side < 2; side++) {
		size_t bytes = ((size_t)x->in[side].table->rows + 1) * sizeof(uint32_t);
		x->match[side] = resize(NULL, bytes);
		memset(x->match[side], 0, bytes);
	}
	for (uint32_t no = 0; no < r->matches.n; no++) {
		if (r->matches.status[no] == STATUS_AMBIGUOUS)
			note_ambiguous(x, no);
		for (uint32_t i = r->matches.member[no];
			i < r->matches.member[no + 1] && r->matches.status[no] != STATUS_AMBIGUOUS;
			i++)
			x->match[r->members.input[i]][r->members.row[i]] = no + 1;
	}
	pairs_sort(&x->ambiguous);
}

static const struct edge *find_edge(const struct explain *x, uint32_t l, uint32_t r)
{
	size_t low = 0, high = x->edges.n;

	l = x->rep[0][l];
	r = x->rep[1][r];
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct edge *at = &x->edges.p[mid];
		if (at->l < l || (at->l == l && at->r < r))
			low = mid + 1;
		else
			high = mid;
	}
	const struct edge *at = &x->edges.p[low];
	return low < x->edges.n && at->l == l && at->r == r ? at : NULL;
}

static uint32_t members_of(const struct explain *x, uint32_t match)
{
	return x->result.matches.member[match] - x->result.matches.member[match - 1];
}

/* Evidence of the pair that took a row; INT32_MIN: nothing did, or no candidate says. */
static int32_t weight_taken(const struct explain *x, int side, uint32_t row)
{
	const struct result *r = &x->result;
	uint32_t match = x->match[side][row];

	if (match == 0)
		return INT32_MIN;
	for (uint32_t i = r->matches.member[match - 1]; i < r->matches.member[match]; i++)
		if (r->members.input[i] != side) {
			uint32_t other = r->members.row[i];
			const struct edge *e =
				side == 0 ? find_edge(x, row, other) : find_edge(x, other, row);
			return e == NULL ? INT32_MIN : e->w;
		}
	return INT32_MIN;
}

static enum cause cause_of(const struct explain *x, uint64_t key, bool grouped)
{
	if (key >> 63)
		return ONE_SIDE;
	uint32_t l = (uint32_t)(key >> 32) - 1, r = (uint32_t)key - 1;
	uint32_t a = x->match[0][l], b = x->match[1][r];
	if (pairs_find(&x->ambiguous, key) != NULL)
		return AMBIGUOUS;
	if ((a > 0 && members_of(x, a) > 2) || (b > 0 && members_of(x, b) > 2))
		return WRONG_GROUP;
	if (grouped)
		return a > 0 || b > 0 ? WRONG_GROUP : NO_GROUP;
	const struct edge *e = find_edge(x, l, r);
	if (e == NULL)
		return NO_CANDIDATE;
	if (a == 0 && b == 0)
		return e->w > 0 ? BELOW_LINE : LOW_WEIGHT;
	return e->w < weight_taken(x, 0, l) || e->w < weight_taken(x, 1, r) ? LOW_WEIGHT
									    : ASSIGNED_AWAY;
}

static void print_record(const struct explain *x, int side, uint32_t row)
{
	const struct col_table *t = &x->side[side].table;
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	printf("    %s %u:", side == 0 ? "left" : "right", row + 1);
	for (uint32_t c = 0; c < t->ncols; c++) {
		const struct col *col = &t->cols[c];
		buf_reset(&text);
		if (col->role == COL_FIELD && col_valid(col, row))
			col_format(t, col, row, &text);
		if (text.n > 0)
			printf(" %s=%.60s", col->name, buf_cstr(&text));
	}
	putchar('\n');
}

static void print_pair(const struct explain *x, uint64_t key)
{
	uint32_t l = (uint32_t)(key >> 32 & INT32_MAX) - 1, r = (uint32_t)key - 1;

	if (key >> 63)
		return;
	const struct edge *e = find_edge(x, l, r);
	printf("  left %u right %u: ", l + 1, r + 1);
	if (e != NULL)
		printf("evidence %.2f bits", (double)e->w / RULES_BIT);
	else
		printf("no candidate");
	for (int side = 0; side < 2; side++)
		if (weight_taken(x, side, side == 0 ? l : r) > INT32_MIN)
			printf("; %s taken by %.2f bits", side == 0 ? "left" : "right",
				(double)weight_taken(x, side, side == 0 ? l : r) / RULES_BIT);
	putchar('\n');
	print_record(x, 0, l);
	print_record(x, 1, r);
}

static bool said(const struct explain *x, uint64_t key)
{
	uint32_t l = (uint32_t)(key >> 32 & INT32_MAX) - 1, r = (uint32_t)key - 1;

	if (key >> 63) {
		for (int side = 0; side < 2; side++)
			if (l < x->in[side].table->rows && r < x->in[side].table->rows &&
				x->match[side][l] > 0 && x->match[side][l] == x->match[side][r])
				return true;
		return false;
	}
	return x->match[0][l] > 0 && x->match[0][l] == x->match[1][r];
}

static void explain_lost(const struct explain *x, size_t examples)
{
	size_t count[16][CAUSES] = {0}, shown[CAUSES] = {0};

	for (size_t i = 0; i < x->truth.n; i++) {
		const struct true_pair *p = &x->truth.p[i];
		bool grouped = strcmp(pairs_kind(p->kind), "1:1") != 0 &&
			       strcmp(pairs_kind(p->kind), "partial") != 0;
		enum cause why = said(x, p->key) ? FOUND : cause_of(x, p->key, grouped);
		count[p->kind][why]++;
	}
	for (size_t kind = 0; kind < 16; kind++)
		for (size_t c = 0; c < CAUSES; c++)
			if (count[kind][c] > 0)
				printf("%-8s %-24s %8zu\n", pairs_kind(kind), cause_words[c],
					count[kind][c]);
	for (size_t c = FOUND + 1; c < CAUSES; c++)
		for (size_t i = 0; i < x->truth.n && shown[c] < examples; i++) {
			const struct true_pair *p = &x->truth.p[i];
			bool grouped = strcmp(pairs_kind(p->kind), "1:1") != 0 &&
				       strcmp(pairs_kind(p->kind), "partial") != 0;
			if (said(x, p->key) || cause_of(x, p->key, grouped) != c)
				continue;
			if (shown[c]++ == 0)
				printf("\n%s:\n", cause_words[c]);
			print_pair(x, p->key);
		}
}

static void explain_wrong(const struct explain *x, size_t examples)
{
	const struct result *r = &x->result;
	size_t shown = 0, wrong = 0;

	for (uint32_t no = 0; no < r->matches.n; no++) {
		uint32_t from = r->matches.member[no], end = r->matches.member[no + 1];
		for (uint32_t i = from; i < end && r->matches.status[no] != STATUS_AMBIGUOUS; i++)
			for (uint32_t k = i + 1; k < end; k++) {
				uint64_t key = (uint64_t)(r->members.row[i] + 1) << 32 |
					       (r->members.row[k] + 1);
				if (r->members.input[i] == r->members.input[k] ||
					pairs_find(&x->truth, key) != NULL)
					continue;
				wrong++;
				if (shown++ >= examples)
					continue;
				printf("\nwrong, %s by \"%.*s\", confidence %.6f, %u members:\n",
					r->matches.status[no] == STATUS_CONFIRMED ? "confirmed"
										  : "suggested",
					SV_ARG(x->rules->passes[r->matches.pass[no]].name),
					r->matches.confidence[no] / 1e6, end - from);
				print_pair(x, key);
			}
	}
	printf("\nwrong pairs %zu\n", wrong);
}

int main(int argc, char **argv)
{
	struct explain x = {.result = RESULT_INIT};

	if (argc < 4 || argc > 5) {
		fputs("usage: recon-explain LEFT RIGHT TRUTH.csv [EXAMPLES]\n", stderr);
		return 2;
	}
	size_t examples = argc == 5 ? strtoul(argv[4], NULL, 10) : 3;
	arena_init(&x.arena, 0);
	x.truth = pairs_read(argv[3]);
	read_sides(&x, argv + 1);
	find_candidates(&x);
	run(&x);
	printf("candidates %zu\n", x.edges.n);
	explain_lost(&x, examples);
	explain_wrong(&x, examples);
	result_free(&x.result);
	match_receipt_free(&x.receipt);
	for (int side = 0; side < 2; side++) {
		read_result_free(&x.side[side]);
		free(x.rep[side]);
		free(x.match[side]);
	}
	free(x.edges.p);
	free(x.truth.p);
	free(x.ambiguous.p);
	arena_free(&x.arena);
	return 0;
}
