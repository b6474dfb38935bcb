/*
 * recon export FILE: what a file's rows become, as CSV or a workbook that is safe to open, and the
 * rejected rows as a sheet to repair. Nothing is stored, no server is needed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/load.h"
#include "write/rejects_writer.h"
#include "write/table_writer.h"

static int file_write(void *ctx, const void *p, size_t n, struct err *err)
{
	return fwrite(p, 1, n, ctx) == n ? 0 : err_set_errno(err, errno, "Writing");
}

/* By the name's end; a name without one of ours is CSV. */
static enum write_format format_of_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	enum write_format format = WRITE_CSV;

	if (dot != NULL)
		(void)write_format_from_word(sv_from_cstr(dot + 1), &format);
	return format;
}

struct export {
	const struct read_proposal *proposal;
	const struct read_result *result;
	bool rejects;
};

static int write_rejects(
	const struct export *e, enum write_format format, struct col_sink sink, struct err *err)
{
	const struct mapping *m = &e->proposal->mapping;
	struct arena a CLEANUP(arena_free);
	uint32_t n = 0;

	arena_init(&a, 0);
	struct sv *columns = ARENA_ARRAY(&a, m->nfields * MAPPING_COLUMNS_MAX + 1u, struct sv);
	if (columns == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint32_t i = 0; i < m->nfields; i++)
		for (uint32_t k = 0; k < m->fields[i].ncolumns; k++)
			columns[n++] = m->fields[i].columns[k];
	return rejects_writer_all(&e->result->rejects, columns, n, format, sink, err);
}

static int write_file(const struct export *e, const char *path, struct err *err)
{
	enum write_format format = format_of_name(path);
	const struct col_table *t = e->rejects ? &e->result->rejects : &e->result->table;
	int rc = table_writer_check(t, format, err);
	if (rc != 0)
		return rc;
	FILE *f = fopen(path, "wb");
	if (f == NULL)
		return err_set_errno(err, errno, "%s", path);
	rc = e->rejects ? write_rejects(e, format, (struct col_sink){file_write, f}, err)
			: table_writer_all(t, format, (struct col_sink){file_write, f}, err);
	if (fclose(f) != 0 && rc == 0)
		rc = err_set_errno(err, errno, "%s", path);
	if (rc != 0)
		(void)remove(path); /* half a file is none */
	return rc;
}

int cmd_export(struct cli *cli, int argc, char **argv)
{
	const char *rejects = NULL, *mapping = NULL, *kind = NULL;
	const struct cli_option options[] = {{"--rejects", false, &rejects},
		{"--mapping", true, &mapping}, {"--kind", true, &kind}, {0}};
	struct arena a CLEANUP(arena_free) = {0};
	struct read_result r CLEANUP(read_result_free) = READ_RESULT_INIT;
	struct read_proposal p = {0};
	struct err err = {0};

	(void)cli;
	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc != 3)
		return cli_usage("export");
	arena_init(&a, 0);
	const struct read_hint hint = {.kind = sv_from_cstr(kind)};
	const struct export e = {&p, &r, rejects != NULL};
	if (load_table(argv[1], mapping, &hint, &a, &p, &r, &err) != 0 ||
		write_file(&e, argv[2], &err) != 0)
		return cli_fail(&err);
	return CLI_DONE;
}
