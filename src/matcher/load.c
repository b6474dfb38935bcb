/* See load.h. */
#include "matcher/load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "col/table_file.h"
#include "matcher/balance.h"
#include "store/store_model.h"
#include "store/store_reconciliation.h"
#include "store/store_record.h"

void load_free(struct load *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		col_table_free(&l->tables[i]);
		free(l->remaining[i]);
	}
	col_table_free(&l->advice);
	free(l->tables);
	free(l->remaining);
	free(l->inputs);
	free(l->carried);
	arena_free(&l->arena);
	*l = LOAD_INIT;
}

size_t load_bytes(const struct load *l)
{
	size_t bytes = l->advised ? col_table_bytes(&l->advice) : 0;

	for (uint32_t i = 0; i < l->n; i++)
		bytes += col_table_bytes(&l->tables[i]);
	return bytes;
}

/* --- tables ----------------------------------------------------------------------------------- */

static int read_exactly(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	size_t got = 0;
	int code = vault_pread(ctx, p, n, offset, &got, err);

	if (code == 0 && got != n)
		return err_set(err, E_CORRUPT, "the dataset's object is too short");
	return code;
}

static int load_table(struct vault *vault, const struct job_input *in, unsigned parts,
	struct col_table *ret, struct err *err)
{
	CLEANUP(vault_reader_free) struct vault_reader *reader = NULL;
	struct vault_object object = {.id = in->object_id, .size = (uint64_t)in->size};
	struct table_info info;
	struct col_source source;
	int code;

	if (in->wrapped_key.n != sizeof(object.wrapped))
		return err_set(err, E_DATASET_NOT_READY, "A dataset's content was erased.");
	memcpy(object.wrapped, in->wrapped_key.p, sizeof(object.wrapped));
	memcpy(object.sha256, in->sha256, sizeof(object.sha256));
	code = vault_read(vault, &object, &reader, err);
	if (code < 0)
		return code;
	source = (struct col_source){read_exactly, reader, vault_reader_size(reader), NULL};
	return table_file_load(
		source, COL_FILE_DATASET, parts, NULL, 0, &info, ret, err);
}

static int alloc_inputs(struct load *l, size_t n, struct err *err)
{
	l->tables = calloc(n + 1, sizeof(*l->tables));
	l->remaining = calloc(n + 1, sizeof(*l->remaining));
	l->inputs = calloc(n + 1, sizeof(*l->inputs));
	l->carried = calloc(n + 1, sizeof(*l->carried));
	if (!l->tables || !l->remaining || !l->inputs || !l->carried)
		return err_set(err, E_NO_MEMORY, NULL);
	return 0;
}

static void note_input(struct load *l, uint32_t i, const struct job_input *in)
{
	struct match_input *to = &l->inputs[i];

	to->table = &l->tables[i];
	to->side = in->side == SIDE_LEFT ? RESULT_LEFT : RESULT_RIGHT;
	to->dataset_no = in->dataset_no;
	to->first_seen = in->dated ? in->first_seen : 0;
	memcpy(to->sha256, in->sha256, sizeof(to->sha256));
	l->carried[i] = in->carried;
}

/* Tables are decrypted and checked by several threads, one table each at a time. */
struct loading {
	struct vault *vault;
	const struct job_input *in;
	size_t n;
	struct load *l;
	struct col_table **to; /* by input */
	atomic_size_t next;
	pthread_mutex_t lock;
	struct err err; /* the first */
	int code;
};

/* Rulesets may name columns of the advice that its mapping has no field for. */
static unsigned wanted(const struct job_input *in)
{
	return in->side == SIDE_ADVICE ? TABLE_ALL : TABLE_FIELDS | TABLE_FLAGS;
}

static void *load_some(void *arg)
{
	struct loading *k = arg;

	for (size_t i = atomic_fetch_add(&k->next, 1); i < k->n; i = atomic_fetch_add(&k->next, 1)) {
		struct err err = {0};
		int code = load_table(k->vault, &k->in[i], wanted(&k->in[i]), k->to[i], &err);

		if (code == 0)
			continue;
		pthread_mutex_lock(&k->lock);
		if (k->code == 0) {
			k->code = code;
			k->err = err;
		}
		pthread_mutex_unlock(&k->lock);
		atomic_store(&k->next, k->n);
	}
	return NULL;
}

#define LOADERS 4

static void load_all(struct loading *k)
{
	pthread_t threads[LOADERS];
	size_t started = 0;

	while (started + 1 < MIN(k->n, (size_t)LOADERS) &&
		pthread_create(&threads[started], NULL, load_some, k) == 0)
		started++;
	load_some(k);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

/* Where each input's table goes; sides are numbered without the advice. */
static int place_tables(struct loading *k, struct err *err)
{
	for (size_t i = 0; i < k->n; i++) {
		if (k->in[i].side != SIDE_ADVICE) {
			note_input(k->l, k->l->n, &k->in[i]);
			k->to[i] = &k->l->tables[k->l->n++];
			continue;
		}
		if (k->l->advised)
			return err_set(err, E_UNSUPPORTED, "A job takes one dataset of advice.");
		k->l->advised = true;
		k->to[i] = &k->l->advice;
	}
	return 0;
}

static int load_tables(
	struct vault *vault, const struct job_input *in, size_t n, struct load *l, struct err *err)
{
	struct loading k = {.vault = vault, .in = in, .n = n, .l = l,
		.lock = PTHREAD_MUTEX_INITIALIZER};
	int code = alloc_inputs(l, n, err);

	if (code < 0)
		return code;
	k.to = ARENA_ARRAY(&l->arena, n, struct col_table *);
	if (!k.to)
		return err_set(err, E_NO_MEMORY, NULL);
	code = place_tables(&k, err);
	if (code < 0)
		return code;
	load_all(&k);
	if (k.code < 0)
		*err = k.err;
	return k.code;
}

/* --- rules ------------------------------------------------------------------------------------ */

static const struct col_table *first_of(const struct load *l, uint8_t side)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->inputs[i].side == side)
			return l->inputs[i].table;
	return NULL;
}

static int propose_rules(struct load *l, struct err *err)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT, plain = BUF_INIT;
	const struct col_table *left = first_of(l, RESULT_LEFT), *right = first_of(l, RESULT_RIGHT);
	int code;

	if (!left || !right)
		return err_set(err, E_DATASET_NOT_READY, "A side has no dataset.");
	code = match_propose(
		left, right, SV("left"), SV("right"), l->advised ? &plain : &text, err);
	if (code == 0 && l->advised)
		code = match_propose_advice(left, right, &l->advice, buf_sv(&plain), &text, err);
	return code < 0 ? code : ruleset_parse(buf_sv(&text), &l->arena, &l->rules, err);
}

static int load_rules(struct db *db, const struct job *job, struct load *l, struct err *err)
{
	struct ruleset_row row;
	int code;

	if (job->ruleset_version == 0)
		return propose_rules(l, err);
	code = store_ruleset_get(db, &job->project_id, &job->reconciliation_id,
		job->ruleset_version, &l->arena, &row, err);
	if (code == 0)
		code = ruleset_parse(row.ruleset, &l->arena, &l->rules, err);
	if (code == 0 && l->advised && !l->rules->advice.given)
		code = err_set_at(err, E_RULESET, "/advice",
			"The ruleset has no \"advice\": how is the third file to be read?");
	return code;
}

static int load_model(struct db *db, const struct job *job, struct load *l, struct err *err)
{
	struct model_row row;
	int code;

	if (job->model_version == 0)
		return 0;
	code = store_model_get(db, &job->project_id, &job->reconciliation_id, job->model_version,
		&l->arena, &row, err);
	if (code < 0)
		return code;
	l->model = row.model;
	memcpy(l->model_hash, row.hash, sizeof(l->model_hash));
	return 0;
}

/* --- what is left ----------------------------------------------------------------------------- */

struct left_over {
	struct record_set taken;
	struct allocation *parts; /* by dataset, row */
	size_t nparts;
};

static int load_left_over(struct db *db, const struct job *job, struct load *l,
	struct left_over *ret, struct err *err)
{
	int32_t *nos = ARENA_ARRAY(&l->arena, l->n, int32_t);
	int code;

	if (!nos)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < l->n; i++)
		nos[i] = l->inputs[i].dataset_no;
	code = store_record_taken(db, job->reconciliation_no, nos, l->n, &ret->taken, err);
	if (code == 0)
		code = store_record_allocated(db, job->reconciliation_no, nos, l->n, &l->arena,
			&ret->parts, &ret->nparts, err);
	return code;
}

static bool any_taken(const struct record_set *taken, int32_t dataset_no)
{
	for (size_t i = 0; i < taken->n; i++)
		if (taken->datasets[i] == dataset_no)
			return true;
	return false;
}

/* Whole rows keep their amount (1 where there is no money), taken ones have nothing left. */
static int reduce(struct load *l, uint32_t i, const struct left_over *left, struct err *err)
{
	struct match_input *in = &l->inputs[i];
	uint32_t rows = in->table->rows;
	int64_t *remaining = calloc((size_t)rows + 1, sizeof(*remaining));
	struct balance balance;

	if (!remaining)
		return err_set(err, E_NO_MEMORY, NULL);
	l->remaining[i] = remaining;
	balance_init(&balance, l->rules, (enum rules_side)in->side, in->table);
	for (uint32_t row = 0; row < rows; row++)
		if (!record_set_has(&left->taken, in->dataset_no, row))
			remaining[row] = balance.n ? balance_amount(&balance, row) : 1;
	for (size_t p = 0; p < left->nparts; p++) {
		const struct allocation *a = &left->parts[p];

		if (a->dataset_no == in->dataset_no && a->row_no < rows)
			remaining[a->row_no] = a->amount - a->allocated;
	}
	in->remaining = remaining;
	return 0;
}

static int reduce_inputs(struct db *db, const struct job *job, struct load *l, struct err *err)
{
	struct left_over left = {.taken = RECORD_SET_INIT};
	int code = load_left_over(db, job, l, &left, err);

	for (uint32_t i = 0; code == 0 && i < l->n; i++)
		if (l->carried[i] || any_taken(&left.taken, l->inputs[i].dataset_no))
			code = reduce(l, i, &left, err);
	record_set_free(&left.taken);
	return code;
}

int load_job(struct db *db, struct vault *vault, const struct job *job, struct load *ret,
	struct err *err)
{
	struct job_input *in;
	size_t n;
	int code;

	arena_init(&ret->arena, 0);
	code = store_job_inputs(db, &job->id, &ret->arena, &in, &n, err);
	if (code == 0)
		code = load_tables(vault, in, n, ret, err);
	if (code == 0)
		code = load_rules(db, job, ret, err);
	if (code == 0)
		code = load_model(db, job, ret, err);
	if (code == 0)
		code = reduce_inputs(db, job, ret, err);
	return code;
}
