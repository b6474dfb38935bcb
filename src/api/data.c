/*
 * Files of the vault as cached tables, results and states. A make function runs at most once at a
 * time for a key, with the connection of the thread that asked first.
 */
#include "api/data.h"

#include <stdlib.h>
#include <string.h>

#include "col/result_file.h"
#include "col/table_file.h"
#include "rules/ruleset.h"
#include "store/store_object.h"
#include "vault/vault.h"

struct data_pool *data_pool_of(const struct api *a)
{
	return a->env->pool_data;
}

/* ---- vault objects as sources ---- */

static int source_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	size_t got = 0;
	int rc = vault_pread(ctx, p, n, offset, &got, err);

	if (rc == 0 && got != n)
		rc = err_set(err, E_CORRUPT, "A stored object is shorter than it should be.");
	return rc;
}

/* What the database says about an object, as the vault wants it. */
static int object_of(
	struct api *a, const struct uuid *id, struct vault_object *ret, struct err *err)
{
	struct object o;
	int rc = store_object_get(a->db, id, a->arena, &o, err);

	if (rc != 0)
		return rc;
	if (o.wrapped_key.n != sizeof(ret->wrapped))
		return err_set(err, E_NOT_FOUND, "The data was erased.");
	*ret = (struct vault_object){
		.id = o.id, .size = (uint64_t)o.size, .stored_size = (uint64_t)o.stored_size};
	memcpy(ret->wrapped, o.wrapped_key.p, sizeof(ret->wrapped));
	memcpy(ret->sha256, o.sha256, sizeof(ret->sha256));
	return 0;
}

static int open_object(struct api *a, const struct uuid *id, struct vault_reader **ret_reader,
	struct col_source *ret, struct err *err)
{
	struct vault_object object;
	int rc = object_of(a, id, &object, err);

	if (rc == 0)
		rc = vault_read(data_pool_of(a)->vault, &object, ret_reader, err);
	if (rc == 0)
		*ret = (struct col_source){
			source_pread, *ret_reader, vault_reader_size(*ret_reader), NULL};
	return rc;
}

int data_text(struct api *a, const struct uuid *object, struct buf *out, struct err *err)
{
	struct vault_object o;
	int rc = object_of(a, object, &o, err);

	return rc != 0 ? rc : vault_read_all(data_pool_of(a)->vault, &o, out, err);
}

/* ---- tables ---- */

struct table_ctx {
	struct api *a;
	const struct uuid *object;
	enum col_file_kind kind;
};

static void free_table(void *value)
{
	struct col_table *t = value;

	col_table_free(t);
	free(t);
}

static int make_table(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	const struct table_ctx *c = ctx;
	struct vault_reader *reader CLEANUP(vault_reader_free) = NULL;
	struct col_table *t CLEANUP(free_ptr) = calloc(1, sizeof(*t));
	struct col_source src;

	if (t == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = open_object(c->a, c->object, &reader, &src, err);
	if (rc == 0)
		rc = table_file_load(src, c->kind, TABLE_ALL, NULL, 0, NULL, t, err);
	if (rc != 0)
		return rc;
	*ret_bytes = col_table_bytes(t);
	*ret_value = TAKE(t);
	return 0;
}

int data_table(struct api *a, const struct uuid *object, enum col_file_kind kind,
	struct cache_item **ret, struct err *err)
{
	struct table_ctx ctx = {a, object, kind};
	struct cache_key key = {CACHE_TABLE, *object, 0};

	return cache_get(data_pool_of(a)->cache, &key, make_table, free_table, &ctx, ret, err);
}

/* ---- jobs ---- */

#define RULES_ARENA_MAX (16u << 20)

struct job_ctx {
	struct api *a;
	const struct job *job;
};

static void free_job(void *value)
{
	struct data_job *j = value;

	if (j == NULL)
		return;
	grid_free(&j->grid);
	for (uint32_t i = 0; j->items != NULL && i < j->ninputs; i++)
		cache_release(&j->items[i]);
	result_free(&j->result);
	free(j->items);
	free(j->tables);
	free(j->datasets);
	free(j->first_seen);
	arena_free(&j->rules_arena);
	free(j);
}

static void job_cleanup(struct data_job **j)
{
	free_job(*j);
}

static int load_result(struct api *a, const struct job *job, struct data_job *j, struct err *err)
{
	struct vault_reader *reader CLEANUP(vault_reader_free) = NULL;
	struct col_source src;
	int rc = open_object(a, &job->result_object, &reader, &src, err);

	return rc != 0 ? rc : result_file_load(src, &j->result, err);
}

/* The ruleset in the result. One that cannot be read costs the names of columns, not the result. */
static void load_rules(struct data_job *j)
{
	arena_init(&j->rules_arena, RULES_ARENA_MAX);
	if (j->result.model.n == 0 ||
		ruleset_parse(j->result.model, &j->rules_arena, &j->rules, NULL) != 0)
		j->rules = NULL;
}

static const struct job_input *input_of(
	const struct job_input *inputs, size_t n, const struct result_input *want)
{
	enum word side = want->side == RESULT_LEFT ? SIDE_LEFT : SIDE_RIGHT;

	for (size_t i = 0; i < n; i++)
		if (inputs[i].side == side && inputs[i].dataset_no == want->dataset_no)
			return &inputs[i];
	return NULL;
}

static int load_inputs(struct api *a, const struct job *job, struct data_job *j, struct err *err)
{
	struct job_input *inputs;
	size_t n;
	int rc = store_job_inputs(a->db, &job->id, a->arena, &inputs, &n, err);

	if (rc != 0)
		return rc;
	j->ninputs = j->result.ninputs;
	j->items = calloc(j->ninputs + 1u, sizeof(struct cache_item *));
	j->tables = calloc(j->ninputs + 1u, sizeof(const struct col_table *));
	j->datasets = calloc(j->ninputs + 1u, sizeof(*j->datasets));
	j->first_seen = calloc(j->ninputs + 1u, sizeof(*j->first_seen));
	if (j->items == NULL || j->tables == NULL || j->datasets == NULL || j->first_seen == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < j->ninputs; i++) {
		const struct job_input *in = input_of(inputs, n, &j->result.inputs[i]);

		if (in == NULL)
			return err_set(
				err, E_CORRUPT, "The result names a dataset that the job has not.");
		rc = data_table(a, &in->object_id, COL_FILE_DATASET, &j->items[i], err);
		if (rc != 0)
			return rc;
		j->tables[i] = data_table_of(j->items[i]);
		j->datasets[i] = in->dataset_id;
		j->first_seen[i] = in->dated ? in->first_seen : GRID_NO_DAY;
	}
	return 0;
}

static int make_job(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	const struct job_ctx *c = ctx;
	struct data_job *j CLEANUP(job_cleanup) = calloc(1, sizeof(*j));

	if (j == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = load_result(c->a, c->job, j, err);
	if (rc == 0)
		load_rules(j);
	if (rc == 0)
		rc = load_inputs(c->a, c->job, j, err);
	if (rc == 0)
		rc = grid_new(&j->result, j->tables, &j->grid, err);
	if (rc != 0)
		return rc;
	grid_set_first_seen(j->grid, j->first_seen);
	*ret_bytes =
		sizeof(*j) + result_bytes(&j->result) + grid_bytes(j->grid) + j->rules_arena.used;
	*ret_value = TAKE(j);
	return 0;
}

int data_job_load(struct api *a, const struct job *job, struct cache_item **ret, struct err *err)
{
	struct job_ctx ctx = {a, job};
	struct cache_key key = {CACHE_JOB, job->id, 0};

	if (job->state != JOB_STATE_DONE)
		return err_set(err, E_JOB_STATE, "The job has no result: it is %s.",
			word_text(job->state));
	return cache_get(data_pool_of(a)->cache, &key, make_job, free_job, &ctx, ret, err);
}

/* ---- decisions ---- */

#define STEPS_AT_ONCE 1000

int data_decision_records(struct arena *a, struct sv members, const struct decision_record **ret,
	uint32_t *ret_n, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct decision_record *list;
	const struct json_object *no = NULL, *row = NULL;

	*ret = NULL;
	*ret_n = 0;
	if (members.p == NULL)
		return 0;
	int rc = json_parse(members, JSON_DEPTH, &root, err);
	if (rc != 0)
		return rc;
	size_t n = json_count(root);
	list = ARENA_ARRAY(a, n + 1, struct decision_record);
	if (list == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++) {
		if (!json_find(json_at(root, i), "no", &no) ||
			!json_find(json_at(root, i), "row", &row))
			return err_set(err, E_CORRUPT, "The records of a decision.");
		list[i] = (struct decision_record){
			(int32_t)json_as_int(no), (uint32_t)json_as_int(row)};
	}
	*ret = list;
	*ret_n = (uint32_t)n;
	return 0;
}

int data_steps(struct api *a, const struct uuid *rec, const struct uuid *job, int64_t seq,
	struct decision_step **ret, size_t *ret_n, struct err *err)
{
	struct buf steps CLEANUP(buf_free) = BUF_INIT;
	int64_t after = 0;

	while (after < seq) {
		struct decision *list;
		size_t n;
		int rc = store_decision_list(
			a->db, &a->project.id, rec, after, STEPS_AT_ONCE, a->arena, &list, &n, err);

		if (rc != 0)
			return rc;
		for (size_t i = 0; i < n && list[i].seq <= seq; i++) {
			struct decision_step step = {.id = list[i].id,
				.kind = list[i].kind,
				.match_no = list[i].match_no,
				.undoes = list[i].undoes};

			if (list[i].kind != DECISION_UNDO && !uuid_eq(&list[i].job_id, job))
				continue;
			rc = data_decision_records(
				a->arena, list[i].members, &step.records, &step.nrecords, err);
			if (rc != 0)
				return rc;
			buf_add(&steps, &step, sizeof(step));
		}
		if (n == 0)
			break;
		after = list[n - 1].seq;
	}
	*ret_n = steps.n / sizeof(struct decision_step);
	*ret = ARENA_ARRAY(a->arena, *ret_n + 1, struct decision_step);
	if (*ret == NULL || !buf_ok(&steps))
		return err_set(err, E_NO_MEMORY, NULL);
	if (steps.n > 0)
		memcpy(*ret, steps.p, steps.n);
	return 0;
}

struct states_ctx {
	struct api *a;
	const struct uuid *rec, *job;
	const struct grid *grid;
	int64_t seq;
};

static void free_states(void *value)
{
	struct grid_states *s = value;

	grid_states_free(s);
	free(s);
}

static int make_states(void *ctx, void **ret_value, size_t *ret_bytes, struct err *err)
{
	const struct states_ctx *c = ctx;
	struct grid_states *s CLEANUP(free_ptr) = calloc(1, sizeof(*s));
	struct decision_step *steps;
	size_t n;

	if (s == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	int rc = data_steps(c->a, c->rec, c->job, c->seq, &steps, &n, err);
	if (rc == 0)
		rc = grid_states_make(c->grid, steps, n, s, err);
	if (rc != 0)
		return rc;
	*ret_bytes = sizeof(*s) + grid_states_bytes(c->grid);
	*ret_value = TAKE(s);
	return 0;
}

int data_states(struct api *a, const struct uuid *rec, const struct uuid *job,
	const struct grid *grid, int64_t seq, struct cache_item **ret, struct err *err)
{
	struct states_ctx ctx = {a, rec, job, grid, seq};
	struct cache_key key = {CACHE_STATES, *job, seq};

	return cache_get(data_pool_of(a)->cache, &key, make_states, free_states, &ctx, ret, err);
}

/* ---- JSON ---- */

void data_put_money(struct json_writer *w, const char *key, __int128 minor, int32_t currency)
{
	char code[4];

	col_currency_unpack(currency, code);
	if (currency == 0)
		json_put_null(w, key);
	else
		json_put_money(w, key, minor, code);
}

void data_put_confidence(struct json_writer *w, const char *key, uint32_t millionths)
{
	api_put_number(w, key, millionths, 6);
}

void data_put_bits(struct json_writer *w, const char *key, int64_t sixtyfourths)
{
	api_put_number(w, key, sixtyfourths * 1000000 / 64, 6);
}

static void put_text(struct json_writer *w, const char *key, const struct col *c, uint32_t row)
{
	if (c == NULL || !col_valid(c, row))
		json_put_null(w, key);
	else
		json_put_text(w, key, col_text(c, row));
}

static void put_currency(struct json_writer *w, const struct col_table *t,
	const struct grid_columns *known, uint32_t row)
{
	char code[4] = "";

	if (known->amount != NULL)
		col_currency_unpack(col_amount_currency(t, known->amount, row), code);
	else if (known->currency != NULL)
		col_currency_unpack(known->currency->i32[row], code);
	json_put_cstr(w, "currency", code[0] == '\0' ? NULL : code);
}

static void put_fields(struct json_writer *w, const struct col_table *t, uint32_t row)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	json_open_object(w, "fields");
	for (uint32_t i = 0; i < t->ncols; i++) {
		/* A source column may be called as a field is; the field goes before it. */
		if (!col_valid(&t->cols[i], row) ||
			(t->cols[i].role == COL_SOURCE &&
				col_find(t, COL_FIELD, sv_from_cstr(t->cols[i].name)) != NULL))
			continue;
		buf_reset(&text);
		col_format(t, &t->cols[i], row, &text);
		json_put_text(w, t->cols[i].name, buf_sv(&text));
	}
	json_close_object(w);
}

static void put_record(struct json_writer *w, const char *key, const struct col_table *t,
	const char *side, const struct uuid *dataset, uint32_t row)
{
	struct grid_columns known;

	grid_columns(t, &known);
	json_open_object(w, key);
	json_put_cstr(w, "side", side);
	json_put_uuid(w, "dataset", dataset);
	json_put_int(w, "row", row);
	if (known.date != NULL && col_valid(known.date, row))
		json_put_day(w, "date", known.date->i32[row]);
	else
		json_put_null(w, "date");
	if (known.amount != NULL && col_valid(known.amount, row))
		data_put_money(w, "amount", known.amount->i64[row],
			col_amount_currency(t, known.amount, row));
	else
		json_put_null(w, "amount");
	put_currency(w, t, &known, row);
	put_text(w, "text", known.text, row);
	put_text(w, "reference", known.reference, row);
	put_fields(w, t, row);
	json_close_object(w);
}

void data_put_record(struct json_writer *w, const char *key, const struct data_job *job,
	uint16_t input, uint32_t row)
{
	put_record(w, key, job->tables[input],
		job->result.inputs[input].side == RESULT_LEFT ? "left" : "right",
		&job->datasets[input], row);
}

void data_put_row(struct json_writer *w, const char *key, const struct col_table *t,
	const struct uuid *dataset, uint32_t row)
{
	put_record(w, key, t, NULL, dataset, row);
}

void data_put_side(struct json_writer *w, const char *key, const struct data_job *job,
	const struct grid_states *states, uint32_t match, uint8_t side)
{
	struct grid_members m = grid_members_of(job->grid, states, match);

	json_open_array(w, key);
	for (uint32_t k = 0; k < m.n; k++)
		if (job->result.inputs[m.input[k]].side == side)
			data_put_record(w, NULL, job, m.input[k], m.row[k]);
	json_close_array(w);
}

void data_put_match_ref(struct json_writer *w, const struct uuid *job, uint32_t match)
{
	json_open_object(w, "match");
	json_put_uuid(w, "job", job);
	json_put_int(w, "no", (int64_t)match + 1);
	json_close_object(w);
}

int64_t data_amount(const struct data_job *job, uint16_t input, uint32_t row)
{
	const struct col *c = grid_columns_of(job->grid, input)->amount;

	return c == NULL || !col_valid(c, row) ? 0 : c->i64[row];
}

int64_t data_allocated(const struct data_job *job, const struct grid_states *states, uint32_t match,
	uint32_t k)
{
	const struct result *r = &job->result;
	struct grid_members own = grid_members_of(job->grid, NULL, match);
	struct grid_members m = grid_members_of(job->grid, states, match);

	/* Records that a person chose are taken whole. */
	return m.row == own.row ? r->members.allocated[r->matches.member[match] + k] :
				  data_amount(job, m.input[k], m.row[k]);
}
