#ifndef SEAL_CHAIN_H
#define SEAL_CHAIN_H
/*
 * The audit log's rows as a chain: the one text that a row's hash is taken over, and the signed
 * checkpoints that say how long the chain was at a moment. docs/audit.md describes both so that
 * somebody else can check them without this program.
 *
 * A row's text is the canonical JSON of its members (keys in the order of their bytes, no blanks,
 * null where there is nothing), with `prev_hash`, without `hash`; the hash is its SHA-256. Personal
 * things (a network address) are not in it, but personal_hash = SHA-256(salt, their canonical JSON):
 * erasing both salt and things leaves every hash as it was, and the salt makes guessing useless.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"
#include "base/uuid.h"
#include "seal/hash.h"
#include "seal/sign.h"

#define CHAIN_SALT_LEN 32

struct chain_row {
	int64_t seq; /* from 1, without gaps */
	struct uuid id;
	int64_t ts; /* µs */
	struct uuid project_id;
	struct sv actor_kind;
	struct uuid actor_id;
	struct sv action;
	struct sv object_kind;
	struct uuid object_id;
	struct sv outcome;
	struct sv request_id;             /* SV_NULL: none */
	struct sv details;                /* canonical JSON; SV_NULL: none */
	struct sv personal;               /* canonical JSON; SV_NULL: none, or erased */
	struct sv salt;                   /* CHAIN_SALT_LEN bytes; with personal */
	struct sv personal_hash;          /* SHA256_LEN bytes; SV_NULL: there never was any */
	uint8_t prev_hash[SHA256_LEN];    /* zero in the first row */
	uint8_t hash[SHA256_LEN];
};

/* JSON as canonical text in the arena; SV_NULL stays. E_JSON_SYNTAX and others of json_check. */
MUST_CHECK int chain_canonical(
	struct sv json, struct arena *arena, struct sv *ret, struct err *err);
void chain_personal_hash(
	struct sv salt, struct sv personal, uint8_t ret[SHA256_LEN]);
/* The hash that the row's members give. E_NO_MEMORY. */
MUST_CHECK int chain_hash(const struct chain_row *row, uint8_t ret[SHA256_LEN], struct err *err);
/* Do the personal things, where they are still there, give personal_hash? */
bool chain_personal_fits(const struct chain_row *row);

/* One line of an export, without its end: as the canonical text, with hash, personal and salt. */
void chain_row_format(const struct chain_row *row, struct buf *out);
/* Texts live in the arena. E_INVALID, E_UNKNOWN_FIELD, E_JSON_...: not such a line. */
MUST_CHECK int chain_row_parse(
	struct sv line, struct arena *arena, struct chain_row *ret, struct err *err);

struct chain_checkpoint {
	int64_t seq;   /* of the last row then */
	int64_t count; /* of rows until then */
	int64_t ts;    /* when it was signed, µs */
	uint8_t hash[SHA256_LEN]; /* of that row */
	uint8_t key[SIGN_ID_LEN];
	uint8_t signature[SIGN_LEN];
};

/* Fills key and signature. E_NO_MEMORY. */
MUST_CHECK int chain_checkpoint_sign(
	struct chain_checkpoint *cp, const struct sign_pair *pair, struct err *err);
bool chain_checkpoint_check(const struct chain_checkpoint *cp, const struct sign_ring *ring);
/* One line, without its end. */
void chain_checkpoint_format(const struct chain_checkpoint *cp, struct buf *out);
MUST_CHECK int chain_checkpoint_parse(
	struct sv line, struct chain_checkpoint *ret, struct err *err);

#endif
