/* E-mail on its way; see store_mail.h. */
#include "store/store_mail.h"

static const struct db_field mail_fields[] = {
	DB_FIELD(mail, UUID, id),
	DB_FIELD(mail, UUID, user_id),
	DB_FIELD_WORD(mail, "MAIL_KIND", kind),
	DB_FIELD(mail, BYTES, sealed),
	DB_FIELD(mail, I32, tries),
	DB_FIELD(mail, INSTANT, created_at),
	DB_FIELD(mail, INSTANT, expires_at),
	DB_FIELD(mail, BOOL, late),
};
static const struct db_shape mail_shape = DB_SHAPE(mail, mail_fields);

int store_mail_insert(struct db *db, const struct uuid *id, const struct uuid *user, enum word kind,
	struct sv sealed, int64_t seconds, struct err *err)
{
	return db_run_one(db, SQL_MAIL_INSERT,
		DB_PARAMS(DB_UUID(id), DB_UUID_OPT(user), DB_WORD(kind), DB_BYTES(sealed),
			DB_I64(seconds)),
		err);
}

int store_mail_try(struct db *db, const struct uuid *id, struct arena *arena, struct mail *ret,
	struct err *err)
{
	return db_one(db, SQL_MAIL_TRY, DB_PARAMS(DB_UUID(id)), &mail_shape, arena, ret, err);
}

int store_mail_end(struct db *db, const struct uuid *id, enum word state, struct sv code,
	struct err *err)
{
	return db_run_one(
		db, SQL_MAIL_END, DB_PARAMS(DB_UUID(id), DB_WORD(state), DB_SV(code)), err);
}

int store_mail_failed_once(
	struct db *db, const struct uuid *id, struct sv code, struct err *err)
{
	return db_run_one(db, SQL_MAIL_FAILED_ONCE, DB_PARAMS(DB_UUID(id), DB_SV(code)), err);
}
