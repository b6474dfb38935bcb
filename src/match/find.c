/*
 * The compiler turns the pattern into instructions for a non-deterministic machine, the matcher
 * runs all its threads in step over the text. A thread's priority is its place in the list, which
 * gives the usual leftmost, first-alternative meaning.
 */
#include "match/find.h"

#include <stdlib.h>
#include <string.h>

#define CODE_MAX 2000u
#define REPEAT_MAX 200u
#define DEPTH_MAX 20

enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_SAVE, OP_BEGIN, OP_END, OP_WORD_EDGE, OP_MATCH };

struct inst {
	enum op op;
	uint32_t x, y; /* SPLIT: first x, then y; JUMP: x; SAVE: slot x */
	uint8_t set[32];
};

struct thread {
	uint32_t pc;
	size_t slot[4]; /* begin and end of the match, then of the first group */
};

struct threads {
	struct thread *t;
	uint32_t n;
};

struct find {
	struct inst code[CODE_MAX];
	uint32_t n;
	bool grouped;
	uint32_t mark[CODE_MAX];
	uint32_t generation;
	struct threads now, next;
	struct thread store[2][CODE_MAX];
};

struct compiler {
	struct find *f;
	const char *p, *end;
	uint32_t groups;
	int depth;
	bool bad;
};

static struct inst *emit(struct compiler *c, enum op op)
{
	if (c->f->n >= CODE_MAX - 1) {
		c->bad = true;
		return &c->f->code[CODE_MAX - 1];
	}
	struct inst *i = &c->f->code[c->f->n++];
	memset(i, 0, sizeof(*i));
	i->op = op;
	return i;
}

static void set_add(uint8_t set[32], unsigned char ch)
{
	set[ch >> 3] = (uint8_t)(set[ch >> 3] | 1u << (ch & 7));
	if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')) {
		ch ^= 0x20;
		set[ch >> 3] = (uint8_t)(set[ch >> 3] | 1u << (ch & 7));
	}
}

static bool is_word(unsigned char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		ch == '_' || ch >= 0x80;
}

/* Adds what an escape stands for; false for an unknown one. */
static bool set_escape(uint8_t set[32], char kind)
{
	bool upper = kind == 'D' || kind == 'W' || kind == 'S';

	if (kind != 'd' && kind != 'w' && kind != 's' && !upper) {
		if (is_word((unsigned char)kind))
			return false;
		set_add(set, (unsigned char)kind);
		return true;
	}
	for (unsigned ch = 1; ch < 256; ch++) {
		bool in = (kind | 0x20) == 'd' ? ch >= '0' && ch <= '9' :
			(kind | 0x20) == 'w' ? is_word((unsigned char)ch) :
			ch == ' ' || (ch >= 9 && ch <= 13);
		if (in != upper)
			set[ch >> 3] = (uint8_t)(set[ch >> 3] | 1u << (ch & 7));
	}
	return true;
}

/* c->p is behind the opening bracket. */
static void compile_class(struct compiler *c, uint8_t set[32])
{
	bool negate = c->p < c->end && *c->p == '^';
	bool first = true;

	c->p += negate;
	for (; c->p < c->end && (*c->p != ']' || first); first = false) {
		unsigned char low = (unsigned char)*c->p++;
		if (low == '\\' && c->p < c->end) {
			if (!set_escape(set, *c->p++))
				c->bad = true;
			continue;
		}
		unsigned char high = low;
		if (c->end - c->p >= 2 && c->p[0] == '-' && c->p[1] != ']') {
			high = (unsigned char)c->p[1];
			c->p += 2;
		}
		if (high < low)
			c->bad = true;
		for (unsigned ch = low; ch <= high; ch++)
			set_add(set, (unsigned char)ch);
	}
	if (c->p >= c->end)
		c->bad = true;
	else
		c->p++;
	for (int i = 0; i < 32 && negate; i++)
		set[i] = (uint8_t)~set[i];
}

static void compile_alternatives(struct compiler *c);

static void compile_group(struct compiler *c)
{
	bool plain = c->end - c->p >= 2 && c->p[0] == '?' && c->p[1] == ':';
	bool save = !plain && c->groups++ == 0;

	c->p += plain ? 2 : 0;
	if (++c->depth > DEPTH_MAX) {
		c->bad = true;
		return;
	}
	if (save)
		emit(c, OP_SAVE)->x = 2;
	compile_alternatives(c);
	if (save)
		emit(c, OP_SAVE)->x = 3;
	if (c->p >= c->end || *c->p != ')')
		c->bad = true;
	else
		c->p++;
	c->depth--;
}

static void compile_escape(struct compiler *c)
{
	if (c->p >= c->end) {
		c->bad = true;
		return;
	}
	char kind = *c->p++;
	if (kind == 'b') {
		emit(c, OP_WORD_EDGE);
		return;
	}
	struct inst *i = emit(c, OP_SET);
	if (!set_escape(i->set, kind))
		c->bad = true;
}

static void compile_atom(struct compiler *c)
{
	char ch = *c->p++;

	switch (ch) {
	case '(':
		compile_group(c);
		break;
	case '[':
		compile_class(c, emit(c, OP_SET)->set);
		break;
	case '.':
		memset(emit(c, OP_SET)->set, 0xff, 32);
		break;
	case '^':
		emit(c, OP_BEGIN);
		break;
	case '$':
		emit(c, OP_END);
		break;
	case '\\':
		compile_escape(c);
		break;
	case '*':
	case '+':
	case '?':
	case '{':
		c->bad = true;
		break;
	default:
		set_add(emit(c, OP_SET)->set, (unsigned char)ch);
		break;
	}
}

static bool number(struct compiler *c, uint32_t *ret)
{
	const char *p = c->p;

	*ret = 0;
	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && *ret <= REPEAT_MAX)
		*ret = *ret * 10 + (uint32_t)(*c->p++ - '0');
	return c->p > p && *ret <= REPEAT_MAX;
}

/* Bounds of a quantifier behind an atom; false when there is none. high UINT32_MAX: no bound. */
static bool quantifier(struct compiler *c, uint32_t *low, uint32_t *high)
{
	char ch = c->p < c->end ? *c->p : 0;

	if (ch == '*' || ch == '+' || ch == '?') {
		c->p++;
		*low = ch == '+';
		*high = ch == '?' ? 1 : UINT32_MAX;
		return true;
	}
	if (ch != '{')
		return false;
	c->p++;
	c->bad |= !number(c, low);
	*high = *low;
	if (c->p < c->end && *c->p == ',') {
		c->p++;
		*high = UINT32_MAX;
		if (c->p < c->end && *c->p != '}')
			c->bad |= !number(c, high);
	}
	if (c->p >= c->end || *c->p != '}' || *high < *low)
		c->bad = true;
	else
		c->p++;
	return true;
}

/* Appends a copy of the code of an atom, moving its jumps. */
static void copy_code(struct compiler *c, const struct inst *atom, uint32_t n, uint32_t origin)
{
	uint32_t base = c->f->n;

	for (uint32_t i = 0; i < n; i++) {
		struct inst *to = emit(c, atom[i].op);
		*to = atom[i];
		if (to->op == OP_SPLIT || to->op == OP_JUMP) {
			to->x += base - origin;
			to->y += base - origin;
		}
	}
}

static void repeat(struct compiler *c, uint32_t origin, uint32_t low, uint32_t high)
{
	uint32_t n = c->f->n - origin;
	struct inst *atom = malloc((n + 1) * sizeof(*atom));
	uint32_t splits[REPEAT_MAX + 1], nsplits = 0;

	if (atom == NULL) {
		c->bad = true;
		return;
	}
	memcpy(atom, &c->f->code[origin], n * sizeof(*atom));
	c->f->n = origin;
	for (uint32_t i = 0; i < low; i++)
		copy_code(c, atom, n, origin);
	if (high == UINT32_MAX) {
		uint32_t at = c->f->n;
		emit(c, OP_SPLIT);
		copy_code(c, atom, n, origin);
		emit(c, OP_JUMP)->x = at;
		c->f->code[at].x = at + 1;
		c->f->code[at].y = c->f->n;
	} else {
		for (uint32_t i = low; i < high && !c->bad; i++) {
			splits[nsplits++] = c->f->n;
			emit(c, OP_SPLIT);
			copy_code(c, atom, n, origin);
		}
		for (uint32_t i = 0; i < nsplits; i++) {
			c->f->code[splits[i]].x = splits[i] + 1;
			c->f->code[splits[i]].y = c->f->n;
		}
	}
	free(atom);
}

static void compile_sequence(struct compiler *c)
{
	while (c->p < c->end && *c->p != '|' && *c->p != ')' && !c->bad) {
		uint32_t origin = c->f->n, low, high;
		compile_atom(c);
		if (!c->bad && quantifier(c, &low, &high) && !c->bad)
			repeat(c, origin, low, high);
	}
}

static void compile_alternatives(struct compiler *c)
{
	uint32_t origin = c->f->n;

	compile_sequence(c);
	if (c->p >= c->end || *c->p != '|' || c->bad)
		return;
	/* Move the first alternative by one to make room for the split. */
	uint32_t n = c->f->n - origin;
	struct inst *first = malloc((n + 1) * sizeof(*first));
	if (first == NULL) {
		c->bad = true;
		return;
	}
	memcpy(first, &c->f->code[origin], n * sizeof(*first));
	c->f->n = origin;
	emit(c, OP_SPLIT);
	copy_code(c, first, n, origin);
	free(first);
	uint32_t jump = c->f->n;
	emit(c, OP_JUMP);
	c->f->code[origin].x = origin + 1;
	c->f->code[origin].y = c->f->n;
	c->p++;
	compile_alternatives(c);
	c->f->code[jump].x = c->f->n;
}

int find_compile(struct sv pattern, struct find **ret, struct err *err)
{
	struct find *f CLEANUP(find_freep) = calloc(1, sizeof(*f));
	struct compiler c = {.f = f, .p = pattern.p, .end = pattern.p + pattern.n};

	if (f == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	compile_alternatives(&c);
	emit(&c, OP_MATCH);
	if (c.bad || c.p != c.end)
		return err_set(err, E_RULESET, "The pattern cannot be read at character %zu.",
			(size_t)(c.p - pattern.p));
	f->grouped = c.groups > 0;
	f->now.t = f->store[0];
	f->next.t = f->store[1];
	*ret = TAKE(f);
	return 0;
}

void find_free(struct find *f)
{
	free(f);
}

void find_freep(struct find **f)
{
	find_free(*f);
	*f = NULL;
}

static bool word_edge(struct sv text, size_t at)
{
	bool before = at > 0 && is_word((unsigned char)text.p[at - 1]);
	bool behind = at < text.n && is_word((unsigned char)text.p[at]);

	return before != behind;
}

/* Follows everything that reads no character. Recursion is bounded by the code's length. */
static void add(struct find *f, struct threads *list, uint32_t pc, const size_t slot[4],
	struct sv text, size_t at)
{
	const struct inst *i = &f->code[pc];
	size_t saved[4];

	if (f->mark[pc] == f->generation)
		return;
	f->mark[pc] = f->generation;
	switch (i->op) {
	case OP_JUMP:
		add(f, list, i->x, slot, text, at);
		break;
	case OP_SPLIT:
		add(f, list, i->x, slot, text, at);
		add(f, list, i->y, slot, text, at);
		break;
	case OP_SAVE:
		memcpy(saved, slot, sizeof(saved));
		saved[i->x] = at;
		add(f, list, pc + 1, saved, text, at);
		break;
	case OP_BEGIN:
		if (at == 0)
			add(f, list, pc + 1, slot, text, at);
		break;
	case OP_END:
		if (at == text.n)
			add(f, list, pc + 1, slot, text, at);
		break;
	case OP_WORD_EDGE:
		if (word_edge(text, at))
			add(f, list, pc + 1, slot, text, at);
		break;
	case OP_SET:
	case OP_MATCH:
		list->t[list->n].pc = pc;
		memcpy(list->t[list->n].slot, slot, sizeof(list->t[list->n].slot));
		list->n++;
		break;
	}
}

/* One character for all threads; true when the best match so far is in best. */
static bool step(struct find *f, struct sv text, size_t at, size_t best[4])
{
	bool hit = false;

	f->generation++;
	f->next.n = 0;
	for (uint32_t k = 0; k < f->now.n; k++) {
		const struct thread *t = &f->now.t[k];
		const struct inst *i = &f->code[t->pc];
		if (i->op == OP_MATCH) {
			memcpy(best, t->slot, sizeof(t->slot));
			best[1] = at;
			hit = true;
			break;
		}
		unsigned char ch = at < text.n ? (unsigned char)text.p[at] : 0;
		if (at < text.n && (i->set[ch >> 3] >> (ch & 7) & 1) != 0)
			add(f, &f->next, t->pc + 1, t->slot, text, at + 1);
	}
	struct threads swap = f->now;
	f->now = f->next;
	f->next = swap;
	return hit;
}

bool find_next(struct find *f, struct sv text, size_t *from, struct sv *ret)
{
	size_t best[4] = {0};
	bool found = false;

	f->now.n = 0;
	f->generation++;
	for (size_t at = *from; at <= text.n; at++) {
		if (!found) {
			size_t slot[4] = {at, at, at, at};
			add(f, &f->now, 0, slot, text, at);
		}
		if (f->now.n == 0 && found)
			break;
		found |= step(f, text, at, best);
	}
	if (!found)
		return false;
	*from = best[1] > best[0] ? best[1] : best[1] + 1;
	*ret = f->grouped ? sv_from(text.p + best[2], best[3] - best[2]) :
		sv_from(text.p + best[0], best[1] - best[0]);
	return true;
}
