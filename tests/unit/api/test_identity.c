/*
 * Who asks: one-time codes, passwords, sessions, tokens, API keys, and the keys that sign.
 */
#include <string.h>
#include <unistd.h>

#include "api/tokens.h"
#include "site.h"

static void test_redeem(void **state)
{
	struct browser b = {.at = ""};
	struct code code;
	char body[256];

	(void)state;
	insert_code(&code);
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\",\"password\":\"anna@example.test\"}",
		code.text);
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_code(E_PASSWORD_WEAK);
	(void)snprintf(body, sizeof(body),
		"{\"code\":\"%s\",\"password\":\"" PASSWORD "\",\"display_name\":\"Anna\"}",
		code.text);
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_status(200);
	assert_true(b.at[0] != '\0' && strlen(b.rt) == CODE_TEXT_LEN && b.csrf[0] != '\0');
	call(&b, "GET", "/api/v1/me", NULL);
	assert_status(200);
	assert_non_null(strstr(buf_cstr(&answer.raw), "\"email\":\"" EMAIL "\""));
	assert_non_null(strstr(buf_cstr(&answer.raw), "\"display_name\":\"Anna\""));
	call(&b, "POST", "/api/v1/auth/redeem", body);
	assert_code(E_CODE_SPENT);
}

static void test_wrong_password(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"anna@example.test\",\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"nobody@example.test\",\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	sign_in();
}

static void test_backoff(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	for (int i = 0; i < 5; i++) {
		call(&b, "POST", "/api/v1/auth/sign-in",
			"{\"email\":\"anna@example.test\",\"password\":\"wrong\"}");
		assert_code(E_BAD_CREDENTIALS);
	}
	call(&b, "POST", "/api/v1/auth/sign-in",
		"{\"email\":\"anna@example.test\",\"password\":\"" PASSWORD "\"}");
	assert_code(E_LOCKED_OUT);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Retry-After: 1\r\n"));
	sleep(2);
	sign_in();
}

static void test_refresh(void **state)
{
	struct browser b = sign_in();
	struct browser tab = b;
	struct browser thief = b;

	(void)state;
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	assert_string_not_equal(b.rt, tab.rt);
	call(&tab, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	assert_string_equal(b.rt, tab.rt);
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_status(200);
	call(&thief, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_SESSION_ENDED);
	assert_string_equal(thief.rt, "");
	call(&b, "GET", "/api/v1/me", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_SESSION_ENDED);
	b = (struct browser){.at = ""};
	call(&b, "POST", "/api/v1/auth/refresh", NULL);
	assert_code(E_UNAUTHENTICATED);
}

static void test_sign_out(void **state)
{
	struct browser b = sign_in();
	struct browser copy = b;

	(void)state;
	call(&b, "POST", "/api/v1/auth/sign-out", NULL);
	assert_status(204);
	assert_string_equal(b.at, "");
	call(&copy, "GET", "/api/v1/projects", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "POST", "/api/v1/auth/sign-out", NULL);
	assert_status(204);
}

static void test_sessions(void **state)
{
	struct browser b = sign_in();
	struct browser other;
	const struct json_object *items = NULL;
	char uri[128];

	(void)state;
	usleep(2000); /* ids are in the order of milliseconds */
	other = sign_in();
	call(&other, "GET", "/api/v1/auth/sessions?limit=1", NULL);
	assert_status(200);
	assert_true(json_find(answer.body, "items", &items));
	assert_int_equal(json_count(items), 1);
	{
		const struct json_object *id = NULL;

		assert_true(json_find(json_at(items, 0), "id", &id));
		(void)snprintf(uri, sizeof(uri), "/api/v1/auth/sessions/%.*s",
			SV_ARG(json_as_text(id)));
	}
	assert_true(body_text("next_cursor").n > 0);
	call(&b, "DELETE", uri, NULL);
	assert_status(204);
	call(&other, "GET", "/api/v1/me", NULL);
	assert_code(E_SESSION_ENDED);
	call(&b, "DELETE", uri, NULL);
	assert_code(E_NOT_FOUND);
}

static void test_step_up(void **state)
{
	struct browser b = sign_in();

	(void)state;
	/* Five minutes later the token lives by its leeway only. */
	site.skew_us = INT64_C(1000000) * 315;
	call(&b, "POST", "/api/v1/auth/api-keys", "{\"name\":\"k\",\"expires_in_days\":1}");
	site.skew_us = 0;
	assert_code(E_STEP_UP);
	call(&b, "POST", "/api/v1/auth/step-up", "{\"password\":\"wrong\"}");
	assert_code(E_BAD_CREDENTIALS);
	call(&b, "POST", "/api/v1/auth/step-up", "{\"password\":\"" PASSWORD "\"}");
	assert_status(204);
	call(&b, "POST", "/api/v1/auth/api-keys", "{\"name\":\"k\",\"expires_in_days\":1}");
	assert_status(201);
}

static void test_expired_token(void **state)
{
	struct browser b = sign_in();

	(void)state;
	site.skew_us = INT64_C(1000000) * 331;
	call(&b, "GET", "/api/v1/me", NULL);
	site.skew_us = 0;
	assert_code(E_TOKEN_EXPIRED);
}

static void test_api_keys(void **state)
{
	struct browser b = sign_in();
	struct browser robot = {.at = ""};
	char secret[CODE_API_KEY_LEN + 1];
	char body[256];
	char id[UUID_TEXT_LEN + 1];
	char uri[128];
	const struct json_object *key = NULL;
	const struct json_object *key_id = NULL;

	(void)state;
	uuid_format(&site.world.project, id);
	(void)snprintf(body, sizeof(body),
		"{\"name\":\"reads\",\"scopes\":[\"read\",\"read\"],\"project\":\"%s\","
		"\"expires_in_days\":1}",
		id);
	call(&b, "POST", "/api/v1/auth/api-keys", body);
	assert_status(201);
	(void)snprintf(secret, sizeof(secret), "%.*s", SV_ARG(body_text("secret")));
	assert_true(json_find(answer.body, "api_key", &key) && json_find(key, "id", &key_id));
	(void)snprintf(
		uri, sizeof(uri), "/api/v1/auth/api-keys/%.*s", SV_ARG(json_as_text(key_id)));
	robot.bearer = secret;
	call(&robot, "GET", "/api/v1/me", NULL);
	assert_status(200);
	call(&robot, "GET", path("", NULL, ""), NULL);
	assert_status(200);
	call(&robot, "POST", path("/sources", NULL, ""),
		"{\"name\":\"x\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}");
	assert_code(E_FORBIDDEN);
	call(&robot, "POST", "/api/v1/projects",
		"{\"name\":\"x\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
	assert_code(E_FORBIDDEN);
	call(&b, "GET", "/api/v1/auth/api-keys", NULL);
	assert_status(200);
	call(&b, "DELETE", uri, NULL);
	assert_status(204);
	call(&robot, "GET", "/api/v1/me", NULL);
	assert_code(E_UNAUTHENTICATED);
	call(&b, "POST", "/api/v1/auth/api-keys",
		"{\"name\":\"x\",\"project\":\"0190a1b2-0000-7000-8000-0123456789ab\","
		"\"expires_in_days\":1}");
	assert_code(E_INVALID);
}

static void test_credentials_in_bad_form(void **state)
{
	struct browser b = sign_in();
	struct browser odd = {.extra = {"HTTP_AUTHORIZATION=Basic eDp5"}};

	(void)state;
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_code(E_UNAUTHENTICATED);
	odd = (struct browser){.bearer = "not.a.token"};
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_code(E_TOKEN_INVALID);
	b.extra[0] = "HTTP_AUTHORIZATION=Bearer x";
	call(&b, "GET", "/api/v1/me", NULL);
	assert_code(E_TWO_CREDENTIALS);
	b.extra[0] = NULL;
	odd = (struct browser){.bearer = b.at};
	call(&odd, "GET", "/api/v1/me", NULL);
	assert_status(200);
}

static void test_csrf(void **state)
{
	struct browser b = sign_in();
	static const char body[] = "{\"name\":\"x\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}";
	char kept = b.csrf[0];

	(void)state;
	b.csrf[0] = kept == 'A' ? 'B' : 'A';
	call(&b, "POST", "/api/v1/projects", body);
	assert_code(E_CSRF);
	b.csrf[0] = kept;
	b.extra[0] = "HTTP_SEC_FETCH_SITE=cross-site";
	call(&b, "POST", "/api/v1/projects", body);
	assert_code(E_CSRF);
	b.extra[0] = NULL;
	call(&b, "POST", "/api/v1/projects", body);
	assert_status(201);
	/* Both refusals left their rows. */
	assert_true(pg_int(&site.pg, "SELECT count(*) FROM audit_outbox WHERE outcome = 'refused' "
				     "AND action = 'project.create'") >= 2);
}

/* --- signing keys -------------------------------------------------------------------------------- */

static void age_keys(const char *state, int64_t seconds)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		"UPDATE signing_key SET changed_at = now() - interval '%lld s', "
		"created_at = now() - interval '%lld s' WHERE state = '%s'",
		(long long)seconds, (long long)seconds, state);
	pg_exec(&site.pg, sql);
}

static int64_t keys_in(const char *state)
{
	char sql[128];

	(void)snprintf(
		sql, sizeof(sql), "SELECT count(*) FROM signing_key WHERE state = '%s'", state);
	return pg_int(&site.pg, sql);
}

static void rotate(void)
{
	struct db *db CLEANUP(db_freep) = pg_db(&site.pg, "recon_auth");

	MUST(tokens_rotate(site.env[POOL_AUTH].tokens, db, err));
}

/* A key is published before it signs, verifies after it stopped signing, and no token is refused. */
static void test_rotation(void **state)
{
	int64_t gone = keys_in("gone");
	struct browser old = sign_in();
	struct browser b;

	(void)state;
	rotate();
	assert_int_equal(keys_in("active"), 1);
	assert_int_equal(keys_in("next"), 0);
	age_keys("active", TOKEN_ROTATE_SECONDS + 1);
	rotate();
	assert_int_equal(keys_in("next"), 1);
	rotate();
	assert_int_equal(keys_in("retiring"), 0);
	age_keys("next", TOKEN_PUBLISH_SECONDS + 1);
	rotate();
	assert_int_equal(keys_in("active"), 1);
	assert_int_equal(keys_in("retiring"), 1);
	b = sign_in();
	/* The api pool learns of the new key by itself. */
	sleep(1);
	call(&b, "GET", "/api/v1/projects", NULL);
	assert_status(200);
	call(&old, "GET", "/api/v1/projects", NULL);
	assert_status(200);
	age_keys("retiring", 100000);
	rotate();
	assert_int_equal(keys_in("gone"), gone + 1);
	assert_int_equal(keys_in("retiring"), 0);
	call(&b, "GET", "/api/v1/projects", NULL);
	assert_status(200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redeem),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_sign_out),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_step_up),
		cmocka_unit_test(test_expired_token),
		cmocka_unit_test(test_api_keys),
		cmocka_unit_test(test_credentials_in_bad_form),
		cmocka_unit_test(test_csrf),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_backoff),
	};

	return site_run("identity", tests, ARRAY_LEN(tests));
}
