/*
 * Permissions: the matrix of roles written out again by hand, and who is asked what.
 */
#include "domain/perm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* v viewer, u uploader, a analyst, p approver, o owner. */
static const struct {
	enum perm perm;
	const char *roles;
} matrix[] = {
	{PERM_PROJECT_READ, "vuapo"},
	{PERM_PROJECT_UPDATE, "o"},
	{PERM_PROJECT_AUDIT, "o"},
	{PERM_WEBHOOK_MANAGE, "o"},
	{PERM_EXCEPTION_READ, "vapo"},
	{PERM_EXCEPTION_WRITE, "apo"},
	{PERM_EXCEPTION_SET, "po"},
	{PERM_MEMBER_READ, "vapo"},
	{PERM_SOURCE_READ, "vuapo"},
	{PERM_SOURCE_WRITE, "ao"},
	{PERM_MAPPING_READ, "vapo"},
	{PERM_MAPPING_WRITE, "ao"},
	{PERM_FILE_READ, "vuapo"},
	{PERM_FILE_UPLOAD, "uao"},
	{PERM_DATASET_READ, "vapo"},
	{PERM_DATASET_WRITE, "ao"},
	{PERM_RECONCILIATION_READ, "vapo"},
	{PERM_RECONCILIATION_WRITE, "ao"},
	{PERM_RULESET_WRITE, "ao"},
	{PERM_JOB_READ, "vapo"},
	{PERM_JOB_RUN, "ao"},
	{PERM_MATCH_READ, "vapo"},
	{PERM_DECISION_READ, "vapo"},
	{PERM_DECISION_WRITE, "apo"},
};

static const struct {
	char letter;
	enum role role;
	const char *word;
} roles[] = {
	{'v', ROLE_VIEWER, "viewer"},
	{'u', ROLE_UPLOADER, "uploader"},
	{'a', ROLE_ANALYST, "analyst"},
	{'p', ROLE_APPROVER, "approver"},
	{'o', ROLE_OWNER, "owner"},
};

static const struct perm_actor person = {.signed_in = true};

static void test_role_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(matrix); i++) {
		enum perm p = matrix[i].perm;

		assert_int_equal(perm_scope(p), PERM_SCOPE_PROJECT);
		assert_false(perm_allows(p, &person, ROLE_NONE));
		for (size_t r = 0; r < ARRAY_LEN(roles); r++) {
			bool want = strchr(matrix[i].roles, roles[r].letter) != NULL;

			if (perm_allows(p, &person, roles[r].role) != want)
				fail_msg("%s for %s", perm_word(p), roles[r].word);
		}
	}
}

static void test_platform_permissions_ask_the_platforms_role(void **state)
{
	static const struct {
		enum perm perm;
		unsigned platform;
		unsigned key;
	} cases[] = {{PERM_PLATFORM_MANAGE, PLATFORM_ADMINISTRATOR, KEY_SCOPE_NONE},
		{PERM_AUDIT_READ, PLATFORM_ADMINISTRATOR | PLATFORM_AUDITOR, KEY_SCOPE_READ}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (unsigned platform = 0; platform < 4; platform++) {
			struct perm_actor actor = {.signed_in = true, .platform = platform};
			bool want = (platform & cases[i].platform) != 0;

			assert_true(perm_is_platform(cases[i].perm));
			assert_int_equal(perm_allows(cases[i].perm, &actor, ROLE_OWNER), want);
			actor.is_key = true;
			actor.key_scopes = KEY_SCOPE_ALL & ~cases[i].key;
			assert_false(perm_allows(cases[i].perm, &actor, ROLE_OWNER));
			actor.key_scopes = cases[i].key;
			want = want && cases[i].key != KEY_SCOPE_NONE;
			assert_int_equal(perm_allows(cases[i].perm, &actor, ROLE_OWNER), want);
		}
	}
	assert_false(perm_is_platform(PERM_SELF));
	assert_false(perm_is_platform(PERM_PROJECT_READ));
}

static void test_every_project_permission_is_in_the_matrix(void **state)
{
	(void)state;
	for (int p = PERM_UNSET + 1; p < PERM_COUNT; p++) {
		bool found = perm_scope((enum perm)p) != PERM_SCOPE_PROJECT;

		for (size_t i = 0; i < ARRAY_LEN(matrix); i++)
			found = found || matrix[i].perm == (enum perm)p;
		if (!found)
			fail_msg("%s has no expectation", perm_word((enum perm)p));
		assert_true(strlen(perm_text((enum perm)p)) > 0);
	}
}

static void test_anonymous(void **state)
{
	struct perm_actor nobody = {.signed_in = false};

	(void)state;
	for (int p = PERM_UNSET; p <= PERM_COUNT; p++)
		assert_int_equal(perm_allows((enum perm)p, &nobody, ROLE_OWNER), p == PERM_PUBLIC);
}

static void test_unset_is_refused_to_everybody(void **state)
{
	struct perm_actor all = {.signed_in = true};

	(void)state;
	assert_false(perm_allows(PERM_UNSET, &all, ROLE_OWNER));
	assert_false(perm_allows(PERM_COUNT, &all, ROLE_OWNER));
}

static const struct {
	const char *label;
	enum perm perm;
	unsigned scopes;
	enum role role;
	bool want;
} key_cases[] = {
	{"reads with read", PERM_FILE_READ, KEY_SCOPE_READ, ROLE_VIEWER, true},
	{"does not upload with read", PERM_FILE_UPLOAD, KEY_SCOPE_READ, ROLE_OWNER, false},
	{"uploads with upload", PERM_FILE_UPLOAD, KEY_SCOPE_UPLOAD, ROLE_UPLOADER, true},
	{"its role still counts", PERM_FILE_UPLOAD, KEY_SCOPE_ALL, ROLE_VIEWER, false},
	{"runs with run", PERM_JOB_RUN, KEY_SCOPE_RUN, ROLE_ANALYST, true},
	{"decides with decide", PERM_DECISION_WRITE, KEY_SCOPE_DECIDE, ROLE_APPROVER, true},
	{"manages with manage", PERM_SOURCE_WRITE, KEY_SCOPE_MANAGE, ROLE_ANALYST, true},
	{"asks with any scope", PERM_SELF_ASK, KEY_SCOPE_UPLOAD, ROLE_NONE, true},
	{"never makes keys", PERM_SELF_MANAGE, KEY_SCOPE_ALL, ROLE_OWNER, false},
	{"no scope, nothing", PERM_PROJECT_READ, 0, ROLE_OWNER, false},
};

static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(key_cases); i++) {
		struct perm_actor key = {
			.signed_in = true, .is_key = true, .key_scopes = key_cases[i].scopes};

		if (perm_allows(key_cases[i].perm, &key, key_cases[i].role) != key_cases[i].want)
			fail_msg("%s", key_cases[i].label);
	}
}

static void test_self(void **state)
{
	(void)state;
	assert_true(perm_allows(PERM_SELF, &person, ROLE_NONE));
	assert_true(perm_allows(PERM_SELF_MANAGE, &person, ROLE_NONE));
	assert_true(perm_allows(PERM_PROJECT_CREATE, &person, ROLE_NONE));
}

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		assert_string_equal(role_word(roles[i].role), roles[i].word);
		assert_int_equal(role_from_word(sv_from_cstr(roles[i].word)), roles[i].role);
	}
	assert_string_equal(role_word(ROLE_NONE), "");
	assert_string_equal(role_word(ROLE_COUNT), "");
	assert_int_equal(role_from_word(SV("king")), ROLE_NONE);
	assert_int_equal(platform_role_from_word(SV("administrator")), PLATFORM_ADMINISTRATOR);
	assert_int_equal(platform_role_from_word(SV("auditor")), PLATFORM_AUDITOR);
	assert_int_equal(platform_role_from_word(SV("")), PLATFORM_NONE);
	assert_int_equal(key_scope_from_word(SV("read")), KEY_SCOPE_READ);
	assert_int_equal(key_scope_from_word(SV("manage")), KEY_SCOPE_MANAGE);
	assert_int_equal(key_scope_from_word(SV("all")), KEY_SCOPE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_role_matrix),
		cmocka_unit_test(test_platform_permissions_ask_the_platforms_role),
		cmocka_unit_test(test_every_project_permission_is_in_the_matrix),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_unset_is_refused_to_everybody),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
