/*
 * A run from end to end: check, bind, value ids, classes, stages, closing. The engine's own memory
 * is freed here whatever happens; what is returned lives in the result and the receipt.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "match/engine.h"
#include "match/learn.h"
#include "rules/tree.h"

static const char *const phase_words[] = {
#define MATCH_PHASE(name, word) [MATCH_PHASE_##name] = (word),
#include "match/phase.def"
#undef MATCH_PHASE
};

const char *match_phase_word(enum match_phase phase)
{
	return phase < MATCH_PHASE_COUNT ? phase_words[phase] : "";
}

void match_receipt_free(struct match_receipt *r)
{
	free(r->money);
	free(r->passes);
	free(r->carried);
	free(r->model);
	*r = (struct match_receipt){0};
}

static unsigned cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

static int check_inputs(const struct match_input *in, uint32_t n, struct err *err)
{
	if (n > MATCH_INPUTS_MAX)
		return err_set(err, E_LIMIT, "More than %d inputs.", MATCH_INPUTS_MAX);
	for (uint32_t i = 0; i < n; i++)
		if (in[i].side > RESULT_RIGHT || (i > 0 && in[i].side < in[i - 1].side))
			return err_set(err, E_INVALID, "Inputs of the left side come first.");
	return 0;
}

/* Records of one file are compared by match_dedupe(). */
static int check_kinds(const struct ruleset *rules, struct err *err)
{
	for (uint32_t i = 0; i < rules->npasses; i++)
		if (rules->passes[i].kind == KIND_SAME)
			return err_set_at(err, E_RULESET, "/passes",
				"Passes of kind \"same\" are for one file.");
	return 0;
}

static void exclude_rows(struct engine *e, void *arg, uint32_t task, unsigned thread)
{
	int side = (int)task;
	const struct rules_when *only = &e->rs->side[side].only;
	uint32_t open = 0;

	(void)arg;
	(void)thread;

	for (uint32_t i = 0; i < e->nin; i++)
		for (uint32_t r = 0; e->in[i].side == side && e->in[i].remaining != NULL &&
			r < e->in[i].table->rows; r++)
			if (e->in[i].remaining[r] == 0)
				e->state[side][e->base[i] + r] = ROW_EXCLUDED;
	for (uint32_t r = 0; r < e->n[side]; r++) {
		/* A record without the amount it is to be balanced by cannot be matched. */
		uint32_t balance = e->rs->side[side].balance;
		if (!test_only(e, only, side, r) ||
			(balance != UINT32_MAX && !vec_valid(&e->f[balance].v[side], r)))
			e->state[side][r] = ROW_EXCLUDED;
		open += e->state[side][r] == ROW_OPEN;
	}
	e->nopen[side] = open;
}

/* What is left is in the record's own currency; of a part there would be no telling at which rate. */
static void carry_input(struct engine *e, int side, uint32_t input)
{
	const struct match_input *in = &e->in[input];
	int64_t *to = e->open_amount[side] + e->base[input];
	const int64_t *foreign =
		e->foreign[side] == NULL ? NULL : e->foreign[side] + e->base[input];

	for (uint32_t r = 0; r < in->table->rows; r++) {
		if (foreign == NULL || foreign[r] == to[r]) {
			to[r] = in->remaining[r];
		} else if (in->remaining[r] == 0) {
			to[r] = 0;
		} else if (in->remaining[r] != foreign[r] && in->remaining[r] != -foreign[r]) {
			err_set(e->err, E_UNSUPPORTED,
				"A record in another currency than the base is open in part.");
			engine_fail(e, E_UNSUPPORTED);
		}
	}
}

/* Carried items come with what is left of them. */
static void carry_amounts(struct engine *e, int side)
{
	bool any = false;

	for (uint32_t i = 0; i < e->nin; i++)
		any |= e->in[i].side == side && e->in[i].remaining != NULL;
	if (!any || e->amount[side] == NULL)
		return;
	e->open_amount[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, int64_t);
	if (e->open_amount[side] == NULL)
		return;
	memcpy(e->open_amount[side], e->amount[side], e->n[side] * sizeof(int64_t));
	for (uint32_t i = 0; i < e->nin; i++)
		if (e->in[i].side == side && e->in[i].remaining != NULL)
			carry_input(e, side, i);
	e->carried[side] = ENGINE_NEW(e, (size_t)e->n[side] + 1, int64_t);
	if (e->carried[side] != NULL)
		memcpy(e->carried[side], e->open_amount[side], e->n[side] * sizeof(int64_t));
}

void engine_prepare(struct engine *e)
{
	for (int side = 0; side < 2; side++)
		e->state[side] = ENGINE_ZNEW(e, (size_t)e->n[side] + 1, uint8_t);
	e->prior = ENGINE_ZNEW(e, e->rs->npasses + 1, int32_t);
	e->stats = ENGINE_ZNEW(e, e->rs->npasses + 1, struct match_pass_stat);
	if (engine_ok(e))
		par_for(e, 2, exclude_rows, NULL);
	if (engine_ok(e))
		score_prepare(e);
	if (engine_ok(e))
		repeats_drop(e);
	if (engine_ok(e))
		intern_classes(e);
}

static void run_stages(struct engine *e)
{
	const struct ruleset *rs = e->rs;

	for (uint32_t first = 0, end; first < rs->npasses && engine_ok(e); first = end) {
		for (end = first; end < rs->npasses && rs->passes[end].stage == rs->passes[first].stage;
			end++)
			;
		stage_run(e, first, end - first);
	}
}

struct engine *engine_open(const struct match_input *inputs, uint32_t ninputs,
	const struct ruleset *rules, const struct match_options *options, struct err *err)
{
	static const struct match_options defaults = {0};
	struct engine *e;

	if (check_inputs(inputs, ninputs, err) < 0)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL) {
		err_set(err, E_NO_MEMORY, NULL);
		return NULL;
	}
	e->opt = options != NULL ? options : &defaults;
	e->rs = rules;
	e->in = inputs;
	e->nin = ninputs;
	e->threads = e->opt->threads != 0 ? e->opt->threads : cpus();
	e->err = err;
	pthread_mutex_init(&e->lock, NULL);
	num_init(&e->num);
	return e;
}

void engine_close(struct engine *e)
{
	engine_free_all(e);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

int engine_bind(struct engine *e)
{
	int rc = test_prepare(e);

	if (rc == 0)
		rc = bind_fields(e);
	for (int side = 0; side < 2 && rc == 0; side++) {
		carry_amounts(e, side);
		rc = engine_error(e);
	}
	return rc;
}

int engine_error(struct engine *e)
{
	int code = atomic_load(&e->error);

	if (code == E_MEMORY_BOUND)
		return err_set(e->err, code, "The run does not fit the memory bound of %zu bytes.",
			e->opt->memory_bytes);
	/* What failed may have said more. */
	if (code == 0 || (e->err->code == code && e->err->detail[0] != '\0'))
		return code;
	return err_set(e->err, code, NULL);
}

int match_run(const struct match_input *inputs, uint32_t ninputs, const struct ruleset *rules,
	const struct match_options *options, struct result *ret, struct match_receipt *ret_receipt,
	struct err *err)
{
	struct err ignored = {0};
	struct result result CLEANUP(result_free) = RESULT_INIT;
	struct match_receipt receipt CLEANUP(match_receipt_free) = {0};
	struct arena arena CLEANUP(arena_free) = {0};
	struct err *to = err != NULL ? err : &ignored;
	int rc = check_kinds(rules, to);

	if (rc < 0)
		return rc;
	struct engine *e = engine_open(inputs, ninputs, rules, options, to);
	if (e == NULL)
		return to->code;
	engine_phase(e, MATCH_PHASE_PREPARING);
	rc = engine_bind(e);
	if (rc == 0)
		rc = learn_models_pin(e, &arena);
	if (rc == 0) {
		engine_prepare(e);
		run_stages(e);
		if (engine_ok(e)) {
			engine_phase(e, MATCH_PHASE_CLOSING);
			close_result(e, &result, &receipt);
			receipt.model = learn_models_text(e);
		}
	}
	if (!engine_ok(e))
		rc = engine_error(e);
	engine_close(e);
	if (rc < 0)
		return rc;
	*ret = result;
	*ret_receipt = receipt;
	result = RESULT_INIT;
	receipt = (struct match_receipt){0};
	return 0;
}
