/*
 * The fold. Undone steps are found first, by a table of the ids that undo steps name; what is left
 * is applied in order.
 */
#include "domain/decision_fold.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_words[MATCH_STATE_MAX + 1] = {
	[MATCH_CONFIRMED] = "confirmed",
	[MATCH_SUGGESTED] = "suggested",
	[MATCH_AMBIGUOUS] = "ambiguous",
	[MATCH_REJECTED] = "rejected",
	[MATCH_UNDONE] = "undone",
};

static const struct {
	enum word kind;
	enum match_state before, after;
} allowed[] = {
	{DECISION_CONFIRM, MATCH_SUGGESTED, MATCH_CONFIRMED},
	{DECISION_CONFIRM, MATCH_AMBIGUOUS, MATCH_CONFIRMED},
	{DECISION_CONFIRM, MATCH_REJECTED, MATCH_CONFIRMED},
	{DECISION_CONFIRM, MATCH_UNDONE, MATCH_CONFIRMED},
	{DECISION_REJECT, MATCH_SUGGESTED, MATCH_REJECTED},
	{DECISION_REJECT, MATCH_AMBIGUOUS, MATCH_REJECTED},
	{DECISION_REJECT, MATCH_CONFIRMED, MATCH_REJECTED},
	{DECISION_UNMATCH, MATCH_CONFIRMED, MATCH_UNDONE},
};

const char *match_state_word(unsigned state)
{
	return state <= MATCH_STATE_MAX ? state_words[state] : NULL;
}

bool match_state_from_word(struct sv word, uint8_t *ret)
{
	for (uint8_t i = 1; i <= MATCH_STATE_MAX; i++)
		if (sv_eq_cstr(word, state_words[i])) {
			*ret = i;
			return true;
		}
	return false;
}

enum record_effect match_effect(enum match_state before, enum match_state after)
{
	if ((before == MATCH_CONFIRMED) == (after == MATCH_CONFIRMED))
		return RECORDS_STAY;
	return after == MATCH_CONFIRMED ? RECORDS_TAKE : RECORDS_RELEASE;
}

bool decision_apply(enum word kind, enum match_state before, enum match_state *ret_after)
{
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (allowed[i].kind == kind && allowed[i].before == before) {
			*ret_after = allowed[i].after;
			return true;
		}
	return false;
}

bool decision_agrees(enum word kind, enum match_state before, ptrdiff_t latest)
{
	return kind == DECISION_CONFIRM && before == MATCH_CONFIRMED && latest < 0;
}

/* ---- which steps are undone ---- */

static size_t slot_of(const struct uuid *id, size_t size)
{
	uint64_t h;

	memcpy(&h, id->b + 8, sizeof(h)); /* the random half of a v7 */
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15)) & (size - 1);
}

/* An open table of indexes + 1 of undo steps, by the id they undo. */
static uint32_t *undo_table(const struct decision_step *steps, size_t n, size_t *ret_size)
{
	size_t size = 16;

	while (size < n * 2)
		size *= 2;
	uint32_t *slots = calloc(size, sizeof(*slots));
	for (size_t i = 0; slots != NULL && i < n; i++) {
		if (steps[i].kind != DECISION_UNDO)
			continue;
		size_t at = slot_of(&steps[i].undoes, size);
		while (slots[at] != 0)
			at = (at + 1) & (size - 1);
		slots[at] = (uint32_t)i + 1;
	}
	*ret_size = size;
	return slots;
}

static bool is_undone(const struct decision_step *steps, const uint32_t *slots, size_t size,
	const struct uuid *id)
{
	for (size_t at = slot_of(id, size); slots[at] != 0; at = (at + 1) & (size - 1))
		if (uuid_eq(&steps[slots[at] - 1].undoes, id))
			return true;
	return false;
}

int decision_fold(const struct decision_step *steps, size_t n, uint8_t *state, uint32_t nmatches)
{
	return decision_fold_latest(steps, n, state, NULL, nmatches);
}

int decision_fold_latest(const struct decision_step *steps, size_t n, uint8_t *state,
	uint32_t *latest, uint32_t nmatches)
{
	size_t size;
	uint32_t *slots CLEANUP(free_ptr) = undo_table(steps, n, &size);

	if (slots == NULL)
		return E_NO_MEMORY;
	if (latest != NULL && nmatches > 0)
		memset(latest, 0, nmatches * sizeof(*latest));
	for (size_t i = 0; i < n; i++) {
		int64_t at = (int64_t)steps[i].match_no - 1;
		enum match_state after;

		if (steps[i].kind == DECISION_UNDO || at < 0 || at >= nmatches ||
			is_undone(steps, slots, size, &steps[i].id))
			continue;
		if (!decision_apply(steps[i].kind, (enum match_state)state[at], &after))
			continue;
		state[at] = (uint8_t)after;
		if (latest != NULL)
			latest[at] = (uint32_t)i + 1;
	}
	return 0;
}

static uint8_t verdict_of(enum word kind)
{
	if (kind == DECISION_CONFIRM)
		return VERDICT_RIGHT;
	return kind == DECISION_REJECT || kind == DECISION_UNMATCH || kind == DECISION_SPLIT ?
		VERDICT_WRONG : VERDICT_NONE;
}

int decision_verdicts(
	const struct decision_step *steps, size_t n, uint8_t *verdict, uint32_t nmatches)
{
	size_t size;
	uint32_t *slots CLEANUP(free_ptr) = undo_table(steps, n, &size);

	if (slots == NULL)
		return E_NO_MEMORY;
	if (nmatches > 0)
		memset(verdict, VERDICT_NONE, nmatches);
	for (size_t i = 0; i < n; i++) {
		int64_t at = (int64_t)steps[i].match_no - 1;
		uint8_t said = verdict_of(steps[i].kind);

		if (said != VERDICT_NONE && at >= 0 && at < nmatches &&
			!is_undone(steps, slots, size, &steps[i].id))
			verdict[at] = said;
	}
	return 0;
}

static bool undone_by_later(const struct decision_step *steps, size_t n, size_t at)
{
	for (size_t i = at + 1; i < n; i++)
		if (steps[i].kind == DECISION_UNDO && uuid_eq(&steps[i].undoes, &steps[at].id))
			return true;
	return false;
}

enum match_state decision_state_of(const struct decision_step *steps, size_t n, int32_t match_no,
	enum match_state engine, ptrdiff_t *ret_latest)
{
	enum match_state state = engine;

	*ret_latest = -1;
	for (size_t i = 0; i < n; i++) {
		if (steps[i].kind == DECISION_UNDO || steps[i].match_no != match_no ||
			undone_by_later(steps, n, i))
			continue;
		if (decision_apply(steps[i].kind, state, &state) ||
			decision_agrees(steps[i].kind, state, *ret_latest))
			*ret_latest = (ptrdiff_t)i;
	}
	return state;
}
