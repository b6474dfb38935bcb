/*
 * The real recon-intake with a real PostgreSQL, recon-scanner and vault: files are handed in the
 * way the upload pool does it, and what became of them is looked up in rows and stored bytes. After
 * each case nothing may lie in the vault that no row names, and nothing usable that was not called
 * clean.
 *
 * The same program with TEST_IN_BUCKET has its vault in a bucket of an S3 server that nobody here wrote.
 */
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>
#include <cmocka.h>

#include "../read/book_util.h"
#include "fixture.h"
#include "place.h"
#include "s3.h"
#include "seal/hash.h"
#include "store/store_file.h"
#include "store/store_dataset.h"
#include "store/store_object.h"
#include "store/store_preview.h"
#include "store/store_project.h"
#include "store/store_source.h"
#include "store/store_task.h"
#include "store/store_upload.h"
#include "sys/proc.h"
#include "vault/keys.h"
#include "vault/vault.h"

#define MAX_BYTES (64u << 20)
#define WAIT_STEPS 1200 /* of 50 ms */
#define KEY_ID "test:tester"
#define SECRET "a/secret+with=signs"
#ifndef TEST_IN_BUCKET
#define TEST_IN_BUCKET 0
#endif

static struct pg pg;
static struct world world;
static struct vault *vault;
static struct db *upload_db;
static pid_t scanner, intake;
static const char *bucket; /* the S3 server's address; NULL: a folder */
static struct uuid mapped, unmapped; /* sources with a mapping and without */

#define HEADER "Booked,Amount,Reference,Memo\n"
static const char mapping_json[] =
	"{\"format\":\"csv\",\"dialect\":{\"delimiter\":\",\",\"quote\":\"\\\"\","
	"\"encoding\":\"utf-8\",\"header_row\":1},\"decimal\":\".\",\"thousands\":\"\","
	"\"date_order\":\"ymd\",\"currency\":\"EUR\",\"fields\":["
	"{\"field\":\"date\",\"type\":\"date\",\"column\":\"Booked\",\"required\":true},"
	"{\"field\":\"amount\",\"type\":\"amount\",\"column\":\"Amount\",\"required\":true},"
	"{\"field\":\"reference\",\"type\":\"code\",\"column\":\"Reference\"},"
	"{\"field\":\"text\",\"type\":\"text\",\"column\":\"Memo\"}]}";

/* --- handing in ------------------------------------------------------------------------------- */

/* A part as the upload pool stores it, recorded with its upload. */
static void add_part(const struct upload *u, int64_t start, struct sv bytes)
{
	struct vault_writer *w CLEANUP(vault_writer_free) = NULL;
	struct vault_object object;
	struct object row = {.project_id = world.project, .kind = OBJECT_KIND_PART};

	MUST(vault_create(vault, &w, err));
	MUST(vault_write(w, bytes.p, bytes.n, err));
	MUST(vault_commit(w, &object, err));
	row.id = object.id;
	row.size = (int64_t)object.size;
	row.stored_size = (int64_t)object.stored_size;
	row.wrapped_key = sv_from((const char *)object.wrapped, sizeof(object.wrapped));
	memcpy(row.sha256, object.sha256, sizeof(row.sha256));
	MUST(db_begin(upload_db, err));
	MUST(store_object_insert(upload_db, &row, err));
	MUST(store_upload_add_part(upload_db, u, start, (int64_t)bytes.n, &row.id, err));
	MUST(db_commit(upload_db, err));
}

/* Announces an upload of n bytes; sha256 may be NULL. */
static struct uuid announce(const struct uuid *source, const char *name, size_t n,
	const uint8_t *sha256, struct upload *ret)
{
	CLEANUP(db_freep) struct db *api = world_db(&pg, &world, "recon_api");
	CLEANUP(arena_free) struct arena a;
	struct file file = {.id = uuid_new(),
		.project_id = world.project,
		.source_id = *source,
		.name = sv_from_cstr(name),
		.size = (int64_t)n,
		.uploaded_by = world.user};
	struct upload upload = {.id = random_id(),
		.project_id = world.project,
		.file_id = file.id,
		.user_id = world.user,
		.size = (int64_t)n};

	arena_init(&a, 0);
	if (sha256)
		memcpy(upload.sha256, sha256, sizeof(upload.sha256));
	MUST(db_begin(api, err));
	MUST(store_project_book(api, &world.project, (int64_t)n, err));
	MUST(store_file_insert(api, &file, err));
	MUST(store_upload_insert(api, &upload, 3600, &a, ret, err));
	MUST(db_commit(api, err));
	return file.id;
}

static void received(const struct uuid *file)
{
	MUST(db_begin(upload_db, err));
	MUST(store_file_set_state(
		upload_db, file, FILE_STATE_RECEIVING, FILE_STATE_RECEIVED, SV_NULL, SV_NULL, err));
	MUST(store_task_insert(
		upload_db, TASK_SCAN, file, &world.project, SV("test-request"), err));
	MUST(db_commit(upload_db, err));
}

/* In `parts` parts. */
static struct uuid hand_in(
	const struct uuid *source, const char *name, struct sv bytes, size_t parts)
{
	struct upload upload;
	struct uuid file = announce(source, name, bytes.n, NULL, &upload);
	size_t step = bytes.n / parts + 1;

	for (size_t start = 0; start < bytes.n; start += step)
		add_part(&upload, (int64_t)start,
			sv_from(bytes.p + start, MIN(step, bytes.n - start)));
	received(&file);
	return file;
}

/* --- looking up ------------------------------------------------------------------------------- */

/* The answer to a question in which $ stands for the file's id. The caller frees. */
static char *about(const struct uuid *file, const char *sql)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct sv rest = sv_from_cstr(sql);
	char id[UUID_TEXT_LEN + 1];

	uuid_format(file, id);
	while (rest.n > 0) {
		bool named = sv_find(rest, '$') >= 0;

		buf_add_sv(&text, sv_cut(&rest, '$'));
		if (named)
			buf_printf(&text, "'%s'", id);
	}
	return pg_text(&pg, buf_cstr(&text));
}

/* Waits until the question about a file gets an answer that is not "". The caller frees. */
static char *wait_for(const struct uuid *file, const char *sql)
{
	for (int i = 0; i < WAIT_STEPS; i++) {
		char *answer = about(file, sql);

		if (answer[0])
			return answer;
		free(answer);
		pause_ms(50);
	}
	fail_msg("nothing came of it: %s", sql);
	return NULL;
}

#define FILE_END                                                                                   \
	"SELECT state || ' ' || coalesce(verdict_code, '') FROM file WHERE id = $ "                \
	"AND state NOT IN ('receiving', 'received', 'scanning')"
#define DATASET_END                                                                                \
	"SELECT state || ' ' || rows_read || ' ' || rows_accepted || ' ' || rows_rejected || ' '"  \
	" || coalesce(error_code, '') FROM dataset WHERE file_id = $ AND state <> 'reading'"

static void expect(const struct uuid *file, const char *sql, const char *want)
{
	char *answer = wait_for(file, sql);

	assert_string_equal(answer, want);
	free(answer);
}

static int count_object(void *ctx, const struct uuid *id, uint64_t sealed_size, int64_t mtime,
	bool finished, struct err *err)
{
	(void)id;
	(void)sealed_size;
	(void)mtime;
	(void)err;
	*(int64_t *)ctx += finished; /* what was being written at a kill goes a day later */
	return 0;
}

/* As many stored objects as rows with a key, of those that really lie in this vault. */
static void expect_no_orphans(void)
{
	int64_t rows = 0, objects = 0;

	/* Bytes go a moment after their rows. */
	for (int i = 0; i < 500; i++) {
		objects = 0;
		rows = pg_int(&pg, "SELECT count(*) FROM vault_object "
				   "WHERE erased_at IS NULL AND length(wrapped_key) = 88");
		MUST(vault_list(vault, count_object, &objects, err));
		if (rows == objects)
			return;
		pause_ms(20);
	}
	fail_msg("%lld objects are stored, %lld have a row", (long long)objects, (long long)rows);
}

/* --- cases ------------------------------------------------------------------------------------ */

static void test_a_file_becomes_a_dataset(void **state)
{
	static const char csv[] = HEADER "2026-03-04,12.30,R-001,Rent\n"
					 "2026-03-05,-7.00,R-002,\"Coffee, black\"\n";
	struct uuid file = hand_in(&mapped, "ledger.csv", SV(csv), 1);

	(void)state;
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "ready 2 2 0 ");
	expect(&file, "SELECT sums::text FROM dataset WHERE file_id = $",
		"[{\"field\":\"amount\",\"money\":{\"minor\":\"530\",\"currency\":\"EUR\"}}]");
	/* The parts are gone, the file and its dataset are stored and whole. */
	expect(&file,
		"SELECT count(*) FROM upload_part p JOIN upload u ON u.id = p.upload_id "
		"WHERE u.file_id = $",
		"0");
	expect(&file, "SELECT length(sha256) FROM file WHERE id = $", "32");
	expect(&file,
		"SELECT string_agg(action, ' ' ORDER BY ts) FROM audit_outbox WHERE object_id = "
		"$",
		"file.scan");
	expect_no_orphans();
}

static void test_parts_join(void **state)
{
	struct buf csv CLEANUP(buf_free) = BUF_INIT;
	struct upload upload;
	struct uuid file;
	uint8_t sha256[32];

	(void)state;
	buf_add_cstr(&csv, HEADER);
	for (int i = 0; i < 50000; i++)
		buf_printf(
			&csv, "2026-03-%02d,%d.%02d,R-%d,Row %d\n", i % 28 + 1, i, i % 100, i, i);
	hash_sha256(csv.p, csv.n, sha256);
	file = announce(&mapped, "large.csv", csv.n, sha256, &upload);
	for (size_t start = 0; start < csv.n; start += 500001)
		add_part(&upload, (int64_t)start,
			sv_from(csv.p + start, MIN((size_t)500001, csv.n - start)));
	received(&file);
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "ready 50000 50000 0 ");
	expect_no_orphans();
}

static void test_without_a_mapping_one_is_proposed(void **state)
{
	struct uuid file = hand_in(&unmapped, "bank.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent\n2026-03-14,1.00,R-2,Food\n"), 1);

	(void)state;
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "needs_mapping 0 0 0 ");
	expect(&file,
		"SELECT (length(proposal_sealed) > 500) || ' ' || "
		"position('Rent'::bytea in proposal_sealed) FROM dataset WHERE file_id = $",
		"true 0");
	expect_no_orphans();
}

#define CELL(ref, v) "<c r=\"" ref "\" t=\"str\"><v>" v "</v></c>"
#define BOOK_ROWS                                                                                  \
	"<row>" CELL("A1", "Booked") CELL("B1", "Amount") CELL("C1", "Reference")                  \
		CELL("D1", "Memo") "</row><row>" CELL("A2", "2026-03-04") CELL("B2", "12.30")      \
			CELL("C2", "R-1") CELL("D2", "Rent") "</row>"

/* What every reader needs is allowed where files are read: one of each kind of container and
 * library, proposed for a source without a mapping. The statement, which needs no person, comes
 * last: it gives the source its mapping. */
static void test_other_formats(void **state)
{
	struct zip_make book CLEANUP(zip_make_free) = {0}, bomb CLEANUP(zip_make_free) = {0};
	struct zip_make attack CLEANUP(zip_make_free) = {0};
	const struct {
		const char *label, *name;
		struct sv bytes;
		const char *file, *dataset; /* NULL: none */
	} cases[] = {
		{"workbook", "bank.xlsx", book_make(&book, BOOK_ROWS, ""), "clean ",
			"needs_mapping 0 0 0 "},
		{"records", "bank.jsonl",
			SV("{\"date\":\"2026-03-04\",\"amount\":12.30}\n"
			   "{\"date\":\"2026-03-05\",\"amount\":-1}\n"),
			"clean ", "needs_mapping 0 0 0 "},
		{"a document of no records", "doc.json", SV("{\"rows\":[{\"a\":1}]}"), "clean ",
			"unreadable 0 0 0 unreadable"},
		{"document type in a workbook", "evil.xlsx",
			book_make(&attack, "<!DOCTYPE x [<!ENTITY a \"b\">]>", ""), "clean ",
			"unreadable 0 0 0 unreadable"},
		{"bomb", "bomb.xlsx",
			(zip_make_add_as(&bomb, "xl/x", SV("x"), 0, 0xfffffff0u),
				book_make(&bomb, BOOK_ROWS, "")),
			"rejected archive_unsafe", NULL},
		{"statement", "bank.sta",
			SV(":20:S1\n:25:123/456\n:28C:1/1\n:60F:C260301EUR10,00\n"
			   ":61:2603040304D1,50NTRFREF//B\n:86:Rent\n:62F:C260304EUR8,50\n-\n"),
			"clean ", "ready 1 1 0 "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct uuid file = hand_in(&unmapped, cases[i].name, cases[i].bytes, 1);

		print_message("%s\n", cases[i].label);
		expect(&file, FILE_END, cases[i].file);
		if (cases[i].dataset != NULL)
			expect(&file, DATASET_END, cases[i].dataset);
	}
	expect_no_orphans();
}

static void test_a_mapping_that_does_not_fit_asks_again(void **state)
{
	struct uuid file = hand_in(
		&mapped, "other.csv", SV("Day,Value\n2026-03-04,12.30\n2026-03-05,1.00\n"), 1);

	(void)state;
	expect(&file, DATASET_END, "needs_mapping 0 0 0 ");
	expect_no_orphans();
}

static void test_ragged_rows_are_rejected(void **state)
{
	struct uuid file = hand_in(&mapped, "ragged.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent\n2026-03-05,1.00\n2026-03-06,x,R-3,Bad\n"
			  "2026-03-07,1.00,R-4,Fine\n"),
		1);

	(void)state;
	expect(&file, DATASET_END, "ready 4 2 2 ");
	expect(&file,
		"SELECT v.kind FROM dataset d JOIN vault_object v ON v.id = d.rejects_object "
		"WHERE d.file_id = $",
		"rejects");
	expect_no_orphans();
}

static void test_no_row_is_unreadable(void **state)
{
	struct uuid file = hand_in(&mapped, "none.csv", SV(HEADER "yesterday,much,R-1,Rent\n"), 1);

	(void)state;
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "unreadable 0 0 0 unreadable");
	expect_no_orphans();
}

/* Refused ones: a verdict's code, nothing stored, no dataset, the space given back. */
/* A preview of the file's dataset by a person, through mapping; with or without its task. */
static struct uuid ask_preview(const struct uuid *file, const char *mapping, bool task)
{
	CLEANUP(db_freep) struct db *api = world_db(&pg, &world, "recon_api");
	CLEANUP(arena_free) struct arena a;
	struct uuid id = uuid_new();
	struct dataset dataset;

	arena_init(&a, 0);
	MUST(db_begin(api, err));
	MUST(store_dataset_by_file(api, file, &a, &dataset, err));
	MUST(store_preview_insert(api, &id, &world.project, &dataset.id, &world.user,
		sv_from_cstr(mapping), err));
	if (task)
		MUST(store_task_insert(api, TASK_PREVIEW, &id, &world.project, SV("test"), err));
	MUST(db_commit(api, err));
	return id;
}

#define PREVIEW_END                                                                                \
	"SELECT state || ' ' || rows_read || ' ' || rows_accepted || ' ' || rows_rejected || ' '"  \
	" || coalesce(error_code, '') FROM preview WHERE id = $ AND state <> 'waiting'"
#define TASK_END                                                                                   \
	"SELECT state FROM task WHERE subject = $ AND state NOT IN ('waiting', 'running')"

static void test_a_preview_changes_nothing(void **state)
{
	struct uuid file = hand_in(&mapped, "seen.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent\n2026-03-05,x,R-2,Food\n"), 1);
	struct uuid id, before;

	(void)state;
	expect(&file, DATASET_END, "ready 2 1 1 ");
	before = ask_preview(&file, mapping_json, false);
	id = ask_preview(&file, mapping_json, true);
	expect(&id, PREVIEW_END, "done 2 1 1 ");
	expect(&id, TASK_END, "done");
	/* What it shows is sealed, and only the newest is kept. */
	expect(&id,
		"SELECT (length(result_sealed) > 500) || ' ' || "
		"position('Rent'::bytea in result_sealed) FROM preview WHERE id = $",
		"true 0");
	expect(&before, "SELECT count(*) FROM preview WHERE id = $", "0");
	/* A mapping that does not fit; a preview that was replaced before its turn came. */
	id = ask_preview(&file,
		"{\"format\":\"csv\",\"fields\":[{\"field\":\"text\",\"type\":\"text\","
		"\"column\":\"Nowhere\"}]}",
		true);
	expect(&id, PREVIEW_END, "failed 0 0 0 mapping");
	expect(&id, TASK_END, "failed");
	before = uuid_new();
	MUST(db_begin(upload_db, err));
	MUST(store_task_insert(upload_db, TASK_PREVIEW, &before, &world.project, SV("test"), err));
	MUST(db_commit(upload_db, err));
	expect(&before, TASK_END, "cancelled");
	expect(&file, DATASET_END, "ready 2 1 1 ");
	expect_no_orphans();
}

/* One that nobody will finish is said to have failed; one that is sealed for another key is let go. */
static void test_previews_end(void **state)
{
	CLEANUP(db_freep) struct db *db = pg_db(&pg, "recon_intake");
	struct uuid file = hand_in(&mapped, "end.csv", SV(HEADER "2026-03-04,1.00,R-1,x\n"), 1);
	struct uuid id;
	int64_t rows = 0;

	(void)state;
	expect(&file, DATASET_END, "ready 1 1 0 ");
	program_end(intake, SIGTERM);
	id = ask_preview(&file, mapping_json, true);
	free(about(&id,
		"UPDATE task SET strikes = 3 WHERE subject = $ RETURNING state"));
	intake = program_start(RECON_INTAKE, place_at("conf"));
	expect(&id, PREVIEW_END, "failed 0 0 0 unreadable");
	expect(&id, TASK_END, "poisoned");
	id = ask_preview(&file, mapping_json, true);
	expect(&id, PREVIEW_END, "done 1 1 0 ");
	MUST(store_preview_drop_stale(
		db, sv_from((const char *)vault_key_id(vault), VAULT_KEY_ID_LEN), &rows, err));
	expect(&id, PREVIEW_END, "done 1 1 0 ");
	MUST(store_preview_drop_stale(db, SV("\1\2\3\4\5\6\7\b"), &rows, err));
	expect(&id, PREVIEW_END, "failed 1 1 0 cancelled");
}

static void expect_refused(const struct uuid *file, const char *want, int64_t booked)
{
	expect(file, FILE_END, want);
	expect(file, "SELECT count(*) FROM dataset WHERE file_id = $", "0");
	expect(file, "SELECT coalesce(object_id::text, 'none') FROM file WHERE id = $", "none");
	expect(file,
		"SELECT outcome || ' ' || action FROM audit_outbox WHERE object_id = $ "
		"AND action = 'file.refuse'",
		"refused file.refuse");
	expect_no_orphans();
	assert_int_equal(booked, pg_int(&pg, "SELECT sum(storage_bytes)::bigint FROM project"));
}

static int64_t booked_bytes(void)
{
	return pg_int(&pg, "SELECT sum(storage_bytes)::bigint FROM project");
}

static void test_eicar_is_refused(void **state)
{
	int64_t booked = booked_bytes();
	struct buf csv CLEANUP(buf_free) = BUF_INIT;
	struct uuid file;
	char *detail;

	(void)state;
	buf_printf(&csv, HEADER "2026-03-04,12.30,R-1,%s\n", eicar());
	file = hand_in(&mapped, "virus.csv", buf_sv(&csv), 2);
	expect_refused(&file, "infected file_infected", booked);
	detail = about(&file, "SELECT verdict_detail FROM file WHERE id = $");
	assert_non_null(strstr(detail, "Recon-Test-Eicar"));
	free(detail);
}

static const struct {
	const char *label;
	const char *name;
	struct sv bytes;
	const char *want;
} refused[] = {
	{"binary renamed", "ledger.csv", {"\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0>\0", 20},
		"rejected file_type"},
	{"PDF renamed", "ledger.csv", {"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", 29},
		"rejected file_type"},
	{"no type", "ledger.exe", {"a,b\n1,2\n", 8}, "rejected file_type"},
};

static void test_other_types_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		int64_t booked = booked_bytes();
		struct uuid file = hand_in(&mapped, refused[i].name, refused[i].bytes, 1);

		print_message("%s\n", refused[i].label);
		expect_refused(&file, refused[i].want, booked);
	}
}

static void test_announced_hash_must_agree(void **state)
{
	int64_t booked = booked_bytes();
	const uint8_t wrong[32] = {1, 2, 3};
	struct upload upload;
	struct uuid file = announce(&mapped, "ledger.csv", 10, wrong, &upload);

	(void)state;
	add_part(&upload, 0, SV("a,b\n1,2\n3,"));
	received(&file);
	expect_refused(&file, "rejected file_hash", booked);
}

/* Nobody waits for the next attempt; the task that is about `subject` ends like this. */
static void expect_when_time_passes(const struct uuid *subject, const char *want)
{
	for (int i = 0; i < WAIT_STEPS; i++) {
		char *state = about(subject, "SELECT state FROM task WHERE subject = $");
		bool ended = strcmp(state, want) == 0;

		free(state);
		if (ended)
			return;
		pg_exec(&pg, "UPDATE task SET lease_until = now() WHERE state = 'waiting'");
		pause_ms(50);
	}
	fail_msg("the task was not %s", want);
}

/* A part that was changed on the disk: tried three times, then nobody calls it clean. */
static void test_a_damaged_part_is_never_clean(void **state)
{
	struct upload upload;
	struct uuid file = announce(&mapped, "ledger.csv", 8, NULL, &upload);
	char *object, path[64];
	FILE *f;

	(void)state;
	add_part(&upload, 0, SV("a,b\n1,2\n"));
	object = about(&file,
		"SELECT p.object_id::text FROM upload_part p JOIN upload u ON u.id = p.upload_id "
		"WHERE u.file_id = $");
	snprintf(path, sizeof(path), "vault/%.2s/%s", object, object);
	f = fopen(place_at(path), "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, 60, SEEK_SET), 0);
	assert_int_equal(fputc('!', f), '!');
	assert_int_equal(fclose(f), 0);
	free(object);
	received(&file);
	expect(&file, "SELECT error_code FROM task WHERE subject = $ AND strikes >= 1", "corrupt");
	expect_when_time_passes(&file, "poisoned");
	expect(&file, FILE_END, "unscannable file_unscannable");
	expect_no_orphans();
}

static void test_files_wait_for_the_scanner(void **state)
{
	struct uuid file;
	char *strikes;

	(void)state;
	program_end(scanner, SIGTERM);
	file = hand_in(&mapped, "waits.csv", SV(HEADER "2026-03-04,12.30,R-1,Rent\n"), 1);
	pause_ms(3500); /* more than one attempt */
	strikes = about(&file, "SELECT f.state || ' ' || t.state || ' ' || t.strikes FROM file f "
			       "JOIN task t ON t.subject = f.id WHERE f.id = $");
	assert_string_equal(strikes, "received waiting 0");
	free(strikes);
	scanner = program_start(RECON_SCANNER, place_at("conf"));
	expect(&file, FILE_END, "clean ");
	expect_no_orphans();
}

/* Rows of a large file. */
static void add_rows(struct buf *csv, size_t bytes)
{
	buf_add_cstr(csv, HEADER);
	while (csv->n < bytes)
		buf_printf(csv, "2026-03-04,%zu.00,R-%zu,Some text that fills a row\n", csv->n,
			csv->n);
}

/* A scan that dies is no verdict of "clean"; the parts stay, and a second scan is. */
static void test_an_unscannable_file_can_be_scanned_again(void **state)
{
	struct buf csv CLEANUP(buf_free) = BUF_INIT;
	struct uuid file;
	pid_t child = 0;

	(void)state;
	add_rows(&csv, 60u << 20);
	file = hand_in(&mapped, "again.csv", buf_sv(&csv), 1);
	for (int i = 0; i < 20000 && !child; i++) {
		pid_t zygote = child_of(scanner);

		child = zygote ? child_of(zygote) : 0;
	}
	assert_true(child > 0);
	kill(child, SIGKILL);
	expect(&file, FILE_END, "unscannable file_unscannable");
	expect(&file,
		"SELECT count(*) FROM upload_part p JOIN upload u ON u.id = p.upload_id "
		"WHERE u.file_id = $",
		"1");
	expect_no_orphans();
	MUST(db_begin(upload_db, err));
	MUST(store_file_set_state(upload_db, &file, FILE_STATE_UNSCANNABLE, FILE_STATE_RECEIVED,
		SV_NULL, SV_NULL, err));
	MUST(store_task_insert(upload_db, TASK_SCAN, &file, &world.project, SV_NULL, err));
	MUST(db_commit(upload_db, err));
	expect(&file, FILE_END, "clean ");
	expect(&file, "SELECT state FROM dataset WHERE file_id = $ AND state <> 'reading'",
		"ready");
	expect_no_orphans();
}

/* Killed in the middle of large files, several times over: nothing lost, nothing twice. */
static void test_killed_intake_loses_nothing(void **state)
{
	struct buf csv CLEANUP(buf_free) = BUF_INIT;
	struct uuid files[3];

	(void)state;
	add_rows(&csv, 20u << 20);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		files[i] = hand_in(&mapped, "large.csv", buf_sv(&csv), 3);
	for (int i = 0; i < 3; i++) {
		pause_ms(150);
		program_end(intake, SIGKILL);
		pg_exec(&pg, "UPDATE task SET lease_until = now(), strikes = 0 "
			     "WHERE state = 'running'");
		intake = program_start(RECON_INTAKE, place_at("conf"));
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		expect(&files[i], FILE_END, "clean ");
		expect(&files[i],
			"SELECT state FROM dataset WHERE file_id = $ AND state <> 'reading'",
			"ready");
		expect(&files[i], "SELECT count(*) FROM dataset d WHERE d.file_id = $", "1");
	}
}

static void test_a_killed_reader_is_tried_again(void **state)
{
	struct buf csv CLEANUP(buf_free) = BUF_INIT;
	struct uuid file;

	(void)state;
	add_rows(&csv, 30u << 20);
	file = hand_in(&mapped, "large.csv", buf_sv(&csv), 1);
	free(wait_for(&file, "SELECT worker FROM task WHERE kind = 'read' AND state = 'running' "
			     "AND subject = (SELECT id FROM dataset WHERE file_id = $)"));
	/* Every reader of every worker. */
	for (int i = 0; i < 2; i++) {
		pid_t worker = child_of(intake);
		pid_t reader = worker ? child_of(worker) : 0;

		if (reader)
			kill(reader, SIGKILL);
		pause_ms(20);
	}
	for (int i = 0; i < WAIT_STEPS; i++) {
		pg_exec(&pg, "UPDATE task SET lease_until = now() WHERE state = 'waiting'");
		pause_ms(50);
		if (pg_int(&pg,
			    "SELECT count(*) FROM task WHERE state IN ('waiting', 'running')") ==
			pg_int(&pg, "SELECT count(*) FROM task WHERE kind = 'match'"))
			break;
	}
	expect(&file, "SELECT state FROM dataset WHERE file_id = $ AND state <> 'reading'",
		"ready");
}

/* What crashes left, and uploads past their time, go with the first sweep of a started intake. */
static void test_sweep(void **state)
{
	struct vault_writer *w = NULL;
	struct vault_object orphan;
	struct upload upload;
	struct uuid file = announce(&mapped, "late.csv", 100, NULL, &upload);
	int64_t booked = booked_bytes();
	int status;

	(void)state;
	add_part(&upload, 0, SV("half of it"));
	pg_exec(&pg, "UPDATE upload SET expires_at = now() - interval '1 s' WHERE state = 'open'");
	MUST(vault_create(vault, &w, err));
	MUST(vault_write(w, "x", 1, err));
	MUST(vault_commit(w, &orphan, err));
	vault_writer_free(&w);
	pause_ms(3100); /* older than vault.orphan_seconds, which counts whole seconds */
	status = program_end(intake, SIGTERM);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	intake = program_start(RECON_INTAKE, place_at("conf"));
	expect(&file, FILE_END, "rejected upload_expired");
	expect_no_orphans();
	MUST_GIVE(E_NOT_FOUND, vault_check(vault, &orphan, err));
	assert_int_equal(booked_bytes(), booked - 100);
}

static bool file_holds(const char *path, struct sv text)
{
	struct buf bytes CLEANUP(buf_free) = BUF_INIT;
	FILE *f = fopen(path, "r");
	size_t n = 1;

	while (f && n > 0) {
		n = fread(buf_reserve(&bytes, 1 << 20), 1, 1 << 20, f);
		buf_commit(&bytes, n);
	}
	if (f)
		fclose(f);
	return bytes.n > 0 && memmem(bytes.p, bytes.n, text.p, text.n);
}

static struct sv secret_memo;

static int expect_sealed(const char *path, const struct stat *st, int flag)
{
	(void)st;
	if (flag == FTW_F && file_holds(path, secret_memo))
		fail_msg("plaintext in %s", path);
	return 0;
}

/* What a file says is in no log, no temporary file and no stored byte. */
static void test_no_plaintext_is_left(void **state)
{
	struct uuid file;

	(void)state;
	secret_memo = SV("Rent of the lighthouse keeper");
	file = hand_in(&mapped, "memo.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent of the lighthouse keeper\n"
			  "2026-03-05,x,R-2,Rent of the lighthouse keeper\n"),
		2);
	expect(&file, DATASET_END, "ready 2 1 1 ");
	place_write("proof", "Rent of the lighthouse keeper");
	assert_true(file_holds(place_at("proof"), secret_memo));
	unlink(place_at("proof"));
	assert_int_equal(ftw(place_at("."), expect_sealed, 16), 0);
}

/* Runs `recon vault check`: its exit code, and its output in the file "check". */
static int vault_check_command(void)
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen(place_at("check"), "w", stdout))
			_exit(126);
		execl(RECON, "recon", "--config", place_at("conf"), "vault", "check", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The path of some stored object of a file's datasets. */
static void object_path(const struct uuid *file, const char *column, char out[96])
{
	struct buf sql CLEANUP(buf_free) = BUF_INIT;
	char *id;

	buf_printf(&sql, "SELECT %s::text FROM dataset WHERE file_id = $", column);
	id = about(file, buf_cstr(&sql));
	snprintf(out, 96, "vault/%.2s/%s", id, id);
	free(id);
}

static void test_vault_check_names_what_is_wrong(void **state)
{
	struct utimbuf old = {1000000000, 1000000000};
	struct uuid file = hand_in(&mapped, "check.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent\n2026-03-05,x,R-2,Bad\n"), 1);
	char data[96], rejects[96];

	(void)state;
	expect(&file, DATASET_END, "ready 2 1 1 ");
	/* The fixture's objects were never stored. */
	pg_exec(&pg, "UPDATE vault_object SET wrapped_key = NULL, erased_at = now() "
		     "WHERE length(wrapped_key) <> 88");
	expect_no_orphans();
	assert_int_equal(vault_check_command(), 0);
	assert_true(file_holds(place_at("check"), SV(" 0 missing, 0 of another length; 0 stored")));

	object_path(&file, "data_object", data);
	object_path(&file, "rejects_object", rejects);
	mkdir(place_at("vault/00"), 0700); /* may be there */
	assert_int_equal(truncate(place_at(rejects), 100), 0);
	assert_int_equal(
		rename(place_at(data), place_at("vault/00/00000000-0000-4000-8000-000000000000")),
		0);
	assert_int_equal(utime(place_at("vault/00/00000000-0000-4000-8000-000000000000"), &old), 0);
	assert_int_equal(vault_check_command(), 1);
	assert_true(file_holds(place_at("check"), SV(" 1 missing, 1 of another length; 1 stored")));
	assert_true(
		file_holds(place_at("check"), SV("orphan   00000000-0000-4000-8000-000000000000")));
	assert_int_equal(
		rename(place_at("vault/00/00000000-0000-4000-8000-000000000000"), place_at(data)),
		0);
}

/* The object of a column of the file's dataset, as the bucket names it. */
static char *bucket_path(const struct uuid *file, const char *column)
{
	struct buf sql CLEANUP(buf_free) = BUF_INIT;

	buf_printf(&sql, "SELECT '/vault/' || %s FROM dataset WHERE file_id = $", column);
	return about(file, buf_cstr(&sql));
}

static void test_a_bucket_is_checked(void **state)
{
	struct uuid file = hand_in(&mapped, "bucket.csv",
		SV(HEADER "2026-03-04,12.30,R-1,Rent\n2026-03-05,x,R-2,Bad\n"), 2);
	char *data, *rejects;
	struct uuid id;

	(void)state;
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "ready 2 1 1 ");
	pg_exec(&pg, "UPDATE vault_object SET wrapped_key = NULL, erased_at = now() "
		     "WHERE length(wrapped_key) <> 88");
	expect_no_orphans();
	assert_int_equal(vault_check_command(), 0);
	assert_true(file_holds(place_at("check"), SV(" 0 missing, 0 of another length; 0 stored")));
	data = bucket_path(&file, "data_object");
	rejects = bucket_path(&file, "rejects_object");
	assert_int_equal(uuid_parse(sv_from_cstr(data + strlen("/vault/")), &id), 0);
	MUST(vault_remove(vault, &id, err));
	assert_int_equal(s3_put(rejects, SV("of another length")), 200);
	assert_int_equal(vault_check_command(), 1);
	assert_true(file_holds(place_at("check"), SV(" 1 missing, 1 of another length; 0 stored")));
	assert_true(file_holds(place_at("check"), sv_from_cstr(data + strlen("/vault/"))));
	free(data);
	free(rejects);
}

/* PostgreSQL gone for a moment: the worker waits and goes on. */
static void test_database_crash(void **state)
{
	struct uuid file;

	(void)state;
	pg_crash(&pg);
	db_freep(&upload_db);
	upload_db = world_db(&pg, &world, "recon_upload");
	file = hand_in(&mapped, "after.csv", SV(HEADER "2026-03-04,12.30,R-1,Rent\n"), 1);
	expect(&file, FILE_END, "clean ");
	expect(&file, DATASET_END, "ready 1 1 0 ");
	expect_no_orphans();
}

/* --- the world -------------------------------------------------------------------------------- */

static struct uuid make_source(const char *name, const char *mapping)
{
	CLEANUP(db_freep) struct db *api = world_db(&pg, &world, "recon_api");
	CLEANUP(arena_free) struct arena a;
	struct source source = {.id = uuid_new(),
		.project_id = world.project,
		.name = sv_from_cstr(name),
		.kind = SOURCE_KIND_LEDGER,
		.time_zone = SV("Europe/Berlin"),
		.currency = SV("EUR")};
	struct mapping_row row;
	struct uuid id = source.id;

	arena_init(&a, 0);
	MUST(store_source_insert(api, &source, &world.user, &a, &source, err));
	if (!mapping)
		return id;
	MUST(db_begin(api, err));
	MUST(store_mapping_insert(
		api, &world.project, &id, sv_from_cstr(mapping), &world.user, &a, &row, err));
	MUST(db_commit(api, err));
	return id;
}

static void write_conf(void)
{
	static const char *const folders[] = {"run", "metrics", "tmp", "sigs", "vault"};
	char text[2048];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		place_folder(folders[i]);
	assert_int_equal(symlink(TEST_DATA "/clamav/eicar.ndb", place_at("sigs/eicar.ndb")), 0);
	snprintf(text, sizeof(text),
		"db.conninfo = %s\nredis.socket = %s\nrun.dir = %s\nmetrics.dir = %s\n"
		"vault.dir = %s\nvault.public_key_file = %s\nvault.private_key_file = %s\n"
		"scanner.temp_dir = %s\nscanner.database_dir = %s\nupload.max_bytes = %u\n"
		"vault.orphan_seconds = 2\nintake.workers = 2\n",
		pg.conninfo, place_at("run/no-redis"), place_at("run"), place_at("metrics"),
		place_at("vault"), place_at("pub"), place_at("key"), place_at("tmp"),
		place_at("sigs"), MAX_BYTES);
	if (bucket) {
		size_t n = strlen(text);

		place_write("credentials", KEY_ID "\n" SECRET "\n");
		assert_int_equal(chmod(place_at("credentials"), 0600), 0);
		snprintf(text + n, sizeof(text) - n,
			"vault.kind = s3\nvault.s3_endpoint = %s\nvault.s3_bucket = vault\n"
			"vault.s3_region = here\nvault.s3_credentials_file = %s\n",
			bucket, place_at("credentials"));
	}
	place_write("conf", text);
}

static int setup(void **state)
{
	struct vault_config config;

	(void)state;
	pg_up(&pg);
	world_make(&pg, &world);
	pg_exec(&pg, "UPDATE project SET storage_quota = 1000000000");
	place_begin("intake");
	if (TEST_IN_BUCKET) {
		bucket = s3_start(place_at("swift"), KEY_ID, SECRET);
		assert_non_null(bucket);
	}
	write_conf();
	MUST(vault_keys_generate(place_at("pub"), place_at("key"), err));
	config = (struct vault_config){.location = place_at("vault"),
		.public_key_file = place_at("pub"), .private_key_file = place_at("key")};
	if (bucket) {
		config.kind = "s3";
		config.s3 = (struct vault_s3){.endpoint = bucket,
			.bucket = "vault",
			.region = "here",
			.credentials_file = place_at("credentials")};
	}
	MUST(vault_open(&config, &vault, err));
	mapped = make_source("Mapped", mapping_json);
	unmapped = make_source("Unmapped", NULL);
	upload_db = world_db(&pg, &world, "recon_upload");
	scanner = program_start(RECON_SCANNER, place_at("conf"));
	intake = program_start(RECON_INTAKE, place_at("conf"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (intake > 0)
		program_end(intake, SIGTERM);
	if (scanner > 0)
		program_end(scanner, SIGTERM);
	db_freep(&upload_db);
	vault_close(&vault);
	s3_stop();
	pg_stop(&pg);
	if (!getenv("RECON_TEST_KEEP"))
		place_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_becomes_a_dataset),
		cmocka_unit_test(test_parts_join),
		cmocka_unit_test(test_without_a_mapping_one_is_proposed),
		cmocka_unit_test(test_other_formats),
		cmocka_unit_test(test_a_mapping_that_does_not_fit_asks_again),
		cmocka_unit_test(test_ragged_rows_are_rejected),
		cmocka_unit_test(test_no_row_is_unreadable),
		cmocka_unit_test(test_a_preview_changes_nothing),
		cmocka_unit_test(test_previews_end),
		cmocka_unit_test(test_eicar_is_refused),
		cmocka_unit_test(test_other_types_are_refused),
		cmocka_unit_test(test_announced_hash_must_agree),
		cmocka_unit_test(test_a_damaged_part_is_never_clean),
		cmocka_unit_test(test_files_wait_for_the_scanner),
		cmocka_unit_test(test_an_unscannable_file_can_be_scanned_again),
		cmocka_unit_test(test_no_plaintext_is_left),
		cmocka_unit_test(test_killed_intake_loses_nothing),
		cmocka_unit_test(test_a_killed_reader_is_tried_again),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_database_crash),
		cmocka_unit_test(test_vault_check_names_what_is_wrong),
	};

	const struct CMUnitTest bucket_tests[] = {
		cmocka_unit_test(test_a_file_becomes_a_dataset),
		cmocka_unit_test(test_a_preview_changes_nothing),
		cmocka_unit_test(test_a_bucket_is_checked),
	};

	proc_init();
	if (TEST_IN_BUCKET && !s3_available()) {
		printf("Debian's python3-swift is not installed\n");
		return 77;
	}
	return TEST_IN_BUCKET ? cmocka_run_group_tests(bucket_tests, setup, teardown) :
				cmocka_run_group_tests(tests, setup, teardown);
}
