/* Second factors; see store_mfa.h. */
#include "store/store_mfa.h"

static const struct db_field mfa_fields[] = {
	DB_FIELD(mfa, UUID, user_id),
	DB_FIELD(mfa, BYTES, totp_sealed),
	DB_FIELD(mfa, BYTES, totp_pending_sealed),
	DB_FIELD(mfa, INSTANT, totp_at),
	DB_FIELD(mfa, I64, codes_left),
	DB_FIELD(mfa, BOOL, required),
};
static const struct db_shape mfa_shape = DB_SHAPE(mfa, mfa_fields);

int store_mfa_get(struct db *db, const struct uuid *user, struct arena *arena, struct mfa *ret,
	struct err *err)
{
	return db_one(db, SQL_MFA_GET, DB_PARAMS(DB_UUID(user)), &mfa_shape, arena, ret, err);
}

int store_mfa_required(struct db *db, const struct uuid *user, bool *ret, struct err *err)
{
	int64_t required;
	int rc = db_value(db, SQL_MFA_REQUIRED, DB_PARAMS(DB_UUID(user)), &required, err);

	if (rc == 0)
		*ret = required != 0;
	return rc;
}

int store_totp_begin(struct db *db, const struct uuid *user, struct sv sealed, struct err *err)
{
	return db_run_one(db, SQL_TOTP_BEGIN, DB_PARAMS(DB_UUID(user), DB_BYTES(sealed)), err);
}

int store_totp_enable(struct db *db, const struct uuid *user, int64_t step, struct err *err)
{
	return db_run_one(db, SQL_TOTP_ENABLE, DB_PARAMS(DB_UUID(user), DB_I64(step)), err);
}

int store_totp_use(struct db *db, const struct uuid *user, int64_t step, struct err *err)
{
	return db_run_one(db, SQL_TOTP_USE, DB_PARAMS(DB_UUID(user), DB_I64(step)), err);
}

int store_totp_disable(struct db *db, const struct uuid *user, struct err *err)
{
	int rc = db_run_one(db, SQL_TOTP_DISABLE, DB_PARAMS(DB_UUID(user)), err);

	return rc == 0 ? store_recovery_clear(db, user, err) : rc;
}

int store_recovery_insert(
	struct db *db, const struct uuid *user, const uint8_t hash[32], struct err *err)
{
	return db_run_one(db, SQL_RECOVERY_INSERT, DB_PARAMS(DB_UUID(user), DB_HASH(hash)), err);
}

int store_recovery_spend(
	struct db *db, const struct uuid *user, const uint8_t hash[32], struct err *err)
{
	return db_run_one(db, SQL_RECOVERY_SPEND, DB_PARAMS(DB_UUID(user), DB_HASH(hash)), err);
}

int store_recovery_clear(struct db *db, const struct uuid *user, struct err *err)
{
	return db_run(db, SQL_RECOVERY_CLEAR, DB_PARAMS(DB_UUID(user)), NULL, err);
}
