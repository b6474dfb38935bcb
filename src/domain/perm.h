#ifndef DOMAIN_PERM_H
#define DOMAIN_PERM_H
/*
 * Who may do what: permissions, the roles that carry them and the scopes of API keys, all from
 * perm.def and role.def. Pure: who somebody is, is decided elsewhere.
 */
#include "base/base.h"
#include "base/sv.h"

enum role {
	ROLE_NONE,
#define ROLE(name, word, text) ROLE_##name,
#include "domain/role.def"
#undef ROLE
	ROLE_COUNT
};

enum platform_role {
	PLATFORM_NONE = 0,
	PLATFORM_ADMINISTRATOR = 1,
	PLATFORM_AUDITOR = 2,
};

enum perm_scope {
	PERM_SCOPE_NOBODY,
	PERM_SCOPE_SELF,
	PERM_SCOPE_PROJECT,
	PERM_SCOPE_ADMINISTRATOR,
	PERM_SCOPE_AUDITOR, /* or administrator */
};

/* What an API key may have been given; bits. */
enum key_scope {
	KEY_SCOPE_NONE = 0,
	KEY_SCOPE_READ = 1,
	KEY_SCOPE_UPLOAD = 2,
	KEY_SCOPE_RUN = 4,
	KEY_SCOPE_DECIDE = 8,
	KEY_SCOPE_MANAGE = 16,
	KEY_SCOPE_ALL = 31,
};

/* 0 is no permission at all: a route that has it is refused at start-up. */
enum perm {
	PERM_UNSET,
#define PERM(name, word, scope, key, v, u, a, p, o, text) PERM_##name,
#include "domain/perm.def"
#undef PERM
	PERM_COUNT
};

const char *role_word(enum role r); /* "" for ROLE_NONE */
/* ROLE_NONE for another word. */
enum role role_from_word(struct sv word);
/* NULL-terminated, for schemas. */
extern const char *const role_words[];

/* The bit of a word; PLATFORM_NONE for another. */
enum platform_role platform_role_from_word(struct sv word);
extern const char *const platform_role_words[];

/* The bit of a word; KEY_SCOPE_NONE for another. */
enum key_scope key_scope_from_word(struct sv word);
extern const char *const key_scope_words[]; /* in the order of the bits */

const char *perm_word(enum perm p);
const char *perm_text(enum perm p);
enum perm_scope perm_scope(enum perm p);
/* Does it take a role on the platform? */
bool perm_is_platform(enum perm p);

/* Somebody, as far as permissions go. */
struct perm_actor {
	bool signed_in;
	bool is_key;
	unsigned key_scopes; /* bits of enum key_scope; only of a key */
	unsigned platform;   /* bits of enum platform_role; asked for where a permission needs one */
};

/* Does actor, with that role in the project asked for (ROLE_NONE outside of projects), have p? */
bool perm_allows(enum perm p, const struct perm_actor *actor, enum role role);
/* The role's part alone, for tables and documents. */
bool perm_role_has(enum perm p, enum role role);

#endif
