/* Announcements in the headers of tus: what becomes of lengths and of metadata, and what is refused. */
#include "api/tus.h"

#include "unit/unit.h"

static const struct {
	const char *label, *length, *metadata, *json; /* json NULL: refused */
} cases[] = {
	{"nothing said", "12", "", "{\"size\":12}"},
	{"name and source", "0", "filename YS5jc3Y=,source eA==",
		"{\"size\":0,\"name\":\"a.csv\",\"source\":\"x\"}"},
	{"blanks around pairs", "1", " sha256 eA== , repairs eQ==",
		"{\"size\":1,\"sha256\":\"x\",\"repairs\":\"y\"}"},
	{"both names: the first counts", "1", "name YQ==,filename Yg==", "{\"size\":1,\"name\":\"a\"}"},
	{"the same key twice", "1", "source YQ==,source Yg==", "{\"size\":1,\"source\":\"a\"}"},
	{"other keys are let through", "1", "filetype !!,flag,name YQ==",
		"{\"size\":1,\"name\":\"a\"}"},
	{"both marks of Base64", "1", "name Pj8/Pj4+", "{\"size\":1,\"name\":\">?\?>>>\"}"},
	{"no length", "", "", NULL},
	{"a negative length", "-1", "", NULL},
	{"no Base64", "1", "name YQ", NULL},
	{"marks of the other Base64", "1", "name _-_-", NULL},
	{"an empty key", "1", ",", NULL},
	{"control characters", "1", "name YQ==\t", NULL},
	{"letters beyond ASCII", "1", "n\xc3\xa4me YQ==", NULL},
};

static void test_announcements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a CLEANUP(arena_free);
		struct buf out CLEANUP(buf_free) = BUF_INIT;
		struct json_object *root CLEANUP(json_cleanup) = NULL;
		struct err err = {0};

		arena_init(&a, 0);
		int rc = tus_read_announcement(sv_from_cstr(cases[i].length),
			sv_from_cstr(cases[i].metadata), &a, &out, &err);
		if (rc == 0)
			rc = json_parse(buf_sv(&out), 4, &root, &err);
		CHECK(cases[i].label, (rc == 0) == (cases[i].json != NULL));
		if (rc == 0 && cases[i].json != NULL)
			CHECK_STR(cases[i].label, buf_cstr(&out), cases[i].json);
	}
}

static void test_long_metadata(void **state)
{
	static char text[TUS_METADATA_MAX + 1];
	struct arena a CLEANUP(arena_free);
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'k';
	assert_int_equal(tus_read_announcement(
				 SV("1"), sv_from(text, sizeof(text)), &a, &out, &err),
		E_BAD_REQUEST);
	assert_int_equal(tus_read_announcement(
				 SV("1"), sv_from(text, sizeof(text) - 1), &a, &out, &err),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_announcements),
		cmocka_unit_test(test_long_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
