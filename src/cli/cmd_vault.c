/*
 * recon vault keygen: the vault's key pair in two new files. Nothing is ever overwritten: a lost
 * private key is the loss of every file.
 */
#include <stdio.h>
#include <string.h>
#include "cli/cli.h"
#include "vault/keys.h"

static int keygen(const char *public_file, const char *private_file)
{
	struct err err = {0};

	if (vault_keys_generate(public_file, private_file, &err) < 0)
		return cli_fail(&err);
	printf("public key   %s\nprivate key  %s\n", public_file, private_file);
	return CLI_DONE;
}

int cmd_vault(struct cli *cli, int argc, char **argv)
{
	const char *public_file = NULL, *private_file = NULL;
	const struct cli_option options[] = {
		{"--public", true, &public_file}, {"--private", true, &private_file}, {0}};

	if (!cli_options(&argc, argv, options))
		return CLI_USAGE;
	if (argc != 2 || strcmp(argv[1], "keygen") != 0)
		return cli_usage("vault");
	/* Both files given: works before there is a configuration. */
	if ((!public_file || !private_file) && !cli_open(cli))
		return CLI_FAILED;
	return keygen(public_file ? public_file : cli->m->conf.vault_public_key_file,
		private_file ? private_file : cli->m->conf.vault_private_key_file);
}
