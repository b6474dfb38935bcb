/*
 * The receipt as JSON.
 */
#include "match/receipt.h"

#include "seal/hash.h"
#include "wire/json.h"

static const char *const side_words[] = {"left", "right"};

static void put_rows(struct json_writer *w, const struct match_receipt *r,
	const struct receipt_run *run, int side)
{
	json_open_object(w, side_words[side]);
	json_put_cstr(w, "name", side == 0 ? run->left_name : run->right_name);
	json_put_cstr(w, "sha256", side == 0 ? run->left_sha256 : run->right_sha256);
	json_put_int(w, "rows_read", (int64_t)run->rows_read[side]);
	json_put_cstr(w, "mapping_sha256", run->mapping_sha256[side]);
	json_put_int(w, "rows_accepted", r->rows[side]);
	json_put_int(w, "rows_rejected", (int64_t)run->rows_rejected[side]);
	json_put_int(w, "rows_skipped", (int64_t)run->rows_skipped[side]);
	json_put_int(w, "rows_matched", r->matched[side]);
	json_put_int(w, "rows_excluded", r->excluded[side]);
	json_put_int(w, "rows_repeated", r->repeated[side]);
	json_put_int(w, "rows_open", r->open[side]);
	json_put_int(w, "rows_reserved", r->reserved[side]);
	if (r->as_of[side] == INT32_MIN)
		json_put_null(w, "as_of");
	else
		json_put_day(w, "as_of", r->as_of[side]);
	json_put_int(w, "in_transit_days", r->transit_days[side]);
	json_close_object(w);
}

static const char *const repeats_words[] = {"append", "overlap", "replace"};

/* What the ruleset's numbers and lists amount to here; its hash covers what they say. */
static void put_settings(struct json_writer *w, const struct ruleset *rules)
{
	json_open_object(w, "settings");
	json_put_text(w, "currency", rules->currency.n > 0 ? rules->currency : SV("each alone"));
	json_put_int(w, "limit_pairs", (int64_t)rules->limit_pairs);
	json_put_int(w, "limit_states", (int64_t)rules->limit_states);
	json_open_array(w, "repeats");
	for (int side = 0; side < 2; side++)
		json_put_cstr(w, NULL, repeats_words[rules->side[side].repeats]);
	json_close_array(w);
	json_open_array(w, "calendars");
	for (uint32_t i = 0; i < rules->nlists; i++)
		if (rules->lists[i].calendar) {
			json_open_object(w, NULL);
			json_put_text(w, "name", rules->lists[i].name);
			json_put_int(w, "days", rules->lists[i].nwords);
			json_close_object(w);
		}
	json_close_array(w);
	json_open_array(w, "rates");
	for (uint32_t i = 0; i < rules->nlists; i++) {
		const struct rules_list *list = &rules->lists[i];
		if (list->nrates == 0)
			continue;
		json_open_object(w, NULL);
		json_put_text(w, "name", list->name);
		json_put_int(w, "days", list->nrates);
		json_put_day(w, "first", list->day[0]);
		json_put_day(w, "last", list->day[list->nrates - 1]);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void put_chain(struct json_writer *w, const struct rules_chain *chain)
{
	if (chain->before.n == 0)
		return;
	json_open_object(w, "chain");
	json_put_text(w, "before", chain->before);
	json_put_cstr(w, "through", side_words[chain->through]);
	json_close_object(w);
}

static void put_advice(
	struct json_writer *w, const struct match_receipt *r, const struct receipt_run *run)
{
	if (run->advice_name == NULL)
		return;
	json_open_object(w, "advice");
	json_put_cstr(w, "name", run->advice_name);
	json_put_cstr(w, "sha256", run->advice_sha256);
	json_put_int(w, "lines", r->advice.lines);
	json_put_int(w, "lines_settled", r->advice.settled);
	json_put_int(w, "lines_unknown", r->advice.unknown);
	json_put_int(w, "records_differing", r->advice.differing);
	json_close_object(w);
}

static void put_input(struct json_writer *w, const struct receipt_input *in)
{
	json_open_object(w, NULL);
	json_put_cstr(w, "side", in->side);
	json_put_cstr(w, "dataset", in->dataset);
	json_put_int(w, "dataset_no", in->dataset_no);
	json_put_cstr(w, "name", in->name);
	json_put_cstr(w, "sha256", in->sha256);
	json_put_cstr(w, "content_sha256", in->content_sha256);
	json_put_int(w, "mapping_version", in->mapping_version);
	json_put_cstr(w, "mapping_sha256", in->mapping_sha256);
	json_put_int(w, "rows_read", (int64_t)in->rows_read);
	json_put_int(w, "rows_accepted", (int64_t)in->rows_accepted);
	json_put_int(w, "rows_rejected", (int64_t)in->rows_rejected);
	json_put_int(w, "rows_skipped", (int64_t)in->rows_skipped);
	json_put_bool(w, "carried", in->carried);
	if (in->first_seen == 0)
		json_put_null(w, "first_seen");
	else
		json_put_day(w, "first_seen", in->first_seen);
	json_close_object(w);
}

/* What a run without a server has none of, but for a model that it was given. */
static void put_job(struct json_writer *w, const struct receipt_run *run)
{
	if (run->ruleset_version > 0)
		json_put_int(w, "ruleset_version", run->ruleset_version);
	if (run->model_version > 0)
		json_put_int(w, "model_version", run->model_version);
	if (run->model_sha256 != NULL)
		json_put_cstr(w, "model_sha256", run->model_sha256);
	if (run->inputs == NULL)
		return;
	json_open_array(w, "inputs");
	for (uint32_t i = 0; i < run->ninputs; i++)
		put_input(w, &run->inputs[i]);
	json_close_array(w);
}

/* Records of earlier runs that were still open: (record, remaining, first seen). */
static void put_carried(
	struct json_writer *w, const struct match_receipt *r, const struct result *result)
{
	json_open_array(w, "carried");
	for (uint32_t i = 0; i < r->ncarried; i++) {
		const struct match_carried *c = &r->carried[i];
		json_open_object(w, NULL);
		json_put_int(w, "dataset", result->inputs[c->input].dataset_no);
		json_put_int(w, "row", (int64_t)c->row + 1);
		receipt_put_units(w, "remaining_minor", c->remaining, 0);
		if (c->first_seen == 0)
			json_put_null(w, "first_seen");
		else
			json_put_day(w, "first_seen", c->first_seen);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_pass(struct json_writer *w, const struct rules_pass *pass, int32_t prior,
	const struct match_pass_stat *s)
{
	json_open_object(w, NULL);
	json_put_text(w, "name", pass->name);
	json_put_int(w, "stage", pass->stage);
	json_put_decimal(w, "prior_bits", (int64_t)prior * 15625, 6);
	json_put_cstr(w, "kind", outcome_word(OUTCOME_SET_KIND, pass->kind));
	json_put_int(w, "confirmed", s->confirmed);
	json_put_int(w, "suggested", s->suggested);
	json_put_int(w, "ambiguous", s->ambiguous);
	json_put_int(w, "choices", s->choices);
	json_put_int(w, "hints", s->hints);
	json_put_int(w, "pairs_compared", (int64_t)s->pairs);
	json_put_int(w, "not_searched", (int64_t)s->not_searched);
	json_put_int(w, "not_proved", s->unproved);
	if (s->gap > 0)
		json_put_decimal(w, "gap_bits", (int64_t)MIN(s->gap, UINT64_C(1) << 40) * 15625, 6);
	json_put_int(w, "pools_cut", s->pools_cut);
	json_put_int(w, "not_identifiable", s->not_identifiable);
	json_put_int(w, "states", (int64_t)s->states);
	if (s->recall > 0) {
		json_put_cstr(w, "weights", s->doubtful ? "doubtful" : s->learned ? "learned" : "prior");
		json_put_int(w, "expected_matches", s->expected);
		json_put_decimal(w, "candidate_recall", s->recall, 6);
	}
	json_close_object(w);
}

static void put_weights(struct json_writer *w, const struct result *r)
{
	json_open_array(w, "weights");
	for (uint32_t c = 0; c < r->ncomparisons; c++) {
		const struct result_comparison *cmp = &r->comparisons[c];
		json_open_object(w, NULL);
		json_put_cstr(w, "field", cmp->field);
		json_open_object(w, "bits");
		for (uint32_t k = 0; k < cmp->level_count; k++) {
			const struct result_level *level = &r->levels[cmp->level_first + k];
			if (level->weight != 0)
				json_put_decimal(w, level->name, (int64_t)level->weight * 15625, 6);
		}
		json_close_object(w);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_hashed(struct json_writer *w, const struct match_receipt *r,
	const struct result *result, const struct ruleset *rules, const struct receipt_run *run)
{
	bool complete = true;

	json_open_object(w, NULL);
	json_put_int(w, "engine", MATCH_ENGINE);
	json_put_text(w, "ruleset", rules->name);
	json_put_cstr(w, "ruleset_sha256", rules->hash);
	put_job(w, run);
	json_put_cstr(w, "parameters", r->prior ? "prior" : "learned");
	calibrate_put_json(w, run->calibration);
	if (run->sample != NULL)
		sample_put_json(w, run->sample, run->sample_seed, SAMPLE_TARGET, SAMPLE_ALPHA);
	for (int side = 0; side < 2; side++)
		put_rows(w, r, run, side);
	put_settings(w, rules);
	put_chain(w, &rules->chain);
	put_advice(w, r, run);
	put_carried(w, r, result);
	receipt_put_identities(w, r, result, run);
	receipt_put_differences(w, result, rules);
	json_open_array(w, "passes");
	for (uint32_t i = 0; i < r->npasses; i++) {
		put_pass(w, &rules->passes[i], result->passes[i].prior, &r->passes[i]);
		complete &= r->passes[i].not_searched == 0 && r->passes[i].unproved == 0;
	}
	json_close_array(w);
	json_put_bool(w, "search_complete", complete);
	put_weights(w, result);
	json_put_cstr(w, "result_sha256", run->result_sha256);
	json_close_object(w);
}

void receipt_seal(
	struct sv hashed, uint64_t engine_bytes, const struct receipt_run *run, struct buf *out)
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(out);
	uint8_t digest[SHA256_LEN];

	hash_sha256(hashed.p, hashed.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	json_open_object(&w, NULL);
	json_put_raw(&w, "hashed", hashed);
	json_put_text(&w, "receipt_sha256", buf_sv(&hex));
	json_open_object(&w, "unhashed");
	if (run->started_at != 0)
		json_put_instant(&w, "started_at", run->started_at * 1000000);
	json_put_cstr(&w, "host", run->host);
	json_put_decimal(&w, "seconds", (int64_t)run->seconds_us, 6);
	json_put_int(&w, "threads", run->threads);
	json_put_int(&w, "engine_memory_bytes", (int64_t)engine_bytes);
	json_put_int(&w, "peak_memory_bytes", (int64_t)run->peak_memory_bytes);
	json_close_object(&w);
	json_close_object(&w);
	buf_add_char(out, '\n');
}

void receipt_to_json(const struct match_receipt *r, const struct result *result,
	const struct ruleset *rules, const struct receipt_run *run, struct buf *out)
{
	struct buf hashed CLEANUP(buf_free) = BUF_INIT;
	struct json_writer inner = json_writer_of(&hashed);

	put_hashed(&inner, r, result, rules, run);
	receipt_seal(buf_sv(&hashed), r->peak_bytes, run, out);
}
