/*
 * recon match LEFT RIGHT: the engine on two files, without a server; recon match FILE --dedupe: which
 * records of one file are the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/decisions.h"
#include "cli/load.h"
#include "cli/match_files.h"
#include "cli/same_files.h"
#include "match/cluster_run.h"
#include "match/match.h"
#include "match/receipt.h"
#include "rules/ruleset.h"
#include "seal/hash.h"

#define ADVICE 2 /* beside the two sides */
#define FILES 3

struct task {
	const char *path[FILES], *rules_path, *out, *seed_rules, *decisions_path;
	uint32_t sample; /* matches to be checked blind; 0: no file of them is written */
	unsigned threads;
	bool quiet, json;
	bool dedupe; /* path[0] alone */
	uint64_t start_us;
	struct arena arena[FILES]; /* per side: sides are read at the same time */
	struct arena rules_arena;
	struct read_result side[FILES];
	struct err side_err[FILES];
	int side_rc[FILES];
	struct load_file file[FILES];
	char hash[FILES][LOAD_HASH_LEN];
	char mapping[FILES][LOAD_HASH_LEN]; /* hashes of how the files were read */
	int64_t started_at;
	pthread_t hasher;
	bool hashing; /* the hasher runs, beside the engine */
	struct ruleset *rules;
	struct result result;
	struct match_receipt receipt;
	struct match_same same;
	struct decisions decisions;
	struct calibration calibration; /* by decisions, applied when it is of a kind */
	uint32_t unknown;               /* decisions on what this run knows nothing of */
	bool proposed;
	const char *model_path;
	struct sv model; /* pinned; p NULL: none */
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- reading a side ---- */

static enum col_type column_type(enum rules_type type)
{
	static const enum col_type types[] = {
		[RULES_AMOUNT] = COL_AMOUNT,
		[RULES_QUANTITY] = COL_QUANTITY,
		[RULES_RATE] = COL_RATE,
		[RULES_DATE] = COL_DATE,
		[RULES_TEXT] = COL_TEXT,
		[RULES_CODE] = COL_CODE,
		[RULES_NUMBER] = COL_NUMBER,
		[RULES_CURRENCY] = COL_CURRENCY,
	};

	return types[type];
}

static bool has_column(const struct read_proposal *p, struct sv name)
{
	for (uint32_t i = 0; i < p->ncolumns; i++)
		if (sv_eq(p->columns[i].name, name))
			return true;
	return false;
}

static bool named_already(struct sv *names, uint32_t n, struct sv name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sv_eq(names[i], name))
			return true;
	return false;
}

/* A mapping of just the columns that the ruleset names. */
struct wanted {
	struct arena *arena;
	const struct read_proposal *p;
	struct mapping_field *fields;
	struct sv *names; /* by field: what the ruleset calls it */
	uint32_t n;
};

/* Where the name is that of a field of the proposal (two columns of debit and credit, say), that one. */
static void want(struct wanted *w, struct sv name, enum col_type type)
{
	struct mapping_field f = {.columns = {name}, .ncolumns = 1, .scale = -1, .type = type};

	if (named_already(w->names, w->n, name) || w->n == MAPPING_FIELDS_MAX - 1)
		return;
	for (uint32_t q = 0; q < w->p->mapping.nfields && !has_column(w->p, name); q++)
		if (sv_eq(w->p->mapping.fields[q].field, name))
			f = w->p->mapping.fields[q];
	f.field = sv_from_cstr(arena_printf(w->arena, "f%u", w->n));
	w->fields[w->n] = f;
	w->names[w->n++] = name;
}

static void want_fields(struct wanted *w, const struct ruleset *rs, int side)
{
	for (uint32_t i = 0; i < rs->nfields; i++)
		for (uint32_t k = 0; k < rs->fields[i].side[side].nterms; k++) {
			bool found = rs->fields[i].side[side].source == RULES_SOURCE_FIND;
			want(w, rs->fields[i].side[side].terms[k].name,
				found ? COL_TEXT : column_type(rs->fields[i].type));
		}
}

static void want_currency(struct wanted *w)
{
	for (uint32_t q = 0; q < w->p->mapping.nfields; q++)
		if (w->p->mapping.fields[q].type == COL_CURRENCY &&
			!named_already(w->names, w->n, w->p->mapping.fields[q].columns[0])) {
			w->fields[w->n] = w->p->mapping.fields[q];
			w->names[w->n] = w->p->mapping.fields[q].field;
			w->fields[w->n++].field = SV("currency");
		}
}

/* Typed fields for exactly the columns that the ruleset names, and the currency. names[i] is what
 * field i of the mapping is called by the ruleset. */
static int map_by_rules(struct task *t, int side, struct read_proposal *p, struct sv **ret_names)
{
	struct arena *a = &t->arena[side];
	struct wanted w = {.arena = a, .p = p,
		.fields = ARENA_ARRAY(a, MAPPING_FIELDS_MAX + 1, struct mapping_field),
		.names = ARENA_ARRAY(a, MAPPING_FIELDS_MAX + 1, struct sv)};

	if (w.fields == NULL || w.names == NULL)
		return err_set(&t->side_err[side], E_NO_MEMORY, NULL);
	if (side == ADVICE) {
		want(&w, t->rules->advice.of, COL_CODE);
		want(&w, t->rules->advice.names, COL_CODE);
		want(&w, t->rules->advice.amount, COL_AMOUNT);
	} else {
		want_fields(&w, t->rules, side);
	}
	want_currency(&w);
	p->mapping.fields = w.fields;
	p->mapping.nfields = w.n;
	p->mapping.fields_only = true;
	*ret_names = w.names;
	return 0;
}

/* A proposed field of one column goes by that column's name, so that a proposed ruleset names what
 * stands in the file. */
static int name_by_columns(struct task *t, int side, struct read_proposal *p, struct sv **ret_names)
{
	struct sv *names = ARENA_ARRAY(&t->arena[side], p->mapping.nfields + 1, struct sv);

	if (names == NULL)
		return err_set(&t->side_err[side], E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < p->mapping.nfields; i++) {
		const struct mapping_field *f = &p->mapping.fields[i];
		names[i] = f->ncolumns == 1 && !named_already(names, i, f->columns[0]) ?
			f->columns[0] : f->field;
	}
	*ret_names = names;
	return 0;
}

static void rename_columns(struct task *t, int side, const struct mapping *m, const struct sv *names)
{
	struct col_table *table = &t->side[side].table;

	for (uint32_t c = 0; c < table->ncols; c++)
		for (uint32_t i = 0; i < m->nfields; i++) {
			if (table->cols[c].role != COL_FIELD ||
				!sv_eq_cstr(m->fields[i].field, table->cols[c].name))
				continue;
			const char *name = arena_sv(&t->arena[side], names[i]).p;
			if (name != NULL)
				table->cols[c].name = name;
			break;
		}
}

static void hash_text(struct sv text, char out[LOAD_HASH_LEN])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	hash_sha256(text.p, text.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	snprintf(out, LOAD_HASH_LEN, "%s", buf_cstr(&hex));
}

static void hash_mapping(const struct mapping *m, char out[LOAD_HASH_LEN])
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	mapping_to_json(m, &text);
	hash_text(buf_sv(&text), out);
}

/* The two sides are read at the same time. */
static unsigned reading_threads(const struct task *t, int side)
{
	return t->dedupe || side == ADVICE ? t->threads : (t->threads + 1) / 2;
}

static int read_side(struct task *t, int side)
{
	struct load_file *f = &t->file[side];
	struct read_proposal p = {0};
	struct err *err = &t->side_err[side];
	struct sv *names = NULL;
	int rc = load_open(t->path[side], f, err);

	if (rc == 0)
		rc = read_detect(load_source(f), NULL, &t->arena[side], &p, err);
	if (rc == 0 && t->rules != NULL)
		rc = map_by_rules(t, side, &p, &names);
	else if (rc == 0)
		rc = name_by_columns(t, side, &p, &names);
	if (rc == 0)
		rc = read_file_threads(
			load_source(f), &p.mapping, reading_threads(t, side), &t->side[side], err);
	if (rc == 0)
		rename_columns(t, side, &p.mapping, names);
	if (rc == 0)
		hash_mapping(&p.mapping, t->mapping[side]);
	for (uint32_t i = 0; rc == 0 && i < p.nquestions && !t->quiet; i++)
		if (strcmp(p.questions[i].code, "date_order") == 0)
			fprintf(stderr, "recon: %s: %.*s\n", t->path[side],
				SV_ARG(p.questions[i].detail));
	return load_name(t->path[side], rc, err);
}

struct reader {
	struct task *t;
	int side;
};

static void *read_thread(void *arg)
{
	struct reader *r = arg;

	r->t->side_rc[r->side] = read_side(r->t, r->side);
	return NULL;
}

static int read_sides(struct task *t, struct err *err)
{
	struct reader left = {t, 0}, right = {t, 1};
	pthread_t thread;
	bool both = t->threads > 1 && !t->dedupe &&
		pthread_create(&thread, NULL, read_thread, &right) == 0;

	read_thread(&left);
	if (both)
		pthread_join(thread, NULL);
	else if (!t->dedupe)
		read_thread(&right);
	if (t->path[ADVICE] != NULL)
		t->side_rc[ADVICE] = read_side(t, ADVICE);
	for (int side = 0; side < FILES; side++)
		if (t->side_rc[side] < 0) {
			*err = t->side_err[side];
			return t->side_rc[side];
		}
	return 0;
}

/* ---- identity of the files ---- */

static void *hash_sides(void *arg)
{
	struct task *t = arg;

	for (int side = 0; side < FILES; side++)
		if (t->side_rc[side] == 0 && t->path[side] != NULL)
			t->side_rc[side] =
				load_hash(&t->file[side], t->hash[side], &t->side_err[side]);
	return NULL;
}

/* Fills the moments in which the engine has no work for all threads. */
static void hash_start(struct task *t)
{
	t->hashing = t->threads > 1 && pthread_create(&t->hasher, NULL, hash_sides, t) == 0;
	if (!t->hashing)
		hash_sides(t);
}

static void hash_end(struct task *t)
{
	if (t->hashing)
		pthread_join(t->hasher, NULL);
	t->hashing = false;
}

static int hash_check(struct task *t, struct err *err)
{
	hash_end(t);
	for (int side = 0; side < FILES; side++)
		if (t->side_rc[side] < 0) {
			*err = t->side_err[side];
			return t->side_rc[side];
		}
	return 0;
}

/* ---- rules ---- */

/* The text of a small file, in the arena of the rules. */
static int load_text(struct task *t, const char *path, struct sv *ret, struct err *err)
{
	struct load_file f CLEANUP(load_close) = LOAD_FILE_INIT;
	int rc = load_open(path, &f, err);

	if (rc < 0)
		return rc;
	if (f.size > RULES_BYTES_MAX)
		return err_set(err, E_LIMIT, "%s is too large for a ruleset or a model.", path);
	char *text = arena_alloc(&t->rules_arena, f.size + 1);
	if (text == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	struct col_source src = load_source(&f);
	rc = src.pread(src.ctx, 0, text, f.size, err);
	*ret = sv_from(text, f.size);
	return rc;
}

static int load_rules(struct task *t, struct err *err)
{
	struct sv text = {0};
	int rc = load_text(t, t->rules_path, &text, err);

	if (rc == 0)
		rc = ruleset_parse(text, &t->rules_arena, &t->rules, err);
	return load_name(t->rules_path, rc, err);
}

static struct sv base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct sv name = sv_from_cstr(slash != NULL ? slash + 1 : path);
	ptrdiff_t dot = sv_find(name, '.');

	return dot > 0 ? sv_from(name.p, (size_t)dot) : name;
}

static int write_text(const char *path, struct sv text, struct err *err)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return err_set_errno(err, errno, "%s", path);
	size_t put = fwrite(text.p, 1, text.n, f);
	if (fclose(f) != 0 || put != text.n)
		return err_set_errno(err, errno, "%s", path);
	return 0;
}

/* No rules were given: the engine makes some from what the files look like, and they are used. */
static int propose_rules(struct task *t, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, plain CLEANUP(buf_free) = BUF_INIT;
	const struct col_table *left = &t->side[0].table, *right = &t->side[1].table;
	struct buf *to = t->path[ADVICE] != NULL ? &plain : &text;
	int rc = t->dedupe ? match_propose_same(left, base_name(t->path[0]), to, err) :
		match_propose(left, right, base_name(t->path[0]), base_name(t->path[1]), to, err);

	if (rc == 0 && t->path[ADVICE] != NULL)
		rc = load_name(t->path[ADVICE],
			match_propose_advice(left, right, &t->side[ADVICE].table, buf_sv(&plain),
				&text, err),
			err);
	t->proposed = true;
	if (rc == 0 && t->seed_rules != NULL)
		return write_text(t->seed_rules, buf_sv(&text), err);
	return rc < 0 ? rc : ruleset_parse(buf_sv(&text), &t->rules_arena, &t->rules, err);
}

/* ---- running ---- */

static void show_progress(void *arg, enum match_phase phase, uint64_t done, uint64_t total)
{
	const struct task *t = arg;
	double seconds = (double)(now_us() - t->start_us) / 1e6;

	fprintf(stderr, "\r%-12s %3u %%  %6.1f s ", match_phase_word(phase),
		total == 0 ? 0 : (unsigned)(done * 100 / total), seconds);
}

static int run_engine(struct task *t, struct err *err)
{
	struct match_input inputs[2];
	struct match_options options = {.threads = t->threads, .model = t->model,
		.calibration = t->calibration.kind == CALIBRATE_NONE ? NULL : &t->calibration};
	bool bar = !t->quiet && isatty(STDERR_FILENO) != 0;
	int rc;

	for (int side = 0; side < 2; side++)
		inputs[side] = (struct match_input){.table = &t->side[side].table,
			.side = (uint8_t)side, .dataset_no = side};
	if (t->path[ADVICE] != NULL)
		options.advice = &t->side[ADVICE].table;
	if (bar) {
		options.progress = show_progress;
		options.arg = t;
	}
	if (t->dedupe)
		rc = match_dedupe(inputs[0].table, t->rules, &options, &t->same, err);
	else
		rc = match_run(inputs, 2, t->rules, &options, &t->result, &t->receipt, err);
	if (bar)
		fprintf(stderr, "\r%40s\r", "");
	return rc;
}

/* The seed follows from the inputs and the ruleset: nobody chooses it. */
static uint64_t sample_seed(const struct task *t)
{
	char text[3 * 65 + 1];
	uint8_t digest[SHA256_LEN];
	uint64_t seed = 0;
	int n = snprintf(text, sizeof(text), "%s%s%s", t->hash[0], t->hash[1], t->rules->hash);

	hash_sha256(text, (size_t)n, digest);
	for (int i = 0; i < 8; i++)
		seed = seed << 8 | digest[i];
	return seed;
}

/* What was decided is about what the model alone says; with the calibration that follows from it all
 * is decided once more. */
static int apply_decisions(struct task *t, struct err *err)
{
	const struct read_result *const sides[2] = {&t->side[0], &t->side[1]};
	struct sample_result shown;
	int rc = decisions_read(t->decisions_path, sides, &t->decisions, err);

	if (rc < 0)
		return rc;
	decisions_settle(&t->decisions, &t->result);
	rc = decisions_fit(&t->decisions, &t->result, &t->calibration, &t->unknown, err);
	if (rc == 0)
		rc = hash_check(t, err); /* the seed follows from the hashes */
	if (rc == 0)
		rc = decisions_sample(&t->decisions, &t->result, sides, 0, sample_seed(t), NULL,
			&shown, err);
	if (rc == 0 && shown.line != UINT32_MAX)
		t->calibration.line = shown.line;
	if (rc < 0 || t->calibration.kind == CALIBRATE_NONE)
		return rc;
	result_free(&t->result);
	match_receipt_free(&t->receipt);
	return run_engine(t, err);
}

static uint64_t peak_memory(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) != 0 ? 0 : (uint64_t)usage.ru_maxrss * 1024;
}

/* Hash of the result's arrays: equal results, equal hashes. */
static void hash_result(const struct result *r, char out[2 * SHA256_LEN + 1])
{
	struct hash *h CLEANUP(hash_freep) = hash_new();
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN] = {0};

	out[0] = '\0';
	if (h == NULL)
		return;
	hash_update(h, r->matches.kind, r->matches.n);
	hash_update(h, r->matches.status, r->matches.n);
	hash_update(h, r->matches.pass, r->matches.n * sizeof(*r->matches.pass));
	hash_update(h, r->matches.confidence, r->matches.n * sizeof(*r->matches.confidence));
	hash_update(h, r->matches.margin, r->matches.n * sizeof(*r->matches.margin));
	hash_update(h, r->members.input, r->members.n * sizeof(*r->members.input));
	hash_update(h, r->members.row, r->members.n * sizeof(*r->members.row));
	hash_update(h, r->members.allocated, r->members.n * sizeof(*r->members.allocated));
	hash_update(h, r->open.row, r->open.n * sizeof(*r->open.row));
	hash_update(h, r->open.break_type, r->open.n);
	hash_update(h, r->open.remaining, r->open.n * sizeof(*r->open.remaining));
	hash_final(h, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	snprintf(out, 2 * SHA256_LEN + 1, "%s", buf_cstr(&hex));
}

struct seal {
	const struct result *result;
	char hash[2 * SHA256_LEN + 1];
};

static void *seal_result(void *arg)
{
	struct seal *s = arg;

	hash_result(s->result, s->hash);
	return NULL;
}

/* The result's hash is made while its files are written. */
static int write_files(struct task *t, struct seal *seal, struct err *err)
{
	struct match_files files = {.dir = t->out, .result = &t->result, .rules = t->rules,
		.json = t->json, .side = {&t->side[0], &t->side[1]}};
	pthread_t sealer;

	if (mkdir(t->out, 0777) != 0 && errno != EEXIST)
		return err_set_errno(err, errno, "%s", t->out);
	if (t->dedupe)
		return same_files_write(
			t->out, t->json, &t->side[0], &t->same.clusters, seal->hash, err);
	bool beside = t->threads > 1 && pthread_create(&sealer, NULL, seal_result, seal) == 0;
	if (!beside)
		seal_result(seal);
	int rc = match_files_write(&files, t->threads, err);
	if (beside)
		pthread_join(sealer, NULL);
	return rc;
}

static uint32_t confirmed(const struct task *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->receipt.npasses; i++)
		n += t->receipt.passes[i].confirmed;
	return n;
}

static int draw_sample(struct task *t, struct receipt_run *run, struct sample_result *ret,
	struct err *err)
{
	const struct read_result *const sides[2] = {&t->side[0], &t->side[1]};
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/sample.csv", t->out) >= sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	run->sample_seed = sample_seed(t);
	run->sample = ret;
	run->calibration = &t->calibration;
	if (t->decisions.n == 0 && t->sample == 0) { /* nothing to look for: it is only said */
		*ret = sample_judge(confirmed(t), 0, 0, SAMPLE_TARGET, SAMPLE_ALPHA);
		return 0;
	}
	return decisions_sample(
		&t->decisions, &t->result, sides, t->sample, run->sample_seed, path, ret, err);
}

static int write_out(struct task *t, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct seal seal = {.result = &t->result};
	char path[4096];
	int rc = write_files(t, &seal, err);

	if (rc == 0)
		rc = hash_check(t, err);
	if (rc < 0)
		return rc;
	char host[256] = "";
	(void)gethostname(host, sizeof(host) - 1);
	struct receipt_run run = {.left_name = t->path[0], .right_name = t->path[1],
		.left_sha256 = t->hash[0], .right_sha256 = t->hash[1], .result_sha256 = seal.hash,
		.advice_name = t->path[ADVICE], .advice_sha256 = t->hash[ADVICE],
		.seconds_us = now_us() - t->start_us, .peak_memory_bytes = peak_memory(),
		.host = host, .started_at = t->started_at, .threads = t->threads};
	char model_hash[LOAD_HASH_LEN];
	if (t->model.p != NULL) {
		hash_text(t->model, model_hash);
		run.model_sha256 = model_hash;
	}
	for (int side = 0; side < 2; side++) {
		run.mapping_sha256[side] = t->mapping[side];
		run.statements[side] = &t->side[side].statements;
		run.rows_read[side] = t->side[side].info.rows_read;
		run.rows_rejected[side] = t->side[side].info.rows_rejected;
		run.rows_skipped[side] = t->side[side].info.rows_skipped;
	}
	struct sample_result sample;
	if (!t->dedupe) {
		rc = draw_sample(t, &run, &sample, err);
		if (rc < 0)
			return rc;
	}
	if (t->dedupe)
		match_same_receipt(&t->same, t->rules, &run, &text);
	else
		receipt_to_json(&t->receipt, &t->result, t->rules, &run, &text);
	if ((size_t)snprintf(path, sizeof(path), "%s/receipt.json", t->out) >= sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	rc = write_text(path, buf_sv(&text), err);
	const char *model = t->dedupe ? t->same.model : t->receipt.model;
	if (rc < 0 || model == NULL)
		return rc;
	if ((size_t)snprintf(path, sizeof(path), "%s/model.json", t->out) >= sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	return write_text(path, sv_from_cstr(model), err);
}

/* ---- the table ---- */

static void print_breaks(const struct task *t, int side)
{
	const struct result *r = &t->result;
	uint32_t count[256] = {0};

	for (uint32_t i = 0; i < r->open.n; i++)
		if (r->inputs[r->open.input[i]].side == side && r->open.match[i] == 0)
			count[r->open.break_type[i]]++;
	for (unsigned b = 0; b < 256; b++)
		if (count[b] > 0)
			printf("  open %-5s %-28s %10u\n", side == 0 ? "left" : "right",
				outcome_word(OUTCOME_SET_BREAK, b), count[b]);
}

static void print_money(const struct match_money *m)
{
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	int scale = col_currency_exponent(m->currency);
	char currency[4];

	col_currency_unpack(m->currency, currency);
	buf_printf(&line, "  money %-5s %-3s  accepted ", m->side == 0 ? "left" : "right", currency);
	decimal_format128(m->accepted, scale, &line);
	buf_add_cstr(&line, "  matched ");
	decimal_format128(m->matched, scale, &line);
	buf_add_cstr(&line, "  excluded ");
	decimal_format128(m->excluded, scale, &line);
	buf_add_cstr(&line, "  open ");
	decimal_format128(m->open, scale, &line);
	printf("%s  %s\n", buf_cstr(&line), m->balanced ? "balanced" : "NOT BALANCED");
}

static void print_same(const struct task *t)
{
	const struct match_same *s = &t->same;

	printf("  rows        read %u, rejected %u\n", (unsigned)t->side[0].info.rows_read,
		(unsigned)t->side[0].info.rows_rejected);
	printf("  clusters    %u, of them %u with several rows, the largest with %u\n", s->clusters.n,
		s->several, s->clusters.largest);
	printf("  duplicates  %u rows beyond the first of their cluster\n", s->surplus);
}

static void print_decisions(const struct task *t)
{
	const struct calibration *c = &t->calibration;

	printf("  decisions %u, of them %u errors: confidence is %s", c->decisions, c->errors,
		c->kind == CALIBRATE_NONE ? "not calibrated" : "calibrated by them");
	if (t->unknown > 0)
		printf(" (%u more are on what this run does not know)", t->unknown);
	putchar('\n');
}

static void print_matches(const struct task *t)
{
	const struct match_receipt *r = &t->receipt;

	for (int side = 0; side < 2; side++)
		printf("  rows  %-5s read %u, rejected %u, matched %u, reserved %u, open %u\n",
			side == 0 ? "left" : "right", (unsigned)t->side[side].info.rows_read,
			(unsigned)t->side[side].info.rows_rejected, r->matched[side],
			r->reserved[side], r->open[side]);
	printf("  %-40s %10s %10s %10s\n", "pass", "confirmed", "suggested", "ambiguous");
	for (uint32_t i = 0; i < r->npasses; i++)
		printf("  %-40.*s %10u %10u %10u\n", SV_ARG(t->rules->passes[i].name),
			r->passes[i].confirmed, r->passes[i].suggested, r->passes[i].ambiguous);
	if (t->path[ADVICE] != NULL)
		printf("  advice      lines %u, settled %u, unknown %u, records that differ %u\n",
			r->advice.lines, r->advice.settled, r->advice.unknown, r->advice.differing);
	print_breaks(t, 0);
	print_breaks(t, 1);
	for (uint32_t i = 0; t->rules->side[0].balance != UINT32_MAX && i < r->nmoney; i++)
		print_money(&r->money[i]);
	if (t->decisions_path != NULL)
		print_decisions(t);
}

static void print_table(const struct task *t)
{
	if (t->proposed)
		printf("no rules were given: these were proposed from the files (--seed-rules FILE "
		       "writes them)\n");
	if (t->dedupe)
		print_same(t);
	else
		print_matches(t);
	printf("  %.3f s, %.0f MB\n", (double)(now_us() - t->start_us) / 1e6,
		(double)peak_memory() / 1e6);
}

/* ---- the command ---- */

static int run(struct task *t, struct err *err)
{
	int rc = t->rules_path != NULL ? load_rules(t, err) : 0;

	if (rc == 0 && t->model_path != NULL)
		rc = load_text(t, t->model_path, &t->model, err);
	if (rc == 0 && t->path[ADVICE] != NULL && t->rules != NULL && !t->rules->advice.given)
		rc = err_set(err, E_RULESET, "The ruleset has no \"advice\": how is %s to be read?",
			t->path[ADVICE]);
	if (rc == 0)
		rc = read_sides(t, err);
	if (rc == 0 && t->rules == NULL)
		rc = propose_rules(t, err);
	if (rc < 0 || (t->proposed && t->seed_rules != NULL))
		return rc;
	if (t->out != NULL)
		hash_start(t);
	rc = run_engine(t, err);
	if (rc == 0 && t->decisions_path != NULL)
		rc = apply_decisions(t, err);
	if (rc == 0 && t->out != NULL)
		rc = write_out(t, err);
	if (rc == 0 && !t->quiet)
		print_table(t);
	return rc;
}

static void task_free(struct task *t)
{
	hash_end(t);
	for (int side = 0; side < FILES; side++) {
		load_close(&t->file[side]);
		read_result_free(&t->side[side]);
		arena_free(&t->arena[side]);
	}
	arena_free(&t->rules_arena);
	result_free(&t->result);
	match_receipt_free(&t->receipt);
	match_same_free(&t->same);
	decisions_free(&t->decisions);
}

int cmd_match(struct cli *cli, int argc, char **argv)
{
	const char *model = NULL;
	const char *rules = NULL, *out = NULL, *threads = NULL, *quiet = NULL, *seed = NULL;
	const char *format = "csv", *dedupe = NULL, *decisions = NULL, *sample = NULL;
	const char *advice = NULL;
	const struct cli_option options[] = {{"--rules", true, &rules}, {"--out", true, &out},
		{"--threads", true, &threads}, {"--format", true, &format},
		{"--quiet", false, &quiet}, {"--seed-rules", true, &seed}, {"--model", true, &model},
		{"--dedupe", false, &dedupe}, {"--decisions", true, &decisions},
		{"--sample", true, &sample}, {"--advice", true, &advice}, {0}};
	struct task t = {.start_us = now_us(), .started_at = time(NULL),
		.file = {LOAD_FILE_INIT, LOAD_FILE_INIT, LOAD_FILE_INIT}};
	struct err err = {0};
	uint64_t n = 0, nsample = 0;

	(void)cli;
	if (!cli_options(&argc, argv, options) || argc != (dedupe != NULL ? 2 : 3) ||
		(dedupe != NULL && (decisions != NULL || sample != NULL || advice != NULL)) ||
		(sample != NULL && (!sv_to_u64(sv_from_cstr(sample), 1000000, &nsample) ||
				   nsample == 0 || out == NULL)) ||
		(threads != NULL && (!sv_to_u64(sv_from_cstr(threads), 1024, &n) || n == 0)) ||
		(strcmp(format, "csv") != 0 && strcmp(format, "json") != 0))
		return cli_usage("match");
	t.path[0] = argv[1];
	t.path[1] = argv[2]; /* NULL when it is one file */
	t.path[ADVICE] = advice;
	t.dedupe = dedupe != NULL;
	t.rules_path = rules;
	t.out = out;
	t.seed_rules = seed;
	t.model_path = model;
	t.decisions_path = decisions;
	t.sample = (uint32_t)nsample;
	t.quiet = quiet != NULL;
	t.json = strcmp(format, "json") == 0;
	t.threads = n != 0 ? (unsigned)n : (unsigned)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);
	int rc = run(&t, &err);
	task_free(&t);
	return rc < 0 ? cli_fail(&err) : CLI_DONE;
}
