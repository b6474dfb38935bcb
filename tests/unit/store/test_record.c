/* Sets of records: sparse pages of bits. */
#include "unit/unit.h"

#include "store/store_record.h"

static void test_bits(void **state)
{
	CLEANUP(record_set_free) struct record_set s = RECORD_SET_INIT;
	static const struct {
		const char *label;
		int32_t dataset;
		uint64_t row;
	} cases[] = {
		{"first", 1, 0},
		{"last of a byte", 1, 7},
		{"last of a page", 1, 4095},
		{"first of the next", 1, 4096},
		{"same row of another dataset", 2, 0},
		{"far away", 1, UINT64_C(4096) * INT32_MAX + 5},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CHECK(cases[i].label, !record_set_has(&s, cases[i].dataset, cases[i].row));
		CHECK_INT(cases[i].label, record_set_add(&s, cases[i].dataset, cases[i].row), 0);
		CHECK(cases[i].label, record_set_has(&s, cases[i].dataset, cases[i].row));
		CHECK_INT(cases[i].label, record_set_add(&s, cases[i].dataset, cases[i].row),
			E_RECORD_TAKEN);
	}
	CHECK_INT("pages", s.n, 4);
	CHECK_INT("first bit is the highest", s.masks[0], 0x81);
	CHECK_INT("too far", record_set_add(&s, 1, UINT64_C(4096) << 31), E_LIMIT);
	CHECK("too far is in no set", !record_set_has(&s, 1, UINT64_C(4096) << 31));
}

static void test_many_pages(void **state)
{
	CLEANUP(record_set_free) struct record_set s = RECORD_SET_INIT;
	enum { PAGES = 3000 };

	(void)state;
	for (uint64_t i = 0; i < PAGES; i++)
		CHECK_INT("add", record_set_add(&s, (int32_t)(i % 7), i * 4096 + i), 0);
	CHECK_INT("pages", s.n, PAGES);
	for (uint64_t i = 0; i < PAGES; i++) {
		CHECK("has", record_set_has(&s, (int32_t)(i % 7), i * 4096 + i));
		CHECK("has not", !record_set_has(&s, (int32_t)((i + 1) % 7), i * 4096 + i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_many_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
