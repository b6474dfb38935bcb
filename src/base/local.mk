# base: values and memory; libc only.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h \
	%D%/base.c %D%/base.h \
	%D%/buf.c %D%/buf.h \
	%D%/currency.c %D%/currency.def %D%/currency.h \
	%D%/date.c %D%/date.h \
	%D%/decimal.c %D%/decimal.h \
	%D%/err.c %D%/err.def %D%/err.h \
	%D%/pages.c %D%/pages.h \
	%D%/sv.c %D%/sv.h \
	%D%/text.c %D%/text.h \
	%D%/utf8.c %D%/utf8.h \
	%D%/uuid.c %D%/uuid.h
BASE_LIBS = libbase.a

check_PROGRAMS += \
	tests/unit/base/test_arena \
	tests/unit/base/test_base \
	tests/unit/base/test_buf \
	tests/unit/base/test_currency \
	tests/unit/base/test_date \
	tests/unit/base/test_decimal \
	tests/unit/base/test_err \
	tests/unit/base/test_pages \
	tests/unit/base/test_sv \
	tests/unit/base/test_text \
	tests/unit/base/test_utf8 \
	tests/unit/base/test_uuid
tests_unit_base_test_arena_SOURCES = tests/unit/base/test_arena.c
tests_unit_base_test_arena_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_base_SOURCES = tests/unit/base/test_base.c
tests_unit_base_test_base_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c
tests_unit_base_test_buf_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_currency_SOURCES = tests/unit/base/test_currency.c
tests_unit_base_test_currency_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_date_SOURCES = tests/unit/base/test_date.c
tests_unit_base_test_date_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_decimal_SOURCES = tests/unit/base/test_decimal.c
tests_unit_base_test_decimal_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_err_SOURCES = tests/unit/base/test_err.c
tests_unit_base_test_err_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_pages_SOURCES = tests/unit/base/test_pages.c
tests_unit_base_test_pages_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_sv_SOURCES = tests/unit/base/test_sv.c
tests_unit_base_test_sv_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_utf8_SOURCES = tests/unit/base/test_utf8.c
tests_unit_base_test_utf8_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_uuid_SOURCES = tests/unit/base/test_uuid.c
tests_unit_base_test_uuid_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
