/*
 * The areas' functions against a real server, as the roles that call them: what goes in comes out,
 * lists are in order, and each way to fail gives its own error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "store/store_api_key.h"
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_job.h"
#include "store/store_object.h"
#include "store/store_platform.h"
#include "store/store_project.h"
#include "store/store_reconciliation.h"
#include "store/store_session.h"
#include "store/store_signing_key.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_upload.h"
#include "store/store_user.h"
#include "store/store_view.h"

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *auth, *api, *upload, *data, *intake, *matcher, *operator;

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	auth = world_db(&pg, &w, "recon_auth");
	api = world_db(&pg, &w, "recon_api");
	upload = world_db(&pg, &w, "recon_upload");
	data = world_db(&pg, &w, "recon_data");
	intake = pg_db(&pg, "recon_intake");
	matcher = pg_db(&pg, "recon_matcher");
	operator= pg_db(&pg, "recon_operator");
	return 0;
}

static int stop(void **state)
{
	struct db *all[] = {auth, api, upload, data, intake, matcher, operator};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		db_close(all[i]);
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

static void text_is(struct sv got, const char *want)
{
	if (!sv_eq_cstr(got, want))
		fail_msg("\"%.*s\" is not \"%s\"", SV_ARG(got), want);
}

/* --- identity --------------------------------------------------------------------------------- */

static void test_users(void **state)
{
	const uint8_t index[32] = "first", other[32] = "nobody";
	struct user user, again = {.id = uuid_new(),
				  .email_sealed = SV("x"),
				  .display_name = SV("Twin"),
				  .status = USER_STATUS_INVITED};
	unsigned roles = 9;

	(void)state;
	MUST(store_user_by_email(auth, index, &arena, &user, err));
	assert_true(uuid_eq(&user.id, &w.user));
	text_is(user.display_name, "first");
	text_is(user.email_sealed, "first");
	MUST_GIVE(E_NOT_FOUND, store_user_by_email(auth, other, &arena, &user, err));
	MUST_GIVE(E_EXISTS, store_user_insert(operator, & again, index, err));
	MUST(store_user_set_name(operator, & w.user, SV("Zo\xc3\xab"), err));
	MUST(store_user_by_id(auth, &w.user, &arena, &user, err));
	text_is(user.display_name, "Zo\xc3\xab");
	assert_int_equal(2, user.version);
	MUST(store_user_platform_roles(auth, &w.user, &arena, &roles, err));
	assert_int_equal(0, roles);
	MUST(store_user_grant(operator, & w.user, "administrator", NULL, err));
	MUST(store_user_grant(operator, & w.user, "administrator", NULL, err));
	MUST(store_user_grant(operator, & w.user, "auditor", &w.other_user, err));
	MUST_GIVE(E_INVALID, store_user_grant(operator, & w.user, "king", NULL, err));
	MUST(store_user_platform_roles(auth, &w.user, &arena, &roles, err));
	assert_int_equal(PLATFORM_ADMINISTRATOR | PLATFORM_AUDITOR, roles);
	/* One's own roles are visible to the api pool, another's are not. */
	MUST(store_user_platform_roles(api, &w.user, &arena, &roles, err));
	assert_int_equal(PLATFORM_ADMINISTRATOR | PLATFORM_AUDITOR, roles);
}

static void test_credentials(void **state)
{
	const uint8_t index[32] = "first";
	struct user_sign_in s;

	(void)state;
	MUST(store_user_sign_in(auth, index, &arena, &s, err));
	assert_null(s.password_hash.p);
	MUST_GIVE(E_NOT_FOUND, store_credential_failed(auth, &w.user, err));
	MUST(store_credential_set(auth, &w.user, SV("$argon2id$first-hash"), err));
	MUST(store_credential_failed(auth, &w.user, err));
	MUST(store_credential_failed(auth, &w.user, err));
	MUST(store_user_sign_in(auth, index, &arena, &s, err));
	assert_int_equal(2, s.failures);
	assert_true(s.failed_at > INT64_C(1700000000000000));
	MUST(store_credential_rehash(auth, &w.user, SV("$argon2id$second-hash"), err));
	MUST(store_credential_succeeded(auth, &w.user, err));
	MUST(store_user_sign_in(auth, index, &arena, &s, err));
	assert_int_equal(0, s.failures);
	assert_int_equal(0, s.failed_at);
	text_is(s.password_hash, "$argon2id$second-hash");
}

static void test_codes_are_spent_once(void **state)
{
	const uint8_t code[32] = {1}, late[32] = {2};
	enum word purpose = WORD_NONE;
	struct uuid user;

	(void)state;
	MUST(store_code_insert(operator, code, &w.user, CODE_PURPOSE_RESET, 60, err));
	MUST(store_code_insert(operator, late, &w.user, CODE_PURPOSE_RESET, -1, err));
	MUST_GIVE(E_CODE_SPENT, store_code_spend(auth, late, &user, &purpose, err));
	MUST(store_code_spend(auth, code, &user, &purpose, err));
	assert_true(uuid_eq(&user, &w.user));
	assert_int_equal(CODE_PURPOSE_RESET, purpose);
	MUST_GIVE(E_CODE_SPENT, store_code_spend(auth, code, &user, &purpose, err));
}

static struct session new_session(int64_t idle, int64_t absolute)
{
	struct uuid id = uuid_new();
	struct session session = {0};

	MUST(store_session_insert(auth, &id, &w.user, idle, absolute, SV("192.0.2.7"),
		SV("Firefox"), false, &arena, &session, err));
	return session;
}

static void test_sessions(void **state)
{
	struct session s = new_session(100, 1000), other = new_session(100, 1000), *list, one;
	struct session_state now;
	struct uuid *revoked;
	size_t n;

	(void)state;
	text_is(s.address, "192.0.2.7");
	text_is(s.agent, "Firefox");
	assert_int_equal(100000000, s.idle_expires_at - s.created_at);
	MUST(store_session_state(data, &s.id, &now, err));
	assert_true(now.live);
	assert_true(uuid_eq(&now.user_id, &w.user));
	MUST(store_session_touch(auth, &s.id, 5000, err));
	MUST(store_session_step_up(auth, &s.id, err));
	MUST(store_session_get(auth, &s.id, &arena, &one, err));
	assert_true(one.idle_expires_at == one.absolute_expires_at); /* never beyond */
	MUST(store_session_list(auth, &w.user, &arena, &list, &n, err));
	assert_int_equal(2, n);
	assert_true(uuid_eq(&list[0].id, &other.id)); /* the newest first */
	MUST_GIVE(E_NOT_FOUND, store_session_revoke(auth, &s.id, &w.other_user, REVOKED_USER, err));
	MUST(store_session_revoke_others(
		auth, &w.user, &s.id, REVOKED_PASSWORD_CHANGED, &arena, &revoked, &n, err));
	assert_int_equal(1, n);
	assert_true(uuid_eq(&revoked[0], &other.id));
	MUST(store_session_revoke(auth, &s.id, &w.user, REVOKED_SIGN_OUT, err));
	MUST(store_session_state(api, &s.id, &now, err));
	assert_false(now.live);
	assert_true(now.revoked_at > 0);
	MUST_GIVE(E_NOT_FOUND, store_session_touch(auth, &s.id, 10, err));
}

static void test_a_disabled_user_has_no_live_session(void **state)
{
	struct session s = new_session(100, 1000), expired = new_session(-1, 1000);
	struct session_state now;

	(void)state;
	MUST(store_session_state(api, &expired.id, &now, err));
	assert_false(now.live);
	MUST(store_user_set_status(operator, & w.user, USER_STATUS_DISABLED, err));
	MUST(store_session_state(api, &s.id, &now, err));
	assert_false(now.live);
	assert_int_equal(USER_STATUS_DISABLED, now.user_status);
	MUST(store_user_set_status(operator, & w.user, USER_STATUS_ACTIVE, err));
}

static void test_refresh_tokens(void **state)
{
	struct session s = new_session(100, 1000);
	const uint8_t first[32] = {11}, second[32] = {12}, none[32] = {13};
	struct refresh_token t;

	(void)state;
	MUST(store_refresh_insert(auth, first, &s.id, 1, err));
	MUST_GIVE(E_EXISTS, store_refresh_insert(auth, second, &s.id, 1, err));
	MUST_GIVE(E_NOT_FOUND, store_refresh_get(auth, none, &arena, &t, err));
	MUST(db_begin(auth, err));
	MUST(store_refresh_get(auth, first, &arena, &t, err));
	assert_int_equal(0, t.spent_at);
	assert_false(t.newest_spent);
	MUST(store_refresh_spend(auth, first, SV("sealed"), err));
	MUST(store_refresh_insert(auth, second, &s.id, 2, err));
	MUST(db_commit(auth, err));
	MUST(store_refresh_get(auth, first, &arena, &t, err));
	assert_true(t.spent_just_now);
	assert_int_equal(1, t.generation);
	assert_int_equal(2, t.newest_generation);
	assert_false(t.newest_spent);
	text_is(t.successor_sealed, "sealed");
	MUST_GIVE(E_NOT_FOUND, store_refresh_spend(auth, first, SV("x"), err));
	pg_exec(&pg, "UPDATE refresh_token SET spent_at = now() - interval '11 s' "
		     "WHERE spent_at IS NOT NULL");
	MUST(store_refresh_get(auth, first, &arena, &t, err));
	assert_false(t.spent_just_now);
}

static void test_signing_keys(void **state)
{
	struct signing_key key = {.kid = SV("k1"),
		.state = KEY_STATE_ACTIVE,
		.public_key = SV("public"),
		.private_sealed = SV("private")};
	struct signing_key *list;
	size_t n;

	(void)state;
	MUST(db_begin(auth, err));
	MUST(store_signing_key_lock(auth, err));
	MUST(store_signing_key_insert(auth, &key, err));
	MUST(db_commit(auth, err));
	key.kid = SV("k2");
	MUST_GIVE(E_EXISTS, store_signing_key_insert(auth, &key, err)); /* two active ones */
	key.state = KEY_STATE_NEXT;
	MUST(store_signing_key_insert(auth, &key, err));
	MUST(store_signing_key_public_list(data, &arena, &list, &n, err));
	assert_int_equal(2, n);
	text_is(list[0].public_key, "public");
	assert_null(list[0].private_sealed.p);
	MUST_GIVE(E_FORBIDDEN, store_signing_key_list(data, &arena, &list, &n, err));
	MUST(store_signing_key_set_state(auth, SV("k1"), KEY_STATE_GONE, err));
	MUST(store_signing_key_list(auth, &arena, &list, &n, err));
	assert_int_equal(1, n);
	text_is(list[0].kid, "k2");
	text_is(list[0].private_sealed, "private");
	assert_int_equal(0, pg_int(&pg, "SELECT count(private_sealed) FROM signing_key "
					"WHERE state = 'gone'"));
}

static void test_api_keys(void **state)
{
	struct sv scopes[] = {SV("read"), SV("upload")}, network = SV("192.0.2.0/24"),
		  bad = SV("x");
	const uint8_t hash[32] = {3};
	struct db_page page = {.limit = 10};
	struct api_key key = {.id = uuid_new(),
		.user_id = w.user,
		.project_id = w.project,
		.name = SV("ERP"),
		.scopes = {scopes, 2},
		.networks = {&network, 1}};
	struct api_key made, *list;
	struct api_key_state now;
	int64_t live;
	size_t n;

	(void)state;
	MUST(store_api_key_insert(auth, &key, hash, 3600, &arena, &made, err));
	assert_int_equal(INT64_C(3600000000), made.expires_at - made.created_at);
	MUST(store_api_key_state(data, &key.id, &arena, &now, err));
	assert_true(now.live);
	assert_int_equal(3, now.secret_hash[0]);
	assert_int_equal(2, now.scopes.n);
	text_is(now.scopes.v[1], "upload");
	text_is(now.networks.v[0], "192.0.2.0/24");
	MUST(store_api_key_list(auth, &w.user, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	text_is(list[0].name, "ERP");
	MUST(store_api_key_count(auth, &w.user, &live, err));
	assert_int_equal(1, live);
	MUST_GIVE(E_NOT_FOUND, store_api_key_revoke(auth, &key.id, &w.other_user, err));
	MUST(store_api_key_revoke(auth, &key.id, &w.user, err));
	MUST(store_api_key_count(auth, &w.user, &live, err));
	assert_int_equal(0, live);
	MUST(store_api_key_state(api, &key.id, &arena, &now, err));
	assert_false(now.live);
	key.id = uuid_new();
	key.networks = (struct db_texts){&bad, 1};
	MUST_GIVE(E_INVALID, store_api_key_insert(auth, &key, hash, 3600, &arena, &made, err));
	key.networks.n = 0;
	MUST_GIVE(E_INVALID,
		store_api_key_insert(auth, &key, hash, INT64_C(86400) * 400, &arena, &made, err));
}

/* --- projects and sources --------------------------------------------------------------------- */

static void test_projects(void **state)
{
	struct db_page page = {.limit = 10};
	struct project project, *list;
	struct member *members;
	size_t n;

	(void)state;
	MUST(store_project_get(api, &w.project, &w.user, &arena, &project, err));
	text_is(project.name, "First");
	assert_int_equal(ROLE_OWNER, project.role);
	MUST(store_project_update(api, &w.project, project.version, SV("Renamed"), WORD_NONE, err));
	MUST_GIVE(E_STALE, store_project_update(
				   api, &w.project, project.version, SV("Again"), WORD_NONE, err));
	MUST(store_project_update(
		api, &w.project, project.version + 1, SV_NULL, PROJECT_STATUS_ARCHIVED, err));
	MUST(store_project_list(
		api, &w.user, PROJECT_STATUS_ACTIVE, &page, &arena, &list, &n, err));
	assert_int_equal(0, n); /* the member row followed */
	MUST(store_project_list(api, &w.user, WORD_NONE, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	text_is(list[0].name, "Renamed");
	assert_int_equal(PROJECT_STATUS_ARCHIVED, list[0].status);
	MUST(store_project_update(
		api, &w.project, list[0].version, SV_NULL, PROJECT_STATUS_ACTIVE, err));
	MUST_GIVE(E_EXISTS, store_member_insert(api, &w.project, &w.user, ROLE_VIEWER, NULL, err));
	MUST(store_member_insert(api, &w.project, &w.other_user, ROLE_VIEWER, &w.user, err));
	MUST(store_member_list(api, &w.project, &page, &arena, &members, &n, err));
	assert_int_equal(2, n);
	assert_true(memcmp(&members[0].user_id, &members[1].user_id, 16) > 0);
}

static void test_quota(void **state)
{
	struct project project;

	(void)state;
	MUST(store_project_get(api, &w.project, &w.user, &arena, &project, err));
	MUST_GIVE(E_QUOTA, store_project_book(api, &w.project,
				   project.storage_quota - project.storage_bytes + 1, err));
	MUST(store_project_book(
		api, &w.project, project.storage_quota - project.storage_bytes, err));
	MUST_GIVE(E_QUOTA, store_project_book(api, &w.project, 1, err));
	MUST(store_project_release(intake, &w.project, project.storage_quota, err));
	MUST(store_project_get(api, &w.project, &w.user, &arena, &project, err));
	assert_int_equal(0, project.storage_bytes);
}

static void test_mappings_are_versions(void **state)
{
	struct mapping_row mapping, *list;
	struct source source;
	size_t n;

	(void)state;
	MUST(db_begin(api, err));
	MUST(store_mapping_insert(api, &w.project, &w.source[0], SV("{\"a\": [1, 2]}"), &w.user,
		&arena, &mapping, err));
	MUST(db_commit(api, err));
	assert_int_equal(2, mapping.version);
	MUST(store_source_get(api, &w.project, &w.source[0], &arena, &source, err));
	assert_int_equal(2, source.mapping_version);
	MUST(store_mapping_get(intake, &w.project, &w.source[0], 2, &arena, &mapping, err));
	text_is(mapping.mapping, "{\"a\": [1, 2]}"); /* as it was written */
	MUST_GIVE(E_NOT_FOUND,
		store_mapping_get(intake, &w.project, &w.source[0], 3, &arena, &mapping, err));
	MUST(store_mapping_list(api, &w.project, &w.source[0], 0, 10, &arena, &list, &n, err));
	assert_int_equal(2, n);
	assert_int_equal(2, list[0].version);
	MUST(store_mapping_list(api, &w.project, &w.source[0], 2, 10, &arena, &list, &n, err));
	assert_int_equal(1, n);
	MUST_GIVE(E_INVALID, store_mapping_insert(api, &w.project, &w.source[0], SV("{no"), &w.user,
				     &arena, &mapping, err));
	MUST_GIVE(E_NOT_FOUND, store_mapping_insert(api, &w.project, &w.rec, SV("{}"), &w.user,
				       &arena, &mapping, err));
}

/* --- files ------------------------------------------------------------------------------------ */

static void test_uploads(void **state)
{
	struct file file = {.id = uuid_new(),
		.project_id = w.project,
		.source_id = w.source[0],
		.name = SV("u.csv"),
		.size = 30,
		.uploaded_by = w.user};
	struct upload u = {.id = random_id(),
			      .project_id = w.project,
			      .file_id = file.id,
			      .user_id = w.user,
			      .size = 30,
			      .sha256 = {9}},
		      *expired;
	struct object object = {.id = random_id(),
		.project_id = w.project,
		.kind = OBJECT_KIND_PART,
		.size = 20,
		.stored_size = 80,
		.sha256 = {5},
		.wrapped_key = SV("key")};
	struct uuid first = object.id;
	struct upload_part *parts;
	size_t n;

	(void)state;
	MUST(store_file_insert(api, &file, err));
	MUST(store_upload_insert(api, &u, 3600, &arena, &u, err));
	assert_int_equal(UPLOAD_STATE_OPEN, u.state);
	assert_int_equal(9, u.sha256[0]);
	MUST(db_begin(upload, err));
	MUST(store_upload_lock(upload, &w.project, &u.id, &u, err));
	MUST(store_object_insert(upload, &object, err));
	MUST(store_upload_add_part(upload, &u, 0, 20, &object.id, err));
	MUST(db_commit(upload, err));
	MUST_GIVE(E_UPLOAD_OFFSET, store_upload_add_part(upload, &u, 0, 20, &object.id, err));
	MUST_GIVE(E_INVALID, store_upload_add_part(upload, &u, 20, 11, &object.id, err));
	object.id = random_id();
	MUST(store_object_insert(upload, &object, err));
	MUST(store_upload_add_part(upload, &u, 20, 10, &object.id, err));
	MUST(store_upload_get(upload, &w.project, &u.id, &u, err));
	assert_int_equal(UPLOAD_STATE_WHOLE, u.state);
	assert_int_equal(30, u.received);
	MUST_GIVE(E_UPLOAD_DONE, store_upload_end(upload, &u.id, err));
	MUST(store_upload_by_file(intake, &file.id, &u, err));
	MUST(store_part_list(intake, &u.id, &arena, &parts, &n, err));
	assert_int_equal(2, n);
	assert_int_equal(20, parts[1].start);
	assert_int_equal(1, parts[1].no);
	text_is(parts[0].wrapped_key, "key");
	assert_true(uuid_eq(&parts[0].object_id, &first));
	MUST(store_part_delete(intake, &u.id, err));
	MUST(store_part_list(intake, &u.id, &arena, &parts, &n, err));
	assert_int_equal(0, n);
	pg_exec(&pg, "UPDATE upload SET state = 'open', received = 0, expires_at = now()");
	MUST(store_upload_expired(intake, 10, &arena, &expired, &n, err));
	assert_int_equal(1, n);
}

static void test_files(void **state)
{
	struct db_page page = {.limit = 1};
	struct file file, *list;
	size_t n;

	(void)state;
	MUST(store_file_list(
		api, &w.project, NULL, FILE_STATE_CLEAN, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	assert_true(page.more);
	assert_true(uuid_eq(&list[0].id, &w.file[1]));
	MUST(store_file_list(
		api, &w.project, &w.source[0], FILE_STATE_CLEAN, &page, &arena, &list, &n, err));
	assert_true(uuid_eq(&list[0].id, &w.file[0]));
	assert_false(page.more);
	MUST_GIVE(E_STALE, store_file_set_state(intake, &w.file[0], FILE_STATE_RECEIVED,
				   FILE_STATE_SCANNING, SV_NULL, SV_NULL, err));
	MUST(store_file_set_state(intake, &w.file[0], FILE_STATE_CLEAN, FILE_STATE_INFECTED,
		SV("file_infected"), SV("EICAR"), err));
	MUST(store_file_get(api, &w.project, &w.file[0], &arena, &file, err));
	text_is(file.verdict_code, "file_infected");
	text_is(file.verdict_detail, "EICAR");
	assert_true(uuid_eq(&file.dataset_id, &w.dataset[0]));
	MUST_GIVE(E_INVALID, store_file_set_state(intake, &w.file[0], FILE_STATE_INFECTED,
				     FILE_STATE_REJECTED, SV("Not a code"), SV_NULL, err));
	MUST(store_file_set_clean(
		intake, &w.file[0], FILE_STATE_INFECTED, &w.object[0], file.sha256, err));
}

static void test_objects(void **state)
{
	struct uuid ids[] = {w.object[0], random_id(), w.object[1]}, *known;
	struct object object;
	int64_t erased = 0;
	size_t n;

	(void)state;
	MUST(store_object_known(intake, ids, 3, &arena, &known, &n, err));
	assert_int_equal(2, n);
	MUST(store_object_erase(intake, ids, 2, &erased, err));
	assert_int_equal(1, erased);
	MUST(store_object_erase(intake, ids, 2, &erased, err));
	assert_int_equal(0, erased);
	MUST(store_object_get(data, &w.object[0], &arena, &object, err));
	assert_null(object.wrapped_key.p);
	assert_true(object.erased_at > 0);
	MUST(store_object_known(intake, ids, 3, &arena, &known, &n, err));
	assert_int_equal(1, n);
	MUST_GIVE(E_FORBIDDEN, store_object_erase(matcher, ids, 1, &erased, err));
}

static void test_datasets(void **state)
{
	struct db_page page = {.limit = 10};
	struct dataset dataset = {.mapping_version = 1,
		.rows_read = 5,
		.rows_accepted = 3,
		.rows_rejected = 1,
		.rows_skipped = 1,
		.sums = SV("[]"),
		.data_object = w.object[1]};
	struct dataset *list, got;
	struct uuid id = uuid_new();
	int32_t no = 0;
	size_t n;

	(void)state;
	MUST(store_dataset_insert(intake, &id, &w.project, &w.source[1], &w.file[1], 0, &no, err));
	assert_true(no > w.dataset_no[1]);
	MUST(store_dataset_set_needs_mapping(intake, &id, SV("{\"confidence\":1}"), err));
	MUST_GIVE(E_STALE, store_dataset_set_ready(intake, &id, &dataset, err));
	MUST(store_dataset_waiting(api, &w.project, &w.source[1], &arena, &list, &n, err));
	assert_int_equal(1, n);
	assert_null(list[0].proposal_sealed.p);
	MUST(store_dataset_get(api, &w.project, &id, &arena, &got, err));
	text_is(got.proposal_sealed, "{\"confidence\":1}");
	assert_int_equal(0, got.mapping_version);
	MUST_GIVE(E_EXISTS, store_dataset_set_reading(intake, &id, 1, err)); /* w.dataset has it */
	MUST(store_dataset_set_reading(intake, &id, 0, err));
	MUST(store_dataset_set_unreadable(intake, &id, SV("unreadable"), SV("no table"), err));
	MUST(store_dataset_by_file(intake, &w.file[1], &arena, &got, err));
	text_is(got.error_detail, "no table");
	assert_int_equal(DATASET_STATE_UNREADABLE, got.state);
	MUST(store_dataset_list(
		api, &w.project, &w.source[1], DATASET_STATE_READY, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	assert_int_equal(9, list[0].rows_accepted);
	pg_exec(&pg, "DELETE FROM job_input; DELETE FROM dataset WHERE mapping_version = 1 "
		     "AND source_id <> (SELECT min(id::text)::uuid FROM source)");
	MUST(store_dataset_set_reading(intake, &id, 0, err));
	dataset.rows_read = 6;
	MUST_GIVE(E_INVALID, store_dataset_set_ready(intake, &id, &dataset, err)); /* adds up */
	dataset.rows_read = 5;
	MUST(store_dataset_set_ready(intake, &id, &dataset, err));
	MUST(store_dataset_by_id(matcher, &id, &arena, &got, err));
	assert_int_equal(3, got.rows_accepted);
	assert_true(got.read_at > 0);
}

/* --- reconciliations and jobs ----------------------------------------------------------------- */

static void test_reconciliations(void **state)
{
	const uint8_t hash[32] = {4};
	struct db_page page = {.limit = 10};
	struct reconciliation rec, *list;
	struct ruleset_row ruleset, *rulesets;
	size_t n;

	(void)state;
	MUST(store_reconciliation_get(data, &w.project, &w.rec, &arena, &rec, err));
	text_is(rec.name, "Ledger and bank");
	assert_int_equal(1, rec.left_sources.n);
	assert_true(uuid_eq(&rec.right_sources.v[0], &w.source[1]));
	assert_true(uuid_eq(&rec.last_job, &w.job));
	MUST(store_reconciliation_list(api, &w.project, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	MUST(db_begin(api, err));
	MUST(store_ruleset_insert(
		api, &w.project, &w.rec, SV("{}"), hash, &w.user, &arena, &ruleset, err));
	MUST(db_commit(api, err));
	MUST(store_ruleset_get(matcher, &w.project, &w.rec, 1, &arena, &ruleset, err));
	assert_int_equal(4, ruleset.hash[0]);
	MUST(store_ruleset_list(api, &w.project, &w.rec, 0, 5, &arena, &rulesets, &n, err));
	assert_int_equal(1, n);
	rec.id = uuid_new();
	MUST_GIVE(E_EXISTS, store_reconciliation_insert(api, &rec, &w.user, err));
	rec.name = SV("foreign source");
	rec.left_sources.v = &w.other_project;
	MUST(db_begin(api, err));
	MUST_GIVE(E_CONFLICT, store_reconciliation_insert(api, &rec, &w.user, err));
	db_rollback(api);
}

static void test_jobs(void **state)
{
	struct db_page page = {.limit = 10};
	const struct job_progress progress = {SV("assigning"), 5, 10, 100, 50};
	const enum word match = TASK_MATCH;
	struct job_new wanted = {.id = uuid_new(),
		.project_id = w.project,
		.reconciliation_id = w.rec,
		.created_by = w.user,
		.left = {&w.dataset[0], 1},
		.right = {&w.dataset[1], 1}};
	struct job_input_about *about;
	struct job_input *inputs;
	struct job job, *list;
	struct task task;
	size_t n;

	(void)state;
	MUST(db_begin(api, err));
	MUST_GIVE(E_CONFLICT, store_job_insert(api, &wanted, err));
	db_rollback(api);
	MUST(store_job_inputs(matcher, &w.job, &arena, &inputs, &n, err));
	assert_int_equal(2, n);
	assert_int_equal(SIDE_LEFT, inputs[0].side);
	assert_int_equal(w.dataset_no[0], inputs[0].dataset_no);
	assert_true(inputs[0].dated);
	assert_false(inputs[0].carried);
	MUST(store_job_inputs_about(matcher, &w.job, &arena, &about, &n, err));
	assert_int_equal(2, n);
	assert_int_equal(inputs[1].dataset_no, about[1].dataset_no);
	assert_int_equal(inputs[1].first_seen, about[1].first_seen);
	assert_int_equal(1, about[0].mapping_version);
	assert_true(about[0].mapping.n > 0);
	assert_true(about[0].name.n > 0);
	MUST(store_task_claim(matcher, &match, 1, SV("m"), 15, &arena, &task, err));
	MUST(store_job_start(matcher, &w.job, task.attempt, err));
	MUST_GIVE(E_FENCED, store_job_start(matcher, &w.job, task.attempt, err));
	MUST(store_job_set_progress(matcher, &w.job, task.attempt, &progress, err));
	MUST_GIVE(E_FENCED,
		store_job_set_progress(matcher, &w.job, task.attempt + 1, &progress, err));
	MUST(store_job_get(api, &w.project, &w.job, &arena, &job, err));
	text_is(job.phase, "assigning");
	assert_int_equal(50, job.eta_ms);
	assert_int_equal(JOB_STATE_RUNNING, job.state);
	MUST(store_job_list(
		api, &w.project, &w.rec, JOB_STATE_RUNNING, &page, &arena, &list, &n, err));
	assert_int_equal(1, n);
	MUST_GIVE(E_NOT_FOUND, store_job_newest_done(data, &w.project, &w.rec, &arena, &job, err));
	MUST(store_job_set_failed(matcher, &w.job, task.attempt, SV("limit"), SV("too many"), err));
	MUST(store_task_finish(matcher, &task, TASK_STATE_FAILED, SV("limit"), SV_NULL, err));
	MUST(store_job_get(api, &w.project, &w.job, &arena, &job, err));
	text_is(job.error_code, "limit");
	/* The same datasets on the wrong sides are not of the reconciliation's sources. */
	MUST(db_begin(api, err));
	wanted.left.v = &w.dataset[1];
	wanted.right.v = &w.dataset[0];
	MUST_GIVE(E_DATASET_NOT_READY, store_job_insert(api, &wanted, err));
	db_rollback(api);
	/* It has no source of advice. */
	wanted.left.v = &w.dataset[0];
	wanted.right.v = &w.dataset[1];
	wanted.advice = (struct db_uuids){&w.dataset[0], 1};
	MUST(db_begin(api, err));
	MUST_GIVE(E_DATASET_NOT_READY, store_job_insert(api, &wanted, err));
	db_rollback(api);
}

static void test_views(void **state)
{
	struct view view = {.id = random_id(),
			    .project_id = w.project,
			    .reconciliation_id = w.rec,
			    .job_id = w.job,
			    .user_id = w.user,
			    .kind = VIEW_KIND_MATCHES,
			    .spec = SV("{}"),
			    .seq = 3,
			    .total = 100},
		    got, late;

	(void)state;
	MUST(store_view_insert(data, &view, 60, err));
	MUST(store_view_get(data, &w.project, &w.user, &view.id, &arena, &got, err));
	assert_int_equal(3, got.seq);
	assert_int_equal(VIEW_KIND_MATCHES, got.kind);
	MUST_GIVE(E_NOT_FOUND,
		store_view_get(data, &w.project, &w.other_user, &view.id, &arena, &got, err));
	late = view;
	late.id = random_id();
	MUST(store_view_insert(data, &late, -1, err));
	MUST_GIVE(E_NOT_FOUND,
		store_view_get(data, &w.project, &w.user, &late.id, &arena, &got, err));
}

/* --- platform --------------------------------------------------------------------------------- */

static void test_settings(void **state)
{
	struct setting setting, *list;
	size_t n;

	(void)state;
	MUST_GIVE(E_NOT_FOUND, store_setting_get(api, SV("limits.rows"), &arena, &setting, err));
	MUST(store_setting_put(auth, SV("limits.rows"), SV("5"), &w.user, err));
	MUST(store_setting_put(operator, SV("limits.rows"), SV("7"), NULL, err));
	MUST(store_setting_get(data, SV("limits.rows"), &arena, &setting, err));
	text_is(setting.value, "7");
	assert_int_equal(2, setting.version);
	MUST(store_setting_list(api, &arena, &list, &n, err));
	assert_int_equal(1, n);
	MUST_GIVE(E_FORBIDDEN, store_setting_put(data, SV("limits.rows"), SV("9"), NULL, err));
}

static void test_kept_answers(void **state)
{
	struct kept_answer answer = {.request_hash = {1}, .status = 201, .answer = SV("{\"a\":1}")};
	struct kept_answer got;

	(void)state;
	MUST_GIVE(E_NOT_FOUND, store_answer_get(data, &w.user, SV("k"), &arena, &got, err));
	MUST(store_answer_insert(data, &w.user, SV("k"), &answer, err));
	MUST_GIVE(E_EXISTS, store_answer_insert(data, &w.user, SV("k"), &answer, err));
	MUST_GIVE(E_FORBIDDEN, store_answer_insert(data, &w.other_user, SV("k"), &answer, err));
	MUST(store_answer_get(data, &w.user, SV("k"), &arena, &got, err));
	text_is(got.answer, "{\"a\":1}");
	assert_int_equal(201, got.status);
}

static void test_audit(void **state)
{
	struct audit audit = {.actor_kind = ACTOR_ANONYMOUS,
		.event = EVENT_SESSION_REFUSE,
		.outcome = AUDIT_REFUSED,
		.details = SV("{\"reason\":\"password\"}")};
	char *row;

	(void)state;
	MUST(store_audit_insert(auth, &audit, err));
	row = pg_text(&pg, "SELECT concat_ws(' ', actor_kind, action, outcome, details->>'reason') "
			   "FROM audit_outbox WHERE action = 'session.refuse'");
	assert_string_equal("anonymous session.refuse refused password", row);
	free(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_codes_are_spent_once),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_a_disabled_user_has_no_live_session),
		cmocka_unit_test(test_refresh_tokens),
		cmocka_unit_test(test_signing_keys),
		cmocka_unit_test(test_api_keys),
		cmocka_unit_test(test_projects),
		cmocka_unit_test(test_quota),
		cmocka_unit_test(test_mappings_are_versions),
		cmocka_unit_test(test_reconciliations),
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_uploads),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_datasets),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_kept_answers),
		cmocka_unit_test(test_audit),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
