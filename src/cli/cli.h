#ifndef CLI_CLI_H
#define CLI_CLI_H
/*
 * The command line `recon`: one command is one file cmd_<name>.c with one function and one row in
 * command.def. A command gets its own arguments; configuration is read only by those that ask for
 * it, so that `recon match` needs nothing but its two files.
 */
#include "base/base.h"
#include "base/err.h"
#include "sys/main.h"

/* Exit codes; matching.md's `recon match` uses the same. */
enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_REFUSED = 3, /* the input was not acceptable */
	CLI_LIMIT = 4,   /* a limit, a budget, or memory */
	CLI_ASKED = 5,   /* a person has to answer a question first */
	CLI_AWAY = 6,    /* the server was not reached: try again later */
	CLI_DENIED = 7,  /* the server does not accept the key for this */
};

struct cli {
	struct main_ctx *m;
	bool opened;
};

/* Runs one command: argv[0] is its name, argv[argc] is NULL. Returns an exit code. */
typedef int (*cli_run_fn)(struct cli *cli, int argc, char **argv);

struct cli_command {
	const char *name;
	const char *usage; /* the arguments */
	const char *about; /* one line for the list */
	cli_run_fn run;
};

#define CLI_COMMAND(name, usage, about) int cmd_##name(struct cli *cli, int argc, char **argv);
#include "cli/command.def"
#undef CLI_COMMAND

/* Reads the configuration and opens the log, once. False: it has said why; leave with CLI_FAILED.
 */
bool cli_open(struct cli *cli);
/* Prints "recon: detail (code)" and gives the exit code that fits the error. */
int cli_fail(const struct err *err);
/* Prints how a command is used, by its name, and gives CLI_USAGE. */
int cli_usage(const char *name);

/* An option of a command: `--name`, or `--name VALUE`. */
struct cli_option {
	const char *name; /* with dashes */
	bool value;       /* takes one */
	const char **ret; /* the value, or "" */
};

/* Takes the options out of argv, wherever they stand, and leaves the rest in order; argv[0] stays.
 * `--` ends them. False for an unknown option or a missing value: it has said so. options ends with
 * a row without a name. */
bool cli_options(int *argc, char **argv, const struct cli_option *options);

#endif
