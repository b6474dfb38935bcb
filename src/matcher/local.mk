# matcher: recon-matcher. Everything but main() is a library, which tests link too.
noinst_LIBRARIES += libmatcher.a
libmatcher_a_SOURCES = \
	%D%/balance.c %D%/balance.h \
	%D%/commit.c %D%/commit.h \
	%D%/decided.c %D%/decided.h \
	%D%/load.c %D%/load.h \
	%D%/pulse.c %D%/pulse.h \
	%D%/receipt.c %D%/receipt.h \
	%D%/stat.c %D%/stat.h \
	%D%/worker.c %D%/worker.h
MATCHER_LIBS = libmatcher.a $(MATCH_LIBS) $(READ_LIBS) $(COL_LIBS) $(VAULT_LIBS) $(BUS_LIBS) $(STORE_LIBS) \
	$(WIRE_LIBS) $(SYS_LIBS)

pkglibexec_PROGRAMS += recon-matcher
recon_matcher_SOURCES = %D%/main.c
recon_matcher_LDADD = $(MATCHER_LIBS) $(PTHREAD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/matcher/test_commit tests/unit/matcher/test_decided \
	tests/unit/matcher/test_receipt
endif
tests_unit_matcher_test_commit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_matcher_test_commit_LDADD = $(MATCHER_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
tests_unit_matcher_test_decided_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_matcher_test_decided_LDADD = $(MATCHER_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
tests_unit_matcher_test_receipt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_matcher_test_receipt_LDADD = $(MATCHER_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
