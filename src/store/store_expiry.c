/* What is past its time; see store_expiry.h. */
#include "store/store_expiry.h"

#define BATCH 1000

static const struct {
	const char *word;
	enum sql statement;
} expiries[EXPIRY_COUNT] = {
	[EXPIRY_ANSWERS] = {"answers", SQL_EXPIRE_ANSWERS},
	[EXPIRY_CODES] = {"codes", SQL_EXPIRE_CODES},
	[EXPIRY_SESSIONS] = {"sessions", SQL_EXPIRE_SESSIONS},
	[EXPIRY_LETTERS] = {"letters", SQL_EXPIRE_LETTERS},
	[EXPIRY_VIEWS] = {"views", SQL_EXPIRE_VIEWS},
	[EXPIRY_PREVIEWS] = {"previews", SQL_EXPIRE_PREVIEWS},
	[EXPIRY_TASKS] = {"tasks", SQL_EXPIRE_TASKS},
};

const char *store_expiry_word(enum expiry what)
{
	return expiries[what].word;
}

int store_expire(
	struct db *db, enum expiry what, int64_t seconds, int64_t *ret_rows, struct err *err)
{
	int64_t rows = 0, all = 0;
	int rc;

	do {
		rc = db_run(db, expiries[what].statement, DB_PARAMS(DB_I64(seconds), DB_I32(BATCH)),
			&rows, err);
		all += rc == 0 ? rows : 0;
	} while (rc == 0 && rows == BATCH);
	if (rc == 0)
		*ret_rows = all;
	return rc;
}
