#ifndef DOMAIN_SETTING_H
#define DOMAIN_SETTING_H
/*
 * Settings of the platform that administrators change at run time, from setting.def. Values are kept
 * as JSON; what a value may be is decided here.
 */
#include "base/base.h"

enum setting_type {
	SETTING_BOOL,
	SETTING_INT,
	SETTING_ROLES,
};

enum setting_id {
#define SETTING(name, key, type, def, min, max, text) SETTING_##name,
#include "domain/setting.def"
#undef SETTING
	SETTING_COUNT
};

struct setting_info {
	const char *key;
	enum setting_type type;
	int64_t otherwise; /* the default of BOOL and INT; ROLES: none */
	int64_t min, max;
	const char *text;
};

const struct setting_info *setting_info(enum setting_id id);

#endif
