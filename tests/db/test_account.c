/*
 * Accounts: a code of the second factor is taken once however many try it, what counts for whom, and
 * who may see any of it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "store/store_mail.h"
#include "store/store_mfa.h"
#include "store/store_session.h"
#include "store/store_task.h"
#include "store/store_user.h"

#define THREADS 10
#define TRIES 100 /* of each thread */

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *auth;
static const uint8_t first_index[32] = "first", no_index[32] = "nobody's";

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	auth = pg_db(&pg, "recon_auth");
	MUST(store_credential_set(auth, &w.user, SV("$argon2id$v=19$m=47104$x"), err));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(auth);
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

/* --- once, however many try ------------------------------------------------------------------- */

struct race {
	int (*take)(struct db *db, struct err *err);
	atomic_int taken, refused, other;
};

static void *runner(void *arg)
{
	struct race *race = arg;
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_auth");

	for (int i = 0; i < TRIES; i++) {
		struct err err = {0};
		int rc = race->take(db, &err);

		atomic_fetch_add(rc == 0		 ? &race->taken
				 : rc == E_NOT_FOUND ? &race->refused
						     : &race->other,
			1);
	}
	return NULL;
}

static void run_race(struct race *race)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, runner, race), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic_load(&race->taken), 1);
	assert_int_equal(atomic_load(&race->refused), THREADS * TRIES - 1);
	assert_int_equal(atomic_load(&race->other), 0);
}

static int take_totp(struct db *db, struct err *err)
{
	return store_totp_use(db, &w.user, 1001, err);
}

static const uint8_t recovery_hash[32] = {9};

static int take_recovery(struct db *db, struct err *err)
{
	return store_recovery_spend(db, &w.user, recovery_hash, err);
}

static void test_a_code_is_taken_once(void **state)
{
	struct race totp = {.take = take_totp}, recovery = {.take = take_recovery};

	(void)state;
	MUST_GIVE(E_NOT_FOUND, store_totp_use(auth, &w.user, 1000, err));
	MUST_GIVE(E_NOT_FOUND, store_totp_enable(auth, &w.user, 1000, err));
	MUST(store_totp_begin(auth, &w.user, SV("sealed"), err));
	MUST_GIVE(E_NOT_FOUND, store_totp_use(auth, &w.user, 1001, err));
	MUST(store_totp_enable(auth, &w.user, 1000, err));
	MUST_GIVE(E_NOT_FOUND, store_totp_use(auth, &w.user, 1000, err));
	run_race(&totp);
	MUST_GIVE(E_NOT_FOUND, store_totp_use(auth, &w.user, 999, err));
	MUST(store_totp_use(auth, &w.user, 1002, err));
	MUST(store_recovery_insert(auth, &w.user, recovery_hash, err));
	MUST_GIVE(E_NOT_FOUND, store_recovery_spend(auth, &w.other_user, recovery_hash, err));
	run_race(&recovery);
}

static void test_a_second_factor_comes_and_goes(void **state)
{
	struct mfa mfa;

	(void)state;
	MUST(store_mfa_get(auth, &w.user, &arena, &mfa, err));
	assert_true(mfa.totp_sealed.p && !mfa.totp_pending_sealed.p && mfa.totp_at > 0);
	assert_false(mfa.required);
	MUST(store_recovery_insert(auth, &w.user, (const uint8_t[32]){1}, err));
	MUST(store_mfa_get(auth, &w.user, &arena, &mfa, err));
	assert_int_equal(mfa.codes_left, 1);
	MUST(store_totp_disable(auth, &w.user, err));
	MUST_GIVE(E_NOT_FOUND, store_totp_disable(auth, &w.user, err));
	MUST(store_mfa_get(auth, &w.user, &arena, &mfa, err));
	assert_true(!mfa.totp_sealed.p && mfa.totp_at == 0 && mfa.codes_left == 0);
	MUST_GIVE(E_NOT_FOUND, store_mfa_get(auth, &w.other_user, &arena, &mfa, err));
}

/* --- roles that demand one -------------------------------------------------------------------- */

static struct session new_session(const struct uuid *user)
{
	struct uuid id = uuid_new();
	struct session session = {0};

	MUST(store_session_insert(
		auth, &id, user, 600, 6000, SV_NULL, SV("x"), false, &arena, &session, err));
	return session;
}

static bool is_restricted(const struct session *session)
{
	CLEANUP(db_freep) struct db *api = pg_db(&pg, "recon_api");
	struct session_state now = {.live = false};

	MUST(store_session_state(api, &session->id, &now, err));
	assert_true(now.live);
	return now.restricted;
}

static void test_roles_demand_a_second_factor(void **state)
{
	static const struct {
		const char *roles;
		bool first, other;
	} cases[] = {
		{"[]", false, false},
		{"[\"auditor\"]", false, true},
		{"[\"owner\"]", true, true},
		{"[\"viewer\",\"administrator\"]", false, false},
	};
	struct session first = new_session(&w.user), other = new_session(&w.other_user);
	struct uuid *ids;
	size_t n;
	bool required;

	(void)state;
	pg_exec(&pg, "DELETE FROM platform_role");
	MUST(store_user_grant(auth, &w.other_user, "auditor", NULL, err));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char sql[256];

		snprintf(sql, sizeof(sql),
			"DELETE FROM setting; UPDATE session SET restricted = false; "
			"INSERT INTO setting (key, value) VALUES ('mfa_roles', '%s')",
			cases[i].roles);
		pg_exec(&pg, sql);
		MUST(store_mfa_required(auth, &w.user, &required, err));
		assert_int_equal(required, cases[i].first);
		MUST(store_mfa_required(auth, &w.other_user, &required, err));
		assert_int_equal(required, cases[i].other);
		MUST(store_session_restrict(auth, NULL, &arena, &ids, &n, err));
		assert_int_equal(n, cases[i].first + cases[i].other);
		assert_int_equal(is_restricted(&first), cases[i].first);
		assert_int_equal(is_restricted(&other), cases[i].other);
	}
	/* Who has one is free, and a session that proved it. */
	pg_exec(&pg, "UPDATE setting SET value = '[\"owner\"]'");
	MUST(store_totp_begin(auth, &w.user, SV("sealed"), err));
	MUST(store_totp_enable(auth, &w.user, 1, err));
	MUST(store_session_restrict(auth, NULL, &arena, &ids, &n, err));
	assert_int_equal(n, 1);
	assert_false(is_restricted(&first));
	MUST(store_session_free(auth, &other.id, err));
	assert_false(is_restricted(&other));
	pg_exec(&pg, "DELETE FROM setting");
}

static void test_administrators_are_counted(void **state)
{
	int64_t n = -1;

	(void)state;
	pg_exec(&pg, "DELETE FROM platform_role; UPDATE app_user SET status = 'active'");
	MUST(store_user_grant(auth, &w.user, "administrator", NULL, err));
	MUST(store_administrators_besides(auth, &w.user, &n, err));
	assert_int_equal(n, 0);
	MUST(store_administrators_besides(auth, &w.other_user, &n, err));
	assert_int_equal(n, 1);
	MUST(store_user_set_status(auth, &w.user, USER_STATUS_DISABLED, err));
	MUST(store_administrators_besides(auth, &w.other_user, &n, err));
	assert_int_equal(n, 0);
	MUST(store_user_set_status(auth, &w.user, USER_STATUS_ACTIVE, err));
	MUST(store_user_withdraw(auth, &w.user, "administrator", err));
	MUST(store_administrators_besides(auth, &w.other_user, &n, err));
	assert_int_equal(n, 0);
}

/* --- codes ------------------------------------------------------------------------------------ */

static void test_codes_for_an_address(void **state)
{
	bool made;
	struct uuid user;
	enum word purpose;

	(void)state;
	MUST(store_code_void(auth, &w.user, err));
	for (uint8_t i = 0; i < 4; i++) {
		const uint8_t hash[32] = {7, i};

		MUST(store_code_insert_for(auth, hash, first_index, CODE_PURPOSE_VERIFY, 60, 3,
			&made, err));
		assert_int_equal(made, i < 3);
	}
	MUST(store_code_insert_for(auth, (const uint8_t[32]){8}, no_index, CODE_PURPOSE_VERIFY, 60,
		3, &made, err));
	assert_false(made);
	MUST(store_code_spend(auth, (const uint8_t[32]){7, 0}, &user, &purpose, err));
	assert_true(uuid_eq(&user, &w.user) && purpose == CODE_PURPOSE_VERIFY);
	MUST(store_code_void(auth, &w.user, err));
	MUST_GIVE(E_CODE_SPENT,
		store_code_spend(auth, (const uint8_t[32]){7, 1}, &user, &purpose, err));
}

static void test_a_code_that_awaits_is_no_link(void **state)
{
	const uint8_t hash[32] = {5}, link[32] = {6};
	struct uuid user;
	enum word purpose;

	(void)state;
	MUST(store_code_insert(auth, hash, &w.user, CODE_PURPOSE_SECOND_FACTOR, 60, err));
	MUST(store_code_insert(auth, link, &w.user, CODE_PURPOSE_RESET, 60, err));
	MUST_GIVE(E_CODE_SPENT, store_code_spend(auth, hash, &user, &purpose, err));
	MUST_GIVE(E_CODE_SPENT, store_code_awaited(auth, link, &user, err));
	MUST_GIVE(E_CODE_SPENT, store_code_spend_awaited(auth, link, err));
	MUST(store_code_awaited(auth, hash, &user, err));
	assert_true(uuid_eq(&user, &w.user));
	MUST(store_code_spend_awaited(auth, hash, err));
	MUST_GIVE(E_CODE_SPENT, store_code_spend_awaited(auth, hash, err));
	MUST_GIVE(E_CODE_SPENT, store_code_awaited(auth, hash, &user, err));
}

/* --- letters ---------------------------------------------------------------------------------- */

static void test_a_letters_life(void **state)
{
	CLEANUP(db_freep) struct db *courier = pg_db(&pg, "recon_courier");
	static const struct uuid none;
	struct uuid id = uuid_new();
	const enum word kind = TASK_MAIL;
	struct task task;
	struct mail mail;

	(void)state;
	MUST(store_mail_insert(auth, &id, &w.user, MAIL_KIND_RESET, SV("sealed"), 60, err));
	MUST(store_task_insert(auth, TASK_MAIL, &id, &none, SV("r-1"), err));
	MUST(store_task_claim(courier, &kind, 1, SV("c"), 60, &arena, &task, err));
	assert_true(uuid_eq(&task.subject, &id) && uuid_is_nil(&task.project_id));
	MUST(store_mail_try(courier, &id, &arena, &mail, err));
	assert_int_equal(mail.tries, 1);
	assert_true(sv_eq_cstr(mail.sealed, "sealed") && !mail.late);
	MUST(store_mail_failed_once(courier, &id, SV("unavailable"), err));
	MUST(store_task_postpone(courier, &task, 5, err));
	pg_exec(&pg, "UPDATE mail SET expires_at = now()");
	MUST(store_mail_try(courier, &id, &arena, &mail, err));
	assert_true(mail.tries == 2 && mail.late);
	MUST(store_mail_end(courier, &id, MAIL_STATE_EXPIRED, SV("timeout"), err));
	MUST_GIVE(E_NOT_FOUND, store_mail_end(courier, &id, MAIL_STATE_SENT, SV_NULL, err));
	MUST_GIVE(E_NOT_FOUND, store_mail_try(courier, &id, &arena, &mail, err));
	assert_int_equal(pg_int(&pg, "SELECT count(*) FROM mail WHERE sealed IS NOT NULL"), 0);
}

static void test_grants(void **state)
{
	CLEANUP(db_freep) struct db *api = world_db(&pg, &w, "recon_api");
	CLEANUP(db_freep) struct db *courier = pg_db(&pg, "recon_courier");
	static const struct uuid none;
	struct uuid id = uuid_new();
	struct account account;
	struct user user;
	struct mail mail;
	struct mfa mfa;

	(void)state;
	MUST_GIVE(E_FORBIDDEN, store_mfa_get(api, &w.user, &arena, &mfa, err));
	MUST_GIVE(E_FORBIDDEN, store_totp_use(api, &w.user, 9999, err));
	MUST_GIVE(E_FORBIDDEN, store_recovery_clear(api, &w.user, err));
	MUST_GIVE(E_FORBIDDEN, store_account_get(api, &w.user, &arena, &account, err));
	MUST_GIVE(E_FORBIDDEN, store_user_grant(api, &w.user, "administrator", NULL, err));
	MUST_GIVE(E_FORBIDDEN,
		store_mail_insert(api, &id, &none, MAIL_KIND_RESET, SV("x"), 60, err));
	MUST_GIVE(E_FORBIDDEN, store_mail_try(auth, &id, &arena, &mail, err));
	MUST_GIVE(E_FORBIDDEN, store_user_by_id(courier, &w.user, &arena, &user, err));
	MUST_GIVE(E_FORBIDDEN, store_task_insert(auth, TASK_SCAN, &id, &w.project, SV_NULL, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_code_is_taken_once),
		cmocka_unit_test(test_a_second_factor_comes_and_goes),
		cmocka_unit_test(test_roles_demand_a_second_factor),
		cmocka_unit_test(test_administrators_are_counted),
		cmocka_unit_test(test_codes_for_an_address),
		cmocka_unit_test(test_a_code_that_awaits_is_no_link),
		cmocka_unit_test(test_a_letters_life),
		cmocka_unit_test(test_grants),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
