/*
 * The blind sample of a job: confirmed matches that people check without being told how sure the
 * engine is, in an order that its receipt fixes, and what their checks prove. What they say is a
 * decision like any other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/data.h"
#include "api/ep.h"
#include "match/blind.h"
#include "rules/ruleset.h"
#include "store/store_reconciliation.h"

static void free_blind(void *value)
{
	blind_free(value);
	free(value);
}

static uint64_t seed_of(const struct data_job *job)
{
	return blind_seed(&job->result, job->rules == NULL ? "" : job->rules->hash);
}

/* ctx: the job's data. */
static int make_blind(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	const struct data_job *job = ctx;
	struct blind *b CLEANUP(free_ptr) = calloc(1, sizeof(*b));

	if (b == NULL || !blind_draw(&job->result, seed_of(job), b))
		return err_set(err, E_NO_MEMORY, NULL);
	*ret_bytes = sizeof(*b) + b->n * sizeof(*b->match);
	*ret_value = TAKE(b);
	return 0;
}

struct sampling {
	struct api *a;
	struct reconciliation rec;
	struct job job;
	struct cache_item *job_item, *blind_item;
	uint8_t *verdict; /* in the arena */
};

static void sampling_end(struct sampling *s)
{
	cache_release(&s->blind_item);
	cache_release(&s->job_item);
}

static int load_verdicts(struct sampling *s, struct err *err)
{
	const uint32_t n = data_job_of(s->job_item)->result.matches.n;
	struct decision_step *steps;
	size_t nsteps;
	int rc = data_steps(
		s->a, &s->rec.id, &s->job.id, s->rec.decision_seq, &steps, &nsteps, err);

	if (rc != 0)
		return rc;
	s->verdict = ARENA_ARRAY(s->a->arena, n + 1u, uint8_t);
	if (s->verdict == NULL || decision_verdicts(steps, nsteps, s->verdict, n) != 0)
		return err_set(err, E_NO_MEMORY, NULL);
	return 0;
}

static int load(struct sampling *s, struct err *err)
{
	struct api *a = s->a;
	const struct uuid id = api_param_uuid(a, "job");
	struct cache_key key = {CACHE_SAMPLE, id, 0};
	int rc = store_job_get(a->db, &a->project.id, &id, a->arena, &s->job, err);

	if (rc == 0)
		rc = store_reconciliation_get(
			a->db, &a->project.id, &s->job.reconciliation_id, a->arena, &s->rec, err);
	if (rc == 0)
		rc = data_job_load(a, &s->job, &s->job_item, err);
	if (rc == 0)
		rc = cache_get(data_pool_of(a)->cache, &key, make_blind, free_blind,
			cache_value(s->job_item), &s->blind_item, err);
	return rc == 0 ? load_verdicts(s, err) : rc;
}

static void put_items(struct json_writer *w, const struct sampling *s, uint32_t from, uint32_t limit)
{
	const struct data_job *job = data_job_of(s->job_item);
	const struct blind *b = cache_value(s->blind_item);

	json_open_array(w, "items");
	for (uint32_t i = from; i < b->n && limit > 0; i++) {
		if (s->verdict[b->match[i]] != VERDICT_NONE)
			continue;
		limit--;
		json_open_object(w, NULL);
		data_put_match_ref(w, &s->job.id, b->match[i]);
		data_put_side(w, "left", job, NULL, b->match[i], RESULT_LEFT);
		data_put_side(w, "right", job, NULL, b->match[i], RESULT_RIGHT);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_judgement(struct json_writer *w, const struct sample_result *r)
{
	json_put_int(w, "population", r->population);
	json_put_int(w, "checked", r->checked);
	json_put_int(w, "wrong", r->wrong);
	data_put_confidence(w, "seen", r->seen);
	data_put_confidence(w, "low", r->low);
	data_put_confidence(w, "high", r->high);
	data_put_confidence(w, "bound", r->bound);
	data_put_confidence(w, "target", SAMPLE_TARGET);
	json_put_bool(w, "shown", r->shown);
	if (r->line == UINT32_MAX)
		json_put_null(w, "confirm_line");
	else
		data_put_confidence(w, "confirm_line", r->line);
	json_put_int(w, "more", r->shown ? 0 : r->more);
}

int ep_sample_get(struct api *a, struct err *err)
{
	struct sampling s CLEANUP(sampling_end) = {.a = a};
	struct sample_result judged;
	char seed[20];
	int rc = load(&s, err);

	if (rc != 0)
		return rc;
	const struct data_job *job = data_job_of(s.job_item);
	if (!blind_judge(cache_value(s.blind_item), &job->result, s.verdict, &judged))
		return err_set(err, E_NO_MEMORY, NULL);
	snprintf(seed, sizeof(seed), "%016llx", (unsigned long long)seed_of(job));
	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "seed", seed);
	put_judgement(&a->out, &judged);
	json_put_int(&a->out, "version", s.rec.decision_seq);
	put_items(&a->out, &s, judged.checked, (uint32_t)api_query_int(a, "limit", 20));
	json_close_object(&a->out);
	return 0;
}
