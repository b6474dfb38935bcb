/*
 * The scenarios: each builds rows in true order and says which belong together. What they imitate is in
 * the table at the end; the difficulty of each is printed by recon-score --baseline.
 */
#include "gen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define DAY0 20454 /* 2026-01-01 */

static void memo_words(struct rng *r, uint64_t id, char out[MEMO_MAX])
{
	char a[PARTY_MAX], b[PARTY_MAX];

	gen_party(id, a);
	/* Frequent second parts, as in real memos: "rent", "monthly" ... */
	gen_party((uint64_t)sqrt((double)rng_range(r, 1, 250000)), b);
	*strrchr(b, ' ') = '\0';
	snprintf(out, MEMO_MAX, "%s %s %04lld", a, b, (long long)rng_range(r, 0, 9999));
}

/* Same reference and amount on both sides; 5 % of each side without a partner. */
static void make_exact(struct gen *g, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		const int which = (int)rng_range(&g->rng, 0, 19);
		const uint32_t truth = which > 0 ? gen_truth(g, "1:1") : 0;
		const int64_t amount = gen_amount(&g->rng, 100, 5000000);
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 364);
		char memo[MEMO_MAX];

		snprintf(memo, sizeof(memo), "payment for order %07llu",
			(unsigned long long)rng_range(&g->rng, 0, 9999999));
		for (int side = 0; side < 2; side++) {
			struct row *row = gen_row(g, side ? &g->right : &g->left);
			row->truth = truth;
			row->amount = amount;
			row->day = day + (side ? (int32_t)rng_range(&g->rng, 0, 3) : 0);
			gen_invoice(truth ? 2 * i : 2 * i + (size_t)side, row->ref);
			snprintf(row->memo, MEMO_MAX, "%s", memo);
		}
	}
}

/* No reference: amounts repeat, dates are 0 to 3 days late, memos say nothing. */
static void make_window(struct gen *g, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		const uint32_t truth = rng_chance(&g->rng, 950) ? gen_truth(g, "1:1") : 0;
		const int64_t amount = gen_amount(&g->rng, 100, 5000000);
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 364);

		for (int side = 0; side < 2; side++) {
			struct row *row = gen_row(g, side ? &g->right : &g->left);
			row->truth = truth;
			row->amount = truth || !side ? amount : gen_amount(&g->rng, 100, 5000000);
			row->day = day + (side ? (int32_t)rng_range(&g->rng, 0, 3) : 0);
			gen_invoice(2 * i + (size_t)side, row->ref);
			snprintf(row->memo, MEMO_MAX, "batch %02lld run %04lld",
				(long long)rng_range(&g->rng, 0, 99),
				(long long)rng_range(&g->rng, 0, 9999));
		}
	}
}

/* Round prices: about ten rows of the other side share amount and week; only memos tell them apart. */
static void make_fuzzy(struct gen *g, size_t rows)
{
	const int64_t prices = MAX((int64_t)1, (int64_t)(rows / 600));

	for (size_t i = 0; i < rows; i++) {
		const uint32_t truth = rng_chance(&g->rng, 950) ? gen_truth(g, "1:1") : 0;
		const int64_t amount = 100 * rng_range(&g->rng, 1, prices) - 1;
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 364);
		char memo[MEMO_MAX];

		memo_words(&g->rng, i, memo);
		for (int side = 0; side < 2; side++) {
			struct row *row = gen_row(g, side ? &g->right : &g->left);
			row->truth = truth;
			row->amount = amount;
			row->day = day + (side ? (int32_t)rng_range(&g->rng, 0, 3) : 0);
			gen_invoice(2 * i + (size_t)side, row->ref);
			if (side && truth)
				gen_reword(&g->rng, memo, row->memo);
			else if (!side)
				snprintf(row->memo, MEMO_MAX, "%s", memo);
			else
				memo_words(&g->rng, i + rows * 7, row->memo);
		}
	}
}

/*
 * Batches: left lines of one party within a week add up to one right line. Pools hold the lines of a
 * batch and others of the same party and week: about ten on the mean, forty at most.
 */
static void make_groups(struct gen *g, size_t rows)
{
	const size_t targets = MAX((size_t)1, rows * 7 / 100);
	size_t serial = 0;

	for (size_t t = 0; t < targets; t++) {
		const uint32_t truth = gen_truth(g, "n:1");
		const int lines = (int)rng_range(&g->rng, 2, 8);
		/* Lines of the pool that belong to no batch: mostly few, rarely many. */
		const int others = rng_chance(&g->rng, 20) ? (int)rng_range(&g->rng, 10, 32)
							   : (int)rng_range(&g->rng, 0, 9);
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 364);
		int64_t total = 0;

		for (int i = 0; i < lines + others; i++) {
			struct row *row = gen_row(g, &g->left);
			row->amount = gen_amount(&g->rng, 500, 2000000);
			row->day = day - (int32_t)rng_range(&g->rng, 0, 5);
			row->truth = i < lines ? truth : 0;
			total += i < lines ? row->amount : 0;
			gen_invoice(serial++, row->ref);
			gen_party(t, row->party);
			snprintf(row->memo, MEMO_MAX, "sale %s", row->ref);
		}
		struct row *sum = gen_row(g, &g->right);
		sum->amount = total;
		sum->day = day;
		sum->truth = truth;
		gen_invoice(50000000 + t, sum->ref);
		gen_party(t, sum->party);
		snprintf(sum->memo, MEMO_MAX, "deposit");
	}
	while (g->left.n < rows) { /* the rest: plain pairs by reference */
		const uint32_t truth = gen_truth(g, "1:1");
		const int64_t amount = gen_amount(&g->rng, 500, 2000000);
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 364);
		for (int side = 0; side < 2; side++) {
			struct row *row = gen_row(g, side ? &g->right : &g->left);
			row->amount = amount;
			row->day = day + side;
			row->truth = truth;
			gen_invoice(serial, row->ref);
			gen_party(10000000 + serial, row->party);
			snprintf(row->memo, MEMO_MAX, "sale %s", row->ref);
		}
		serial++;
	}
}

/* One payment as sent and as received: fees and rates move the amount, weeks pass, memos are reworded. */
static void noisy(struct gen *g, size_t rows, size_t alone_every)
{
	for (size_t i = 0; i < rows; i++) {
		const bool alone = alone_every > 0 && i % alone_every == 0;
		const uint32_t truth = alone ? 0 : gen_truth(g, "1:1");
		const int64_t amount = gen_amount(&g->rng, 1000, 3000000);
		char memo[MEMO_MAX];

		memo_words(&g->rng, i % (rows * 3 / 4 + 1), memo);
		struct row *sent = gen_row(g, &g->left);
		sent->amount = amount;
		sent->day = DAY0 + (int32_t)rng_range(&g->rng, 0, 180);
		sent->truth = truth;
		snprintf(sent->memo, MEMO_MAX, "%s", memo);
		const int32_t day = sent->day;

		struct row *got = gen_row(g, &g->right);
		got->truth = truth;
		if (alone) {
			memo_words(&g->rng, i + rows * 5, memo);
			got->amount = gen_amount(&g->rng, 1000, 3000000);
		} else {
			const int same = rng_chance(&g->rng, 270);
			/* Any ratio: one out of a few hundred would tell the pair by itself. */
			got->amount = same ? amount
					   : amount * rng_range(&g->rng, 89000000, 113000000) / 100000000;
		}
		got->day = day + 1 + (int32_t)(rng_chance(&g->rng, 700) ? rng_range(&g->rng, 0, 5)
									: rng_range(&g->rng, 0, 20));
		if (rng_chance(&g->rng, 300))
			snprintf(got->memo, MEMO_MAX, "%s", memo);
		else
			gen_reword(&g->rng, memo, got->memo);
	}
}

static void make_noisy(struct gen *g, size_t rows)
{
	noisy(g, rows, 0);
}

static void make_noisy10(struct gen *g, size_t rows)
{
	noisy(g, rows, 10);
}

/* A ledger against its bank account: references in most memos, batches, offsets, fees, mistakes. */
static void make_bank(struct gen *g, size_t rows)
{
	for (size_t i = 0; g->left.n < rows; i++) {
		const int what = (int)rng_range(&g->rng, 0, 99);
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 89);
		const int64_t amount = gen_amount(&g->rng, 1000, 3000000);
		const size_t party = (size_t)rng_range(&g->rng, 0, 400);
		const uint32_t truth = what < 78   ? gen_truth(g, "1:1")
				       : what < 86 ? gen_truth(g, "n:1")
				       : what < 89 ? gen_truth(g, "net")
						   : 0;
		const int lines = what >= 78 && what < 86 ? (int)rng_range(&g->rng, 2, 6)
				  : what >= 86 && what < 89 ? 2
							    : 1;
		int64_t total = 0;
		char ref[REF_MAX] = "", name[PARTY_MAX], text[MEMO_MAX];

		gen_party(party, name);
		for (int k = 0; k < lines && what < 95; k++) {
			struct row *row = gen_row(g, &g->left);
			row->amount = what >= 86 && what < 89 ? (k ? -amount : amount)
				      : k		    ? gen_amount(&g->rng, 1000, 800000)
							    : amount;
			row->day = day + (what >= 86 && what < 89 ? k * 3 : 0);
			row->truth = truth;
			total += row->amount;
			gen_invoice(i * 8 + (size_t)k, row->ref);
			snprintf(row->party, PARTY_MAX, "%s", name);
			snprintf(row->memo, MEMO_MAX, "invoice %s", row->ref);
			snprintf(ref, REF_MAX, "%s", row->ref);
		}
		if (what >= 86 && what < 92)
			continue; /* netted inside the ledger, or not on the statement yet */
		struct row *bank = gen_row(g, &g->right);
		bank->amount = what < 95 ? total : amount;
		bank->truth = truth;
		bank->day = day + (int32_t)rng_range(&g->rng, 0, 5);
		if (what < 78 && rng_chance(&g->rng, 50))
			bank->amount -= rng_range(&g->rng, 5, 95) * 5; /* bank fee */
		if (what >= 92)
			bank->truth = 0;
		if (what >= 92 && what < 95) { /* another amount than the ledger says: a wrong posting */
			bank->amount = gen_amount(&g->rng, 1000, 3000000);
			gen_party(party + 1000, name);
		}
		if (what < 78 && rng_chance(&g->rng, 750))
			snprintf(text, sizeof(text), "%s %s", name, ref);
		else
			snprintf(text, sizeof(text), "%s", name);
		gen_invoice(60000000 + i, bank->ref);
		snprintf(bank->party, PARTY_MAX, "%s", name);
		gen_reword(&g->rng, text, bank->memo);
	}
}

/* Customers pay open invoices: whole, with discount, in part, several at once, or on account. */
static void make_cash(struct gen *g, size_t rows)
{
	for (size_t i = 0; g->left.n < rows; i++) {
		const int what = (int)rng_range(&g->rng, 0, 99);
		const int lines = what < 55 ? 1 : what < 80 ? (int)rng_range(&g->rng, 2, 6) : 1;
		const uint32_t truth =
			what < 95 ? gen_truth(g, lines > 1 ? "n:1" : what < 90 ? "1:1" : "partial") : 0;
		const int32_t day = DAY0 + (int32_t)rng_range(&g->rng, 0, 120);
		const size_t party = (size_t)rng_range(&g->rng, 0, 800);
		int64_t total = 0;
		char text[MEMO_MAX], first[REF_MAX] = "";
		const size_t right = g->right.n;

		for (int k = 0; k < lines; k++) {
			struct row *row = gen_row(g, &g->left);
			row->amount = gen_amount(&g->rng, 5000, 4000000);
			row->day = day;
			row->truth = truth;
			gen_invoice(i * 8 + (size_t)k, row->ref);
			gen_party(party, row->party);
			snprintf(row->memo, MEMO_MAX, "invoice");
			if (k == 0)
				snprintf(first, REF_MAX, "%s", row->ref);
			const int64_t paid = what >= 90 && what < 95 ? row->amount * 6 / 10
					     : what >= 80 && what < 90
						     ? row->amount - row->amount * 2 / 100
						     : row->amount;
			total += paid;
			if (truth && rng_chance(&g->rng, 800))
				gen_advise(g, g->left.n - 1, right, paid);
		}
		struct row *pay = gen_row(g, &g->right);
		pay->truth = truth;
		pay->amount = truth ? total : gen_amount(&g->rng, 10000, 900000) / 1000 * 1000;
		pay->day = day + (int32_t)rng_range(&g->rng, 10, 45);
		gen_invoice(70000000 + i, pay->ref);
		gen_party(party, pay->party);
		if (truth && lines == 1 && rng_chance(&g->rng, 700))
			snprintf(text, sizeof(text), "%s %s", pay->party, first);
		else
			snprintf(text, sizeof(text), "%s", pay->party);
		gen_reword(&g->rng, text, pay->memo);
	}
}

const struct scenario gen_scenarios[] = {
	{"exact", "same reference and amount, 5 % without partner", make_exact, COLS_REF},
	{"window", "amount and a date 0 to 3 days later, nothing else", make_window, COLS_REF},
	{"fuzzy", "ten candidates a row by amount and week; the memo decides", make_fuzzy, COLS_REF},
	{"groups", "70 k batches of <= 8 lines in a million rows", make_groups, COLS_REF | COLS_PARTY},
	{"noisy", "payments: amount x 0.89..1.13, 1..21 days, reworded memos", make_noisy, 0},
	{"noisy10", "the same, a tenth of each side without partner", make_noisy10, 0},
	{"bank", "ledger and bank: batches, offsets, fees, mismatches", make_bank, COLS_REF | COLS_PARTY},
	{"cash", "cash application: partials, discounts, on account, advice", make_cash,
		COLS_REF | COLS_PARTY | COLS_ADVICE},
};
const size_t gen_scenarios_len = ARRAY_LEN(gen_scenarios);
