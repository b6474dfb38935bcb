#ifndef INTAKE_TABLE_H
#define INTAKE_TABLE_H
/*
 * Tables that lie in the vault.
 */
#include "col/table_file.h"
#include "intake/intake.h"

/* As table_file_load, all of want; *ret is the caller's. Errors of the vault, E_CORRUPT. */
MUST_CHECK int intake_table_load(struct intake *in, const struct vault_object *object,
	enum col_file_kind kind, unsigned want, struct table_info *ret_info, struct col_table *ret,
	struct err *err);

#endif
