/*
 * The common start of every program.
 */
#include "sys/main.h"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/proc.h"

#define EXIT_USAGE 2

static void print_help(const struct main_spec *spec)
{
	const struct main_option *o = spec->options;

	printf("Usage: %s [OPTION]...%s\n%s.\n\n", spec->program,
		spec->arguments ? " [ARGUMENT]..." : "", spec->about);
	printf("  --config FILE      settings (default " CONF_PATH_DEFAULT ")\n");
	if (spec->pools) {
		printf("  --pool NAME        what this process serves:");
		for (const char *const *p = spec->pools; *p; p++)
			printf(" %s", *p);
		printf("\n");
	}
	for (; o && o->name; o++)
		printf("  --%s%s%s%*s %s\n", o->name, o->value ? " " : "", o->value ? o->value : "",
			(int)MAX(16 - (long)strlen(o->name) -
					 (o->value ? (long)strlen(o->value) + 1 : 0),
				0L),
			"", o->help);
	printf("  --help             this text\n");
	printf("  --help-conf        every setting with its default\n");
	printf("  --version          the version\n");
}

static bool leave(struct main_ctx *m, int code)
{
	m->exit_code = code;
	return true;
}

static bool usage(struct main_ctx *m, const char *what, const char *which)
{
	fprintf(stderr, "%s: %s%s; see --help\n", m->spec->program, what, which);
	return leave(m, EXIT_USAGE);
}

static bool print_conf(struct main_ctx *m)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	conf_describe(&text);
	fputs(buf_cstr(&text), stdout);
	return leave(m, buf_ok(&text) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool known_pool(const struct main_spec *spec, const char *name)
{
	for (const char *const *p = spec->pools; p && *p; p++)
		if (strcmp(*p, name) == 0)
			return true;
	return false;
}

/* Where the value of the option name goes; NULL when there is no such option. */
static const char **target(struct main_ctx *m, struct sv name, bool *ret_takes_value)
{
	*ret_takes_value = true;
	if (sv_eq(name, SV("config")))
		return &m->config_path;
	if (sv_eq(name, SV("pool")) && m->spec->pools)
		return &m->pool;
	for (const struct main_option *o = m->spec->options; o && o->name; o++)
		if (sv_eq_cstr(name, o->name)) {
			*ret_takes_value = o->value != NULL;
			return o->ret;
		}
	return NULL;
}

/* One option; *i moves over its value. True: leave. */
static bool read_option(struct main_ctx *m, int argc, char **argv, int *i)
{
	struct sv rest = sv_from_cstr(argv[*i] + 2);
	struct sv name = sv_cut(&rest, '=');
	bool takes_value;
	const char **to;

	if (sv_eq(name, SV("help"))) {
		print_help(m->spec);
		return leave(m, EXIT_SUCCESS);
	}
	if (sv_eq(name, SV("help-conf")))
		return print_conf(m);
	if (sv_eq(name, SV("version"))) {
		printf("%s " PACKAGE_VERSION "\n", m->spec->program);
		return leave(m, EXIT_SUCCESS);
	}
	to = target(m, name, &takes_value);
	if (!to)
		return usage(m, "unknown option ", argv[*i]);
	if (!takes_value && rest.p)
		return usage(m, "this option takes no value: ", argv[*i]);
	if (takes_value && !rest.p && *i + 1 >= argc)
		return usage(m, "a value is missing behind ", argv[*i]);
	*to = !takes_value ? "" : rest.p ? rest.p : argv[++*i];
	return false;
}

bool main_options(struct main_ctx *m, const struct main_spec *spec, int argc, char **argv)
{
	int i;

	*m = MAIN_INIT;
	m->spec = spec;
	m->config_path = CONF_PATH_DEFAULT;
	m->log.fd = -1;
	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (argv[i][2] == '\0') {
			i++;
			break;
		}
		if (read_option(m, argc, argv, &i))
			return true;
	}
	if (i < argc && !spec->arguments)
		return usage(m, "unexpected argument ", argv[i]);
	if (m->pool && !known_pool(spec, m->pool))
		return usage(m, "unknown pool ", m->pool);
	m->argv = argv + MIN(i, argc);
	m->argc = argc - MIN(i, argc);
	return false;
}

bool main_open(struct main_ctx *m)
{
	struct err err = {0};

	if (m->spec->pools && !m->pool)
		return usage(m, "--pool is missing", "");
	proc_init();
	m->clock = clock_system();
	m->random = random_system();
	m->log = log_open(STDERR_FILENO, LVL_INFO, m->spec->program);
	if (conf_load(&m->conf, m->config_path, &err)) {
		log_error(&m->log, "the configuration cannot be used", LOG_FAIL(&err));
		return leave(m, EXIT_FAILURE);
	}
	m->log.level = m->conf.log_level;
	m->metrics = metrics_new(m->spec->program);
	if (!m->metrics) {
		log_error(&m->log, "there is no memory");
		return leave(m, EXIT_FAILURE);
	}
	metrics_set(m->metrics, M_START_TIME, 0, clock_wall_us(&m->clock) / 1000000);
	return false;
}

void main_close(struct main_ctx *m)
{
	if (m->metrics && m->conf.metrics_dir)
		metrics_remove(m->metrics, m->conf.metrics_dir);
	metrics_free(m->metrics);
	m->metrics = NULL;
	conf_free(&m->conf);
}

void main_write_metrics(struct main_ctx *m)
{
	struct err err = {0};

	metrics_set(m->metrics, M_RSS_BYTES, 0, proc_rss_bytes());
	if (metrics_write(m->metrics, m->conf.metrics_dir, &err))
		log_warn(&m->log, "the metrics file cannot be written", LOG_FAIL(&err));
}
