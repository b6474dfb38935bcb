/* The queue; see store_task.h. */
#include "store/store_task.h"

#define KINDS_MAX 8

static const struct db_field task_fields[] = {
	DB_FIELD(task, UUID, id),
	DB_FIELD_WORD(task, "TASK", kind),
	DB_FIELD(task, UUID, subject),
	DB_FIELD(task, UUID, project_id),
	DB_FIELD(task, I32, attempt),
	DB_FIELD(task, I32, strikes),
	DB_FIELD(task, TEXT, request_id),
	DB_FIELD(task, INSTANT, created_at),
};
static const struct db_shape task_shape = DB_SHAPE(task, task_fields);

/* A task together with its state. */
struct ended {
	struct uuid id;
	enum word kind;
	struct uuid subject, project_id;
	int32_t attempt, strikes;
	struct sv request_id;
	int64_t created_at;
	enum word state;
};

static const struct db_field ended_fields[] = {
	DB_FIELD(ended, UUID, id),
	DB_FIELD_WORD(ended, "TASK", kind),
	DB_FIELD(ended, UUID, subject),
	DB_FIELD(ended, UUID, project_id),
	DB_FIELD(ended, I32, attempt),
	DB_FIELD(ended, I32, strikes),
	DB_FIELD(ended, TEXT, request_id),
	DB_FIELD(ended, INSTANT, created_at),
	DB_FIELD_WORD(ended, "TASK_STATE", state),
};
static const struct db_shape ended_shape = DB_SHAPE(ended, ended_fields);

struct flag {
	bool cancel_asked;
};

static const struct db_field flag_fields[] = {DB_FIELD(flag, BOOL, cancel_asked)};
static const struct db_shape flag_shape = DB_SHAPE(flag, flag_fields);

/* Words as a text array; out must have room for n. */
static struct db_param kinds_param(const enum word *kinds, size_t n, struct sv out[KINDS_MAX])
{
	n = MIN(n, (size_t)KINDS_MAX);
	for (size_t i = 0; i < n; i++)
		out[i] = sv_from_cstr(word_text(kinds[i]));
	return DB_SVS(out, n);
}

int store_task_insert(struct db *db, enum word kind, const struct uuid *subject,
	const struct uuid *project, struct sv request_id, struct err *err)
{
	struct uuid id = uuid_new();

	return db_run_one(db, SQL_TASK_INSERT,
		DB_PARAMS(DB_UUID(&id), DB_WORD(kind), DB_UUID(subject), DB_UUID_OPT(project),
			DB_SV(request_id)),
		err);
}

int store_task_claim(struct db *db, const enum word *kinds, size_t nkinds, struct sv worker,
	int64_t lease_seconds, struct arena *arena, struct task *ret, struct err *err)
{
	struct sv texts[KINDS_MAX];

	return db_one(db, SQL_TASK_CLAIM,
		DB_PARAMS(kinds_param(kinds, nkinds, texts), DB_SV(worker), DB_I64(lease_seconds)),
		&task_shape, arena, ret, err);
}

static void split_ended(const struct ended *e, struct task *ret, enum word *ret_state)
{
	*ret = (struct task){
		.id = e->id,
		.kind = e->kind,
		.subject = e->subject,
		.project_id = e->project_id,
		.attempt = e->attempt,
		.strikes = e->strikes,
		.request_id = e->request_id,
		.created_at = e->created_at,
	};
	*ret_state = e->state;
}

int store_task_abandon(struct db *db, const enum word *kinds, size_t nkinds, struct arena *arena,
	struct task *ret, enum word *ret_state, struct err *err)
{
	struct sv texts[KINDS_MAX];
	struct ended ended;
	int code = db_one(db, SQL_TASK_ABANDON, DB_PARAMS(kinds_param(kinds, nkinds, texts)),
		&ended_shape, arena, &ended, err);

	if (code == 0)
		split_ended(&ended, ret, ret_state);
	return code;
}

static int ask_flag(struct db *db, enum sql statement, const struct db_param *params,
	size_t nparams, bool *ret_cancel, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct flag flag;
	int code;

	arena_init(&arena, 0);
	code = db_one(db, statement, params, nparams, &flag_shape, &arena, &flag, err);
	if (code == E_NOT_FOUND)
		return err_set(err, E_FENCED, NULL);
	if (code == 0)
		*ret_cancel = flag.cancel_asked;
	return code;
}

int store_task_heartbeat(struct db *db, const struct task *task, int64_t lease_seconds,
	bool *ret_cancel, struct err *err)
{
	return ask_flag(db, SQL_TASK_HEARTBEAT,
		DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt), DB_I64(lease_seconds)),
		ret_cancel, err);
}

int store_task_cancel_asked(
	struct db *db, const struct task *task, bool *ret_cancel, struct err *err)
{
	return ask_flag(db, SQL_TASK_CANCEL_ASKED,
		DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt)), ret_cancel, err);
}

/* A statement that is fenced by the attempt. */
static int fenced(struct db *db, enum sql statement, const struct db_param *params, size_t nparams,
	struct err *err)
{
	int code = db_run_one(db, statement, params, nparams, err);

	return code == E_NOT_FOUND ? err_set(err, E_FENCED, NULL) : code;
}

int store_task_finish(struct db *db, const struct task *task, enum word state, struct sv error_code,
	struct sv error_detail, struct err *err)
{
	return fenced(db, SQL_TASK_FINISH,
		DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt), DB_WORD(state),
			DB_SV(error_code), DB_SV(error_detail)),
		err);
}

int store_task_give_back(struct db *db, const struct task *task, struct err *err)
{
	return fenced(
		db, SQL_TASK_GIVE_BACK, DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt)), err);
}

int store_task_retry(struct db *db, const struct task *task, int64_t seconds, struct sv error_code,
	struct sv error_detail, struct err *err)
{
	return fenced(db, SQL_TASK_RETRY,
		DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt), DB_I64(seconds),
			DB_SV(error_code), DB_SV(error_detail)),
		err);
}

int store_task_postpone(struct db *db, const struct task *task, int64_t seconds, struct err *err)
{
	return fenced(db, SQL_TASK_POSTPONE,
		DB_PARAMS(DB_UUID(&task->id), DB_I32(task->attempt), DB_I64(seconds)), err);
}

struct state_row {
	enum word state;
};

static const struct db_field state_fields[] = {DB_FIELD_WORD(state_row, "TASK_STATE", state)};
static const struct db_shape state_shape = DB_SHAPE(state_row, state_fields);

int store_task_cancel(struct db *db, enum word kind, const struct uuid *subject,
	enum word *ret_state, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct state_row row;
	int code;

	arena_init(&arena, 0);
	code = db_one(db, SQL_TASK_CANCEL, DB_PARAMS(DB_WORD(kind), DB_UUID(subject)), &state_shape,
		&arena, &row, err);
	if (code == 0)
		*ret_state = row.state;
	return code;
}

int store_task_newest(struct db *db, enum word kind, const struct uuid *subject,
	struct arena *arena, struct task *ret, enum word *ret_state, struct err *err)
{
	struct ended ended;
	int code = db_one(db, SQL_TASK_NEWEST, DB_PARAMS(DB_WORD(kind), DB_UUID(subject)),
		&ended_shape, arena, &ended, err);

	if (code == 0)
		split_ended(&ended, ret, ret_state);
	return code;
}

int store_task_depth(
	struct db *db, const enum word *kinds, size_t nkinds, int64_t *ret, struct err *err)
{
	struct sv texts[KINDS_MAX];

	return db_value(db, SQL_TASK_DEPTH, DB_PARAMS(kinds_param(kinds, nkinds, texts)), ret, err);
}
