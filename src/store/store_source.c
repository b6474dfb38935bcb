/* Sources; see store_source.h. */
#include "store/store_source.h"

static const struct db_field source_fields[] = {
	DB_FIELD(source, UUID, id),
	DB_FIELD(source, I32, no),
	DB_FIELD(source, UUID, project_id),
	DB_FIELD(source, TEXT, name),
	DB_FIELD_WORD(source, "SOURCE_KIND", kind),
	DB_FIELD(source, TEXT, time_zone),
	DB_FIELD(source, TEXT, currency),
	DB_FIELD(source, I32, mapping_version),
	DB_FIELD(source, INSTANT, created_at),
};
static const struct db_shape source_shape = DB_SHAPE(source, source_fields);

static const struct db_field mapping_fields[] = {
	DB_FIELD(mapping_row, UUID, source_id),
	DB_FIELD(mapping_row, I32, version),
	DB_FIELD(mapping_row, TEXT, mapping),
	DB_FIELD(mapping_row, INSTANT, created_at),
};
static const struct db_shape mapping_shape = DB_SHAPE(mapping_row, mapping_fields);

int store_source_insert(struct db *db, const struct source *source, const struct uuid *created_by,
	struct arena *arena, struct source *ret, struct err *err)
{
	return db_one(db, SQL_SOURCE_INSERT,
		DB_PARAMS(DB_UUID(&source->id), DB_UUID(&source->project_id), DB_SV(source->name),
			DB_WORD(source->kind), DB_SV(source->time_zone), DB_SV(source->currency),
			DB_UUID(created_by)),
		&source_shape, arena, ret, err);
}

int store_source_get(struct db *db, const struct uuid *project, const struct uuid *id,
	struct arena *arena, struct source *ret, struct err *err)
{
	return db_one(db, SQL_SOURCE_GET, DB_PARAMS(DB_UUID(project), DB_UUID(id)), &source_shape,
		arena, ret, err);
}

int store_source_list(struct db *db, const struct uuid *project, struct db_page *page,
	struct arena *arena, struct source **ret, size_t *ret_n, struct err *err)
{
	struct uuid before = db_page_before(page);
	int code = db_list(db, SQL_SOURCE_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(&before), DB_I32(db_page_limit(page))),
		&source_shape, arena, ret, ret_n, err);

	if (code == 0)
		db_page_end(page, *ret, sizeof(**ret), ret_n);
	return code;
}

int store_mapping_insert(struct db *db, const struct uuid *project, const struct uuid *source,
	struct sv mapping, const struct uuid *created_by, struct arena *arena,
	struct mapping_row *ret, struct err *err)
{
	int64_t no;
	int code = db_value(
		db, SQL_SOURCE_LOCK, DB_PARAMS(DB_UUID(project), DB_UUID(source)), &no, err);

	if (code == 0)
		code = db_one(db, SQL_MAPPING_INSERT,
			DB_PARAMS(DB_UUID(source), DB_UUID(project), DB_SV(mapping),
				DB_UUID(created_by)),
			&mapping_shape, arena, ret, err);
	if (code == 0)
		code = db_run_one(db, SQL_SOURCE_SET_MAPPING,
			DB_PARAMS(DB_UUID(project), DB_UUID(source), DB_I32(ret->version)), err);
	return code;
}

int store_mapping_get(struct db *db, const struct uuid *project, const struct uuid *source,
	int32_t version, struct arena *arena, struct mapping_row *ret, struct err *err)
{
	return db_one(db, SQL_MAPPING_GET,
		DB_PARAMS(DB_UUID(project), DB_UUID(source), DB_I32(version)), &mapping_shape,
		arena, ret, err);
}

int store_mapping_list(struct db *db, const struct uuid *project, const struct uuid *source,
	int32_t before, int32_t limit, struct arena *arena, struct mapping_row **ret, size_t *ret_n,
	struct err *err)
{
	return db_list(db, SQL_MAPPING_LIST,
		DB_PARAMS(DB_UUID(project), DB_UUID(source),
			DB_I32(before > 0 ? before : INT32_MAX), DB_I32(limit)),
		&mapping_shape, arena, ret, ret_n, err);
}
