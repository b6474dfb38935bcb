/*
 * A model as JSON that a person can read: per pass theta, keys, windows, and for each comparison its
 * levels with m, u and the weight between them. All numbers are multiples of 1/64, so writing
 * and reading lose nothing; a job that is given a model only scores with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/learn_parts.h"
#include "wire/json.h"

#define UNITS 15625 /* 1/64 in millionths */
#define ATOM_RATIO_MOST 1000
#define ATOM_ADD_MOST INT64_C(1000000000000000)
#define LIFT_MOST (64 * RULES_BIT)

static const char *const how_words[] = {[LEARN_SAME] = "same", [LEARN_SHORT] = "short text",
	[LEARN_LONG] = "long text", [LEARN_AMOUNT] = "amount", [LEARN_DATE] = "date"};
static const char *const key_words[] = {
	[KEY_EQUAL] = "equal", [KEY_PREFIX] = "begins alike", [KEY_WORD] = "rare word"};

/* ---- writing ---- */

static void put_bits(struct json_writer *w, const char *key, int32_t v)
{
	json_put_decimal(w, key, (int64_t)v * UNITS, 6);
}

static void put_single(struct json_writer *w, const struct learn *n, uint8_t s)
{
	const struct learn_single *single = &n->single[s];

	json_open_object(w, NULL);
	json_put_text(w, "field", n->c[single->c].f->rule->name);
	json_put_cstr(w, "by", key_words[single->kind]);
	if (single->kind == KEY_PREFIX)
		json_put_int(w, "letters", single->letters);
	json_close_object(w);
}

static void put_keys(struct json_writer *w, const struct learn *n)
{
	json_open_array(w, "keys");
	for (uint32_t k = 0; k < n->nkeys; k++) {
		json_open_array(w, NULL);
		put_single(w, n, n->key[k].a);
		if (n->key[k].b != NO_SINGLE)
			put_single(w, n, n->key[k].b);
		json_close_array(w);
	}
	json_close_array(w);
}

static void put_window(struct json_writer *w, const struct learn *n)
{
	json_open_object(w, "window");
	if (n->window.date >= 0) {
		json_put_text(w, "date", n->c[n->window.date].f->rule->name);
		json_put_int(w, "day_low", n->window.day_low);
		json_put_int(w, "day_high", n->window.day_high);
	}
	if (n->window.amount >= 0) {
		json_put_text(w, "amount", n->c[n->window.amount].f->rule->name);
		json_put_int(w, "level_low", n->window.level_low);
		json_put_int(w, "level_high", n->window.level_high);
		json_put_decimal(w, "ratio_low", (int64_t)(n->window.ratio_low * 1e6), 6);
		json_put_decimal(w, "ratio_high", (int64_t)(n->window.ratio_high * 1e6), 6);
	}
	json_close_object(w);
}

static void put_level(struct json_writer *w, const struct comparison *c, uint32_t k)
{
	char first[64], last[64], name[136];

	learn_level_word(c, c->low[k], first);
	learn_level_word(c, c->high[k], last);
	snprintf(name, sizeof(name), c->low[k] == c->high[k] ? "%s" : "%s ... %s", first, last);
	json_open_object(w, NULL);
	json_put_cstr(w, "name", name);
	json_put_int(w, "from", c->low[k]);
	json_put_int(w, "to", c->high[k]);
	json_close_object(w);
}

static void put_weights(struct json_writer *w, const struct comparison *c)
{
	json_open_array(w, "levels");
	for (uint32_t k = 0; k < c->nlevels; k++) {
		if (c->low[k] == k)
			put_level(w, c, k);
	}
	json_close_array(w);
	/* By single level: those of long texts rise within what is merged. */
	json_open_array(w, "m_bits");
	for (uint32_t k = 0; k < c->nlevels; k++)
		put_bits(w, NULL, c->log_m[k]);
	json_close_array(w);
	json_open_array(w, "u_bits");
	for (uint32_t k = 0; k < c->nlevels; k++)
		put_bits(w, NULL, c->log_u[k]);
	json_close_array(w);
}

static void put_atoms(struct json_writer *w, const struct comparison *c)
{
	if (c->natoms == 0)
		return;
	json_open_array(w, "atoms");
	for (uint32_t i = 0; i < c->natoms; i++) {
		json_open_object(w, NULL);
		json_put_decimal(w, "times", c->atom[i].ratio, 9);
		json_put_int(w, "plus", c->atom[i].add);
		json_put_int(w, "grain", c->atom[i].grain);
		json_close_object(w);
	}
	json_close_array(w);
}

/* What u is raised by, by level, where another comparison agrees. */
static void put_given(struct json_writer *w, const struct learn *n, const struct comparison *c)
{
	const struct learn_given *g = &c->given;

	if (g->parent == LEARN_ALONE)
		return;
	json_open_object(w, "depends");
	json_put_text(w, "on", n->c[g->parent].f->rule->name);
	json_open_array(w, "where");
	for (uint32_t k = 0; k < n->c[g->parent].nlevels; k++)
		if ((g->agrees[k / 64] >> k % 64 & 1) != 0)
			json_put_int(w, NULL, k);
	json_close_array(w);
	json_open_array(w, "u_raised_bits");
	for (uint32_t k = 0; k < c->nlevels; k++)
		put_bits(w, NULL, g->lift[k]);
	json_close_array(w);
	json_close_object(w);
}

static void put_comparison(struct json_writer *w, const struct learn *n, const struct comparison *c)
{
	json_open_object(w, NULL);
	json_put_text(w, "field", c->f->rule->name);
	json_put_cstr(w, "compared_as", how_words[c->how]);
	put_bits(w, "tells_bits", (int32_t)(c->bits * RULES_BIT));
	json_put_bool(w, "used", !c->dropped);
	put_atoms(w, c);
	put_given(w, n, c);
	put_weights(w, c);
	json_close_object(w);
}

static void put_model(struct json_writer *w, const struct learn *n)
{
	json_open_object(w, NULL);
	json_put_text(w, "pass", n->pass->name);
	json_put_bool(w, "learned", n->learned);
	json_put_decimal(w, "expected_matches", (int64_t)(n->expected * 1000), 3);
	put_bits(w, "theta_bits", n->prior);
	json_put_decimal(w, "candidate_recall", (int64_t)(n->recall * 1e6), 6);
	put_keys(w, n);
	put_window(w, n);
	json_open_array(w, "comparisons");
	for (uint32_t i = 0; i < n->nc; i++)
		put_comparison(w, n, &n->c[i]);
	json_close_array(w);
	json_close_object(w);
}

void learn_models_write(const struct engine *e, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	json_open_object(&w, NULL);
	json_put_int(&w, "model", 1);
	json_open_array(&w, "passes");
	for (uint32_t p = 0; e->learned != NULL && p < e->rs->npasses; p++)
		if (e->learned[p] != NULL)
			put_model(&w, e->learned[p]);
	json_close_array(&w);
	json_close_object(&w);
	buf_add_char(out, '\n');
}

char *learn_models_text(struct engine *e)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	char *taken;

	if (e->learned == NULL || !engine_ok(e))
		return NULL;
	learn_models_write(e, &text);
	taken = buf_take(&text);
	if (taken == NULL)
		engine_fail(e, E_NO_MEMORY);
	return taken;
}

/* ---- reading ---- */

static int find_comparison(const struct learn *n, const struct tree *t)
{
	for (uint32_t i = 0; t != NULL && i < n->nc; i++)
		if (sv_eq(n->c[i].f->rule->name, t->text))
			return (int)i;
	return -1;
}

static bool read_int(const struct tree *t, const char *key, int64_t min, int64_t max, int64_t *ret)
{
	const struct tree *member = tree_get(t, key);

	return member != NULL && tree_integer(member, min, max, ret, NULL) == 0;
}

static bool read_bits(const struct tree *t, int32_t *ret)
{
	int64_t micro;

	if (t == NULL || tree_decimal(t, 6, &micro, NULL) < 0 || micro > 1000000000 ||
		micro < -1000000000)
		return false;
	*ret = (int32_t)(micro / UNITS);
	return true;
}

static bool read_weights(struct comparison *c, const struct tree *t)
{
	const struct tree *m = tree_get(t, "m_bits"), *u = tree_get(t, "u_bits");
	const struct tree *levels = tree_get(t, "levels");

	if (m == NULL || u == NULL || levels == NULL || m->count != c->nlevels ||
		u->count != c->nlevels)
		return false;
	m = m->first;
	u = u->first;
	for (uint32_t k = 0; k < c->nlevels; k++, m = m->next, u = u->next)
		if (!read_bits(m, &c->log_m[k]) || !read_bits(u, &c->log_u[k]))
			return false;
	for (const struct tree *level = levels->first; level != NULL; level = level->next) {
		int64_t from, to;
		if (!read_int(level, "from", 0, c->nlevels - 1, &from) ||
			!read_int(level, "to", from, c->nlevels - 1, &to))
			return false;
		for (int64_t k = from; k <= to; k++) {
			c->low[k] = (uint8_t)from;
			c->high[k] = (uint8_t)to;
		}
	}
	const struct tree *used = tree_get(t, "used");
	c->dropped = used != NULL && used->kind == TREE_FALSE;
	return true;
}

static bool read_atoms(struct comparison *c, const struct tree *t)
{
	for (t = t == NULL ? NULL : t->first; t != NULL; t = t->next) {
		struct learn_atom *atom = &c->atom[c->natoms];
		const struct tree *times = tree_get(t, "times");
		if (c->how != LEARN_AMOUNT || c->natoms == LEARN_ATOMS_MAX || times == NULL ||
			tree_decimal(times, 9, &atom->ratio, NULL) < 0 || atom->ratio <= 0 ||
			atom->ratio > ATOM_RATIO_MOST * LEARN_NANO ||
			!read_int(t, "plus", -ATOM_ADD_MOST, ATOM_ADD_MOST, &atom->add) ||
			!read_int(t, "grain", 1, ATOM_ADD_MOST, &atom->grain))
			return false;
		c->natoms++;
		c->nlevels = AMOUNT_ATOM + c->natoms;
	}
	return true;
}

/* After all comparisons have their levels. */
static bool read_given(const struct learn *n, struct comparison *c, const struct tree *t)
{
	struct learn_given *g = &c->given;

	if (t == NULL)
		return true;
	int parent = find_comparison(n, tree_get(t, "on"));
	const struct tree *where = tree_get(t, "where"), *bits = tree_get(t, "u_raised_bits");
	if (parent < 0 || &n->c[parent] == c || where == NULL || bits == NULL ||
		bits->count != c->nlevels)
		return false;
	g->parent = (uint32_t)parent;
	for (where = where->first; where != NULL; where = where->next) {
		int64_t k;
		if (tree_integer(where, 0, n->c[parent].nlevels - 1, &k, NULL) < 0)
			return false;
		g->agrees[k / 64] |= UINT64_C(1) << k % 64;
	}
	bits = bits->first;
	for (uint32_t k = 0; k < c->nlevels; k++, bits = bits->next) {
		int32_t v;
		if (!read_bits(bits, &v) || v < 0 || v > LIFT_MOST)
			return false;
		g->lift[k] = (int16_t)v;
	}
	return true;
}

static bool read_comparisons(struct learn *n, const struct tree *t)
{
	const struct tree *first = t == NULL ? NULL : t->first;
	uint32_t known = 0;

	for (t = first; t != NULL; t = t->next) {
		int i = find_comparison(n, tree_get(t, "field"));
		const struct tree *how = tree_get(t, "compared_as");
		if (i < 0 || how == NULL || !sv_eq_cstr(how->text, how_words[n->c[i].how]) ||
			!read_atoms(&n->c[i], tree_get(t, "atoms")) || !read_weights(&n->c[i], t))
			return false;
		known++;
	}
	for (t = first; t != NULL; t = t->next) {
		int i = find_comparison(n, tree_get(t, "field"));
		if (i < 0 || !read_given(n, &n->c[i], tree_get(t, "depends")))
			return false;
	}
	return known == n->nc;
}

static bool read_single(struct learn *n, const struct tree *t, uint8_t *ret)
{
	int c = find_comparison(n, tree_get(t, "field"));
	const struct tree *by = tree_get(t, "by");
	int64_t letters = 0;
	unsigned kind = 0;

	while (by != NULL && kind < ARRAY_LEN(key_words) && !sv_eq_cstr(by->text, key_words[kind]))
		kind++;
	if (c < 0 || by == NULL || kind == ARRAY_LEN(key_words) ||
		n->nsingles == LEARN_SINGLES_MAX ||
		(kind == KEY_PREFIX && !read_int(t, "letters", 1, 64, &letters)) ||
		!learn_key_fits(&n->c[c], (enum learn_key_kind)kind))
		return false;
	*ret = (uint8_t)n->nsingles;
	n->single[n->nsingles++] = (struct learn_single){.kind = (enum learn_key_kind)kind,
		.c = (uint8_t)c, .letters = (uint8_t)letters};
	return true;
}

static bool read_keys(struct learn *n, const struct tree *t)
{
	for (t = t == NULL ? NULL : t->first; t != NULL; t = t->next) {
		struct learn_key k = {.b = NO_SINGLE};
		if (n->nkeys == LEARN_KEYS_MAX || t->count < 1 || t->count > 2 ||
			!read_single(n, t->first, &k.a) ||
			(t->count == 2 && !read_single(n, t->first->next, &k.b)))
			return false;
		n->key[n->nkeys++] = k;
	}
	return true;
}

static bool read_window(struct learn *n, const struct tree *t)
{
	int64_t low, high;

	n->window = (struct learn_window){.date = -1, .amount = -1};
	if (t == NULL)
		return true;
	if (tree_get(t, "date") != NULL) {
		n->window.date = find_comparison(n, tree_get(t, "date"));
		if (n->window.date < 0 || n->c[n->window.date].how != LEARN_DATE ||
			!read_int(t, "day_low", -DATE_NEAR, DATE_NEAR, &low) ||
			!read_int(t, "day_high", low, DATE_NEAR, &high))
			return false;
		n->window.day_low = (int32_t)low;
		n->window.day_high = (int32_t)high;
	}
	if (tree_get(t, "amount") == NULL)
		return true;
	n->window.amount = find_comparison(n, tree_get(t, "amount"));
	if (n->window.amount < 0 || n->c[n->window.amount].how != LEARN_AMOUNT ||
		!read_int(t, "level_low", 1, AMOUNT_OTHER - 1, &low) ||
		!read_int(t, "level_high", low, AMOUNT_OTHER - 2, &high))
		return false;
	learn_window_ratios(&n->window, (unsigned)low, (unsigned)high);
	return true;
}

int learn_model_read(struct learn *n, const struct tree *t)
{
	struct err *err = n->e->err;

	for (t = tree_get(t, "passes"), t = t == NULL ? NULL : t->first; t != NULL; t = t->next) {
		const struct tree *pass = tree_get(t, "pass");
		if (pass != NULL && sv_eq(pass->text, n->pass->name))
			break;
	}
	if (t == NULL)
		return 0;
	n->pinned = n->learned = true;
	if (!read_bits(tree_get(t, "theta_bits"), &n->prior) ||
		!read_comparisons(n, tree_get(t, "comparisons")) ||
		!read_keys(n, tree_get(t, "keys")) || !read_window(n, tree_get(t, "window")))
		return tree_error(err, E_RULESET, t,
			"The model does not fit the fields of this ruleset.");
	learn_joint_count(n);
	return 0;
}

int learn_models_pin(struct engine *e, struct arena *arena)
{
	struct tree *models = NULL;

	if (e->opt->model.p == NULL)
		return 0;
	int rc = tree_parse(e->opt->model, arena, &models, e->err);
	e->models = models;
	return rc;
}
