/*
 * What commands share: configuration on demand, errors as text, their own options.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *usage;
} usages[] = {
#define CLI_COMMAND(name, usage, about) {#name, usage},
#include "cli/command.def"
#undef CLI_COMMAND
};

bool cli_open(struct cli *cli)
{
	if (!cli->opened)
		cli->opened = !main_open(cli->m);
	return cli->opened;
}

static const struct {
	int code;
	int exit_code;
} exits[] = {
	{E_USAGE, CLI_USAGE},
	{E_INVALID, CLI_REFUSED},
	{E_UNREADABLE, CLI_REFUSED},
	{E_MAPPING, CLI_REFUSED},
	{E_NEEDS_MAPPING, CLI_REFUSED},
	{E_AMBIGUOUS_DATE, CLI_REFUSED},
	{E_FILE_EMPTY, CLI_REFUSED},
	{E_FILE_TYPE, CLI_REFUSED},
	{E_ROW_RAGGED, CLI_REFUSED},
	{E_RULESET, CLI_REFUSED},
	{E_CURRENCY, CLI_REFUSED},
	{E_JSON_SYNTAX, CLI_REFUSED},
	{E_JSON_DUPLICATE, CLI_REFUSED},
	{E_JSON_DEPTH, CLI_REFUSED},
	{E_UNKNOWN_FIELD, CLI_REFUSED},
	{E_MISSING_FIELD, CLI_REFUSED},
	{E_NOT_FOUND, CLI_REFUSED},
	{E_UNSUPPORTED, CLI_REFUSED},
	{E_LIMIT, CLI_LIMIT},
	{E_TOO_LARGE, CLI_LIMIT},
	{E_MEMORY_BOUND, CLI_LIMIT},
	{E_NO_MEMORY, CLI_LIMIT},
};

int cli_fail(const struct err *err)
{
	fprintf(stderr, "recon: %s (%s)\n", err->detail[0] ? err->detail : err_text(err->code),
		err_wire(err->code));
	if (err->pointer[0])
		fprintf(stderr, "       at %s\n", err->pointer);
	for (size_t i = 0; i < ARRAY_LEN(exits); i++)
		if (exits[i].code == err->code)
			return exits[i].exit_code;
	return CLI_FAILED;
}

int cli_usage(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(usages); i++)
		if (strcmp(usages[i].name, name) == 0)
			fprintf(stderr, "usage: recon %s %s\n", name, usages[i].usage);
	return CLI_USAGE;
}

static const struct cli_option *find_option(const struct cli_option *options, const char *arg)
{
	for (; options->name; options++)
		if (strcmp(options->name, arg) == 0)
			return options;
	return NULL;
}

bool cli_options(int *argc, char **argv, const struct cli_option *options)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		const struct cli_option *option = find_option(options, argv[i]);

		if (strcmp(argv[i], "--") == 0) {
			while (++i < *argc)
				argv[kept++] = argv[i];
		} else if (option && (!option->value || i + 1 < *argc)) {
			*option->ret = option->value ? argv[++i] : "";
		} else if (option || (argv[i][0] == '-' && argv[i][1])) {
			fprintf(stderr, "recon: %s %s\n", argv[i],
				option ? "needs a value" : "is no option of this command");
			return false;
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	argv[kept] = NULL;
	return true;
}
