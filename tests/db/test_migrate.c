/*
 * The schema: up, down to zero and up again; files that were changed; a migration that fails; and
 * what every table and role must be like.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "pg.h"
#include "store/migrate.h"

static struct pg pg;

static int start(void **state)
{
	(void)state;
	pg_start(&pg);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pg_stop(&pg);
	return 0;
}

static void up(const char *dir, int expected)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct err err = {0};
	int code = migrate_up(db, dir, 0, NULL, NULL, &err);

	if (code != expected)
		fail_msg("up: %s (%s)", err.detail, err_name(code));
}

static void down(int32_t target)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct err err = {0};

	if (migrate_down(db, pg_migrations(), target, NULL, NULL, &err) < 0)
		fail_msg("down: %s", err.detail);
}

/* Everything that a schema consists of, as one text. */
#define SCHEMA                                                                                     \
	"SELECT string_agg(x, chr(10) ORDER BY x) FROM ("                                          \
	"SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || is_nullable " \
	"AS x FROM information_schema.columns WHERE table_schema = 'public' "                      \
	"UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' "       \
	"UNION ALL SELECT 'policy ' || tablename || policyname || roles::text || coalesce(qual, "  \
	"'') "                                                                                     \
	"FROM pg_policies UNION ALL SELECT 'constraint ' || conrelid::regclass || "                \
	"pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = "                       \
	"'public'::regnamespace "                                                                  \
	"UNION ALL SELECT 'grant ' || relname || coalesce(relacl::text, '') FROM pg_class "        \
	"WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') "                   \
	"UNION ALL SELECT 'grant ' || attrelid::regclass || attname || attacl::text "              \
	"FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid > 16384 "                         \
	"UNION ALL SELECT 'function ' || proname || proacl::text || prosrc FROM pg_proc "          \
	"WHERE pronamespace = 'public'::regnamespace) s"

static void test_up_down_up(void **state)
{
	char *first, *second;

	(void)state;
	up(pg_migrations(), 0);
	first = pg_text(&pg, SCHEMA);
	assert_true(strlen(first) > 10000);
	down(0);
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v') "
					"AND relnamespace = 'public'::regnamespace"));
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM pg_proc "
					"WHERE pronamespace = 'public'::regnamespace"));
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM schema_migration"));
	up(pg_migrations(), 0);
	second = pg_text(&pg, SCHEMA);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void test_up_twice_changes_nothing(void **state)
{
	char *before =
		pg_text(&pg, "SELECT max(applied_at)::text || count(*) FROM schema_migration");
	char *after;

	(void)state;
	up(pg_migrations(), 0);
	after = pg_text(&pg, "SELECT max(applied_at)::text || count(*) FROM schema_migration");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_down_stops_at_the_target(void **state)
{
	(void)state;
	down(9);
	assert_int_equal(9, pg_int(&pg, "SELECT max(version) FROM schema_migration"));
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM pg_class WHERE relname = 'task'"));
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM pg_class WHERE relname = 'setting'"));
	up(pg_migrations(), 0);
}

/* A copy of the folder with one more or one changed file. */
static void copy_folder(char dir[64], const char *name, const char *text)
{
	char command[1024], path[256];
	FILE *f;

	snprintf(dir, 64, "/tmp/recon-mig-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command), "/bin/cp %s/*.sql %s/", pg_migrations(), dir);
	assert_int_equal(0, system(command));
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "a");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(0, fclose(f));
}

static void remove_folder(const char *dir)
{
	char command[256];

	snprintf(command, sizeof(command), "/bin/rm -rf %s", dir);
	assert_int_equal(0, system(command));
}

static void test_a_changed_file_is_refused(void **state)
{
	char dir[64];

	(void)state;
	copy_folder(dir, "0003_project.down.sql", "-- later thoughts\n");
	up(dir, E_CONFLICT);
	remove_folder(dir);
}

static void test_a_lone_file_is_refused(void **state)
{
	char dir[64];

	(void)state;
	copy_folder(dir, "0900_lone.up.sql", "CREATE TABLE lone (id int);\n");
	up(dir, E_INVALID);
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM pg_class WHERE relname = 'lone'"));
	remove_folder(dir);
}

static void test_a_failing_migration_leaves_nothing(void **state)
{
	char dir[64], path[128];
	FILE *f;

	(void)state;
	copy_folder(dir, "0900_bad.up.sql", "CREATE TABLE half (id int); SELECT 1 / 0;\n");
	snprintf(path, sizeof(path), "%s/0900_bad.down.sql", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("DROP TABLE half;\n", f);
	fclose(f);
	up(dir, E_INVALID);
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM pg_class WHERE relname = 'half'"));
	assert_int_equal(
		0, pg_int(&pg, "SELECT count(*) FROM schema_migration WHERE version = 900"));
	remove_folder(dir);
}

static void test_two_runs_at_once_are_kept_apart(void **state)
{
	(void)state;
	pg_exec(&pg, "SELECT pg_advisory_lock(378001)");
	up(pg_migrations(), E_CONFLICT);
	pg_exec(&pg, "SELECT pg_advisory_unlock(378001)");
	up(pg_migrations(), 0);
}

/* Each query lists offenders; there must be none. */
static const struct {
	const char *rule;
	const char *offenders;
} catalogue[] = {
	{"every table has row-level security enabled",
		"SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind IN ('r', 'p') "
		"AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"},
	{"no table forces it on its owner",
		"SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind IN ('r', 'p') "
		"AND relnamespace = 'public'::regnamespace AND relforcerowsecurity"},
	{"every table has a policy",
		"SELECT string_agg(relname, ' ') FROM pg_class c WHERE relkind IN ('r', 'p') "
		"AND relnamespace = 'public'::regnamespace "
		"AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)"},
	{"recon_owner owns everything",
		"SELECT string_agg(relname, ' ') FROM pg_class WHERE "
		"relnamespace = 'public'::regnamespace AND relowner <> 'recon_owner'::regrole"},
	{"no service role owns, may bypass, or is a superuser",
		"SELECT string_agg(rolname, ' ') FROM pg_roles r WHERE rolname ~ '^recon_' AND "
		"(rolbypassrls OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR "
		"(rolname <> 'recon_owner' AND EXISTS (SELECT FROM pg_class c "
		"WHERE c.relowner = r.oid)))"},
	{"the owner cannot log in",
		"SELECT rolname FROM pg_roles WHERE rolname = 'recon_owner' AND rolcanlogin"},
	{"only the operator may become the owner",
		"SELECT string_agg(member::regrole::text, ' ') FROM pg_auth_members "
		"WHERE roleid = 'recon_owner'::regrole AND member <> 'recon_operator'::regrole"},
	{"people's pools have no policy without a condition on tables of a project",
		"SELECT string_agg(tablename || '.' || policyname, ' ') FROM pg_policies p "
		"WHERE roles && '{recon_api,recon_upload,recon_data}'::name[] AND qual = 'true' "
		"AND EXISTS (SELECT FROM information_schema.columns c WHERE "
		"c.table_schema = 'public' AND c.table_name = p.tablename "
		"AND c.column_name = 'project_id')"},
	{"a role with a grant on a table has a policy there",
		"SELECT string_agg(DISTINCT g.grantee || ' on ' || g.table_name, ', ') "
		"FROM information_schema.role_table_grants g JOIN pg_class c ON c.relname = "
		"g.table_name AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
		"WHERE g.grantee ~ '^recon_' AND g.grantee <> 'recon_owner' AND NOT EXISTS "
		"(SELECT FROM pg_policies p WHERE p.tablename = g.table_name "
		"AND (g.grantee = ANY (p.roles) OR 'public' = ANY (p.roles)))"},
	{"only recon_auth reads credentials, refresh tokens and private keys",
		"SELECT string_agg(DISTINCT r.rolname || ' ' || t, ', ') FROM pg_roles r, "
		"unnest('{credential,refresh_token,signing_key}'::text[]) t "
		"WHERE r.rolname ~ '^recon_' AND r.rolname NOT IN ('recon_owner', 'recon_auth') "
		"AND has_any_column_privilege(r.oid, t, 'SELECT,INSERT,UPDATE')"},
	{"nobody may change or delete the audit log",
		"SELECT string_agg(r.rolname, ', ') FROM pg_roles r WHERE r.rolname ~ '^recon_' "
		"AND r.rolname <> 'recon_owner' AND (has_any_column_privilege(r.oid, 'audit_log', "
		"'UPDATE') OR has_table_privilege(r.oid, 'audit_log', 'DELETE,TRUNCATE'))"},
	{"only the auditor reads the outbox",
		"SELECT string_agg(r.rolname, ', ') FROM pg_roles r WHERE r.rolname ~ '^recon_' "
		"AND r.rolname NOT IN ('recon_owner', 'recon_auditor') "
		"AND has_any_column_privilege(r.oid, 'audit_outbox', 'SELECT,UPDATE')"},
	{"bits of records change through functions only",
		"SELECT string_agg(r.rolname, ', ') FROM pg_roles r WHERE r.rolname ~ '^recon_' "
		"AND r.rolname <> 'recon_owner' AND (has_any_column_privilege(r.oid, "
		"'dataset_page', 'INSERT,UPDATE') OR has_table_privilege(r.oid, 'dataset_page', "
		"'DELETE') OR has_any_column_privilege(r.oid, 'decision', 'INSERT,UPDATE'))"},
	{"functions that act as the owner fix their search path",
		"SELECT string_agg(proname, ' ') FROM pg_proc WHERE prosecdef "
		"AND pronamespace = 'public'::regnamespace AND (proconfig IS NULL OR "
		"NOT proconfig::text ~ 'search_path=public, pg_temp')"},
	{"nobody but the owner creates objects",
		"SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname ~ '^recon_' "
		"AND rolname <> 'recon_owner' AND has_schema_privilege(oid, 'public', 'CREATE')"},
	{"foreign keys are served by an index",
		"SELECT string_agg(conrelid::regclass || '(' || conname || ')', ' ') "
		"FROM pg_constraint f JOIN pg_class t ON t.oid = f.confrelid "
		"WHERE f.contype = 'f' AND t.relname IN ('session', 'file', 'upload', "
		"'vault_object', "
		"'dataset', 'job') AND NOT EXISTS (SELECT FROM pg_index i "
		"WHERE i.indrelid = f.conrelid AND f.conkey[1] = i.indkey[0])"},
};

static void test_catalogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(catalogue); i++) {
		char *offenders = pg_text(&pg, catalogue[i].offenders);

		if (offenders[0])
			fail_msg("%s: not so for %s", catalogue[i].rule, offenders);
		free(offenders);
	}
}

/* The indices that lists and look-ups rely on, by their first columns. */
static const struct {
	const char *index;
	const char *columns;
} named[] = {
	{"app_user_email", "(email_index)"},
	{"member_user_status", "(user_id, project_status, project_id)"},
	{"job_project_state_created", "(project_id, state, id)"},
	{"job_project_created", "(project_id, id)"},
	{"file_project_created", "(project_id, id)"},
	{"dataset_project_created", "(project_id, id)"},
	{"source_project_created", "(project_id, id)"},
	{"reconciliation_project_created", "(project_id, id)"},
	{"session_user_created", "(user_id, id)"},
	{"api_key_user", "(user_id, id)"},
	{"task_due", "(kind, lease_until)"},
};

static void test_named_indices(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		char sql[256];
		char *def;

		snprintf(sql, sizeof(sql), "SELECT indexdef FROM pg_indexes WHERE indexname = '%s'",
			named[i].index);
		def = pg_text(&pg, sql);
		if (!strstr(def, named[i].columns))
			fail_msg("%s is \"%s\", not on %s", named[i].index, def, named[i].columns);
		free(def);
	}
}

/* Which column holds words of which set. */
static const struct {
	const char *table, *column, *set;
} worded[] = {
	{"app_user", "status", "USER_STATUS"},
	{"one_time_code", "purpose", "CODE_PURPOSE"},
	{"session", "revoked_reason", "REVOKED"},
	{"signing_key", "state", "KEY_STATE"},
	{"project", "status", "PROJECT_STATUS"},
	{"reconciliation", "status", "PROJECT_STATUS"},
	{"source", "kind", "SOURCE_KIND"},
	{"file", "state", "FILE_STATE"},
	{"upload", "state", "UPLOAD_STATE"},
	{"vault_object", "kind", "OBJECT_KIND"},
	{"dataset", "state", "DATASET_STATE"},
	{"job_input", "side", "SIDE"},
	{"job", "state", "JOB_STATE"},
	{"decision", "kind", "DECISION"},
	{"review_view", "kind", "VIEW_KIND"},
	{"mail", "kind", "MAIL_KIND"},
	{"mail", "state", "MAIL_STATE"},
	{"webhook", "status", "WEBHOOK_STATUS"},
	{"exception", "state", "EXCEPTION_STATE"},
	{"exception", "severity", "SEVERITY"},
	{"reason_code", "status", "REASON_STATUS"},
	{"delivery", "state", "DELIVERY_STATE"},
	{"task", "kind", "TASK"},
	{"task", "state", "TASK_STATE"},
	{"audit_outbox", "actor_kind", "ACTOR"},
	{"audit_outbox", "outcome", "AUDIT"},
};

/* The words of a set as PostgreSQL prints a CHECK's array. */
static void words_of(const char *set, char *out, size_t n)
{
	size_t at = 0;

	for (int w = WORD_NONE + 1; w < WORD_COUNT; w++)
		if (strcmp(word_set((enum word)w), set) == 0)
			at += (size_t)snprintf(out + at, n - at, "%s'%s'::text", at ? ", " : "",
				word_text((enum word)w));
}

static void test_words_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(worded); i++) {
		char sql[512], words[512] = "";
		char *def;

		words_of(worded[i].set, words, sizeof(words));
		snprintf(sql, sizeof(sql),
			"SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint "
			"WHERE conrelid = '%s'::regclass AND conname = '%s_%s_check'",
			worded[i].table, worded[i].table, worded[i].column);
		def = pg_text(&pg, sql);
		snprintf(sql, sizeof(sql), "ARRAY[%s]", words);
		if (!strstr(def, sql))
			fail_msg("%s.%s has %s, the code %s", worded[i].table, worded[i].column,
				def, words);
		free(def);
	}
}

static void test_roles_agree(void **state)
{
	char *def;

	(void)state;
	def = pg_text(&pg, "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
			   "WHERE conname = 'member_role_check'");
	for (int r = ROLE_NONE + 1; r < ROLE_COUNT; r++)
		assert_non_null(strstr(def, role_word((enum role)r)));
	free(def);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_down_up),
		cmocka_unit_test(test_up_twice_changes_nothing),
		cmocka_unit_test(test_down_stops_at_the_target),
		cmocka_unit_test(test_a_changed_file_is_refused),
		cmocka_unit_test(test_a_lone_file_is_refused),
		cmocka_unit_test(test_a_failing_migration_leaves_nothing),
		cmocka_unit_test(test_two_runs_at_once_are_kept_apart),
		cmocka_unit_test(test_catalogue),
		cmocka_unit_test(test_named_indices),
		cmocka_unit_test(test_words_agree),
		cmocka_unit_test(test_roles_agree),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
