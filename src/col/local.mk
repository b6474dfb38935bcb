# col: the typed column table and its files.
noinst_LIBRARIES += libcol.a
libcol_a_SOURCES = \
	%D%/col.c %D%/col.h %D%/col_type.def \
	%D%/col_alloc.c %D%/col_alloc.h \
	%D%/col_build.c %D%/col_build.h \
	%D%/col_file.c %D%/col_file.h \
	%D%/col_join.c %D%/col_join.h \
	%D%/result.c %D%/result.h \
	%D%/result_file.c %D%/result_file.h \
	%D%/table_file.c %D%/table_file.h \
	%D%/wire.h
COL_LIBS = libcol.a $(DOMAIN_LIBS)

if HAVE_CMOCKA
COL_TESTS = test_col_col test_col_memory test_col_table_file test_col_result_file
check_PROGRAMS += $(COL_TESTS)
endif
test_col_col_SOURCES = tests/unit/col/test_col.c
test_col_col_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_col_col_LDADD = $(COL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_col_table_file_SOURCES = tests/unit/col/test_table_file.c
test_col_table_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_col_table_file_LDADD = $(COL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_col_result_file_SOURCES = tests/unit/col/test_result_file.c
test_col_result_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_col_result_file_LDADD = $(COL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_col_memory_SOURCES = tests/unit/col/test_memory.c
test_col_memory_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_col_memory_LDADD = $(COL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_col_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
