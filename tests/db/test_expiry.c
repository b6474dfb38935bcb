/*
 * What `recon expire` deletes: exactly what ended long enough ago, all of it, and with a session its
 * refresh tokens. Each case makes rows by SQL, one still of use and others past their time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "fixture.h"
#include "store/store_expiry.h"

#define KEPT 3600 /* seconds */

static struct pg pg;
static struct world w;

/* $u, $p, $r, $d and $j stand for the world's ids; i for the row's number. */
static const struct {
	const char *label;
	enum expiry what;
	const char *table;
	const char *insert; /* %s: when it ended, as an expression of i */
} cases[] = {
	{"answers", EXPIRY_ANSWERS, "idempotency",
		"INSERT INTO idempotency (user_id, key, request_hash, status, answer, created_at) "
		"SELECT $u, 'k' || i, sha256('x'), 200, '', %s FROM generate_series(1, 1500) i"},
	{"codes", EXPIRY_CODES, "one_time_code",
		"INSERT INTO one_time_code (code_hash, user_id, purpose, expires_at) "
		"SELECT sha256(i::text::bytea), $u, 'reset', %s FROM generate_series(1, 1500) i"},
	{"idle sessions", EXPIRY_SESSIONS, "session",
		"INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at) SELECT "
		"gen_random_uuid(), $u, %s, now() + interval '1 d' FROM generate_series(1, 1500) i"},
	{"old sessions", EXPIRY_SESSIONS, "session",
		"INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at) SELECT "
		"gen_random_uuid(), $u, now() + interval '1 h', %s FROM generate_series(1, 1500) i"},
	{"revoked sessions", EXPIRY_SESSIONS, "session",
		"INSERT INTO session (id, user_id, idle_expires_at, absolute_expires_at, revoked_at, "
		"revoked_reason) SELECT gen_random_uuid(), $u, now() + interval '1 h', "
		"now() + interval '1 d', %s, 'user' FROM generate_series(1, 1500) i"},
	{"letters", EXPIRY_LETTERS, "mail",
		"INSERT INTO mail (id, kind, state, expires_at, ended_at) SELECT gen_random_uuid(), "
		"'reset', 'sent', now(), %s FROM generate_series(1, 1500) i"},
	{"views", EXPIRY_VIEWS, "review_view",
		"INSERT INTO review_view (id, project_id, reconciliation_id, job_id, user_id, kind, "
		"spec, seq, total, expires_at) SELECT gen_random_uuid(), $p, $r, $j, $u, 'matches', "
		"'{}', 0, 0, %s FROM generate_series(1, 1500) i"},
	{"previews", EXPIRY_PREVIEWS, "preview",
		"WITH person AS (INSERT INTO app_user (id, email_sealed, email_index, display_name) "
		"SELECT gen_random_uuid(), '', sha256(('p' || i)::bytea), 'P' || i FROM generate_series(1, 1500) i RETURNING id, substr(display_name, 2)::int i) "
		"INSERT INTO preview (id, dataset_id, project_id, created_by, mapping, expires_at) "
		"SELECT gen_random_uuid(), $d, $p, id, '{}', %s FROM person"},
	{"tasks", EXPIRY_TASKS, "task",
		"INSERT INTO task (id, kind, subject, project_id, state, finished_at) SELECT "
		"gen_random_uuid(), 'read', gen_random_uuid(), $p, 'done', %s "
		"FROM generate_series(1, 1500) i"},
};

static void put_id(struct buf *out, char name)
{
	const struct uuid *id = name == 'u'   ? &w.user
				: name == 'p' ? &w.project
				: name == 'r' ? &w.rec
				: name == 'd' ? &w.dataset[0]
					      : &w.job;
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	buf_printf(out, "'%s'::uuid", text);
}

/* Runs the insert; all rows but the first 20 ended before the time to keep them was over. */
static void insert(const char *sql)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	for (const char *c = sql; *c; c++) {
		if (*c == '$') {
			put_id(&text, *++c);
		} else if (*c == '%') {
			buf_printf(&text,
				"now() - make_interval(secs => CASE WHEN i <= 20 THEN %d ELSE %d END)",
				KEPT - 60, KEPT + 60);
			c++;
		} else {
			buf_add_char(&text, *c);
		}
	}
	pg_exec(&pg, buf_cstr(&text));
}

static int64_t count(const char *table)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return pg_int(&pg, sql);
}

static void test_what_ended_long_ago_goes(void **state)
{
	CLEANUP(db_freep) struct db *operator = pg_db(&pg, "recon_operator");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t before = count(cases[i].table), rows = -1;

		insert(cases[i].insert);
		MUST(store_expire(operator, cases[i].what, KEPT, &rows, err));
		if (rows != 1480 || count(cases[i].table) != before + 20)
			fail_msg("%s: %lld deleted", cases[i].label, (long long)rows);
		MUST(store_expire(operator, cases[i].what, KEPT, &rows, err));
		assert_int_equal(0, rows);
	}
}

static void test_tokens_go_with_their_session(void **state)
{
	CLEANUP(db_freep) struct db *operator = pg_db(&pg, "recon_operator");
	int64_t rows;

	(void)state;
	pg_exec(&pg, "INSERT INTO refresh_token (token_hash, session_id, generation) "
		     "SELECT sha256(id::text::bytea), id, 1 FROM session");
	assert_true(count("refresh_token") > 0);
	pg_exec(&pg, "UPDATE session SET absolute_expires_at = now() - interval '2 h'");
	MUST(store_expire(operator, EXPIRY_SESSIONS, KEPT, &rows, err));
	assert_int_equal(0, count("session"));
	assert_int_equal(0, count("refresh_token"));
}

/* What still waits or runs has no end, however old it is. */
static void test_live_tasks_stay(void **state)
{
	CLEANUP(db_freep) struct db *operator = pg_db(&pg, "recon_operator");
	int64_t live, rows;

	(void)state;
	pg_exec(&pg, "UPDATE task SET created_at = now() - interval '10 years'");
	live = pg_int(&pg, "SELECT count(*) FROM task WHERE finished_at IS NULL");
	assert_true(live > 0);
	MUST(store_expire(operator, EXPIRY_TASKS, 0, &rows, err));
	assert_int_equal(live, count("task"));
}

static void test_nobody_else_may(void **state)
{
	static const char *const roles[] = {"recon_api", "recon_intake", "recon_matcher"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		CLEANUP(db_freep) struct db *db = pg_db(&pg, roles[i]);
		int64_t rows;

		for (int what = 0; what < EXPIRY_COUNT; what++)
			MUST_GIVE(E_FORBIDDEN, store_expire(db, (enum expiry)what, 0, &rows, err));
	}
}

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pg_stop(&pg);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_ended_long_ago_goes),
		cmocka_unit_test(test_tokens_go_with_their_session),
		cmocka_unit_test(test_live_tasks_stay),
		cmocka_unit_test(test_nobody_else_may),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
