/* Projects; see store_project.h. */
#include "store/store_project.h"

static const struct db_field project_fields[] = {
	DB_FIELD(project, UUID, id),
	DB_FIELD(project, TEXT, name),
	DB_FIELD_WORD(project, "PROJECT_STATUS", status),
	DB_FIELD(project, TEXT, time_zone),
	DB_FIELD(project, TEXT, base_currency),
	DB_FIELD(project, I64, storage_bytes),
	DB_FIELD(project, I64, storage_quota),
	DB_FIELD(project, INSTANT, created_at),
	DB_FIELD(project, I32, version),
	DB_FIELD(project, ROLE, role),
};
static const struct db_shape project_shape = DB_SHAPE(project, project_fields);

static const struct db_field member_fields[] = {
	DB_FIELD(member, UUID, user_id),
	DB_FIELD(member, ROLE, role),
	DB_FIELD(member, INSTANT, added_at),
	DB_FIELD(member, TEXT, display_name),
	DB_FIELD(member, BYTES, email_sealed),
	DB_FIELD_WORD(member, "USER_STATUS", user_status),
};
static const struct db_shape member_shape = DB_SHAPE(member, member_fields);

static const struct db_field membership_fields[] = {
	DB_FIELD(membership, UUID, project_id),
	DB_FIELD(membership, ROLE, role),
	DB_FIELD_WORD(membership, "PROJECT_STATUS", status),
};
static const struct db_shape membership_shape = DB_SHAPE(membership, membership_fields);

int store_project_insert(struct db *db, const struct project *project,
	const struct uuid *created_by, struct err *err)
{
	return db_run_one(db, SQL_PROJECT_INSERT,
		DB_PARAMS(DB_UUID(&project->id), DB_SV(project->name), DB_SV(project->time_zone),
			DB_SV(project->base_currency), DB_I64(project->storage_quota),
			DB_UUID(created_by)),
		err);
}

int store_project_get(struct db *db, const struct uuid *id, const struct uuid *user,
	struct arena *arena, struct project *ret, struct err *err)
{
	return db_one(db, SQL_PROJECT_GET, DB_PARAMS(DB_UUID(id), DB_UUID(user)), &project_shape,
		arena, ret, err);
}

int store_project_list(struct db *db, const struct uuid *user, enum word status,
	struct db_page *page, struct arena *arena, struct project **ret, size_t *ret_n,
	struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_PROJECT_LIST,
		DB_PARAMS(DB_UUID(user), DB_WORD_OPT(status), DB_UUID(&before),
			DB_I32(db_page_limit(page))),
		&project_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_project_update(struct db *db, const struct uuid *id, int32_t version, struct sv name,
	enum word status, struct err *err)
{
	int code = db_run_one(db, SQL_PROJECT_UPDATE,
		DB_PARAMS(DB_UUID(id), DB_I32(version), DB_SV(name), DB_WORD_OPT(status)), err);

	return code == E_NOT_FOUND ? err_set(err, E_STALE, NULL) : code;
}

int store_project_book(struct db *db, const struct uuid *id, int64_t bytes, struct err *err)
{
	int code = db_run_one(db, SQL_PROJECT_BOOK, DB_PARAMS(DB_UUID(id), DB_I64(bytes)), err);

	return code == E_NOT_FOUND ? err_set(err, E_QUOTA, NULL) : code;
}

int store_project_release(struct db *db, const struct uuid *id, int64_t bytes, struct err *err)
{
	return db_run_one(db, SQL_PROJECT_RELEASE, DB_PARAMS(DB_UUID(id), DB_I64(bytes)), err);
}

int store_member_insert(struct db *db, const struct uuid *project, const struct uuid *user,
	enum role role, const struct uuid *added_by, struct err *err)
{
	return db_run_one(db, SQL_MEMBER_INSERT,
		DB_PARAMS(DB_UUID(project), DB_UUID(user), DB_STR(role_word(role)),
			added_by ? DB_UUID(added_by) : DB_NULL(UUID)),
		err);
}

int store_member_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct member **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_MEMBER_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&member_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_membership_get(struct db *db, const struct uuid *project, const struct uuid *user,
	struct membership *ret, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;

	arena_init(&arena, 0);
	return db_one(db, SQL_MEMBERSHIP_GET, DB_PARAMS(DB_UUID(project), DB_UUID(user)),
		&membership_shape, &arena, ret, err);
}

int store_membership_list(struct db *db, const struct uuid *user, struct arena *arena,
	struct membership **ret, size_t *ret_n, struct err *err)
{
	return db_list(db, SQL_MEMBERSHIP_LIST, DB_PARAMS(DB_UUID(user)), &membership_shape, arena,
		ret, ret_n, err);
}
