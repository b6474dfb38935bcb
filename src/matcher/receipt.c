/* See receipt.h. */
#include "matcher/receipt.h"

#include <string.h>
#include <sys/resource.h>

#include "base/date.h"
#include "base/decimal.h"
#include "match/blind.h"
#include "match/receipt.h"
#include "seal/hash.h"
#include "wire/json.h"

/* ---- statements ---- */

static const struct json_object *member(const struct json_object *o, const char *key)
{
	const struct json_object *value = NULL;

	return json_find(o, key, &value) ? value : NULL;
}

/* "-12.30": its digits behind the point are the statement's scale. False: no such amount. */
static bool amount_of(const struct json_object *o, uint8_t *scale, int64_t *ret)
{
	struct sv text = json_as_text(o);
	ptrdiff_t point = sv_find(text, '.');
	size_t digits = point < 0 ? 0 : text.n - (size_t)point - 1;

	if (text.n == 0 || digits > DECIMAL_SCALE_MAX)
		return false;
	*scale = (uint8_t)digits;
	return decimal_parse(text, (struct decimal_format){'.', 0}, (int)digits, ret) == 0;
}

static bool balance_of(
	const struct json_object *o, uint8_t *scale, struct statement_balance *ret)
{
	*ret = (struct statement_balance){.known = o != NULL};
	return o == NULL || amount_of(member(o, "amount"), scale, &ret->minor);
}

static int add_statement(
	const struct json_object *o, struct statement_list *list, struct err *err)
{
	struct statement s = {.account = json_as_text(member(o, "account")),
		.number = json_as_text(member(o, "number")),
		.currency = col_currency_pack(json_as_text(member(o, "currency"))),
		.entries = (uint64_t)json_as_int(member(o, "entries")),
		.line = (uint32_t)json_as_int(member(o, "line"))};

	if (!amount_of(member(o, "sum"), &s.scale, &s.sum) ||
		!balance_of(member(o, "opening"), &s.scale, &s.opening) ||
		!balance_of(member(o, "closing"), &s.scale, &s.closing))
		return err_set(err, E_CORRUPT, "a dataset's statements");
	return statement_list_add(list, &s, err);
}

int receipt_statements(struct sv json, struct statement_list *ret, struct err *err)
{
	CLEANUP(json_cleanup) struct json_object *root = NULL;
	int code = json_parse(json, JSON_DEPTH, &root, err);

	for (size_t i = 0; code == 0 && i < json_count(root); i++)
		code = add_statement(json_at(root, i), ret, err);
	return code;
}

/* ---- inputs ---- */

struct writing {
	struct arena arena; /* texts */
	struct receipt_run run;
	struct receipt_input *inputs;
	struct statement_list statements[2];
};

static void writing_free(struct writing *w)
{
	arena_free(&w->arena);
	for (int side = 0; side < 2; side++)
		statement_list_free(&w->statements[side]);
}

static const char *hex_of(struct arena *arena, const uint8_t hash[SHA256_LEN])
{
	CLEANUP(buf_free) struct buf hex = BUF_INIT;

	buf_add_hex(&hex, hash, SHA256_LEN);
	return arena_sv(arena, buf_sv(&hex)).p;
}

static const char *hash_of(struct arena *arena, struct sv text)
{
	uint8_t digest[SHA256_LEN];

	hash_sha256(text.p, text.n, digest);
	return hex_of(arena, digest);
}

static void fill_input(
	struct writing *w, const struct job_input_about *from, struct receipt_input *to)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&from->dataset_id, id);
	*to = (struct receipt_input){.side = word_text(from->side),
		.dataset = arena_sv(&w->arena, sv_from_cstr(id)).p,
		.dataset_no = from->dataset_no,
		.name = from->name.p,
		.sha256 = hex_of(&w->arena, from->sha256),
		.content_sha256 = hex_of(&w->arena, from->content_sha256),
		.mapping_version = from->mapping_version,
		.mapping_sha256 = hash_of(&w->arena, from->mapping),
		.rows_read = (uint64_t)from->rows_read,
		.rows_accepted = (uint64_t)from->rows_accepted,
		.rows_rejected = (uint64_t)from->rows_rejected,
		.rows_skipped = (uint64_t)from->rows_skipped,
		.carried = from->carried,
		.first_seen = from->first_seen};
}

/* A side of one dataset goes by its file, as on the command line; several are told apart above. */
static void add_to_side(struct writing *w, const struct receipt_input *in, int side, bool alone)
{
	struct receipt_run *run = &w->run;

	run->rows_read[side] += in->rows_read;
	run->rows_rejected[side] += in->rows_rejected;
	run->rows_skipped[side] += in->rows_skipped;
	run->mapping_sha256[side] = alone ? in->mapping_sha256 : NULL;
	if (side == 0) {
		run->left_name = alone ? in->name : NULL;
		run->left_sha256 = alone ? in->sha256 : NULL;
	} else {
		run->right_name = alone ? in->name : NULL;
		run->right_sha256 = alone ? in->sha256 : NULL;
	}
}

static int open_statements(
	struct vault *vault, struct sv sealed, struct statement_list *list, struct err *err)
{
	CLEANUP(buf_free) struct buf json = BUF_INIT;
	int code = vault_unseal(vault, sealed, &json, err);

	return code < 0 ? code : receipt_statements(buf_sv(&json), list, err);
}

static int fill_inputs(struct vault *vault, const struct job_input_about *about, size_t n,
	struct writing *w, struct err *err)
{
	uint32_t seen[2] = {0};
	int code = 0;

	w->inputs = ARENA_ARRAY(&w->arena, n + 1, struct receipt_input);
	if (!w->inputs)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; code == 0 && i < n; i++) {
		int side = about[i].side == SIDE_LEFT ? 0 : 1;

		fill_input(w, &about[i], &w->inputs[i]);
		if (about[i].side == SIDE_ADVICE) {
			w->run.advice_name = w->inputs[i].name;
			w->run.advice_sha256 = w->inputs[i].sha256;
			continue;
		}
		add_to_side(w, &w->inputs[i], side, ++seen[side] == 1);
		if (about[i].statements_sealed.p)
			code = open_statements(vault, about[i].statements_sealed,
				&w->statements[side], err);
	}
	w->run.inputs = w->inputs;
	w->run.ninputs = (uint32_t)n;
	for (int side = 0; side < 2; side++)
		w->run.statements[side] = &w->statements[side];
	return code;
}

/* ---- the whole ---- */

static uint64_t peak_memory(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) != 0 ? 0 : (uint64_t)usage.ru_maxrss * 1024;
}

static uint32_t confirmed(const struct match_receipt *figures)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < figures->npasses; i++)
		n += figures->passes[i].confirmed;
	return n;
}

int receipt_write(struct db *db, struct vault *vault, const struct receipt_of *of, struct buf *out,
	struct err *err)
{
	CLEANUP(writing_free) struct writing w = {0};
	/* Nobody has checked any of them yet: what was drawn for it follows from the seed. */
	const struct sample_result unchecked =
		sample_judge(confirmed(of->figures), 0, 0, SAMPLE_TARGET, SAMPLE_ALPHA);
	struct job_input_about *about;
	size_t n;
	int code;

	arena_init(&w.arena, 0);
	code = store_job_inputs_about(db, &of->job->id, &w.arena, &about, &n, err);
	if (code == 0)
		code = fill_inputs(vault, about, n, &w, err);
	if (code < 0)
		return code;
	w.run.ruleset_version = of->job->ruleset_version;
	if (of->load->model.p) {
		w.run.model_version = of->job->model_version;
		w.run.model_sha256 = hex_of(&w.arena, of->load->model_hash);
	}
	w.run.result_sha256 = hex_of(&w.arena, of->result_sha256);
	w.run.calibration = of->calibration;
	w.run.sample = &unchecked;
	w.run.sample_seed = blind_seed(of->result, of->load->rules->hash);
	w.run.seconds_us = (uint64_t)of->us;
	w.run.peak_memory_bytes = peak_memory();
	w.run.host = of->host;
	w.run.started_at = of->started_us / 1000000;
	w.run.threads = of->threads;
	receipt_to_json(of->figures, of->result, of->load->rules, &w.run, out);
	return arena_ok(&w.arena) && buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
