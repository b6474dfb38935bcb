# Test data that is made: the generator of the demo's sample. The files are committed; a test
# compares them with what the generator makes.
noinst_PROGRAMS += tests/data/sample/gen_sample
tests_data_sample_gen_sample_SOURCES = \
	tests/data/sample/gen_sample.c \
	tests/data/sample/sample.c tests/data/sample/sample.h
tests_data_sample_gen_sample_LDADD = $(BASE_LIBS)
EXTRA_DIST += %D%/statements \
	tests/data/sample/bank.csv \
	tests/data/sample/ledger.csv \
	tests/data/sample/truth.csv

check_PROGRAMS += tests/unit/data/test_sample
tests_unit_data_test_sample_SOURCES = \
	tests/unit/data/test_sample.c \
	tests/data/sample/sample.c tests/data/sample/sample.h
tests_unit_data_test_sample_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
