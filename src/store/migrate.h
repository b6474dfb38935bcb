#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H
/*
 * Migrations: NNNN_<slug>.up.sql and .down.sql in one folder, applied in the order of their
 * numbers, each in a transaction together with its row in schema_migration. The row holds the
 * SHA-256 of both files; a file that was changed after it was applied is refused, and so is a gap.
 * An advisory lock keeps two runs apart (E_CONFLICT).
 *
 * The connection is recon_operator's; it becomes recon_owner for the run.
 */
#include "base/arena.h"
#include "store/db.h"

struct migration {
	int32_t version;
	struct sv slug;
	uint8_t checksum[32];
	int64_t applied_at; /* microseconds; 0: not applied */
	bool changed;       /* applied, but the files have another checksum or are gone */
	char *up, *down;    /* paths; NULL: not in the folder */
};

/* Every migration that is in the folder or was applied, by version. In the arena. */
MUST_CHECK int migrate_status(struct db *db, const char *dir, struct arena *arena,
	struct migration **ret, size_t *ret_n, struct err *err);

typedef void (*migrate_report_fn)(void *arg, const struct migration *m, bool up);

/* Applies what is missing up to version target (0: all); report (may be NULL) is called after each.
 */
MUST_CHECK int migrate_up(struct db *db, const char *dir, int32_t target, migrate_report_fn report,
	void *arg, struct err *err);
/* Takes back everything above version target. */
MUST_CHECK int migrate_down(struct db *db, const char *dir, int32_t target,
	migrate_report_fn report, void *arg, struct err *err);

#endif
