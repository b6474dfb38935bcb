/*
 * The bytes of uploads: a whole file by PUT, or parts by tus 1.0
 * (https://tus.io/protocols/resumable-upload: core, checksum, expiration, termination), or the one file of a form from programs. Each body streams straight
 * into one encrypted object of the vault; only when that is on stable storage do its rows commit,
 * and only then is the answer sent. A body that ends early leaves nothing: the client asks for the
 * offset and goes on from there.
 */
#include <string.h>

#include "api/api.h"
#include "api/checksum.h"
#include "api/ep.h"
#include "api/tus.h"
#include "http/multipart.h"
#include "seal/hash.h"
#include "store/store_file.h"
#include "store/store_object.h"
#include "store/store_project.h"
#include "store/store_task.h"
#include "store/store_upload.h"
#include "vault/vault.h"

#define STEP (64 * 1024)
#define PACE_GRACE_US (30 * INT64_C(1000000))
#define PACE_BYTES 65536 /* a second, on the average after the grace */
#define TUS_CONTENT_TYPE "application/offset+octet-stream"

static struct vault *vault_of(const struct api *a)
{
	return a->env->pool_data;
}

static int check_open(const struct api *a, const struct upload *upload, struct err *err)
{
	if (upload->state != UPLOAD_STATE_OPEN)
		return err_set(err, E_UPLOAD_DONE, NULL);
	if (upload->expires_at < clock_wall_us(&a->env->clock))
		return err_set(err, E_UPLOAD_EXPIRED, NULL);
	return 0;
}

static int upload_find(struct api *a, struct upload *ret, struct err *err)
{
	struct uuid id = api_param_uuid(a, "upload");

	return store_upload_get(a->db, &a->project.id, &id, ret, err);
}

/* --- receiving -------------------------------------------------------------------------------- */

/* A body holds a thread: one that trickles in is given up. */
static int check_pace(const struct api *a, int64_t started_us, struct err *err)
{
	int64_t us = clock_mono_us(&a->env->clock) - started_us - PACE_GRACE_US;

	return us <= 0 || a->rq->body_read / PACE_BYTES >= us / 1000000 ?
		0 :
		err_set(err, E_SHORT_BODY, "The body comes too slowly; send it in parts.");
}

struct body {
	struct checksum sum;
	struct multipart *form; /* NULL: the body is the file */
	int64_t size;
};

static void body_end(struct body *b)
{
	checksum_free(&b->sum);
	multipart_free(&b->form);
}

static ssize_t body_read(struct api *a, struct body *b, void *p, size_t n, struct err *err)
{
	return b->form != NULL ? multipart_read(b->form, p, n, err) : http_read(a->rq, p, n, err);
}

static int body_stream(
	struct api *a, struct body *b, struct vault_writer *w, struct err *err)
{
	int64_t started_us = clock_mono_us(&a->env->clock);
	char *step = arena_alloc(a->arena, STEP);
	ssize_t n;

	if (!step)
		return err_set(err, E_NO_MEMORY, NULL);
	do {
		int rc;

		n = body_read(a, b, step, STEP, err);
		if (n < 0)
			return (int)n;
		if (vault_writer_size(w) + (uint64_t)n > (uint64_t)b->size)
			return err_set(err, E_TOO_LARGE, NULL);
		checksum_update(&b->sum, step, (size_t)n);
		rc = n > 0 ? vault_write(w, step, (size_t)n, err) : 0;
		if (rc == 0)
			rc = check_pace(a, started_us, err);
		if (rc < 0)
			return rc;
	} while (n > 0);
	if (vault_writer_size(w) != (uint64_t)b->size)
		return err_set(err, E_SHORT_BODY, NULL);
	return checksum_check(&b->sum, err);
}

/* The body as an object on stable storage. */
static int body_store(
	struct api *a, struct body *b, struct vault_object *ret, struct err *err)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	int rc = vault_create(vault_of(a), &w, err);

	if (rc == 0)
		rc = body_stream(a, b, w, err);
	return rc < 0 ? rc : vault_commit(w, ret, err);
}

static int object_row(struct api *a, const struct vault_object *object, struct err *err)
{
	struct object row = {
		.id = object->id,
		.project_id = a->project.id,
		.kind = OBJECT_KIND_PART,
		.size = (int64_t)object->size,
		.stored_size = (int64_t)object->stored_size,
		.wrapped_key = sv_from((const char *)object->wrapped, sizeof(object->wrapped)),
	};

	memcpy(row.sha256, object->sha256, sizeof(row.sha256));
	return store_object_insert(a->db, &row, err);
}

/* Inside the transaction: the file is whole and wants to be scanned. */
static int file_received(struct api *a, const struct upload *upload, struct err *err)
{
	int rc = store_file_set_state(a->db, &upload->file_id, FILE_STATE_RECEIVING,
		FILE_STATE_RECEIVED, SV_NULL, SV_NULL, err);

	if (rc == 0)
		rc = store_task_insert(a->db, TASK_SCAN, &upload->file_id, &a->project.id,
			sv_from_cstr(a->rq->id), err);
	api_object(a, "file", &upload->file_id);
	return rc < 0 ? rc : api_audit(a, EVENT_FILE_RECEIVE, AUDIT_DONE, err);
}

static int part_steps(struct api *a, const struct upload *upload, int64_t start,
	const struct vault_object *object, struct err *err)
{
	struct upload now;
	int rc = store_upload_lock(a->db, &a->project.id, &upload->id, &now, err);

	if (rc == 0)
		rc = check_open(a, &now, err);
	if (rc == 0)
		rc = object_row(a, object, err);
	if (rc == 0)
		rc = store_upload_add_part(
			a->db, &now, start, (int64_t)object->size, &object->id, err);
	if (rc == 0 && start + (int64_t)object->size == upload->size)
		rc = file_received(a, upload, err);
	return rc;
}

/* Records a stored part. Its bytes go again when it could not be; when nobody knows whether the
 * commit happened, they stay, and the sweep finds out. */
static int part_record(struct api *a, const struct upload *upload, int64_t start,
	const struct vault_object *object, struct err *err)
{
	bool committing = false;
	int rc = db_begin(a->db, err);

	if (rc == 0)
		rc = part_steps(a, upload, start, object, err);
	if (rc == 0) {
		committing = true;
		rc = db_commit(a->db, err);
	}
	db_rollback(a->db);
	if (rc < 0 && !committing && vault_remove(vault_of(a), &object->id, NULL) < 0)
		log_warn(&a->log, "a part's bytes stay for the sweep");
	return rc;
}

/* A body of the given length at start; afterwards a whole upload waits for its scan. */
static int part_receive(struct api *a, const struct upload *upload, int64_t start,
	struct body *body, struct err *err)
{
	static const uint8_t none[32];
	struct vault_object object = {0};
	bool last = start + body->size == upload->size;
	int rc = checksum_init(http_header(a->rq, "Upload-Checksum"), &body->sum, err);

	if (rc == 0)
		rc = body_store(a, body, &object, err);
	if (rc < 0)
		return rc;
	/* Known at once when the upload is one part; recon-intake checks all others. */
	if (start == 0 && last && memcmp(upload->sha256, none, sizeof(none)) != 0 &&
		!hash_equal(upload->sha256, object.sha256, sizeof(none))) {
		rc = vault_remove(vault_of(a), &object.id, err);
		return rc < 0 ? rc : err_set(err, E_FILE_HASH, NULL);
	}
	rc = part_record(a, upload, start, &object, err);
	if (rc < 0)
		return rc;
	metrics_add(a->env->metrics, M_UPLOAD_BYTES, 0, (int64_t)object.size);
	if (last)
		api_wake(a, "scan");
	return 0;
}

static int check_length(
	const struct api *a, const struct upload *upload, int64_t start, struct err *err)
{
	if (a->rq->content_length < 0)
		return err_set(err, E_LENGTH_REQUIRED, NULL);
	if (a->rq->content_length > upload->size - start)
		return err_set(err, E_TOO_LARGE, "The upload was announced with %lld bytes.",
			(long long)upload->size);
	return 0;
}

int ep_upload_content_put(struct api *a, struct err *err)
{
	struct upload upload;
	int rc = upload_find(a, &upload, err);

	if (rc == 0)
		rc = check_open(a, &upload, err);
	if (rc == 0 && upload.received > 0)
		rc = err_set(err, E_UPLOAD_OFFSET, "Parts of it have arrived; go on with PATCH.");
	if (rc == 0)
		rc = check_length(a, &upload, 0, err);
	if (rc == 0 && a->rq->content_length < upload.size)
		rc = err_set(err, E_SHORT_BODY, "The upload was announced with %lld bytes.",
			(long long)upload.size);
	struct body body CLEANUP(body_end) = {.size = upload.size};
	return rc < 0 ? rc : part_receive(a, &upload, 0, &body, err);
}

/* Forms are what a page of any other site can send, so a browser's session is not taken here. */
int ep_upload_content_post(struct api *a, struct err *err)
{
	struct body body CLEANUP(body_end) = {.size = 0};
	struct upload upload;
	int rc = upload_find(a, &upload, err);

	if (rc == 0 && a->actor.by_cookie)
		rc = err_set(err, E_MEDIA_TYPE,
			"Forms are taken with an API key only; send the bytes themselves.");
	if (rc == 0)
		rc = check_open(a, &upload, err);
	if (rc == 0 && upload.received > 0)
		rc = err_set(err, E_UPLOAD_OFFSET, "Parts of it have arrived; go on with PATCH.");
	if (rc == 0 && a->rq->content_length < 0)
		rc = err_set(err, E_LENGTH_REQUIRED, NULL);
	if (rc == 0 && a->rq->content_length > upload.size + MULTIPART_OVERHEAD_MAX)
		rc = err_set(err, E_TOO_LARGE, "The upload was announced with %lld bytes.",
			(long long)upload.size);
	if (rc == 0)
		rc = multipart_open(a->rq, &body.form, err);
	body.size = upload.size;
	return rc < 0 ? rc : part_receive(a, &upload, 0, &body, err);
}

/* --- tus -------------------------------------------------------------------------------------- */

static int tus_offset(struct api *a, const struct upload *upload, struct err *err)
{
	uint64_t offset = 0;

	if (!http_content_is(a->rq, TUS_CONTENT_TYPE))
		return err_set(err, E_MEDIA_TYPE, "A part comes as %s.", TUS_CONTENT_TYPE);
	if (!sv_to_u64(http_header(a->rq, "Upload-Offset"), INT64_MAX, &offset))
		return err_set(err, E_BAD_REQUEST, "The Upload-Offset header is not a number.");
	if ((int64_t)offset != upload->received)
		return err_set(err, E_UPLOAD_OFFSET, "The next part starts at byte %lld.",
			(long long)upload->received);
	return 0;
}

int ep_upload_content_head(struct api *a, struct err *err)
{
	struct upload upload;
	struct sv metadata = SV_NULL;
	int rc = upload_find(a, &upload, err);

	http_response_header(a->rs, "Tus-Resumable", TUS_VERSION);
	if (rc == 0 && upload.state != UPLOAD_STATE_WHOLE)
		rc = check_open(a, &upload, err);
	if (rc == 0)
		rc = store_upload_metadata(a->db, &upload.id, a->arena, &metadata, err);
	if (rc < 0)
		return rc;
	http_response_header(a->rs, "Upload-Offset", "%lld", (long long)upload.received);
	http_response_header(a->rs, "Upload-Length", "%lld", (long long)upload.size);
	if (metadata.n > 0)
		http_response_header(a->rs, "Upload-Metadata", "%.*s", SV_ARG(metadata));
	tus_put_expiry(a, &upload);
	return 0;
}

int ep_upload_content_patch(struct api *a, struct err *err)
{
	struct upload upload = {.size = 0};
	int rc = tus_check(a, err);

	if (rc == 0)
		rc = upload_find(a, &upload, err);
	if (rc == 0)
		rc = check_open(a, &upload, err);
	if (rc == 0)
		rc = tus_offset(a, &upload, err);
	if (rc == 0)
		rc = check_length(a, &upload, upload.received, err);
	struct body body CLEANUP(body_end) = {.size = a->rq->content_length};
	if (rc == 0 && a->rq->content_length > 0)
		rc = part_receive(a, &upload, upload.received, &body, err);
	if (rc < 0)
		return rc;
	upload.received += a->rq->content_length;
	http_response_header(a->rs, "Upload-Offset", "%lld", (long long)upload.received);
	tus_put_expiry(a, &upload);
	return 0;
}

/* --- giving up -------------------------------------------------------------------------------- */

static int end_steps(struct api *a, const struct upload *upload, struct uuid **ret_ids,
	size_t *ret_n, struct err *err)
{
	struct upload_part *parts = NULL;
	struct uuid *ids;
	size_t n = 0;
	int rc = store_part_list(a->db, &upload->id, a->arena, &parts, &n, err);

	if (rc < 0)
		return rc;
	ids = ARENA_ARRAY(a->arena, n, struct uuid);
	if (!ids)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < n; i++)
		ids[i] = parts[i].object_id;
	*ret_ids = ids;
	*ret_n = n;
	rc = store_object_erase(a->db, ids, n, NULL, err);
	if (rc == 0)
		rc = store_part_delete(a->db, &upload->id, err);
	if (rc == 0)
		rc = store_upload_end(a->db, &upload->id, err);
	if (rc == 0)
		rc = store_file_set_state(a->db, &upload->file_id, FILE_STATE_RECEIVING,
			FILE_STATE_REJECTED, sv_from_cstr(err_wire(E_CANCELLED)),
			SV("The upload was given up."), err);
	if (rc == 0)
		rc = store_project_release(a->db, &a->project.id, upload->size, err);
	api_object(a, "upload", &upload->id);
	return rc < 0 ? rc : api_audit(a, EVENT_UPLOAD_END, AUDIT_DONE, err);
}

static int end_locked(struct api *a, struct uuid **ret_ids, size_t *ret_n, struct err *err)
{
	struct uuid id = api_param_uuid(a, "upload");
	struct upload upload;
	int rc = store_upload_lock(a->db, &a->project.id, &id, &upload, err);

	if (rc == 0 && upload.state != UPLOAD_STATE_OPEN)
		rc = err_set(err, E_UPLOAD_DONE, NULL);
	return rc < 0 ? rc : end_steps(a, &upload, ret_ids, ret_n, err);
}

int ep_upload_content_delete(struct api *a, struct err *err)
{
	struct uuid *ids = NULL;
	size_t n = 0;
	int rc = db_begin(a->db, err);

	http_response_header(a->rs, "Tus-Resumable", TUS_VERSION);
	if (rc == 0)
		rc = end_locked(a, &ids, &n, err);
	if (rc == 0)
		rc = db_commit(a->db, err);
	db_rollback(a->db);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (vault_remove(vault_of(a), &ids[i], NULL) < 0)
			log_warn(&a->log, "a part's bytes stay for the sweep");
	return 0;
}
