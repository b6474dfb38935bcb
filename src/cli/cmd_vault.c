/*
 * recon vault keygen: the vault's key pair in two new files. Nothing is ever overwritten: a lost
 * private key is the loss of every file.
 *
 * recon vault check: every object that the database names is stored with its length, and nothing
 * else is. It needs no key; reading proves the bytes, each time. Objects that are younger than any
 * transaction may still be about to get their row.
 *
 * recon vault rotate, retire: a new key pair in front of the ring, and, when nothing is wrapped for
 * the old ones any more, the end of those.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "cli/cli.h"
#include "store/store_object.h"
#include "store/store_platform.h"
#include "vault/keys.h"
#include "vault/vault.h"

#define PAGE 1000
#define ARENA_MAX (16u << 20)

static int keygen(const char *public_file, const char *private_file)
{
	struct err err = {0};

	if (vault_keys_generate(public_file, private_file, &err) < 0)
		return cli_fail(&err);
	printf("public key   %s\nprivate key  %s\n", public_file, private_file);
	return CLI_DONE;
}

struct check {
	struct db *db;
	struct vault *vault;
	int64_t before; /* Unix seconds: what is younger is nobody's yet */
	struct uuid ids[PAGE];
	size_t n;
	size_t objects, missing, length, orphans;
};

static void say(const char *what, const struct uuid *id, const char *more)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	printf("%-8s %s %s\n", what, text, more);
}

static int check_place(struct check *c, const struct object_place *place, struct err *err)
{
	uint64_t size = 0;
	int rc = vault_measure(c->vault, &place->id, &size, err);

	c->objects++;
	if (rc == E_NOT_FOUND) {
		c->missing++;
		say("missing", &place->id, word_text(place->kind));
		return 0;
	}
	if (rc == 0 && size != (uint64_t)place->stored_size) {
		c->length++;
		say("length", &place->id, word_text(place->kind));
	}
	return rc;
}

/* Every row has its bytes. */
static int check_rows(struct check *c, struct err *err)
{
	struct uuid after = {{0}};
	size_t n = PAGE;
	int rc = 0;

	while (rc == 0 && n == PAGE) {
		struct arena a CLEANUP(arena_free);
		struct object_place *places = NULL;

		arena_init(&a, ARENA_MAX);
		rc = store_object_page(c->db, &after, PAGE, &a, &places, &n, err);
		for (size_t i = 0; i < n && rc == 0; i++)
			rc = check_place(c, &places[i], err);
		if (rc == 0 && n > 0)
			after = places[n - 1].id;
	}
	return rc;
}

static bool is_among(const struct uuid *id, const struct uuid *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(id, &ids[i]))
			return true;
	return false;
}

static int check_stored(struct check *c, struct err *err)
{
	struct arena a CLEANUP(arena_free);
	struct uuid *known = NULL;
	size_t nknown = 0;
	int rc;

	arena_init(&a, ARENA_MAX);
	rc = store_object_known(c->db, c->ids, c->n, &a, &known, &nknown, err);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		if (is_among(&c->ids[i], known, nknown))
			continue;
		c->orphans++;
		say("orphan", &c->ids[i], "");
	}
	c->n = 0;
	return rc;
}

static int collect(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	struct check *c = ctx;

	(void)sealed_size;
	if (!finished || mtime >= c->before)
		return 0;
	c->ids[c->n++] = *id;
	return c->n == PAGE ? check_stored(c, err) : 0;
}

static int check_all(struct check *c, struct err *err)
{
	int rc = check_rows(c, err);

	if (rc == 0)
		rc = vault_list(c->vault, collect, c, err);
	return rc < 0 ? rc : check_stored(c, err);
}

static int check(const struct conf *conf)
{
	struct vault_config place = vault_config_of(conf);
	struct db_options where = {
		.conninfo = conf->db_conninfo, .role = "recon_operator", .program = "recon"};
	struct vault *vault CLEANUP(vault_close) = NULL;
	struct db *db CLEANUP(db_freep) = NULL;
	struct check c = {.before = (int64_t)time(NULL) - conf->vault_orphan_seconds};
	struct err err = {0};

	if (vault_open(&place, &vault, &err) < 0 || db_open(&where, &db, &err) < 0)
		return cli_fail(&err);
	c.vault = vault;
	c.db = db;
	if (check_all(&c, &err) < 0)
		return cli_fail(&err);
	printf("%zu objects: %zu missing, %zu of another length; %zu stored without a row\n",
		c.objects, c.missing, c.length, c.orphans);
	return c.missing + c.length + c.orphans > 0 ? CLI_FAILED : CLI_DONE;
}

/* ---- rotation ---- */

static int operator_open(const struct conf *conf, struct db **ret, struct err *err)
{
	struct db_options where = {
		.conninfo = conf->db_conninfo, .role = "recon_operator", .program = "recon"};

	return db_open(&where, ret, err);
}

static int audit(struct db *db, enum event event, struct err *err)
{
	const struct audit row = {.actor_kind = ACTOR_OPERATOR,
		.event = event,
		.object_kind = "vault",
		.outcome = AUDIT_DONE};

	return store_audit_insert(db, &row, err);
}

/* The database first: without it nothing is done that nobody would know of. */
static int rotate(const struct conf *conf)
{
	struct db *db CLEANUP(db_freep) = NULL;
	struct err err = {0};
	int rc = operator_open(conf, &db, &err);

	if (rc == 0)
		rc = db_begin(db, &err);
	if (rc == 0)
		rc = audit(db, EVENT_VAULT_KEY_ROTATE, &err);
	if (rc == 0)
		rc = vault_keys_rotate(
			conf->vault_public_key_file, conf->vault_private_key_file, &err);
	if (rc == 0)
		rc = db_commit(db, &err);
	if (rc < 0)
		return cli_fail(&err);
	printf("A new key pair is in place; old keys still open what they closed. Now:\n"
	       "  1. keep a copy of %s elsewhere\n"
	       "  2. restart the services; recon-intake then wraps every key anew\n"
	       "  3. recon vault retire, which waits for that and destroys the old keys\n",
		conf->vault_private_key_file);
	return CLI_DONE;
}

/* Is everything wrapped for the present key? */
static int check_fresh(struct db *db, const struct conf *conf, struct err *err)
{
	struct vault_keys keys CLEANUP(vault_keys_wipe) = {0};
	struct arena a CLEANUP(arena_free);
	bool stale = true;
	int rc = vault_keys_load(
		conf->vault_public_key_file, conf->vault_private_key_file, &keys, err);

	arena_init(&a, ARENA_MAX);
	if (rc == 0)
		rc = store_object_any_stale(db,
			sv_from((const char *)keys.public_key.id, ENVELOPE_ID_LEN), &a, &stale,
			err);
	if (rc == 0 && stale)
		rc = err_set(err, E_CONFLICT,
			"Old keys still close something. recon-intake wraps it anew within ten "
			"minutes "
			"of its start.");
	return rc;
}

static int retire(const struct conf *conf)
{
	struct db *db CLEANUP(db_freep) = NULL;
	struct err err = {0};
	size_t n = 0;
	int rc = operator_open(conf, &db, &err);

	if (rc == 0)
		rc = check_fresh(db, conf, &err);
	if (rc == 0)
		rc = db_begin(db, &err);
	if (rc == 0)
		rc = audit(db, EVENT_VAULT_KEY_RETIRE, &err);
	if (rc == 0)
		rc = vault_keys_retire(
			conf->vault_public_key_file, conf->vault_private_key_file, &n, &err);
	if (rc == 0)
		rc = db_commit(db, &err);
	if (rc < 0)
		return cli_fail(&err);
	printf("%zu old %s destroyed\n", n, n == 1 ? "key" : "keys");
	return CLI_DONE;
}

static const struct {
	const char *verb;
	int (*run)(const struct conf *conf);
} verbs[] = {{"check", check}, {"rotate", rotate}, {"retire", retire}};

int cmd_vault(struct cli *cli, int argc, char **argv)
{
	const char *public_file = NULL, *private_file = NULL;
	const struct cli_option options[] = {
		{"--public", true, &public_file}, {"--private", true, &private_file}, {0}};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (argc == 2 && strcmp(argv[1], verbs[i].verb) == 0)
			return cli_open(cli) ? verbs[i].run(&cli->m->conf) : CLI_FAILED;
	if (argc != 2 || strcmp(argv[1], "keygen") != 0)
		return cli_usage("vault");
	/* Both files given: works before there is a configuration. */
	if ((!public_file || !private_file) && !cli_open(cli))
		return CLI_FAILED;
	return keygen(public_file ? public_file : cli->m->conf.vault_public_key_file,
		private_file ? private_file : cli->m->conf.vault_private_key_file);
}
