/*
 * The worked examples of docs/matching.md: the built program is run on each folder of examples/ and
 * must find what matches.txt and open.txt beside the files say, in both formats, with a receipt
 * whose identities hold. Weights may grow wiser; what belongs together may not change.
 */
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit/unit.h"

#define CELLS_MAX 16

static const struct example {
	const char *folder, *left, *right, *advice;
} examples[] = {
	{"bank-against-ledger", "ledger.csv", "bank.csv", NULL},
	{"processor-settlement", "report.csv", "bank.csv", NULL},
	{"cash-application", "payments.csv", "invoices.csv", "advice.csv"},
	{"intercompany", "parent.csv", "subsidiary.csv", NULL},
};

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

static const char *path_of(struct buf *b, const char *folder, const char *name)
{
	buf_reset(b);
	buf_printf(b, TOP_SRCDIR "/examples/%s/%s", folder, name);
	return buf_cstr(b);
}

static int run_recon(const char *const argv[])
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execv("./recon", (char **)(uintptr_t)argv); /* execv changes nothing */
		_exit(127);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void remove_results(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	CHECK_INT("a folder of results", rmdir(folder), 0);
}

static int run_example(const struct example *x, const char *out, const char *format)
{
	struct buf left CLEANUP(buf_free) = BUF_INIT, right CLEANUP(buf_free) = BUF_INIT;
	struct buf rules CLEANUP(buf_free) = BUF_INIT, advice CLEANUP(buf_free) = BUF_INIT;
	const char *argv[16] = {"recon", "match", path_of(&left, x->folder, x->left),
		path_of(&right, x->folder, x->right), "--rules",
		path_of(&rules, x->folder, "ruleset.json"), "--out", out, "--format", format,
		"--quiet", NULL};

	if (x->advice != NULL) {
		argv[11] = "--advice";
		argv[12] = path_of(&advice, x->folder, x->advice);
	}
	return run_recon(argv);
}

/* Splits the next line of a CSV file; cells lose their quotes. False at the end. */
static bool next_line(struct sv *rest, struct sv cells[CELLS_MAX], uint32_t *ret_n)
{
	struct sv line = sv_cut(rest, '\n');
	uint32_t n = 0;

	if (line.n == 0)
		return false;
	while (line.p != NULL && n < CELLS_MAX) {
		if (line.n > 0 && line.p[0] == '"') {
			size_t end = 1;
			while (end < line.n && (line.p[end] != '"' || line.p[end + 1] == '"'))
				end += line.p[end] == '"' ? 2 : 1;
			cells[n++] = sv_from(line.p + 1, end - 1);
			line = end + 2 <= line.n ? sv_from(line.p + end + 2, line.n - end - 2)
						 : SV_NULL;
		} else {
			cells[n++] = sv_cut(&line, ',');
		}
	}
	*ret_n = n;
	return true;
}

/* Chosen columns of a CSV file, one line per row, without its header. */
static void cut_columns(const char *dir, const char *file, const char *before,
	const uint8_t *columns, struct buf *out)
{
	struct buf path CLEANUP(buf_free) = BUF_INIT, text CLEANUP(buf_free) = BUF_INIT;
	struct sv cells[CELLS_MAX];
	uint32_t n;

	buf_printf(&path, "%s/%s", dir, file);
	read_text(buf_cstr(&path), &text);
	struct sv rest = buf_sv(&text);
	(void)next_line(&rest, cells, &n);
	while (next_line(&rest, cells, &n)) {
		buf_add_cstr(out, before);
		for (uint32_t i = 0; columns[i] != UINT8_MAX; i++) {
			assert_true(columns[i] < n);
			buf_printf(out, "%s%.*s", i > 0 ? " | " : "", SV_ARG(cells[columns[i]]));
		}
		buf_add_char(out, '\n');
	}
}

static void check_text(const char *folder, const char *name, struct sv got)
{
	struct buf path CLEANUP(buf_free) = BUF_INIT, want CLEANUP(buf_free) = BUF_INIT;

	read_text(path_of(&path, folder, name), &want);
	if (!sv_eq(got, buf_sv(&want)))
		fail_msg("examples/%s/%s:\n%.*s\nis not\n%s", folder, name, SV_ARG(got),
			buf_cstr(&want));
}

static size_t count(struct sv text, const char *part)
{
	size_t n = 0, len = strlen(part);

	for (size_t i = 0; i + len <= text.n; i++)
		n += memcmp(text.p + i, part, len) == 0;
	return n;
}

static void examples_find_what_they_say(void **state)
{
	static const uint8_t match_columns[] = {1, 2, 3, 6, 7, 8, UINT8_MAX};
	static const uint8_t open_columns[] = {0, 1, 2, UINT8_MAX};
	char dir[] = "examples-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct buf got CLEANUP(buf_free) = BUF_INIT, open CLEANUP(buf_free) = BUF_INIT;
		const struct example *x = &examples[i];
		CHECK_INT(x->folder, run_example(x, dir, "csv"), 0);
		cut_columns(dir, "matches.csv", "", match_columns, &got);
		check_text(x->folder, "matches.txt", buf_sv(&got));
		cut_columns(dir, "open_left.csv", "left | ", open_columns, &open);
		cut_columns(dir, "open_right.csv", "right | ", open_columns, &open);
		check_text(x->folder, "open.txt", buf_sv(&open));
	}
	remove_results(dir);
}

static void json_says_the_same_and_identities_hold(void **state)
{
	char dir[] = "examples-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct buf path CLEANUP(buf_free) = BUF_INIT, text CLEANUP(buf_free) = BUF_INIT;
		struct buf csv CLEANUP(buf_free) = BUF_INIT, receipt CLEANUP(buf_free) = BUF_INIT;
		const struct example *x = &examples[i];
		CHECK_INT(x->folder, run_example(x, dir, "json"), 0);
		buf_printf(&path, "%s/matches.jsonl", dir);
		read_text(buf_cstr(&path), &text);
		buf_reset(&path);
		buf_printf(&path, TOP_SRCDIR "/examples/%s/matches.txt", x->folder);
		read_text(buf_cstr(&path), &csv);
		CHECK_INT(x->folder, count(buf_sv(&text), "\n"), count(buf_sv(&csv), "\n"));
		CHECK_INT(x->folder, count(buf_sv(&text), "\"prior_bits\""),
			count(buf_sv(&csv), "\n"));
		buf_reset(&path);
		buf_printf(&path, "%s/receipt.json", dir);
		read_text(buf_cstr(&path), &receipt);
		CHECK_INT(x->folder, count(buf_sv(&receipt), "\"holds\":false"), 0);
		CHECK(x->folder, count(buf_sv(&receipt), "\"holds\":true") >= 6);
	}
	remove_results(dir);
}

/* What cannot be read ends with the exit code of refused input, and leaves no files. */
static void refused_input(void **state)
{
	static const struct {
		const char *label, *advice, *rules;
	} cases[] = {
		{"advice that the ruleset does not know", "cash-application/advice.csv",
			"intercompany/ruleset.json"},
		{"advice without its columns", "intercompany/parent.csv",
			"cash-application/ruleset.json"},
		{"a ruleset that is none", "cash-application/advice.csv",
			"cash-application/advice.csv"},
	};
	char dir[] = "examples-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char advice[1024], rules[1024];
		snprintf(advice, sizeof(advice), TOP_SRCDIR "/examples/%s", cases[i].advice);
		snprintf(rules, sizeof(rules), TOP_SRCDIR "/examples/%s", cases[i].rules);
		const char *argv[] = {"recon", "match",
			TOP_SRCDIR "/examples/cash-application/payments.csv",
			TOP_SRCDIR "/examples/cash-application/invoices.csv", "--rules", rules,
			"--advice", advice, "--out", dir, "--quiet", NULL};
		CHECK_INT(cases[i].label, run_recon(argv), 3);
	}
	CHECK_INT("nothing was written, so the folder can go", rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_find_what_they_say),
		cmocka_unit_test(json_says_the_same_and_identities_hold),
		cmocka_unit_test(refused_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
