/*
 * recon member add EMAIL --project ID --role ROLE: makes an account a member of a project, for when
 * none of its owners can.
 */
#include <string.h>
#include "base/buf.h"
#include "cli/cli.h"
#include "domain/perm.h"
#include "seal/email.h"
#include "seal/seal.h"
#include "store/store_platform.h"
#include "store/store_project.h"
#include "store/store_user.h"

struct wish {
	struct sv email; /* in normal form */
	struct uuid project;
	enum role role;
};

static int find_user(struct db *db, const struct field_keys *keys, struct sv email,
	struct arena *arena, struct user *ret, struct err *err)
{
	uint8_t index[FIELD_INDEX_LEN];
	int code;

	email_index(keys, email, index);
	code = store_user_by_email(db, index, arena, ret, err);
	return code == E_NOT_FOUND ? err_set(err, code, "There is no account with this address.")
				   : code;
}

static int add_member(
	struct db *db, const struct field_keys *keys, const struct wish *wish, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct user user;
	int code;

	arena_init(&arena, 0);
	code = find_user(db, keys, wish->email, &arena, &user, err);
	if (code == 0)
		code = store_member_insert(db, &wish->project, &user.id, wish->role, NULL, err);
	if (code == 0) {
		const struct audit audit = {.project_id = wish->project,
			.actor_kind = ACTOR_OPERATOR,
			.event = EVENT_MEMBER_ADD,
			.object_kind = "user",
			.object_id = user.id,
			.outcome = AUDIT_DONE};

		code = store_audit_insert(db, &audit, err);
	}
	return code;
}

static int add(struct cli *cli, const char *address, struct wish *wish, struct err *err)
{
	CLEANUP(db_freep) struct db *db = NULL;
	CLEANUP(field_keys_wipe) struct field_keys keys = {0};
	CLEANUP(buf_free) struct buf email = BUF_INIT;
	const struct db_options where = {.conninfo = cli->m->conf.db_conninfo,
		.role = "recon_operator",
		.program = "recon"};
	int code = email_normalise(sv_from_cstr(address), &email, err);

	wish->email = buf_sv(&email);
	if (code == 0)
		code = field_keys_load(cli->m->conf.auth_secret_key_file, &keys, err);
	if (code == 0)
		code = db_open(&where, &db, err);
	if (code == 0)
		code = db_begin(db, err);
	if (code == 0)
		code = add_member(db, &keys, wish, err);
	return code == 0 ? db_commit(db, err) : code;
}

int cmd_member(struct cli *cli, int argc, char **argv)
{
	const char *project = NULL, *role = NULL;
	const struct cli_option options[] = {
		{"--project", true, &project}, {"--role", true, &role}, {0}};
	struct wish wish = {0};
	struct err err = {0};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	wish.role = role_from_word(sv_from_cstr(role));
	if (argc != 3 || strcmp(argv[1], "add") != 0 || wish.role == ROLE_NONE ||
		uuid_parse(sv_from_cstr(project), &wish.project) != 0)
		return cli_usage("member");
	if (!cli_open(cli))
		return CLI_FAILED;
	seal_init();
	return add(cli, argv[2], &wish, &err) < 0 ? cli_fail(&err) : CLI_DONE;
}
