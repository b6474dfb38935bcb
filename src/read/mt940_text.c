/*
 * The dialects of field 86, each a table of words and the cells they are.
 */
#include "read/mt940_text.h"

#include <string.h>

#include "read/plant.h"

#define SUBFIELD_FULL 27u
#define LINE_FULL 64u

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void put_or_add(struct bank *b, enum bank_column c, struct sv text, const char *between)
{
	if (sv_trim(text).n > 0)
		bank_add(b, c, text, between);
}

/* A reference that says there is none. */
static bool is_nothing(struct sv s)
{
	return s.n == 0 || sv_eq_nocase(s, SV("NOTPROVIDED")) || sv_eq_nocase(s, SV("NONREF"));
}

/* ---- keywords of SEPA ---- */

static const struct keyword {
	const char *word;
	enum bank_column column;
} keywords[] = {
	{"EREF", BANK_REFERENCE},
	{"KREF", BANK_INSTRUCTION},
	{"MREF", BANK_MANDATE},
	{"CRED", BANK_CREDITOR},
	{"DEBT", BANK_CREDITOR},
	{"SVWZ", BANK_TEXT},
	{"ABWA", BANK_ULTIMATE_PARTY},
	{"ABWE", BANK_ULTIMATE_PARTY},
	{"IBAN", BANK_PARTY_ACCOUNT},
	{"BIC", BANK_PARTY_BANK},
	{"COAM", BANK_SUPPLEMENT},
	{"OAMT", BANK_SUPPLEMENT},
};

/* The keyword that s begins with, its + or : included. */
static const struct keyword *keyword_at(struct sv s, size_t *ret_n)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
		struct sv word = sv_from_cstr(keywords[i].word);

		if (sv_starts_with(s, word) && s.n > word.n && s.p[word.n] == '+') {
			*ret_n = word.n + 1 + PLANTED;
			return &keywords[i];
		}
	}
	return NULL;
}

/* Where the next keyword begins in s behind its first byte, or s.n. */
static size_t next_keyword(struct sv s)
{
	size_t n;

	for (size_t i = 1; i + 4 < s.n; i++)
		if (keyword_at(sv_from(s.p + i, s.n - i), &n) != NULL)
			return i;
	return s.n;
}

struct purpose {
	enum bank_column target;
	bool full; /* the last piece filled its subfield or line */
	bool any;  /* a keyword was met */
};

/* One subfield or line of the purpose: text of the current target, or of those that its keywords
 * begin. A short piece ends what is not the text itself. */
static void add_purpose(struct bank *b, struct purpose *p, struct sv s, size_t full)
{
	size_t whole = s.n, n;
	bool first = true;

	while (s.n > 0) {
		const struct keyword *k = keyword_at(s, &n);
		const char *between = first && p->full ? "" : " ";

		if (k != NULL) {
			p->target = k->column;
			p->any = true;
			s = sv_from(s.p + n, s.n - n);
			between = " ";
		} else if (first && !p->full) {
			p->target = BANK_TEXT;
		}
		size_t end = s.n > 0 ? next_keyword(s) : 0;
		if (k != NULL && end > 0 && keyword_at(s, &n) != NULL)
			end = 0; /* one keyword right behind the other */
		put_or_add(b, p->target, sv_from(s.p, end), between);
		s = sv_from(s.p + end, s.n - end);
		first = false;
	}
	p->full = whole >= full;
}

/* ---- structured ---- */

static const struct {
	int from, to;
	enum bank_column column;
} subfields[] = {
	{0, 0, BANK_BOOKING_TEXT},
	{10, 10, BANK_JOURNAL},
	{20, 29, BANK_TEXT},
	{30, 30, BANK_PARTY_BANK},
	{31, 31, BANK_PARTY_ACCOUNT},
	{32, 33, BANK_PARTY},
	{34, 34, BANK_RETURN_CODE},
	{38, 38, BANK_PARTY_ACCOUNT},
	{60, 63, BANK_TEXT},
};

static enum bank_column subfield_column(int no)
{
	for (size_t i = 0; i < ARRAY_LEN(subfields); i++)
		if (no >= subfields[i].from && no <= subfields[i].to)
			return subfields[i].column;
	return BANK_SUPPLEMENT;
}

/* A separator and two digits. */
static bool is_subfield(struct sv s, size_t at, char separator)
{
	return at + 2 < s.n && s.p[at] == separator && is_digit(s.p[at + 1]) &&
	       is_digit(s.p[at + 2]);
}

static bool is_structured(struct sv s, size_t *ret_code)
{
	size_t digits = 0;

	while (digits < 3 && digits < s.n && is_digit(s.p[digits]))
		digits++;
	if (digits != 0 && digits != 3)
		return false;
	*ret_code = digits;
	return digits < s.n && strchr("?<^~@|", s.p[digits]) != NULL && s.p[digits] != '\0' &&
	       is_subfield(s, digits, s.p[digits]);
}

static void put_structured(struct bank *b, struct sv s, size_t code)
{
	char separator = s.p[code];
	struct purpose purpose = {.target = BANK_TEXT};
	bool name_full = false;

	if (code > 0)
		bank_put(b, BANK_BUSINESS_CODE, sv_from(s.p, code));
	for (size_t at = code; at < s.n;) {
		int no = bank_digits(s, at + 1, 2);
		size_t end = at + 3;

		while (end < s.n && !is_subfield(s, end, separator))
			end++;
		struct sv value = sv_from(s.p + at + 3, end - at - 3);
		enum bank_column column = subfield_column(no);
		if (column == BANK_TEXT)
			add_purpose(b, &purpose, value, SUBFIELD_FULL);
		else
			put_or_add(b, column, value, column == BANK_PARTY && name_full ? "" : " ");
		name_full = column == BANK_PARTY && value.n >= SUBFIELD_FULL;
		at = end;
	}
}

/* ---- words ---- */

/* Words that other banks' words stand in, or that are kept with their name, have SUPPLEMENT. */
static const struct keyword words[] = {
	{"TRTP", BANK_BOOKING_TEXT},
	{"TRCD", BANK_BUSINESS_CODE},
	{"IBAN", BANK_PARTY_ACCOUNT},
	{"BIC", BANK_PARTY_BANK},
	{"NAME", BANK_PARTY},
	{"REMI", BANK_TEXT},
	{"EREF", BANK_REFERENCE},
	{"KREF", BANK_INSTRUCTION},
	{"IREF", BANK_INSTRUCTION},
	{"PREF", BANK_INSTRUCTION},
	{"MARF", BANK_MANDATE},
	{"CSID", BANK_CREDITOR},
	{"ULTD", BANK_ULTIMATE_PARTY},
	{"ULTC", BANK_ULTIMATE_PARTY},
	{"ULTB", BANK_ULTIMATE_PARTY},
	{"RTRN", BANK_RETURN_CODE},
	{"ORDP", BANK_PARTY},
	{"BENM", BANK_PARTY},
	{"CNTP", BANK_PARTY},
	{"ADDR", BANK_SUPPLEMENT},
	{"PURP", BANK_SUPPLEMENT},
	{"ISDT", BANK_SUPPLEMENT},
	{"SVCL", BANK_SUPPLEMENT},
	{"CHGS", BANK_SUPPLEMENT},
	{"OCMT", BANK_SUPPLEMENT},
	{"EXCH", BANK_SUPPLEMENT},
	{"OTHR", BANK_SUPPLEMENT},
	{"ACCW", BANK_SUPPLEMENT},
	{"BUSP", BANK_SUPPLEMENT},
	{"TRRF", BANK_SUPPLEMENT},
};

/* "/WORD/" at the start of s; *ret_n its length. */
static const struct keyword *word_at(struct sv s, size_t *ret_n)
{
	for (size_t i = 0; i < ARRAY_LEN(words) && s.n > 0 && s.p[0] == '/'; i++) {
		struct sv word = sv_from_cstr(words[i].word);

		if (s.n > word.n + 1 && memcmp(s.p + 1, word.p, word.n) == 0 &&
			s.p[word.n + 1] == '/') {
			*ret_n = word.n + 2;
			return &words[i];
		}
	}
	return NULL;
}

static struct sv trim_slashes(struct sv s)
{
	s = sv_trim(s);
	while (s.n > 0 && s.p[s.n - 1] == '/')
		s = sv_trim(sv_from(s.p, s.n - 1));
	while (s.n > 0 && s.p[0] == '/')
		s = sv_trim(sv_from(s.p + 1, s.n - 1));
	return s;
}

/* CNTP/NL32…/BANKNL2A/Name/City/ : account, bank and name by place. */
static void put_counterparty(struct bank *b, struct sv value)
{
	static const enum bank_column places[] = {
		BANK_PARTY_ACCOUNT, BANK_PARTY_BANK, BANK_PARTY, BANK_SUPPLEMENT};

	for (size_t i = 0; i < ARRAY_LEN(places) && value.p != NULL; i++)
		put_or_add(b, places[i], sv_trim(sv_cut(&value, '/')), " ");
}

static void put_word(struct bank *b, const struct keyword *k, struct sv value)
{
	struct sv s = trim_slashes(value);

	if (s.n == 0 || (k->column == BANK_REFERENCE && is_nothing(s)))
		return;
	if (strcmp(k->word, "CNTP") == 0) {
		put_counterparty(b, s);
		return;
	}
	if (strcmp(k->word, "REMI") == 0 && sv_starts_with(s, SV("USTD/")))
		s = trim_slashes(sv_from(s.p + 5, s.n - 5));
	if (k->column == BANK_SUPPLEMENT)
		bank_add(b, k->column, sv_from_cstr(k->word), " ");
	bank_add(b, k->column, s, " ");
}

static void put_words(struct bank *b, struct sv s)
{
	size_t n = 0;

	while (s.n > 0) {
		const struct keyword *k = word_at(s, &n);
		size_t end = n, next;

		while (end < s.n && word_at(sv_from(s.p + end, s.n - end), &next) == NULL)
			end++;
		/* /RTRN/AC04//REMI/…: the slash before the next word is this one's. */
		if (k != NULL)
			put_word(b, k, sv_from(s.p + n, end - n));
		s = sv_from(s.p + end, s.n - end);
	}
}

/* ---- free text ---- */

static void put_free(struct bank *b, struct sv text)
{
	struct purpose purpose = {.target = BANK_TEXT};

	while (text.p != NULL) {
		struct sv line = sv_cut(&text, '\n');

		add_purpose(b, &purpose, line, LINE_FULL);
	}
}

void mt940_text_put(struct bank *b, struct sv text)
{
	struct buf joined CLEANUP(buf_free) = BUF_INIT;
	struct sv rest = text;
	size_t n;

	while (rest.p != NULL)
		buf_add_sv(&joined, sv_cut(&rest, '\n'));
	struct sv s = buf_sv(&joined);
	if (!buf_ok(&joined))
		b->cell[BANK_TEXT].error = E_NO_MEMORY;
	else if (is_structured(s, &n))
		put_structured(b, s, n);
	else if (word_at(s, &n) != NULL)
		put_words(b, s);
	else
		put_free(b, text);
	if (is_nothing(sv_trim(buf_sv(&b->cell[BANK_REFERENCE]))))
		bank_put(b, BANK_REFERENCE, SV_NULL);
}
