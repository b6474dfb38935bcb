/*
 * The engine on small tables made of the bytes: whatever the records are, the result keeps its
 * promises (match_check), and a second run with more threads gives the same. The first byte chooses
 * the passes; then six bytes a record.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/decimal.h"
#include "col/col_build.h"
#include "match/match.h"

#define ROWS_MAX 24u

#define THEN "\"then\":{\"confirm\":{\"confidence\":0.5,\"margin\":2,\"chance\":1},\"suggest\":{\"confidence\":0}}"

static const char *const passes[] = {
	"{\"name\":\"a\",\"when\":{\"ref\":\"same\",\"amount\":\"same\"}," THEN "}",
	"{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.03\"},\"day\":{\"days\":[-2,4]}}," THEN "}",
	"{\"name\":\"a\",\"when\":{\"text\":{\"like\":0.6}}," THEN "},"
	"{\"name\":\"g\",\"stage\":2,\"kind\":\"n:1\",\"when\":{\"day\":{\"days\":[0,9]}},\"group\":{\"how\":"
	"\"subset\",\"lines\":[2,6]}," THEN "}",
	"{\"name\":\"g\",\"kind\":\"1:n\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":\"all\","
	"\"except_up_to\":2,\"total\":{\"within\":0.02}}," THEN "},"
	"{\"name\":\"n\",\"kind\":\"net right\",\"when\":{\"ref\":\"same\"}," THEN "},"
	"{\"name\":\"p\",\"stage\":2,\"kind\":\"partial\",\"when\":{\"ref\":\"same\"}," THEN "}",
	"{\"name\":\"r\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":\"run\",\"along\":"
	"[\"day\"],\"lines\":[2,5]}," THEN "}",
	"{\"name\":\"l\",\"mode\":\"learn\"," THEN "}",
	"{\"name\":\"a\",\"when\":{\"amount\":{\"within\":\"0.01\"}}," THEN "},"
	"{\"name\":\"o\",\"when\":{\"amount\":\"opposite\",\"ref\":\"same\"}," THEN "},"
	"{\"name\":\"nl\",\"kind\":\"net left\",\"when\":{\"day\":{\"days\":[-9,9]}}," THEN "},"
	"{\"name\":\"nr\",\"kind\":\"net right\",\"when\":{\"ref\":\"same\"}," THEN "},"
	"{\"name\":\"g\",\"kind\":\"n:1\",\"when\":{\"ref\":\"same\"},\"group\":{\"how\":\"subset\","
	"\"lines\":[2,4]}," THEN "}",
	"{\"name\":\"m\",\"kind\":\"n:m\",\"group\":{\"how\":\"all\",\"by\":[\"ref\"]}," THEN "},"
	"{\"name\":\"p\",\"stage\":2,\"kind\":\"partial\",\"whole\":\"left\",\"when\":{\"day\":{\"days\":"
	"[-6,6]}},\"partial\":{\"order\":\"largest first\",\"smallest\":\"0.02\"}," THEN "},"
	"{\"name\":\"d\",\"stage\":3,\"when\":{\"amount\":{\"within\":\"0.09\"}},\"choose\":\"nearest date\","
	"\"difference\":{\"type\":\"fee\",\"limit\":\"0.03\",\"then\":\"suggest\"}," THEN "}",
};

static const char rules_head[] =
	"{\"ruleset\":1,\"left\":{\"balance\":\"amount\"},\"right\":{\"balance\":\"amount\"},\"fields\":{"
	"\"ref\":{\"type\":\"code\",\"left\":\"ref\",\"right\":\"ref\"},"
	"\"day\":{\"type\":\"date\",\"left\":\"day\",\"right\":\"day\"},"
	"\"amount\":{\"type\":\"amount\",\"left\":\"amount\",\"right\":\"amount\"},"
	"\"text\":{\"type\":\"text\",\"left\":\"text\",\"right\":\"text\"}},\"passes\":[";

static void add_record(struct col_build *b, const uint8_t *p)
{
	static const char letters[] = "abcde fghij";
	char text[8];

	if (p[0] == 0)
		col_build_missing(b, 0);
	else
		col_build_str(b, 0, sv_from(letters + p[0] % 4, 1 + p[0] % 3), SV_NULL);
	if (p[1] == 0)
		col_build_missing(b, 1);
	else
		col_build_i32(b, 1, p[1] % 16);
	if (p[2] == 0)
		col_build_missing(b, 2);
	else
		col_build_i64(b, 2, (int64_t)(int8_t)p[2] * (p[3] > 250 ? DECIMAL_MONEY_MAX / 128 : 1));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = letters[(p[4] >> (i % 5) ^ p[5] >> (i % 3)) % 11];
	col_build_str(b, 3, sv_trim(sv_from(text, p[5] % 9)), SV_NULL);
}

static bool build_side(const uint8_t **p, const uint8_t *end, uint32_t rows, struct col_table *ret)
{
	static const enum col_type types[] = {COL_CODE, COL_DATE, COL_AMOUNT, COL_TEXT};
	static const char *const names[] = {"ref", "day", "amount", "text"};
	struct col_build b CLEANUP(col_build_free) = COL_BUILD_INIT;
	struct err err = {0};

	if (col_build_init(&b, 4, &err) != 0)
		return false;
	for (uint32_t i = 0; i < 4; i++)
		col_build_define(&b, i, names[i], types[i], COL_FIELD);
	b.cols[2].col.scale = 2;
	b.cols[2].col.currency_col = -1;
	for (uint32_t i = 0; i < rows && end - *p >= 6; i++, *p += 6)
		add_record(&b, *p);
	return col_build_finish(&b, ret, &err) == 0;
}

static void run(const struct match_input in[2], const struct ruleset *rules, unsigned threads,
	struct result *ret)
{
	struct match_options options = {.threads = threads};
	struct match_receipt receipt CLEANUP(match_receipt_free) = {0};
	struct err err = {0};

	FUZZ_ASSERT(match_run(in, 2, rules, &options, ret, &receipt, &err) == 0);
	FUZZ_ASSERT(match_check(in, 2, rules, ret, &err) == 0);
	for (uint32_t i = 0; i < receipt.nmoney; i++)
		FUZZ_ASSERT(receipt.money[i].balanced);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a CLEANUP(arena_free) = {0};
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct col_table left CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct col_table right CLEANUP(col_table_free) = COL_TABLE_INIT;
	struct result one CLEANUP(result_free) = RESULT_INIT, two CLEANUP(result_free) = RESULT_INIT;
	struct ruleset *rules = NULL;
	struct err err = {0};
	const uint8_t *end = p + n;

	if (n < 2)
		return 0;
	arena_init(&a, 16u << 20);
	buf_printf(&text, "%s%s]}", rules_head, passes[p[0] % ARRAY_LEN(passes)]);
	FUZZ_ASSERT(ruleset_parse(buf_sv(&text), &a, &rules, &err) == 0);
	uint32_t nl = p[1] % (ROWS_MAX + 1);
	p += 2;
	if (!build_side(&p, end, nl, &left) || !build_side(&p, end, ROWS_MAX, &right))
		return 0;
	struct match_input in[2] = {{.table = &left, .side = RESULT_LEFT},
		{.table = &right, .side = RESULT_RIGHT, .dataset_no = 1}};
	run(in, rules, 1, &one);
	run(in, rules, 3, &two);
	FUZZ_ASSERT(one.matches.n == two.matches.n && one.members.n == two.members.n);
	FUZZ_ASSERT(one.members.n == 0 || memcmp(one.members.row, two.members.row,
						  one.members.n * sizeof(*one.members.row)) == 0);
	return 0;
}
