# scan: verdicts on files; libclamav (GPL-2) and libmagic are known here only, and only
# recon-scanner links this folder.
noinst_LIBRARIES += libscan.a
libscan_a_SOURCES = \
	%D%/archive.c %D%/archive.h \
	%D%/content.c %D%/content.h \
	%D%/engine.c %D%/engine.h \
	%D%/scan.c %D%/scan.h
libscan_a_CFLAGS = $(AM_CFLAGS) $(CLAMAV_CFLAGS) $(MAGIC_CFLAGS)
SCAN_LIBS = libscan.a $(READ_LIBS) $(DOMAIN_LIBS) $(CLAMAV_LIBS) $(MAGIC_LIBS)

EXTRA_DIST += tests/data/clamav/eicar.ndb
if HAVE_CMOCKA
check_PROGRAMS += test_scan_scan
endif
test_scan_scan_SOURCES = tests/unit/scan/test_scan.c
test_scan_scan_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DTEST_DATA=\"$(abs_top_srcdir)/tests/data\"
test_scan_scan_LDADD = $(SCAN_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
