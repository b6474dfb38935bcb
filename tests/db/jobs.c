/* See jobs.h. */
#include "jobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "col/col_build.h"
#include "col/table_file.h"
#include "store/store_dataset.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_reconciliation.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "vault/keys.h"

const char jobs_rules[] =
	"{\"ruleset\":1,\"name\":\"fault\",\"currency\":\"each alone\","
	"\"left\":{\"label\":\"L\",\"balance\":\"amount\"},"
	"\"right\":{\"label\":\"R\",\"balance\":\"amount\"},"
	"\"fields\":{\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
	"\"date\":{\"type\":\"date\",\"left\":\"date\",\"right\":\"date\"}},"
	"\"passes\":[{\"name\":\"days\",\"stage\":1,\"kind\":\"1:1\","
	"\"when\":{\"amount\":\"same\",\"date\":{\"days\":[0,3]}},"
	"\"then\":{\"confirm\":{\"confidence\":0.9},\"suggest\":{\"confidence\":0.5}}}]}";

static int write_vault(void *ctx, const void *p, size_t n, struct err *err)
{
	return vault_write(ctx, p, n, err);
}

static void make_table(int side, uint32_t rows, struct col_table *ret)
{
	struct col_build b = COL_BUILD_INIT;
	unsigned state = 7;

	MUST(col_build_init(&b, 2, err));
	col_build_define(&b, 0, "amount", COL_AMOUNT, COL_FIELD);
	col_build_define(&b, 1, "date", COL_DATE, COL_FIELD);
	b.cols[0].col.scale = 2;
	b.cols[0].col.currency = COL_PACK('E', 'U', 'R');
	b.cols[0].col.currency_col = -1;
	b.cols[1].col.currency_col = -1;
	for (uint32_t i = 0; i < rows; i++) {
		int32_t day = 20000 + rand_r(&state) % 1000;
		int32_t lag = rand_r(&state) % 4;

		col_build_i64(&b, 0, 100 + rand_r(&state) % (int)(rows / 10 + 1));
		col_build_i32(&b, 1, side ? day + lag : day);
	}
	MUST(col_build_finish(&b, ret, err));
}

static void store_table(struct jobs *j, const struct col_table *table, struct object *ret)
{
	static uint8_t wrapped[VAULT_WRAPPED_LEN];
	struct table_info info = {
		.mapping_version = 2, .rows_read = table->rows, .rows_accepted = table->rows};
	struct vault_writer *writer = NULL;
	struct vault_object stored;

	MUST(vault_create(j->vault, &writer, err));
	MUST(table_file_write(
		COL_FILE_DATASET, table, &info, (struct col_sink){write_vault, writer}, err));
	MUST(vault_commit(writer, &stored, err));
	vault_writer_free(&writer);
	memcpy(wrapped, stored.wrapped, sizeof(wrapped));
	*ret = (struct object){.id = stored.id,
		.project_id = j->w->project,
		.kind = OBJECT_KIND_DATASET,
		.size = (int64_t)stored.size,
		.stored_size = (int64_t)stored.stored_size,
		.wrapped_key = sv_from((const char *)wrapped, sizeof(wrapped))};
	memcpy(ret->sha256, stored.sha256, sizeof(ret->sha256));
}

static void make_dataset(struct jobs *j, int side, uint32_t rows)
{
	struct world *w = j->w;
	CLEANUP(col_table_free) struct col_table table = COL_TABLE_INIT;
	struct dataset dataset = {
		.mapping_version = 2, .rows_read = rows, .rows_accepted = rows, .sums = SV("[]")};
	struct mapping_row mapping;
	struct object object;

	make_table(side, rows, &table);
	store_table(j, &table, &object);
	w->dataset[side] = uuid_new();
	MUST(db_begin(j->api, err));
	MUST(store_mapping_insert(j->api, &w->project, &w->source[side], SV("{}"), &w->user,
		&j->arena, &mapping, err));
	MUST(db_commit(j->api, err));
	MUST(store_object_insert(j->intake, &object, err));
	MUST(store_dataset_insert(j->intake, &w->dataset[side], &w->project, &w->source[side],
		&w->file[side], 2, &w->dataset_no[side], err));
	dataset.data_object = object.id;
	MUST(store_dataset_set_ready(j->intake, &w->dataset[side], &dataset, err));
}

static void path_in(const struct jobs *j, const char *name, char *ret, size_t n)
{
	snprintf(ret, n, "%s/%s", j->dir, name);
}

static void make_vault(struct jobs *j)
{
	char folder[96], public_key[96], private_key[96];
	struct vault_config config = {
		.location = folder, .public_key_file = public_key, .private_key_file = private_key};

	path_in(j, "vault", folder, sizeof(folder));
	path_in(j, "vault.pub", public_key, sizeof(public_key));
	path_in(j, "vault.key", private_key, sizeof(private_key));
	assert_int_equal(0, mkdir(folder, 0700));
	MUST(vault_keys_generate(public_key, private_key, err));
	MUST(vault_open(&config, &j->vault, err));
}

void jobs_start(struct jobs *j, struct pg *pg, struct world *w, uint32_t rows)
{
	*j = (struct jobs){.pg = pg, .w = w, .dir = "/tmp/recon-jobs-XXXXXX"};
	pg_exec(pg, "DELETE FROM task; UPDATE job SET state = 'cancelled', finished_at = now()");
	arena_init(&j->arena, 0);
	assert_non_null(mkdtemp(j->dir));
	j->api = world_db(pg, w, "recon_api");
	j->intake = pg_db(pg, "recon_intake");
	make_vault(j);
	make_dataset(j, 0, rows);
	make_dataset(j, 1, rows);
}

void jobs_stop(struct jobs *j)
{
	char command[96];

	db_close(j->api);
	db_close(j->intake);
	vault_close(&j->vault);
	arena_free(&j->arena);
	snprintf(command, sizeof(command), "/bin/rm -rf %s", j->dir);
	assert_int_equal(0, system(command));
}

/* Inside a transaction. */
static void queue_job(struct jobs *j, int32_t version)
{
	struct world *w = j->w;

	w->job = uuid_new();
	const struct job_new job = {.id = w->job,
		.project_id = w->project,
		.reconciliation_id = w->rec,
		.ruleset_version = version,
		.created_by = w->user,
		.left = {&w->dataset[0], 1},
		.right = {&w->dataset[1], 1}};
	MUST(store_job_insert(j->api, &job, err));
	MUST(store_task_insert(j->api, TASK_MATCH, &w->job, &w->project, SV("req"), err));
}

void jobs_again(struct jobs *j, int32_t ruleset_version)
{
	MUST(db_begin(j->api, err));
	queue_job(j, ruleset_version);
	MUST(db_commit(j->api, err));
}

void jobs_new(struct jobs *j, const char *rules)
{
	const uint8_t hash[32] = {0};
	struct world *w = j->w;
	struct ruleset_row ruleset;
	struct reconciliation rec = {.id = uuid_new(),
		.project_id = w->project,
		.name = sv_from_cstr(arena_printf(&j->arena, "run %d", ++j->count)),
		.left_sources = {&w->source[0], 1},
		.right_sources = {&w->source[1], 1}};

	w->rec = rec.id;
	MUST(db_begin(j->api, err));
	MUST(store_reconciliation_insert(j->api, &rec, &w->user, err));
	if (rules)
		MUST(store_ruleset_insert(j->api, &w->project, &w->rec, sv_from_cstr(rules), hash,
			&w->user, &j->arena, &ruleset, err));
	queue_job(j, rules ? 1 : 0);
	MUST(db_commit(j->api, err));
	MUST(store_reconciliation_get(j->api, &w->project, &w->rec, &j->arena, &rec, err));
	w->rec_no = rec.no;
}

enum word jobs_state(struct jobs *j)
{
	CLEANUP(arena_free) struct arena arena;
	struct job job;

	arena_init(&arena, 0);
	MUST(store_job_get(j->api, &j->w->project, &j->w->job, &arena, &job, err));
	return job.state;
}

static int count_object(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	(void)id;
	(void)sealed_size;
	(void)mtime;
	(void)err;
	*(int *)ctx += finished;
	return 0;
}

int jobs_stored(struct jobs *j)
{
	int n = 0;

	MUST(vault_list(j->vault, count_object, &n, err));
	return n;
}
