/*
 * Files, and the announcement of uploads: space is booked and names are checked before the first
 * byte is sent. The bytes themselves are the upload pool's.
 */
#include <string.h>

#include "api/api.h"
#include "api/ep.h"
#include "api/tus.h"
#include "api/types.h"
#include "domain/file_type.h"
#include "seal/random.h"
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_project.h"
#include "store/store_repair.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_upload.h"

static void put_file(struct json_writer *w, const struct file *f)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &f->id);
	json_put_uuid(w, "source", &f->source_id);
	json_put_text(w, "name", f->name);
	json_put_int(w, "size", f->size);
	api_put_hash(w, "sha256", f->sha256);
	api_put_word(w, "state", f->state);
	api_put_finding(w, "verdict", f->verdict_code, f->verdict_detail);
	json_put_uuid(w, "uploaded_by", &f->uploaded_by);
	api_put_instant(w, "uploaded_at", f->uploaded_at);
	api_put_id(w, "dataset", &f->dataset_id);
	api_put_id(w, "repairs", &f->repairs);
	json_put_int(w, "version", f->version);
	json_close_object(w);
}

static int answer_file(struct api *a, const struct uuid *id, struct err *err)
{
	struct file file;
	int rc = store_file_get(a->db, &a->project.id, id, a->arena, &file, err);

	if (rc != 0)
		return rc;
	api_etag(a, file.version);
	put_file(&a->out, &file);
	return 0;
}

int ep_file_list(struct api *a, struct err *err)
{
	const struct uuid source = api_query_uuid(a, "source");
	struct db_page page;
	struct file *files;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_file_list(a->db, &a->project.id, uuid_is_nil(&source) ? NULL : &source,
			api_query_word(a, "state", "FILE_STATE"), &page, a->arena, &files, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_file(&a->out, &files[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_file_get(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "file");

	return answer_file(a, &id, err);
}

/* Only a file that could not be scanned still has its bytes and may be tried again. */
int ep_file_retry(struct api *a, struct err *err)
{
	const struct uuid id = api_param_uuid(a, "file");
	struct file file;
	int rc = store_file_get(a->db, &a->project.id, &id, a->arena, &file, err);

	if (rc != 0)
		return rc;
	if (file.state != FILE_STATE_UNSCANNABLE)
		return err_set(err, E_CONFLICT,
			"Only a file that could not be scanned can be scanned again.");
	rc = store_file_set_state(a->db, &id, FILE_STATE_UNSCANNABLE, FILE_STATE_RECEIVED, SV_NULL,
		SV_NULL, err);
	if (rc == 0)
		rc = store_task_insert(a->db, TASK_SCAN, &id, &a->project.id,
			sv_from_cstr(a->rq->id), err);
	if (rc != 0)
		return rc;
	api_wake(a, "scan");
	api_object(a, "file", &id);
	return answer_file(a, &id, err);
}

/* --- uploads ---------------------------------------------------------------------------------- */

/* "csv tsv txt": all extensions that are taken. */
static const char *extensions(struct arena *arena)
{
	const char *all = "";

	for (int t = FILE_TYPE_NONE + 1; t < FILE_TYPE_END && all != NULL; t++)
		all = arena_printf(arena, "%s%s%s", all, *all ? " " : "",
			file_type_extensions((enum file_type)t));
	return all ? all : "";
}

static int check_announced(const struct api *a, struct sv name, int64_t size, struct err *err)
{
	if (size > (int64_t)a->env->conf->upload_max_bytes)
		return err_set_at(err, E_TOO_LARGE, "/size", "A file may have at most %lld bytes.",
			(long long)a->env->conf->upload_max_bytes);
	if (file_type_refusal(name) != NULL)
		return err_set_at(err, E_FILE_TYPE, "/name", "%s", file_type_refusal(name));
	if (file_type_of_name(name) == FILE_TYPE_NONE)
		return err_set_at(err, E_FILE_TYPE, "/name",
			"The name must end in one of: %s.", extensions(a->arena));
	return 0;
}

static int insert_upload(struct api *a, const struct file *file, struct sv metadata,
	struct upload *ret, struct err *err)
{
	struct upload upload = {
		.project_id = a->project.id,
		.file_id = file->id,
		.user_id = a->actor.user_id,
		.size = file->size,
		.metadata = metadata,
	};
	const struct sv hash = api_in_text(a, NULL, "sha256");
	size_t n;

	random_bytes(upload.id.b, sizeof(upload.id.b));
	if (hash.p && hex_decode(hash, upload.sha256, sizeof(upload.sha256), &n) != 0)
		return err_set_at(err, E_INVALID, "/sha256", NULL);
	/* Zeros are how the database says that none was announced. */
	if (hash.p && memcmp(upload.sha256, (const uint8_t[32]){0}, sizeof(upload.sha256)) == 0)
		return err_set_at(err, E_INVALID, "/sha256", "No file has this hash.");
	return store_upload_insert(
		a->db, &upload, a->env->conf->upload_expire_seconds, a->arena, ret, err);
}

/* A repair changes a dataset, so handing files in is not enough for it. */
static int check_repair(struct api *a, const struct file *file, struct err *err)
{
	struct dataset d;

	if (uuid_is_nil(&file->repairs))
		return 0;
	if (!perm_allows(PERM_DATASET_WRITE, &a->actor.perm, a->project.role))
		return err_set(err, E_FORBIDDEN, NULL);
	int rc = store_dataset_get(a->db, &a->project.id, &file->repairs, a->arena, &d, err);
	if (rc == E_NOT_FOUND)
		return err_set_at(err, E_INVALID, "/repairs", "There is no such dataset.");
	if (rc != 0)
		return rc;
	if (!uuid_eq(&d.source_id, &file->source_id))
		return err_set_at(err, E_INVALID, "/source", "The dataset is of another source.");
	if (d.state != DATASET_STATE_READY)
		return err_set(err, E_DATASET_NOT_READY, "The dataset is %s.", word_text(d.state));
	return d.rows_rejected > 0 ? 0
				   : err_set(err, E_REPAIR, "No row of the dataset is rejected.");
}

static int insert_file(struct api *a, const struct file *file, struct err *err)
{
	int rc = store_file_insert(a->db, file, err);

	if (rc == 0 && !uuid_is_nil(&file->repairs))
		rc = store_repair_insert(a->db, &a->project.id, &file->id, &file->repairs, err);
	return rc;
}

/* Books the space and makes the rows of what the input announces. */
static int create_upload(
	struct api *a, struct sv metadata, struct file *ret_file, struct upload *ret, struct err *err)
{
	const struct file file = {
		.id = uuid_new(),
		.project_id = a->project.id,
		.source_id = api_in_uuid(a, NULL, "source"),
		.name = api_in_text(a, NULL, "name"),
		.size = api_in_int(a, NULL, "size", 0),
		.uploaded_by = a->actor.user_id,
		.repairs = api_in_uuid(a, NULL, "repairs"),
	};
	struct source source;
	int rc = check_announced(a, file.name, file.size, err);

	if (rc == 0)
		rc = store_source_get(
			a->db, &a->project.id, &file.source_id, a->arena, &source, err);
	if (rc == 0)
		rc = check_repair(a, &file, err);
	if (rc == 0)
		rc = store_project_book(a->db, &a->project.id, file.size, err);
	if (rc == 0)
		rc = insert_file(a, &file, err);
	if (rc == 0)
		rc = insert_upload(a, &file, metadata, ret, err);
	if (rc != 0)
		return rc;
	api_object(a, "file", &file.id);
	*ret_file = file;
	return 0;
}

/* Where its bytes go. */
static const char *content_href(const struct api *a, const struct upload *upload)
{
	char project[UUID_TEXT_LEN + 1], id[UUID_TEXT_LEN + 1];
	const char *href;

	uuid_format(&a->project.id, project);
	uuid_format(&upload->id, id);
	href = arena_printf(a->arena, "/api/v1/projects/%s/uploads/%s/content", project, id);
	return href ? href : "";
}

int ep_upload_create(struct api *a, struct err *err)
{
	struct file file;
	struct upload made;
	int rc = create_upload(a, SV_NULL, &file, &made, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_put_uuid(&a->out, "id", &made.id);
	json_put_uuid(&a->out, "file", &file.id);
	json_put_cstr(&a->out, "href", content_href(a, &made));
	json_put_int(&a->out, "part_bytes", (int64_t)ROUTE_PART_MAX);
	api_put_instant(&a->out, "expires_at", made.expires_at);
	json_close_object(&a->out);
	return 0;
}

/* The same announcement in the headers of tus: it becomes the input that the other route takes, and is
 * checked like that. */
static int take_announcement(struct api *a, struct sv metadata, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int rc = tus_read_announcement(
		http_header(a->rq, "Upload-Length"), metadata, a->arena, &text, err);

	if (rc == 0)
		rc = json_parse(buf_sv(&text), ROUTE_JSON_DEPTH, &a->input_root, err);
	if (rc != 0)
		return rc;
	a->errors = ARENA_ARRAY(a->arena, HTTP_PROBLEM_ERRORS_MAX, struct http_problem_error);
	if (a->errors == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	a->input = a->input_root;
	return schema_check(&type_upload_new, a->input, a->arena, a->errors, &a->errors_count, err);
}

int ep_tus_create(struct api *a, struct err *err)
{
	const struct sv metadata = http_header(a->rq, "Upload-Metadata");
	struct file file;
	struct upload made;
	int rc = tus_check(a, err);

	if (rc == 0)
		rc = take_announcement(a, metadata, err);
	if (rc == 0)
		rc = create_upload(a, metadata, &file, &made, err);
	if (rc != 0)
		return rc;
	http_response_header(a->rs, "Location", "%s", content_href(a, &made));
	tus_put_expiry(a, &made);
	return 0;
}
