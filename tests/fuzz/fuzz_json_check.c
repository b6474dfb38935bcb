/*
 * JSON: what passes the gate, the parser takes; and its canonical form is a fixed point.
 */
#include "fuzz/fuzz.h"
#include "wire/json.h"
#include "wire/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sv text = sv_from((const char *)p, n);
	struct json_object *o CLEANUP(json_cleanup) = NULL, *again CLEANUP(json_cleanup) = NULL;
	struct buf first CLEANUP(buf_free) = BUF_INIT, second CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	int r = json_check(text, JSON_DEPTH, &err);

	FUZZ_ASSERT(r == err.code);
	if (r) {
		FUZZ_ASSERT(r == E_JSON_SYNTAX || r == E_JSON_DUPLICATE || r == E_JSON_DEPTH ||
			    r == E_INVALID);
		return 0;
	}
	FUZZ_ASSERT(json_parse(text, JSON_DEPTH, &o, &err) == 0);
	json_add_canonical(&first, o);
	FUZZ_ASSERT(buf_ok(&first));
	FUZZ_ASSERT(json_parse(buf_sv(&first), JSON_DEPTH, &again, &err) == 0);
	json_add_canonical(&second, again);
	FUZZ_ASSERT(sv_eq(buf_sv(&first), buf_sv(&second)));
	return 0;
}
