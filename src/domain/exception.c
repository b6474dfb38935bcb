/* Exceptions: a table of moves. */
#include "domain/exception.h"

#define FROM(word) (UINT32_C(1) << ((word) - EXCEPTION_STATE_OPEN))
#define WORKED_ON                                                                                  \
	(FROM(EXCEPTION_STATE_OPEN) | FROM(EXCEPTION_STATE_IN_PROGRESS) |                          \
		FROM(EXCEPTION_STATE_WAITING) | FROM(EXCEPTION_STATE_REOPENED))

static const struct {
	enum word to;
	uint32_t from;
	bool approver; /* it takes one, or an owner */
	bool second;   /* and not who resolved it */
	bool reason;
} moves[] = {
	{EXCEPTION_STATE_IN_PROGRESS, WORKED_ON, false, false, false},
	{EXCEPTION_STATE_WAITING, WORKED_ON, false, false, false},
	{EXCEPTION_STATE_RESOLVED, WORKED_ON, false, false, true},
	{EXCEPTION_STATE_CLOSED, FROM(EXCEPTION_STATE_RESOLVED), true, true, true},
	{EXCEPTION_STATE_REOPENED, FROM(EXCEPTION_STATE_RESOLVED), false, false, false},
	{EXCEPTION_STATE_REOPENED, FROM(EXCEPTION_STATE_CLOSED), true, false, false},
};

static bool may_approve(enum role role)
{
	return role == ROLE_APPROVER || role == ROLE_OWNER;
}

int exception_move_check(const struct exception_move *m, struct err *err)
{
	if (m->from == m->to)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (moves[i].to != m->to || (moves[i].from & FROM(m->from)) == 0)
			continue;
		if (moves[i].approver && !may_approve(m->role))
			return err_set(err, E_FORBIDDEN, "That is for an approver or an owner.");
		if (moves[i].second && uuid_eq(&m->by, &m->resolved_by))
			return err_set(err, E_SELF_APPROVAL,
				"Somebody else than who resolved it closes it.");
		if (moves[i].reason && !m->has_reason)
			return err_set_at(
				err, E_INVALID, "/reason", "It is not resolved without a reason.");
		return 0;
	}
	return err_set(err, E_CONFLICT, "From %s it does not become %s.", word_text(m->from),
		word_text(m->to));
}

bool exception_is_live(enum word state)
{
	return state != EXCEPTION_STATE_RESOLVED && state != EXCEPTION_STATE_CLOSED;
}

enum word exception_severity(int64_t minor, int decimals, const struct exception_steps *steps)
{
	const int64_t steps_of[] = {steps->critical, steps->high, steps->medium};
	static const enum word words[] = {SEVERITY_CRITICAL, SEVERITY_HIGH, SEVERITY_MEDIUM};
	__int128 unit = 1;

	for (int i = 0; i < decimals; i++)
		unit *= 10;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (minor >= steps_of[i] * unit)
			return words[i];
	return SEVERITY_LOW;
}
