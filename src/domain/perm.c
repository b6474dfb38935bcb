/*
 * Look-ups over perm.def and role.def.
 */
#include "domain/perm.h"

static const struct {
	const char *word;
	const char *text;
	enum perm_scope scope;
	enum key_scope key;
	bool role[ROLE_COUNT];
} perms[PERM_COUNT] = {
	[PERM_UNSET] = {.word = "", .text = "", .scope = PERM_SCOPE_PROJECT},
#define PERM(name, w, s, k, v, u, a, p, o, t)                                                      \
	[PERM_##name] = {.word = (w),                                                              \
		.text = (t),                                                                       \
		.scope = PERM_SCOPE_##s,                                                           \
		.key = KEY_SCOPE_##k,                                                              \
		.role = {[ROLE_VIEWER] = (v), [ROLE_UPLOADER] = (u), [ROLE_ANALYST] = (a),         \
			[ROLE_APPROVER] = (p), [ROLE_OWNER] = (o)}},
#include "domain/perm.def"
#undef PERM
};

const char *const role_words[] = {
#define ROLE(name, word, text) word,
#include "domain/role.def"
#undef ROLE
	NULL,
};

const char *const platform_role_words[] = {"administrator", "auditor", NULL};
const char *const key_scope_words[] = {"read", "upload", "run", "decide", "manage", NULL};

/* Position of word in a NULL-terminated list, or -1. */
static int find(const char *const *words, struct sv word)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (sv_eq_cstr(word, words[i]))
			return i;
	}
	return -1;
}

const char *role_word(enum role r)
{
	return r > ROLE_NONE && r < ROLE_COUNT ? role_words[r - 1] : "";
}

enum role role_from_word(struct sv word)
{
	return (enum role)(find(role_words, word) + 1);
}

enum platform_role platform_role_from_word(struct sv word)
{
	int i = find(platform_role_words, word);

	return i < 0 ? PLATFORM_NONE : (enum platform_role)(1 << i);
}

enum key_scope key_scope_from_word(struct sv word)
{
	int i = find(key_scope_words, word);

	return i < 0 ? KEY_SCOPE_NONE : (enum key_scope)(1 << i);
}

const char *perm_word(enum perm p)
{
	return perms[p].word;
}

const char *perm_text(enum perm p)
{
	return perms[p].text;
}

enum perm_scope perm_scope(enum perm p)
{
	return perms[p].scope;
}

bool perm_is_platform(enum perm p)
{
	return perms[p].scope == PERM_SCOPE_ADMINISTRATOR || perms[p].scope == PERM_SCOPE_AUDITOR;
}

bool perm_role_has(enum perm p, enum role role)
{
	return perms[p].role[role];
}

bool perm_allows(enum perm p, const struct perm_actor *actor, enum role role)
{
	if (p <= PERM_UNSET || p >= PERM_COUNT)
		return false;
	if (perms[p].scope == PERM_SCOPE_NOBODY)
		return true;
	if (!actor->signed_in)
		return false;
	if (actor->is_key && ((unsigned)perms[p].key & actor->key_scopes) == 0)
		return false;
	if (perms[p].scope == PERM_SCOPE_ADMINISTRATOR)
		return (actor->platform & PLATFORM_ADMINISTRATOR) != 0;
	if (perms[p].scope == PERM_SCOPE_AUDITOR)
		return actor->platform != PLATFORM_NONE;
	return perms[p].scope == PERM_SCOPE_SELF || perm_role_has(p, role);
}
