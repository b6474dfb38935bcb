# Tests against a private PostgreSQL; each program brings its own cluster.
if HAVE_CMOCKA
check_PROGRAMS += test_db_migrate
endif
DB_TEST_SOURCES = tests/db/pg.c tests/db/pg.h
DB_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/db $(CMOCKA_CFLAGS) $(PQ_CFLAGS)
DB_TEST_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_db_migrate_SOURCES = tests/db/test_migrate.c $(DB_TEST_SOURCES)
test_db_migrate_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_db_migrate_LDADD = $(DB_TEST_LDADD)
