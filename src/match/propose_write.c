/*
 * The proposal as JSON that a person can read and edit.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "match/propose_parts.h"
#include "rules/tree.h"

/* At most one wrong in a thousand. */
#define THEN_SURE                                                                                  \
	"\"confirm\": { \"confidence\": 0.999, \"margin\": 1 }, \"suggest\": { \"confidence\": 0.5 }"
#define THEN_SUGGEST "\"suggest\": { \"confidence\": 0.5 }"
#define THEN_HINT "\"hint\": true"

static void put_side(struct propose *q, int side, struct sv label)
{
	buf_printf(q->out, "  \"%s\": { \"label\": ", side == 0 ? "left" : "right");
	tree_quote(label, q->out);
	if (q->money)
		buf_add_cstr(q->out, ", \"balance\": \"amount\"");
	if (side == 1 && q->flip)
		buf_add_cstr(q->out, ", \"flip_sign\": true");
	buf_add_cstr(q->out, " },\n");
}

static void put_field(struct propose *q, const char *name, const char *type, const struct col *l,
	const struct col *r, bool *first)
{
	buf_printf(q->out, "%s    \"%s\": { \"type\": \"%s\", \"left\": ", *first ? "" : ",\n", name,
		type);
	tree_quote(sv_from_cstr(l->name), q->out);
	buf_add_cstr(q->out, ", \"right\": ");
	tree_quote(sv_from_cstr(r->name), q->out);
	buf_add_cstr(q->out, " }");
	*first = false;
}

static void put_found(struct propose *q, uint32_t i)
{
	static const char *const sides[] = {"left", "right"};

	buf_printf(q->out, ",\n    \"reference%u\": { \"type\": \"code\"", i + 1);
	for (int side = 0; side < 2; side++) {
		buf_printf(q->out, ", \"%s\": ", sides[side]);
		if (side == q->found_in[i]) {
			buf_add_cstr(q->out, "{ \"from\": ");
			tree_quote(sv_from_cstr(q->code[side][i]->name), q->out);
			buf_add_cstr(q->out, ", \"find\": ");
			tree_quote(sv_from_cstr(q->pattern[i]), q->out);
			buf_add_cstr(q->out, " }");
		} else {
			tree_quote(sv_from_cstr(q->code[side][i]->name), q->out);
		}
	}
	buf_add_cstr(q->out, " }");
}

static void put_texts(struct propose *q, bool *first)
{
	buf_add_cstr(q->out, *first ? "    \"text\": { \"type\": \"text\"" :
		",\n    \"text\": { \"type\": \"text\"");
	*first = false;
	for (int side = 0; side < 2; side++) {
		buf_printf(q->out, ", \"%s\": [", side == 0 ? "left" : "right");
		for (uint32_t i = 0; i < q->ntexts[side]; i++) {
			buf_add_cstr(q->out, i == 0 ? "" : ", ");
			tree_quote(sv_from_cstr(q->text[side][i]->name), q->out);
		}
		buf_add_cstr(q->out, "]");
	}
	buf_add_cstr(q->out, " }");
}

static bool has_texts(const struct propose *q)
{
	return q->ntexts[0] > 0 && q->ntexts[1] > 0;
}


/* All text of one column on each side is what that pair of columns compares already. */
static bool repeats_pair(const struct propose *q)
{
	for (uint32_t i = 0; i < q->npairs; i++)
		if (q->ntexts[0] == 1 && q->ntexts[1] == 1 && q->text[0][0] == q->pair[0][i] &&
			q->text[1][0] == q->pair[1][i])
			return true;
	return false;
}

static bool is_written(const struct propose *q, uint32_t i)
{
	for (uint32_t k = 0; q->money && k < q->ncodes; k++)
		if (q->pattern[k][0] == '\0' && q->code[0][k] == q->pair[0][i] &&
			q->code[1][k] == q->pair[1][i])
			return true;
	return q->money && q->party[0] != NULL && q->party[0] == q->pair[0][i] &&
		q->party[1] == q->pair[1][i];
}

static const char *type_of(const struct propose *q, uint32_t i)
{
	const struct col *a = q->pair[0][i], *b = q->pair[1][i];
	static const enum col_type kept[] = {COL_AMOUNT, COL_DATE, COL_QUANTITY, COL_RATE};

	for (size_t k = 0; k < ARRAY_LEN(kept); k++)
		if (a->type == kept[k] && b->type == kept[k])
			return col_type_word(kept[k]);
	if (a->type == COL_NUMBER && b->type == COL_NUMBER && (a->scale > 0 || b->scale > 0))
		return "number";
	return a->type == COL_TEXT && b->type == COL_TEXT ? "text" : "code";
}

static void put_fields(struct propose *q)
{
	char name[32];
	bool first = true;

	buf_add_cstr(q->out, "  \"fields\": {\n");
	if (q->amount[0] != NULL)
		put_field(q, "amount", "amount", q->amount[0], q->amount[1], &first);
	if (q->date[0] != NULL)
		put_field(q, "date", "date", q->date[0], q->date[1], &first);
	for (uint32_t i = 0; q->money && i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "reference%u", i + 1);
		if (q->pattern[i][0] != '\0')
			put_found(q, i);
		else
			put_field(q, name, "code", q->code[0][i], q->code[1][i], &first);
	}
	if (q->party[0] != NULL && q->money)
		put_field(q, "party", "text", q->party[0], q->party[1], &first);
	for (uint32_t i = 0; i < q->npairs; i++) {
		snprintf(name, sizeof(name), "column%u", i + 1);
		if (!is_written(q, i))
			put_field(q, name, type_of(q, i), q->pair[0][i], q->pair[1][i], &first);
	}
	if (has_texts(q) && !repeats_pair(q))
		put_texts(q, &first);
	buf_add_cstr(q->out, " },\n");
}

/* Evidence of the passes of rules: not the other columns, which may be noise and are not learned. */
static void put_use(struct propose *q)
{
	buf_add_cstr(q->out, "      \"use\": [\"amount\"");
	if (q->date[0] != NULL)
		buf_add_cstr(q->out, ", \"date\"");
	for (uint32_t i = 0; i < q->ncodes; i++)
		buf_printf(q->out, ", \"reference%u\"", i + 1);
	if (q->party[0] != NULL)
		buf_add_cstr(q->out, ", \"party\"");
	if (has_texts(q) && !repeats_pair(q))
		buf_add_cstr(q->out, ", \"text\"");
	buf_add_cstr(q->out, "],\n");
}

static void put_head(struct propose *q, const char *name, unsigned stage, const char *kind, bool first)
{
	buf_printf(q->out, "%s    { \"name\": \"%s\", \"stage\": %u, \"kind\": \"%s\",\n",
		first ? "" : ",\n", name, stage, kind);
	put_use(q);
}

static void put_pass(struct propose *q, const char *name, unsigned stage, const char *when,
	const char *then, bool *first)
{
	put_head(q, name, stage, "1:1", *first);
	buf_printf(q->out, "      \"when\": { %s },\n      \"then\": { %s } }", when, then);
	*first = false;
}

/* n:1 and 1:n */
static void put_groups(struct propose *q, const char *name, unsigned stage, const char *when,
	const char *group)
{
	static const char *const kinds[] = {"n:1", "1:n"};
	char full[96];

	for (int k = 0; k < 2; k++) {
		snprintf(full, sizeof(full), "%s, %s", name, kinds[k]);
		put_head(q, full, stage, kinds[k], false);
		buf_printf(q->out,
			"      \"when\": { %s },\n      \"group\": { %s, \"total\": { \"within\": "
			"\"0.00\" } },\n      \"then\": { \"confirm\": { \"confidence\": 0.99, "
			"\"margin\": 1, \"chance\": 0.01 }, \"suggest\": { \"confidence\": 0.5 } } }",
			when, group);
	}
}

static void put_netting(struct propose *q)
{
	static const char *const sides[] = {"left", "right"};
	char name[64], kind[16];

	for (int side = 0; side < 2; side++) {
		snprintf(name, sizeof(name), "offset within one side, %s", sides[side]);
		snprintf(kind, sizeof(kind), "net %s", sides[side]);
		put_head(q, name, 2, kind, false);
		buf_printf(q->out,
			"      \"when\": { \"party\": \"same\"%s },\n      \"then\": { " THEN_SURE
			" } }",
			q->date[0] != NULL ? ", \"date\": { \"days\": [-10, 10] }" : "");
	}
}

static void put_partial(struct propose *q, uint32_t i)
{
	char name[64];

	snprintf(name, sizeof(name), "part of reference %u", i + 1);
	put_head(q, name, 4, "partial", false);
	buf_printf(q->out,
		"      \"whole\": \"right\",\n      \"when\": { \"reference%u\": \"same\" },\n"
		"      \"partial\": { \"order\": \"oldest first\", \"rest\": \"stays open\" },\n"
		"      \"then\": { " THEN_SUGGEST " } }",
		i + 1);
}

static void put_learned(struct propose *q, const char *name, unsigned stage, bool near,
	const char *then, bool first)
{
	buf_printf(q->out,
		"%s    { \"name\": \"%s\", \"stage\": %u, \"kind\": \"1:1\", \"mode\": \"learn\",\n"
		"%s      \"then\": { %s } }",
		first ? "" : ",\n", name, stage,
		near ? "      \"when\": { \"amount\": { \"percent\": 20 } },\n" : "", then);
}

/* What has references or parties has groups, too; then what is equal goes first. */
static void put_money_passes(struct propose *q)
{
	char name[64], when[256], days[64] = "";
	bool first = true;

	if (q->date[0] != NULL)
		snprintf(days, sizeof(days), ", \"date\": { \"days\": [%d, %d] }", q->day_low,
			q->day_high);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "reference %u and amount", i + 1);
		snprintf(when, sizeof(when), "\"reference%u\": \"same\", \"amount\": \"same\"", i + 1);
		put_pass(q, name, 1, when, THEN_SURE, &first);
	}
	snprintf(when, sizeof(when), "\"amount\": \"same\"%s", days);
	put_pass(q, "amount and days", 2, when, THEN_SURE, &first);
	for (uint32_t i = 0; i < q->ncodes; i++) {
		snprintf(name, sizeof(name), "all of reference %u", i + 1);
		snprintf(when, sizeof(when), "\"reference%u\": \"same\"", i + 1);
		put_groups(q, name, 2, when, "\"how\": \"all\"");
	}
	if (q->party[0] != NULL) {
		snprintf(when, sizeof(when), "\"party\": { \"like\": 0.85 }%s", days);
		put_groups(q, "lines of one party", 2, when,
			"\"how\": \"subset\", \"lines\": [2, 12]");
		put_netting(q);
	}
	put_learned(q, "learned", 3, true, THEN_SUGGEST, false);
	for (uint32_t i = 0; i < q->ncodes; i++)
		put_partial(q, i);
	/* Amounts that have nothing to do with each other settle nothing, however alike the rest is: a
	 * payment on account of the same customer is for a person to assign. */
	put_learned(q, "learned, any amount", 5, false, THEN_HINT, false);
}

static void put_passes(struct propose *q)
{
	if (q->money && (q->ncodes > 0 || q->party[0] != NULL))
		put_money_passes(q);
	else
		put_learned(q, "learned", 1, q->money, THEN_SURE, true);
}

void propose_write(struct propose *q, struct sv left_label, struct sv right_label)
{
	buf_add_cstr(q->out,
		"{ \"ruleset\": 1, \"name\": \"Proposed\", \"currency\": \"each alone\",\n");
	put_side(q, 0, left_label);
	put_side(q, 1, right_label);
	put_fields(q);
	buf_add_cstr(q->out, "  \"passes\": [\n");
	put_passes(q);
	buf_add_cstr(q->out, " ] }\n");
}
