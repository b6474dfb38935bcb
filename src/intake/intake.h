#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H
/*
 * What one worker process of recon-intake works with: its connection, the vault, the socket of its
 * reader, and the task in hand. A handler of a task does everything in steps that can be repeated,
 * and ends the task in the transaction that has its effects; when it returns an error instead, the
 * worker decides by the code what becomes of the task (worker.c).
 *
 * No handler parses content: that is done by recon-scanner and by the reader (reader.h), and what
 * comes back from them is checked here.
 */
#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "domain/event.h"
#include "store/store_object.h"
#include "store/store_task.h"
#include "sys/main.h"
#include "vault/vault.h"

struct intake {
	struct main_ctx *m;
	struct log log; /* names the request that made the task */
	struct db *db;
	struct vault *vault;
	int reader;       /* reader_start() */
	bool reader_lost; /* this process can read no more, and shall end */
	int stop;         /* readable once the process was told to end */
	struct task task;
	int64_t beat_us; /* when the lease was last renewed */
};

/* True once the process was told to end. */
bool intake_stopping(const struct intake *in);
/* Renews the lease when it is due. E_FENCED: the task is somebody else's now; E_CANCELLED: the
 * process shall end. Call it at least every second while working. */
MUST_CHECK int intake_beat(struct intake *in, struct err *err);

/* TASK_SCAN; subject is a file: joins its parts, has them scanned, and records the verdict. */
MUST_CHECK int scan_task_run(struct intake *in, struct arena *a, struct err *err);
/* TASK_READ; subject is a dataset: reads its file through the source's mapping. */
MUST_CHECK int read_task_run(struct intake *in, struct arena *a, struct err *err);
/* TASK_REPAIR; subject is a file: its rows become part of the dataset whose rejected rows they are. */
MUST_CHECK int repair_task_run(struct intake *in, struct arena *a, struct err *err);
/* TASK_PREVIEW; subject is a preview: what its mapping would make of the dataset's file. */
MUST_CHECK int preview_task_run(struct intake *in, struct arena *a, struct err *err);
/* Inside a transaction: what becomes of the subject of a task that nobody will finish. */
MUST_CHECK int scan_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err);
MUST_CHECK int read_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err);
MUST_CHECK int repair_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err);
MUST_CHECK int preview_task_abandon(
	struct intake *in, const struct task *task, struct arena *a, struct err *err);

/* Expired uploads, unfinished objects, and objects that no row names. */
MUST_CHECK int sweep_run(struct intake *in, struct err *err);

/* What was wrapped or sealed for a retired key pair of the vault is wrapped for the present one. */
MUST_CHECK int rewrap_run(struct intake *in, struct err *err);

/* From a row of the database. E_CORRUPT: erased. */
MUST_CHECK int object_of_row(const struct object *row, struct vault_object *ret, struct err *err);
/* Inside a transaction. */
MUST_CHECK int object_insert(struct intake *in, const struct uuid *project, enum word kind,
	const struct vault_object *object, struct err *err);
/* Inside a transaction, for a project; code NULL: none. */
MUST_CHECK int intake_audit(struct intake *in, const struct uuid *project, enum event event,
	const char *kind, const struct uuid *id, const char *code, struct err *err);

#endif
