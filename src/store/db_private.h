#ifndef STORE_DB_PRIVATE_H
#define STORE_DB_PRIVATE_H
/*
 * Between the files of db: encoding of parameters, decoding of rows, translation of errors. Nobody
 * else includes this; libpq is known to store/db*.c only.
 */
#include <libpq-fe.h>
#include "base/buf.h"
#include "store/db.h"

#define DB_PARAMS_MAX 32

/* Parameters as libpq wants them; the bytes lie in buf. */
struct db_encoded {
	struct buf buf;
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX];
	int formats[DB_PARAMS_MAX];
	int n;
};

/* Declared types of a statement. E_INTERNAL when the declaration names an unknown type. */
MUST_CHECK int db_types_parse(const char *types, Oid ret_oids[DB_PARAMS_MAX],
	enum db_type ret_types[DB_PARAMS_MAX], size_t *ret_n, struct err *err);
/* E_INTERNAL when the parameters are not of the declared types. Reuses out->buf. */
MUST_CHECK int db_encode(const char *statement, const enum db_type *types, size_t ntypes,
	const struct db_param *params, size_t nparams, struct db_encoded *out, struct err *err);

/* One row of result into the struct at ret. */
MUST_CHECK int db_decode(const PGresult *result, int row, const int *columns,
	const struct db_shape *shape, struct arena *arena, void *ret, struct err *err);
/* Column numbers of the shape's fields. E_INTERNAL when one is missing. */
MUST_CHECK int db_columns(const PGresult *result, const struct db_shape *shape, struct arena *arena,
	int **ret_columns, struct err *err);
/* A single integer of 4 or 8 bytes; NULL is 0. */
MUST_CHECK int db_decode_value(const PGresult *result, int64_t *ret, struct err *err);

/* The error of a failed result or, with result NULL, of the connection. */
int db_error(const PGconn *conn, const PGresult *result, struct err *err);

#endif
