/*
 * SQLSTATE to E_*: the one place where PostgreSQL's errors become ours.
 *
 * A constraint says more than a class of states, so it is looked up first. Only the primary message
 * is ever quoted: DETAIL and CONTEXT may hold values of rows.
 */
#include "store/db_private.h"

#include <string.h>

static const struct {
	const char *constraint;
	int code;
	const char *text;
} constraints[] = {
	{"allocation_balance", E_RECORD_TAKEN, "More would be matched than the record's amount."},
	{"job_one_at_a_time", E_CONFLICT, "A job of this reconciliation is queued or running."},
	{"task_one_live", E_CONFLICT, "The same task is waiting or running already."},
	{"decision_undone_once", E_DECISION_STATE, "This decision was undone already."},
	{"project_storage_bytes_check", E_CONFLICT,
		"The project's storage count would be negative."},
};

/* A state matches by its first strlen(state) characters; the first row that fits counts. */
static const struct {
	const char *state;
	int code;
	bool quote; /* the message is for the log, not only our own sentence */
} states[] = {
	{"RC001", E_RECORD_TAKEN, false},
	{"RC002", E_DECISION_STATE, false},
	{"RC003", E_DATASET_NOT_READY, false},
	{"RC404", E_NOT_FOUND, false},
	{"RC409", E_STALE, false},
	{"23505", E_EXISTS, false},
	{"23503", E_CONFLICT, false},
	{"23", E_INVALID, true},
	{"22", E_INVALID, true},
	{"40", E_UNAVAILABLE, true},
	{"42501", E_FORBIDDEN, true},
	{"53100", E_NO_SPACE, false},
	{"53200", E_NO_MEMORY, false},
	{"53", E_UNAVAILABLE, true},
	{"55P03", E_TIMEOUT, true},
	{"57014", E_TIMEOUT, true},
	{"57P", E_UNAVAILABLE, true},
	{"08", E_UNAVAILABLE, true},
	{"28", E_CONFIG, true},
	{"3D000", E_CONFIG, true},
};

static int constraint_error(const PGresult *result, struct err *err)
{
	const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	for (size_t i = 0; name && i < ARRAY_LEN(constraints); i++)
		if (strcmp(constraints[i].constraint, name) == 0)
			return err_set(err, constraints[i].code, "%s", constraints[i].text);
	return 0;
}

static int state_error(const char *state, const char *message, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strncmp(state, states[i].state, strlen(states[i].state)) != 0)
			continue;
		if (!states[i].quote)
			return err_set(err, states[i].code, NULL);
		return err_set(err, states[i].code, "PostgreSQL: %s (%s)", message, state);
	}
	return err_set(err, E_INTERNAL, "PostgreSQL: %s (%s)", message, state);
}

/* libpq's messages end in a line feed and may have several lines. */
static int connection_error(const PGconn *conn, struct err *err)
{
	struct sv text = sv_trim(sv_from_cstr(PQerrorMessage(conn)));
	struct sv line = sv_cut(&text, '\n');

	return err_set(err, E_UNAVAILABLE, "PostgreSQL: %.*s", SV_ARG(line));
}

int db_error(const PGconn *conn, const PGresult *result, struct err *err)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	int code;

	if (!state)
		return connection_error(conn, err);
	code = constraint_error(result, err);
	if (code < 0)
		return code;
	return state_error(state, message ? message : "", err);
}
