/*
 * Receipts: what was read, from which bytes, by which mapping, with which outcome. They are canonical
 * JSON without a time, so that equal readings have equal receipts; each names the hash of the one
 * before, so that none can be left out or changed unseen.
 */
#include <string.h>

#include "intake/read_job.h"
#include "seal/hash.h"
#include "store/store_repair.h"
#include "wire/json.h"

static void put_hash(struct json_writer *w, const char *key, const uint8_t hash[32])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;

	buf_add_hex(&hex, hash, 32);
	json_put_text(w, key, buf_sv(&hex));
}

static void put_file(struct json_writer *w, const char *key, const struct file *f)
{
	json_open_object(w, key);
	json_put_uuid(w, "id", &f->id);
	json_put_text(w, "name", f->name);
	json_put_int(w, "size", f->size);
	put_hash(w, "sha256", f->sha256);
	json_close_object(w);
}

static void put_mapping(struct json_writer *w, const struct mapping_row *m)
{
	uint8_t hash[SHA256_LEN];

	hash_sha256(m->mapping.p, m->mapping.n, hash);
	json_open_object(w, "mapping");
	json_put_int(w, "version", m->version);
	put_hash(w, "sha256", hash);
	json_close_object(w);
}

static void put_rows(struct json_writer *w, const struct dataset *d)
{
	json_open_object(w, "rows");
	json_put_int(w, "read", d->rows_read);
	json_put_int(w, "accepted", d->rows_accepted);
	json_put_int(w, "rejected", d->rows_rejected);
	json_put_int(w, "skipped", d->rows_skipped);
	json_close_object(w);
}

static void put_repair(struct json_writer *w, const struct repair *r)
{
	if (r == NULL) {
		json_put_null(w, "repair");
		return;
	}
	json_open_object(w, "repair");
	json_put_int(w, "rows_repaired", r->rows_repaired);
	json_put_int(w, "rows_rejected", r->rows_rejected);
	json_put_int(w, "rows_ignored", r->rows_ignored);
	json_close_object(w);
}

static int canonical(const struct buf *text, struct buf *out, struct err *err)
{
	struct json_object *root CLEANUP(json_cleanup) = NULL;
	int rc = buf_ok(text) ? json_parse(buf_sv(text), JSON_DEPTH, &root, err)
			      : err_set(err, E_NO_MEMORY, NULL);

	if (rc != 0)
		return rc;
	json_add_canonical(out, root);
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

int read_job_receipt(struct read_job *j, const struct dataset *d, const struct file *file,
	const struct repair *repair, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT, receipt CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&text);
	struct reading last = {0}, reading = {0};
	int rc = store_reading_last(j->in->db, &d->id, j->arena, &last, err);

	if (rc != 0 && rc != E_NOT_FOUND)
		return rc;
	json_open_object(&w, NULL);
	json_put_uuid(&w, "project", &d->project_id);
	json_put_uuid(&w, "source", &d->source_id);
	json_put_uuid(&w, "dataset", &d->id);
	json_put_int(&w, "dataset_no", d->no);
	json_put_int(&w, "reading", last.no + 1);
	if (last.no == 0)
		json_put_null(&w, "previous");
	else
		put_hash(&w, "previous", last.receipt_sha256);
	put_file(&w, "file", file);
	put_repair(&w, repair);
	put_mapping(&w, &j->mapping);
	put_rows(&w, d);
	json_put_raw(&w, "sums", d->sums);
	put_hash(&w, "data_sha256", j->data.object.sha256);
	if (uuid_is_nil(&d->rejects_object))
		json_put_null(&w, "rejects_sha256");
	else
		put_hash(&w, "rejects_sha256", j->rejects.object.sha256);
	json_close_object(&w);
	rc = canonical(&text, &receipt, err);
	if (rc != 0)
		return rc;
	reading.receipt = buf_sv(&receipt);
	hash_sha256(receipt.p, receipt.n, reading.receipt_sha256);
	return store_reading_insert(j->in->db, d, &file->id, &reading, err);
}
