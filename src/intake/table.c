/* Tables in the vault; see table.h. */
#include "intake/table.h"

static int object_pread(void *ctx, uint64_t offset, void *p, size_t n, struct err *err)
{
	size_t got = 0;
	int rc = vault_pread(ctx, p, n, offset, &got, err);

	if (rc == 0 && got != n)
		rc = err_set(err, E_CORRUPT, "The stored dataset ended early.");
	return rc;
}

int intake_table_load(struct intake *in, const struct vault_object *object, enum col_file_kind kind,
	unsigned want, struct table_info *ret_info, struct col_table *ret, struct err *err)
{
	struct vault_reader *r CLEANUP(vault_reader_free) = NULL;
	int rc = vault_read(in->vault, object, &r, err);

	if (rc < 0)
		return rc;
	return table_file_load(
		(struct col_source){.pread = object_pread, .ctx = r, .size = vault_reader_size(r)},
		kind, want, NULL, 0, ret_info, ret, err);
}
