/*
 * Rows in PostgreSQL's binary format into structs, by tables of members.
 */
#include "store/db_private.h"

#include <endian.h>
#include <string.h>

#define EPOCH_US INT64_C(946684800000000)
#define EPOCH_DAYS 10957

static uint32_t get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

int db_columns(const PGresult *result, const struct db_shape *shape, struct arena *arena,
	int **ret_columns, struct err *err)
{
	int *columns = ARENA_ARRAY(arena, shape->nfields, int);

	if (!columns)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < shape->nfields; i++) {
		columns[i] = PQfnumber(result, shape->fields[i].name);
		if (columns[i] < 0)
			return err_set(err, E_INTERNAL, "the statement gives no column %s",
				shape->fields[i].name);
	}
	*ret_columns = columns;
	return 0;
}

/* Elements of an array without NULLs, one dimension: calls put for each. */
static int decode_array(const char *p, size_t n, size_t size, struct arena *arena,
	void (*put)(struct arena *arena, void *element, struct sv bytes), void **ret_v,
	size_t *ret_n)
{
	size_t count, at = 20;
	char *v;

	if (n < 12 || get32(p) == 0) {
		*ret_v = NULL;
		*ret_n = 0;
		return 0;
	}
	if (n < 20 || get32(p) != 1)
		return E_INTERNAL;
	count = get32(p + 12);
	v = (char *)arena_array(arena, count, size);
	if (!v)
		return E_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		size_t len;

		if (n - at < 4)
			return E_INTERNAL;
		len = get32(p + at);
		if (len > n - at - 4)
			return E_INTERNAL;
		put(arena, v + i * size, sv_from(p + at + 4, len));
		at += 4 + len;
	}
	*ret_v = v;
	*ret_n = count;
	return 0;
}

static void put_uuid(struct arena *arena, void *element, struct sv bytes)
{
	(void)arena;
	if (bytes.n == sizeof(struct uuid))
		memcpy(element, bytes.p, sizeof(struct uuid));
}

static void put_text(struct arena *arena, void *element, struct sv bytes)
{
	*(struct sv *)element = arena_sv(arena, bytes);
}

/* Bytes that the binary format of a member's type has; 0: any. */
static const uint8_t widths[] = {
	[DB_MEMBER_UUID] = 16,
	[DB_MEMBER_HASH] = 32,
	[DB_MEMBER_I32] = 4,
	[DB_MEMBER_I64] = 8,
	[DB_MEMBER_BOOL] = 1,
	[DB_MEMBER_INSTANT] = 8,
	[DB_MEMBER_DAY] = 4,
	[DB_MEMBER_TEXTS] = 0,
};

static int decode_word(const struct db_field *field, struct sv text, enum word *ret)
{
	return word_parse(field->set, text, ret) ? 0 : E_INTERNAL;
}

static int decode_member(
	const struct db_field *field, const char *p, size_t n, struct arena *arena, char *base)
{
	void *at = base + field->offset;

	if (widths[field->member] && widths[field->member] != n)
		return E_INTERNAL;
	switch (field->member) {
	case DB_MEMBER_UUID:
	case DB_MEMBER_HASH:
		memcpy(at, p, n);
		return 0;
	case DB_MEMBER_TEXT:
	case DB_MEMBER_BYTES:
		*(struct sv *)at = arena_sv(arena, sv_from(p, n));
		return ((struct sv *)at)->p ? 0 : E_NO_MEMORY;
	case DB_MEMBER_I32:
		*(int32_t *)at = (int32_t)get32(p);
		return 0;
	case DB_MEMBER_I64:
		*(int64_t *)at = (int64_t)get64(p);
		return 0;
	case DB_MEMBER_BOOL:
		*(bool *)at = *p != 0;
		return 0;
	case DB_MEMBER_INSTANT:
		*(int64_t *)at = (int64_t)get64(p) + EPOCH_US;
		return 0;
	case DB_MEMBER_DAY:
		*(int32_t *)at = (int32_t)get32(p) + EPOCH_DAYS;
		return 0;
	case DB_MEMBER_WORD:
		return decode_word(field, sv_from(p, n), (enum word *)at);
	case DB_MEMBER_ROLE:
		*(enum role *)at = role_from_word(sv_from(p, n));
		return *(enum role *)at == ROLE_NONE ? E_INTERNAL : 0;
	case DB_MEMBER_UUIDS:
		return decode_array(p, n, sizeof(struct uuid), arena, put_uuid,
			(void **)&((struct db_uuids *)at)->v, &((struct db_uuids *)at)->n);
	case DB_MEMBER_TEXTS:
		return decode_array(p, n, sizeof(struct sv), arena, put_text,
			(void **)&((struct db_texts *)at)->v, &((struct db_texts *)at)->n);
	}
	return E_INTERNAL;
}

int db_decode(const PGresult *result, int row, const int *columns, const struct db_shape *shape,
	struct arena *arena, void *ret, struct err *err)
{
	memset(ret, 0, shape->size);
	for (size_t i = 0; i < shape->nfields; i++) {
		const struct db_field *field = &shape->fields[i];
		int code;

		if (PQgetisnull(result, row, columns[i]))
			continue;
		code = decode_member(field, PQgetvalue(result, row, columns[i]),
			(size_t)PQgetlength(result, row, columns[i]), arena, (char *)ret);
		if (code == E_INTERNAL)
			return err_set(
				err, code, "column %s is not of its member's type", field->name);
		if (code < 0)
			return err_set(err, code, NULL);
	}
	return arena_ok(arena) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int db_decode_value(const PGresult *result, int64_t *ret, struct err *err)
{
	int n = PQgetlength(result, 0, 0);

	if (PQgetisnull(result, 0, 0))
		*ret = 0;
	else if (n == 8)
		*ret = (int64_t)get64(PQgetvalue(result, 0, 0));
	else if (n == 4)
		*ret = (int32_t)get32(PQgetvalue(result, 0, 0));
	else
		return err_set(err, E_INTERNAL, "the statement gives no integer");
	return 0;
}
