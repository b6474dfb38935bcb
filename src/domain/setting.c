/*
 * Look-ups over setting.def.
 */
#include "domain/setting.h"

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
