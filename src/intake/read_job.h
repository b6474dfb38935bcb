#ifndef INTAKE_READ_JOB_H
#define INTAKE_READ_JOB_H
/*
 * One file through a reader's child: what reading a dataset (read_task.c), repairing one
 * (repair_task.c) and previewing one (preview_task.c) have in common. The child's output streams into the vault as it comes, and nothing
 * of it counts before it was read back and checked.
 */
#include "col/table_file.h"
#include "intake/intake.h"
#include "intake/repeat.h"
#include "read/read.h"
#include "store/store_dataset.h"
#include "store/store_file.h"
#include "store/store_source.h"
#include "wire/msg.h"

struct output {
	struct vault_writer *writer; /* NULL until its first byte */
	struct vault_object object;
	bool stored; /* object lies in the vault and no row can name it yet */
};

struct read_job {
	struct intake *in;
	struct arena *arena;
	struct dataset dataset;
	struct source source;
	struct mapping_row mapping; /* version 0: none */
	struct file file;
	struct vault_object object; /* of the file */
	enum msg_purpose purpose;
	struct output data, rejects;
	struct buf proposal, statements, preview;
	struct buf sums;
	struct repeat_list repeats;
	bool has_days;
	int32_t first_day, last_day;
	struct msg_read_result result;
};

/* Bounds its texts; read_job_end frees all, and removes what was stored and named by no row. */
void read_job_init(struct read_job *j);
void read_job_end(struct read_job *j);
/* Runs the child over j->object through j->mapping, into outputs and result. E_INTERNAL: it crashed;
 * E_FENCED, E_CANCELLED; errors of the vault. */
MUST_CHECK int read_job_child(struct read_job *j, struct err *why);
/* Stores what a child gave as kind, and reads it back. */
MUST_CHECK int read_job_table(struct read_job *j, struct output *o, enum col_file_kind kind,
	struct table_info *ret_info, struct col_table *ret, struct err *err);
/* Whether the dataset is what the child's result says of it. E_CORRUPT. */
MUST_CHECK int read_job_check(const struct read_job *j, const struct table_info *info,
	const struct col_table *t, struct err *err);
/* [{"field":…,"money":{"minor":…,"currency":…}}…] of every amount, by currency. */
void read_job_sums(const struct col_table *t, struct buf *out);
/* That a text of the child is JSON, or empty. */
MUST_CHECK int read_job_json(const struct buf *json, struct err *err);
/* Errors that say something about the file and will not change by trying again. */
bool read_job_is_verdict(int code);

/* The receipt of a dataset's reading, inside the transaction that has its effects: d is the dataset as
 * it is then, j->data and j->rejects are what is stored of it, file is whose reading it is. */
struct repair;
MUST_CHECK int read_job_receipt(struct read_job *j, const struct dataset *d,
	const struct file *file, const struct repair *repair, struct err *err);

#endif
