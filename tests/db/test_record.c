/*
 * One record once, balances of parts, and the numbering of decisions: held by the database, also
 * against two writers at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "fixture.h"
#include "store/store_dataset.h"
#include "store/store_decision.h"
#include "store/store_reconciliation.h"
#include "store/store_record.h"

static struct pg pg;
static struct world w;
static struct arena arena;
static struct db *data, *matcher;

static int start(void **state)
{
	(void)state;
	pg_up(&pg);
	world_make(&pg, &w);
	arena_init(&arena, 0);
	data = world_db(&pg, &w, "recon_data");
	matcher = pg_db(&pg, "recon_matcher");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(data);
	db_close(matcher);
	arena_free(&arena);
	pg_stop(&pg);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	pg_exec(&pg, "DELETE FROM dataset_page; DELETE FROM allocation; DELETE FROM decision; "
		     "UPDATE reconciliation SET decision_seq = 0");
	return 0;
}

/* The bits of all pages, counted. */
static int64_t taken(void)
{
	return pg_int(&pg, "SELECT coalesce(sum(bit_count(taken)), 0) FROM dataset_page");
}

static void add(struct record_set *s, int side, uint64_t row)
{
	assert_int_equal(0, record_set_add(s, w.dataset_no[side], row));
}

static void test_two_million_records(void **state)
{
	CLEANUP(record_set_free)
	struct record_set all = RECORD_SET_INIT,
			  again = RECORD_SET_INIT, one = RECORD_SET_INIT;
	const uint64_t rows = 1000000;

	(void)state;
	for (uint64_t row = 0; row < rows; row++) {
		add(&all, 0, row);
		add(&all, 1, rows - 1 - row);
	}
	assert_int_equal(2 * 245, all.n);
	assert_int_equal(E_RECORD_TAKEN, record_set_add(&all, w.dataset_no[0], 5));
	MUST(store_record_take(matcher, w.rec_no, &all, err));
	assert_int_equal(2 * (int64_t)rows, taken());
	add(&one, 1, 999999);
	MUST_GIVE(E_RECORD_TAKEN, store_record_take(data, w.rec_no, &one, err));
	MUST(store_record_taken(matcher, w.rec_no, w.dataset_no, 2, &again, err));
	assert_true(record_set_has(&again, w.dataset_no[0], 0));
	assert_true(record_set_has(&again, w.dataset_no[1], 999999));
	assert_false(record_set_has(&again, w.dataset_no[1], 1000000));
	MUST(store_record_release(data, w.rec_no, &all, err));
	assert_int_equal(0, taken());
}

/* A double claim takes nothing, not even the free records of the same call. */
static void test_a_double_claim_takes_nothing(void **state)
{
	CLEANUP(record_set_free) struct record_set first = RECORD_SET_INIT, next = RECORD_SET_INIT;

	(void)state;
	add(&first, 0, 4095);
	add(&first, 0, 4096);
	MUST(store_record_take(matcher, w.rec_no, &first, err));
	add(&next, 0, 4097);
	add(&next, 1, 7);
	add(&next, 0, 4095);
	MUST_GIVE(E_RECORD_TAKEN, store_record_take(data, w.rec_no, &next, err));
	assert_int_equal(2, taken());
	MUST_GIVE(E_DECISION_STATE, store_record_release(data, w.rec_no, &next, err));
	assert_int_equal(2, taken());
}

static int reverse(struct err *err)
{
	return store_dataset_reverse(
		data, &w.dataset[0], &w.user, SV("the wrong month"), &arena, err);
}

/* A dataset is taken back only while nothing holds it, and then nothing can take its records. */
static void test_a_dataset_is_taken_back(void **state)
{
	CLEANUP(record_set_free) struct record_set one = RECORD_SET_INIT;
	struct dataset d;
	struct uuid none = uuid_new();

	(void)state;
	add(&one, 0, 7);
	MUST(store_record_take(matcher, w.rec_no, &one, err));
	pg_exec(&pg, "UPDATE job SET state = 'cancelled', finished_at = now() WHERE state = 'queued'");
	MUST_GIVE(E_DATASET_HELD, reverse(err));
	MUST(store_record_release(data, w.rec_no, &one, err));
	pg_exec(&pg, "UPDATE job SET state = 'queued', finished_at = NULL WHERE state = 'cancelled'");
	MUST_GIVE(E_DATASET_HELD, reverse(err));
	pg_exec(&pg, "UPDATE job SET state = 'cancelled', finished_at = now() WHERE state = 'queued'");
	MUST_GIVE(E_NOT_FOUND,
		store_dataset_reverse(data, &none, &w.user, SV("x"), &arena, err));
	MUST(reverse(err));
	MUST(store_dataset_get(data, &w.project, &w.dataset[0], &arena, &d, err));
	assert_int_equal(DATASET_STATE_REVERSED, d.state);
	assert_true(d.reversed_at > 0);
	assert_true(sv_eq_cstr(d.reversed_note, "the wrong month"));
	MUST_GIVE(E_DATASET_NOT_READY, reverse(err));
	MUST_GIVE(E_DATASET_NOT_READY, store_record_take(matcher, w.rec_no, &one, err));
	assert_int_equal(0, taken());
	pg_exec(&pg, "UPDATE dataset SET state = 'ready', reversed_at = NULL, reversed_by = NULL, "
		     "reversed_note = NULL WHERE state = 'reversed'; "
		     "UPDATE job SET state = 'queued', finished_at = NULL WHERE state = 'cancelled'");
}

static void test_bits_are_where_the_header_says(void **state)
{
	CLEANUP(record_set_free) struct record_set s = RECORD_SET_INIT;

	(void)state;
	add(&s, 0, 4096 + 9);
	MUST(store_record_take(matcher, w.rec_no, &s, err));
	assert_int_equal(1, pg_int(&pg, "SELECT get_bit(taken, 9) FROM dataset_page "
					"WHERE page = 1"));
	assert_int_equal(1, taken());
}

static void test_another_reconciliation_takes_for_itself(void **state)
{
	CLEANUP(record_set_free) struct record_set s = RECORD_SET_INIT;
	CLEANUP(db_freep) struct db *api = world_db(&pg, &w, "recon_api");
	struct reconciliation rec = {.id = uuid_new(),
		.project_id = w.project,
		.name = SV("Second"),
		.left_sources = {&w.source[0], 1},
		.right_sources = {&w.source[1], 1}};

	(void)state;
	MUST(db_begin(api, err));
	MUST(store_reconciliation_insert(api, &rec, &w.user, err));
	MUST(db_commit(api, err));
	MUST(store_reconciliation_get(api, &w.project, &rec.id, &arena, &rec, err));
	add(&s, 0, 1);
	MUST(store_record_take(matcher, w.rec_no, &s, err));
	MUST(store_record_take(matcher, rec.no, &s, err));
	assert_int_equal(2, taken());
}

static void test_scope_binds_the_functions(void **state)
{
	CLEANUP(record_set_free) struct record_set s = RECORD_SET_INIT, foreign = RECORD_SET_INIT;
	CLEANUP(db_freep) struct db *stranger = pg_db(&pg, "recon_data");
	CLEANUP(db_freep) struct db *api = world_db(&pg, &w, "recon_api");
	struct decision decision = {.id = uuid_new(),
		.kind = DECISION_MATCH,
		.members = SV("{}"),
		.user_id = w.other_user};
	int64_t seq;

	(void)state;
	add(&s, 0, 1);
	MUST(db_scope(stranger, &w.other_user, &w.other_project, 1, err));
	MUST_GIVE(E_NOT_FOUND, store_record_take(stranger, w.rec_no, &s, err));
	MUST_GIVE(E_NOT_FOUND, store_decision_append(stranger, &w.rec, 0, &decision, &seq, err));
	MUST_GIVE(E_FORBIDDEN, store_record_take(api, w.rec_no, &s, err));
	assert_int_equal(0, record_set_add(&foreign, 1 << 20, 1));
	MUST_GIVE(E_NOT_FOUND, store_record_take(data, w.rec_no, &foreign, err));
	assert_int_equal(0, taken());
}

static int allocate(int64_t row, int64_t amount, int64_t part, struct err *err)
{
	struct record_parts parts = {1, &w.dataset_no[0], &row, &amount, &part};

	return store_record_allocate(matcher, w.rec_no, &parts, err);
}

static void test_parts_stay_within_the_amount(void **state)
{
	CLEANUP(record_set_free) struct record_set whole = RECORD_SET_INIT;
	struct allocation *a;
	size_t n;

	(void)state;
	MUST(allocate(5, -100, -60, err));
	MUST_GIVE(E_RECORD_TAKEN, allocate(5, -100, -41, err));
	MUST_GIVE(E_RECORD_TAKEN, allocate(6, 100, -1, err));
	MUST(allocate(5, -100, -40, err));
	MUST(store_record_allocated(matcher, w.rec_no, w.dataset_no, 2, &arena, &a, &n, err));
	assert_int_equal(1, n);
	assert_int_equal(-100, a[0].allocated);
	add(&whole, 0, 5);
	MUST_GIVE(E_RECORD_TAKEN, store_record_take(matcher, w.rec_no, &whole, err));
	MUST(allocate(5, -100, 100, err)); /* given back */
	assert_int_equal(0, taken());
	MUST(store_record_take(matcher, w.rec_no, &whole, err));
	MUST_GIVE(E_RECORD_TAKEN, allocate(5, -100, -1, err));
}

static int append(struct db *db, int64_t expected, int64_t *ret_seq, struct err *err)
{
	struct decision decision = {.id = uuid_new(),
		.kind = DECISION_CONFIRM,
		.job_id = w.job,
		.match_no = 3,
		.note = SV("fine"),
		.user_id = w.user};

	return store_decision_append(db, &w.rec, expected, &decision, ret_seq, err);
}

static void test_decisions_are_numbered_without_gaps(void **state)
{
	struct decision *list;
	int64_t seq = 0;
	size_t n;

	(void)state;
	for (int64_t i = 0; i < 3; i++) {
		MUST(append(data, i, &seq, err));
		assert_int_equal(i + 1, seq);
	}
	MUST_GIVE(E_STALE, append(data, 2, &seq, err));
	MUST(db_begin(data, err));
	MUST(append(data, 3, &seq, err));
	db_rollback(data);
	MUST(append(data, 3, &seq, err));
	assert_int_equal(4, seq);
	MUST(store_decision_list(data, &w.project, &w.rec, 1, 2, &arena, &list, &n, err));
	assert_int_equal(2, n);
	assert_int_equal(2, list[0].seq);
	assert_int_equal(3, list[0].match_no);
	assert_true(sv_eq_cstr(list[1].note, "fine"));
	MUST(store_decision_recent(data, &w.project, &w.rec, 0, 2, &arena, &list, &n, err));
	assert_int_equal(4, list[0].seq);
}

static void test_a_decision_is_undone_once(void **state)
{
	struct decision undo = {.kind = DECISION_UNDO, .user_id = w.user};
	struct decision *list;
	int64_t seq;
	size_t n;

	(void)state;
	MUST(append(data, 0, &seq, err));
	MUST(store_decision_list(data, &w.project, &w.rec, 0, 9, &arena, &list, &n, err));
	undo.undoes = list[0].id;
	undo.id = uuid_new();
	MUST(store_decision_append(data, &w.rec, 1, &undo, &seq, err));
	undo.id = uuid_new();
	MUST_GIVE(E_DECISION_STATE, store_decision_append(data, &w.rec, 2, &undo, &seq, err));
}

static void *append_second(void *arg)
{
	struct db *db = arg;
	int64_t seq;

	return (void *)(intptr_t)append(db, 0, &seq, NULL);
}

/* The second of two deciders waits for the first, and then learns that the log has moved. */
static void test_two_deciders_at_once(void **state)
{
	CLEANUP(db_freep) struct db *other = world_db(&pg, &w, "recon_data");
	pthread_t thread;
	void *code;
	int64_t seq;

	(void)state;
	MUST(db_begin(data, err));
	MUST(append(data, 0, &seq, err));
	assert_int_equal(0, pthread_create(&thread, NULL, append_second, other));
	while (pg_int(&pg, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
		usleep(1000);
	MUST(db_commit(data, err));
	pthread_join(thread, &code);
	assert_int_equal(E_STALE, (int)(intptr_t)code);
	assert_int_equal(1, pg_int(&pg, "SELECT count(*) FROM decision"));
}

#define TEST(fn) cmocka_unit_test_setup(fn, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_million_records),
		TEST(test_a_double_claim_takes_nothing),
		TEST(test_a_dataset_is_taken_back),
		TEST(test_bits_are_where_the_header_says),
		TEST(test_another_reconciliation_takes_for_itself),
		TEST(test_scope_binds_the_functions),
		TEST(test_parts_stay_within_the_amount),
		TEST(test_decisions_are_numbered_without_gaps),
		TEST(test_a_decision_is_undone_once),
		TEST(test_two_deciders_at_once),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
