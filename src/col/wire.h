#ifndef COL_WIRE_H
#define COL_WIRE_H
/*
 * Little-endian fields of the small descriptive sections: appended to a struct buf, taken from a
 * bounded cursor with a sticky error. Private to this folder.
 */
#include <string.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/sv.h"

struct wire {
	const uint8_t *p;
	size_t n;
	bool failed;
};

static inline void wire_put(struct buf *b, uint64_t v, size_t n)
{
	buf_add(b, &v, n);
}

/* u16 length and bytes; longer text is cut by no one: callers bound it. */
static inline void wire_put_str(struct buf *b, struct sv s)
{
	wire_put(b, s.n, 2);
	buf_add(b, s.p, s.n);
}

static inline uint64_t wire_get(struct wire *w, size_t n)
{
	uint64_t v = 0;

	if (w->failed || w->n < n) {
		w->failed = true;
		return 0;
	}
	memcpy(&v, w->p, n);
	w->p += n;
	w->n -= n;
	return v;
}

static inline void wire_get_bytes(struct wire *w, void *dst, size_t n)
{
	if (w->failed || w->n < n) {
		w->failed = true;
		return;
	}
	memcpy(dst, w->p, n);
	w->p += n;
	w->n -= n;
}

static inline struct sv wire_get_str(struct wire *w)
{
	size_t n = wire_get(w, 2);

	if (w->failed || w->n < n) {
		w->failed = true;
		return SV_NULL;
	}
	struct sv s = sv_from((const char *)w->p, n);
	w->p += n;
	w->n -= n;
	return s;
}

/* True when all was there and nothing is left. */
static inline bool wire_done(const struct wire *w)
{
	return !w->failed && w->n == 0;
}

#endif
