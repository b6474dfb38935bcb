/*
 * Why a match is one: levels and weights that the result stores, with the values of the
 * records.
 */
#include <math.h>

#include "api/data.h"
#include "api/ep.h"
#include "rules/ruleset.h"

/* A record, or none. */
struct place {
	bool there;
	uint16_t input;
	uint32_t row;
};

/* The first member of a side. */
static struct place member_of(const struct result *r, uint32_t match, uint8_t side)
{
	for (uint32_t k = r->matches.member[match]; k < r->matches.member[match + 1]; k++)
		if (r->inputs[r->members.input[k]].side == side)
			return (struct place){true, r->members.input[k], r->members.row[k]};
	return (struct place){0};
}

/* A column by its name: a field, else another column of the file. */
static const struct col *named(const struct col_table *t, struct sv name)
{
	const struct col *c = col_find(t, COL_FIELD, name);

	return c != NULL ? c : col_find(t, COL_SOURCE, name);
}

/* The columns that the ruleset reads a field from on a side; without a ruleset, or for what it
 * finds inside a text, the column of the field's name. */
static uint32_t columns_of(const struct data_job *job, uint16_t input, struct sv field,
	const struct col *ret[RULES_TERMS_MAX])
{
	const struct col_table *t = job->tables[input];
	uint32_t i = job->rules == NULL ? UINT32_MAX : ruleset_field(job->rules, field);
	uint32_t n = 0;

	if (i != UINT32_MAX) {
		const struct rules_column *c =
			&job->rules->fields[i].side[job->result.inputs[input].side];

		for (uint32_t k = 0; k < c->nterms && n < RULES_TERMS_MAX; k++) {
			ret[n] = named(t, c->terms[k].name);
			n += ret[n] != NULL;
		}
	}
	if (n == 0) {
		ret[0] = named(t, field);
		n = ret[0] != NULL;
	}
	return n;
}

/* The compared values as the record has them; several with a blank between. */
static void put_value(struct json_writer *w, const char *key, const struct data_job *job,
	struct place at, struct sv field)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	const struct col *columns[RULES_TERMS_MAX];
	uint32_t n = at.there ? columns_of(job, at.input, field, columns) : 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!col_valid(columns[i], at.row))
			continue;
		if (text.n > 0)
			buf_add_char(&text, ' ');
		col_format(job->tables[at.input], columns[i], at.row, &text);
	}
	if (text.n == 0)
		json_put_null(w, key);
	else
		json_put_text(w, key, buf_sv(&text));
}

/* What was found when two records were compared: one level and one weight per comparison. */
struct compared {
	const uint8_t *level;
	const int16_t *bits;
};

static void put_comparison(struct json_writer *w, const struct data_job *job,
	struct compared found, uint32_t i, struct place left, struct place right)
{
	const struct result *r = &job->result;
	const struct result_comparison *c = &r->comparisons[i];
	struct sv field = sv_from_cstr(c->field);
	uint8_t level = found.level[i];

	json_open_object(w, NULL);
	json_put_text(w, "field", field);
	put_value(w, "left", job, left, field);
	put_value(w, "right", job, right, field);
	json_put_cstr(w, "level",
		level == RESULT_LEVEL_MISSING ? "missing" : r->levels[c->level_first + level].name);
	data_put_bits(w, "bits", found.bits[i]);
	json_close_object(w);
}

/* found.level NULL: nothing was. */
static void put_comparisons(struct json_writer *w, const struct data_job *job,
	struct compared found, struct place left, struct place right)
{
	json_open_array(w, "comparisons");
	for (uint32_t i = 0; found.level != NULL && i < job->result.ncomparisons; i++)
		put_comparison(w, job, found, i, left, right);
	json_close_array(w);
}

static void put_place(
	struct json_writer *w, const char *key, const struct data_job *job, struct place at)
{
	json_open_array(w, key);
	if (at.there)
		data_put_record(w, NULL, job, at.input, at.row);
	json_close_array(w);
}

static void put_runner_up(struct json_writer *w, const struct data_job *job, uint32_t candidate)
{
	const struct result_candidates *k = &job->result.candidates;

	if (candidate == RESULT_NONE) {
		json_put_null(w, "runner_up");
		return;
	}
	struct place one = {true, k->input[candidate], k->row[candidate]};
	struct place other = {true, k->other_input[candidate], k->other_row[candidate]};
	size_t at = (size_t)candidate * job->result.ncomparisons;
	bool left_first = job->result.inputs[one.input].side == RESULT_LEFT;
	struct place left = left_first ? one : other, right = left_first ? other : one;

	json_open_object(w, "runner_up");
	data_put_confidence(w, "confidence", k->confidence[candidate]);
	put_place(w, "left", job, left);
	put_place(w, "right", job, right);
	put_comparisons(w, job, (struct compared){k->level + at, k->bits + at}, left, right);
	json_close_object(w);
}

static struct compared compared_of(const struct result *r, uint32_t match)
{
	uint32_t pattern = r->matches.pattern[match];

	if (pattern == RESULT_NONE)
		return (struct compared){NULL, NULL};
	return (struct compared){r->pattern_level + (size_t)pattern * r->ncomparisons,
		r->matches.bits + (size_t)match * r->ncomparisons};
}

/* What is left between prior, comparisons and the confidence, in 1/64 bit: what rivals take away, and
 * for a group what its sum adds. */
static int64_t other_bits(const struct result *r, uint32_t match, struct compared found)
{
	const double one = RESULT_CONFIDENCE_ONE;
	const double p = MIN(MAX(r->matches.confidence[match], 1u), RESULT_CONFIDENCE_ONE - 1) / one;
	int64_t sum = r->passes[r->matches.pass[match]].prior;

	for (uint32_t i = 0; found.level != NULL && i < r->ncomparisons; i++)
		sum += found.bits[i];
	return llround(64 * log2(p / (1 - p))) - sum;
}

static void put_group(struct json_writer *w, const struct result *r, uint32_t match)
{
	if (r->matches.pool[match] == 0) {
		json_put_null(w, "group");
		return;
	}
	json_open_object(w, "group");
	json_put_int(w, "pool", r->matches.pool[match]);
	data_put_bits(w, "chance_bits", r->matches.chance[match]);
	json_close_object(w);
}

int ep_evidence_get(struct api *a, struct err *err)
{
	struct cache_item *item CLEANUP(cache_release) = NULL;
	struct uuid id = api_param_uuid(a, "job");
	int64_t no = api_param_int(a, "no");
	struct job job;
	int rc = store_job_get(a->db, &a->project.id, &id, a->arena, &job, err);

	if (rc == 0)
		rc = data_job_load(a, &job, &item, err);
	if (rc != 0)
		return rc;
	const struct data_job *j = data_job_of(item);
	const struct result_matches *m = &j->result.matches;
	if (no < 1 || no > m->n)
		return err_set(err, E_NOT_FOUND, "The job has no match %lld.", (long long)no);
	/* It shows what two people's papers say, in full. */
	api_object(a, "job", &id);
	rc = api_record(a, EVENT_EVIDENCE_READ, err);
	if (rc != 0)
		return rc;

	uint32_t i = (uint32_t)no - 1;
	struct json_writer *w = &a->out;
	json_open_object(w, NULL);
	struct compared found = compared_of(&j->result, i);
	put_comparisons(w, j, found, member_of(&j->result, i, RESULT_LEFT),
		member_of(&j->result, i, RESULT_RIGHT));
	data_put_bits(w, "prior_bits", j->result.passes[m->pass[i]].prior);
	data_put_bits(w, "other_bits", other_bits(&j->result, i, found));
	put_group(w, &j->result, i);
	data_put_confidence(w, "confidence", m->confidence[i]);
	if (m->margin[i] == RESULT_NONE)
		json_put_null(w, "margin");
	else
		data_put_bits(w, "margin", m->margin[i]);
	put_runner_up(w, j, m->rival[i]);
	json_close_object(w);
	return 0;
}
