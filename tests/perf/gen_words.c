/*
 * Text of the generator: names, references and memos made of syllables, and what a bank does to them.
 * Everything follows from an id, so both sides can build the same party without a shared table.
 */
#include "gen.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

static const char *const ONSETS[] = {"b", "br", "d", "dr", "f", "fl", "g", "gr", "h", "k", "kl", "l",
	"m", "n", "p", "pr", "r", "s", "sch", "st", "t", "tr", "v", "w", "z"};
static const char *const NUCLEI[] = {"a", "e", "i", "o", "u", "au", "ei", "ie", "ia", "oo"};
static const char *const CODAS[] = {"", "", "n", "r", "l", "s", "m", "ck", "nd", "rt", "x", "th"};
static const char *const FORMS[] = {"Ltd", "GmbH", "SA", "Inc", "AG", "BV", "KG", "Srl", "LLP", "Oy"};

static uint64_t mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A word of two or three syllables out of about a million. */
static void word(uint64_t id, char out[16])
{
	uint64_t h = mix(id);
	const int syllables = 2 + (int)(h % 2);
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < syllables; i++) {
		char part[16];
		h = mix(h);
		snprintf(part, sizeof(part), "%s%s%s", ONSETS[h % ARRAY_LEN(ONSETS)],
			NUCLEI[(h >> 16) % ARRAY_LEN(NUCLEI)],
			i + 1 == syllables ? CODAS[(h >> 32) % ARRAY_LEN(CODAS)] : "");
		if (used + strlen(part) < 15)
			used += (size_t)snprintf(out + used, 16 - used, "%s", part);
	}
}

void gen_party(uint64_t id, char out[PARTY_MAX])
{
	char a[16], b[16];
	const uint64_t h = mix(id * 3 + 1);

	word(h % 40000, a);
	word(50000 + (h >> 20) % 4000, b);
	a[0] = (char)toupper((unsigned char)a[0]);
	b[0] = (char)toupper((unsigned char)b[0]);
	snprintf(out, PARTY_MAX, "%s %s %s", a, b, FORMS[(h >> 40) % ARRAY_LEN(FORMS)]);
}

void gen_invoice(uint64_t id, char out[REF_MAX])
{
	snprintf(out, REF_MAX, "INV-%08llu", (unsigned long long)(id % 100000000));
}

int64_t gen_amount(struct rng *r, int64_t lo, int64_t hi)
{
	const double u = (double)(rng_next(r) >> 11) / 9007199254740992.0;

	return (int64_t)exp(log((double)lo) + u * (log((double)hi) - log((double)lo)));
}

static void mistype(struct rng *r, char *s)
{
	const size_t n = strlen(s);

	if (n < 4)
		return;
	const size_t i = (size_t)rng_range(r, 1, (int64_t)n - 2);
	if (rng_chance(r, 500)) {
		s[i] = (char)('a' + rng_range(r, 0, 25));
	} else {
		const char t = s[i];
		s[i] = s[i + 1];
		s[i + 1] = t;
	}
}

/* Words that banks put in front of or between what the payer wrote. */
static const char *const FILLERS[] = {"PAYMENT", "SEPA", "TRANSFER", "REF", "ONLINE", "FROM", "CREDIT"};

void gen_reword(struct rng *r, const char *in, char out[MEMO_MAX])
{
	char copy[MEMO_MAX], *save = NULL;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", in);
	out[0] = '\0';
	if (rng_chance(r, 250))
		n += (size_t)snprintf(out, MEMO_MAX, "%s",
			FILLERS[rng_range(r, 0, (int64_t)ARRAY_LEN(FILLERS) - 1)]);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (rng_chance(r, 60))
			continue;
		if (rng_chance(r, 50))
			mistype(r, w);
		if (n + strlen(w) + 2 >= MEMO_MAX)
			break;
		n += (size_t)snprintf(out + n, MEMO_MAX - n, "%s%s", n ? " " : "", w);
	}
	if (rng_chance(r, 300)) {
		const size_t keep = (size_t)rng_range(r, 12, 27);
		if (keep < n)
			out[n = keep] = '\0';
	}
	while (n > 0 && out[n - 1] == ' ')
		out[--n] = '\0';
	if (rng_chance(r, 400))
		for (char *p = out; *p; p++)
			*p = (char)toupper((unsigned char)*p);
	if (n == 0)
		snprintf(out, MEMO_MAX, "payment");
}
