/* libclamav behind our error codes; the only file that includes it. */
#include "scan/engine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <clamav.h>

struct engine {
	struct cl_engine *clam;
	uint64_t max_bytes;
	unsigned signatures;
};

/* libclamav takes no more than this for one file. */
#define CLAM_FILE_MAX ((uint64_t)INT_MAX - 2)

/* What one scan hands through libclamav's callback. */
struct reading {
	const struct scan_source *source;
	struct err err; /* first failure of the source */
};

static int clam_error(cl_error_t error, const char *what, struct err *err)
{
	return err_set(err, error == CL_EMEM ? E_NO_MEMORY : E_CONFIG, "ClamAV: %s: %s.", what,
		cl_strerror(error));
}

/* Settings in the order they are made; all must succeed. */
static cl_error_t engine_limit(struct cl_engine *clam, const struct scan_options *o)
{
	const struct {
		enum cl_engine_field field;
		uint64_t value;
	} limits[] = {
		{CL_ENGINE_MAX_FILESIZE, o->max_bytes},
		/* Members of an archive count too. */
		{CL_ENGINE_MAX_SCANSIZE, MIN(4 * o->max_bytes, CLAM_FILE_MAX)},
		{CL_ENGINE_MAX_SCANTIME, (uint64_t)o->max_seconds * 1000},
		{CL_ENGINE_MAX_RECURSION, 10},
		{CL_ENGINE_MAX_FILES, 10000},
		/* Never compiled: memory that is written is not executed. */
		{CL_ENGINE_BYTECODE_MODE, CL_BYTECODE_MODE_INTERPRETER},
		{CL_ENGINE_PCRE_MAX_FILESIZE, o->max_bytes},
		/* Every file is seen once; a cache would only compute hashes. */
		{CL_ENGINE_DISABLE_CACHE, 1},
	};
	cl_error_t error = cl_engine_set_str(clam, CL_ENGINE_TMPDIR, o->temp_dir);

	for (size_t i = 0; i < ARRAY_LEN(limits) && error == CL_SUCCESS; i++)
		error = cl_engine_set_num(clam, limits[i].field, (long long)limits[i].value);
	return error;
}

/* Into the log of nobody: what matters comes back as a result. */
static void clam_silent(enum cl_msg severity, const char *fullmsg, const char *msg, void *context)
{
	(void)severity;
	(void)fullmsg;
	(void)msg;
	(void)context;
}

static int engine_load(struct engine *e, const struct scan_options *o, struct err *err)
{
	cl_error_t error = cl_load(o->database_dir, e->clam, &e->signatures,
		CL_DB_STDOPT & ~(unsigned)CL_DB_PHISHING_URLS);

	if (error != CL_SUCCESS)
		return clam_error(error, o->database_dir, err);
	if (e->signatures == 0)
		return err_set(err, E_CONFIG, "%s holds no ClamAV signatures.", o->database_dir);
	error = cl_engine_compile(e->clam);
	return error == CL_SUCCESS ? 0 : clam_error(error, "compiling the signatures", err);
}

int engine_new(const struct scan_options *options, struct engine **ret_engine, struct err *err)
{
	struct engine *e CLEANUP(engine_free) = calloc(1, sizeof(*e));
	cl_error_t error;
	int rc;

	if (!e)
		return err_set(err, E_NO_MEMORY, NULL);
	if (options->max_bytes > CLAM_FILE_MAX)
		return err_set(err, E_CONFIG, "ClamAV scans no file over 2 GiB; lower the limit.");
	cl_set_clcb_msg(clam_silent);
	error = cl_init(CL_INIT_DEFAULT);
	if (error != CL_SUCCESS)
		return clam_error(error, "starting", err);
	e->max_bytes = options->max_bytes;
	e->clam = cl_engine_new();
	if (!e->clam)
		return err_set(err, E_NO_MEMORY, NULL);
	error = engine_limit(e->clam, options);
	if (error != CL_SUCCESS)
		return clam_error(error, "setting limits", err);
	rc = engine_load(e, options, err);
	if (rc == 0)
		*ret_engine = TAKE(e);
	return rc;
}

void engine_free(struct engine **e)
{
	if (!*e)
		return;
	if ((*e)->clam)
		cl_engine_free((*e)->clam);
	free(*e);
	*e = NULL;
}

unsigned engine_signatures(const struct engine *e)
{
	return e->signatures;
}

int engine_set_temp_dir(struct engine *e, const char *path, struct err *err)
{
	cl_error_t error = cl_engine_set_str(e->clam, CL_ENGINE_TMPDIR, path);

	return error == CL_SUCCESS ? 0
				   : err_set(err, E_INTERNAL, "ClamAV: %s.", cl_strerror(error));
}

/* libclamav treats a failing read as the end of data and may go on to "clean"; therefore the first
 * failure is kept and overrules every result. */
static off_t reading_pread(void *handle, void *buf, size_t count, off_t offset)
{
	struct reading *r = handle;
	size_t got = 0;
	int rc;

	if (r->err.code == 0) {
		rc = r->source->pread(r->source->ctx, buf, count, (uint64_t)offset, &got, &r->err);
		if (rc == 0)
			return (off_t)got;
		r->err.code = rc;
	}
	errno = EIO;
	return -1;
}

/* What libclamav calls an alert may be one of its limits or encryption: not malware. */
static int alert_verdict(const char *name, struct err *err)
{
	static const struct {
		const char *prefix;
		const char *text;
	} kinds[] = {
		{"Heuristics.Limits.Exceeded", "It is nested too deeply or expands too much"},
		{"Heuristics.Encrypted", "It is protected by a password"},
	};

	if (!name)
		return err_set(err, E_FILE_INFECTED, "The scanner found malware without a name.");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(name, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return err_set(err, E_FILE_UNSCANNABLE, "%s (%s).", kinds[i].text, name);
	return err_set(err, E_FILE_INFECTED, "The scanner found malware: %s.", name);
}

int engine_run(struct engine *e, const struct scan_source *source, struct err *err)
{
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_HEURISTICS | CL_SCAN_GENERAL_UNPRIVILEGED,
		.parse = ~0u,
		.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX | CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
			     CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
	};
	struct reading reading = {.source = source};
	const char *name = NULL;
	unsigned long scanned = 0;
	cl_error_t result;
	cl_fmap_t *map;

	if (source->size > e->max_bytes)
		return err_set(err, E_FILE_UNSCANNABLE, "It is larger than the scanner's limit.");
	map = cl_fmap_open_handle(&reading, 0, (size_t)source->size, reading_pread, 1);
	if (!map)
		return err_set(err, E_FILE_UNSCANNABLE, "The scanner has no memory for it.");
	result = cl_scanmap_callback(map, NULL, &name, &scanned, e->clam, &options, NULL);
	cl_fmap_close(map);
	if (reading.err.code < 0)
		return err_set(err, reading.err.code, "%s", reading.err.detail);
	if (result == CL_VIRUS)
		return alert_verdict(name, err);
	if (result != CL_CLEAN)
		return err_set(
			err, E_FILE_UNSCANNABLE, "The scanner gave up: %s.", cl_strerror(result));
	return 0;
}
