/*
 * The cells of a rejected row, by column, so that a person can repair them in a sheet: what is
 * rejected keeps its text as written too, but how that is cut into cells only its reader knows.
 */
#include "read/guard.h"
#include "read/maker_private.h"
#include "wire/json.h"

static void put_cell(struct maker *mk, struct json_writer *w, uint32_t i, struct sv cell)
{
	struct buf name CLEANUP(buf_free) = BUF_INIT;

	if (i < mk->nnames)
		buf_add_sv(&name, mk->names[i]);
	else
		buf_printf(&name, "Column %u", i + 1);
	if (mk->mapping->dialect.guard)
		cell = guard_strip(cell);
	buf_reset(&mk->text);
	maker_add_clean(&mk->text, cell, READ_RAW_MAX);
	json_put_text(w, buf_cstr(&name), mk->text.n > 0 ? buf_sv(&mk->text) : SV(""));
}

void maker_keep_cells(struct maker *mk, const struct sv *cells, uint32_t n)
{
	if (mk->mapping->fields_only)
		return;
	buf_free(&mk->cells);
	buf_init(&mk->cells, READ_RAW_MAX);
	struct json_writer w = json_writer_of(&mk->cells);

	json_open_object(&w, NULL);
	for (uint32_t i = 0; i < n && buf_ok(&mk->cells); i++)
		put_cell(mk, &w, i, cells[i]);
	json_close_object(&w);
	if (!buf_ok(&mk->cells)) /* a row that large is no matter for a sheet */
		buf_free(&mk->cells);
}
