/*
 * recon user sign-in EMAIL: a one-time link, for the first administrator and for anybody who cannot
 * sign in any more. An unknown address gets an account. The code is in the link's fragment, which
 * browsers send to nobody; only its hash is stored.
 */
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "cli/cli.h"
#include "seal/code.h"
#include "seal/email.h"
#include "seal/seal.h"
#include "store/store_platform.h"
#include "store/store_user.h"

struct wish {
	struct sv email; /* in normal form */
	const char *name;
	bool administrator;
};

static int write_audit(
	struct db *db, enum event event, const struct uuid *user, struct err *err)
{
	const struct audit audit = {
		.actor_kind = ACTOR_OPERATOR,
		.event = event,
		.object_kind = "user",
		.object_id = *user,
		.outcome = AUDIT_DONE,
	};

	return store_audit_insert(db, &audit, err);
}

static int create_account(struct db *db, const struct field_keys *keys, const struct wish *wish,
	const uint8_t index[FIELD_INDEX_LEN], struct user *ret, struct err *err)
{
	CLEANUP(buf_free) struct buf sealed = BUF_INIT;
	ptrdiff_t at = sv_find(wish->email, '@');
	struct user user = {
		.id = uuid_new(),
		.display_name = wish->name ? sv_from_cstr(wish->name)
					   : sv_from(wish->email.p, (size_t)at),
		.status = USER_STATUS_INVITED,
	};
	int code = email_seal(keys, &user.id, wish->email, &sealed, err);

	if (code < 0)
		return code;
	user.email_sealed = buf_sv(&sealed);
	code = store_user_insert(db, &user, index, err);
	if (code < 0)
		return code;
	user.email_sealed = SV_NULL;
	*ret = user;
	return write_audit(db, EVENT_USER_CREATE, &user.id, err);
}

/* Everything of one link in one transaction; hash is the code's. */
static int grant_link(struct db *db, const struct field_keys *keys, const struct wish *wish,
	const uint8_t hash[32], int64_t seconds, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	uint8_t index[FIELD_INDEX_LEN];
	struct user user;
	int code;

	arena_init(&arena, 0);
	email_index(keys, wish->email, index);
	code = store_user_by_email(db, index, &arena, &user, err);
	if (code == E_NOT_FOUND)
		code = create_account(db, keys, wish, index, &user, err);
	if (code == 0 && user.status == USER_STATUS_DISABLED)
		return err_set(err, E_CONFLICT, "The account is disabled.");
	if (code == 0 && wish->administrator)
		code = store_user_grant(db, &user.id, "administrator", NULL, err);
	if (code == 0)
		code = store_code_insert(db, hash, &user.id,
			user.status == USER_STATUS_INVITED ? CODE_PURPOSE_FIRST_SIGN_IN
							   : CODE_PURPOSE_RESET,
			seconds, err);
	if (code == 0)
		code = write_audit(db, EVENT_CODE_CREATE, &user.id, err);
	return code;
}

static int sign_in(struct cli *cli, const char *address, struct wish *wish, struct err *err)
{
	CLEANUP(db_freep) struct db *db = NULL;
	CLEANUP(field_keys_wipe) struct field_keys keys = {0};
	CLEANUP(buf_free) struct buf email = BUF_INIT;
	const struct db_options where = {.conninfo = cli->m->conf.db_conninfo,
		.role = "recon_operator",
		.program = "recon"};
	struct code link;
	int code = email_normalise(sv_from_cstr(address), &email, err);

	if (code < 0)
		return code;
	wish->email = buf_sv(&email);
	code = field_keys_load(cli->m->conf.auth_secret_key_file, &keys, err);
	if (code < 0)
		return code;
	code = db_open(&where, &db, err);
	if (code < 0)
		return code;
	code_new(&link);
	code = db_begin(db, err);
	if (code == 0)
		code = grant_link(db, &keys, wish, link.hash, cli->m->conf.code_seconds, err);
	if (code == 0)
		code = db_commit(db, err);
	if (code == 0)
		printf("%s/login#code=%s\n", cli->m->conf.site_origin, link.text);
	return code;
}

int cmd_user(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL, *administrator = NULL;
	const struct cli_option options[] = {
		{"--name", true, &name}, {"--administrator", false, &administrator}, {0}};
	struct wish wish = {0};
	struct err err = {0};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc != 3 || strcmp(argv[1], "sign-in") != 0)
		return cli_usage("user");
	if (!cli_open(cli))
		return CLI_FAILED;
	seal_init();
	wish.name = name;
	wish.administrator = administrator != NULL;
	return sign_in(cli, argv[2], &wish, &err) < 0 ? cli_fail(&err) : CLI_DONE;
}
