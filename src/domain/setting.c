/*
 * Look-ups over setting.def.
 */
#include "domain/setting.h"

#include "domain/perm.h"

static const struct setting_info settings[SETTING_COUNT] = {
#define SETTING(name, k, t, d, lo, hi, words)                                                      \
	[SETTING_##name] = {.key = (k),                                                            \
		.type = SETTING_##t,                                                               \
		.otherwise = (d),                                                                  \
		.min = (lo),                                                                       \
		.max = (hi),                                                                       \
		.text = (words)},
#include "domain/setting.def"
#undef SETTING
};

const struct setting_info *setting_info(enum setting_id id)
{
	return &settings[id];
}

bool setting_from_key(struct sv key, enum setting_id *ret)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		if (sv_eq_cstr(key, settings[i].key)) {
			*ret = (enum setting_id)i;
			return true;
		}
	}
	return false;
}

bool setting_is_role(struct sv word)
{
	return role_from_word(word) != ROLE_NONE || platform_role_from_word(word) != PLATFORM_NONE;
}
