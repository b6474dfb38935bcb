/*
 * Messages: each row of msg.def becomes a function that walks its fields; the same walk encodes
 * and decodes, so the two cannot disagree.
 */
#include "wire/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "sys/fdpass.h"

struct walk {
	bool decode;
	uint8_t *out;      /* when encoding */
	const uint8_t *in; /* when decoding */
	size_t n;          /* bytes of in, or room in out */
	size_t at;
	const char *bad; /* the first field that is wrong */
};

/* The place of the next n bytes; false when there are not so many. */
static bool advance(struct walk *w, size_t n, const char *name, size_t *ret_at)
{
	if (w->bad)
		return false;
	if (n > w->n - w->at) {
		w->bad = name;
		return false;
	}
	*ret_at = w->at;
	w->at += n;
	return true;
}

static uint64_t load(const uint8_t *p, size_t width)
{
	uint64_t v = 0;

	for (size_t i = width; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static void store(uint8_t *p, size_t width, uint64_t v)
{
	for (size_t i = 0; i < width; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t walk_number(
	struct walk *w, const char *name, size_t width, uint64_t v, uint64_t min, uint64_t max)
{
	size_t at;

	if (!advance(w, width, name, &at))
		return 0;
	if (w->decode)
		v = load(w->in + at, width);
	else
		store(w->out + at, width, v);
	if (v < min || v > max)
		w->bad = name;
	return v;
}

static int64_t walk_signed(struct walk *w, const char *name, int64_t v, int64_t min, int64_t max)
{
	v = (int64_t)walk_number(w, name, sizeof(v), (uint64_t)v, 0, UINT64_MAX);
	if (!w->bad && (v < min || v > max))
		w->bad = name;
	return v;
}

static void walk_bytes(struct walk *w, const char *name, uint8_t *p, size_t n)
{
	size_t at;

	if (!advance(w, n, name, &at))
		return;
	if (w->decode)
		memcpy(p, w->in + at, n);
	else
		memcpy(w->out + at, p, n);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n && p[n - 1] == 0)
		n--;
	return n == 0;
}

static bool decode_text(const uint8_t *in, char *p, size_t max)
{
	size_t n = (size_t)load(in, 2);

	if (n > max || !all_zero(in + 2 + n, max - n))
		return false;
	memcpy(p, in + 2, n);
	p[n] = '\0';
	return utf8_valid(sv_from(p, n)) && !memchr(p, '\0', n);
}

/* Text that was cut within a character loses that character. */
static void encode_text(uint8_t *out, const char *p, size_t max)
{
	size_t n = utf8_valid_prefix(sv_from(p, strnlen(p, max)));

	store(out, 2, n);
	memcpy(out + 2, p, n);
	memset(out + 2 + n, 0, max - n);
}

static void walk_text(struct walk *w, const char *name, char *p, size_t max)
{
	size_t at;

	if (!advance(w, 2 + max, name, &at))
		return;
	if (!w->decode)
		encode_text(w->out + at, p, max);
	else if (!decode_text(w->in + at, p, max))
		w->bad = name;
}

static void walk_tail(struct walk *w, const char *name, struct sv *tail, size_t max)
{
	size_t n = w->decode ? w->n - w->at : tail->n;
	size_t at;

	if (n > max) {
		w->bad = w->bad ? w->bad : name;
		return;
	}
	if (!advance(w, n, name, &at))
		return;
	if (w->decode)
		*tail = sv_from((const char *)w->in + at, n);
	else if (n)
		memcpy(w->out + at, tail->p, n);
}

#define MSG(NAME, name, type)                                                                      \
	static void walk_##name(struct walk *w UNUSED, struct msg_##name *m UNUSED)                \
	{
#define MSG_U8(f, min, max) m->f = (uint8_t)walk_number(w, #f, 1, m->f, min, max);
#define MSG_U16(f, min, max) m->f = (uint16_t)walk_number(w, #f, 2, m->f, min, max);
#define MSG_U32(f, min, max) m->f = (uint32_t)walk_number(w, #f, 4, m->f, min, max);
#define MSG_U64(f, min, max) m->f = walk_number(w, #f, 8, m->f, min, max);
#define MSG_I64(f, min, max) m->f = walk_signed(w, #f, m->f, min, max);
#define MSG_BYTES(f, n) walk_bytes(w, #f, m->f, n);
#define MSG_TEXT(f, n) walk_text(w, #f, m->f, n);
#define MSG_TAIL(f, n) walk_tail(w, #f, &m->f, n);
#define MSG_END(NAME, name) }
#include "wire/msg_fields.h"

/* False when the type is unknown. */
static bool walk_payload(struct walk *w, struct msg *m)
{
	switch (m->type) {
#define MSG(NAME, name, type)                                                                      \
	case MSG_TYPE_##NAME:                                                                      \
		walk_##name(w, &m->name);                                                          \
		return true;
#define MSG_END(NAME, name)
#include "wire/msg_names.h"
	}
	return false;
}

const char *msg_name(enum msg_type type)
{
	switch (type) {
#define MSG(NAME, name, type)                                                                      \
	case MSG_TYPE_##NAME:                                                                      \
		return #name;
#define MSG_END(NAME, name)
#include "wire/msg_names.h"
	}
	return "unknown";
}

int msg_encode(const struct msg *m, uint8_t out[MSG_MAX_SIZE], size_t *ret_n, struct err *err)
{
	struct walk w = {.out = out + MSG_HEADER_SIZE, .n = MSG_MAX_SIZE - MSG_HEADER_SIZE};
	struct msg copy = *m;

	if (!walk_payload(&w, &copy))
		return err_set(err, E_INVALID, "there is no message of type %d", (int)m->type);
	if (w.bad)
		return err_set(
			err, E_INVALID, "message %s: %s is out of range", msg_name(m->type), w.bad);
	store(out, 4, MSG_MAGIC);
	store(out + 4, 2, MSG_VERSION);
	store(out + 6, 2, (uint64_t)m->type);
	store(out + 8, 4, w.at);
	store(out + 12, 4, 0);
	store(out + 16, 8, m->id);
	*ret_n = MSG_HEADER_SIZE + w.at;
	return 0;
}

static int check_header(const uint8_t *in, size_t n, struct err *err)
{
	if (n < MSG_HEADER_SIZE || load(in, 4) != MSG_MAGIC)
		return err_set(err, E_INVALID, "this is no message of ours");
	if (load(in + 4, 2) != MSG_VERSION)
		return err_set(err, E_INVALID, "a message of another version");
	if (load(in + 8, 4) != n - MSG_HEADER_SIZE || load(in + 12, 4) != 0)
		return err_set(err, E_INVALID, "a message with a wrong header");
	return 0;
}

int msg_decode(const void *p, size_t n, struct msg *ret, struct err *err)
{
	const uint8_t *in = p;
	struct walk w = {.decode = true};
	struct msg m = {0};
	int r = check_header(in, n, err);

	if (r)
		return r;
	w.in = in + MSG_HEADER_SIZE;
	w.n = n - MSG_HEADER_SIZE;
	m.type = (enum msg_type)load(in + 6, 2);
	m.id = load(in + 16, 8);
	if (!walk_payload(&w, &m))
		return err_set(err, E_INVALID, "there is no message of type %d", (int)m.type);
	if (w.bad)
		return err_set(
			err, E_INVALID, "message %s: %s is not valid", msg_name(m.type), w.bad);
	if (w.at != w.n)
		return err_set(err, E_INVALID, "message %s is too long", msg_name(m.type));
	*ret = m;
	return 0;
}

int msg_send(int sock, const struct msg *m, int fd, struct err *err)
{
	uint8_t out[MSG_MAX_SIZE];
	size_t n = 0;
	int r = msg_encode(m, out, &n, err);

	if (!r)
		r = fdpass_send(sock, out, n, fd, err);
	explicit_bzero(out, n); /* it may have carried a key */
	return r;
}

int msg_recv(int sock, uint8_t room[MSG_MAX_SIZE], struct msg *ret, int *ret_fd, struct err *err)
{
	int fd CLEANUP(fd_close) = -1;
	size_t n;
	int r = fdpass_recv(sock, room, MSG_MAX_SIZE, &n, &fd, err);

	if (!r)
		r = msg_decode(room, n, ret, err);
	if (!r)
		*ret_fd = TAKE_FD(fd);
	return r;
}
