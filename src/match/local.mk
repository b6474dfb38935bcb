# match: the engine, pure.
noinst_LIBRARIES += libmatch.a
libmatch_a_SOURCES = \
	%D%/metric.c %D%/metric.h %D%/metric_impl.h \
	%D%/metric_token.c \
	%D%/subset.c %D%/subset.h
MATCH_LIBS = libmatch.a $(BASE_LIBS)

check_PROGRAMS += \
	tests/unit/match/test_metric \
	tests/unit/match/test_subset
tests_unit_match_test_metric_SOURCES = tests/unit/match/test_metric.c tests/unit/corpus.h
tests_unit_match_test_metric_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_subset_SOURCES = tests/unit/match/test_subset.c
tests_unit_match_test_subset_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
