/*
 * recon audit keygen: the pair of keys for checkpoints, in two new files.
 *
 * recon audit export: the whole log, a line of JSON per row (or its checkpoints), to be kept or checked
 * elsewhere.
 *
 * recon audit verify: whether the log is whole, and if not, what was done to it. With the name of an
 * export it needs no server and no configuration, only the public key and, to know of what was cut
 * off or written anew, checkpoints that somebody kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "cli/audit_read.h"
#include "cli/cli.h"
#include "wire/json.h"

#define PAGE 1000

static int operator_open(struct cli *cli, struct db **ret, struct err *err)
{
	struct db_options where = {.role = "recon_operator", .program = "recon"};

	where.conninfo = cli->m->conf.db_conninfo;
	return db_open(&where, ret, err);
}

/* --- keygen ----------------------------------------------------------------------------------- */

static int write_new(const char *path, mode_t mode, const struct buf *text, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok;

	if (fd < 0)
		return err_set(err, errno == EEXIST ? E_EXISTS : E_IO, "%s: %s", path, strerror(errno));
	/* The mode is the one wanted, whatever the umask. */
	ok = buf_ok(text) && fchmod(fd, mode) == 0 && write(fd, text->p, text->n) == (ssize_t)text->n &&
	     fsync(fd) == 0;
	if (ok)
		return 0;
	unlink(path);
	return err_set(err, E_IO, "%s cannot be written.", path);
}

static int keygen(const char *public_file, const char *private_file)
{
	struct sign_pair pair CLEANUP(sign_pair_wipe);
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT, public CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	int rc;

	sign_pair_new(&pair);
	sign_pair_format(&pair, &secret);
	sign_public_format(&pair.public_key, &public);
	rc = write_new(private_file, 0400, &secret, &err);
	if (rc == 0) {
		rc = write_new(public_file, 0444, &public, &err);
		if (rc != 0)
			unlink(private_file);
	}
	if (rc != 0)
		return cli_fail(&err);
	printf("public key   %s\nprivate key  %s\n", public_file, private_file);
	return CLI_DONE;
}

/* --- export ----------------------------------------------------------------------------------- */

static int audit_export(struct db *db, const char *what, struct err *err)
{
	struct audit row = {.actor_kind = ACTOR_OPERATOR,
		.event = EVENT_AUDIT_EXPORT,
		.object_kind = what,
		.outcome = AUDIT_DONE};

	return store_audit_insert(db, &row, err);
}

static int print_line(const struct buf *line, struct err *err)
{
	if (!buf_ok(line))
		return err_set(err, E_NO_MEMORY, NULL);
	return printf("%s\n", buf_cstr(line)) < 0 ? err_set_errno(err, errno, "Output") : 0;
}

static int print_rows(struct db *db, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	struct chain_row *rows;
	int64_t after = 0;
	size_t n = PAGE;
	int rc = 0;

	arena_init(&arena, 0);
	while (rc == 0 && n == PAGE) {
		arena_reset(&arena);
		rc = store_audit_page(db, after, PAGE, &arena, &rows, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			after = rows[i].seq;
			buf_reset(&line);
			chain_row_format(&rows[i], &line);
			rc = print_line(&line, err);
		}
	}
	return rc;
}

static int print_checkpoints(struct db *db, struct err *err)
{
	struct arena arena CLEANUP(arena_free);
	struct buf line CLEANUP(buf_free) = BUF_INIT;
	struct chain_checkpoint *cps;
	int64_t after = 0;
	size_t n = PAGE;
	int rc = 0;

	arena_init(&arena, 0);
	while (rc == 0 && n == PAGE) {
		arena_reset(&arena);
		rc = store_checkpoint_page(db, after, PAGE, &arena, &cps, &n, err);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			after = cps[i].seq;
			buf_reset(&line);
			chain_checkpoint_format(&cps[i], &line);
			rc = print_line(&line, err);
		}
	}
	return rc;
}

static int export(struct cli *cli, bool checkpoints)
{
	struct db *db CLEANUP(db_freep) = NULL;
	struct err err = {0};
	int rc = operator_open(cli, &db, &err);

	if (rc == 0)
		rc = audit_export(db, checkpoints ? "audit_checkpoint" : "audit_log", &err);
	if (rc == 0)
		rc = checkpoints ? print_checkpoints(db, &err) : print_rows(db, &err);
	if (rc == 0 && fflush(stdout) != 0)
		rc = err_set_errno(&err, errno, "Output");
	return rc == 0 ? CLI_DONE : cli_fail(&err);
}

/* --- verify ----------------------------------------------------------------------------------- */

struct verify {
	const char *rows;        /* an export; NULL: the database */
	const char *checkpoints; /* NULL: of the configuration, when there is one */
	const char *anchor;      /* kept elsewhere; NULL: none */
	const char *key;         /* NULL: of the configuration */
	const char *json;
	struct sign_ring ring;
	size_t skipped; /* lines that are no checkpoints */
};

static int read_file(struct verify *v, struct chain_check *c, const char *path, struct err *err)
{
	size_t skipped = 0;
	int rc = path == NULL ? 0 : audit_read_checkpoints(c, path, &v->ring, &skipped, err);

	v->skipped += skipped;
	return rc;
}

static int read_all(struct verify *v, struct cli *cli, struct chain_check *c, struct err *err)
{
	struct db *db CLEANUP(db_freep) = NULL;
	int rc = audit_read_keys(v->key, &v->ring, err);

	if (rc == 0)
		rc = read_file(v, c, v->checkpoints, err);
	if (rc == 0)
		rc = read_file(v, c, v->anchor, err);
	if (rc != 0 || v->rows != NULL)
		return rc != 0 ? rc : audit_read_rows(c, v->rows, err);
	rc = operator_open(cli, &db, err);
	return rc == 0 ? audit_read_table(c, db, &v->ring, err) : rc;
}

static void print_json(const struct chain_report *r)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&out);

	json_open_object(&w, NULL);
	json_put_bool(&w, "whole", r->n == 0);
	json_put_int(&w, "rows", r->rows);
	json_put_int(&w, "checkpoints", r->checkpoints);
	json_put_int(&w, "signed_rows", r->signed_seq);
	json_open_array(&w, "findings");
	for (size_t i = 0; i < r->n; i++) {
		json_open_object(&w, NULL);
		json_put_cstr(&w, "kind", chain_kind_word(r->findings[i].kind));
		json_put_int(&w, "from", r->findings[i].from);
		json_put_int(&w, "to", r->findings[i].to);
		json_put_cstr(&w, "detail", r->findings[i].text);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_put_int(&w, "more_findings", (int64_t)r->more);
	json_close_object(&w);
	printf("%s\n", buf_cstr(&out));
}

static void print_finding(const struct chain_finding *f)
{
	char where[64];

	if (f->from == f->to)
		snprintf(where, sizeof(where), "row %lld", (long long)f->from);
	else
		snprintf(where, sizeof(where), "rows %lld-%lld", (long long)f->from, (long long)f->to);
	printf("%-11s %s: %s\n", chain_kind_word(f->kind), f->from == 0 ? "-" : where, f->text);
}

static void print_text(const struct chain_report *r, size_t skipped)
{
	struct buf when CLEANUP(buf_free) = BUF_INIT;

	printf("%lld rows, %lld checkpoints", (long long)r->rows, (long long)r->checkpoints);
	if (r->signed_seq > 0) {
		instant_format(r->signed_ts, &when);
		printf("; signed up to row %lld on %s", (long long)r->signed_seq, buf_cstr(&when));
	}
	printf("\n");
	if (skipped > 0)
		printf("passed over: %zu lines that are no checkpoints\n", skipped);
	for (size_t i = 0; i < r->n; i++)
		print_finding(&r->findings[i]);
	if (r->more > 0)
		printf("and %zu more\n", r->more);
	printf(r->n > 0 ? "The log is NOT whole.\n" : "The log is whole.\n");
}

static int verify(struct verify *v, struct cli *cli)
{
	static struct chain_report report;
	struct chain_check *c CLEANUP(chain_check_free) = NULL;
	struct err err = {0};
	int rc = chain_check_new(&c, &err);

	if (rc == 0)
		rc = read_all(v, cli, c, &err);
	if (rc == 0)
		rc = chain_check_end(c, &report, &err);
	if (rc != 0)
		return cli_fail(&err);
	if (v->json != NULL)
		print_json(&report);
	else
		print_text(&report, v->skipped);
	return report.n == 0 ? CLI_DONE : CLI_REFUSED;
}

/* Without an export everything that is not said comes from the configuration. */
static int verify_begin(struct verify *v, struct cli *cli)
{
	const struct conf *conf = &cli->m->conf;

	if (v->rows != NULL && v->key != NULL)
		return verify(v, cli);
	if (!cli_open(cli))
		return CLI_FAILED;
	if (v->key == NULL)
		v->key = conf->audit_public_key_file;
	if (v->rows == NULL && v->checkpoints == NULL &&
		access(conf->audit_checkpoint_file, R_OK) == 0)
		v->checkpoints = conf->audit_checkpoint_file;
	return verify(v, cli);
}

/* --- the command ------------------------------------------------------------------------------ */

int cmd_audit(struct cli *cli, int argc, char **argv)
{
	const char *public_file = NULL, *private_file = NULL;
	struct verify v = {0};
	const struct cli_option options[] = {{"--public", true, &public_file},
		{"--private", true, &private_file}, {"--checkpoints", true, &v.checkpoints},
		{"--anchor", true, &v.anchor}, {"--key", true, &v.key}, {"--json", false, &v.json},
		{0}};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc >= 2 && argc <= 3 && strcmp(argv[1], "verify") == 0) {
		v.rows = argc == 3 ? argv[2] : NULL;
		return verify_begin(&v, cli);
	}
	if (argc == 3 && strcmp(argv[1], "export") == 0 && strcmp(argv[2], "checkpoints") == 0)
		return cli_open(cli) ? export(cli, true) : CLI_FAILED;
	if (argc == 2 && strcmp(argv[1], "export") == 0)
		return cli_open(cli) ? export(cli, false) : CLI_FAILED;
	if (argc != 2 || strcmp(argv[1], "keygen") != 0)
		return cli_usage("audit");
	/* Both files given: works before there is a configuration. */
	if ((!public_file || !private_file) && !cli_open(cli))
		return CLI_FAILED;
	return keygen(public_file ? public_file : cli->m->conf.audit_public_key_file,
		private_file ? private_file : cli->m->conf.audit_private_key_file);
}
