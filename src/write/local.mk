# write: tables for people: CSV and workbooks, safe to open in a spreadsheet.
noinst_LIBRARIES += libwrite.a
libwrite_a_SOURCES = \
	%D%/csv_writer.c \
	%D%/sheet_writer.c \
	%D%/rejects_writer.c %D%/rejects_writer.h \
	%D%/table_writer.c %D%/table_writer.h \
	%D%/writer.c %D%/writer.h %D%/writer_private.h \
	%D%/format.def
WRITE_LIBS = libwrite.a $(READ_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_write_writer test_write_table test_write_zip
endif
test_write_writer_SOURCES = tests/unit/write/test_writer.c
test_write_writer_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_write_writer_LDADD = $(WRITE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_write_table_SOURCES = tests/unit/write/test_table.c tests/unit/corpus.h
test_write_table_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_write_table_LDADD = $(WRITE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_write_zip_SOURCES = tests/unit/write/test_zip.c
test_write_zip_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_write_zip_LDADD = $(WRITE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
