# Tests against a private PostgreSQL; each program brings its own cluster.
if HAVE_CMOCKA
check_PROGRAMS += test_db_migrate test_db_scope test_db_task test_db_record test_db_plan test_db_cut test_db_store test_db_expiry test_db_end \
	test_db_worker test_db_audit
endif
DB_TEST_SOURCES = tests/db/fixture.c tests/db/fixture.h tests/db/pg.c tests/db/pg.h
JOBS_TEST_SOURCES = $(DB_TEST_SOURCES) tests/db/jobs.c tests/db/jobs.h
DB_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/db $(CMOCKA_CFLAGS) $(PQ_CFLAGS)
DB_TEST_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_db_migrate_SOURCES = tests/db/test_migrate.c $(DB_TEST_SOURCES)
test_db_migrate_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_migrate_LDADD = $(DB_TEST_LDADD)
test_db_expiry_SOURCES = tests/db/test_expiry.c $(DB_TEST_SOURCES)
test_db_expiry_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_expiry_LDADD = $(DB_TEST_LDADD)
test_db_record_SOURCES = tests/db/test_record.c $(DB_TEST_SOURCES)
test_db_record_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_record_LDADD = $(DB_TEST_LDADD)
test_db_scope_SOURCES = tests/db/test_scope.c $(DB_TEST_SOURCES)
test_db_scope_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_scope_LDADD = $(DB_TEST_LDADD)
test_db_task_SOURCES = tests/db/test_task.c $(DB_TEST_SOURCES)
test_db_task_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_task_LDADD = $(DB_TEST_LDADD)
test_db_plan_SOURCES = tests/db/test_plan.c $(DB_TEST_SOURCES)
test_db_plan_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_plan_LDADD = $(DB_TEST_LDADD)
test_db_cut_SOURCES = tests/db/test_cut.c $(DB_TEST_SOURCES)
test_db_cut_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_cut_LDADD = $(MATCHER_LIBS) $(DB_TEST_LDADD)
test_db_store_SOURCES = tests/db/test_store.c $(DB_TEST_SOURCES)
test_db_store_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_store_LDADD = $(DB_TEST_LDADD)
test_db_end_SOURCES = tests/db/test_end.c $(DB_TEST_SOURCES)
test_db_end_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_end_LDADD = $(MATCHER_LIBS) $(DB_TEST_LDADD)
test_db_worker_SOURCES = tests/db/test_worker.c $(JOBS_TEST_SOURCES)
test_db_worker_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_worker_LDADD = $(MATCHER_LIBS) $(DB_TEST_LDADD)
test_db_audit_SOURCES = tests/db/test_audit.c src/cli/audit_read.c src/cli/audit_read.h $(AUDITOR_SOURCES) \
	$(DB_TEST_SOURCES) $(PLACE_SOURCES)
test_db_audit_CPPFLAGS = $(DB_TEST_CPPFLAGS) $(PLACE_CPPFLAGS)
test_db_audit_LDADD = $(DB_TEST_LDADD) $(SYS_LIBS)
