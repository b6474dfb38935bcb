/*
 * recon-api: one pool of the API.
 */
#include <stdio.h>

#include "api/openapi.h"
#include "api/process.h"
#include "sys/main.h"

static const char *dump_openapi;
static const char *dump_nginx;

static int dump(struct main_ctx *m)
{
	struct buf out CLEANUP(buf_free) = BUF_INIT;
	struct err err = {0};
	int rc = dump_openapi != NULL ? openapi_print(routes, routes_count, &out, &err) :
					openapi_print_nginx(routes, routes_count, &out, &err);

	if (rc != 0 || fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0) {
		log_error(&m->log, "cannot print the document", LOG_FAIL(&err));
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const pools[] = {"auth", "api", "upload", "data", NULL};
	const struct main_option options[] = {
		{"dump-openapi", NULL, "print the OpenAPI document and stop", &dump_openapi},
		{"dump-nginx", NULL, "print nginx's map from path to pool and stop", &dump_nginx},
		{NULL, NULL, NULL, NULL},
	};
	const struct main_spec spec = {.program = "recon-api",
		.about = "Serves one pool of the HTTP API over FastCGI.",
		.pools = pools,
		.options = options};
	struct main_ctx m CLEANUP(main_close) = MAIN_INIT;

	if (main_options(&m, &spec, argc, argv))
		return m.exit_code;
	if (dump_openapi != NULL || dump_nginx != NULL)
		return dump(&m);
	if (main_open(&m))
		return m.exit_code;
	return process_run(&m);
}
