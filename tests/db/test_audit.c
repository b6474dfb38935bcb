/*
 * recon-auditor's work on a real PostgreSQL: the outbox becomes a chain, checkpoints go to their file,
 * and whatever is done to the table with a superuser's rights is named afterwards.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "api/refusals.h"
#include "auditor/chainer.h"
#include "cli/audit_read.h"
#include "fixture.h"
#include "place.h"

#define T0 INT64_C(1795400040000000)
#define MINUTE INT64_C(60000000)

static struct pg pg;
static struct world w;
static struct sign_pair pair;
static struct sign_ring ring;
static struct chain_report report;
static struct db *api; /* of people */
static int sink = -1;

/* --- an auditor ------------------------------------------------------------------------------- */

static void chainer_open(struct chainer *c, const char *file, int64_t rows)
{
	struct buf key CLEANUP(buf_wipe) = BUF_INIT;
	struct checkpoints_options o = {
		.file = place_at(file), .sink = place_at("sink"), .rows = rows, .us = INT64_MAX};

	sign_pair_format(&pair, &key);
	o.key = buf_sv(&key);
	*c = (struct chainer){.db = pg_db(&pg, "recon_auditor"), .clock = clock_system()};
	MUST(checkpoints_open(&o, &c->checkpoints, err));
}

static void chainer_close(struct chainer *c)
{
	checkpoints_close(&c->checkpoints);
	db_close(c->db);
}

static size_t step(struct chainer *c)
{
	size_t n = 0;

	MUST(chainer_step(c, &n, err));
	return n;
}

static void act(enum event event, const char *personal)
{
	const struct audit row = {.project_id = w.project,
		.actor_kind = ACTOR_USER,
		.actor_id = w.user,
		.event = event,
		.object_kind = "job",
		.object_id = w.job,
		.outcome = AUDIT_DONE,
		.request_id = SV("0123456789abcdef"),
		.details = SV("{ \"b\": 1,\n \"a\": \"\\u00e4\" }"),
		.personal = sv_from_cstr(personal)};

	MUST(store_audit_insert(api, &row, err));
}

/* An empty log and outbox, then rows with a checkpoint behind every tenth. */
static void make_log(struct chainer *c, const char *file, int rows)
{
	pg_exec(&pg, "TRUNCATE audit_log, audit_checkpoint, audit_outbox");
	unlink(place_at(file));
	chainer_open(c, file, 10);
	for (int i = 0; i < rows; i++) {
		act(EVENT_JOB_CREATE,
			i % 3 ? NULL : "{\"address\":\"192.0.2.1\"}");
		assert_int_equal(1, step(c));
		MUST(chainer_sign(c, false, err));
	}
}

/* checkpoints NULL: only those of the table. */
static void verify(const char *checkpoints)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct chain_check *c CLEANUP(chain_check_free) = NULL;
	size_t skipped = 0;

	MUST(chain_check_new(&c, err));
	if (checkpoints)
		MUST(audit_read_checkpoints(c, place_at(checkpoints), &ring, &skipped, err));
	MUST(audit_read_table(c, db, &ring, err));
	MUST(chain_check_end(c, &report, err));
}

/* --- the chain -------------------------------------------------------------------------------- */

static void test_the_outbox_becomes_a_chain(void **state)
{
	struct chainer c;

	(void)state;
	make_log(&c, "chain", 24);
	assert_int_equal(0, step(&c));
	assert_int_equal(24, pg_int(&pg, "SELECT count(*) FROM audit_log"));
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM audit_outbox"));
	assert_int_equal(8, pg_int(&pg, "SELECT count(*) FROM audit_log WHERE personal IS NOT NULL "
					"AND length(salt) = 32"));
	assert_int_equal(2, pg_int(&pg, "SELECT count(*) FROM audit_checkpoint"));
	verify("chain");
	assert_int_equal(0, report.n);
	assert_int_equal(24, report.rows);
	assert_int_equal(4, report.checkpoints); /* file and table */
	assert_int_equal(20, report.signed_seq);
	MUST(chainer_sign(&c, true, err));
	verify(NULL);
	assert_int_equal(24, report.signed_seq);
	chainer_close(&c);
}

static void test_details_are_kept_in_canonical_form(void **state)
{
	char *text = pg_text(&pg, "SELECT details::text FROM audit_log ORDER BY seq LIMIT 1");

	(void)state;
	assert_string_equal("{\"a\":\"\xc3\xa4\",\"b\":1}", text);
	free(text);
}

/* JSON that PostgreSQL takes and we do not. */
static void test_odd_details_are_kept_as_text(void **state)
{
	struct chainer c;
	char *text;

	(void)state;
	make_log(&c, "odd", 1);
	pg_exec(&pg, "INSERT INTO audit_outbox (id, actor_kind, action, outcome, details) VALUES "
		     "(gen_random_uuid(), 'system', 'a.b', 'done', '{\"k\":1,\"k\":2}')");
	assert_int_equal(1, step(&c));
	text = pg_text(&pg, "SELECT details ->> 'text' FROM audit_log WHERE seq = 2");
	assert_string_equal("{\"k\":1,\"k\":2}", text);
	free(text);
	verify(NULL);
	assert_int_equal(0, report.n);
	chainer_close(&c);
}

/* A row whose transaction began long ago is not passed over. */
static void test_a_late_commit_is_not_lost(void **state)
{
	CLEANUP(db_freep) struct db *late = world_db(&pg, &w, "recon_api");
	const struct audit row = {
		.actor_kind = ACTOR_SYSTEM, .event = EVENT_JOB_FINISH, .outcome = AUDIT_DONE};
	struct chainer c;

	(void)state;
	make_log(&c, "late", 2);
	MUST(db_begin(late, err));
	MUST(store_audit_insert(late, &row, err));
	act(EVENT_JOB_CREATE, NULL);
	assert_int_equal(1, step(&c));
	MUST(db_commit(late, err));
	assert_int_equal(1, step(&c));
	verify(NULL);
	assert_int_equal(0, report.n);
	assert_int_equal(4, report.rows);
	chainer_close(&c);
}

static void test_one_auditor_at_a_time(void **state)
{
	struct chainer one, other;
	bool mine = false;

	(void)state;
	make_log(&one, "one", 1);
	chainer_open(&other, "other", 10);
	act(EVENT_JOB_CREATE, NULL);
	MUST(db_begin(other.db, err));
	MUST(store_audit_lock(other.db, &mine, err));
	assert_true(mine);
	assert_int_equal(0, step(&one));
	db_rollback(other.db);
	assert_int_equal(1, step(&one));
	chainer_close(&other);
	chainer_close(&one);
}

static void test_more_than_a_batch(void **state)
{
	struct chainer c;

	(void)state;
	make_log(&c, "batch", 1);
	pg_exec(&pg, "INSERT INTO audit_outbox (id, actor_kind, action, outcome) SELECT "
		     "gen_random_uuid(), 'system', 'a.b', 'done' FROM generate_series(1, 600)");
	assert_int_equal(CHAINER_BATCH, step(&c));
	assert_int_equal(100, step(&c));
	verify(NULL);
	assert_int_equal(0, report.n);
	chainer_close(&c);
}

/* What somebody did stays, where they did it from does not. */
static void test_erasing_a_person_leaves_the_chain(void **state)
{
	struct chainer c;
	char sql[256], id[UUID_TEXT_LEN + 1];

	(void)state;
	make_log(&c, "erased", 12);
	uuid_format(&w.user, id);
	snprintf(sql, sizeof(sql),
		"INSERT INTO audit_outbox (id, actor_kind, action, object_kind, object_id, outcome) "
		"VALUES (gen_random_uuid(), 'operator', 'user.erase', 'user', '%s', 'done')",
		id);
	assert_int_equal(4, pg_int(&pg, "SELECT count(*) FROM audit_log WHERE personal IS NOT NULL"));
	pg_exec(&pg, sql);
	assert_int_equal(1, step(&c));
	assert_int_equal(0, pg_int(&pg, "SELECT count(*) FROM audit_log WHERE personal IS NOT NULL "
					"OR salt IS NOT NULL"));
	verify("erased");
	assert_int_equal(0, report.n);
	assert_int_equal(13, report.rows);
	chainer_close(&c);
}

static void test_nobody_else_may(void **state)
{
	static const char *const roles[] = {"recon_auth", "recon_api", "recon_upload", "recon_data",
		"recon_intake", "recon_matcher", "recon_courier", "recon_operator"};
	struct chain_row row = {.seq = 1, .actor_kind = SV("x"), .action = SV("a.b"),
		.object_kind = SV(""), .outcome = SV("done")};
	int64_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		CLEANUP(db_freep) struct db *db = world_db(&pg, &w, roles[i]);
		struct arena arena CLEANUP(arena_free);
		struct chain_row *rows;
		size_t count;

		arena_init(&arena, 0);
		MUST_GIVE(E_FORBIDDEN, store_audit_append(db, &row, err));
		MUST_GIVE(E_FORBIDDEN, store_audit_take(db, 1, &arena, &rows, &count, err));
		MUST_GIVE(E_FORBIDDEN, store_audit_erase(db, &w.user, &n, err));
	}
}

/* --- checkpoints ------------------------------------------------------------------------------ */

static void test_a_checkpoint_also_leaves_the_host(void **state)
{
	char text[2048];
	struct chain_checkpoint cp;
	struct chainer c;
	struct sv line;
	ssize_t n;

	(void)state;
	make_log(&c, "sent", 10);
	n = recv(sink, text, sizeof(text), MSG_DONTWAIT);
	assert_true(n > 0);
	while (n > 0) { /* the newest */
		line = sv_from(text, (size_t)n);
		assert_true(sv_starts_with(line, SV("<109>recon-auditor: {")));
		(void)sv_cut(&line, ' ');
		MUST(chain_checkpoint_parse(line, &cp, err));
		n = recv(sink, text, sizeof(text), MSG_DONTWAIT);
	}
	assert_int_equal(10, cp.seq);
	assert_true(chain_checkpoint_check(&cp, &ring));
	chainer_close(&c);
}

static void test_a_torn_line_is_passed_over(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct chain_check *check CLEANUP(chain_check_free) = NULL;
	struct chainer c;
	size_t skipped = 0;
	int fd;

	(void)state;
	make_log(&c, "torn", 10);
	chainer_close(&c);
	fd = open(place_at("torn"), O_WRONLY | O_APPEND);
	assert_int_equal(9, write(fd, "{\"count\":", 9));
	close(fd);
	chainer_open(&c, "torn", 10);
	assert_int_equal(10, checkpoints_last(c.checkpoints)->seq);
	act(EVENT_JOB_CREATE, NULL);
	assert_int_equal(1, step(&c));
	MUST(chainer_sign(&c, true, err));
	MUST(chain_check_new(&check, err));
	MUST(audit_read_checkpoints(check, place_at("torn"), &ring, &skipped, err));
	MUST(audit_read_table(check, db, &ring, err));
	MUST(chain_check_end(check, &report, err));
	assert_int_equal(1, skipped);
	assert_int_equal(0, report.n);
	assert_int_equal(11, report.signed_seq);
	chainer_close(&c);
}

static void test_an_auditor_that_starts_sees_another_log(void **state)
{
	struct chainer c;

	(void)state;
	make_log(&c, "break", 20);
	chainer_close(&c);
	chainer_open(&c, "break", 10);
	assert_int_equal(0, step(&c)); /* nothing to say */
	chainer_close(&c);
	pg_exec(&pg, "SET session_replication_role = replica; DELETE FROM audit_log WHERE seq > 15; "
		     "DELETE FROM audit_checkpoint WHERE seq > 15; RESET session_replication_role");
	chainer_open(&c, "break", 10);
	assert_int_equal(1, step(&c)); /* its own row about it */
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM audit_log WHERE seq = 16 AND "
					"action = 'audit.break' AND outcome = 'failed'"));
	MUST(chainer_sign(&c, false, err)); /* due at once: the log is shorter than it was */
	verify("break");
	assert_int_equal(1, report.n);
	assert_int_equal(CHAIN_TRUNCATION, report.findings[0].kind);
	chainer_close(&c);
}

static void test_files_that_cannot_be_used(void **state)
{
	struct checkpoints *c = NULL;
	struct buf key CLEANUP(buf_wipe) = BUF_INIT;
	char deep[200];
	struct checkpoints_options o = {.file = place_at("none/there"), .sink = "", .rows = 1, .us = 1};

	(void)state;
	sign_pair_format(&pair, &key);
	o.key = buf_sv(&key);
	MUST_GIVE(E_CONFIG, checkpoints_open(&o, &c, err));
	o.file = place_at("fine");
	o.key = SV("nothing");
	MUST_GIVE(E_CONFIG, checkpoints_open(&o, &c, err));
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	o.sink = deep;
	o.key = buf_sv(&key);
	MUST_GIVE(E_CONFIG, checkpoints_open(&o, &c, err));
	assert_null(c);
	MUST_GIVE(E_CONFIG, audit_read_keys(place_at("none"), &ring, err));
}

static void test_a_full_disk_is_said(void **state)
{
	struct chain_checkpoint cp = {.seq = 1, .count = 1};
	struct buf key CLEANUP(buf_wipe) = BUF_INIT;
	struct checkpoints *c = NULL;
	struct checkpoints_options o = {.file = "/dev/full", .sink = "", .rows = 1, .us = 1};

	(void)state;
	sign_pair_format(&pair, &key);
	o.key = buf_sv(&key);
	if (access("/dev/full", W_OK) != 0)
		skip();
	MUST(checkpoints_open(&o, &c, err));
	MUST_GIVE(E_NO_SPACE, checkpoints_add(c, &cp, err));
	assert_int_equal(0, checkpoints_last(c)->seq);
	checkpoints_close(&c);
}

/* --- tampering -------------------------------------------------------------------------------- */

/* By a superuser, on 30 rows that are signed at 10, 20 and 30. */
static const struct {
	const char *label, *sql;
	enum chain_kind kind;
	int64_t from, to;
} cases[] = {
	{"edit", "UPDATE audit_log SET outcome = 'refused' WHERE seq = 17", CHAIN_EDIT, 17, 17},
	{"edit of the time", "UPDATE audit_log SET ts = ts - interval '1 h' WHERE seq = 17",
		CHAIN_EDIT, 17, 17},
	{"edit of an address",
		"UPDATE audit_log SET personal = '{\"address\":\"192.0.2.9\"}' WHERE seq = 19",
		CHAIN_EDIT, 19, 19},
	{"insertion",
		"UPDATE audit_log SET seq = -seq - 1 WHERE seq > 17; UPDATE audit_log SET seq = -seq "
		"WHERE seq < 0; INSERT INTO audit_log SELECT (jsonb_populate_record(l, "
		"jsonb_build_object('seq', 18, 'id', gen_random_uuid(), 'hash', "
		"'\\x' || repeat('ab', 32), 'prev_hash', '\\x' || repeat('cd', 32)))).* "
		"FROM audit_log l WHERE seq = 17",
		CHAIN_INSERTION, 18, 18},
	{"deletion", "DELETE FROM audit_log WHERE seq BETWEEN 14 AND 16", CHAIN_DELETION, 14, 16},
	{"deletion, the rest moved up",
		"DELETE FROM audit_log WHERE seq = 16; UPDATE audit_log SET seq = -seq + 1 WHERE "
		"seq > 16; UPDATE audit_log SET seq = -seq WHERE seq < 0",
		CHAIN_DELETION, 16, 16},
	{"reordering",
		"UPDATE audit_log SET seq = -seq WHERE seq IN (16, 18); UPDATE audit_log SET seq = "
		"34 + seq WHERE seq < 0",
		CHAIN_REORDERING, 16, 18},
	{"truncation",
		"DELETE FROM audit_log WHERE seq > 25; DELETE FROM audit_checkpoint WHERE seq > 25",
		CHAIN_TRUNCATION, 26, 30},
};

static void tamper(const char *sql)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;

	buf_printf(&text,
		"SET session_replication_role = replica; %s; RESET session_replication_role", sql);
	pg_exec(&pg, buf_cstr(&text));
}

static void test_each_tampering_is_named(void **state)
{
	struct chainer c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_log(&c, "tampered", 30);
		chainer_close(&c);
		tamper(cases[i].sql);
		verify("tampered");
		if (report.n != 1 || report.findings[0].kind != cases[i].kind ||
			report.findings[0].from != cases[i].from ||
			report.findings[0].to != cases[i].to)
			fail_msg("%s: %zu findings, %s of %d to %d", cases[i].label, report.n,
				report.n ? chain_kind_word(report.findings[0].kind) : "-",
				(int)report.findings[0].from, (int)report.findings[0].to);
	}
}

/* Somebody who knows how hashes are made, but has no key. */
static void test_restamping_is_named(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct arena arena CLEANUP(arena_free);
	struct chain_row *rows;
	struct chainer c;
	size_t n;

	(void)state;
	arena_init(&arena, 0);
	make_log(&c, "restamped", 30);
	MUST(store_audit_page(db, 0, 100, &arena, &rows, &n, err));
	pg_exec(&pg, "SET session_replication_role = replica; DELETE FROM audit_log WHERE seq > 15; "
		     "DELETE FROM audit_checkpoint WHERE seq > 15; RESET session_replication_role");
	for (size_t i = 15; i < n; i++) {
		rows[i].ts += INT64_C(3600000000);
		memcpy(rows[i].prev_hash, rows[i - 1].hash, SHA256_LEN);
		MUST(chain_hash(&rows[i], rows[i].hash, err));
		MUST(store_audit_append(c.db, &rows[i], err));
	}
	verify(NULL); /* only what they left: checkpoints kept elsewhere are needed to know */
	assert_int_equal(0, report.n);
	verify("restamped");
	assert_int_equal(1, report.n);
	assert_int_equal(CHAIN_RESTAMPING, report.findings[0].kind);
	assert_int_equal(11, report.findings[0].from);
	assert_int_equal(30, report.findings[0].to);
	chainer_close(&c);
}

/* --- refusals to nobody ----------------------------------------------------------------------- */

static int64_t now_us;

static int64_t clock_now(void *ctx)
{
	(void)ctx;
	return now_us;
}

static int64_t refused(const char *what)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT %s FROM audit_outbox WHERE action = 'request.refuse'", what);
	return pg_int(&pg, sql);
}

static void test_refusals_are_counted_by_address_and_minute(void **state)
{
	struct refusals *r = refusals_new((struct clock){.wall_us = clock_now, .mono_us = clock_now});

	(void)state;
	assert_non_null(r);
	pg_exec(&pg, "TRUNCATE audit_outbox");
	now_us = T0;
	for (int i = 0; i < 5; i++)
		refusals_note(r, SV("192.0.2.1"), E_UNAUTHENTICATED);
	refusals_note(r, SV("192.0.2.1"), E_CSRF);
	refusals_note(r, SV("192.0.2.1"), E_NOT_FOUND);
	refusals_note(r, SV("2001:db8::1"), E_RATE);
	MUST(refusals_write(r, api, false, err));
	assert_int_equal(0, refused("count(*)"));
	now_us += MINUTE;
	refusals_note(r, SV("192.0.2.1"), E_FORBIDDEN);
	MUST(refusals_write(r, api, false, err));
	assert_int_equal(2, refused("count(*)"));
	assert_int_equal(5, refused("max((details->>'unauthenticated')::int)"));
	assert_int_equal(1, refused("count(*) FILTER (WHERE personal->>'address' = '2001:db8::1')"));
	MUST(refusals_write(r, api, true, err));
	assert_int_equal(3, refused("count(*)"));
	refusals_free(r);
}

/* However many knock: the table does not grow, and nobody is left out. */
static void test_more_addresses_than_there_is_room(void **state)
{
	struct refusals *r = refusals_new((struct clock){.wall_us = clock_now, .mono_us = clock_now});
	char address[32];

	(void)state;
	pg_exec(&pg, "TRUNCATE audit_outbox");
	for (int i = 0; i < REFUSALS_MAX + 500; i++) {
		snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
		refusals_note(r, sv_from_cstr(address), E_UNAUTHENTICATED);
	}
	MUST(refusals_write(r, api, true, err));
	assert_int_equal(REFUSALS_MAX + 1, refused("count(*)"));
	assert_int_equal(REFUSALS_MAX + 500, refused("sum((details->>'unauthenticated')::int)"));
	assert_int_equal(500, refused("sum((details->>'unauthenticated')::int) FILTER "
				      "(WHERE personal IS NULL)"));
	refusals_free(r);
}

/* What cannot be written now is written later. */
static void test_refusals_wait_for_the_database(void **state)
{
	const struct db_options nowhere = {
		.conninfo = "host=/nonexistent dbname=recon", .role = "recon_api", .program = "test"};
	struct refusals *r = refusals_new((struct clock){.wall_us = clock_now, .mono_us = clock_now});
	CLEANUP(db_freep) struct db *db = NULL;

	(void)state;
	pg_exec(&pg, "TRUNCATE audit_outbox");
	MUST(db_open_lazy(&nowhere, &db, err));
	refusals_note(r, SV("192.0.2.1"), E_UNAUTHENTICATED);
	MUST_GIVE(E_UNAVAILABLE, refusals_write(r, db, true, err));
	refusals_note(r, SV("192.0.2.1"), E_UNAUTHENTICATED);
	MUST(refusals_write(r, api, true, err));
	assert_int_equal(1, refused("count(*)"));
	assert_int_equal(2, refused("max((details->>'unauthenticated')::int)"));
	refusals_free(r);
}

/* --- the list --------------------------------------------------------------------------------- */

static size_t listed(struct audit_filter f)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_operator");
	struct arena arena CLEANUP(arena_free);
	struct chain_row *rows;
	size_t n;

	arena_init(&arena, 0);
	MUST(store_audit_list(db, &f, 0, 100, &arena, &rows, &n, err));
	return n;
}

static void test_filters(void **state)
{
	struct chainer c;

	(void)state;
	make_log(&c, "listed", 6);
	act(EVENT_JOB_FAIL, NULL);
	assert_int_equal(1, step(&c));
	assert_int_equal(7, listed((struct audit_filter){0}));
	assert_int_equal(7, listed((struct audit_filter){.project_id = w.project}));
	assert_int_equal(0, listed((struct audit_filter){.project_id = w.other_project}));
	assert_int_equal(1, listed((struct audit_filter){.action = SV("job.fail")}));
	assert_int_equal(7, listed((struct audit_filter){.actor_id = w.user}));
	assert_int_equal(0, listed((struct audit_filter){.actor_id = w.other_user}));
	assert_int_equal(7, listed((struct audit_filter){.object_id = w.job}));
	assert_int_equal(0, listed((struct audit_filter){.outcome = AUDIT_REFUSED}));
	assert_int_equal(7, listed((struct audit_filter){.request_id = SV("0123456789abcdef")}));
	assert_int_equal(0, listed((struct audit_filter){.to = 1}));
	assert_int_equal(7, listed((struct audit_filter){.from = 1}));
	chainer_close(&c);
}

static int start(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	(void)state;
	place_begin("audit");
	sink = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", place_at("sink"));
	assert_int_equal(0, bind(sink, (struct sockaddr *)&at, sizeof(at)));
	sign_pair_new(&pair);
	ring = (struct sign_ring){.keys = {pair.public_key}, .n = 1};
	pg_up(&pg);
	world_make(&pg, &w);
	api = world_db(&pg, &w, "recon_api");
	/* For rows that are moved out of the way. */
	pg_exec(&pg, "ALTER TABLE audit_log DROP CONSTRAINT audit_log_seq_check");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(api);
	pg_stop(&pg);
	close(sink);
	place_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_outbox_becomes_a_chain),
		cmocka_unit_test(test_details_are_kept_in_canonical_form),
		cmocka_unit_test(test_odd_details_are_kept_as_text),
		cmocka_unit_test(test_a_late_commit_is_not_lost),
		cmocka_unit_test(test_one_auditor_at_a_time),
		cmocka_unit_test(test_more_than_a_batch),
		cmocka_unit_test(test_erasing_a_person_leaves_the_chain),
		cmocka_unit_test(test_nobody_else_may),
		cmocka_unit_test(test_a_checkpoint_also_leaves_the_host),
		cmocka_unit_test(test_a_torn_line_is_passed_over),
		cmocka_unit_test(test_an_auditor_that_starts_sees_another_log),
		cmocka_unit_test(test_files_that_cannot_be_used),
		cmocka_unit_test(test_a_full_disk_is_said),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_refusals_are_counted_by_address_and_minute),
		cmocka_unit_test(test_more_addresses_than_there_is_room),
		cmocka_unit_test(test_refusals_wait_for_the_database),
		cmocka_unit_test(test_each_tampering_is_named),
		cmocka_unit_test(test_restamping_is_named),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
