/*
 * The place that files are handed to.
 */
#include "cli/import_place.h"

#define PATIENCE_MAX 86400

int import_place_settle(struct cli *cli, struct import_place *place, struct err *err)
{
	const struct conf *conf = &cli->m->conf;

	if (!place->server || !place->key_file || !place->project) {
		if (!cli_open(cli))
			return err_set(err, E_CONFIG, NULL);
		if (!place->server)
			place->server = conf->import_server[0] ? conf->import_server :
								  conf->site_origin;
		if (!place->key_file)
			place->key_file = conf->import_key_file;
		if (!place->ca && conf->import_ca_file[0])
			place->ca = conf->import_ca_file;
		if (!place->project && conf->import_project[0])
			place->project = conf->import_project;
	}
	return place->project ? 0 :
				err_set(err, E_USAGE,
					"Which project? Say --project, or set import.project.");
}

int import_place_open(struct import_place *place, int64_t patience_seconds, struct err *err)
{
	struct remote_options how = {
		.server = place->server,
		.key_file = place->key_file,
		.ca_file = place->ca,
	};
	uint64_t given = (uint64_t)patience_seconds;
	int rc;

	if (place->patience && !sv_to_u64(sv_from_cstr(place->patience), PATIENCE_MAX, &given))
		return err_set(err, E_USAGE, "--patience takes seconds, at most a day.");
	how.patience_ms = (int64_t)given * 1000;
	rc = remote_open(&how, &place->remote, err);
	if (rc == 0)
		rc = import_limits_load(&place->remote, &place->limits, err);
	return rc < 0 ? rc :
			remote_find_project(
				&place->remote, place->project, &place->project_id, err);
}

void import_place_close(struct import_place *place)
{
	remote_close(&place->remote);
	import_limits_free(&place->limits);
}

int import_fail(const struct err *err)
{
	static const struct {
		int code;
		int exit_code;
	} exits[] = {
		{E_UNAVAILABLE, CLI_AWAY},
		{E_TIMEOUT, CLI_AWAY},
		{E_RATE, CLI_AWAY},
		{E_UNAUTHENTICATED, CLI_DENIED},
		{E_TOKEN_INVALID, CLI_DENIED},
		{E_TOKEN_EXPIRED, CLI_DENIED},
		{E_FORBIDDEN, CLI_DENIED},
		{E_QUOTA, CLI_LIMIT},
		{E_NO_SPACE, CLI_LIMIT},
	};
	int code = cli_fail(err);

	for (size_t i = 0; i < ARRAY_LEN(exits); i++)
		if (exits[i].code == err->code)
			return exits[i].exit_code;
	return code;
}
