/*
 * One table on both sides of the engine, scored pairs, clusters, receipt.
 */
#include "match/cluster_run.h"

#include <stdlib.h>
#include <string.h>

#include "domain/outcome.h"
#include "match/engine.h"
#include "match/learn.h"
#include "match/receipt.h"
#include "rules/tree.h"
#include "wire/json.h"

void match_same_free(struct match_same *s)
{
	clusters_free(&s->clusters);
	free(s->model);
	*s = (struct match_same){0};
}

/* ---- the proposed ruleset ---- */

static const char *rules_word(enum col_type type)
{
	for (unsigned t = 0; t < RULES_TYPE_COUNT; t++)
		if (strcmp(rules_type_word((enum rules_type)t), col_type_word(type)) == 0)
			return rules_type_word((enum rules_type)t);
	return NULL;
}

int match_propose_same(
	const struct col_table *table, struct sv label, struct buf *out, struct err *err)
{
	uint32_t n = 0;

	buf_add_cstr(
		out, "{ \"ruleset\": 1, \"name\": \"Proposed\", \"currency\": \"each alone\",\n");
	for (int side = 0; side < 2; side++) {
		buf_printf(out, "  \"%s\": { \"label\": ", side == 0 ? "left" : "right");
		tree_quote(label, out);
		buf_add_cstr(out, " },\n");
	}
	buf_add_cstr(out, "  \"fields\": {\n");
	for (uint32_t c = 0; c < table->ncols && n < RULES_FIELDS_MAX; c++) {
		const struct col *col = &table->cols[c];
		const char *type = rules_word(col->type);
		if (col->role != COL_FIELD || type == NULL)
			continue;
		struct sv name = sv_from_cstr(col->name);
		buf_printf(out,
			"%s    \"field%u\": { \"type\": \"%s\", \"left\": ", n > 0 ? ",\n" : "",
			n + 1, type);
		tree_quote(name, out);
		buf_add_cstr(out, ", \"right\": ");
		tree_quote(name, out);
		buf_add_cstr(out, " }");
		n++;
	}
	buf_add_cstr(out, "\n  },\n  \"passes\": [\n"
			  "    { \"name\": \"duplicates\", \"stage\": 1, \"kind\": \"same\", "
			  "\"mode\": \"learn\",\n"
			  "      \"then\": { \"suggest\": { \"confidence\": 0.5 } } }\n ] }\n");
	if (n == 0)
		return err_set(err, E_INVALID, "The file has no columns that can be compared.");
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* ---- the run ---- */

static int check_rules(const struct ruleset *rules, struct err *err)
{
	if (rules->npasses == 1 && rules->passes[0].kind == KIND_SAME)
		return 0;
	return err_set_at(err, E_RULESET, "/passes",
		"To find duplicates in one file the ruleset needs one pass of kind \"same\".");
}

static void exclude_rows(struct engine *e)
{
	for (int side = 0; side < 2; side++)
		e->state[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint8_t);
	e->stats = ENGINE_ZNEW(e, e->rs->npasses + 1, struct match_pass_stat);
	for (int side = 0; side < 2 && engine_ok(e); side++)
		for (uint32_t r = 0; r < e->n[side]; r++) {
			bool in = test_only(e, &e->rs->side[LEFT].only, side, r);
			e->state[side][r] = in ? ROW_OPEN : ROW_EXCLUDED;
			e->nopen[side] += in;
		}
}

static void make_clusters(struct engine *e, const struct learn_pairs *scored, struct match_same *s)
{
	struct cluster_pair *pairs = ENGINE_NEW(e, scored->n + 1, struct cluster_pair);

	intern_row_hashes(e);
	if (!engine_ok(e))
		return;
	for (size_t i = 0; i < scored->n; i++) {
		const struct learn_pair *p = &scored->p[i];
		pairs[i] = (struct cluster_pair){p->a, p->b, p->w, p->p};
		s->links += p->p >= CLUSTER_LINK;
	}
	if (!cluster_find(e->n[LEFT], pairs, scored->n, e->row_hash[LEFT], &s->clusters))
		engine_fail(e, E_NO_MEMORY);
	engine_free(e, pairs);
}

static bool count_clusters(struct match_same *s)
{
	uint32_t *rows = calloc((size_t)s->clusters.n + 1, sizeof(*rows));

	if (rows == NULL)
		return false;
	for (uint32_t r = 0; s->clusters.of != NULL && r < s->rows; r++)
		rows[s->clusters.of[r]]++;
	for (uint32_t c = 0; c < s->clusters.n; c++)
		s->several += rows[c] > 1;
	s->surplus = s->rows - s->clusters.n;
	free(rows);
	return true;
}

static void run(struct engine *e, struct match_same *s)
{
	struct learn_pairs scored = {0};

	exclude_rows(e);
	if (engine_ok(e))
		score_prepare(e);
	if (engine_ok(e))
		learn_same(e, 0, &scored);
	if (engine_ok(e))
		make_clusters(e, &scored, s);
	s->rows = e->n[LEFT];
	if (!engine_ok(e))
		return;
	s->excluded = e->n[LEFT] - e->nopen[LEFT];
	s->pairs = e->stats[0].pairs;
	s->not_searched = e->stats[0].not_searched;
	s->prior = scored.prior;
	s->peak_bytes = e->peak;
	if (!count_clusters(s))
		engine_fail(e, E_NO_MEMORY);
}

int match_dedupe(const struct col_table *table, const struct ruleset *rules,
	const struct match_options *options, struct match_same *ret, struct err *err)
{
	const struct match_input inputs[2] = {
		{.table = table, .side = RESULT_LEFT}, {.table = table, .side = RESULT_RIGHT}};
	struct match_same s CLEANUP(match_same_free) = {0};
	struct arena arena CLEANUP(arena_free) = {0};
	struct err ignored = {0};
	struct err *to = err != NULL ? err : &ignored;
	int rc = check_rules(rules, to);

	if (rc < 0)
		return rc;
	struct engine *e = engine_open(inputs, 2, rules, options, to);
	if (e == NULL)
		return to->code;
	engine_phase(e, MATCH_PHASE_PREPARING);
	rc = engine_bind(e);
	if (rc == 0)
		rc = learn_models_pin(e, &arena);
	if (rc == 0) {
		run(e, &s);
		s.model = learn_models_text(e);
	}
	if (!engine_ok(e))
		rc = engine_error(e);
	engine_close(e);
	if (rc < 0)
		return rc;
	*ret = s;
	s = (struct match_same){0};
	return 0;
}

/* ---- the receipt ---- */

static void put_hashed(struct json_writer *w, const struct match_same *s,
	const struct ruleset *rules, const struct receipt_run *run)
{
	json_open_object(w, NULL);
	json_put_int(w, "engine", MATCH_ENGINE);
	json_put_text(w, "ruleset", rules->name);
	json_put_cstr(w, "ruleset_sha256", rules->hash);
	if (run->model_sha256 != NULL)
		json_put_cstr(w, "model_sha256", run->model_sha256);
	json_put_cstr(w, "calibration", "uncalibrated");
	json_open_object(w, "file");
	json_put_cstr(w, "name", run->left_name);
	json_put_cstr(w, "sha256", run->left_sha256);
	json_put_int(w, "rows_read", (int64_t)run->rows_read[0]);
	json_put_int(w, "rows_accepted", s->rows);
	json_put_int(w, "rows_rejected", (int64_t)run->rows_rejected[0]);
	json_put_int(w, "rows_skipped", (int64_t)run->rows_skipped[0]);
	json_put_int(w, "rows_excluded", s->excluded);
	json_close_object(w);
	json_put_int(w, "clusters", s->clusters.n);
	json_put_int(w, "clusters_of_several", s->several);
	json_put_int(w, "rows_surplus", s->surplus);
	json_put_int(w, "largest_cluster", s->clusters.largest);
	json_put_int(w, "bridges_cut", s->clusters.cuts);
	json_put_int(w, "links", s->links);
	json_put_decimal(w, "prior_bits", (int64_t)s->prior * 15625, 6);
	json_put_int(w, "pairs_compared", (int64_t)s->pairs);
	json_put_int(w, "not_searched", (int64_t)s->not_searched);
	json_put_cstr(w, "result_sha256", run->result_sha256);
	json_close_object(w);
}

void match_same_receipt(const struct match_same *s, const struct ruleset *rules,
	const struct receipt_run *run, struct buf *out)
{
	struct buf hashed CLEANUP(buf_free) = BUF_INIT;
	struct json_writer inner = json_writer_of(&hashed);

	put_hashed(&inner, s, rules, run);
	receipt_seal(buf_sv(&hashed), s->peak_bytes, run, out);
}
