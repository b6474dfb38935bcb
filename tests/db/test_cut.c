/*
 * Each business transaction, cut after each of its statements by ending the server's process of
 * that connection: nothing of it may stay. The last run is not cut and must change something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "fixture.h"
#include "matcher/commit.h"
#include "store/store_api_key.h"
#include "store/store_dataset.h"
#include "store/store_decision.h"
#include "store/store_file.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_platform.h"
#include "store/store_project.h"
#include "store/store_reconciliation.h"
#include "store/store_record.h"
#include "store/store_session.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_upload.h"
#include "store/store_user.h"

static struct pg pg;
static struct world w;
static struct arena arena;
static struct upload upload; /* open, of a file that is being received */
static struct task task;     /* the running match of w.job */

/* Runs calls until one fails. */
#define STEP(call)                                                                                 \
	do {                                                                                       \
		int step_ = (call);                                                                \
		if (step_ < 0)                                                                     \
			return step_;                                                              \
	} while (0)

static int audit(struct db *db, enum event event, const struct uuid *object, struct err *err)
{
	struct audit row = {.project_id = w.project,
		.actor_kind = ACTOR_USER,
		.actor_id = w.user,
		.event = event,
		.object_id = *object,
		.outcome = AUDIT_DONE,
		.request_id = SV("req")};

	return store_audit_insert(db, &row, err);
}

/* --- the transactions, each as its program does it -------------------------------------------- */

static int sign_in(struct db *db, struct err *err)
{
	const uint8_t code[32] = {9}, token[32] = {8};
	struct uuid user, id = uuid_new();
	struct session session;
	struct audit row = {
		.actor_kind = ACTOR_USER, .event = EVENT_SESSION_CREATE, .outcome = AUDIT_DONE};
	enum word purpose;

	STEP(store_code_spend(db, code, &user, &purpose, err));
	STEP(store_credential_set(db, &user, SV("$argon2id$v=19$m=47104$x"), err));
	STEP(store_user_set_status(db, &user, USER_STATUS_ACTIVE, err));
	STEP(store_session_insert(
		db, &id, &user, 1800, 43200, SV_NULL, SV("test"), false, &arena,
		&session, err));
	STEP(store_refresh_insert(db, token, &id, 1, err));
	return store_audit_insert(db, &row, err);
}

static int create_project(struct db *db, struct err *err)
{
	struct project project = {.id = w.project,
		.name = SV("New"),
		.time_zone = SV("UTC"),
		.base_currency = SV("EUR"),
		.storage_quota = 1};

	project.id.b[15] ^= 1;
	STEP(store_project_insert(db, &project, &w.user, err));
	STEP(store_member_insert(db, &project.id, &w.user, ROLE_OWNER, &w.user, err));
	return audit(db, EVENT_PROJECT_CREATE, &project.id, err);
}

static int write_mapping(struct db *db, struct err *err)
{
	struct mapping_row mapping;

	STEP(store_mapping_insert(
		db, &w.project, &w.source[0], SV("{}"), &w.user, &arena, &mapping, err));
	STEP(store_task_insert(db, TASK_READ, &w.file[0], &w.project, SV_NULL, err));
	return audit(db, EVENT_MAPPING_CREATE, &w.source[0], err);
}

static int announce_upload(struct db *db, struct err *err)
{
	struct file file = {.id = uuid_new(),
		.project_id = w.project,
		.source_id = w.source[0],
		.name = SV("b.csv"),
		.size = 10,
		.uploaded_by = w.user};
	struct upload u = {.id = random_id(),
		.project_id = w.project,
		.file_id = file.id,
		.user_id = w.user,
		.size = 10};

	STEP(store_project_book(db, &w.project, 10, err));
	STEP(store_file_insert(db, &file, err));
	STEP(store_upload_insert(db, &u, 3600, &arena, &u, err));
	return audit(db, EVENT_UPLOAD_CREATE, &file.id, err);
}

static int receive_part(struct db *db, struct err *err)
{
	struct object object = {.id = random_id(),
		.project_id = w.project,
		.kind = OBJECT_KIND_PART,
		.size = 10,
		.stored_size = 60,
		.sha256 = {1},
		.wrapped_key = SV("k")};

	STEP(store_object_insert(db, &object, err));
	STEP(store_upload_add_part(db, &upload, 0, 10, &object.id, err));
	STEP(store_file_set_state(db, &upload.file_id, FILE_STATE_RECEIVING, FILE_STATE_RECEIVED,
		SV_NULL, SV_NULL, err));
	STEP(store_task_insert(db, TASK_SCAN, &upload.file_id, &w.project, SV_NULL, err));
	return audit(db, EVENT_FILE_RECEIVE, &upload.file_id, err);
}

static int make_dataset(struct db *db, struct err *err)
{
	struct object object = {.id = random_id(),
		.project_id = w.project,
		.kind = OBJECT_KIND_DATASET,
		.size = 10,
		.stored_size = 60,
		.sha256 = {1},
		.wrapped_key = SV("k")};
	struct dataset dataset = {.mapping_version = 2,
		.rows_read = 1,
		.rows_accepted = 1,
		.sums = SV("[]"),
		.data_object = object.id};
	struct uuid id = uuid_new();
	int32_t no;

	STEP(store_object_insert(db, &object, err));
	STEP(store_dataset_insert(db, &id, &w.project, &w.source[0], &w.file[0], 2, &no, err));
	STEP(store_dataset_set_ready(db, &id, &dataset, err));
	return audit(db, EVENT_DATASET_READ, &id, err);
}

/* The matcher's own transaction, which it begins and commits itself. */
static int finish_job(struct db *db, struct err *err)
{
	CLEANUP(record_set_free) struct record_set set = RECORD_SET_INIT;
	struct object object = {.id = random_id(),
		.project_id = w.project,
		.kind = OBJECT_KIND_RESULT,
		.size = 10,
		.stored_size = 60,
		.sha256 = {1},
		.wrapped_key = SV("k")};
	struct sv left = SV("left"), pass = SV("exact"), kind = SV("1:1"), status = SV("confirmed"),
		  eur = SV("EUR"), minor = SV("100");
	const int32_t day = 20000;
	const int64_t one = 1, row = 7, amount = -100, part = -60;
	struct record_parts parts = {1, &w.dataset_no[0], &row, &amount, &part};
	struct job_stats stats = {1, &day, &left, &pass, &kind, &status, &eur, &one, &minor};
	struct job job = {.id = w.job, .project_id = w.project, .reconciliation_no = w.rec_no};
	struct commit c = {
		&task, &job, &object, &set, &parts, &stats, SV("{}"), NULL, NULL};

	assert_int_equal(0, record_set_add(&set, w.dataset_no[0], 1));
	assert_int_equal(0, record_set_add(&set, w.dataset_no[1], 2));
	return commit_done(db, &c, err);
}

static int decide(struct db *db, struct err *err)
{
	CLEANUP(record_set_free) struct record_set set = RECORD_SET_INIT;
	struct decision decision = {.id = uuid_new(),
		.kind = DECISION_CONFIRM,
		.job_id = w.job,
		.match_no = 1,
		.user_id = w.user};
	struct kept_answer answer = {.status = 201, .answer = SV("{}")};
	int64_t seq;

	assert_int_equal(0, record_set_add(&set, w.dataset_no[0], 100));
	STEP(store_decision_append(db, &w.rec, 0, &decision, &seq, err));
	STEP(store_record_take(db, w.rec_no, &set, err));
	STEP(store_answer_insert(db, &w.user, SV("key"), &answer, err));
	return audit(db, EVENT_DECISION_CREATE, &decision.id, err);
}

static int start_job(struct db *db, struct err *err)
{
	struct reconciliation rec = {.id = uuid_new(),
		.project_id = w.project,
		.name = SV("Next"),
		.left_sources = {&w.source[0], 1},
		.right_sources = {&w.source[1], 1}};
	struct ruleset_row ruleset;
	struct uuid job = uuid_new();
	const uint8_t hash[32] = {1};

	STEP(store_reconciliation_insert(db, &rec, &w.user, err));
	STEP(store_ruleset_insert(
		db, &w.project, &rec.id, SV("{}"), hash, &w.user, &arena, &ruleset, err));
	const struct job_new wanted = {.id = job,
		.project_id = w.project,
		.reconciliation_id = rec.id,
		.ruleset_version = ruleset.version,
		.created_by = w.user,
		.left = {&w.dataset[0], 1},
		.right = {&w.dataset[1], 1}};
	STEP(store_job_insert(db, &wanted, err));
	STEP(store_task_insert(db, TASK_MATCH, &job, &w.project, SV_NULL, err));
	return audit(db, EVENT_JOB_CREATE, &job, err);
}

/* --- cutting ---------------------------------------------------------------------------------- */

struct cut {
	int after; /* statements; 0: never */
	int seen;
};

/* Ends the connection's process on the server, and waits until it has gone. */
static void cut_here(void *arg, struct db *db, const char *statement, int code, int64_t us)
{
	struct cut *cut = arg;
	char sql[128];

	(void)statement;
	(void)us;
	if (code < 0 || ++cut->seen != cut->after)
		return;
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 5000)", db_backend_pid(db));
	pg_exec(&pg, sql);
}

static const struct {
	const char *name;
	const char *role;
	int (*run)(struct db *db, struct err *err);
	int statements;
	bool whole; /* run begins and commits itself */
} transactions[] = {
	{"a code becomes a session", "recon_auth", sign_in, 6, false},
	{"a project and its owner", "recon_api", create_project, 3, false},
	{"a mapping and the reading it allows", "recon_api", write_mapping, 5, false},
	{"an upload is announced", "recon_api", announce_upload, 4, false},
	{"the last part arrives", "recon_upload", receive_part, 6, false},
	{"a file becomes a dataset", "recon_intake", make_dataset, 4, false},
	{"a job starts", "recon_api", start_job, 11, false},
	{"a job finishes", "recon_matcher", finish_job, 7, true},
	{"a decision", "recon_data", decide, 4, false},
};

/* One run; whether it committed, and how many statements it had. */
static int run(size_t i, int after, int *ret_seen)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, transactions[i].role);
	struct cut cut = {.after = after};
	struct uuid projects[2] = {w.project, w.project};
	struct err err = {0};
	int code;

	projects[1].b[15] ^= 1; /* the one that create_project makes */
	assert_int_equal(0, db_scope(db, &w.user, projects, 2, &err));
	db_watch(db, cut_here, &cut);
	code = transactions[i].whole ? 0 : db_begin(db, &err);
	if (code == 0)
		code = transactions[i].run(db, &err);
	if (code == 0 && !transactions[i].whole)
		code = db_commit(db, &err);
	db_rollback(db);
	*ret_seen = cut.seen;
	if (code < 0 && code != E_UNAVAILABLE)
		fail_msg("%s, cut after %d: %s (%s)", transactions[i].name, after, err.detail,
			err_name(code));
	return code;
}

static void test_a_cut_leaves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(transactions); i++) {
		char *before = world_digest(&pg), *after;
		int seen;

		for (int k = 1; k <= transactions[i].statements; k++) {
			if (run(i, k, &seen) == 0)
				fail_msg("%s was not cut after %d", transactions[i].name, k);
			after = world_digest(&pg);
			if (strcmp(before, after) != 0)
				fail_msg("%s, cut after %d, left something", transactions[i].name,
					k);
			free(after);
		}
		if (run(i, 0, &seen) < 0)
			fail_msg("%s does not run", transactions[i].name);
		if (seen != transactions[i].statements)
			fail_msg("%s has %d statements", transactions[i].name, seen);
		after = world_digest(&pg);
		if (strcmp(before, after) == 0)
			fail_msg("%s changes nothing", transactions[i].name);
		free(before);
		free(after);
	}
}

/* What the transactions start from: a code, an open upload, a claimed task. */
static int start(void **state)
{
	const uint8_t code[32] = {9};
	const enum word match = TASK_MATCH;
	struct file file;

	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	CLEANUP(db_freep) struct db *operator= pg_db(&pg, "recon_operator");
	CLEANUP(db_freep) struct db *api = world_db(&pg, &w, "recon_api");
	CLEANUP(db_freep) struct db *matcher = pg_db(&pg, "recon_matcher");
	MUST(store_code_insert(operator, code, &w.user, CODE_PURPOSE_FIRST_SIGN_IN, 600, err));
	file = (struct file){.id = uuid_new(),
		.project_id = w.project,
		.source_id = w.source[0],
		.name = SV("part.csv"),
		.size = 10,
		.uploaded_by = w.user};
	MUST(store_file_insert(api, &file, err));
	upload = (struct upload){.id = random_id(),
		.project_id = w.project,
		.file_id = file.id,
		.user_id = w.user,
		.size = 10};
	MUST(store_upload_insert(api, &upload, 600, &arena, &upload, err));
	MUST(store_task_claim(matcher, &match, 1, SV("m"), 600, &arena, &task, err));
	MUST(store_job_start(matcher, &w.job, task.attempt, err));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_cut_leaves_nothing)};

	return cmocka_run_group_tests(tests, start, stop);
}
