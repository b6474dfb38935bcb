/* See decisions.h. Matches are known by a hash of their members that does not depend on their
 * order. */
#include "cli/decisions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sv.h"
#include "match/blind.h"

#define LINE_CELLS 64

static uint64_t member_key(int side, uint32_t row)
{
	uint64_t x = ((uint64_t)side << 40 | row) + 1;

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t match_key(const struct result *r, uint32_t no)
{
	uint64_t key = 0;

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++)
		key += member_key(r->inputs[r->members.input[i]].side, r->members.row[i]);
	return key;
}

/* ---- rows of files and of tables ---- */

struct numbers {
	uint32_t *data_row; /* by row of the table, ascending */
	uint32_t n;
};

static bool numbers_make(const struct read_result *side, struct numbers *ret)
{
	const struct col *line = col_find(&side->rejects, COL_FIELD, SV("line"));
	uint32_t k = 0;

	ret->n = side->table.rows;
	ret->data_row = malloc(((size_t)ret->n + 1) * sizeof(*ret->data_row));
	for (uint32_t row = 0; ret->data_row != NULL && row < ret->n; row++) {
		while (line != NULL && side->table.line != NULL && k < side->rejects.rows &&
			line->i64[k] < (int64_t)side->table.line[row])
			k++;
		ret->data_row[row] = row + 1 + k;
	}
	return ret->data_row != NULL;
}

static bool numbers_find(const struct numbers *v, uint64_t data_row, uint32_t *ret)
{
	uint32_t low = 0, high = v->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (v->data_row[mid] < data_row)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = low;
	return low < v->n && v->data_row[low] == data_row;
}

/* ---- reading ---- */

enum column { MATCH, LEFT_ROWS, RIGHT_ROWS, DECISION, COLUMNS };

struct reader {
	const char *path;
	uint32_t line;
	int column[COLUMNS]; /* -1: the file has none */
	struct numbers rows[2];
	struct err *err;
};

static size_t cut(struct sv line, struct sv cells[LINE_CELLS])
{
	size_t n = 0;

	while (n < LINE_CELLS) {
		ptrdiff_t comma = sv_find(line, ',');
		struct sv cell = comma < 0 ? line : sv_from(line.p, (size_t)comma);
		cell = sv_trim(cell);
		if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
			cell = sv_from(cell.p + 1, cell.n - 2);
		cells[n++] = cell;
		if (comma < 0)
			break;
		line = sv_from(line.p + comma + 1, line.n - (size_t)comma - 1);
	}
	return n;
}

static int refuse(const struct reader *r, const char *why)
{
	return err_set(r->err, E_INVALID, "%s, line %u: %s", r->path, r->line, why);
}

static int read_header(struct reader *r, struct sv line)
{
	static const struct {
		const char *name;
		enum column column;
	} names[] = {{"match_id", MATCH}, {"match", MATCH}, {"left_rows", LEFT_ROWS},
		{"left_row", LEFT_ROWS}, {"right_rows", RIGHT_ROWS}, {"right_row", RIGHT_ROWS},
		{"decision", DECISION}};
	struct sv cells[LINE_CELLS];
	size_t n = cut(line, cells);

	for (size_t c = 0; c < COLUMNS; c++)
		r->column[c] = -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (sv_eq_cstr(cells[i], names[k].name))
				r->column[names[k].column] = (int)i;
	bool rows = r->column[LEFT_ROWS] >= 0 && r->column[RIGHT_ROWS] >= 0;
	if (r->column[DECISION] < 0 || (!rows && r->column[MATCH] < 0))
		return refuse(r, "decision, and match_id or left_rows and right_rows, are needed.");
	return 0;
}

static int add_members(struct reader *r, struct sv cell, int side, uint64_t *key)
{
	while (cell.n > 0) {
		ptrdiff_t mark = sv_find(cell, ';');
		struct sv one = mark < 0 ? cell : sv_from(cell.p, (size_t)mark);
		uint64_t data_row;
		uint32_t row;
		if (!sv_to_u64(one, UINT32_MAX, &data_row) ||
			!numbers_find(&r->rows[side], data_row, &row))
			return refuse(r, "there is no such row.");
		*key += member_key(side, row);
		if (mark < 0)
			break;
		cell = sv_from(cell.p + mark + 1, cell.n - (size_t)mark - 1);
	}
	return 0;
}

static int read_line(struct reader *r, struct sv line, struct decisions *d, size_t *cap)
{
	struct sv cells[LINE_CELLS] = {{0}};
	struct decided one = {.line = r->line};
	uint64_t match = 0;

	cut(line, cells);
	struct sv word = cells[r->column[DECISION]];
	if (word.n == 0)
		return 0;
	one.right = sv_eq_cstr(word, "confirm");
	if (!one.right && !sv_eq_cstr(word, "reject"))
		return refuse(r, "a decision is confirm or reject.");
	if (r->column[LEFT_ROWS] >= 0 && r->column[RIGHT_ROWS] >= 0) {
		int rc = add_members(r, cells[r->column[LEFT_ROWS]], 0, &one.key);
		if (rc == 0)
			rc = add_members(r, cells[r->column[RIGHT_ROWS]], 1, &one.key);
		if (rc < 0)
			return rc;
		if (one.key == 0)
			return refuse(r, "no rows are named.");
	} else if (!sv_to_u64(cells[r->column[MATCH]], UINT32_MAX, &match) || match == 0) {
		return refuse(r, "a match is a number from 1.");
	}
	one.match = (uint32_t)match;
	if (d->n == *cap) {
		*cap = *cap ? *cap * 2 : 1024;
		struct decided *p = realloc(d->p, *cap * sizeof(*p));
		if (p == NULL)
			return err_set(r->err, E_NO_MEMORY, NULL);
		d->p = p;
	}
	d->p[d->n++] = one;
	return 0;
}

static int read_lines(struct reader *r, FILE *f, struct decisions *d)
{
	char *text = NULL;
	size_t room = 0, cap = 0;
	ssize_t got;
	int rc = 0;

	while (rc == 0 && (got = getline(&text, &room, f)) >= 0) {
		struct sv line = sv_trim(sv_from(text, (size_t)got));
		r->line++;
		if (r->line == 1 && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0)
			line = sv_from(line.p + 3, line.n - 3);
		if (line.n > 0)
			rc = r->line == 1 ? read_header(r, line) : read_line(r, line, d, &cap);
	}
	free(text);
	return rc;
}

void decisions_free(struct decisions *d)
{
	free(d->p);
	*d = (struct decisions){0};
}

int decisions_read(const char *path, const struct read_result *const sides[2],
	struct decisions *ret, struct err *err)
{
	struct decisions d CLEANUP(decisions_free) = {0};
	struct reader r = {.path = path, .err = err};
	FILE *f = fopen(path, "re");
	int rc = 0;

	if (f == NULL)
		return err_set_errno(err, errno, "%s", path);
	if (!numbers_make(sides[0], &r.rows[0]) || !numbers_make(sides[1], &r.rows[1]))
		rc = err_set(err, E_NO_MEMORY, NULL);
	if (rc == 0)
		rc = read_lines(&r, f, &d);
	fclose(f);
	free(r.rows[0].data_row);
	free(r.rows[1].data_row);
	if (rc < 0)
		return rc;
	*ret = d;
	d = (struct decisions){0};
	return 0;
}

/* ---- finding matches ---- */

struct place {
	uint64_t key;
	uint32_t no, p;
};

static int place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->no > y->no) - (x->no < y->no);
}

/* By key: matches first (no < n), then candidate pairs, whose no is RESULT_NONE. */
static struct place *list_places(const struct result *r, size_t *ret_n)
{
	size_t n = 0;
	struct place *v = malloc(((size_t)r->matches.n + r->candidates.n + 1) * sizeof(*v));

	if (v == NULL)
		return NULL;
	for (uint32_t no = 0; no < r->matches.n; no++)
		v[n++] = (struct place){match_key(r, no), no, r->matches.confidence[no]};
	for (uint32_t i = 0; i < r->candidates.n; i++)
		v[n++] = (struct place){
			member_key(r->inputs[r->candidates.input[i]].side, r->candidates.row[i]) +
				member_key(r->inputs[r->candidates.other_input[i]].side,
					r->candidates.other_row[i]),
			RESULT_NONE, r->candidates.confidence[i]};
	qsort(v, n, sizeof(*v), place_cmp);
	*ret_n = n;
	return v;
}

/* The first of n places of an array of structs that begin with their key, ascending, whose key is
 * this one; NULL: there is none. */
static const void *find_key(const void *v, size_t n, size_t size, uint64_t key)
{
	const char *p = v;
	size_t low = 0, high = n;
	uint64_t at = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		memcpy(&at, p + mid * size, sizeof(at));
		if (at < key)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < n)
		memcpy(&at, p + low * size, sizeof(at));
	return low < n && at == key ? p + low * size : NULL;
}

void decisions_settle(struct decisions *d, const struct result *r)
{
	for (size_t i = 0; i < d->n; i++) {
		struct decided *one = &d->p[i];
		if (one->match > 0 && one->match <= r->matches.n)
			one->key = match_key(r, one->match - 1);
		one->match = 0;
	}
}

struct latest {
	uint64_t key;
	uint32_t line;
	bool right;
};

static int latest_cmp(const void *a, const void *b)
{
	const struct latest *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* One per match, by key: what the last line on it says. NULL without memory. */
static struct latest *list_latest(const struct decisions *d, size_t *ret_n)
{
	struct latest *v = calloc(d->n + 1, sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < d->n; i++)
		v[i] = (struct latest){d->p[i].key, d->p[i].line, d->p[i].right};
	qsort(v, d->n, sizeof(*v), latest_cmp);
	for (size_t i = 0; i < d->n; i++)
		if (i + 1 == d->n || v[i + 1].key != v[i].key)
			v[n++] = v[i];
	*ret_n = n;
	return v;
}

int decisions_fit(const struct decisions *d, const struct result *r, struct calibration *ret,
	uint32_t *ret_unknown, struct err *err)
{
	uint64_t matches[CALIBRATE_STRATA] = {0};
	size_t nplaces = 0, nlatest = 0, n = 0;
	struct place *places = list_places(r, &nplaces);
	struct latest *latest = list_latest(d, &nlatest);
	struct calibrate_decision *list = malloc((d->n + 1) * sizeof(*list));
	bool ok = places != NULL && latest != NULL && list != NULL;

	*ret_unknown = 0;
	for (uint32_t no = 0; no < r->matches.n; no++)
		matches[calibrate_stratum(r->matches.confidence[no])]++;
	for (size_t i = 0; ok && i < nlatest; i++) {
		const struct place *at =
			find_key(places, nplaces, sizeof(*places), latest[i].key);
		if (at != NULL)
			list[n++] = (struct calibrate_decision){at->p, latest[i].right, 1};
		else
			++*ret_unknown;
	}
	if (ok) {
		calibrate_weigh(list, n, matches);
		ok = calibrate_fit(list, n, ret);
	}
	free(places);
	free(latest);
	free(list);
	return ok ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* ---- the sample ---- */

static void put_rows(
	FILE *f, const struct result *r, uint32_t no, int side, const struct numbers *v)
{
	const char *mark = "";

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++)
		if (r->inputs[r->members.input[i]].side == side) {
			fprintf(f, "%s%u", mark, v->data_row[r->members.row[i]]);
			mark = ";";
		}
}

static int write_sample(const struct result *r, const struct read_result *const sides[2],
	const uint32_t *match, uint32_t n, const char *path, struct err *err)
{
	struct numbers rows[2] = {{0}};
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return err_set_errno(err, errno, "%s", path);
	bool ok = numbers_make(sides[0], &rows[0]) && numbers_make(sides[1], &rows[1]);
	fputs("left_rows,right_rows,decision\n", f);
	for (uint32_t i = 0; ok && i < n; i++) {
		put_rows(f, r, match[i], 0, &rows[0]);
		fputc(',', f);
		put_rows(f, r, match[i], 1, &rows[1]);
		fputs(",\n", f);
	}
	free(rows[0].data_row);
	free(rows[1].data_row);
	bool failed = ferror(f) != 0;
	failed |= fclose(f) != 0;
	if (!ok)
		return err_set(err, E_NO_MEMORY, NULL);
	return failed ? err_set_errno(err, errno, "%s", path) : 0;
}

/* Confirmed matches; *ret_n of them. NULL without memory. */
static struct sample_unit *list_units(const struct result *r, uint32_t **ret_match, uint32_t *ret_n)
{
	struct sample_unit *units = calloc((size_t)r->matches.n + 1, sizeof(*units));
	uint32_t *match = malloc(((size_t)r->matches.n + 1) * sizeof(*match)), n = 0;

	if (units == NULL || match == NULL) {
		free(units);
		free(match);
		return NULL;
	}
	for (uint32_t no = 0; no < r->matches.n; no++)
		if (r->matches.status[no] == STATUS_CONFIRMED) {
			match[n] = no;
			units[n++] =
				(struct sample_unit){r->matches.confidence[no], match_key(r, no)};
		}
	*ret_match = match;
	*ret_n = n;
	return units;
}

/* checks: room for n. */
static struct sample_result judge(const struct sample_unit *units, uint32_t population,
	const uint32_t *chosen, uint32_t n, const struct latest *latest, size_t nlatest,
	uint32_t least, struct sample_check *checks)
{
	uint32_t checked = 0, wrong = 0;

	for (; checked < n; checked++) {
		const struct sample_unit *unit = &units[chosen[checked]];
		const struct latest *at =
			find_key(latest, nlatest, sizeof(*latest), unit->content);
		if (at == NULL)
			break;
		checks[checked] = (struct sample_check){unit->confidence, !at->right};
		wrong += !at->right;
	}
	struct sample_result r =
		sample_judge(population, checked, wrong, SAMPLE_TARGET, SAMPLE_ALPHA);
	r.line = sample_line(checks, checked, least, SAMPLE_TARGET, SAMPLE_ALPHA);
	return r;
}

int decisions_sample(const struct decisions *d, const struct result *r,
	const struct read_result *const sides[2], uint32_t write, uint64_t seed, const char *path,
	struct sample_result *ret, struct err *err)
{
	uint32_t want = (uint32_t)MAX(d->n, write);
	uint32_t *match = NULL, population = 0, n = 0;
	struct sample_unit *units = list_units(r, &match, &population);
	uint32_t *chosen = calloc((size_t)want + 1, sizeof(*chosen));
	size_t nlatest = 0;
	struct latest *latest = list_latest(d, &nlatest);
	struct sample_check *checks = calloc((size_t)want + 1, sizeof(*checks));
	bool ok = units != NULL && chosen != NULL && latest != NULL && checks != NULL;

	if (ok)
		n = sample_draw(units, population, want, seed, chosen, &ok);
	if (ok)
		*ret = judge(units, population, chosen, n, latest, nlatest, blind_least(r, false),
			checks);
	int rc = ok ? 0 : err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; ok && i < n; i++)
		chosen[i] = match[chosen[i]];
	if (rc == 0 && write > 0)
		rc = write_sample(r, sides, chosen, MIN(n, write), path, err);
	free(units);
	free(match);
	free(chosen);
	free(checks);
	free(latest);
	return rc;
}
