/*
 * Detection: its steps in order, and the proposal as JSON.
 */
#include "read/detect.h"

#include "read/guard.h"
#include "read/packed.h"
#include "wire/json.h"

/* Our own exports guard each text that opens a formula; where none is without, and one has it, the
 * file was written so. Nothing else is lost by it than an apostrophe that a spreadsheet hides. */
static void detect_guard(struct detect *d)
{
	uint32_t guarded = 0, open = 0;

	for (uint32_t r = 0; r < d->nrows; r++)
		for (uint32_t i = 0; i < d->rows[r].n; i++) {
			struct sv s = d->rows[r].cells[i];

			if (guard_strip(s).n != s.n)
				guarded++;
			else if (guard_needed(s))
				open++;
		}
	if (guarded == 0 || open > 0)
		return;
	d->dialect.guard = true;
	for (uint32_t r = 0; r < d->nrows; r++)
		for (uint32_t i = 0; i < d->rows[r].n; i++)
			d->rows[r].cells[i] = guard_strip(d->rows[r].cells[i]);
}

static int detect(struct col_source src, const struct read_hint *hint, struct arena *a,
	struct read_proposal *ret, struct err *err)
{
	static const struct read_hint no_hint;
	struct detect d = {.src = src, .hint = hint != NULL ? hint : &no_hint, .arena = a};
	int rc = format_of(src, NULL, &d.reader, err);

	if (rc == 0)
		rc = d.reader->feed != NULL ? detect_sample(&d, err) : detect_table(&d, err);
	if (rc == 0 && d.columns != NULL)
		return detect_declared(&d, ret, err);
	if (rc == 0 && d.reader->feed == NULL)
		detect_guard(&d);
	if (rc == 0)
		rc = detect_types(&d, err);
	return rc != 0 ? rc : detect_fields(&d, ret, err);
}

int read_detect(struct col_source src, const struct read_hint *hint, struct arena *a,
	struct read_proposal *ret, struct err *err)
{
	struct packed *packed CLEANUP(packed_close) = NULL;
	int rc = packed_open(src, &packed, &src, err);

	return rc != 0 ? rc : detect(src, hint, a, ret, err);
}

void detect_ask(struct detect *d, const char *code, const char *pointer, struct sv detail,
	const char *const *choices)
{
	if (d->nquestions == READ_QUESTIONS)
		return;
	struct read_question *q = &d->questions[d->nquestions++];

	*q = (struct read_question){.code = code, .pointer = pointer, .detail = detail};
	while (q->nchoices < READ_CHOICES && choices[q->nchoices] != NULL) {
		q->choices[q->nchoices] = choices[q->nchoices];
		q->nchoices++;
	}
}

/* Millionths as a JSON number between 0 and 1. */
static void put_share(struct json_writer *w, const char *key, uint32_t millionths)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	buf_printf(&b, "%u.%06u", millionths / 1000000, millionths % 1000000);
	json_put_raw(w, key, buf_sv(&b));
}

static void put_column(struct json_writer *w, const struct read_column *c)
{
	json_open_object(w, NULL);
	json_put_text(w, "name", c->name);
	json_put_cstr(w, "type", col_type_word(c->type));
	put_share(w, "confidence", c->confidence);
	json_put_text(w, "field", c->field.n > 0 ? c->field : SV_NULL);
	json_open_array(w, "alternatives");
	for (uint32_t i = 0; i < c->nalternatives; i++)
		json_put_cstr(w, NULL, col_type_word(c->alternatives[i]));
	json_close_array(w);
	json_open_array(w, "samples");
	for (uint32_t i = 0; i < c->nsamples; i++)
		json_put_text(w, NULL, sv_from(c->samples[i].p, MIN(c->samples[i].n, (size_t)80)));
	json_close_array(w);
	json_close_object(w);
}

static void put_question(struct json_writer *w, const struct read_question *q)
{
	json_open_object(w, NULL);
	json_put_cstr(w, "code", q->code);
	json_put_text(w, "detail", q->detail);
	json_put_cstr(w, "pointer", q->pointer);
	json_open_array(w, "choices");
	for (uint32_t i = 0; i < q->nchoices; i++)
		json_put_cstr(w, NULL, q->choices[i]);
	json_close_array(w);
	json_close_object(w);
}

void read_proposal_to_json(const struct read_proposal *p, struct buf *out)
{
	struct json_writer w = json_writer_of(out);
	struct buf mapping CLEANUP(buf_free) = BUF_INIT;

	mapping_to_json(&p->mapping, &mapping);
	json_open_object(&w, NULL);
	json_put_raw(&w, "mapping", buf_sv(&mapping));
	put_share(&w, "confidence", p->confidence);
	json_open_array(&w, "columns");
	for (uint32_t i = 0; i < p->ncolumns; i++)
		put_column(&w, &p->columns[i]);
	json_close_array(&w);
	json_open_array(&w, "questions");
	for (uint32_t i = 0; i < p->nquestions; i++)
		put_question(&w, &p->questions[i]);
	json_close_array(&w);
	json_close_object(&w);
}
