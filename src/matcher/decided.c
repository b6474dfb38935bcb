/* See decided.h. */
#include "matcher/decided.h"

#include <stdlib.h>
#include <string.h>

#include "col/result_file.h"
#include "domain/decision_fold.h"
#include "match/blind.h"
#include "store/store_object.h"

#define PAGE 1000

/* ---- folding ---- */

static bool same_id(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int by_match(const void *a, const void *b)
{
	const struct decided *x = a, *y = b;
	int order = memcmp(&x->job_id, &y->job_id, sizeof(x->job_id));

	if (order != 0)
		return order;
	if (x->match_no != y->match_no)
		return x->match_no < y->match_no ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

/* Ids of decisions that were undone, ascending; NULL without memory. */
static struct uuid *list_undone(const struct decision *log, size_t n, size_t *ret_n)
{
	struct uuid *undone = malloc((n + 1) * sizeof(*undone));
	size_t count = 0;

	*ret_n = 0;
	if (undone == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (log[i].kind == DECISION_UNDO)
			undone[count++] = log[i].undoes;
	qsort(undone, count, sizeof(*undone), by_id);
	*ret_n = count;
	return undone;
}

size_t decided_fold(const struct decision *log, size_t n, struct decided *out)
{
	size_t nundone = 0, count = 0, kept = 0;
	struct uuid *undone = list_undone(log, n, &nundone);

	for (size_t i = 0; undone != NULL && i < n; i++) {
		/* Records that a person chose instead: the engine's own answer was wrong. */
		bool other = log[i].kind == DECISION_CONFIRM && log[i].members.p != NULL;
		bool right = log[i].kind == DECISION_CONFIRM && !other;
		bool wrong = other || log[i].kind == DECISION_REJECT || log[i].kind == DECISION_UNMATCH ||
			     log[i].kind == DECISION_SPLIT;
		if ((!right && !wrong) || log[i].match_no <= 0 ||
			bsearch(&log[i].id, undone, nundone, sizeof(*undone), by_id) != NULL)
			continue;
		out[count++] = (struct decided){log[i].job_id, log[i].match_no, log[i].seq, right};
	}
	free(undone);
	qsort(out, count, sizeof(*out), by_match);
	for (size_t i = 0; i < count; i++)
		if (i + 1 == count || !same_id(&out[i].job_id, &out[i + 1].job_id) ||
			out[i].match_no != out[i + 1].match_no)
			out[kept++] = out[i];
	return kept;
}

/* ---- what the engine had said ---- */

static int read_exactly(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	size_t got = 0;
	int code = vault_pread(ctx, p, n, offset, &got, err);

	if (code == 0 && got != n)
		return err_set(err, E_CORRUPT, "the result's object is too short");
	return code;
}

/* E_NOT_FOUND: the result is gone. */
static int open_result(struct db *db, struct vault *vault, const struct uuid *job_id,
	struct arena *arena, struct result *ret, struct err *err)
{
	CLEANUP(vault_reader_free) struct vault_reader *reader = NULL;
	struct vault_object from;
	struct object object = {0};
	struct job job = {0};
	int code = store_job_by_id(db, job_id, arena, &job, err);

	if (code == 0)
		code = store_object_get(db, &job.result_object, arena, &object, err);
	if (code < 0)
		return code;
	from = (struct vault_object){.id = object.id, .size = (uint64_t)object.size};
	if (object.wrapped_key.n != sizeof(from.wrapped))
		return err_set(err, E_NOT_FOUND, "The result was erased.");
	memcpy(from.wrapped, object.wrapped_key.p, sizeof(from.wrapped));
	memcpy(from.sha256, object.sha256, sizeof(from.sha256));
	code = vault_read(vault, &from, &reader, err);
	if (code < 0)
		return code;
	return result_file_load(
		(struct col_source){read_exactly, reader, vault_reader_size(reader), NULL}, ret,
		err);
}

struct gather {
	struct calibrate_decision *list;
	size_t n;
	uint64_t matches[CALIBRATE_STRATA];
	/* Checks of blind samples, NULL when there are too few decisions to show anything by them. */
	struct sample_check *check;
	uint32_t nchecks, least;
};

/* A sample that nobody has begun shows nothing of its result, so it says nothing about `least`. */
static bool add_checks(struct gather *g, const struct result *r, const struct decided *d, size_t n)
{
	struct blind b CLEANUP(blind_free) = {0};
	uint8_t *verdict CLEANUP(free_ptr) = calloc((size_t)r->matches.n + 1, 1);

	if (verdict == NULL || !blind_draw(r, blind_seed_of(r), &b))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((uint32_t)d[i].match_no <= r->matches.n)
			verdict[d[i].match_no - 1] = d[i].right ? VERDICT_RIGHT : VERDICT_WRONG;
	struct sample_check *check = calloc((size_t)b.n + 1, sizeof(*check));
	if (check == NULL)
		return false;
	uint32_t found = blind_checks(&b, r, verdict, check);
	if (found > 0)
		g->least = MAX(g->least, blind_least(r, true));
	memcpy(g->check + g->nchecks, check, found * sizeof(*check));
	g->nchecks += found;
	free(check);
	return true;
}

static bool add_result(struct gather *g, const struct result *r, const struct decided *d, size_t n)
{
	for (uint32_t i = 0; i < r->matches.n; i++)
		g->matches[calibrate_stratum(r->matches.marginal[i])]++;
	for (size_t i = 0; i < n; i++)
		if ((uint32_t)d[i].match_no <= r->matches.n)
			g->list[g->n++] = (struct calibrate_decision){
				r->matches.marginal[d[i].match_no - 1], d[i].right, 1};
	return g->check == NULL || add_checks(g, r, d, n);
}

/* Job ids are of version 7: later ones are larger, so the newest results come last. */
static int add_results(struct db *db, struct vault *vault, const struct decided *d, size_t n,
	struct arena *arena, struct gather *g, struct err *err)
{
	size_t jobs = 0;
	int code = 0;

	for (size_t end = n, i; end > 0 && code == 0 && jobs < DECIDED_JOBS_MAX; end = i, jobs++) {
		struct result r CLEANUP(result_free) = RESULT_INIT;
		for (i = end; i > 0 && same_id(&d[i - 1].job_id, &d[end - 1].job_id); i--)
			;
		code = open_result(db, vault, &d[end - 1].job_id, arena, &r, err);
		if (code == 0 && !add_result(g, &r, d + i, end - i))
			code = err_set(err, E_NO_MEMORY, NULL);
		else if (code == E_NOT_FOUND)
			code = 0;
	}
	return code;
}

static int fit(struct db *db, struct vault *vault, const struct decided *d, size_t n,
	struct arena *arena, struct calibration *ret, struct err *err)
{
	struct gather g = {.list = malloc((n + 1) * sizeof(*g.list))};
	bool enough = n >= sample_size(SAMPLE_TARGET, SAMPLE_ALPHA / SAMPLE_LINES);

	if (enough) /* each check is a decision */
		g.check = calloc(n + 1, sizeof(*g.check));
	int code = g.list == NULL || (enough && g.check == NULL) ? err_set(err, E_NO_MEMORY, NULL) : 0;
	if (code == 0)
		code = add_results(db, vault, d, n, arena, &g, err);
	if (code == 0) {
		calibrate_weigh(g.list, g.n, g.matches);
		if (!calibrate_fit(g.list, g.n, ret))
			code = err_set(err, E_NO_MEMORY, NULL);
	}
	uint32_t line = code == 0 && g.nchecks > 0 ? sample_line(g.check, g.nchecks, g.least,
		SAMPLE_TARGET, SAMPLE_ALPHA) : UINT32_MAX;
	if (line != UINT32_MAX)
		ret->line = line;
	free(g.list);
	free(g.check);
	return code;
}

static int read_log(struct db *db, const struct job *job, struct arena *arena, struct decision *log,
	size_t *ret_n, struct err *err)
{
	int64_t after = 0;
	size_t got = PAGE;
	int code = 0;

	for (*ret_n = 0; code == 0 && got == PAGE && *ret_n + PAGE <= DECIDED_MAX;) {
		struct decision *page = NULL;
		code = store_decision_list(db, &job->project_id, &job->reconciliation_id, after,
			PAGE, arena, &page, &got, err);
		if (code < 0)
			break;
		memcpy(log + *ret_n, page, got * sizeof(*page));
		*ret_n += got;
		after = got > 0 ? page[got - 1].seq : after;
	}
	return code;
}

int decided_calibration(struct db *db, struct vault *vault, const struct job *job,
	struct calibration *ret, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct decision *log = calloc(DECIDED_MAX, sizeof(*log));
	struct decided *d = NULL;
	size_t n = 0;
	int code = log == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	*ret = (struct calibration){0};
	arena_init(&arena, 0);
	if (code == 0)
		code = read_log(db, job, &arena, log, &n, err);
	if (code == 0 && (d = malloc((n + 1) * sizeof(*d))) == NULL)
		code = err_set(err, E_NO_MEMORY, NULL);
	if (code == 0 && n > 0)
		code = fit(db, vault, d, decided_fold(log, n, d), &arena, ret, err);
	free(log);
	free(d);
	return code;
}
