/*
 * Keys: what two records may have in common so that they are looked at. A single key is an equal
 * value, an equal beginning or a shared rare word of one comparison; a key is one of them or two of
 * different comparisons together.
 */
#include <string.h>

#include "match/learn_parts.h"

static uint32_t rare_words(const struct comparison *c, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	struct learn_token_list t = learn_tokens_of(&c->tokens[side], row);
	uint32_t n = 0;

	for (uint32_t i = 0; i < t.n && (t.p[i] & LEARN_PIECE) == 0 && n < LEARN_VALUES_MAX; i++)
		if ((t.p[i] & LEARN_RARE) != 0)
			out[n++] = mix64(t.p[i]);
	return n;
}

static uint32_t listed_words(const struct field *f, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	const struct words *w = &f->words[side];
	uint32_t n = 0;

	for (uint32_t i = w->first[row]; i < w->first[row + 1] && n < LEARN_VALUES_MAX; i++)
		if (w->word[i] != WORD_NONE)
			out[n++] = mix64(w->word[i]);
	return n;
}

uint32_t learn_single_values(const struct learn *n, const struct learn_single *s, int side,
	uint32_t row, uint64_t out[LEARN_VALUES_MAX])
{
	const struct comparison *c = &n->c[s->c];

	if (c->f->id[side][row] == 0)
		return 0;
	if (s->kind == KEY_WORD)
		return c->f->listed ? listed_words(c->f, side, row, out) :
			rare_words(c, side, row, out);
	if (s->kind == KEY_EQUAL) {
		out[0] = mix64((uint64_t)c->f->id[side][row] << 8);
		return 1;
	}
	struct sv text = vec_text(&c->f->v[side], row);
	if (text.n < s->letters)
		return 0;
	out[0] = mix_bytes(0, sv_from(text.p, s->letters));
	return 1;
}

uint32_t learn_key_values(const struct learn *n, const struct learn_key *k, int side, uint32_t row,
	uint64_t out[LEARN_VALUES_MAX])
{
	uint64_t a[LEARN_VALUES_MAX], b[LEARN_VALUES_MAX];

	if (k->b == NO_SINGLE)
		return learn_single_values(n, &n->single[k->a], side, row, out);
	uint32_t na = learn_single_values(n, &n->single[k->a], side, row, a), count = 0;
	uint32_t nb = na == 0 ? 0 : learn_single_values(n, &n->single[k->b], side, row, b);
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t j = 0; j < nb && count < LEARN_VALUES_MAX; j++)
			out[count++] = mix64(a[i] ^ b[j] * UINT64_C(0x9e3779b97f4a7c15));
	return count;
}

bool learn_key_fits(const struct comparison *c, enum learn_key_kind kind)
{
	return kind == KEY_EQUAL ? !c->f->listed :
		kind == KEY_WORD ? c->f->listed || c->how == LEARN_LONG : c->f->textual;
}

uint64_t learn_key_selects(const struct learn *n, const struct learn_key *k)
{
	uint64_t c = n->c[n->single[k->a].c].columns;

	return k->b == NO_SINGLE ? c : c | n->c[n->single[k->b].c].columns;
}

static bool shares_value(const struct learn *n, const struct learn_single *s, uint32_t l, uint32_t r)
{
	uint64_t a[LEARN_VALUES_MAX], b[LEARN_VALUES_MAX];
	const struct comparison *c = &n->c[s->c];

	if (s->kind == KEY_EQUAL)
		return c->f->id[LEFT][l] != 0 && c->f->id[LEFT][l] == c->f->id[RIGHT][r];
	if (s->kind == KEY_PREFIX) {
		struct sv x = vec_text(&c->f->v[LEFT], l), y = vec_text(&c->f->v[RIGHT], r);
		return x.n >= s->letters && y.n >= s->letters &&
			memcmp(x.p, y.p, s->letters) == 0;
	}
	uint32_t na = learn_single_values(n, s, LEFT, l, a);
	uint32_t nb = na == 0 ? 0 : learn_single_values(n, s, RIGHT, r, b);
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t k = 0; k < nb; k++)
			if (a[i] == b[k])
				return true;
	return false;
}

uint64_t learn_key_agreeing(const struct learn *n, uint32_t l, uint32_t r)
{
	uint64_t bits = 0;

	for (uint32_t s = 0; s < n->nsingles; s++)
		if (shares_value(n, &n->single[s], l, r))
			bits |= UINT64_C(1) << s;
	return bits;
}
