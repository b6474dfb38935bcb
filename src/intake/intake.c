/* What the handlers of tasks share. */
#include "intake/intake.h"

#include <poll.h>
#include <string.h>

#include "store/store_platform.h"
#include "wire/json.h"

#define BEAT_US (INT64_C(1000000) * TASK_HEARTBEAT_SECONDS)

bool intake_stopping(const struct intake *in)
{
	struct pollfd stop = {.fd = in->stop, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

int intake_beat(struct intake *in, struct err *err)
{
	int64_t now = clock_mono_us(&in->m->clock);
	bool cancel = false;
	int rc;

	if (intake_stopping(in))
		return err_set(err, E_CANCELLED, "The process ends.");
	if (now - in->beat_us < BEAT_US)
		return 0;
	rc = store_task_heartbeat(in->db, &in->task, TASK_LEASE_SECONDS, &cancel, err);
	if (rc == 0)
		in->beat_us = now;
	return rc;
}

int object_of_row(const struct object *row, struct vault_object *ret, struct err *err)
{
	if (row->wrapped_key.n != sizeof(ret->wrapped) || row->size < 0)
		return err_set(err, E_CORRUPT, "The file's key is gone.");
	ret->id = row->id;
	ret->size = (uint64_t)row->size;
	ret->stored_size = (uint64_t)row->stored_size;
	memcpy(ret->wrapped, row->wrapped_key.p, sizeof(ret->wrapped));
	memcpy(ret->sha256, row->sha256, sizeof(ret->sha256));
	return 0;
}

int object_insert(struct intake *in, const struct uuid *project, enum word kind,
	const struct vault_object *object, struct err *err)
{
	struct object row = {
		.id = object->id,
		.project_id = *project,
		.kind = kind,
		.size = (int64_t)object->size,
		.stored_size = (int64_t)object->stored_size,
		.wrapped_key = sv_from((const char *)object->wrapped, sizeof(object->wrapped)),
	};

	memcpy(row.sha256, object->sha256, sizeof(row.sha256));
	return store_object_insert(in->db, &row, err);
}

int intake_audit(struct intake *in, const struct uuid *project, enum event event, const char *kind,
	const struct uuid *id, const char *code, struct err *err)
{
	struct buf details CLEANUP(buf_free) = BUF_INIT;
	struct audit audit = {
		.project_id = *project,
		.actor_kind = ACTOR_SYSTEM,
		.event = event,
		.object_kind = kind,
		.object_id = *id,
		.outcome = code ? AUDIT_REFUSED : AUDIT_DONE,
		.request_id = in->task.request_id,
	};

	if (code) {
		struct json_writer w = json_writer_of(&details);

		json_open_object(&w, NULL);
		json_put_cstr(&w, "code", code);
		json_close_object(&w);
		audit.details = buf_sv(&details);
	}
	return store_audit_insert(in->db, &audit, err);
}
