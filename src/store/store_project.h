#ifndef STORE_STORE_PROJECT_H
#define STORE_STORE_PROJECT_H
/*
 * Projects, their members and their storage quota. All but the memberships need the project in
 * scope; memberships need only the person.
 */
#include "store/db.h"

struct project {
	struct uuid id;
	struct sv name;
	enum word status; /* PROJECT_STATUS_ */
	struct sv time_zone;
	struct sv base_currency;
	int64_t storage_bytes, storage_quota;
	int64_t created_at;
	int32_t version;
	enum role role; /* of the person asked for; ROLE_NONE: no member */
};

struct member {
	struct uuid user_id; /* first: the list is paged by it */
	enum role role;
	int64_t added_at;
	struct sv display_name;
	struct sv email_sealed;
	enum word user_status;
};

struct membership {
	struct uuid project_id;
	enum role role;
	enum word status; /* PROJECT_STATUS_ */
};

/* Takes id, name, time_zone, base_currency and storage_quota. */
MUST_CHECK int store_project_insert(struct db *db, const struct project *project,
	const struct uuid *created_by, struct err *err);
MUST_CHECK int store_project_get(struct db *db, const struct uuid *id, const struct uuid *user,
	struct arena *arena, struct project *ret, struct err *err);
/* The person's projects; status WORD_NONE: of either. */
MUST_CHECK int store_project_list(struct db *db, const struct uuid *user, enum word status,
	struct db_page *page, struct arena *arena, struct project **ret, size_t *ret_n,
	struct err *err);
/* name SV_NULL, status WORD_NONE: stays. E_STALE: another version, or no such project. */
MUST_CHECK int store_project_update(struct db *db, const struct uuid *id, int32_t version,
	struct sv name, enum word status, struct err *err);
/* Books bytes of storage. E_QUOTA: there is no room for them. */
MUST_CHECK int store_project_book(
	struct db *db, const struct uuid *id, int64_t bytes, struct err *err);
MUST_CHECK int store_project_release(
	struct db *db, const struct uuid *id, int64_t bytes, struct err *err);

/* added_by NULL: nobody in particular. E_EXISTS; E_NOT_FOUND: no such project. */
MUST_CHECK int store_member_insert(struct db *db, const struct uuid *project,
	const struct uuid *user, enum role role, const struct uuid *added_by, struct err *err);
MUST_CHECK int store_member_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct member **ret, size_t *ret_n, struct err *err);

/* E_NOT_FOUND: not a member. */
MUST_CHECK int store_membership_get(struct db *db, const struct uuid *project,
	const struct uuid *user, struct membership *ret, struct err *err);
/* At most DB_SCOPE_MAX, newest project first. */
MUST_CHECK int store_membership_list(struct db *db, const struct uuid *user, struct arena *arena,
	struct membership **ret, size_t *ret_n, struct err *err);

#endif
