#ifndef DOMAIN_EXCEPTION_H
#define DOMAIN_EXCEPTION_H
/*
 * Exceptions: which state follows which, who may say so, how severe a value is. Pure.
 *
 *	open ─► in_progress ◄─► waiting ─► resolved ─► closed
 *	                                       │          │
 *	                          reopened ◄───┴──────────┘
 *
 * Who works on it moves it up to resolved, with a reason; a second person, an approver or an owner,
 * closes it.
 */
#include "base/base.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/perm.h"
#include "domain/word.h"

/* What a move is judged by. */
struct exception_move {
	enum word from, to; /* EXCEPTION_STATE_ */
	enum role role;
	struct uuid by, resolved_by;
	bool has_reason; /* once the move is made */
};

/* E_CONFLICT: that state does not follow; E_FORBIDDEN: the role may not; E_SELF_APPROVAL: closed by
 * who resolved it; E_INVALID at /reason: it needs one. Staying in a state is no move: 0. */
MUST_CHECK int exception_move_check(const struct exception_move *move, struct err *err);
/* Whether somebody still has to work on it. */
bool exception_is_live(enum word state);

/* Whole units of a currency from which a value is at least so severe. */
struct exception_steps {
	int64_t medium, high, critical;
};
/* Of a magnitude in minor units of a currency with so many decimals: SEVERITY_. */
enum word exception_severity(int64_t minor, int decimals, const struct exception_steps *steps);

#endif
