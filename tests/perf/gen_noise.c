/*
 * Columns that say nothing about the match, as an export carries them: categories, counters, dates,
 * amounts, codes that are mostly missing, a constant. Each cell is drawn for itself, so no column
 * is worth anything, however much it looks like evidence.
 */
#include "gen.h"

#include <stdio.h>

#include "base/base.h"
#include "base/date.h"

static void category(struct rng *r, FILE *f)
{
	static const char *const words[] = {"open", "posted", "held", "cleared", "new"};

	fputs(words[rng_range(r, 0, (int64_t)ARRAY_LEN(words) - 1)], f);
}

static void small(struct rng *r, FILE *f)
{
	fprintf(f, "%d", (int)rng_range(r, 0, 12));
}

static void counter(struct rng *r, FILE *f)
{
	fprintf(f, "%d", (int)rng_range(r, 0, 9999));
}

static void day(struct rng *r, FILE *f)
{
	int y, m, d;

	date_to_civil((int32_t)(20454 + rng_range(r, 0, 364)), &y, &m, &d);
	fprintf(f, "%04d-%02d-%02d", y, m, d);
}

static void money(struct rng *r, FILE *f)
{
	const int64_t cents = gen_amount(r, 100, 500000);

	fprintf(f, "%d.%02d", (int)(cents / 100), (int)(cents % 100));
}

static void rare_code(struct rng *r, FILE *f)
{
	if (rng_chance(r, 100))
		fprintf(f, "X%06d", (int)rng_range(r, 0, 999999));
}

static void constant(struct rng *r UNUSED, FILE *f)
{
	fputs("main", f);
}

static void (*const NOISE[])(struct rng *r, FILE *f) = {
	small, counter, category, day, money, rare_code, constant};

void gen_noise(struct rng *r, int column, FILE *f)
{
	NOISE[(size_t)column % ARRAY_LEN(NOISE)](r, f);
}
