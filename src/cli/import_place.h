#ifndef CLI_IMPORT_PLACE_H
#define CLI_IMPORT_PLACE_H
/*
 * Where `recon import` and `recon watch` hand files to: a server, a key and a project, by options
 * and, for what they leave out, by the configuration.
 */
#include "cli/cli.h"
#include "cli/import.h"

struct import_place {
	const char *server, *key_file, *ca, *project, *patience; /* options; NULL: not given */
	struct remote remote;
	struct import_limits limits;
	struct uuid project_id;
};

/* Rows of a command's options for a place. */
#define IMPORT_PLACE_OPTIONS(place)                                                                \
	{"--server", true, &(place)->server}, {"--key-file", true, &(place)->key_file},            \
		{"--ca", true, &(place)->ca}, {"--project", true, &(place)->project},              \
		{"--patience", true, &(place)->patience}

/* Settings for what was not given; reads the configuration only then. E_USAGE, E_CONFIG. */
MUST_CHECK int import_place_settle(
	struct cli *cli, struct import_place *place, struct err *err);
/* Reads the key, asks for the limits and finds the project. patience_seconds: unless given. */
MUST_CHECK int import_place_open(
	struct import_place *place, int64_t patience_seconds, struct err *err);
void import_place_close(struct import_place *place); /* also the CLEANUP function */

/* As cli_fail, with the exit codes for what stands between us and a server. */
int import_fail(const struct err *err);

#endif
