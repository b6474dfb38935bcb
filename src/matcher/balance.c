/* See balance.h. */
#include "matcher/balance.h"

void balance_init(struct balance *b, const struct ruleset *rules, enum rules_side side,
	const struct col_table *table)
{
	const struct rules_side_spec *spec = &rules->side[side];
	const struct rules_column *column;

	*b = (struct balance){.table = table};
	if (spec->balance == UINT32_MAX)
		return;
	column = &rules->fields[spec->balance].side[side];
	if (column->source != RULES_SOURCE_COLUMN && column->source != RULES_SOURCE_SUM)
		return;
	for (uint32_t i = 0; i < column->nterms; i++) {
		const struct col *c = col_find(table, COL_FIELD, column->terms[i].name);

		if (!c || col_held(c->type) != COL_I64)
			continue;
		b->cols[b->n] = c;
		b->negate[b->n++] = column->terms[i].negate != spec->flip_sign;
	}
}

int64_t balance_amount(const struct balance *b, uint32_t row)
{
	__int128 sum = 0;

	for (uint32_t i = 0; i < b->n; i++) {
		if (!col_valid(b->cols[i], row))
			return 0;
		sum += b->negate[i] ? -(__int128)b->cols[i]->i64[row] : b->cols[i]->i64[row];
	}
	if (sum > INT64_MAX || sum < INT64_MIN)
		return 0;
	return (int64_t)sum;
}

int32_t balance_currency(const struct balance *b, uint32_t row)
{
	if (b->n == 0 || b->cols[0]->type != COL_AMOUNT)
		return 0;
	return col_amount_currency(b->table, b->cols[0], row);
}
