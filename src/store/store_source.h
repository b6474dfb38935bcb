#ifndef STORE_STORE_SOURCE_H
#define STORE_STORE_SOURCE_H
/*
 * Sources and the versions of their mappings (JSON text as written; src/read knows what it means).
 */
#include "store/db.h"

struct source {
	struct uuid id;
	int32_t no;
	struct uuid project_id;
	struct sv name;
	enum word kind; /* SOURCE_KIND_ */
	struct sv time_zone;
	struct sv currency;      /* SV_NULL: named by each row */
	int32_t mapping_version; /* 0: none yet */
	int64_t created_at;
};

struct mapping_row {
	struct uuid source_id;
	int32_t version;
	struct sv mapping; /* JSON */
	int64_t created_at;
};

/* Takes id, project_id, name, kind, time_zone and currency. E_EXISTS: the name. */
MUST_CHECK int store_source_insert(struct db *db, const struct source *source,
	const struct uuid *created_by, struct arena *arena, struct source *ret, struct err *err);
MUST_CHECK int store_source_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct source *ret, struct err *err);
MUST_CHECK int store_source_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct source **ret, size_t *ret_n, struct err *err);

/* Inside a transaction: adds the next version and makes it the source's. */
MUST_CHECK int store_mapping_insert(struct db *db, const struct uuid *project,
	const struct uuid *source, struct sv mapping, const struct uuid *created_by,
	struct arena *arena, struct mapping_row *ret, struct err *err);
MUST_CHECK int store_mapping_get(struct db *db, const struct uuid *project,
	const struct uuid *source, int32_t version, struct arena *arena, struct mapping_row *ret,
	struct err *err);
/* Newest first, below version `before` (0: from the newest), at most limit. */
MUST_CHECK int store_mapping_list(struct db *db, const struct uuid *project,
	const struct uuid *source, int32_t before, int32_t limit, struct arena *arena,
	struct mapping_row **ret, size_t *ret_n, struct err *err);

#endif
