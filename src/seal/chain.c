/* Rows and checkpoints as text, and their hashes; see chain.h. */
#include "seal/chain.h"

#include <string.h>

#include "base/date.h"
#include "wire/json.h"

#define CHECKPOINT_TYPE "recon-audit-checkpoint-1"
#define LINE_DEPTH JSON_DEPTH

/* --- writing ---------------------------------------------------------------------------------- */

static void put_id(struct json_writer *w, const char *key, const struct uuid *id)
{
	json_put_uuid(w, key, uuid_is_nil(id) ? NULL : id);
}

static void put_hex(struct json_writer *w, const char *key, const void *p, size_t n)
{
	char text[2 * SIGN_LEN];
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	if (p == NULL) {
		json_put_null(w, key);
		return;
	}
	buf_add_hex(&hex, p, n);
	n = MIN(hex.n, sizeof(text));
	if (n > 0)
		memcpy(text, hex.p, n);
	json_put_text(w, key, sv_from(text, n));
	if (!buf_ok(&hex) && w->out->error == 0)
		w->out->error = hex.error;
}

static void put_json(struct json_writer *w, const char *key, struct sv json)
{
	if (json.p == NULL)
		json_put_null(w, key);
	else
		json_put_raw(w, key, json);
}

/* The keys stand in the order of their bytes; whole: with what the hash does not cover. */
static void put_row(struct json_writer *w, const struct chain_row *r, bool whole)
{
	json_open_object(w, NULL);
	json_put_text(w, "action", r->action);
	put_id(w, "actor_id", &r->actor_id);
	json_put_text(w, "actor_kind", r->actor_kind);
	put_json(w, "details", r->details);
	if (whole)
		put_hex(w, "hash", r->hash, SHA256_LEN);
	json_put_uuid(w, "id", &r->id);
	put_id(w, "object_id", &r->object_id);
	json_put_text(w, "object_kind", r->object_kind);
	json_put_text(w, "outcome", r->outcome);
	if (whole)
		put_json(w, "personal", r->personal);
	put_hex(w, "personal_hash", r->personal_hash.p, r->personal_hash.n);
	put_hex(w, "prev_hash", r->prev_hash, SHA256_LEN);
	put_id(w, "project_id", &r->project_id);
	json_put_text(w, "request_id", r->request_id);
	if (whole)
		put_hex(w, "salt", r->salt.p, r->salt.n);
	json_put_int(w, "seq", r->seq);
	json_put_instant(w, "ts", r->ts);
	json_close_object(w);
}

int chain_hash(const struct chain_row *row, uint8_t ret[SHA256_LEN], struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);

	put_row(&w, row, false);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	hash_sha256(text.p, text.n, ret);
	return 0;
}

void chain_row_format(const struct chain_row *row, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	put_row(&w, row, true);
}

/* --- personal things -------------------------------------------------------------------------- */

int chain_canonical(struct sv json, struct arena *arena, struct sv *ret, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int rc;

	*ret = SV_NULL;
	if (json.p == NULL)
		return 0;
	rc = json_parse(json, LINE_DEPTH, &root, err);
	if (rc != 0)
		return rc;
	json_add_canonical(&text, root);
	*ret = buf_ok(&text) ? arena_sv(arena, buf_sv(&text)) : SV_NULL;
	return ret->p == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

void chain_personal_hash(struct sv salt, struct sv personal, uint8_t ret[SHA256_LEN])
{
	struct hash *h CLEANUP(hash_freep) = hash_new();

	memset(ret, 0, SHA256_LEN);
	if (h == NULL)
		return;
	hash_update(h, salt.p, salt.n);
	hash_update(h, personal.p, personal.n);
	hash_final(h, ret);
}

bool chain_personal_fits(const struct chain_row *row)
{
	uint8_t hash[SHA256_LEN];

	if (row->personal.p == NULL)
		return row->salt.p == NULL;
	if (row->salt.n != CHAIN_SALT_LEN || row->personal_hash.n != SHA256_LEN)
		return false;
	chain_personal_hash(row->salt, row->personal, hash);
	return memcmp(hash, row->personal_hash.p, SHA256_LEN) == 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void read_hex(struct json_reader *r, const char *key, enum json_need need, uint8_t *ret,
	size_t n)
{
	struct sv text = SV_NULL;
	size_t got = 0;

	json_read_text(r, key, need, 2 * n, 2 * n, &text);
	if (text.p != NULL && (hex_decode(text, ret, n, &got) != 0 || got != n))
		json_reader_fail(r, E_INVALID, key, "Hexadecimal digits are wanted.");
}

static void read_hex_opt(
	struct json_reader *r, const char *key, size_t n, struct arena *arena, struct sv *ret)
{
	uint8_t bytes[SHA256_LEN];

	*ret = SV_NULL;
	if (!json_has(r, key))
		return;
	read_hex(r, key, JSON_REQUIRED, bytes, n);
	*ret = arena_sv(arena, sv_from((const char *)bytes, n));
}

static void read_json(
	struct json_reader *r, const char *key, struct arena *arena, struct sv *ret)
{
	const struct json_object *value = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	*ret = SV_NULL;
	json_read_value(r, key, JSON_OPTIONAL, &value);
	if (value == NULL)
		return;
	json_add_canonical(&text, value);
	if (buf_ok(&text))
		*ret = arena_sv(arena, buf_sv(&text));
}

static void read_text(struct json_reader *r, const char *key, enum json_need need,
	struct arena *arena, struct sv *ret)
{
	struct sv text = SV_NULL;

	json_read_text(r, key, need, 0, 255, &text);
	*ret = text.p == NULL ? SV_NULL : arena_sv(arena, text);
}

static int read_row(
	const struct json_object *root, struct arena *arena, struct chain_row *row, struct err *err)
{
	struct json_reader r = json_reader_of(root, err);

	read_text(&r, "action", JSON_REQUIRED, arena, &row->action);
	json_read_uuid(&r, "actor_id", JSON_OPTIONAL, &row->actor_id);
	read_text(&r, "actor_kind", JSON_REQUIRED, arena, &row->actor_kind);
	read_json(&r, "details", arena, &row->details);
	read_hex(&r, "hash", JSON_REQUIRED, row->hash, SHA256_LEN);
	json_read_uuid(&r, "id", JSON_REQUIRED, &row->id);
	json_read_uuid(&r, "object_id", JSON_OPTIONAL, &row->object_id);
	read_text(&r, "object_kind", JSON_REQUIRED, arena, &row->object_kind);
	read_text(&r, "outcome", JSON_REQUIRED, arena, &row->outcome);
	read_json(&r, "personal", arena, &row->personal);
	read_hex_opt(&r, "personal_hash", SHA256_LEN, arena, &row->personal_hash);
	read_hex(&r, "prev_hash", JSON_REQUIRED, row->prev_hash, SHA256_LEN);
	json_read_uuid(&r, "project_id", JSON_OPTIONAL, &row->project_id);
	read_text(&r, "request_id", JSON_OPTIONAL, arena, &row->request_id);
	read_hex_opt(&r, "salt", CHAIN_SALT_LEN, arena, &row->salt);
	json_read_int(&r, "seq", JSON_REQUIRED, INT64_MIN, INT64_MAX, &row->seq);
	json_read_instant(&r, "ts", JSON_REQUIRED, &row->ts);
	if (!arena_ok(arena))
		return err_set(err, E_NO_MEMORY, NULL);
	return json_reader_end(&r);
}

int chain_row_parse(struct sv line, struct arena *arena, struct chain_row *ret, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct chain_row row = {.seq = 0};
	struct err own = {0};
	int rc = json_parse(line, LINE_DEPTH, &root, &own);

	if (rc == 0)
		rc = read_row(root, arena, &row, &own);
	if (rc == 0)
		*ret = row;
	else if (err != NULL)
		*err = own;
	return rc;
}

/* --- checkpoints ------------------------------------------------------------------------------ */

static void put_checkpoint(struct json_writer *w, const struct chain_checkpoint *cp, bool whole)
{
	json_open_object(w, NULL);
	json_put_int(w, "count", cp->count);
	put_hex(w, "hash", cp->hash, SHA256_LEN);
	put_hex(w, "key", cp->key, SIGN_ID_LEN);
	json_put_int(w, "seq", cp->seq);
	if (whole)
		put_hex(w, "signature", cp->signature, SIGN_LEN);
	json_put_instant(w, "ts", cp->ts);
	json_put_cstr(w, "type", CHECKPOINT_TYPE);
	json_close_object(w);
}

int chain_checkpoint_sign(
	struct chain_checkpoint *cp, const struct sign_pair *pair, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);

	memcpy(cp->key, pair->public_key.id, SIGN_ID_LEN);
	put_checkpoint(&w, cp, false);
	if (!buf_ok(&text))
		return err_set(err, E_NO_MEMORY, NULL);
	sign_make(pair, buf_sv(&text), cp->signature);
	return 0;
}

bool chain_checkpoint_check(const struct chain_checkpoint *cp, const struct sign_ring *ring)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);

	put_checkpoint(&w, cp, false);
	return buf_ok(&text) && sign_check(ring, cp->key, buf_sv(&text), cp->signature);
}

void chain_checkpoint_format(const struct chain_checkpoint *cp, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	put_checkpoint(&w, cp, true);
}

int chain_checkpoint_parse(struct sv line, struct chain_checkpoint *ret, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	struct chain_checkpoint cp = {.seq = 0};
	struct err own = {0};
	struct json_reader r;
	struct sv type = SV_NULL;
	int rc = json_parse(line, LINE_DEPTH, &root, &own);

	if (rc == 0) {
		r = json_reader_of(root, &own);
		json_read_int(&r, "count", JSON_REQUIRED, 0, INT64_MAX, &cp.count);
		read_hex(&r, "hash", JSON_REQUIRED, cp.hash, SHA256_LEN);
		read_hex(&r, "key", JSON_REQUIRED, cp.key, SIGN_ID_LEN);
		json_read_int(&r, "seq", JSON_REQUIRED, 0, INT64_MAX, &cp.seq);
		read_hex(&r, "signature", JSON_REQUIRED, cp.signature, SIGN_LEN);
		json_read_instant(&r, "ts", JSON_REQUIRED, &cp.ts);
		json_read_text(&r, "type", JSON_REQUIRED, 1, 64, &type);
		if (type.p != NULL && !sv_eq_cstr(type, CHECKPOINT_TYPE))
			json_reader_fail(&r, E_INVALID, "type", "It is no checkpoint of an audit log.");
		rc = json_reader_end(&r);
	}
	if (rc == 0)
		*ret = cp;
	else if (err != NULL)
		*err = own;
	return rc;
}
