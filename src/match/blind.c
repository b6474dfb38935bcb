/* See blind.h. */
#include "match/blind.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "domain/decision_fold.h"
#include "rules/ruleset.h"
#include "seal/hash.h"

uint64_t blind_seed(const struct result *r, const char *ruleset_sha256)
{
	struct hash *h CLEANUP(hash_freep) = hash_new();
	uint8_t digest[SHA256_LEN] = {0};
	uint64_t seed = 0;

	if (h == NULL)
		return 0;
	for (uint32_t i = 0; i < r->ninputs; i++)
		hash_update(h, r->inputs[i].sha256, sizeof(r->inputs[i].sha256));
	hash_update(h, ruleset_sha256, strlen(ruleset_sha256));
	hash_final(h, digest);
	for (int i = 0; i < 8; i++)
		seed = seed << 8 | digest[i];
	return seed;
}

uint64_t blind_seed_of(const struct result *r)
{
	struct arena arena CLEANUP(arena_free);
	struct ruleset *rs = NULL;

	arena_init(&arena, 0);
	bool known = r->model.n > 0 && ruleset_parse(r->model, &arena, &rs, NULL) == 0;
	return blind_seed(r, known ? rs->hash : "");
}

uint32_t blind_least(const struct result *r, bool marginal)
{
	const uint32_t *said = marginal ? r->matches.marginal : r->matches.confidence;
	uint32_t lowest[RULES_PASSES_MAX + 1], most = 0;
	bool any = false;

	memset(lowest, 0xff, sizeof(lowest));
	for (uint32_t i = 0; i < r->matches.n; i++)
		if (r->matches.status[i] == STATUS_CONFIRMED) {
			uint32_t pass = MIN((uint32_t)r->matches.pass[i], (uint32_t)RULES_PASSES_MAX);
			lowest[pass] = MIN(lowest[pass], said[i]);
			any = true;
		}
	for (size_t k = 0; k < ARRAY_LEN(lowest); k++)
		most = lowest[k] != UINT32_MAX ? MAX(most, lowest[k]) : most;
	return any ? most : UINT32_MAX;
}

void blind_free(struct blind *b)
{
	free(b->match);
	*b = (struct blind){0};
}

static uint64_t spread(uint64_t x)
{
	x = (x ^ x >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

/* Of the members, whatever their order. */
static uint64_t content_of(const struct result *r, uint32_t match)
{
	uint64_t sum = 0;

	for (uint32_t k = r->matches.member[match]; k < r->matches.member[match + 1]; k++)
		sum += spread((uint64_t)r->members.input[k] << 32 | r->members.row[k]);
	return sum;
}

/* Confirmed matches as units; *ret_match: their indices. */
static struct sample_unit *list_units(const struct result *r, uint32_t **ret_match, uint32_t *ret_n)
{
	struct sample_unit *units = calloc((size_t)r->matches.n + 1, sizeof(*units));
	uint32_t *match = calloc((size_t)r->matches.n + 1, sizeof(*match)), n = 0;

	for (uint32_t i = 0; units != NULL && match != NULL && i < r->matches.n; i++)
		if (r->matches.status[i] == STATUS_CONFIRMED) {
			match[n] = i;
			units[n++] = (struct sample_unit){
				r->matches.confidence[i], content_of(r, i)};
		}
	*ret_match = match;
	*ret_n = n;
	return units;
}

bool blind_draw(const struct result *r, uint64_t seed, struct blind *ret)
{
	uint32_t *match = NULL, n = 0;
	struct sample_unit *units = list_units(r, &match, &n);
	struct blind b = {.population = n};
	uint32_t want = MIN(n, BLIND_MAX);
	bool ok = units != NULL && match != NULL;

	b.match = calloc((size_t)want + 1, sizeof(*b.match));
	ok = ok && b.match != NULL;
	if (ok)
		b.n = sample_draw(units, n, want, seed, b.match, &ok);
	for (uint32_t i = 0; ok && i < b.n; i++)
		b.match[i] = match[b.match[i]];
	free(units);
	free(match);
	if (!ok) {
		blind_free(&b);
		return false;
	}
	*ret = b;
	return true;
}

uint32_t blind_checks(const struct blind *b, const struct result *r, const uint8_t *verdict,
	struct sample_check *out)
{
	uint32_t n = 0;

	for (; n < b->n && verdict[b->match[n]] != VERDICT_NONE; n++)
		out[n] = (struct sample_check){r->matches.marginal[b->match[n]],
			verdict[b->match[n]] == VERDICT_WRONG};
	return n;
}

bool blind_judge(const struct blind *b, const struct result *r, const uint8_t *verdict,
	struct sample_result *ret)
{
	struct sample_check *checks = calloc((size_t)b->n + 1, sizeof(*checks));
	uint32_t checked = 0, wrong = 0;

	if (checks == NULL)
		return false;
	for (; checked < b->n && verdict[b->match[checked]] != VERDICT_NONE; checked++) {
		uint32_t i = b->match[checked];

		checks[checked] = (struct sample_check){
			r->matches.confidence[i], verdict[i] == VERDICT_WRONG};
		wrong += verdict[i] == VERDICT_WRONG;
	}
	*ret = sample_judge(b->population, checked, wrong, SAMPLE_TARGET, SAMPLE_ALPHA);
	ret->line = sample_line(
		checks, checked, blind_least(r, false), SAMPLE_TARGET, SAMPLE_ALPHA);
	free(checks);
	return true;
}
