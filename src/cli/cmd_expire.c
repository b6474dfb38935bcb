/*
 * recon expire: deletes what is past its time. A timer runs it; running it more often, or twice at
 * once, does no harm.
 */
#include <stdio.h>
#include "cli/cli.h"
#include "store/store_expiry.h"

/* How long after its end each kind is kept. */
static int64_t kept_seconds(const struct conf *conf, enum expiry what)
{
	switch (what) {
	case EXPIRY_ANSWERS:
		return conf->keep_answer_seconds;
	case EXPIRY_CODES:
	case EXPIRY_SESSIONS:
		return conf->keep_session_seconds;
	case EXPIRY_LETTERS:
	case EXPIRY_TASKS:
		return conf->keep_task_seconds;
	case EXPIRY_VIEWS:
	case EXPIRY_PREVIEWS:
	case EXPIRY_COUNT:
		break;
	}
	return 0; /* these end by themselves */
}

static int expire_all(struct db *db, const struct conf *conf, struct err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EXPIRY_COUNT; i++) {
		enum expiry what = (enum expiry)i;
		int64_t rows = 0;

		rc = store_expire(db, what, kept_seconds(conf, what), &rows, err);
		if (rc == 0)
			printf("%-9s %lld deleted\n", store_expiry_word(what), (long long)rows);
	}
	return rc;
}

int cmd_expire(struct cli *cli, int argc, char **argv)
{
	CLEANUP(db_freep) struct db *db = NULL;
	const struct cli_option options[] = {{0}};
	struct db_options where = {.role = "recon_operator", .program = "recon"};
	struct err err = {0};

	if (!cli_options(&argc, argv, options) || argc != 1)
		return cli_usage("expire");
	if (!cli_open(cli))
		return CLI_FAILED;
	where.conninfo = cli->m->conf.db_conninfo;
	if (db_open(&where, &db, &err) < 0 || expire_all(db, &cli->m->conf, &err) < 0)
		return cli_fail(&err);
	return CLI_DONE;
}
