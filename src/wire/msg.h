#ifndef WIRE_MSG_H
#define WIRE_MSG_H
/*
 * Messages between our programs over SOCK_SEQPACKET, generated from msg.def: a header of 24 bytes
 * (magic, version, type, payload length, zero, id) and fields at fixed places, little-endian.
 * Decoding checks every length, range, text and padding, so what it returns can be used; it says
 * nothing about whether the sender tells the truth. The id pairs an answer with its question.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/sv.h"

#define MSG_MAGIC UINT32_C(0x314e4352) /* "RCN1" */
#define MSG_VERSION 1
#define MSG_HEADER_SIZE 24
#define MSG_MAX_SIZE 65536 /* of any message */

enum msg_output {
	OUTPUT_DATASET = 1,
	OUTPUT_REJECTS,
	OUTPUT_PROPOSAL,
	OUTPUT_STATEMENTS,
	OUTPUT_PREVIEW,
};
enum msg_purpose { PURPOSE_READ, PURPOSE_REPAIR, PURPOSE_PREVIEW };
enum msg_outcome { OUTCOME_READY = 1, OUTCOME_NEEDS_MAPPING, OUTCOME_UNREADABLE };

/* struct msg_scan_request { uint64_t length; uint8_t key[32]; uint8_t file_type; }; ... */
#define MSG(NAME, name, type) struct msg_##name {
#define MSG_U8(f, min, max) uint8_t f;
#define MSG_U16(f, min, max) uint16_t f;
#define MSG_U32(f, min, max) uint32_t f;
#define MSG_U64(f, min, max) uint64_t f;
#define MSG_I64(f, min, max) int64_t f;
#define MSG_BYTES(f, n) uint8_t f[n];
#define MSG_TEXT(f, n) char f[(n) + 1];
#define MSG_TAIL(f, n) struct sv f;
/* end_: a message may have no fields */
#define MSG_END(NAME, name)                                                                        \
	char end_;                                                                                 \
	}                                                                                          \
	;
#include "wire/msg_fields.h"

enum msg_type {
#define MSG(NAME, name, type) MSG_TYPE_##NAME = type,
#define MSG_END(NAME, name)
#include "wire/msg_names.h"
};

struct msg {
	enum msg_type type;
	uint64_t id;
	union {
#define MSG(NAME, name, type) struct msg_##name name;
#define MSG_END(NAME, name)
#include "wire/msg_names.h"
	};
};

/* Encodes m into out. E_INVALID when a field is out of its range: a fault of the caller. */
MUST_CHECK int msg_encode(
	const struct msg *m, uint8_t out[MSG_MAX_SIZE], size_t *ret_n, struct err *err);
/* E_INVALID for anything that is not exactly one message. A tail points into p. */
MUST_CHECK int msg_decode(const void *p, size_t n, struct msg *ret, struct err *err);

/* With a descriptor or -1, as fdpass_send and fdpass_recv. A message of another type than the
 * receiver expects is for the receiver to refuse. A received tail points into room. */
MUST_CHECK int msg_send(int sock, const struct msg *m, int fd, struct err *err);
MUST_CHECK int msg_recv(
	int sock, uint8_t room[MSG_MAX_SIZE], struct msg *ret, int *ret_fd, struct err *err);

const char *msg_name(enum msg_type type); /* "scan_request"; "unknown" */

#endif
