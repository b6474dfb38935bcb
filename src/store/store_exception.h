#ifndef STORE_STORE_EXCEPTION_H
#define STORE_STORE_EXCEPTION_H
/*
 * Exceptions of a project with their reason codes, policy, history and comments. The history is
 * written by the database, whatever way a change comes.
 */
#include "domain/exception.h"
#include "store/db.h"

/* version 0: nobody has set one, these hold all the same. */
struct exception_policy_row {
	int64_t medium_from, high_from, critical_from; /* whole units of a currency */
	int32_t low_days, medium_days, high_days, critical_days;
	int32_t version;
	int32_t today; /* in the project's zone */
};
MUST_CHECK int store_exception_policy_get(struct db *db, const struct uuid *project,
	struct arena *arena, struct exception_policy_row *ret, struct err *err);
/* Takes all but version and today. E_STALE: it is not of that version. */
MUST_CHECK int store_exception_policy_set(struct db *db, const struct uuid *project,
	int32_t version, const struct exception_policy_row *policy, struct err *err);

struct reason {
	struct uuid id; /* first: lists are paged by it */
	struct sv code, label;
	enum word status; /* REASON_STATUS_ */
	int64_t created_at;
	int32_t version;
};
/* Takes id, code and label. E_EXISTS. */
MUST_CHECK int store_reason_insert(struct db *db, const struct uuid *project,
	const struct reason *reason, const struct uuid *by, struct arena *arena,
	struct reason *ret, struct err *err);
MUST_CHECK int store_reason_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct reason **ret, size_t *ret_n, struct err *err);
MUST_CHECK int store_reason_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct reason *ret, struct err *err);
/* label SV_NULL, status WORD_NONE: stays. E_STALE: another version; E_NOT_FOUND. */
MUST_CHECK int store_reason_update(struct db *db, const struct uuid *project,
	const struct reason *change, struct arena *arena, struct reason *ret, struct err *err);

struct exception {
	struct uuid id; /* first: lists are paged by it */
	struct uuid reconciliation_id;
	struct uuid dataset_id; /* of an item, else nil */
	int64_t row_no;
	struct uuid job_id; /* of a match, else nil */
	int32_t match_no;
	struct sv type;
	enum word state, severity; /* EXCEPTION_STATE_, SEVERITY_ */
	struct uuid reason, owner; /* nil: none */
	struct sv team, note;
	int32_t due_on;
	int64_t minor;
	struct sv currency;
	int32_t opened_on;
	struct uuid resolved_by, created_by;
	int64_t created_at, updated_at;
	int32_t version;
	int32_t today; /* in the project's zone; out only */
};

/* E_EXISTS: there is one about the same thing that is not closed. */
MUST_CHECK int store_exception_insert(struct db *db, const struct uuid *project,
	const struct exception *exception, struct err *err);
MUST_CHECK int store_exception_get(struct db *db, const struct uuid *project,
	const struct uuid *id, struct arena *arena, struct exception *ret, struct err *err);

/* What is nil, SV_NULL, WORD_NONE, -1 is not asked. */
struct exception_filter {
	struct uuid reconciliation, owner, reason;
	enum word state, severity, sort; /* sort: EXCEPTION_SORT_, WORD_NONE: newest first */
	struct sv team, type;
	int live, overdue; /* 0 or 1 */
	int32_t age_min;   /* days */
};
#define EXCEPTION_FILTER_NONE                                                                      \
	((struct exception_filter){.live = -1, .overdue = -1, .age_min = -1})
MUST_CHECK int store_exception_list(struct db *db, const struct uuid *project,
	const struct exception_filter *filter, struct db_page *page, struct arena *arena,
	struct exception **ret, size_t *ret_n, struct err *err);

/* What is WORD_NONE or not set stays; what is set to nothing is taken away. */
struct exception_edit {
	enum word state, severity;
	bool set_reason, set_owner, set_team, set_due, set_note;
	struct uuid reason, owner;
	struct sv team, note;
	int32_t due_on;
};
/* E_STALE: another version, or no such exception. */
MUST_CHECK int store_exception_update(struct db *db, const struct uuid *project,
	const struct uuid *id, int32_t version, const struct uuid *by,
	const struct exception_edit *edit, struct err *err);

struct exception_change {
	int32_t version;
	struct uuid user_id;
	int64_t at;
	struct sv changes; /* JSON */
};
/* The last thousand, newest first. */
MUST_CHECK int store_exception_history(struct db *db, const struct uuid *project,
	const struct uuid *id, struct arena *arena, struct exception_change **ret, size_t *ret_n,
	struct err *err);

struct exception_comment {
	struct uuid id; /* first: lists are paged by it */
	struct uuid user_id;
	struct sv text;
	struct db_uuids mentions;
	int64_t created_at;
};
/* Takes id, user_id, text and mentions. */
MUST_CHECK int store_exception_comment_insert(struct db *db, const struct uuid *project,
	const struct uuid *exception, const struct exception_comment *comment, struct arena *arena,
	struct exception_comment *ret, struct err *err);
MUST_CHECK int store_exception_comments(struct db *db, const struct uuid *project,
	const struct uuid *exception, struct db_page *page, struct arena *arena,
	struct exception_comment **ret, size_t *ret_n, struct err *err);
/* How many of these people, each named once, are members. */
MUST_CHECK int store_member_count(struct db *db, const struct uuid *project,
	const struct uuid *users, size_t n, int64_t *ret, struct err *err);

#endif
