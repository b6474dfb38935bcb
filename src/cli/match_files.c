/*
 * Writing results fast: chunks of rows are formatted by all threads into memory and written in
 * order. Nothing here allocates per row.
 */
#include "cli/match_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"

#define CHUNK 16384u
#define ROW_BYTES 1024u /* room asked for before each row; members are asked for one by one */
#define AHEAD 16u       /* chunks in memory at once, per thread */

struct text {
	char *p;
	size_t n, cap;
	bool failed;
};

static void room(struct text *t, size_t n)
{
	if (t->cap - t->n >= n || t->failed)
		return;
	size_t cap = MAX(t->cap * 2, t->n + n + (1u << 16));
	char *p = realloc(t->p, cap);
	if (p == NULL) {
		t->failed = true;
		t->n = 0;
		return;
	}
	t->p = p;
	t->cap = cap;
}

static void put_char(struct text *t, char c)
{
	t->p[t->n++] = c;
}

static void put_sv(struct text *t, struct sv s)
{
	memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

static void put_cstr(struct text *t, const char *s)
{
	put_sv(t, sv_from_cstr(s));
}

static void put_u64(struct text *t, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (n > 0)
		put_char(t, digits[--n]);
}

/* v units of 10^-scale */
static void put_decimal(struct text *t, int64_t v, int scale)
{
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	uint64_t unit = (uint64_t)decimal_pow10(scale);

	if (v < 0)
		put_char(t, '-');
	put_u64(t, u / unit);
	if (scale == 0)
		return;
	put_char(t, '.');
	for (uint64_t rest = u % unit; unit > 1; rest %= unit) {
		unit /= 10;
		put_char(t, (char)('0' + rest / unit));
	}
}

/* A CSV cell; quoted where it must be. At most 4 times its length. */
static void put_cell(struct text *t, struct sv s)
{
	bool quote = false;

	for (size_t i = 0; i < s.n; i++)
		quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	if (!quote) {
		put_sv(t, s);
		return;
	}
	put_char(t, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			put_char(t, '"');
		put_char(t, s.p[i]);
	}
	put_char(t, '"');
}

/* ---- what all files share ---- */

struct files {
	const struct match_files *f;
	uint32_t *data_row[2]; /* by row: data row of the file; NULL: row + 1 */
	struct text *evidence; /* per pattern */
	bool currencies;       /* several: amounts carry theirs */
};

static uint32_t data_row(const struct files *w, int side, uint32_t row)
{
	return w->data_row[side] == NULL ? row + 1 : w->data_row[side][row];
}

/* Rejected rows count too: a row's number is one more than the rows before its line. */
static bool number_rows(struct files *w, int side)
{
	const struct read_result *r = w->f->side[side];
	const struct col *line = col_find(&r->rejects, COL_FIELD, SV("line"));
	uint32_t k = 0;

	if (r->rejects.rows == 0 || line == NULL || r->table.line == NULL)
		return true;
	w->data_row[side] = malloc(((size_t)r->table.rows + 1) * sizeof(uint32_t));
	if (w->data_row[side] == NULL)
		return false;
	for (uint32_t row = 0; row < r->table.rows; row++) {
		while (k < r->rejects.rows && line->i64[k] < (int64_t)r->table.line[row])
			k++;
		w->data_row[side][row] = row + 1 + k;
	}
	return true;
}

/* "ref equal; amount equal; date near" */
static bool make_evidence(struct files *w)
{
	const struct result *r = w->f->result;

	w->evidence = calloc((size_t)r->npatterns + 1, sizeof(*w->evidence));
	for (uint32_t p = 0; w->evidence != NULL && p < r->npatterns; p++) {
		struct text *t = &w->evidence[p];
		for (uint32_t c = 0; c < r->ncomparisons; c++) {
			const struct result_comparison *cmp = &r->comparisons[c];
			size_t at = (size_t)p * r->ncomparisons + c;
			unsigned level = r->pattern_level[at];
			room(t, ROW_BYTES);
			if (t->failed)
				return false;
			if (level == RESULT_LEVEL_MISSING)
				continue;
			if (t->n > 0)
				put_cstr(t, "; ");
			put_cstr(t, cmp->field);
			put_char(t, ' ');
			put_cstr(t, r->levels[cmp->level_first + level].name);
		}
	}
	return w->evidence != NULL;
}

static void put_money(struct text *t, const struct files *w, int64_t units, int32_t currency)
{
	char code[4];

	put_decimal(t, units, col_currency_exponent(currency));
	if (!w->currencies)
		return;
	col_currency_unpack(currency, code);
	put_char(t, ' ');
	put_cstr(t, code);
}

/* ---- matches.csv ---- */

static void put_rows(struct text *t, const struct files *w, uint32_t no, int side)
{
	const struct result *r = w->f->result;
	bool first = true;

	for (uint32_t i = r->matches.member[no]; i < r->matches.member[no + 1]; i++) {
		if (r->inputs[r->members.input[i]].side != side)
			continue;
		room(t, ROW_BYTES);
		if (t->failed)
			return;
		if (!first)
			put_char(t, ';');
		put_u64(t, data_row(w, side, r->members.row[i]));
		first = false;
	}
}

static void put_match(struct text *t, const struct files *w, uint32_t no)
{
	const struct result_matches *m = &w->f->result->matches;

	put_u64(t, (uint64_t)no + 1);
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_KIND, m->kind[no]));
	put_char(t, ',');
	put_cell(t, sv_from_cstr(w->f->result->passes[m->pass[no]].name));
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_STATUS, m->status[no]));
	put_char(t, ',');
	put_decimal(t, m->confidence[no], 6);
	put_char(t, ',');
	if (m->margin[no] != RESULT_NONE) {
		if (m->margin[no] >= MATCH_MARGIN_CAP)
			put_cstr(t, ">=20");
		else
			put_decimal(t, (int64_t)m->margin[no] * 100 / RULES_BIT, 2);
	}
	put_char(t, ',');
	put_rows(t, w, no, RESULT_LEFT);
	room(t, ROW_BYTES);
	put_char(t, ',');
	put_rows(t, w, no, RESULT_RIGHT);
	room(t, ROW_BYTES);
	if (t->failed)
		return;
	put_char(t, ',');
	put_money(t, w, m->left[no] - m->right[no], m->currency[no]);
	put_char(t, ',');
	if (m->pattern[no] != RESULT_NONE) {
		const struct text *evidence = &w->evidence[m->pattern[no]];
		room(t, 4 * evidence->n + ROW_BYTES);
		if (!t->failed)
			put_cell(t, sv_from(evidence->p, evidence->n));
	}
	put_char(t, '\n');
}

/* ---- allocations.csv: one row per pair of a left and a right member that share money ---- */

static int64_t absolute(int64_t v)
{
	return v < 0 ? -v : v;
}

static void put_allocation(struct text *t, const struct files *w, uint32_t no, uint32_t left,
	uint32_t right, int64_t amount)
{
	const struct result *r = w->f->result;

	room(t, ROW_BYTES);
	if (t->failed)
		return;
	put_u64(t, (uint64_t)no + 1);
	put_char(t, ',');
	if (left != RESULT_NONE)
		put_u64(t, data_row(w, RESULT_LEFT, r->members.row[left]));
	put_char(t, ',');
	if (right != RESULT_NONE)
		put_u64(t, data_row(w, RESULT_RIGHT, r->members.row[right]));
	put_char(t, ',');
	put_money(t, w, amount, r->matches.currency[no]);
	put_char(t, '\n');
}

/* Left and right members are paired off in order; what one side has more stands alone. */
static void put_allocations(struct text *t, const struct files *w, uint32_t no)
{
	const struct result *r = w->f->result;
	uint32_t l = r->matches.member[no], end = r->matches.member[no + 1], r0 = l;

	while (r0 < end && r->inputs[r->members.input[r0]].side == RESULT_LEFT)
		r0++;
	uint32_t lend = r0;
	int64_t a = l < lend ? r->members.allocated[l] : 0;
	int64_t b = r0 < end ? r->members.allocated[r0] : 0;
	if (lend == l || lend == end) {
		for (uint32_t i = l; i < end; i++)
			put_allocation(t, w, no, lend == l ? RESULT_NONE : i,
				lend == l ? i : RESULT_NONE, r->members.allocated[i]);
		return;
	}
	while (l < lend && r0 < end) {
		bool same_sign = (a < 0) == (b < 0);
		int64_t part = !same_sign || absolute(a) <= absolute(b) ? a : b;
		bool last_l = l + 1 == lend, last_r = r0 + 1 == end;
		if (last_l && last_r)
			part = a;
		put_allocation(t, w, no, l, r0, part);
		a -= part;
		b -= part;
		if ((a == 0 || last_r) && !(last_l && !last_r)) {
			if (++l < lend)
				a = r->members.allocated[l];
		}
		if (b == 0 || last_l) {
			if (++r0 < end)
				b = r->members.allocated[r0];
		}
	}
}

/* ---- open_left.csv, open_right.csv ---- */

static void put_open(struct text *t, const struct files *w, uint32_t i)
{
	const struct result *r = w->f->result;
	const struct result_open *o = &r->open;
	int side = r->inputs[o->input[i]].side;

	if (o->match[i] != 0)
		return;
	put_u64(t, data_row(w, side, o->row[i]));
	put_char(t, ',');
	put_cstr(t, outcome_word(OUTCOME_SET_BREAK, o->break_type[i]));
	put_char(t, ',');
	const struct col_table *table = &w->f->side[side]->table;
	uint32_t balance = w->f->rules->side[side].balance;
	int32_t currency = 0;
	if (balance != UINT32_MAX && w->f->rules->fields[balance].side[side].nterms > 0) {
		const struct col *c = col_find(
			table, COL_FIELD, w->f->rules->fields[balance].side[side].terms[0].name);
		if (c != NULL && c->type == COL_AMOUNT)
			currency = col_amount_currency(table, c, o->row[i]);
	}
	put_money(t, w, o->remaining[i], currency);
	put_char(t, ',');
	if (o->nearest[i] != RESULT_NONE)
		put_u64(t, data_row(w, 1 - side, r->candidates.other_row[o->nearest[i]]));
	put_char(t, ',');
	if (o->nearest[i] != RESULT_NONE)
		put_decimal(t, r->candidates.confidence[o->nearest[i]], 6);
	put_char(t, '\n');
}

/* ---- formatting in parallel, writing in order ---- */

struct file {
	const char *name, *header;
	void (*put)(struct text *t, const struct files *w, uint32_t i);
	uint32_t first, end;
};

struct crew {
	const struct files *w;
	const struct file *file;
	uint32_t from, nchunks; /* of this round */
	struct text *text;      /* one per chunk of a round */
	atomic_uint next;
};

static void *format_chunks(void *arg)
{
	struct crew *c = arg;
	uint32_t k;

	while ((k = atomic_fetch_add(&c->next, 1)) < c->nchunks) {
		struct text *t = &c->text[k];
		uint32_t first = c->file->first + (c->from + k) * CHUNK;
		uint32_t end = MIN(first + CHUNK, c->file->end);
		t->n = 0;
		for (uint32_t i = first; i < end && !t->failed; i++) {
			room(t, ROW_BYTES);
			if (!t->failed)
				c->file->put(t, c->w, i);
		}
	}
	return NULL;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int run_round(struct crew *c, unsigned threads, int fd, struct err *err)
{
	pthread_t others[64];
	unsigned started = 0;

	atomic_store(&c->next, 0);
	while (started + 1 < threads && started < ARRAY_LEN(others) && started + 1 < c->nchunks &&
		pthread_create(&others[started], NULL, format_chunks, c) == 0)
		started++;
	format_chunks(c);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
	for (uint32_t k = 0; k < c->nchunks; k++) {
		if (c->text[k].failed)
			return err_set(err, E_NO_MEMORY, NULL);
		if (write_all(fd, c->text[k].p, c->text[k].n) < 0)
			return err_set_errno(err, errno, "%s", c->file->name);
	}
	return 0;
}

static int write_rows(
	const struct files *w, const struct file *file, unsigned threads, int fd, struct err *err)
{
	uint32_t total = (file->end - file->first + CHUNK - 1) / CHUNK;
	uint32_t most = MAX(MIN(AHEAD * threads, total), 1u);
	struct crew c = {.w = w, .file = file, .text = calloc(most, sizeof(struct text))};
	int rc = c.text == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	if (rc == 0 && write_all(fd, file->header, strlen(file->header)) < 0)
		rc = err_set_errno(err, errno, "%s", file->name);
	for (c.from = 0; c.from < total && rc == 0; c.from += c.nchunks) {
		c.nchunks = MIN(most, total - c.from);
		rc = run_round(&c, threads, fd, err);
	}
	for (uint32_t k = 0; c.text != NULL && k < most; k++)
		free(c.text[k].p);
	free(c.text);
	return rc;
}

static int write_file(
	const struct files *w, const struct file *file, unsigned threads, struct err *err)
{
	char path[4096], part[4100];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", w->f->dir, file->name) >= sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	snprintf(part, sizeof(part), "%s~", path);
	int fd CLEANUP(fd_close) = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set_errno(err, errno, "%s", part);
	int rc = write_rows(w, file, threads, fd, err);
	if (rc == 0 && rename(part, path) != 0)
		rc = err_set_errno(err, errno, "%s", path);
	if (rc < 0)
		(void)unlink(part);
	return rc;
}

static uint32_t open_of_left(const struct result *r)
{
	uint32_t i = 0;

	while (i < r->open.n && r->inputs[r->open.input[i]].side == RESULT_LEFT)
		i++;
	return i;
}

int match_files_write(const struct match_files *f, unsigned threads, struct err *err)
{
	struct files w = {.f = f};
	const struct result *r = f->result;
	uint32_t left = open_of_left(r);
	const struct file files[] = {
		{"matches.csv",
			"match_id,kind,pass,status,confidence,margin,left_rows,right_rows,difference,"
			"evidence\n",
			put_match, 0, r->matches.n},
		{"allocations.csv", "match_id,left_row,right_row,amount\n", put_allocations, 0,
			r->matches.n},
		{"open_left.csv", "row,break_type,remaining,nearest_row,nearest_confidence\n",
			put_open, 0, left},
		{"open_right.csv", "row,break_type,remaining,nearest_row,nearest_confidence\n",
			put_open, left, r->open.n},
	};
	int rc = 0;

	for (uint32_t i = 1; i < r->matches.n && !w.currencies; i++)
		w.currencies = r->matches.currency[i] != r->matches.currency[0];
	if (!number_rows(&w, 0) || !number_rows(&w, 1) || !make_evidence(&w))
		rc = err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < ARRAY_LEN(files) && rc == 0; i++)
		rc = write_file(&w, &files[i], MAX(threads, 1u), err);
	for (uint32_t p = 0; w.evidence != NULL && p < r->npatterns; p++)
		free(w.evidence[p].p);
	free(w.evidence);
	free(w.data_row[0]);
	free(w.data_row[1]);
	return rc;
}
