/*
 * The proof that a result keeps what match.h promises, made from the result, the tables and the
 * ruleset alone: nothing of how the result was found is used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "match/engine.h"

struct proof {
	struct engine *e;
	const struct result *r;
	__int128 *taken[2];  /* by row: allocated by all matches */
	uint8_t *whole[2];   /* by row: matches that take it whole */
	uint8_t *matches[2]; /* by row: matches, up to 255 */
	struct err *err;
};

static int wrong(const struct proof *p, uint32_t match, const char *what)
{
	return err_set(p->err, E_CORRUPT, "Match %u: %s.", match + 1, what);
}

static uint32_t side_row(const struct proof *p, uint32_t member, int *ret_side)
{
	uint16_t input = p->r->members.input[member];

	*ret_side = p->r->inputs[input].side;
	return p->e->base[input] + p->r->members.row[member];
}

static int check_member(struct proof *p, uint32_t match, uint32_t member)
{
	const struct engine *e = p->e;
	bool partial = p->r->matches.kind[match] == KIND_PARTIAL;
	int64_t allocated = p->r->members.allocated[member];
	int side;
	uint32_t row = side_row(p, member, &side);
	int64_t amount = e->amount[side] == NULL ? 0 : row_amount(e, side, row);

	if (e->amount[side] != NULL && !partial && allocated != amount)
		return wrong(p, match, "a record is not taken whole");
	if (partial && (allocated == 0 || (allocated < 0) != (amount < 0)))
		return wrong(p, match, "a part has not its record's sign");
	p->taken[side][row] += allocated;
	p->whole[side][row] = (uint8_t)(p->whole[side][row] + !partial);
	p->matches[side][row] = (uint8_t)MIN(p->matches[side][row] + 1, 255);
	if (p->whole[side][row] > 1 || (p->whole[side][row] == 1 && p->matches[side][row] > 1))
		return wrong(p, match, "a record is used twice");
	__int128 left = (__int128)amount - p->taken[side][row];
	if (e->amount[side] != NULL && (amount < 0 ? left > 0 : left < 0))
		return wrong(p, match, "a record gives more than its amount");
	return 0;
}

/* Do the tests hold for two members? */
static bool pair_holds(const struct proof *p, struct metric *m, const struct rules_pass *pass,
	uint32_t first, uint32_t second)
{
	int sa, sb;
	uint32_t a = side_row(p, first, &sa), b = side_row(p, second, &sb);

	for (uint32_t i = 0; i < pass->when.nbranches; i++)
		if (test_branch(p->e, m, &pass->when.branches[i], sa, a, sb, b, 0))
			return true;
	return pass->mode == RULES_MODE_LEARN;
}

/* A choice has as many records of one side as of the other, and for each one whose tests hold. Looked
 * for from the same place on, since neighbours tend to belong together. */
static bool choice_holds(
	const struct proof *p, struct metric *m, const struct rules_pass *pass, uint32_t match)
{
	uint32_t first = p->r->matches.member[match], end = p->r->matches.member[match + 1];
	uint32_t k = (end - first) / 2;

	if ((end - first) % 2 != 0 || p->r->inputs[p->r->members.input[first]].side != RESULT_LEFT ||
		p->r->inputs[p->r->members.input[end - 1]].side != RESULT_RIGHT)
		return false;
	for (uint32_t i = 0; i < k; i++) {
		uint32_t left = 0, right = 0;
		while (left < k && !pair_holds(p, m, pass, first + i, first + k + (i + left) % k))
			left++;
		while (right < k && !pair_holds(p, m, pass, first + (i + right) % k, first + k + i))
			right++;
		if (left == k || right == k)
			return false;
	}
	return true;
}

static int64_t tolerance_of(const struct proof *p, uint32_t match)
{
	const struct rules_pass *pass = &p->e->rs->passes[p->r->matches.pass[match]];
	int exponent = col_currency_exponent(p->r->matches.currency[match]);
	uint8_t kind = p->r->matches.kind[match];

	if (kind != KIND_1_N && kind != KIND_N_1 && pass->kind != KIND_N_M)
		return 0;
	return (int64_t)((__int128)pass->group.within * decimal_pow10(exponent) / RULES_MICRO);
}

/* What the pass says of differences allows to confirm it. */
static bool difference_holds(const struct proof *p, uint32_t match)
{
	const struct result_matches *m = &p->r->matches;
	const struct rules_difference *rule = &p->e->rs->passes[m->pass[match]].difference;
	int64_t difference = m->left[match] - m->right[match];
	bool net = m->kind[match] == KIND_NET_LEFT || m->kind[match] == KIND_NET_RIGHT;

	if (p->e->amount[0] == NULL || net || difference == 0)
		return true;
	__int128 limit = (__int128)rule->limit *
		decimal_pow10(col_currency_exponent(m->currency[match])) / RULES_MICRO;
	return rule->then == RULES_BOOK_PROPOSE &&
		(rule->limit < 0 || (difference <= limit && -difference <= limit));
}

static int check_match(struct proof *p, struct metric *m, uint32_t match)
{
	const struct result *r = p->r;
	const struct rules_pass *pass = &p->e->rs->passes[r->matches.pass[match]];
	uint32_t first = r->matches.member[match], end = r->matches.member[match + 1];
	__int128 sum[2] = {0, 0};

	for (uint32_t i = first; i < end; i++) {
		int rc = check_member(p, match, i), side;
		if (rc < 0)
			return rc;
		(void)side_row(p, i, &side);
		sum[side] += r->members.allocated[i];
	}
	if (sum[0] != r->matches.left[match] || sum[1] != r->matches.right[match])
		return wrong(p, match, "its totals are not those of its members");
	if (r->matches.kind[match] == KIND_1_1) {
		if (end - first != 2 || !pair_holds(p, m, pass, first, first + 1))
			return wrong(p, match, "its pass's tests do not hold");
	} else if ((r->matches.flags[match] & RESULT_CHOICE) != 0 && r->matches.kind[match] == KIND_N_M) {
		if (r->matches.status[match] != STATUS_AMBIGUOUS || !choice_holds(p, m, pass, match))
			return wrong(p, match, "it is no choice among pairs whose tests hold");
	} else {
		__int128 gap = sum[0] > sum[1] ? sum[0] - sum[1] : sum[1] - sum[0];
		if (p->e->amount[0] != NULL && gap > tolerance_of(p, match))
			return wrong(p, match, "its difference is beyond the limit");
	}
	if (r->matches.status[match] == STATUS_CONFIRMED && !difference_holds(p, match))
		return wrong(p, match, "it is confirmed in spite of its difference");
	if (r->matches.status[match] == STATUS_CONFIRMED &&
		(!pass->then.confirm || r->matches.margin[match] == RESULT_NONE ||
			r->matches.margin[match] < pass->then.confirm_margin ||
			(r->matches.confidence[match] < pass->then.confirm_ppm &&
				(r->matches.flags[match] & RESULT_SHOWN) == 0)))
		return wrong(p, match, "it is confirmed below the line");
	return 0;
}

/* Every record is in an open item, or wholly confirmed, or excluded; and the open ones hold what
 * confirmed matches left. */
static int check_open(struct proof *p)
{
	const struct result *r = p->r;
	struct engine *e = p->e;
	__int128 *confirmed[2] = {NULL, NULL};

	for (int side = 0; side < 2; side++)
		confirmed[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, __int128);
	if (!engine_ok(e))
		return engine_error(e);
	for (uint32_t no = 0; no < r->matches.n; no++)
		for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
			int side;
			uint32_t row = side_row(p, i, &side);
			if (r->matches.status[no] == STATUS_CONFIRMED)
				confirmed[side][row] += r->members.allocated[i];
		}
	for (uint32_t i = 0; i < r->open.n; i++) {
		int side = r->inputs[r->open.input[i]].side;
		uint32_t row = e->base[r->open.input[i]] + r->open.row[i];
		__int128 amount = e->amount[side] == NULL ? 0 : row_amount(e, side, row);
		if (confirmed[side][row] + r->open.remaining[i] != amount)
			return err_set(p->err, E_CORRUPT,
				"Open item %u: what is taken and what remains is not its amount.", i + 1);
	}
	return 0;
}

int match_check(const struct match_input *inputs, uint32_t ninputs, const struct ruleset *rules,
	const struct result *r, struct err *err)
{
	struct err ignored = {0};
	struct err *to = err != NULL ? err : &ignored;
	int rc = result_check(r, to);
	struct engine *e = rc == 0 ? engine_open(inputs, ninputs, rules, NULL, to) : NULL;

	if (e == NULL)
		return to->code;
	struct proof p = {.e = e, .r = r, .err = to};
	struct metric *m = engine_metric(e, 0);
	rc = engine_bind(e);
	for (int side = 0; side < 2 && rc == 0; side++) {
		p.taken[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, __int128);
		p.whole[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint8_t);
		p.matches[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint8_t);
		rc = engine_error(e);
	}
	for (uint32_t no = 0; no < r->matches.n && rc == 0; no++)
		rc = check_match(&p, m, no);
	if (rc == 0)
		rc = check_open(&p);
	engine_close(e);
	return rc;
}
