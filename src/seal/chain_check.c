/*
 * What was done to a log, from the hashes alone.
 *
 * A row names its predecessor by hash, so the rows form a tree that is one path when nobody touched
 * it. A row that cannot be hung anywhere starts a segment of its own: what led to it is missing or
 * was changed. Where several rows name the same predecessor, the one with the longest line behind it
 * (and with signed rows in it) is the one that was there first. A row's hash covers its number, so a
 * renumbered row still gives away the number that it had.
 */
#include "seal/chain_check.h"

#include <stdlib.h>
#include <string.h>

#define NONE (-1)
#define START (-2)                           /* parent of a row that names the empty hash */
#define SHIFT_MAX 64                         /* how far a renumbered row is looked for */
#define SIGNED_SCORE (INT64_C(1) << 32)      /* more than any number of rows */

struct link {
	int64_t claimed; /* the number that it stands under */
	int64_t actual;  /* the number that its hash covers; 0: the hash is of something else */
	uint8_t hash[SHA256_LEN];
	uint8_t prev[SHA256_LEN];
	int32_t parent;
	int32_t waiting; /* children that have no score yet */
	int32_t best;    /* the child with the highest score */
	bool personal_bad;
	bool scored;
	bool main;     /* on the path */
	bool inserted;
	int64_t score;
	int64_t place; /* on the path */
};

struct chain_check {
	struct link *rows;
	size_t n, room;
	int32_t *by_hash; /* rows in the order of their hashes */
	int64_t shift;    /* of the last renumbered row */
	int64_t damaged;
	struct chain_checkpoint *cps;
	size_t ncps, cps_room;
	int64_t forged, forged_from, forged_to;
	struct chain_report *report;
};

static const char *const kind_words[CHAIN_KINDS] = {
	"edit", "insertion", "deletion", "reordering", "truncation", "restamping", "forgery"};

const char *chain_kind_word(enum chain_kind kind)
{
	return kind_words[kind];
}

int chain_check_new(struct chain_check **ret, struct err *err)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;
}

void chain_check_free(struct chain_check **c)
{
	if (*c == NULL)
		return;
	free((*c)->rows);
	free((*c)->by_hash);
	free((*c)->cps);
	free(*c);
	*c = NULL;
}

/* --- taking in -------------------------------------------------------------------------------- */

/* p with a place for one more element behind the n that it has; NULL: there is none, p stays. */
static void *grow(void *p, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;
	void *grown;

	if (n < *room)
		return p;
	grown = more > INT32_MAX ? NULL : realloc(p, more * size);
	if (grown != NULL)
		*room = more;
	return grown;
}

static bool hash_fits(const struct chain_row *row, int64_t seq)
{
	struct chain_row as = *row;
	uint8_t hash[SHA256_LEN];

	as.seq = seq;
	return seq > 0 && chain_hash(&as, hash, NULL) == 0 &&
	       memcmp(hash, row->hash, SHA256_LEN) == 0;
}

/* The number that the row's hash covers. */
static int64_t actual_number(struct chain_check *c, const struct chain_row *row)
{
	if (row->seq < 1 || row->seq > INT64_MAX / 2)
		return 0;
	if (hash_fits(row, row->seq))
		return row->seq;
	if (c->shift != 0 && hash_fits(row, row->seq + c->shift))
		return row->seq + c->shift;
	for (int64_t d = 1; d <= SHIFT_MAX; d++) {
		int64_t shift = hash_fits(row, row->seq + d)	 ? d
				: hash_fits(row, row->seq - d) ? -d
								 : 0;

		if (shift != 0) {
			c->shift = shift;
			return row->seq + shift;
		}
	}
	return 0;
}

int chain_check_row(struct chain_check *c, const struct chain_row *row, struct err *err)
{
	struct link *rows = grow(c->rows, c->n, &c->room, sizeof(*rows));
	struct link *l;

	if (rows == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->rows = rows;
	l = &rows[c->n++];
	*l = (struct link){.claimed = row->seq, .parent = NONE, .best = NONE};
	l->actual = actual_number(c, row);
	l->personal_bad = !chain_personal_fits(row);
	memcpy(l->hash, row->hash, SHA256_LEN);
	memcpy(l->prev, row->prev_hash, SHA256_LEN);
	return 0;
}

void chain_check_damage(struct chain_check *c)
{
	c->damaged++;
}

int chain_check_checkpoint(struct chain_check *c, const struct chain_checkpoint *cp,
	const struct sign_ring *ring, struct err *err)
{
	struct chain_checkpoint *cps;

	if (!chain_checkpoint_check(cp, ring) || cp->count != cp->seq || cp->seq < 1) {
		c->forged_from = c->forged == 0 ? cp->seq : MIN(c->forged_from, cp->seq);
		c->forged_to = c->forged == 0 ? cp->seq : MAX(c->forged_to, cp->seq);
		c->forged++;
		return 0;
	}
	cps = grow(c->cps, c->ncps, &c->cps_room, sizeof(*cps));
	if (cps == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	c->cps = cps;
	cps[c->ncps++] = *cp;
	return 0;
}

/* --- who follows whom ------------------------------------------------------------------------- */

struct by_hash {
	const struct link *rows;
};

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct by_hash *by = arg;
	int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
	int order = memcmp(by->rows[i].hash, by->rows[j].hash, SHA256_LEN);

	/* Of rows with the same hash the one that it was taken of comes first. */
	if (order == 0)
		order = (by->rows[i].actual == 0) - (by->rows[j].actual == 0);
	return order != 0 ? order : (i > j) - (i < j);
}

/* The first row of this hash, or NONE. */
static int32_t find(const struct chain_check *c, const uint8_t hash[SHA256_LEN])
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(c->rows[c->by_hash[mid]].hash, hash, SHA256_LEN) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == c->n || memcmp(c->rows[c->by_hash[low]].hash, hash, SHA256_LEN) != 0)
		return NONE;
	return c->by_hash[low];
}

static int hang(struct chain_check *c, struct err *err)
{
	static const uint8_t empty[SHA256_LEN];
	struct by_hash by = {c->rows};

	c->by_hash = calloc(c->n + 1, sizeof(*c->by_hash));
	if (c->by_hash == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < c->n; i++)
		c->by_hash[i] = (int32_t)i;
	qsort_r(c->by_hash, c->n, sizeof(*c->by_hash), compare_rows, &by);
	for (size_t i = 0; i < c->n; i++) {
		struct link *l = &c->rows[i];

		/* The same hash twice: the second one is no part of the tree. */
		l->inserted = find(c, l->hash) != (int32_t)i;
		l->parent = memcmp(l->prev, empty, SHA256_LEN) == 0 ? START : find(c, l->prev);
		if (!l->inserted && l->parent >= 0)
			c->rows[l->parent].waiting++;
	}
	return 0;
}

/* Row i is done with its children: its parent may be, too. */
static void score_up(struct chain_check *c, int32_t i)
{
	while (i >= 0 && c->rows[i].waiting == 0 && !c->rows[i].scored) {
		struct link *l = &c->rows[i];
		struct link *up = l->parent >= 0 ? &c->rows[l->parent] : NULL;

		l->score += 1 + (l->best >= 0 ? c->rows[l->best].score : 0);
		l->scored = true;
		if (up != NULL) {
			up->waiting--;
			if (up->best < 0 || c->rows[up->best].score < l->score)
				up->best = i;
		}
		i = l->parent;
	}
}

static void score(struct chain_check *c)
{
	for (size_t i = 0; i < c->ncps; i++) {
		int32_t row = find(c, c->cps[i].hash);

		if (row >= 0)
			c->rows[row].score += SIGNED_SCORE;
	}
	for (size_t i = 0; i < c->n; i++)
		if (!c->rows[i].inserted && c->rows[i].waiting == 0)
			score_up(c, (int32_t)i);
}

/* --- saying so -------------------------------------------------------------------------------- */

/* Rows that follow each other with the same to say are one finding. */
static void say(struct chain_check *c, enum chain_kind kind, int64_t from, int64_t to,
	const char *text)
{
	struct chain_report *r = c->report;
	struct chain_finding *last = r->n > 0 ? &r->findings[r->n - 1] : NULL;

	if (last != NULL && last->kind == kind && last->text == text && last->to + 1 == from)
		last->to = to;
	else if (r->n < CHAIN_FINDINGS_MAX)
		r->findings[r->n++] = (struct chain_finding){kind, from, to, text};
	else
		r->more++;
}

static int64_t number(const struct link *l)
{
	return l->actual != 0 ? l->actual : l->claimed;
}

/* --- the path --------------------------------------------------------------------------------- */

struct segment {
	int32_t first, last;
};

static int compare_segments(const void *a, const void *b, void *arg)
{
	const struct chain_check *c = arg;
	const struct link *x = &c->rows[((const struct segment *)a)->first];
	const struct link *y = &c->rows[((const struct segment *)b)->first];
	int64_t m = number(x), n = number(y);

	/* Of those that begin alike the one with the most behind it comes first. */
	if (m == n)
		return (x->score < y->score) - (x->score > y->score);
	return (m > n) - (m < n);
}

static int32_t follow(const struct chain_check *c, int32_t first)
{
	while (c->rows[first].best >= 0)
		first = c->rows[first].best;
	return first;
}

static size_t find_segments(const struct chain_check *c, struct segment *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct link *l = &c->rows[i];

		if (l->parent < 0 && l->scored)
			out[n++] = (struct segment){(int32_t)i, follow(c, (int32_t)i)};
	}
	return n;
}

/* Segments that lie where a better one lies are no part of the path. Returns how many are. */
static size_t choose_segments(const struct chain_check *c, struct segment *s, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		while (kept > 0 && number(&c->rows[s[kept - 1].last]) >= number(&c->rows[s[i].first]) &&
			c->rows[s[kept - 1].first].score < c->rows[s[i].first].score)
			kept--;
		if (kept == 0 || number(&c->rows[s[kept - 1].last]) < number(&c->rows[s[i].first]))
			s[kept++] = s[i];
	}
	return kept;
}

static bool is_signed(const struct chain_check *c, int32_t row)
{
	for (size_t i = 0; i < c->ncps; i++)
		if (memcmp(c->cps[i].hash, c->rows[row].hash, SHA256_LEN) == 0)
			return true;
	return false;
}

/* What stands between the segment before (NULL: nothing) and this one. */
static void say_gap(struct chain_check *c, const struct segment *before, const struct segment *s)
{
	const struct link *l = &c->rows[s->first];
	int64_t end = before != NULL ? number(&c->rows[before->last]) : 0;

	if (number(l) > end + 1)
		say(c, CHAIN_DELETION, end + 1, number(l) - 1, "rows are gone");
	else if (before != NULL && is_signed(c, before->last))
		say(c, CHAIN_INSERTION, number(l), number(&c->rows[s->last]),
			"they were not written behind the row before them");
	else if (before != NULL)
		say(c, CHAIN_EDIT, end, end, "the row after it was written behind another one");
	else if (l->parent != START)
		say(c, CHAIN_EDIT, number(l), number(l), "the first row names a predecessor");
}

static int walk(struct chain_check *c, struct err *err)
{
	struct segment *s = calloc(c->n + 1, sizeof(*s));
	int64_t place = 0;
	size_t n;

	if (s == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	n = find_segments(c, s);
	qsort_r(s, n, sizeof(*s), compare_segments, c);
	n = choose_segments(c, s, n);
	for (size_t i = 0; i < n; i++) {
		say_gap(c, i > 0 ? &s[i - 1] : NULL, &s[i]);
		for (int32_t row = s[i].first; row >= 0; row = c->rows[row].best) {
			c->rows[row].main = true;
			c->rows[row].place = place++;
		}
	}
	free(s);
	return 0;
}

/* --- what is on it, and beside it ------------------------------------------------------------- */

static void say_rows(struct chain_check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct link *l = &c->rows[i];

		if (!l->main)
			say(c, CHAIN_INSERTION, l->claimed, l->claimed,
				"no row was written behind it");
		else if (l->actual == 0)
			say(c, CHAIN_EDIT, l->claimed, l->claimed, "it is not what its hash was taken of");
		else if (l->personal_bad)
			say(c, CHAIN_EDIT, l->claimed, l->claimed,
				"its personal part is not what was recorded");
	}
}

static void say_order(struct chain_check *c)
{
	int64_t place = 0, from = INT64_MAX, to = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct link *l = &c->rows[i];

		if (!l->main)
			continue;
		if (l->place != place++) {
			from = MIN(from, number(l));
			to = MAX(to, number(l));
		}
	}
	if (to > 0)
		say(c, CHAIN_REORDERING, from, to, "they were written in another order");
}

/* Numbers that nothing else explains. */
static void say_numbers(struct chain_check *c)
{
	for (size_t i = 0; i < c->n && c->report->n == 0; i++)
		if (c->rows[i].main && c->rows[i].actual != c->rows[i].claimed)
			say(c, CHAIN_EDIT, c->rows[i].claimed, c->rows[i].claimed,
				"it was given another number");
}

/* --- what was signed -------------------------------------------------------------------------- */

static int64_t last_number(const struct chain_check *c)
{
	int64_t last = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->rows[i].main)
			last = MAX(last, number(&c->rows[i]));
	return last;
}

/* Was something found at this row, so that it need not be what was signed? */
static bool is_explained(const struct chain_report *r, int64_t seq)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->findings[i].kind <= CHAIN_DELETION && r->findings[i].from <= seq &&
			r->findings[i].to >= seq)
			return true;
	return false;
}

static void say_signed(struct chain_check *c)
{
	struct chain_report *r = c->report;
	int64_t last = last_number(c), newest = 0, wrong = INT64_MAX;
	bool explained;

	for (size_t i = 0; i < c->ncps; i++) {
		const struct chain_checkpoint *cp = &c->cps[i];
		int32_t row = find(c, cp->hash);

		r->checkpoints++;
		newest = MAX(newest, cp->seq);
		if (row >= 0 && c->rows[row].main) {
			if (cp->seq > r->signed_seq) {
				r->signed_seq = cp->seq;
				r->signed_ts = cp->ts;
			}
		} else if (cp->seq <= last) {
			wrong = MIN(wrong, cp->seq);
		}
	}
	explained = wrong == INT64_MAX || is_explained(r, wrong);
	if (newest > last)
		say(c, CHAIN_TRUNCATION, last + 1, newest, "they were signed, and are gone");
	if (!explained) {
		int64_t from = 1;

		for (size_t i = 0; i < c->ncps; i++)
			if (c->cps[i].seq < wrong)
				from = MAX(from, c->cps[i].seq + 1);
		say(c, CHAIN_RESTAMPING, from, last, "they are not those that were signed");
	}
}

int chain_check_end(struct chain_check *c, struct chain_report *ret, struct err *err)
{
	int rc = hang(c, err);

	*ret = (struct chain_report){.rows = (int64_t)c->n};
	c->report = ret;
	if (rc != 0)
		return rc;
	score(c);
	rc = walk(c, err);
	if (rc != 0)
		return rc;
	say_rows(c);
	say_order(c);
	say_numbers(c);
	say_signed(c);
	if (c->damaged > 0)
		say(c, CHAIN_EDIT, 0, 0, "there are lines that are no rows");
	if (c->forged > 0)
		say(c, CHAIN_FORGERY, c->forged_from, c->forged_to,
			"a checkpoint is not signed by a known key");
	c->report = NULL;
	return 0;
}
