/*
 * recon: finds the command in the table and runs it.
 */
#include <stdio.h>
#include <string.h>
#include "cli/cli.h"

static const struct cli_command commands[] = {
#define CLI_COMMAND(name, usage, about) {#name, usage, about, cmd_##name},
#include "cli/command.def"
#undef CLI_COMMAND
};

static int list_commands(FILE *out)
{
	fprintf(out, "usage: recon [--config FILE] COMMAND ...\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-9s %s\n  %9s   %s\n", commands[i].name, commands[i].usage, "",
			commands[i].about);
	return out == stdout ? CLI_DONE : CLI_USAGE;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
	if (argc == 0)
		return list_commands(stderr);
	if (strcmp(argv[0], "help") == 0)
		return list_commands(stdout);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			return commands[i].run(cli, argc, argv);
	fprintf(stderr, "recon: there is no command %s; `recon help` lists them\n", argv[0]);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	static const struct main_spec spec = {
		.program = "recon",
		.about = "the command line of the reconciliation platform; `recon help` lists "
			 "commands",
		.arguments = true,
	};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
	struct cli cli = {.m = &m};

	if (main_options(&m, &spec, argc, argv))
		return m.exit_code;
	return run_command(&cli, m.argc, m.argv);
}
