/*
 * A ruleset for two tables that came without one: columns are paired by what they hold; references
 * are also looked for inside texts; the window of days is read off records whose amount occurs once
 * on each side. The proposal is JSON for a person.
 */
#include <stdlib.h>

#include "match/propose_parts.h"

static int look(struct propose *q, const struct col_table *left, const struct col_table *right,
	struct err *err)
{
	int rc = propose_profile(&q->p[0], left, err);

	if (rc == 0)
		rc = propose_profile(&q->p[1], right, err);
	if (rc == 0)
		rc = propose_amounts(q, err);
	if (rc == 0)
		rc = propose_dates(q, err);
	if (rc < 0)
		return rc;
	rc = propose_once(q, err);
	if (rc == 0)
		rc = propose_codes(q, err);
	if (rc < 0)
		return rc;
	propose_party(q);
	propose_columns(q);
	return propose_texts(q, err);
}

static bool has_common(const struct propose *q)
{
	return q->amount[0] != NULL || q->npairs > 0 || (q->ntexts[0] > 0 && q->ntexts[1] > 0);
}

int match_propose(const struct col_table *left, const struct col_table *right,
	struct sv left_label, struct sv right_label, struct buf *out, struct err *err)
{
	struct propose *q = calloc(1, sizeof(*q));
	int rc = q == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	if (rc == 0) {
		q->out = out;
		rc = look(q, left, right, err);
	}
	if (rc == 0 && !has_common(q))
		rc = err_set(err, E_INVALID, "The two files have no columns in common.");
	if (rc == 0) {
		propose_write(q, left_label, right_label);
		rc = buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
	}
	if (q != NULL) {
		propose_profile_free(&q->p[0]);
		propose_profile_free(&q->p[1]);
		propose_lift_free(&q->lift);
		free(q->once);
	}
	free(q);
	return rc;
}
