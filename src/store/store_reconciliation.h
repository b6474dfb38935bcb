#ifndef STORE_STORE_RECONCILIATION_H
#define STORE_STORE_RECONCILIATION_H
/*
 * Reconciliations, their sources and the versions of their rulesets (JSON text as written;
 * src/rules knows what it means).
 */
#include "store/db.h"

struct reconciliation {
	struct uuid id;
	int32_t no;
	struct uuid project_id;
	struct sv name;
	enum word status;        /* PROJECT_STATUS_: active or archived */
	int32_t ruleset_version; /* 0: the proposed default */
	int32_t model_version;   /* pinned; 0: jobs learn */
	int64_t decision_seq;    /* of the newest decision; what If-Match names */
	int64_t created_at;
	struct db_uuids left_sources, right_sources, advice_sources; /* advice: none or one */
	struct uuid last_job; /* nil: none */
};

struct ruleset_row {
	struct uuid reconciliation_id;
	int32_t version;
	struct sv ruleset; /* JSON */
	uint8_t hash[32];  /* of the canonical form */
	int64_t created_at, approved_at;
};

/* Inside a transaction: takes id, project_id, name and the sources. E_EXISTS: the name; E_CONFLICT: a
 * source is not of this project. */
MUST_CHECK int store_reconciliation_insert(struct db *db, const struct reconciliation *rec,
	const struct uuid *created_by, struct err *err);
MUST_CHECK int store_reconciliation_get(struct db *db, const struct uuid *project,
	const struct uuid *id, struct arena *arena, struct reconciliation *ret, struct err *err);
MUST_CHECK int store_reconciliation_list(struct db *db, const struct uuid *project,
	struct db_page *page, struct arena *arena, struct reconciliation **ret, size_t *ret_n,
	struct err *err);

/* Inside a transaction: adds the next version and makes it the reconciliation's. */
MUST_CHECK int store_ruleset_insert(struct db *db, const struct uuid *project,
	const struct uuid *rec, struct sv ruleset, const uint8_t hash[32],
	const struct uuid *created_by, struct arena *arena, struct ruleset_row *ret,
	struct err *err);
MUST_CHECK int store_ruleset_get(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t version, struct arena *arena, struct ruleset_row *ret, struct err *err);
/* Newest first, below version `before` (0: from the newest), at most limit. */
MUST_CHECK int store_ruleset_list(struct db *db, const struct uuid *project, const struct uuid *rec,
	int32_t before, int32_t limit, struct arena *arena, struct ruleset_row **ret, size_t *ret_n,
	struct err *err);

#endif
