/*
 * Written values: whatever reads as a number, day, instant, id or base64 is written and reads back
 * the same. The first byte chooses the format.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/uuid.h"

static void check_decimal(struct sv text, unsigned choice)
{
	static const struct decimal_format formats[] = {
		{'.', 0}, {'.', ','}, {',', '.'}, {',', ' '}, {'.', '\''}, {0, ','}};
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	int scale = (int)(choice / ARRAY_LEN(formats) % (DECIMAL_SCALE_MAX + 1));
	int64_t units = 0, again = 0;

	if (decimal_parse(text, formats[choice % ARRAY_LEN(formats)], scale, &units))
		return;
	decimal_format(units, scale, &b);
	FUZZ_ASSERT(decimal_parse(buf_sv(&b), formats[0], scale, &again) == 0);
	FUZZ_ASSERT(again == units);
}

static void check_day(struct sv text, unsigned choice)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	int32_t day = 0, again = 0;

	if (date_parse(text, (enum date_order)(choice % 3), &day))
		return;
	FUZZ_ASSERT(day >= DATE_MIN && day <= DATE_MAX);
	date_format(day, &b);
	FUZZ_ASSERT(date_parse(buf_sv(&b), DATE_YMD, &again) == 0);
	FUZZ_ASSERT(again == day);
}

static void check_instant(struct sv text)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	int64_t us = 0, again = 0;

	if (instant_parse(text, &us))
		return;
	instant_format(us, &b);
	if (us >= DATE_MIN * INT64_C(86400000000) &&
		us < (DATE_MAX + INT64_C(1)) * INT64_C(86400000000)) {
		FUZZ_ASSERT(instant_parse(buf_sv(&b), &again) == 0);
		FUZZ_ASSERT(again == us);
	}
}

static void check_codecs(struct sv text)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;
	char *out CLEANUP(free_ptr) = malloc(text.n + 1);
	char id_text[UUID_TEXT_LEN + 1];
	struct uuid id;
	size_t n = 0;

	FUZZ_ASSERT(out != NULL);
	if (b64url_decode(text, out, text.n, &n) == 0) {
		buf_add_b64url(&b, out, n);
		FUZZ_ASSERT(sv_eq(buf_sv(&b), text));
	}
	buf_reset(&b);
	if (hex_decode(text, out, text.n, &n) == 0) {
		buf_add_hex(&b, out, n);
		FUZZ_ASSERT(sv_eq_nocase(buf_sv(&b), text));
	}
	if (uuid_parse(text, &id) == 0) {
		uuid_format(&id, id_text);
		FUZZ_ASSERT(sv_eq_nocase(sv_from_cstr(id_text), text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sv text;

	if (n == 0)
		return 0;
	text = sv_from((const char *)p + 1, n - 1);
	check_decimal(text, p[0]);
	check_day(text, p[0]);
	check_instant(text);
	check_codecs(text);
	return 0;
}
