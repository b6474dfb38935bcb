/*
 * Importing one file, step by step. The server is the only memory: how much of an upload has arrived
 * is asked of it, never remembered.
 */
#include "cli/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seal/hash.h"

#define STEP_BYTES (256 * 1024)
#define PART_BYTES_MAX (64 << 20)
#define TYPES_MAX 256
#define NOTES_MAX 64
#define POLL_FIRST_MS 100
#define POLL_LAST_MS 2000
#define PATH_LEN 160

/* --- limits ----------------------------------------------------------------------------------- */

static int limits_read(
	const struct json_object *root, struct import_limits *l, struct err *err)
{
	const struct json_object *upload = NULL, *max = NULL, *part = NULL, *types = NULL;
	size_t n;

	json_find(root, "upload", &upload);
	json_find(upload, "max_bytes", &max);
	json_find(upload, "part_bytes", &part);
	json_find(upload, "types", &types);
	n = MIN(json_count(types), (size_t)TYPES_MAX);
	l->max_bytes = json_as_int(max);
	l->part_bytes = MIN(json_as_int(part), (int64_t)PART_BYTES_MAX);
	l->types = ARENA_ARRAY(&l->arena, n, struct sv);
	if (!l->types || n == 0 || l->max_bytes <= 0 || l->part_bytes <= 0)
		return err_set(err, E_INTERNAL, "The server does not say what it takes.");
	for (l->type_count = 0; l->type_count < n; l->type_count++)
		l->types[l->type_count] =
			arena_sv(&l->arena, json_as_text(json_at(types, l->type_count)));
	return arena_ok(&l->arena) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int import_limits_load(struct remote *r, struct import_limits *ret, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	int rc;

	*ret = (struct import_limits){0};
	rc = remote_get(r, &root, err, "/api/v1/limits");
	if (rc == 0)
		rc = limits_read(root, ret, err);
	if (rc < 0)
		import_limits_free(ret);
	return rc;
}

void import_limits_free(struct import_limits *l)
{
	arena_free(&l->arena);
	*l = (struct import_limits){0};
}

static bool is_taken_type(const struct import_limits *l, const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < l->type_count; i++)
		if (sv_eq_nocase(sv_from_cstr(dot + 1), l->types[i]))
			return true;
	return false;
}

/* --- one import ------------------------------------------------------------------------------- */

struct run {
	const struct import *im;
	int fd;
	struct import_result *r;
	char project[PATH_LEN]; /* "/api/v1/projects/…" */
	struct import_ticket ticket;
	uint64_t sent;
	struct stat st;
};

static void tell(const struct run *run, enum import_step step, uint64_t done, uint64_t total)
{
	if (run->im->progress)
		run->im->progress(run->im->ctx, step, done, total);
}

/* The file itself is not acceptable: a result, no error. */
static void refuse(struct run *run, const struct err *why)
{
	run->r->outcome = IMPORT_REFUSED;
	run->r->state = "refused";
	run->r->err = *why;
}

static int check_file(struct run *run, struct err *err)
{
	const struct import_limits *l = run->im->limits;

	if (fstat(run->fd, &run->st) < 0)
		return err_set_errno(err, errno, "It cannot be examined");
	if (!S_ISREG(run->st.st_mode))
		return err_set(err, E_FILE_TYPE, "It is not a file.");
	if (run->st.st_size == 0)
		return err_set(err, E_FILE_EMPTY, NULL);
	if (run->st.st_size > l->max_bytes)
		return err_set(err, E_TOO_LARGE, "A file may have at most %lld bytes.",
			(long long)l->max_bytes);
	if (!is_taken_type(l, run->im->name))
		return err_set(err, E_FILE_TYPE, "Files with this ending are not taken.");
	run->r->size = (uint64_t)run->st.st_size;
	return 0;
}

/* Bytes of the file, all of those that were asked for. */
static int read_at(int fd, char *p, size_t n, uint64_t offset, struct err *err)
{
	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, errno, "It cannot be read");
		if (got == 0)
			return err_set(err, E_STALE, "It became shorter while it was read.");
		p += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static int hash_file(struct run *run, struct err *err)
{
	struct hash *hash CLEANUP(hash_freep) = hash_new();
	char *step CLEANUP(free_ptr) = malloc(STEP_BYTES);
	uint64_t size = run->r->size;

	if (!hash || !step)
		return err_set(err, E_NO_MEMORY, NULL);
	for (uint64_t at = 0; at < size;) {
		size_t n = (size_t)MIN(size - at, (uint64_t)STEP_BYTES);
		int rc = read_at(run->fd, step, n, at, err);

		if (rc < 0)
			return rc;
		hash_update(hash, step, n);
		at += n;
		tell(run, IMPORT_HASHING, at, size);
	}
	hash_final(hash, run->r->sha256);
	return 0;
}

/* --- announcing ------------------------------------------------------------------------------- */

static void announcement(const struct run *run, struct buf *out)
{
	struct json_writer w = json_writer_of(out);
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	buf_add_hex(&hex, run->r->sha256, sizeof(run->r->sha256));
	json_open_object(&w, NULL);
	json_put_uuid(&w, "source", &run->im->source);
	json_put_cstr(&w, "name", run->im->name);
	json_put_int(&w, "size", (int64_t)run->r->size);
	json_put_text(&w, "sha256", buf_sv(&hex));
	json_close_object(&w);
}

static int read_ticket(struct run *run, const struct json_object *root, struct err *err)
{
	const struct json_object *href = NULL, *file = NULL;
	struct sv text;

	json_find(root, "href", &href);
	json_find(root, "file", &file);
	text = json_as_text(href);
	if (text.n == 0 || text.n >= IMPORT_HREF_MAX || text.p[0] != '/' ||
		uuid_parse(json_as_text(file), &run->ticket.file) < 0)
		return err_set(err, E_INTERNAL, "The server's answer to an announcement is odd.");
	snprintf(run->ticket.href, sizeof(run->ticket.href), "%s", text.p);
	return 0;
}

static int announce(struct run *run, struct err *err)
{
	struct buf body CLEANUP(buf_free) = BUF_INIT;
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	char path[PATH_LEN + 16];
	struct remote_call call = {
		.method = "POST", .path = path, .idempotency = run->im->idempotency};
	int rc;

	snprintf(path, sizeof(path), "%s/uploads", run->project);
	announcement(run, &body);
	if (!buf_ok(&body))
		return err_set(err, E_NO_MEMORY, NULL);
	call.json = buf_sv(&body);
	rc = remote_json(run->im->remote, &call, &root, err);
	if (rc == 0)
		rc = read_ticket(run, root, err);
	if (rc == 0 && run->im->announced)
		rc = run->im->announced(run->im->ctx, &run->ticket, err);
	return rc;
}

/* --- sending ---------------------------------------------------------------------------------- */

static const char *const tus_headers[] = {"Tus-Resumable: 1.0.0", NULL};

/* How much has arrived. */
static int ask_offset(
	struct run *run, int64_t *ret_retry_ms, uint64_t *ret_offset, struct err *err)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	struct remote_call call = {
		.method = "HEAD", .path = run->ticket.href, .headers = tus_headers};
	int rc = remote_try(run->im->remote, &call, &rs, ret_retry_ms, err);

	if (rc < 0 && rs.status == 410)
		return err_set(err, E_UPLOAD_EXPIRED, NULL);
	if (rc < 0 && rs.status == 409)
		return err_set(err, E_UPLOAD_DONE, NULL);
	if (rc < 0 && rs.status >= 400 && rs.status < 500)
		return err_set(err, rs.status == 401 ? E_UNAUTHENTICATED :
				    rs.status == 403 ? E_FORBIDDEN :
						       E_NOT_FOUND, NULL);
	if (rc < 0)
		return rc;
	if (!sv_to_u64(net_response_header(&rs, "Upload-Offset"), run->r->size, ret_offset))
		return err_set(err, E_INTERNAL, "The server does not say how much has arrived.");
	return 0;
}

static ssize_t read_part(void *ctx, char *p, size_t n, uint64_t offset, struct err *err)
{
	struct run *run = ctx;
	int rc = read_at(run->fd, p, n, run->sent + offset, err);

	if (rc < 0)
		return rc;
	tell(run, IMPORT_SENDING, run->sent + offset + n, run->r->size);
	return (ssize_t)n;
}

static int send_part(struct run *run, int64_t *ret_retry_ms, struct err *err)
{
	struct net_response rs CLEANUP(net_response_free) = NET_RESPONSE_INIT;
	char offset[64];
	const char *const headers[] = {tus_headers[0],
		"Content-Type: application/offset+octet-stream", offset, NULL};
	struct remote_call call = {
		.method = "PATCH",
		.path = run->ticket.href,
		.headers = headers,
		.read = read_part,
		.read_ctx = run,
		.read_size = MIN((uint64_t)run->im->limits->part_bytes, run->r->size - run->sent),
	};
	int rc;

	snprintf(offset, sizeof(offset), "Upload-Offset: %llu", (unsigned long long)run->sent);
	rc = remote_try(run->im->remote, &call, &rs, ret_retry_ms, err);
	if (rc == 0)
		run->sent += call.read_size;
	return rc;
}

/* Does the server only have to be asked again where the upload stands? A part that arrived although
 * its answer did not makes the next one start at the wrong place, or finds the upload whole. */
static bool is_out_of_step(int code)
{
	return code == E_UPLOAD_OFFSET || code == E_UPLOAD_DONE || code == E_SHORT_BODY ||
	       code == E_BAD_REQUEST;
}

/* Sends what is missing. After every failure the server says where to go on. */
static int send_file(struct run *run, struct err *err)
{
	struct remote_wait wait = remote_wait_start(run->im->remote);
	bool known = false;
	int odd = 0;

	while (!known || run->sent < run->r->size) {
		int64_t retry_ms = 0;
		int rc = known ? send_part(run, &retry_ms, err) :
				 ask_offset(run, &retry_ms, &run->sent, err);

		if (rc == 0) {
			if (known)
				wait = remote_wait_start(run->im->remote);
			known = true;
			continue;
		}
		if (known && is_out_of_step(rc) && odd++ < 3)
			rc = E_UNAVAILABLE;
		if (!remote_is_away(rc) || !remote_wait_next(&wait, retry_ms))
			return rc;
		known = false;
	}
	return 0;
}

/* --- what becomes of it ----------------------------------------------------------------------- */

/* Is the state one that stays? */
static bool is_settled(const struct json_object *file, const struct json_object **ret_dataset)
{
	static const char *const last[] = {"infected", "unscannable", "rejected", "purged"};
	const struct json_object *state = NULL;

	*ret_dataset = NULL;
	json_find(file, "dataset", ret_dataset);
	json_find(file, "state", &state);
	for (size_t i = 0; i < ARRAY_LEN(last); i++)
		if (sv_eq_cstr(json_as_text(state), last[i]))
			return true;
	return json_kind(*ret_dataset) == JSON_TEXT;
}

static void keep_state(struct run *run, const struct json_object *o)
{
	const struct json_object *state = NULL;

	json_find(o, "state", &state);
	if (json_kind(state) == JSON_TEXT)
		run->r->state = arena_sv(&run->r->arena, json_as_text(state)).p;
	if (!run->r->state)
		run->r->state = "unknown";
}

/* A verdict or an error of the server as the reason of the refusal. */
static void keep_finding(struct run *run, const struct json_object *o, const char *key)
{
	const struct json_object *finding = NULL, *code = NULL, *detail = NULL;
	int known;

	json_find(o, key, &finding);
	json_find(finding, "code", &code);
	json_find(finding, "detail", &detail);
	known = json_kind(code) == JSON_TEXT ? err_of_wire(json_as_text(code).p) : 0;
	run->r->outcome = IMPORT_REFUSED;
	err_set(&run->r->err, known ? known : E_UNREADABLE, "%s",
		json_kind(detail) == JSON_TEXT ? json_as_text(detail).p : run->r->state);
}

static struct sv keep_text(struct run *run, const struct json_object *o, const char *key)
{
	const struct json_object *text = NULL;

	json_find(o, key, &text);
	return arena_sv(&run->r->arena, json_as_text(text));
}

static void keep_notes(struct run *run, const struct json_object *list, const char *code,
	const char *detail, struct import_note **ret, size_t *ret_n)
{
	size_t n = MIN(json_count(list), (size_t)NOTES_MAX);

	*ret = ARENA_ARRAY(&run->r->arena, n, struct import_note);
	if (!*ret)
		return;
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = (struct import_note){.code = keep_text(run, json_at(list, i), code),
			.detail = keep_text(run, json_at(list, i), detail)};
	*ret_n = n;
}

static int64_t int_of(const struct json_object *o, const char *key)
{
	const struct json_object *v = NULL;

	json_find(o, key, &v);
	return json_as_int(v);
}

static void keep_dataset(struct run *run, const struct json_object *dataset)
{
	const struct json_object *proposal = NULL, *questions = NULL;
	struct import_result *r = run->r;

	keep_state(run, dataset);
	r->counted = true;
	r->rows_read = int_of(dataset, "rows_read");
	r->rows_accepted = int_of(dataset, "rows_accepted");
	r->rows_rejected = int_of(dataset, "rows_rejected");
	r->rows_skipped = int_of(dataset, "rows_skipped");
	json_find(dataset, "proposal", &proposal);
	json_find(proposal, "questions", &questions);
	keep_notes(run, questions, "code", "detail", &r->questions, &r->question_count);
	if (strcmp(r->state, "needs_mapping") == 0)
		r->outcome = IMPORT_ASKED;
	else if (strcmp(r->state, "ready") == 0)
		r->outcome = IMPORT_READY;
	else
		keep_finding(run, dataset, "error");
}

static void nap(int64_t *ms)
{
	struct timespec pause = {.tv_sec = *ms / 1000, .tv_nsec = *ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
	*ms = MIN(*ms * 3 / 2, (int64_t)POLL_LAST_MS);
}

/* Asks for an object until it is done or the time is over (*ret_done false). A key that may send
 * but not look learns no more: not done either. */
static int await(struct run *run, const char *list, const struct uuid *id,
	bool (*done)(struct run *run, const struct json_object *o), int64_t *left_ms, bool *ret_done,
	struct err *err)
{
	char text[UUID_TEXT_LEN + 1];
	int64_t pause = POLL_FIRST_MS;

	uuid_format(id, text);
	for (;;) {
		struct json_object *o CLEANUP(json_cleanup) = NULL;
		int rc = remote_get(run->im->remote, &o, err, "%s/%s/%s", run->project, list, text);

		*ret_done = rc == 0 && done(run, o);
		run->r->blind = rc == E_FORBIDDEN;
		if (run->r->blind)
			return 0;
		if (rc < 0 || *ret_done || *left_ms <= 0)
			return rc;
		*left_ms -= pause;
		nap(&pause);
	}
}

static bool file_done(struct run *run, const struct json_object *file)
{
	const struct json_object *dataset;
	bool settled = is_settled(file, &dataset);

	keep_state(run, file);
	tell(run, strcmp(run->r->state, "clean") == 0 ? IMPORT_READING : IMPORT_SCANNING, 0, 0);
	if (!settled)
		return false;
	if (json_kind(dataset) != JSON_TEXT ||
		uuid_parse(json_as_text(dataset), &run->r->dataset) < 0)
		keep_finding(run, file, "verdict");
	return true;
}

static bool dataset_done(struct run *run, const struct json_object *dataset)
{
	const struct json_object *state = NULL;

	tell(run, IMPORT_READING, 0, 0);
	json_find(dataset, "state", &state);
	if (json_kind(state) != JSON_TEXT || sv_eq_cstr(json_as_text(state), "reading"))
		return false;
	keep_dataset(run, dataset);
	return true;
}

/* What the file has in common with earlier ones; nothing depends on it but what is shown. */
static void ask_repeats(struct run *run)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	const struct json_object *items = NULL;
	char text[UUID_TEXT_LEN + 1];

	uuid_format(&run->r->dataset, text);
	if (remote_get(run->im->remote, &root, NULL, "%s/datasets/%s/duplicates", run->project,
		    text) < 0)
		return;
	json_find(root, "items", &items);
	keep_notes(run, items, "kind", "other", &run->r->repeats, &run->r->repeat_count);
}

static int follow(struct run *run, struct err *err)
{
	int64_t left_ms = run->im->wait_ms;
	bool done = false;
	int rc;

	rc = await(run, "files", &run->r->file, file_done, &left_ms, &done, err);
	if (rc < 0 || !done || uuid_is_nil(&run->r->dataset))
		return rc;
	rc = await(run, "datasets", &run->r->dataset, dataset_done, &left_ms, &done, err);
	if (rc == 0 && done)
		ask_repeats(run);
	return rc;
}

/* --- all of it -------------------------------------------------------------------------------- */

/* The ticket of an earlier try when it is still good, else a fresh one; then the bytes. */
static int deliver(struct run *run, struct err *err)
{
	int rc;

	run->ticket = run->im->ticket;
	if (run->ticket.href[0]) {
		rc = send_file(run, err);
		if (rc != E_UPLOAD_EXPIRED && rc != E_UPLOAD_DONE && rc != E_NOT_FOUND)
			return rc;
	}
	rc = announce(run, err);
	return rc < 0 ? rc : send_file(run, err);
}

/* Errors that speak of the file and not of the way to the server. */
static bool is_about_file(int code)
{
	static const int codes[] = {E_FILE_EMPTY, E_FILE_TYPE, E_FILE_HASH, E_TOO_LARGE, E_INVALID,
		E_STALE, E_IO};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static int run_steps(struct run *run, struct err *err)
{
	int rc = check_file(run, err);

	if (rc == 0)
		rc = hash_file(run, err);
	if (rc == 0)
		rc = deliver(run, err);
	run->r->file = run->ticket.file;
	if (rc < 0)
		return rc;
	run->r->outcome = IMPORT_TAKEN;
	run->r->state = "received";
	return run->im->wait ? follow(run, err) : 0;
}

int import_file(const struct import *im, int fd, struct import_result *ret, struct err *err)
{
	struct run run = {.im = im, .fd = fd, .r = ret};
	struct err why = {0};
	char project[UUID_TEXT_LEN + 1];
	int rc;

	*ret = IMPORT_RESULT_INIT;
	uuid_format(&im->project, project);
	snprintf(run.project, sizeof(run.project), "/api/v1/projects/%s", project);
	rc = run_steps(&run, &why);
	if (rc < 0 && is_about_file(rc)) {
		refuse(&run, &why);
		return 0;
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}

void import_result_free(struct import_result *r)
{
	arena_free(&r->arena);
	*r = IMPORT_RESULT_INIT;
}

const char *import_outcome_word(enum import_outcome outcome)
{
	static const char *const words[] = {[IMPORT_READY] = "ready",
		[IMPORT_ASKED] = "asked",
		[IMPORT_REFUSED] = "refused",
		[IMPORT_TAKEN] = "taken"};

	return words[outcome];
}

static void put_notes(struct json_writer *w, const char *key, const struct import_note *notes,
	size_t n, const char *code, const char *detail)
{
	json_open_array(w, key);
	for (size_t i = 0; i < n; i++) {
		json_open_object(w, NULL);
		json_put_text(w, code, notes[i].code);
		json_put_text(w, detail, notes[i].detail);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_counts(const struct import_result *r, struct json_writer *w)
{
	if (!r->counted) {
		json_put_null(w, "rows");
		return;
	}
	json_open_object(w, "rows");
	json_put_int(w, "read", r->rows_read);
	json_put_int(w, "accepted", r->rows_accepted);
	json_put_int(w, "rejected", r->rows_rejected);
	json_put_int(w, "skipped", r->rows_skipped);
	json_close_object(w);
}

static void put_error(const struct import_result *r, struct json_writer *w)
{
	if (!r->err.code) {
		json_put_null(w, "error");
		return;
	}
	json_open_object(w, "error");
	json_put_cstr(w, "code", err_wire(r->err.code));
	json_put_cstr(w, "detail", r->err.detail);
	json_close_object(w);
}

void import_result_to_json(const struct import_result *r, struct json_writer *w)
{
	static const uint8_t none[sizeof(r->sha256)];
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	bool hashed = memcmp(r->sha256, none, sizeof(none)) != 0;

	buf_add_hex(&hex, r->sha256, sizeof(r->sha256));
	json_put_cstr(w, "outcome", import_outcome_word(r->outcome));
	json_put_cstr(w, "state", r->state);
	json_put_uuid(w, "file", uuid_is_nil(&r->file) ? NULL : &r->file);
	json_put_uuid(w, "dataset", uuid_is_nil(&r->dataset) ? NULL : &r->dataset);
	json_put_int(w, "size", (int64_t)r->size);
	json_put_text(w, "sha256", hashed ? buf_sv(&hex) : SV_NULL);
	put_counts(r, w);
	put_notes(w, "questions", r->questions, r->question_count, "code", "detail");
	put_notes(w, "repeats", r->repeats, r->repeat_count, "kind", "file");
	put_error(r, w);
}
