/*
 * Who sees what: people's pools without and with a scope, services, and what each role may not
 * touch. And how a connection behaves: scope per transaction, reconnecting, errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "store/store_file.h"
#include "store/store_platform.h"
#include "store/store_project.h"
#include "store/store_session.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_user.h"

static struct pg pg;
static struct world w;
static struct arena arena;

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

static size_t count_sources(struct db *db, const struct uuid *project)
{
	struct db_page page = {.limit = 100};
	struct source *sources;
	size_t n = 0;

	MUST(store_source_list(db, project, &page, &arena, &sources, &n, err));
	return n;
}

static void test_no_scope_sees_nothing(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_api");

	(void)state;
	assert_int_equal(0, count_sources(db, &w.project));
}

static void test_a_scope_sees_its_project_only(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct project project;
	struct source source;

	(void)state;
	assert_int_equal(2, count_sources(db, &w.project));
	MUST(db_scope(db, &w.other_user, &w.other_project, 1, err));
	assert_int_equal(0, count_sources(db, &w.project));
	MUST_GIVE(
		E_NOT_FOUND, store_source_get(db, &w.project, &w.source[0], &arena, &source, err));
	MUST_GIVE(E_NOT_FOUND,
		store_project_get(db, &w.project, &w.other_user, &arena, &project, err));
}

static void test_a_scope_ends_with_its_transaction(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");

	(void)state;
	MUST(db_begin(db, err));
	assert_int_equal(2, count_sources(db, &w.project));
	MUST(db_commit(db, err));
	db_scope_clear(db);
	assert_int_equal(0, count_sources(db, &w.project));
}

static void test_writing_outside_the_scope_is_refused(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct source source = {.id = uuid_new(),
		.project_id = w.other_project,
		.name = SV("Intruder"),
		.kind = SOURCE_KIND_BANK,
		.time_zone = SV("UTC")};
	struct audit audit = {.project_id = w.other_project,
		.actor_kind = ACTOR_USER,
		.event = EVENT_JOB_CREATE,
		.outcome = AUDIT_DONE};

	(void)state;
	MUST_GIVE(E_FORBIDDEN, store_source_insert(db, &source, &w.user, &arena, &source, err));
	MUST_GIVE(E_FORBIDDEN, store_audit_insert(db, &audit, err));
	audit.project_id = w.project;
	MUST(store_audit_insert(db, &audit, err));
}

static void test_memberships_need_only_the_person(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_api");
	struct membership membership, *list;
	size_t n;

	(void)state;
	MUST(db_scope(db, &w.user, NULL, 0, err));
	MUST(store_membership_get(db, &w.project, &w.user, &membership, err));
	assert_int_equal(ROLE_OWNER, membership.role);
	assert_int_equal(PROJECT_STATUS_ACTIVE, membership.status);
	MUST_GIVE(E_NOT_FOUND,
		store_membership_get(db, &w.other_project, &w.other_user, &membership, err));
	MUST(store_membership_list(db, &w.user, &arena, &list, &n, err));
	assert_int_equal(1, n);
}

static void test_services_see_all_projects(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_intake");
	struct file file;

	(void)state;
	MUST(store_file_by_id(db, &w.file[1], &arena, &file, err));
	assert_int_equal(FILE_STATE_CLEAN, file.state);
	assert_true(uuid_eq(&w.dataset[1], &file.dataset_id));
	assert_int_equal(7, file.sha256[0]);
}

/* A role that calls what it has no business with. */
static void test_grants_are_narrow(void **state)
{
	CLEANUP(db_freep) struct db *api = world_db(&pg, &w, "recon_api");
	CLEANUP(db_freep) struct db *upload = world_db(&pg, &w, "recon_upload");
	CLEANUP(db_freep) struct db *matcher = pg_db(&pg, "recon_matcher");
	struct user_sign_in sign_in;
	const uint8_t index[32] = "first";
	struct source source = {.id = uuid_new(),
		.project_id = w.project,
		.name = SV("x"),
		.kind = SOURCE_KIND_BANK,
		.time_zone = SV("UTC")};
	int64_t depth;
	const enum word scan = TASK_SCAN;

	(void)state;
	MUST_GIVE(E_FORBIDDEN, store_user_sign_in(api, index, &arena, &sign_in, err));
	MUST_GIVE(E_FORBIDDEN, store_source_insert(upload, &source, &w.user, &arena, &source, err));
	MUST_GIVE(E_FORBIDDEN, store_user_set_status(api, &w.user, USER_STATUS_DISABLED, err));
	MUST_GIVE(E_FORBIDDEN,
		store_task_insert(matcher, TASK_MATCH, &w.job, &w.project, SV_NULL, err));
	pg_exec(&pg, "INSERT INTO task (id, kind, subject, project_id) SELECT gen_random_uuid(), "
		     "'scan', gen_random_uuid(), id FROM project");
	MUST(store_task_depth(matcher, &scan, 1, &depth, err));
	assert_int_equal(0, depth); /* the matcher sees no scans */
}

static void test_a_lost_connection_comes_back(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");

	(void)state;
	assert_int_equal(2, count_sources(db, &w.project));
	pg_crash(&pg);
	assert_int_equal(2, count_sources(db, &w.project));
}

static void test_a_lost_connection_fails_the_transaction(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct db_page page = {.limit = 100};
	struct source *sources;
	size_t n;

	(void)state;
	MUST(db_begin(db, err));
	assert_int_equal(2, count_sources(db, &w.project));
	pg_crash(&pg);
	MUST_GIVE(
		E_UNAVAILABLE, store_source_list(db, &w.project, &page, &arena, &sources, &n, err));
	MUST_GIVE(E_INTERNAL, db_commit(db, err));
	assert_int_equal(2, count_sources(db, &w.project));
}

static void test_no_server_is_unavailable(void **state)
{
	struct db_options options = {.conninfo = "host=/nonexistent dbname=recon",
		.role = "recon_api",
		.program = "test"};
	CLEANUP(db_freep) struct db *db = NULL;
	struct membership membership;

	(void)state;
	MUST_GIVE(E_UNAVAILABLE, db_open(&options, &db, err));
	assert_null(db);
	MUST(db_open_lazy(&options, &db, err));
	MUST_GIVE(E_UNAVAILABLE, store_membership_get(db, &w.project, &w.user, &membership, err));
	db_rollback(db);
	options.conninfo = "no such thing";
	db_close(db);
	db = NULL;
	MUST_GIVE(E_CONFIG, db_open(&options, &db, err));
}

static void test_a_failed_statement_needs_a_rollback(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct source source = {.id = uuid_new(),
		.project_id = w.project,
		.name = SV("Bank"),
		.kind = SOURCE_KIND_BANK,
		.time_zone = SV("UTC")};

	(void)state;
	MUST(db_begin(db, err));
	MUST_GIVE(E_EXISTS, store_source_insert(db, &source, &w.user, &arena, &source, err));
	MUST_GIVE(
		E_UNAVAILABLE, store_source_get(db, &w.project, &source.id, &arena, &source, err));
	db_rollback(db);
	assert_false(db_in_transaction(db));
	source.name = SV("Third");
	source.id = uuid_new();
	MUST(db_begin(db, err));
	MUST(store_source_insert(db, &source, &w.user, &arena, &source, err));
	db_rollback(db);
	assert_int_equal(2, count_sources(db, &w.project));
}

static void test_pages_do_not_overlap(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct db_page page = {.limit = 1};
	struct source *sources;
	struct uuid first;
	size_t n;

	(void)state;
	MUST(store_source_list(db, &w.project, &page, &arena, &sources, &n, err));
	assert_int_equal(1, n);
	assert_true(page.more);
	first = sources[0].id;
	assert_true(uuid_eq(&w.source[1], &first)); /* the newest */
	page.before = page.next;
	MUST(store_source_list(db, &w.project, &page, &arena, &sources, &n, err));
	assert_int_equal(1, n);
	assert_false(page.more);
	assert_true(uuid_eq(&w.source[0], &sources[0].id));
}

/* Errors carry no values of rows: they may end up in a log or an answer. */
static void test_messages_hold_no_row_values(void **state)
{
	CLEANUP(db_freep) struct db *db = world_db(&pg, &w, "recon_api");
	struct source source = {.id = w.source[0],
		.project_id = w.project,
		.name = SV("Very private name"),
		.kind = SOURCE_KIND_BANK,
		.time_zone = SV("UTC"),
		.currency = SV("euro")};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		E_INVALID, store_source_insert(db, &source, &w.user, &arena, &source, &err));
	assert_null(strstr(err.detail, "private"));
	source.currency = SV_NULL;
	assert_int_equal(
		E_EXISTS, store_source_insert(db, &source, &w.user, &arena, &source, &err));
	assert_null(strstr(err.detail, "private"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_scope_sees_nothing),
		cmocka_unit_test(test_a_scope_sees_its_project_only),
		cmocka_unit_test(test_a_scope_ends_with_its_transaction),
		cmocka_unit_test(test_writing_outside_the_scope_is_refused),
		cmocka_unit_test(test_memberships_need_only_the_person),
		cmocka_unit_test(test_services_see_all_projects),
		cmocka_unit_test(test_grants_are_narrow),
		cmocka_unit_test(test_a_lost_connection_comes_back),
		cmocka_unit_test(test_a_lost_connection_fails_the_transaction),
		cmocka_unit_test(test_no_server_is_unavailable),
		cmocka_unit_test(test_a_failed_statement_needs_a_rollback),
		cmocka_unit_test(test_pages_do_not_overlap),
		cmocka_unit_test(test_messages_hold_no_row_values),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
