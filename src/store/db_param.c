/*
 * Parameters in PostgreSQL's binary format (network byte order; arrays: dimensions, null flag,
 * element type, length, lower bound, then each element with its length). A statement declares its
 * types in its header line, and what a caller passes must be exactly that.
 */
#include "store/db_private.h"

#include <endian.h>
#include <string.h>

/* Unix epoch to PostgreSQL's, 2000-01-01. */
#define EPOCH_US INT64_C(946684800000000)
#define EPOCH_DAYS 10957

static const struct {
	const char *name;
	Oid oid;
	Oid element; /* of arrays */
	size_t width;
} types_table[DB_TYPE_COUNT] = {
	[DB_TYPE_UUID] = {"uuid", 2950, 0, 16},
	[DB_TYPE_TEXT] = {"text", 25, 0, 0},
	[DB_TYPE_BYTEA] = {"bytea", 17, 0, 0},
	[DB_TYPE_INT4] = {"int4", 23, 0, 4},
	[DB_TYPE_INT8] = {"int8", 20, 0, 8},
	[DB_TYPE_BOOL] = {"bool", 16, 0, 1},
	[DB_TYPE_TIMESTAMPTZ] = {"timestamptz", 1184, 0, 8},
	[DB_TYPE_DATE] = {"date", 1082, 0, 4},
	[DB_TYPE_UUIDS] = {"uuid[]", 2951, 2950, 16},
	[DB_TYPE_TEXTS] = {"text[]", 1009, 25, 0},
	[DB_TYPE_INT4S] = {"int4[]", 1007, 23, 4},
	[DB_TYPE_INT8S] = {"int8[]", 1016, 20, 8},
	[DB_TYPE_DATES] = {"date[]", 1182, 1082, 4},
	[DB_TYPE_BITS] = {"bit[]", 1561, 1560, 0},
};

static enum db_type type_find(struct sv name)
{
	for (int i = DB_TYPE_NONE + 1; i < DB_TYPE_COUNT; i++)
		if (sv_eq_cstr(name, types_table[i].name))
			return (enum db_type)i;
	return DB_TYPE_NONE;
}

int db_types_parse(const char *types, Oid ret_oids[DB_PARAMS_MAX],
	enum db_type ret_types[DB_PARAMS_MAX], size_t *ret_n, struct err *err)
{
	struct sv rest = sv_trim(sv_from_cstr(types));
	size_t n = 0;

	while (rest.n > 0) {
		struct sv name = sv_trim(sv_cut(&rest, ','));
		enum db_type type = type_find(name);

		if (type == DB_TYPE_NONE || n == DB_PARAMS_MAX)
			return err_set(
				err, E_INTERNAL, "no such parameter type: %.*s", SV_ARG(name));
		ret_oids[n] = types_table[type].oid;
		ret_types[n++] = type;
	}
	*ret_n = n;
	return 0;
}

static void put32(struct buf *b, uint32_t v)
{
	v = htobe32(v);
	buf_add(b, &v, sizeof(v));
}

static void put64(struct buf *b, uint64_t v)
{
	v = htobe64(v);
	buf_add(b, &v, sizeof(v));
}

static void encode_scalar(const struct db_param *p, struct buf *b)
{
	switch (p->type) {
	case DB_TYPE_INT4:
		put32(b, (uint32_t)p->i);
		break;
	case DB_TYPE_INT8:
		put64(b, (uint64_t)p->i);
		break;
	case DB_TYPE_BOOL:
		buf_add_char(b, (char)p->i);
		break;
	case DB_TYPE_TIMESTAMPTZ:
		put64(b, (uint64_t)(p->i - EPOCH_US));
		break;
	case DB_TYPE_DATE:
		put32(b, (uint32_t)(p->i - EPOCH_DAYS));
		break;
	default:
		buf_add(b, p->p, p->n);
		break;
	}
}

static void encode_element(const struct db_param *p, size_t i, struct buf *b)
{
	size_t bytes = p->unit / 8;

	switch (p->type) {
	case DB_TYPE_UUIDS:
		put32(b, 16);
		buf_add(b, ((const struct uuid *)p->p)[i].b, 16);
		break;
	case DB_TYPE_TEXTS:
		put32(b, (uint32_t)((const struct sv *)p->p)[i].n);
		buf_add_sv(b, ((const struct sv *)p->p)[i]);
		break;
	case DB_TYPE_INT4S:
		put32(b, 4);
		put32(b, (uint32_t)((const int32_t *)p->p)[i]);
		break;
	case DB_TYPE_DATES:
		put32(b, 4);
		put32(b, (uint32_t)(((const int32_t *)p->p)[i] - EPOCH_DAYS));
		break;
	case DB_TYPE_INT8S:
		put32(b, 8);
		put64(b, (uint64_t)((const int64_t *)p->p)[i]);
		break;
	default:
		put32(b, (uint32_t)(4 + bytes));
		put32(b, (uint32_t)p->unit);
		buf_add(b, (const char *)p->p + i * bytes, bytes);
		break;
	}
}

static void encode_array(const struct db_param *p, struct buf *b)
{
	put32(b, p->n > 0 ? 1 : 0);
	put32(b, 0);
	put32(b, types_table[p->type].element);
	if (p->n == 0)
		return;
	put32(b, (uint32_t)p->n);
	put32(b, 1);
	for (size_t i = 0; i < p->n; i++)
		encode_element(p, i, b);
}

int db_encode(const char *statement, const enum db_type *types, size_t ntypes,
	const struct db_param *params, size_t nparams, struct db_encoded *out, struct err *err)
{
	size_t starts[DB_PARAMS_MAX];

	if (nparams != ntypes)
		return err_set(err, E_INTERNAL, "%s takes %zu parameters, got %zu", statement,
			ntypes, nparams);
	buf_reset(&out->buf);
	for (size_t i = 0; i < nparams; i++) {
		const struct db_param *p = &params[i];

		if (p->type != types[i])
			return err_set(err, E_INTERNAL, "%s: $%zu is %s", statement, i + 1,
				types_table[types[i]].name);
		starts[i] = out->buf.n;
		if (!p->null && types_table[p->type].element)
			encode_array(p, &out->buf);
		else if (!p->null)
			encode_scalar(p, &out->buf);
		out->lengths[i] = (int)(out->buf.n - starts[i]);
		out->formats[i] = 1;
	}
	if (!buf_ok(&out->buf) || out->buf.n > INT32_MAX)
		return err_set(err, E_NO_MEMORY, "%s: the parameters are too large", statement);
	for (size_t i = 0; i < nparams; i++)
		out->values[i] = params[i].null ? NULL : buf_cstr(&out->buf) + starts[i];
	out->n = (int)nparams;
	return 0;
}
