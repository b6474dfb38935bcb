/*
 * See migrate.h. The folder and the table are merged into one list first; every check is made on
 * that list before anything runs.
 */
#include "store/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "seal/hash.h"

#define MIGRATIONS_MAX 1000
#define MIGRATION_BYTES_MAX (1 << 20)

static const struct db_field applied_fields[] = {
	DB_FIELD(migration, I32, version),
	DB_FIELD(migration, TEXT, slug),
	DB_FIELD(migration, HASH, checksum),
	DB_FIELD(migration, INSTANT, applied_at),
};
static const struct db_shape applied_shape = DB_SHAPE(migration, applied_fields);

/* --- files ------------------------------------------------------------------------------------ */

static int read_file(const char *path, struct buf *ret, struct err *err)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set_errno(err, errno, "%s", path);
	if (st.st_size > MIGRATION_BYTES_MAX)
		return err_set(err, E_LIMIT, "%s is larger than a migration may be", path);
	buf_reset(ret);
	while (buf_ok(ret)) {
		void *at = buf_reserve(ret, 65536);

		n = at ? read(fd, at, 65536) : 0;
		if (n < 0)
			return err_set_errno(err, errno, "%s", path);
		if (n == 0)
			break;
		buf_commit(ret, (size_t)n);
	}
	return buf_ok(ret) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* SHA-256 over both files, each with its length, so that no text can move between them. */
static int checksum_files(const struct migration *m, uint8_t ret[32], struct err *err)
{
	CLEANUP(hash_freep) struct hash *hash = hash_new();
	CLEANUP(buf_free) struct buf text = BUF_INIT;
	const char *paths[] = {m->up, m->down};

	if (!hash)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char length[32];
		int code = read_file(paths[i], &text, err);

		if (code < 0)
			return code;
		snprintf(length, sizeof(length), "%zu\n", text.n);
		hash_update(hash, length, strlen(length));
		hash_update(hash, text.p, text.n);
	}
	hash_final(hash, ret);
	return 0;
}

/* NNNN_<slug>.up.sql: false for any other name. */
static bool name_parse(struct sv name, int32_t *ret_version, struct sv *ret_slug, bool *ret_up)
{
	struct sv digits;
	uint64_t version;

	*ret_up = sv_ends_with(name, SV(".up.sql"));
	if (!*ret_up && !sv_ends_with(name, SV(".down.sql")))
		return false;
	name.n -= *ret_up ? strlen(".up.sql") : strlen(".down.sql");
	digits = sv_cut(&name, '_');
	if (digits.n != 4 || !sv_to_u64(digits, 9999, &version) || version == 0 || name.n == 0)
		return false;
	*ret_version = (int32_t)version;
	*ret_slug = name;
	return true;
}

/* --- the list --------------------------------------------------------------------------------- */

struct list {
	struct migration *v;
	size_t n;
	struct arena *arena;
};

static struct migration *list_get(struct list *list, int32_t version, struct sv slug)
{
	struct migration *m;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].version == version)
			return &list->v[i];
	if (list->n == MIGRATIONS_MAX)
		return NULL;
	m = &list->v[list->n++];
	memset(m, 0, sizeof(*m));
	m->version = version;
	m->slug = arena_sv(list->arena, slug);
	return m;
}

static int list_add_file(struct list *list, const char *dir, const char *name, struct err *err)
{
	struct migration *m;
	struct sv slug;
	int32_t version;
	bool up;
	char *path;

	if (!name_parse(sv_from_cstr(name), &version, &slug, &up))
		return 0;
	m = list_get(list, version, slug);
	path = arena_printf(list->arena, "%s/%s", dir, name);
	if (!m || !path)
		return err_set(err, E_NO_MEMORY, NULL);
	if (!sv_eq(m->slug, slug) || (up ? m->up : m->down))
		return err_set(err, E_INVALID, "%s: number %04d is there twice", name, version);
	*(up ? &m->up : &m->down) = path;
	return 0;
}

static int list_add_folder(struct list *list, const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int code = 0;

	if (!d)
		return err_set_errno(err, errno, "%s", dir);
	while (code == 0 && (entry = readdir(d)))
		code = list_add_file(list, dir, entry->d_name, err);
	closedir(d);
	return code;
}

static int list_add_applied(struct list *list, struct db *db, struct err *err)
{
	struct migration *applied;
	size_t n;
	int code = db_list(db, SQL_MIGRATION_LIST, DB_NO_PARAMS, &applied_shape, list->arena,
		&applied, &n, err);

	for (size_t i = 0; code == 0 && i < n; i++) {
		struct migration *m = list_get(list, applied[i].version, applied[i].slug);
		uint8_t now[32];

		if (!m)
			return err_set(err, E_LIMIT, "more than %d migrations", MIGRATIONS_MAX);
		m->applied_at = applied[i].applied_at;
		memcpy(m->checksum, applied[i].checksum, 32);
		m->changed = true;
		if (m->up && m->down) {
			code = checksum_files(m, now, err);
			m->changed = !hash_equal(now, m->checksum, 32);
		}
	}
	return code;
}

static int by_version(const void *a, const void *b)
{
	return ((const struct migration *)a)->version - ((const struct migration *)b)->version;
}

int migrate_status(struct db *db, const char *dir, struct arena *arena, struct migration **ret,
	size_t *ret_n, struct err *err)
{
	struct list list = {
		.arena = arena, .v = ARENA_ARRAY(arena, MIGRATIONS_MAX, struct migration)};
	int code;

	if (!list.v)
		return err_set(err, E_NO_MEMORY, NULL);
	code = list_add_folder(&list, dir, err);
	if (code == 0)
		code = list_add_applied(&list, db, err);
	if (code < 0)
		return code;
	qsort(list.v, list.n, sizeof(*list.v), by_version);
	*ret = list.v;
	*ret_n = list.n;
	return 0;
}

/* Nothing runs unless the list is whole: pairs, no changed file, nothing applied after a gap. */
static int check_list(const struct migration *v, size_t n, struct err *err)
{
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		if (v[i].changed)
			return err_set(err, E_CONFLICT,
				"%04d_%.*s was changed or removed after it was applied",
				v[i].version, SV_ARG(v[i].slug));
		if (!v[i].up || !v[i].down)
			return err_set(err, E_INVALID, "%04d_%.*s has no %s file", v[i].version,
				SV_ARG(v[i].slug), v[i].up ? "down" : "up");
		if (v[i].applied_at && gap)
			return err_set(err, E_CONFLICT,
				"%04d_%.*s is applied, an earlier one is not", v[i].version,
				SV_ARG(v[i].slug));
		gap = gap || !v[i].applied_at;
	}
	return 0;
}

/* --- running ---------------------------------------------------------------------------------- */

static int apply(struct db *db, struct migration *m, bool up, struct err *err)
{
	CLEANUP(buf_free) struct buf text = BUF_INIT;
	int code = read_file(up ? m->up : m->down, &text, err);

	if (code == 0 && up)
		code = checksum_files(m, m->checksum, err);
	if (code == 0)
		code = db_begin(db, err);
	if (code < 0)
		return code;
	if (up)
		code = db_run_one(db, SQL_MIGRATION_INSERT,
			DB_PARAMS(DB_I32(m->version), DB_SV(m->slug), DB_HASH(m->checksum)), err);
	else
		code = db_run_one(db, SQL_MIGRATION_DELETE, DB_PARAMS(DB_I32(m->version)), err);
	if (code == 0)
		code = db_script(db, buf_cstr(&text), err);
	if (code == 0)
		code = db_commit(db, err);
	db_rollback(db);
	return code;
}

/* Becomes the owner and takes the lock; end_run() undoes both. */
static int start_run(struct db *db, struct err *err)
{
	int64_t locked = 0;
	int code = db_script(db, "SET ROLE recon_owner; SET statement_timeout = 0", err);

	if (code == 0)
		code = db_value(db, SQL_MIGRATION_LOCK, DB_NO_PARAMS, &locked, err);
	if (code == 0 && !locked)
		code = err_set(err, E_CONFLICT, "another migration is running");
	return code;
}

static void end_run(struct db *db)
{
	int64_t unlocked;

	(void)!db_value(db, SQL_MIGRATION_UNLOCK, DB_NO_PARAMS, &unlocked, NULL);
	(void)!db_script(db, "RESET statement_timeout; RESET ROLE", NULL);
}

/* In the order of the run: upwards, or backwards for down. */
static int run_list(struct db *db, struct migration *v, size_t n, bool up, int32_t target,
	migrate_report_fn report, void *arg, struct err *err)
{
	int code = 0;

	for (size_t i = 0; i < n && code == 0; i++) {
		struct migration *m = &v[up ? i : n - 1 - i];
		bool wanted = up ? !m->applied_at && (target == 0 || m->version <= target)
				 : m->applied_at && m->version > target;
		struct err why = {0};

		if (!wanted)
			continue;
		code = apply(db, m, up, &why);
		if (code < 0)
			return err_set(err, code, "%04d_%.*s: %s", m->version, SV_ARG(m->slug),
				why.detail);
		if (report)
			report(arg, m, up);
	}
	return code;
}

static int run(struct db *db, const char *dir, bool up, int32_t target, migrate_report_fn report,
	void *arg, struct err *err)
{
	CLEANUP(arena_free) struct arena arena;
	struct migration *v;
	size_t n;
	int code;

	arena_init(&arena, 0);
	code = start_run(db, err);
	if (code < 0)
		return code;
	code = migrate_status(db, dir, &arena, &v, &n, err);
	if (code == 0)
		code = check_list(v, n, err);
	if (code == 0)
		code = run_list(db, v, n, up, target, report, arg, err);
	end_run(db);
	return code;
}

int migrate_up(struct db *db, const char *dir, int32_t target, migrate_report_fn report, void *arg,
	struct err *err)
{
	return run(db, dir, true, target, report, arg, err);
}

int migrate_down(struct db *db, const char *dir, int32_t target, migrate_report_fn report,
	void *arg, struct err *err)
{
	return run(db, dir, false, target, report, arg, err);
}
