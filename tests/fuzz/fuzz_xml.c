/*
 * XML: however its bytes arrive, the events are the same, and what opens also closes.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "read/xml.h"

struct input {
	struct sv s;
	size_t step;
};

static int input_read(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	struct input *in = ctx;
	size_t most = MIN(cap, in->step), n = MIN(most, in->s.n);

	(void)err;
	if (n > 0)
		memcpy(dst, in->s.p, n);
	in->s = sv_from(in->s.p + n, in->s.n - n);
	*ret_n = n;
	return 0;
}

static int walk(struct sv s, size_t step, struct buf *out)
{
	static struct xml x;
	struct input in = {s, step};
	enum xml_event event = XML_TEXT;
	uint32_t depth = 0;
	int rc = xml_open(&x, input_read, &in, NULL);

	while (rc == 0 && event != XML_EOF) {
		rc = xml_next(&x, &event, NULL);
		if (rc != 0)
			break;
		if (event == XML_TEXT) {
			buf_add_sv(out, x.text);
			FUZZ_ASSERT(depth > 0);
		} else if (event == XML_START) {
			FUZZ_ASSERT(x.depth == ++depth && depth <= XML_DEPTH_MAX);
			buf_add_char(out, '<');
			buf_add_sv(out, x.name);
			for (uint32_t i = 0; i < x.nattrs; i++) {
				buf_add_sv(out, x.attrs[i].name);
				buf_add_sv(out, x.attrs[i].value);
			}
		} else if (event == XML_END) {
			FUZZ_ASSERT(depth > 0 && x.depth == --depth);
			buf_add_char(out, '>');
		}
	}
	FUZZ_ASSERT(rc != 0 || depth == 0);
	xml_close(&x);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole CLEANUP(buf_free) = BUF_INIT, pieces CLEANUP(buf_free) = BUF_INIT;
	struct sv s = sv_from((const char *)p, n);
	int rc = walk(s, SIZE_MAX, &whole);

	FUZZ_ASSERT(walk(s, 3, &pieces) == rc);
	if (rc == 0)
		FUZZ_ASSERT(sv_eq(buf_sv(&whole), buf_sv(&pieces)));
	return 0;
}
