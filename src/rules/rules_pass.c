/*
 * Reading passes: what a pass looks for, how groups and parts are made, what happens to a hit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "domain/outcome.h"
#include "rules/parse.h"

static const char *const kind_words[] = {"", "1:1", "1:n", "n:1", "n:m", "partial", "net left",
	"net right", "same"};
static const char *const mode_words[] = {"rules", "learn"};
static const char *const choose_words[] = {"weight", "nearest date", "oldest"};
static const char *const how_words[] = {
#define RULES_GROUP(name, word) [RULES_GROUP_##name] = (word),
#include "rules/words.def"
#undef RULES_GROUP
};
static const char *const difference_words[] = {"none", "rounding", "fee", "discount", "deduction",
	"tax", "fx", "unexplained"};

static int parse_ppm(struct parse *ps, const struct tree *t, uint32_t *ret)
{
	int64_t v = 0;
	int rc = tree_decimal(t, 6, &v, ps->err);

	if (rc == 0 && (v < 0 || v > RULES_PPM))
		rc = tree_error(ps->err, E_RULESET, t, "A number from 0 to 1 is needed.");
	if (rc == 0)
		*ret = (uint32_t)v;
	return rc;
}

static int parse_ppm_member(struct parse *ps, const struct tree *t, const char *key, uint32_t *ret)
{
	return tree_get(t, key) == NULL ? 0 : parse_ppm(ps, tree_get(t, key), ret);
}

/* A decimal >= 0 in millionths. */
static int parse_micro_member(
	struct parse *ps, const struct tree *t, const char *key, int64_t *ret)
{
	const struct tree *c = tree_get(t, key);
	int64_t v = 0;

	if (c == NULL)
		return 0;
	int rc = tree_decimal(c, 6, &v, ps->err);
	if (rc == 0 && v < 0)
		rc = tree_error(ps->err, E_RULESET, c, "The number must not be negative.");
	if (rc == 0)
		*ret = v;
	return rc;
}

static int parse_confirm(struct parse *ps, const struct tree *t, struct rules_then *then)
{
	static const char *const known[] = {"confidence", "margin", "chance", "value_up_to"};
	int64_t margin = 7 * RULES_MICRO;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	then->confirm = true;
	then->confirm_ppm = 990000;
	then->chance_ppm = 10000;
	then->value_up_to = -1;
	if (rc == 0)
		rc = parse_ppm_member(ps, t, "confidence", &then->confirm_ppm);
	if (rc == 0)
		rc = parse_micro_member(ps, t, "margin", &margin);
	if (rc == 0 && margin > 20 * RULES_MICRO)
		rc = tree_error(ps->err, E_RULESET, tree_get(t, "margin"), "At most 20 bits.");
	if (rc == 0)
		rc = parse_ppm_member(ps, t, "chance", &then->chance_ppm);
	if (rc == 0)
		rc = parse_micro_member(ps, t, "value_up_to", &then->value_up_to);
	then->confirm_margin = (uint32_t)(margin * RULES_BIT / RULES_MICRO);
	return rc;
}

static int parse_suggest(struct parse *ps, const struct tree *t, struct rules_then *then)
{
	static const char *const known[] = {"confidence"};
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	then->suggest = true;
	then->suggest_ppm = 500000;
	if (rc == 0)
		rc = parse_ppm_member(ps, t, "confidence", &then->suggest_ppm);
	return rc;
}

int parse_then(struct parse *ps, const struct tree *t, struct rules_then *then)
{
	static const char *const known[] = {"confirm", "suggest", "hint"};
	const struct tree *c = tree_get(t, "then");

	then->value_up_to = -1;
	if (c == NULL) {
		then->suggest = true;
		then->suggest_ppm = 500000;
		return 0;
	}
	int rc = parse_members(ps, c, known, ARRAY_LEN(known));
	if (rc == 0 && tree_get(c, "confirm") != NULL)
		rc = parse_confirm(ps, tree_get(c, "confirm"), then);
	if (rc == 0 && tree_get(c, "suggest") != NULL)
		rc = parse_suggest(ps, tree_get(c, "suggest"), then);
	if (rc == 0 && then->confirm && then->suggest && then->suggest_ppm > then->confirm_ppm)
		rc = tree_error(ps->err, E_RULESET, tree_get(c, "suggest"),
			"The line to suggest is above the line to confirm.");
	const struct tree *hint = tree_get(c, "hint");
	if (rc == 0 && hint != NULL && hint->kind != TREE_TRUE &&
		(hint->kind != TREE_OBJECT || hint->count > 0))
		rc = tree_error(ps->err, E_RULESET, hint, "{} or true is needed.");
	then->hint = hint != NULL;
	return rc;
}

static int parse_lines(struct parse *ps, const struct tree *t, struct rules_group *g)
{
	int64_t low = 2, high = RULES_LINES_MAX;

	if (t->kind != TREE_ARRAY || t->count != 2)
		return tree_error(ps->err, E_RULESET, t, "Two whole numbers are needed, [2, 8].");
	int rc = tree_integer(t->first, 1, RULES_LINES_MAX, &low, ps->err);
	if (rc == 0)
		rc = tree_integer(t->first->next, 1, RULES_LINES_MAX, &high, ps->err);
	if (rc == 0 && low > high)
		rc = tree_error(ps->err, E_RULESET, t, "The first number is above the last.");
	g->lines_min = (uint32_t)low;
	g->lines_max = (uint32_t)high;
	return rc;
}

static int parse_total(struct parse *ps, const struct tree *t, struct rules_group *g)
{
	static const char *const known[] = {"within"};
	int rc;

	if (t->kind == TREE_STRING && sv_eq_cstr(t->text, "same"))
		return 0;
	rc = parse_members(ps, t, known, ARRAY_LEN(known));
	return rc < 0 ? rc : parse_micro_member(ps, t, "within", &g->within);
}

static int parse_keys(struct parse *ps, const struct tree *t, struct rules_group *g)
{
	int rc = parse_field_list(ps, t, &g->by, &g->nby);

	for (uint32_t i = 0; i < g->nby && rc == 0; i++) {
		const struct rules_field *f = &ps->rs->fields[g->by[i]];
		if (f->side[0].source == RULES_SOURCE_NONE || f->side[1].source == RULES_SOURCE_NONE)
			rc = tree_error(ps->err, E_RULESET, t, "\"%.*s\" is not a field of both sides.",
				SV_ARG(f->name));
	}
	return rc;
}

static int parse_group(struct parse *ps, const struct tree *t, struct rules_group *g)
{
	static const char *const known[] = {"how", "by", "along", "lines", "total", "except_up_to"};
	uint32_t how = 0, *along = NULL, nalong = 0;
	int64_t except = 0;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc < 0)
		return rc;
	if (tree_get(t, "how") == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"how\" is missing.");
	rc = parse_word(ps, tree_get(t, "how"), how_words, ARRAY_LEN(how_words), &how);
	g->how = (enum rules_group_how)how;
	if (rc == 0 && tree_get(t, "by") != NULL)
		rc = parse_keys(ps, tree_get(t, "by"), g);
	if (rc == 0 && tree_get(t, "along") != NULL)
		rc = parse_field_list(ps, tree_get(t, "along"), &along, &nalong);
	if (rc == 0 && nalong > 0)
		g->along = along[0];
	if (rc == 0 && tree_get(t, "lines") != NULL)
		rc = parse_lines(ps, tree_get(t, "lines"), g);
	if (rc == 0 && tree_get(t, "total") != NULL)
		rc = parse_total(ps, tree_get(t, "total"), g);
	if (rc == 0 && tree_get(t, "except_up_to") != NULL)
		rc = tree_integer(tree_get(t, "except_up_to"), 0, 3, &except, ps->err);
	g->except_up_to = (uint32_t)except;
	return rc;
}

static int parse_partial(struct parse *ps, const struct tree *t, struct rules_partial *partial)
{
	static const char *const known[] = {"order", "rest", "smallest"};
	static const char *const orders[] = {"oldest first", "largest first"};
	static const char *const rests[] = {"stays open"};
	uint32_t order = 0, rest = 0;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc == 0 && tree_get(t, "order") != NULL)
		rc = parse_word(ps, tree_get(t, "order"), orders, ARRAY_LEN(orders), &order);
	if (rc == 0 && tree_get(t, "rest") != NULL)
		rc = parse_word(ps, tree_get(t, "rest"), rests, ARRAY_LEN(rests), &rest);
	if (rc == 0)
		rc = parse_micro_member(ps, t, "smallest", &partial->smallest);
	partial->largest_first = order == 1;
	return rc;
}

static int parse_difference(struct parse *ps, const struct tree *t, struct rules_difference *d)
{
	static const char *const known[] = {"type", "limit", "account", "then"};
	static const char *const then_words[] = {"propose", "suggest", "hint"};
	uint32_t type = DIFFERENCE_UNEXPLAINED, then = RULES_BOOK_PROPOSE;
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	if (rc == 0 && tree_get(t, "type") != NULL)
		rc = parse_word(ps, tree_get(t, "type"), difference_words,
			ARRAY_LEN(difference_words), &type);
	if (rc == 0)
		rc = parse_micro_member(ps, t, "limit", &d->limit);
	if (rc == 0)
		rc = parse_string_member(ps, t, "account", false, &d->account);
	if (rc == 0)
		rc = tree_get(t, "then") == NULL ? 0 :
			parse_word(ps, tree_get(t, "then"), then_words, ARRAY_LEN(then_words), &then);
	d->type = (uint8_t)type;
	d->then = (enum rules_book)then;
	return rc;
}

static bool has_common_date(const struct ruleset *rs)
{
	for (uint32_t i = 0; i < rs->nfields; i++)
		if (rs->fields[i].type == RULES_DATE &&
			rs->fields[i].side[0].source != RULES_SOURCE_NONE &&
			rs->fields[i].side[1].source != RULES_SOURCE_NONE)
			return true;
	return false;
}

static enum rules_side when_side(uint8_t kind)
{
	return kind == KIND_NET_LEFT || kind == KIND_SAME ? RULES_LEFT :
		kind == KIND_NET_RIGHT ? RULES_RIGHT : PARSE_BOTH_SIDES;
}

static bool needs_balance(uint8_t kind)
{
	return kind != KIND_1_1 && kind != KIND_SAME;
}

static int parse_words_of_pass(struct parse *ps, const struct tree *t, struct rules_pass *pass)
{
	uint32_t kind = KIND_1_1, mode = 0, choose = 0;
	int64_t stage = 1;
	int rc = parse_string_member(ps, t, "name", true, &pass->name);

	if (rc == 0 && tree_get(t, "stage") != NULL)
		rc = tree_integer(tree_get(t, "stage"), 1, RULES_STAGES_MAX, &stage, ps->err);
	if (rc == 0 && tree_get(t, "kind") != NULL)
		rc = parse_word(ps, tree_get(t, "kind"), kind_words, ARRAY_LEN(kind_words), &kind);
	if (rc == 0 && tree_get(t, "mode") != NULL)
		rc = parse_word(ps, tree_get(t, "mode"), mode_words, ARRAY_LEN(mode_words), &mode);
	if (rc == 0 && tree_get(t, "choose") != NULL)
		rc = parse_word(ps, tree_get(t, "choose"), choose_words, ARRAY_LEN(choose_words),
			&choose);
	pass->stage = (uint32_t)stage;
	pass->kind = (uint8_t)kind;
	pass->mode = (enum rules_lookup_mode)mode;
	pass->choose = (enum rules_choose)choose;
	return rc;
}

static int parse_only(struct parse *ps, const struct tree *t, struct rules_pass *pass)
{
	static const char *const known[] = {"left", "right"};
	const struct tree *only = tree_get(t, "only");
	int rc = only == NULL ? 0 : parse_members(ps, only, known, ARRAY_LEN(known));

	for (int side = 0; side < 2 && rc == 0 && only != NULL; side++)
		if (tree_get(only, known[side]) != NULL)
			rc = parse_when(ps, tree_get(only, known[side]), &pass->only[side],
				(enum rules_side)side);
	return rc;
}

static int parse_whole(struct parse *ps, const struct tree *t, struct rules_pass *pass)
{
	static const char *const known[] = {"left", "right"};
	uint32_t side = RULES_RIGHT;
	int rc = 0;

	if (tree_get(t, "whole") != NULL)
		rc = parse_word(ps, tree_get(t, "whole"), known, ARRAY_LEN(known), &side);
	pass->partial.whole_right = side == RULES_RIGHT;
	return rc;
}

/* Members that only some kinds of passes heed. */
static const struct {
	const char *name;
	unsigned kinds; /* bits 1 << KIND_* */
} members_of_kinds[] = {
	{"group", 1u << KIND_1_N | 1u << KIND_N_1 | 1u << KIND_N_M},
	{"partial", 1u << KIND_PARTIAL},
	{"whole", 1u << KIND_PARTIAL},
	{"choose", 1u << KIND_1_1},
};

static int check_members(struct parse *ps, const struct tree *t, const struct rules_pass *pass)
{
	const struct tree *group = tree_get(t, "group"), *c;

	for (size_t i = 0; i < ARRAY_LEN(members_of_kinds); i++) {
		c = tree_get(t, members_of_kinds[i].name);
		if (c != NULL && (members_of_kinds[i].kinds & 1u << pass->kind) == 0)
			return tree_error(ps->err, E_RULESET, c,
				"\"%s\" means nothing in a pass of kind \"%s\".",
				members_of_kinds[i].name, kind_words[pass->kind]);
	}
	c = group == NULL ? NULL : tree_get(group, "except_up_to");
	if (c != NULL && pass->group.how != RULES_GROUP_ALL)
		return tree_error(ps->err, E_RULESET, c, "Only \"all\" can leave lines out.");
	c = group == NULL ? NULL : tree_get(group, "along");
	if (c != NULL && pass->group.how != RULES_GROUP_RUN)
		return tree_error(ps->err, E_RULESET, c, "Only a \"run\" has an order.");
	if (pass->choose != RULES_CHOOSE_WEIGHT && !has_common_date(ps->rs))
		return tree_error(ps->err, E_RULESET, tree_get(t, "choose"),
			"To choose by days a date of both sides is needed.");
	return 0;
}

/* Whole keys against whole keys: nothing but keys says what belongs together. */
static int check_many(struct parse *ps, const struct tree *t, const struct rules_pass *pass)
{
	const struct tree *group = tree_get(t, "group");

	if (ps->rs->side[0].balance == UINT32_MAX)
		return tree_error(ps->err, E_RULESET, t, "This kind needs a balance on both sides.");
	if (group == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"group\" is missing.");
	if (pass->group.how != RULES_GROUP_ALL || pass->group.except_up_to > 0)
		return tree_error(ps->err, E_RULESET, group,
			"Several against several are whole keys: \"how\": \"all\".");
	if (pass->group.nby == 0)
		return tree_error(ps->err, E_MISSING_FIELD, group, "\"by\" is missing.");
	if (tree_get(t, "when") != NULL)
		return tree_error(ps->err, E_RULESET, tree_get(t, "when"),
			"Several against several are found by the keys of \"group\" alone.");
	return 0;
}

static int check_pass(struct parse *ps, const struct tree *t, const struct rules_pass *pass)
{
	bool grouped = pass->kind == KIND_1_N || pass->kind == KIND_N_1;

	if (pass->kind == KIND_SAME && pass->mode == RULES_MODE_LEARN)
		return 0;
	if (pass->kind == KIND_SAME)
		return tree_error(ps->err, E_UNSUPPORTED, tree_get(t, "kind"),
			"Records of one file are compared by learned weights: \"mode\": \"learn\".");
	int rc = check_members(ps, t, pass);
	if (rc < 0)
		return rc;
	if (pass->kind == KIND_N_M)
		return check_many(ps, t, pass);
	if (needs_balance(pass->kind) && ps->rs->side[0].balance == UINT32_MAX)
		return tree_error(ps->err, E_RULESET, t, "This kind needs a balance on both sides.");
	if (grouped && pass->group.how == RULES_GROUP_NONE)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"group\" is missing.");
	if (pass->group.how == RULES_GROUP_RUN && pass->group.along == UINT32_MAX)
		return tree_error(ps->err, E_MISSING_FIELD, tree_get(t, "group"), "\"along\" is missing.");
	if (tree_get(t, "when") == NULL && pass->mode == RULES_MODE_RULES &&
		pass->group.how == RULES_GROUP_NONE)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"when\" is missing.");
	return 0;
}

static int parse_parts(struct parse *ps, const struct tree *t, struct rules_pass *pass)
{
	int rc = 0;

	if (tree_get(t, "use") != NULL)
		rc = parse_field_list(ps, tree_get(t, "use"), &pass->use, &pass->nuse);
	if (rc == 0)
		rc = parse_only(ps, t, pass);
	if (rc == 0 && tree_get(t, "when") != NULL)
		rc = parse_when(ps, tree_get(t, "when"), &pass->when, when_side(pass->kind));
	if (rc == 0 && tree_get(t, "group") != NULL)
		rc = parse_group(ps, tree_get(t, "group"), &pass->group);
	if (rc == 0)
		rc = parse_whole(ps, t, pass);
	if (rc == 0 && tree_get(t, "partial") != NULL)
		rc = parse_partial(ps, tree_get(t, "partial"), &pass->partial);
	if (rc == 0 && tree_get(t, "difference") != NULL)
		rc = parse_difference(ps, tree_get(t, "difference"), &pass->difference);
	if (rc == 0)
		rc = parse_then(ps, t, &pass->then);
	return rc;
}

/* The keys of a group are tests like any other: lines have those of their target. */
static int add_keys(struct parse *ps, const struct tree *group, struct rules_pass *pass)
{
	const struct rules_group *g = &pass->group;

	for (uint32_t b = 0; b < pass->when.nbranches && g->nby > 0; b++) {
		struct rules_branch *branch = &pass->when.branches[b];
		struct rules_test *tests =
			ARENA_ARRAY(ps->arena, branch->ntests + g->nby, struct rules_test);
		if (tests == NULL)
			return err_set(ps->err, E_NO_MEMORY, NULL);
		if (branch->ntests + g->nby > RULES_TESTS_MAX)
			return tree_error(ps->err, E_LIMIT, group, "More than %d tests.",
				RULES_TESTS_MAX);
		if (branch->ntests > 0)
			memcpy(tests, branch->tests, branch->ntests * sizeof(*tests));
		for (uint32_t i = 0; i < g->nby; i++) {
			uint32_t k = 0;
			while (k < branch->ntests && (tests[k].field != g->by[i] ||
							     tests[k].op != RULES_OP_SAME))
				k++;
			if (k == branch->ntests)
				tests[branch->ntests++] = (struct rules_test){.field = g->by[i],
					.op = RULES_OP_SAME, .rates = UINT32_MAX};
		}
		branch->tests = tests;
	}
	return 0;
}

static void pass_defaults(struct rules_pass *pass)
{
	pass->group.along = UINT32_MAX;
	pass->group.lines_min = 2;
	pass->group.lines_max = RULES_LINES_MAX;
	pass->difference.limit = -1;
	pass->difference.type = DIFFERENCE_UNEXPLAINED;
}

static int parse_pass(struct parse *ps, const struct tree *t, struct rules_pass *pass)
{
	static const char *const known[] = {"name", "stage", "kind", "mode", "use", "only", "when",
		"choose", "group", "partial", "whole", "difference", "then"};
	int rc = parse_members(ps, t, known, ARRAY_LEN(known));

	pass_defaults(pass);
	if (rc == 0)
		rc = parse_words_of_pass(ps, t, pass);
	if (rc == 0)
		rc = parse_parts(ps, t, pass);
	if (rc < 0)
		return rc;
	if (pass->when.nbranches == 0) {
		pass->when.branches = ARENA_NEW(ps->arena, struct rules_branch);
		pass->when.nbranches = 1;
		if (pass->when.branches == NULL)
			return err_set(ps->err, E_NO_MEMORY, NULL);
	}
	rc = check_pass(ps, t, pass);
	return rc == 0 && (pass->kind == KIND_1_N || pass->kind == KIND_N_1) ?
		add_keys(ps, tree_get(t, "group"), pass) : rc;
}

/* Stable by stage: in one stage the order of writing decides between equals. */
static void sort_passes(struct rules_pass *passes, uint32_t n)
{
#ifdef FUZZ_PLANT
	return; /* a fault for the fuzz target to find */
#endif
	for (uint32_t i = 1; i < n; i++) {
		struct rules_pass moving = passes[i];
		uint32_t j = i;
		for (; j > 0 && passes[j - 1].stage > moving.stage; j--)
			passes[j] = passes[j - 1];
		passes[j] = moving;
	}
}

/* Days and bits do not compare: who chooses by days has the stage alone. */
static int check_stages(struct parse *ps, const struct tree *t)
{
	const struct ruleset *rs = ps->rs;

	for (uint32_t i = 0; i < rs->npasses; i++)
		for (uint32_t k = 0; k < rs->npasses; k++)
			if (k != i && rs->passes[i].choose != RULES_CHOOSE_WEIGHT &&
				rs->passes[i].stage == rs->passes[k].stage)
				return tree_error(ps->err, E_RULESET, t,
					"\"%.*s\" chooses by days and needs a stage of its own.",
					SV_ARG(rs->passes[i].name));
	return 0;
}

static bool more_passes(struct parse *ps, uint32_t more)
{
	struct rules_pass *all =
		ARENA_ARRAY(ps->arena, ps->rs->npasses + more, struct rules_pass);

	if (all != NULL && ps->rs->npasses > 0)
		memcpy(all, ps->rs->passes, ps->rs->npasses * sizeof(*all));
	ps->rs->passes = all;
	return all != NULL;
}

struct rules_pass *parse_pass_new(struct parse *ps)
{
	struct rules_branch *always = ARENA_NEW(ps->arena, struct rules_branch);

	if (always == NULL || !more_passes(ps, 1))
		return NULL;
	struct rules_pass *pass = &ps->rs->passes[ps->rs->npasses++];
	pass_defaults(pass);
	pass->when = (struct rules_when){always, 1};
	return pass;
}

int parse_passes(struct parse *ps, const struct tree *t)
{
	const struct tree *passes = tree_get(t, "passes");

	if (passes == NULL)
		return tree_error(ps->err, E_MISSING_FIELD, t, "\"passes\" is missing.");
	if (passes->kind != TREE_ARRAY || passes->count == 0)
		return tree_error(ps->err, E_RULESET, passes, "A list of passes is needed.");
	if (passes->count > RULES_PASSES_MAX)
		return tree_error(ps->err, E_LIMIT, passes, "More than %d passes.", RULES_PASSES_MAX);
	if (!more_passes(ps, passes->count))
		return err_set(ps->err, E_NO_MEMORY, NULL);
	for (const struct tree *c = passes->first; c != NULL; c = c->next) {
		int rc = parse_pass(ps, c, &ps->rs->passes[ps->rs->npasses]);
		if (rc < 0)
			return rc;
		ps->rs->npasses++;
	}
	sort_passes(ps->rs->passes, ps->rs->npasses);
	return check_stages(ps, passes);
}
