#ifndef API_VIEW_SPEC_H
#define API_VIEW_SPEC_H
/*
 * The spec of a view: JSON of type_view_new to what the grid takes. Used when a view is made and
 * when another process makes it again from the stored text.
 */
#include "base/arena.h"
#include "grid/grid.h"
#include "wire/json.h"

/* o passed the schema of type_view_new and must outlive *ret. E_INVALID with the pointer. */
MUST_CHECK int view_spec_of(const struct json_object *o, struct grid_spec *ret, struct err *err);

#endif
