#ifndef API_SETTINGS_H
#define API_SETTINGS_H
/* The platform's settings (domain/setting.def) as handlers use them. */
#include "api/api.h"
#include "domain/setting.h"

/* The value of a BOOL or INT, or its default. */
MUST_CHECK int settings_value(
	struct api *a, enum setting_id id, int64_t *ret, struct err *err);

#endif
