/*
 * docs/ruleset.schema.json says what the parser takes: both accept every ruleset that the
 * repository has, and both refuse the table of bad ones, but for what only the meaning of names can
 * tell.
 */
#include <dirent.h>

#include "base/buf.h"
#include "unit/rules/bad_rulesets.h"
#include "rules/ruleset.h"
#include "unit/rules/schema.h"
#include "rules/tree.h"
#include "unit/unit.h"

static void read_text(const char *path, struct buf *out)
{
	char room[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		buf_add(out, room, n);
	fclose(f);
}

static struct arena arena;
static struct tree *schema;

static int set_up(void **state)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};

	(void)state;
	arena_init(&arena, 0);
	read_text(TOP_SRCDIR "/docs/ruleset.schema.json", &text);
	return tree_parse(buf_sv(&text), &arena, &schema, &err);
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool fits(struct sv json, struct arena *a, const char **where)
{
	struct tree *t = NULL;
	struct err err = {0};

	*where = "";
	assert_int_equal(tree_parse(json, a, &t, &err), 0);
	return schema_allows(schema, schema, t, where);
}

static void check_good(const char *path)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct arena a CLEANUP(arena_free);
	struct ruleset *rs = NULL;
	struct err err = {0};
	const char *where;

	arena_init(&a, 0);
	read_text(path, &text);
	if (ruleset_parse(buf_sv(&text), &a, &rs, &err) != 0)
		fail_msg("%s: %s at %s", path, err.detail, err.pointer);
	if (!fits(buf_sv(&text), &a, &where))
		fail_msg("%s: the schema's \"%s\" refuses it", path, where);
}

/* Every .json file of a folder, or that of each folder in it. */
static unsigned check_folder(const char *folder, const char *inside)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned n = 0;

	if (dir == NULL)
		fail_msg("%s cannot be read", folder);
	while ((entry = readdir(dir)) != NULL) {
		char path[1024];
		struct sv name = sv_from_cstr(entry->d_name);
		if (entry->d_name[0] == '.' || (inside == NULL && !sv_ends_with(name, SV(".json"))))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s%s", folder, entry->d_name,
			inside != NULL ? "/" : "", inside != NULL ? inside : "");
		check_good(path);
		n++;
	}
	closedir(dir);
	return n;
}

static void all_rulesets_fit(void **state)
{
	(void)state;
	CHECK("examples", check_folder(TOP_SRCDIR "/examples", "ruleset.json") >= 4);
	CHECK("benchmarks", check_folder(TOP_SRCDIR "/tests/perf/rules", NULL) >= 4);
}

static bool is_json(int code)
{
	return code == E_JSON_SYNTAX || code == E_JSON_DUPLICATE || code == E_JSON_DEPTH;
}

static bool needs_meaning(const char *label)
{
	for (size_t i = 0; i < ARRAY_LEN(by_meaning); i++)
		if (strcmp(by_meaning[i], label) == 0)
			return true;
	return false;
}

static void bad_ones_are_refused_by_both(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
		const struct bad *c = &bad_cases[i];
		struct arena a CLEANUP(arena_free) = {0};
		const char *where;
		if (is_json(c->code))
			continue;
		arena_init(&a, 0);
		if (fits(sv_from_cstr(c->json), &a, &where) != needs_meaning(c->label)) {
			print_error("%s: the schema %s it\n", c->label,
				needs_meaning(c->label) ? "refuses" : "takes");
			wrong++;
		}
	}
	CHECK_INT("the two disagree", wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_rulesets_fit),
		cmocka_unit_test(bad_ones_are_refused_by_both),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
