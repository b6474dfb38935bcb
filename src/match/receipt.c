/*
 * The receipt as JSON.
 */
#include "match/receipt.h"

#include "base/decimal.h"

#include "seal/hash.h"
#include "wire/json.h"

#define DIFFERENCE_TYPES 32

static const char *const side_words[] = {"left", "right"};

static void put_rows(struct json_writer *w, const struct match_receipt *r,
	const struct receipt_run *run, int side)
{
	json_open_object(w, side_words[side]);
	json_put_cstr(w, "name", side == 0 ? run->left_name : run->right_name);
	json_put_cstr(w, "sha256", side == 0 ? run->left_sha256 : run->right_sha256);
	json_put_int(w, "rows_read", (int64_t)run->rows_read[side]);
	json_put_int(w, "rows_accepted", r->rows[side]);
	json_put_int(w, "rows_rejected", (int64_t)run->rows_rejected[side]);
	json_put_int(w, "rows_skipped", (int64_t)run->rows_skipped[side]);
	json_put_int(w, "rows_matched", r->matched[side]);
	json_put_int(w, "rows_excluded", r->excluded[side]);
	json_put_int(w, "rows_open", r->open[side]);
	json_put_int(w, "rows_reserved", r->reserved[side]);
	if (r->as_of[side] == INT32_MIN)
		json_put_null(w, "as_of");
	else
		json_put_day(w, "as_of", r->as_of[side]);
	json_put_int(w, "in_transit_days", r->transit_days[side]);
	json_close_object(w);
}

static void put_decimal128(struct json_writer *w, const char *key, __int128 units, int scale)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	decimal_format128(units, scale, &text);
	json_put_text(w, key, buf_sv(&text));
}

static void put_money(struct json_writer *w, const struct match_money *m)
{
	int scale = col_currency_exponent(m->currency);
	char currency[4];

	col_currency_unpack(m->currency, currency);
	json_open_object(w, NULL);
	json_put_cstr(w, "side", side_words[m->side]);
	json_put_cstr(w, "currency", m->currency == 0 ? NULL : currency);
	put_decimal128(w, "accepted", m->accepted, scale);
	put_decimal128(w, "matched", m->matched, scale);
	put_decimal128(w, "excluded", m->excluded, scale);
	put_decimal128(w, "open", m->open, scale);
	put_decimal128(w, "reserved", m->reserved, scale);
	json_put_bool(w, "balanced", m->balanced);
	json_close_object(w);
}

/* Matched: left - right = differences by type, per currency. */
static void put_differences(struct json_writer *w, const struct result *r)
{
	__int128 by_type[DIFFERENCE_TYPES] = {0};

	for (uint32_t i = 0; i < r->matches.n; i++)
		if (r->matches.status[i] == STATUS_CONFIRMED)
			by_type[r->matches.difference_type[i]] +=
				(__int128)r->matches.left[i] - r->matches.right[i];
	json_open_object(w, "differences_minor");
	for (unsigned t = 0; t < DIFFERENCE_TYPES; t++)
		if (by_type[t] != 0 && outcome_word(OUTCOME_SET_DIFFERENCE, t) != NULL)
			put_decimal128(w, outcome_word(OUTCOME_SET_DIFFERENCE, t), by_type[t], 0);
	json_close_object(w);
}

static void put_pass(struct json_writer *w, const struct rules_pass *pass,
	const struct match_pass_stat *s)
{
	json_open_object(w, NULL);
	json_put_text(w, "name", pass->name);
	json_put_int(w, "stage", pass->stage);
	json_put_cstr(w, "kind", outcome_word(OUTCOME_SET_KIND, pass->kind));
	json_put_int(w, "confirmed", s->confirmed);
	json_put_int(w, "suggested", s->suggested);
	json_put_int(w, "ambiguous", s->ambiguous);
	json_put_int(w, "hints", s->hints);
	json_put_int(w, "pairs_compared", (int64_t)s->pairs);
	json_put_int(w, "not_searched", (int64_t)s->not_searched);
	json_put_int(w, "not_proved", s->unproved);
	if (s->gap > 0)
		json_put_decimal(w, "gap_bits", (int64_t)MIN(s->gap, UINT64_C(1) << 40) * 15625, 6);
	json_put_int(w, "pools_cut", s->pools_cut);
	json_put_int(w, "not_identifiable", s->not_identifiable);
	json_put_int(w, "states", (int64_t)s->states);
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
	json_put_cstr(w, "parameters", r->prior ? "prior" : "learned");
	calibrate_put_json(w, run->calibration);
	if (run->sample != NULL)
		sample_put_json(w, run->sample, run->sample_seed, SAMPLE_TARGET, SAMPLE_ALPHA);
	for (int side = 0; side < 2; side++)
		put_rows(w, r, run, side);
	json_open_array(w, "money");
	for (uint32_t i = 0; i < r->nmoney; i++)
		put_money(w, &r->money[i]);
	json_close_array(w);
	put_differences(w, result);
	json_open_array(w, "passes");
	for (uint32_t i = 0; i < r->npasses; i++) {
		put_pass(w, &rules->passes[i], &r->passes[i]);
		complete &= r->passes[i].not_searched == 0 && r->passes[i].unproved == 0;
	}
	json_close_array(w);
	json_put_bool(w, "search_complete", complete);
	put_weights(w, result);
	json_put_cstr(w, "result_sha256", run->result_sha256);
	json_close_object(w);
}

void receipt_to_json(const struct match_receipt *r, const struct result *result,
	const struct ruleset *rules, const struct receipt_run *run, struct buf *out)
{
	struct buf hashed CLEANUP(buf_free) = BUF_INIT, hex CLEANUP(buf_free) = BUF_INIT;
	struct json_writer inner = json_writer_of(&hashed), w = json_writer_of(out);
	uint8_t digest[SHA256_LEN];

	put_hashed(&inner, r, result, rules, run);
	hash_sha256(buf_cstr(&hashed), hashed.n, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	json_open_object(&w, NULL);
	json_put_raw(&w, "hashed", buf_sv(&hashed));
	json_put_text(&w, "receipt_sha256", buf_sv(&hex));
	json_open_object(&w, "unhashed");
	json_put_decimal(&w, "seconds", (int64_t)run->seconds_us, 6);
	json_put_int(&w, "threads", run->threads);
	json_put_int(&w, "engine_memory_bytes", (int64_t)r->peak_bytes);
	json_put_int(&w, "peak_memory_bytes", (int64_t)run->peak_memory_bytes);
	json_close_object(&w);
	json_close_object(&w);
	buf_add_char(out, '\n');
}
