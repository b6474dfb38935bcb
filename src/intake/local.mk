# recon-intake: scan and read tasks.
pkglibexec_PROGRAMS += recon-intake
recon_intake_SOURCES = \
	%D%/intake.c %D%/intake.h \
	%D%/main.c \
	%D%/preview_task.c \
	%D%/read_job.h \
	%D%/read_limits.c %D%/read_limits.h \
	%D%/read_task.c \
	%D%/reader.c %D%/reader.h \
	%D%/receipt.c \
	%D%/repair_task.c \
	%D%/repeat.c %D%/repeat.h \
	%D%/repeat_count.c \
	%D%/rewrap.c \
	%D%/scan_task.c \
	%D%/scanner.c %D%/scanner.h \
	%D%/sweep.c \
	%D%/table.c %D%/table.h \
	%D%/worker.c %D%/worker.h
recon_intake_LDADD = $(READ_LIBS) $(VAULT_LIBS) $(STORE_LIBS) $(BUS_LIBS) $(WIRE_LIBS) $(SYS_LIBS) \
	$(PTHREAD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_intake_intake test_intake_bucket test_intake_limits test_intake_repeat
endif
test_intake_intake_SOURCES = tests/unit/intake/test_intake.c $(PLACE_SOURCES) $(S3_SOURCES) $(DB_TEST_SOURCES)
test_intake_intake_CPPFLAGS = $(DB_TEST_CPPFLAGS) $(PLACE_CPPFLAGS) \
	-DTEST_DATA=\"$(abs_top_srcdir)/tests/data\" \
	-DRECON_SCANNER=\"$(abs_top_builddir)/recon-scanner\" -DRECON_INTAKE=\"$(abs_top_builddir)/recon-intake\" \
	-DRECON=\"$(abs_top_builddir)/recon\"
test_intake_intake_LDADD = $(VAULT_LIBS) $(DB_TEST_LDADD) $(SYS_LIBS) $(ZLIB_LIBS)
EXTRA_test_intake_intake_DEPENDENCIES = recon-scanner$(EXEEXT) recon-intake$(EXEEXT) recon$(EXEEXT)
# The same with the vault in a bucket.
test_intake_bucket_SOURCES = $(test_intake_intake_SOURCES)
test_intake_bucket_CPPFLAGS = $(test_intake_intake_CPPFLAGS) -DTEST_IN_BUCKET=1
test_intake_bucket_LDADD = $(test_intake_intake_LDADD)
EXTRA_test_intake_bucket_DEPENDENCIES = $(EXTRA_test_intake_intake_DEPENDENCIES)
test_intake_limits_SOURCES = tests/unit/intake/test_limits.c %D%/read_limits.c %D%/read_limits.h
test_intake_limits_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_intake_limits_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
test_intake_repeat_SOURCES = tests/unit/intake/test_repeat.c %D%/repeat_count.c %D%/repeat.h
test_intake_repeat_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_intake_repeat_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
