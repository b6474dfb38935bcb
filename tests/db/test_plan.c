/*
 * Every named statement is EXPLAINed, as every role that may run it, with the generic plan that a
 * prepared statement gets, on a filled database; a sequential scan of a large table fails. So does
 * a statement that no role may run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "fixture.h"

static struct pg pg;
static struct world w;

/* n rows of each large table, in 200 projects of 100 users each with its own things. */
static const char *const fill[] = {
	"INSERT INTO app_user (id, email_sealed, email_index, display_name, status) "
	"SELECT md5('u' || i)::uuid, 'x', sha256(i::text::bytea), 'User ' || i, 'active' "
	"FROM generate_series(1, 20000) i",
	"INSERT INTO credential (user_id, password_hash) SELECT id, repeat('x', 32) FROM app_user",
	"INSERT INTO one_time_code (code_hash, user_id, purpose, expires_at) "
	"SELECT sha256(id::text::bytea), id, 'reset', now() FROM app_user",
	"INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at) "
	"SELECT md5('s' || i)::uuid, md5('u' || i)::uuid, now() + interval '1 h', "
	"now() + interval '1 d' FROM generate_series(1, 20000) i",
	"INSERT INTO refresh_token (token_hash, session_id, generation) "
	"SELECT sha256(id::text::bytea), id, 1 FROM session",
	"INSERT INTO project (id, name, time_zone, base_currency, storage_quota) "
	"SELECT md5('p' || i)::uuid, 'P' || i, 'UTC', 'EUR', 1 FROM generate_series(1, 2000) i",
	"INSERT INTO member (project_id, user_id, role) SELECT md5('p' || i % 2000 + 1)::uuid, "
	"md5('u' || i)::uuid, 'analyst' FROM generate_series(1, 20000) i",
	"INSERT INTO api_key (id, family, user_id, name, secret_hash, expires_at) "
	"SELECT md5('k' || i)::uuid, md5('k' || i)::uuid, md5('u' || i)::uuid, 'k', "
	"sha256(i::text::bytea), now() "
	"FROM generate_series(1, 20000) i",
	"INSERT INTO source (id, project_id, name, kind, time_zone) SELECT md5('o' || i)::uuid, "
	"md5('p' || i % 2000 + 1)::uuid, 'S' || i, 'bank', 'UTC' FROM generate_series(1, 10000) i",
	"INSERT INTO mapping (source_id, version, project_id, mapping) SELECT id, v, project_id, "
	"'{}' FROM source, generate_series(1, 3) v ON CONFLICT DO NOTHING",
	"INSERT INTO vault_object (id, project_id, kind, size, stored_size, sha256, wrapped_key) "
	"SELECT md5('v' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, 'file', 1, 1, "
	"sha256(i::text::bytea), 'x' FROM generate_series(1, 20000) i",
	"INSERT INTO file (id, project_id, source_id, name, size, state, sha256, object_id, "
	"uploaded_by) SELECT md5('f' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, "
	"md5('o' || (i - 1) % 10000 + 1)::uuid, 'f', 1, 'clean', sha256('x'), "
	"md5('v' || i)::uuid, md5('u1')::uuid FROM generate_series(1, 20000) i",
	"INSERT INTO upload (id, project_id, file_id, user_id, size, expires_at, state) "
	"SELECT md5('l' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, md5('f' || i)::uuid, "
	"md5('u1')::uuid, 1, now() + interval '1 h', CASE WHEN i % 100 = 0 THEN 'open' ELSE "
	"'ended' END FROM generate_series(1, 20000) i",
	"INSERT INTO upload_part (upload_id, no, project_id, start, size, object_id) "
	"SELECT md5('l' || i)::uuid, 0, md5('p' || i % 2000 + 1)::uuid, 0, 1, "
	"md5('v' || i)::uuid FROM generate_series(1, 20000) i",
	"INSERT INTO dataset (id, project_id, source_id, file_id, mapping_version, state, "
	"data_object) SELECT md5('d' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, "
	"md5('o' || (i - 1) % 10000 + 1)::uuid, md5('f' || i)::uuid, 1, 'ready', "
	"md5('v' || i)::uuid FROM generate_series(1, 20000) i",
	"INSERT INTO reconciliation (id, project_id, name) SELECT md5('r' || i)::uuid, "
	"md5('p' || i % 2000 + 1)::uuid, 'R' || i FROM generate_series(1, 5000) i",
	"INSERT INTO reconciliation_source (reconciliation_id, side, source_id, project_id) "
	"SELECT md5('r' || i)::uuid, 'left', md5('o' || i)::uuid, md5('p' || i % 2000 + 1)::uuid "
	"FROM generate_series(1, 5000) i",
	"INSERT INTO ruleset (reconciliation_id, version, project_id, ruleset, hash) "
	"SELECT id, v, project_id, '{}', sha256('x') FROM reconciliation, generate_series(1, 3) v",
	"INSERT INTO job (id, project_id, reconciliation_id, state, finished_at) "
	"SELECT md5('j' || i)::uuid, md5('p' || ((i - 1) % 5000 + 1) % 2000 + 1)::uuid, "
	"md5('r' || (i - 1) % 5000 + 1)::uuid, 'cancelled', now() FROM generate_series(1, 20000) i",
	"INSERT INTO job_input (job_id, side, dataset_id, project_id) SELECT id, 'left', "
	"(SELECT d.id FROM dataset d WHERE d.project_id = j.project_id LIMIT 1), project_id "
	"FROM job j ON CONFLICT DO NOTHING",
	"INSERT INTO job_stat (job_id, day, side, status, currency, project_id, n, minor) "
	"SELECT id, '2026-01-01', 'left', 'open', 'EUR', project_id, 1, 1 FROM job",
	"INSERT INTO decision (reconciliation_no, seq, id, project_id, kind, job_id, match_no, "
	"user_id) SELECT r.no, s, gen_random_uuid(), r.project_id, 'confirm', j.id, s, "
	"md5('u1')::uuid FROM reconciliation r JOIN LATERAL (SELECT id FROM job "
	"WHERE reconciliation_id = r.id LIMIT 1) j ON true, generate_series(1, 5) s",
	"INSERT INTO review_view (id, project_id, reconciliation_id, job_id, user_id, kind, spec, "
	"seq, total, expires_at) SELECT gen_random_uuid(), project_id, reconciliation_id, id, "
	"md5('u1')::uuid, 'matches', '{}', 0, 0, now() + interval '1 h' FROM job",
	"INSERT INTO dataset_page (reconciliation_no, dataset_no, page, project_id, taken) "
	"SELECT r.no, d.no, 0, r.project_id, 0::bit(4096) FROM reconciliation r "
	"JOIN dataset d USING (project_id) LIMIT 20000",
	"INSERT INTO allocation (reconciliation_no, dataset_no, row_no, project_id, amount, "
	"allocated) SELECT reconciliation_no, dataset_no, 1, project_id, 2, 1 FROM dataset_page",
	"INSERT INTO task (id, kind, subject, project_id, state, finished_at) SELECT "
	"md5('t' || i)::uuid, 'match', md5('j' || i)::uuid, md5('p1')::uuid, CASE WHEN i % 100 = 0 "
	"THEN 'waiting' ELSE 'done' END, CASE WHEN i % 100 > 0 THEN now() END "
	"FROM generate_series(1, 20000) i",
	"INSERT INTO mail (id, user_id, kind, state, expires_at, ended_at) SELECT "
	"md5('m' || i)::uuid, md5('u' || i)::uuid, 'reset', 'sent', now(), now() "
	"FROM generate_series(1, 20000) i",
	"INSERT INTO idempotency (user_id, key, request_hash, status, answer) "
	"SELECT id, 'k', sha256('x'), 200, '' FROM app_user",
	"INSERT INTO audit_outbox (id, actor_kind, action, outcome) SELECT gen_random_uuid(), "
	"'system', 'a.b', 'done' FROM generate_series(1, 20000) i",
	"INSERT INTO audit_log (seq, id, ts, actor_kind, actor_id, action, object_kind, outcome, "
	"prev_hash, hash) SELECT i, gen_random_uuid(), now(), 'user', md5('u' || i)::uuid, 'a.b', '', "
	"'done', sha256(i::text::bytea), sha256((i + 1)::text::bytea) FROM generate_series(1, 20000) i",
	"INSERT INTO audit_checkpoint (seq, hash, count, key, signature) SELECT seq, hash, seq, "
	"'12345678', repeat('x', 64)::bytea FROM audit_log",
	"INSERT INTO webhook (id, project_id, name, url, events, secret_sealed) SELECT "
	"md5('w' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, 'w', 'https://x', '{a.b}', 'x' "
	"FROM generate_series(1, 5000) i",
	"INSERT INTO delivery (id, webhook_id, project_id, event, body, state, ended_at) SELECT "
	"md5('y' || i)::uuid, md5('w' || (i - 1) % 5000 + 1)::uuid, "
	"md5('p' || ((i - 1) % 5000 + 1) % 2000 + 1)::uuid, 'a.b', '{}', 'delivered', now() "
	"FROM generate_series(1, 20000) i",
	"INSERT INTO delivery_try (delivery_id, no, project_id, ms) SELECT id, 1, project_id, 1 "
	"FROM delivery",
	"INSERT INTO reason_code (id, project_id, code, label) SELECT md5('c' || i)::uuid, "
	"md5('p' || i % 2000 + 1)::uuid, 'c' || i, 'c' FROM generate_series(1, 5000) i",
	"INSERT INTO exception (id, project_id, reconciliation_id, job_id, match_no, type, severity, "
	"due_on, minor, opened_on) SELECT md5('x' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, "
	"md5('r' || (i - 1) % 5000 + 1)::uuid, md5('j' || i)::uuid, 1, 'match', 'low', '2026-01-01', 1, "
	"'2026-01-01' FROM generate_series(1, 20000) i",
	"INSERT INTO exception_change (exception_id, version, project_id, changes) SELECT id, 1, "
	"project_id, '{}' FROM exception",
	"INSERT INTO exception_comment (id, exception_id, project_id, user_id, text) SELECT "
	"md5('z' || i)::uuid, md5('x' || i)::uuid, md5('p' || i % 2000 + 1)::uuid, md5('u1')::uuid, 't' "
	"FROM generate_series(1, 20000) i",
	"ANALYZE",
};

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	pg_exec(&pg, "SET session_replication_role = replica"); /* foreign keys are not the point */
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		pg_exec(&pg, fill[i]);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pg_stop(&pg);
	return 0;
}

static PGconn *connect_as(const char *role)
{
	char conninfo[256];
	PGconn *conn;

	snprintf(conninfo, sizeof(conninfo), "%s user=%s", pg.conninfo, role);
	conn = PQconnectdb(conninfo);
	assert_int_equal(CONNECTION_OK, PQstatus(conn));
	PQclear(PQexec(conn, "SET plan_cache_mode = force_generic_plan"));
	return conn;
}

/* "EXPLAIN EXECUTE name (NULL, NULL)" with as many NULLs as the statement has parameters. */
static void explain_text(enum sql id, struct buf *out)
{
	const char *types = db_statement_types(id);

	buf_reset(out);
	buf_printf(out, "EXPLAIN EXECUTE %s", db_statement_name(id));
	if (!types[0])
		return;
	buf_add_cstr(out, " (NULL");
	for (; *types; types++)
		if (*types == ',')
			buf_add_cstr(out, ", NULL");
	buf_add_char(out, ')');
}

static const char *sqlstate(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state ? state : "";
}

/* The plan's text, or false when the role may not run the statement. */
static bool explain(PGconn *conn, enum sql id, struct buf *out)
{
	CLEANUP(buf_free) struct buf sql = BUF_INIT;
	const char *types = db_statement_types(id);
	PGresult *result;
	bool allowed;

	buf_printf(&sql, "PREPARE %s%s%s%s AS %s", db_statement_name(id), types[0] ? "(" : "",
		types, types[0] ? ")" : "", db_statement_text(id));
	result = PQexec(conn, buf_cstr(&sql));
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", db_statement_name(id), PQresultErrorMessage(result));
	PQclear(result);
	explain_text(id, &sql);
	result = PQexec(conn, buf_cstr(&sql));
	allowed = PQresultStatus(result) == PGRES_TUPLES_OK;
	if (!allowed && strcmp(sqlstate(result), "42501") != 0)
		fail_msg("%s: %s", db_statement_name(id), PQresultErrorMessage(result));
	buf_reset(out);
	for (int i = 0; allowed && i < PQntuples(result); i++)
		buf_printf(out, "%s\n", PQgetvalue(result, i, 0));
	PQclear(result);
	return allowed;
}

/* The table of a sequential scan in the plan that has many rows, or "". */
static void find_scan(const char *plan, char *ret, size_t n)
{
	static const char mark[] = "Seq Scan on ";

	ret[0] = 0;
	for (const char *at = plan; (at = strstr(at, mark)); at++) {
		char table[64] = "", sql[256];

		sscanf(at + strlen(mark), "%63[a-z_]", table);
		snprintf(sql, sizeof(sql),
			"SELECT (reltuples > 1000)::int FROM pg_class WHERE relname = '%s' AND "
			"relnamespace = 'public'::regnamespace",
			table);
		if (pg_int(&pg, sql)) {
			snprintf(ret, n, "%s", table);
			return;
		}
	}
}

static const char *const roles[] = {"recon_auth", "recon_api", "recon_upload", "recon_data",
	"recon_intake", "recon_matcher", "recon_courier", "recon_auditor", "recon_operator"};

/* Only the owner writes schema_migration. */
static bool is_owners(enum sql id)
{
	return id == SQL_MIGRATION_INSERT || id == SQL_MIGRATION_DELETE;
}

static void test_every_statement_uses_indices(void **state)
{
	CLEANUP(buf_free) struct buf plan = BUF_INIT;
	bool allowed[SQL_COUNT] = {false};
	int bad = 0;

	(void)state;
	for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
		PGconn *conn = connect_as(roles[r]);

		for (int id = 0; id < SQL_COUNT; id++) {
			char table[64];

			if (!explain(conn, (enum sql)id, &plan))
				continue;
			allowed[id] = true;
			find_scan(buf_cstr(&plan), table, sizeof(table));
			if (!table[0])
				continue;
			bad++;
			print_error("%s as %s scans %s:\n%s\n", db_statement_name((enum sql)id),
				roles[r], table, buf_cstr(&plan));
		}
		PQfinish(conn);
	}
	for (int id = 0; id < SQL_COUNT; id++)
		if (!allowed[id] && !is_owners((enum sql)id)) {
			bad++;
			print_error("no role may run %s\n", db_statement_name((enum sql)id));
		}
	assert_int_equal(0, bad);
}

/* The check itself sees a scan when there is one. */
static void test_a_scan_would_be_seen(void **state)
{
	char table[64];
	char *plan;

	(void)state;
	plan = pg_text(&pg, "EXPLAIN SELECT * FROM job WHERE phase = 'x'");
	find_scan(plan, table, sizeof(table));
	assert_string_equal("job", table);
	free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_statement_uses_indices),
		cmocka_unit_test(test_a_scan_would_be_seen),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
