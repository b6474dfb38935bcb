/* See fixture.h. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <cmocka.h>
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_project.h"
#include "store/store_reconciliation.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_upload.h"
#include "store/store_user.h"

struct uuid random_id(void)
{
	struct uuid id;

	assert_int_equal(sizeof(id), getrandom(&id, sizeof(id), 0));
	return id;
}

static struct uuid make_user(struct db *db, const char *name)
{
	struct user user = {.id = uuid_new(),
		.email_sealed = sv_from_cstr(name),
		.display_name = sv_from_cstr(name),
		.status = USER_STATUS_ACTIVE};
	uint8_t index[32] = {0};

	memcpy(index, name, strlen(name));
	MUST(store_user_insert(db, &user, index, err));
	return user.id;
}

static struct uuid make_project(struct db *db, const struct uuid *user, const char *name)
{
	struct project project = {.id = uuid_new(),
		.name = sv_from_cstr(name),
		.time_zone = SV("Europe/Berlin"),
		.base_currency = SV("EUR"),
		.storage_quota = 1000000};

	MUST(db_scope(db, user, &project.id, 1, err));
	MUST(db_begin(db, err));
	MUST(store_project_insert(db, &project, user, err));
	MUST(store_member_insert(db, &project.id, user, ROLE_OWNER, user, err));
	MUST(db_commit(db, err));
	return project.id;
}

static void make_source(struct db *db, struct world *w, int i)
{
	CLEANUP(arena_free) struct arena arena;
	struct source source = {.id = uuid_new(),
		.project_id = w->project,
		.name = i ? SV("Bank") : SV("Ledger"),
		.kind = i ? SOURCE_KIND_BANK : SOURCE_KIND_LEDGER,
		.time_zone = SV("UTC")};
	struct mapping_row mapping;

	arena_init(&arena, 0);
	w->source[i] = source.id;
	MUST(store_source_insert(db, &source, &w->user, &arena, &source, err));
	MUST(db_begin(db, err));
	MUST(store_mapping_insert(
		db, &w->project, &source.id, SV("{}"), &w->user, &arena, &mapping, err));
	MUST(db_commit(db, err));
}

static struct uuid make_object(struct db *db, const struct world *w, enum word kind)
{
	struct object object = {.id = random_id(),
		.project_id = w->project,
		.kind = kind,
		.size = 100,
		.stored_size = 200,
		.sha256 = {1},
		.wrapped_key = SV("wrapped")};

	MUST(store_object_insert(db, &object, err));
	return object.id;
}

/* A file on its whole way: announced, received, scanned, read. */
static void make_dataset(struct db *api, struct db *intake, struct world *w, int i)
{
	struct file file = {.id = uuid_new(),
		.project_id = w->project,
		.source_id = w->source[i],
		.name = SV("a.csv"),
		.size = 100,
		.uploaded_by = w->user};
	struct dataset dataset = {.mapping_version = 1,
		.rows_read = 10,
		.rows_accepted = 9,
		.rows_rejected = 1,
		.sums = SV("[]")};
	const uint8_t sha256[32] = {7};

	w->file[i] = file.id;
	w->dataset[i] = uuid_new();
	MUST(store_file_insert(api, &file, err));
	MUST(store_file_set_state(intake, &file.id, FILE_STATE_RECEIVING, FILE_STATE_RECEIVED,
		SV_NULL, SV_NULL, err));
	w->object[i] = make_object(intake, w, OBJECT_KIND_FILE);
	MUST(store_file_set_clean(
		intake, &file.id, FILE_STATE_RECEIVED, &w->object[i], sha256, err));
	MUST(store_dataset_insert(intake, &w->dataset[i], &w->project, &w->source[i], &file.id, 1,
		&w->dataset_no[i], err));
	dataset.data_object = make_object(intake, w, OBJECT_KIND_DATASET);
	MUST(store_dataset_set_ready(intake, &w->dataset[i], &dataset, err));
}

static void make_job(struct db *db, struct world *w)
{
	CLEANUP(arena_free) struct arena arena;
	struct reconciliation rec = {.id = uuid_new(),
		.project_id = w->project,
		.name = SV("Ledger and bank"),
		.left_sources = {&w->source[0], 1},
		.right_sources = {&w->source[1], 1}};

	arena_init(&arena, 0);
	w->rec = rec.id;
	w->job = uuid_new();
	MUST(db_begin(db, err));
	MUST(store_reconciliation_insert(db, &rec, &w->user, err));
	MUST(db_commit(db, err));
	MUST(store_reconciliation_get(db, &w->project, &w->rec, &arena, &rec, err));
	w->rec_no = rec.no;
	MUST(db_begin(db, err));
	const struct job_new job = {.id = w->job,
		.project_id = w->project,
		.reconciliation_id = w->rec,
		.created_by = w->user,
		.left = {&w->dataset[0], 1},
		.right = {&w->dataset[1], 1}};
	MUST(store_job_insert(db, &job, err));
	MUST(store_task_insert(db, TASK_MATCH, &w->job, &w->project, SV("req-1"), err));
	MUST(db_commit(db, err));
}

void world_make(struct pg *pg, struct world *w)
{
	CLEANUP(db_freep) struct db *operator= pg_db(pg, "recon_operator");
	CLEANUP(db_freep) struct db *api = pg_db(pg, "recon_api");
	CLEANUP(db_freep) struct db *intake = pg_db(pg, "recon_intake");

	w->user = make_user(operator, "first");
	w->other_user = make_user(operator, "second");
	w->other_project = make_project(api, &w->other_user, "Other");
	w->project = make_project(api, &w->user, "First");
	for (int i = 0; i < 2; i++) {
		make_source(api, w, i);
		make_dataset(api, intake, w, i);
	}
	make_job(api, w);
}

struct db *world_db(const struct pg *pg, const struct world *w, const char *role)
{
	struct db *db = pg_db(pg, role);

	MUST(db_scope(db, &w->user, &w->project, 1, err));
	return db;
}

char *world_digest(struct pg *pg)
{
	char *sql = pg_text(pg,
		"SELECT 'SELECT md5(string_agg(x, '','' ORDER BY x)) FROM (' || "
		"string_agg(format('SELECT %L || t::text AS x FROM %I t', relname, relname), "
		"' UNION ALL ') || ') s' FROM pg_class WHERE relkind = 'r' "
		"AND relnamespace = 'public'::regnamespace");
	char *digest = pg_text(pg, sql);

	free(sql);
	return digest;
}
