/*
 * Reconciliations: two sources and perhaps one of advice, a ruleset in versions, and the decision
 * log's place.
 */
#include <stdio.h>

#include "api/api.h"
#include "api/ep.h"
#include "api/put_job.h"
#include "domain/outcome.h"
#include "rules/ruleset.h"
#include "seal/hash.h"
#include "store/store_reconciliation.h"
#include "store/store_source.h"

static void put_source_id(struct json_writer *w, const char *key, const struct db_uuids *sources)
{
	api_put_id(w, key, sources->n ? &sources->v[0] : &(struct uuid){{0}});
}

static int put_reconciliation(
	struct api *a, const struct reconciliation *r, struct err *err)
{
	struct json_writer *w = &a->out;
	struct job job;
	const bool has_job = !uuid_is_nil(&r->last_job);
	int rc = has_job ? store_job_get(
				   a->db, &a->project.id, &r->last_job, a->arena, &job, err)
			 : 0;

	if (rc != 0)
		return rc;
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &r->id);
	json_put_text(w, "name", r->name);
	api_put_word(w, "status", r->status);
	put_source_id(w, "left", &r->left_sources);
	put_source_id(w, "right", &r->right_sources);
	put_source_id(w, "advice", &r->advice_sources);
	api_put_version(w, "ruleset_version", r->ruleset_version);
	api_put_version(w, "model_version", r->model_version);
	json_put_int(w, "version", r->decision_seq);
	if (has_job)
		put_job(w, "last_job", &job);
	else
		json_put_null(w, "last_job");
	api_put_instant(w, "created_at", r->created_at);
	json_close_object(w);
	return 0;
}

static int answer_reconciliation(struct api *a, const struct uuid *id, struct err *err)
{
	struct reconciliation rec;
	int rc = store_reconciliation_get(a->db, &a->project.id, id, a->arena, &rec, err);

	if (rc != 0)
		return rc;
	api_etag(a, rec.decision_seq);
	return put_reconciliation(a, &rec, err);
}

int ep_reconciliation_list(struct api *a, struct err *err)
{
	struct db_page page;
	struct reconciliation *recs;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_reconciliation_list(
			a->db, &a->project.id, &page, a->arena, &recs, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_reconciliation(a, &recs[i], err);
	api_list_end(a, &page);
	return rc;
}

int ep_reconciliation_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");

	return answer_reconciliation(a, &id, err);
}

/* --- rulesets --------------------------------------------------------------------------------- */

/* Duplicates within one file are found by `recon match FILE --dedupe`; a job compares two sides. */
static int check_kinds(const struct ruleset *ruleset, struct err *err)
{
	char at[48];

	for (uint32_t i = 0; i < ruleset->npasses; i++) {
		if (ruleset->passes[i].kind != KIND_SAME)
			continue;
		snprintf(at, sizeof(at), "/ruleset/passes/%u/kind", i);
		return err_set_at(err, E_UNSUPPORTED, at,
			"A reconciliation compares two sources; \"same\" is for one file, with recon match --dedupe.");
	}
	return 0;
}

/* The ruleset's own parser has the last word; the text is kept as it was written. */
static int add_ruleset(struct api *a, const struct uuid *rec, const struct json_object *given,
	struct ruleset_row *ret, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct ruleset *ruleset;
	struct err inner = {0};
	uint8_t hash[SHA256_LEN];
	size_t n;
	int rc;

	json_add_value(&text, given);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	rc = ruleset_parse(buf_sv(&text), a->arena, &ruleset, &inner);
	if (rc != 0) {
		char *at = arena_printf(a->arena, "/ruleset%s", inner.pointer);
		return err_set_at(err, rc, at ? at : "/ruleset", "%s", inner.detail);
	}
	rc = check_kinds(ruleset, err);
	if (rc != 0)
		return rc;
	if (hex_decode(sv_from_cstr(ruleset->hash), hash, sizeof(hash), &n) != 0)
		return err_set(err, E_INTERNAL, NULL);
	const struct sv kept = arena_sv(a->arena, buf_sv(&text));
	return kept.p == NULL ? err_set(err, E_NO_MEMORY, NULL)
			      : store_ruleset_insert(a->db, &a->project.id, rec, kept, hash,
					&a->actor.user_id, a->arena, ret, err);
}

static int64_t put_ruleset(struct json_writer *w, const void *row)
{
	const struct ruleset_row *r = row;

	json_open_object(w, NULL);
	json_put_int(w, "version", r->version);
	api_put_json(w, "ruleset", r->ruleset);
	api_put_instant(w, "created_at", r->created_at);
	json_close_object(w);
	return r->version;
}

static int known_source(
	struct api *a, const struct uuid *id, const char *pointer, struct err *err)
{
	struct source source;
	int rc = store_source_get(a->db, &a->project.id, id, a->arena, &source, err);

	return rc == E_NOT_FOUND ? err_set_at(err, rc, pointer, NULL) : rc;
}

int ep_reconciliation_create(struct api *a, struct err *err)
{
	struct uuid left = api_in_uuid(a, NULL, "left"), right = api_in_uuid(a, NULL, "right");
	struct uuid advice = api_in_uuid(a, NULL, "advice");
	const struct json_object *ruleset = api_in(a, NULL, "ruleset");
	const struct reconciliation rec = {
		.id = uuid_new(),
		.project_id = a->project.id,
		.name = api_in_text(a, NULL, "name"),
		.left_sources = {&left, 1},
		.right_sources = {&right, 1},
		.advice_sources = {&advice, uuid_is_nil(&advice) ? 0 : 1},
	};
	struct ruleset_row made;
	int rc;

	if (uuid_eq(&left, &right))
		return err_set_at(
			err, E_INVALID, "/right", "The two sides must be different sources.");
	if (uuid_eq(&advice, &left) || uuid_eq(&advice, &right))
		return err_set_at(
			err, E_INVALID, "/advice", "The advice is a source of its own.");
	rc = known_source(a, &left, "/left", err);
	if (rc == 0)
		rc = known_source(a, &right, "/right", err);
	if (rc == 0 && rec.advice_sources.n > 0)
		rc = known_source(a, &advice, "/advice", err);
	if (rc == 0)
		rc = store_reconciliation_insert(a->db, &rec, &a->actor.user_id, err);
	if (rc == 0 && ruleset != NULL)
		rc = add_ruleset(a, &rec.id, ruleset, &made, err);
	if (rc != 0)
		return rc;
	api_object(a, "reconciliation", &rec.id);
	return answer_reconciliation(a, &rec.id, err);
}

int ep_ruleset_list(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	struct reconciliation rec;
	struct ruleset_row *rows;
	struct number_page page;
	size_t n;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	if (rc == 0)
		rc = api_page_number(a, &page, err);
	if (rc == 0)
		rc = store_ruleset_list(a->db, &a->project.id, &id, (int32_t)page.before, page.ask,
			a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_number(a, &page, rows, sizeof(*rows), n, put_ruleset);
	return 0;
}

int ep_ruleset_create(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "reconciliation");
	struct reconciliation rec;
	struct ruleset_row made;
	int rc = store_reconciliation_get(a->db, &a->project.id, &id, a->arena, &rec, err);

	if (rc == 0)
		rc = add_ruleset(a, &id, api_in(a, NULL, "ruleset"), &made, err);
	if (rc != 0)
		return rc;
	api_object(a, "reconciliation", &id);
	put_ruleset(&a->out, &made);
	return 0;
}
