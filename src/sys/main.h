#ifndef SYS_MAIN_H
#define SYS_MAIN_H
/*
 * What the main() of every program does the same way: options, configuration, log, metrics.
 *
 *	int main(int argc, char **argv)
 *	{
 *		static const struct main_spec spec = {.program = "recon-x", .about = "does x"};
 *		struct main_ctx m CLEANUP(main_close) = MAIN_INIT;
 *
 *		if (main_options(&m, &spec, argc, argv) || main_open(&m))
 *			return m.exit_code;
 *		...                       (open, bind, drop privileges, sandbox)
 *		return run(&m);           (ready, loop, ordered shutdown)
 *	}
 */
#include "base/base.h"
#include "sys/clock.h"
#include "sys/conf.h"
#include "sys/log.h"
#include "sys/metrics.h"

/* An option that only this program has: --name, or --name VALUE when value is given. */
struct main_option {
	const char *name;  /* without dashes */
	const char *value; /* the value's name in the help, NULL: takes none */
	const char *help;
	const char **ret; /* set to the value, or "" for an option without one */
};

struct main_spec {
	const char *program; /* static */
	const char *about;   /* one sentence for --help */
	const char *const
		*pools; /* NULL-terminated names for --pool, which is then required; or NULL */
	const struct main_option *options; /* ends with a row without name; or NULL */
	bool arguments;                    /* takes arguments behind the options */
};

struct main_ctx {
	const struct main_spec *spec;
	const char *config_path;
	const char *pool; /* NULL: none given */
	char **argv;      /* arguments behind the options, NULL-terminated */
	int argc;
	int exit_code;
	struct conf conf;
	struct log log;
	struct metrics *metrics;
	struct clock clock;
	struct random random;
};

#define MAIN_INIT ((struct main_ctx){.exit_code = 0})

/* Reads --config FILE, --pool NAME, --help, --help-conf, --version and the program's own options.
 * True: leave with m->exit_code (it has printed what there was to say). A pool that is missing is
 * refused by main_open(), so that options which only print work without one. */
bool main_options(struct main_ctx *m, const struct main_spec *spec, int argc, char **argv);
/* proc_init, configuration, log, metrics. True: leave with m->exit_code. */
bool main_open(struct main_ctx *m);
void main_close(struct main_ctx *m); /* also the CLEANUP function */
/* Writes the metrics file; a failure is logged. Call it from a timer (5 s). */
void main_write_metrics(struct main_ctx *m);

#endif
