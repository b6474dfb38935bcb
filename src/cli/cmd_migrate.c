/*
 * recon migrate up|down|status: the schema, as recon_operator, who becomes the owner for it.
 */
#include <stdio.h>
#include <string.h>
#include "base/date.h"
#include "cli/cli.h"
#include "store/migrate.h"

#ifndef RECON_MIGRATIONS
#define RECON_MIGRATIONS "/usr/share/recon/migrations"
#endif

static void report(void *arg, const struct migration *m, bool up)
{
	(void)arg;
	printf("%s %04d_%.*s\n", up ? "up  " : "down", m->version, SV_ARG(m->slug));
}

static void print_line(const struct migration *m)
{
	CLEANUP(buf_free) struct buf when = BUF_INIT;

	if (m->applied_at)
		instant_format(m->applied_at, &when);
	printf("%04d_%-20.*s %s%s\n", m->version, SV_ARG(m->slug),
		m->applied_at ? buf_cstr(&when) : "not applied", m->changed ? "  CHANGED" : "");
}

static int print_status(struct db *db, const char *dir, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct migration *v;
	size_t n;
	int code;

	arena_init(&arena, 0);
	code = migrate_status(db, dir, &arena, &v, &n, err);
	for (size_t i = 0; code == 0 && i < n; i++)
		print_line(&v[i]);
	return code;
}

static int run(struct db *db, const char *verb, const char *dir, int32_t target, struct err *err)
{
	if (strcmp(verb, "up") == 0)
		return migrate_up(db, dir, target, report, NULL, err);
	if (strcmp(verb, "down") == 0)
		return migrate_down(db, dir, target, report, NULL, err);
	if (strcmp(verb, "status") == 0)
		return print_status(db, dir, err);
	return err_set(err, E_USAGE, "migrate takes up, down or status, not %s", verb);
}

int cmd_migrate(struct cli *cli, int argc, char **argv)
{
	CLEANUP(db_freep) struct db *db = NULL;
	const char *dir = RECON_MIGRATIONS, *to = "0";
	const struct cli_option options[] = {{"--dir", true, &dir}, {"--to", true, &to}, {0}};
	struct db_options where = {.role = "recon_operator", .program = "recon"};
	struct err err = {0};
	int64_t target;

	if (!cli_options(&argc, argv, options) || argc != 2 ||
		!sv_to_i64(sv_from_cstr(to), 0, 9999, &target))
		return cli_usage("migrate");
	if (!cli_open(cli))
		return CLI_FAILED;
	where.conninfo = cli->m->conf.db_conninfo;
	if (db_open(&where, &db, &err) < 0 || run(db, argv[1], dir, (int32_t)target, &err) < 0)
		return cli_fail(&err);
	return CLI_DONE;
}
