/*
 * What the system says of itself, and nginx's question about uploads (api pool).
 */
#include <dirent.h>
#include <sys/stat.h>

#include "api/dispatch.h"
#include "api/ep.h"
#include "domain/file_type.h"
#include "store/store_signing_key.h"

/* It writes them every five seconds. */
#define SCANNER_SILENT_S 12

int ep_health(struct api *a, struct err *err)
{
	(void)err;
	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "status", "ok");
	json_close_object(&a->out);
	return 0;
}

static void put_part(struct api *a, const char *name, bool up, const char *detail)
{
	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "name", name);
	json_put_cstr(&a->out, "status", up ? "up" : "down");
	json_put_cstr(&a->out, "detail", up ? "" : detail);
	json_close_object(&a->out);
}

static void close_folder(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The socket tells nothing: the service manager keeps it open, and it is not for this program. But
 * only a scanner that serves renews its metrics. */
static bool scanner_is_up(const struct api *a)
{
	DIR *dir CLEANUP(close_folder) = opendir(a->env->conf->metrics_dir);
	int64_t oldest = clock_wall_us(&a->env->clock) / 1000000 - SCANNER_SILENT_S;
	const struct dirent *entry;
	struct stat st;

	while (dir && (entry = readdir(dir)))
		if (sv_starts_with(sv_from_cstr(entry->d_name), SV("recon-scanner-")) &&
			fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
			(int64_t)st.st_mtime >= oldest)
			return true;
	return false;
}

/* The parts that are down as findings of the refusal, which a monitor can name. */
static int refuse_readiness(struct api *a, bool redis, bool scanner, struct err *err)
{
	a->errors = ARENA_ARRAY(a->arena, 3, struct http_problem_error);
	if (a->errors == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	a->errors[a->errors_count++] = (struct http_problem_error){
		"/parts/postgres", E_UNAVAILABLE, "Nothing works without it."};
	if (!redis)
		a->errors[a->errors_count++] = (struct http_problem_error){
			"/parts/redis", E_UNAVAILABLE, "It is away too."};
	if (!scanner)
		a->errors[a->errors_count++] = (struct http_problem_error){
			"/parts/scanner", E_UNAVAILABLE, "It is away too."};
	return err_set(err, E_UNAVAILABLE, "The database does not answer.");
}

/* Without PostgreSQL nothing works: 503. Without Redis or the scanner: slower, and files wait. */
int ep_ready(struct api *a, struct err *err)
{
	struct signing_key *keys;
	size_t n;
	bool redis = bus_ping(a->bus);
	bool scanner = scanner_is_up(a);

	if (store_signing_key_public_list(a->db, a->arena, &keys, &n, err) != 0)
		return refuse_readiness(a, redis, scanner, err);
	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "status", redis && scanner ? "ready" : "degraded");
	json_open_array(&a->out, "parts");
	put_part(a, "postgres", true, "");
	put_part(a, "redis", redis, "Sessions and limits are checked without it.");
	put_part(a, "scanner", scanner, "Files wait for their scan.");
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}

static void put_extensions(struct api *a)
{
	json_open_array(&a->out, "types");
	for (int t = FILE_TYPE_NONE + 1; t < FILE_TYPE_END; t++) {
		struct sv rest = sv_from_cstr(file_type_extensions((enum file_type)t));

		while (rest.n > 0)
			json_put_text(&a->out, NULL, sv_cut(&rest, ' '));
	}
	json_close_array(&a->out);
}

int ep_limits(struct api *a, struct err *err)
{
	(void)err;
	json_open_object(&a->out, NULL);
	json_open_object(&a->out, "upload");
	json_put_int(&a->out, "max_bytes", a->env->conf->upload_max_bytes);
	json_put_int(&a->out, "part_bytes", (int64_t)ROUTE_PART_MAX);
	put_extensions(a);
	json_close_object(&a->out);
	json_open_object(&a->out, "json");
	json_put_int(&a->out, "max_bytes", (int64_t)ROUTE_JSON_MAX);
	json_put_int(&a->out, "depth", ROUTE_JSON_DEPTH);
	json_close_object(&a->out);
	json_open_object(&a->out, "rows");
	json_put_int(&a->out, "max", 1000);
	json_close_object(&a->out);
	json_close_object(&a->out);
	return 0;
}

/* All processes' metrics, for a collector on this machine. nginx passes the path on its loopback
 * listener only; the address is asked again here. */
int ep_metrics(struct api *a, struct err *err)
{
	struct sv from = a->rq->remote_addr;

	if (!sv_eq_cstr(from, "127.0.0.1") && !sv_eq_cstr(from, "::1"))
		return err_set(err, E_NOT_FOUND, NULL);
	a->rs->content_type = "text/plain; version=0.0.4";
	return metrics_join(a->env->conf->metrics_dir, &a->rs->body, err);
}

/* The answer's body is nobody's; dispatch gives nginx one of the statuses that it knows. */
int ep_authorize(struct api *a, struct err *err)
{
	return dispatch_authorize(a, http_header(a->rq, "X-Original-Method"),
		http_header(a->rq, "X-Original-URI"), err);
}
