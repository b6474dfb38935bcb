# recon-scanner: the only program that links libclamav (GPL-2).
pkglibexec_PROGRAMS += recon-scanner
recon_scanner_SOURCES = \
	%D%/main.c \
	%D%/work.c %D%/work.h \
	%D%/zygote.c %D%/zygote.h
recon_scanner_LDADD = $(SCAN_LIBS) $(VAULT_LOAN_LIBS) $(WIRE_LIBS) $(SYS_LIBS) $(PTHREAD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_scanner_scanner
endif
PLACE_SOURCES = tests/support/place.c tests/support/place.h
PLACE_CPPFLAGS = -I$(top_srcdir)/tests/support
test_scanner_scanner_SOURCES = tests/unit/scanner/test_scanner.c $(PLACE_SOURCES)
test_scanner_scanner_CPPFLAGS = $(AM_CPPFLAGS) $(PLACE_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_DATA=\"$(abs_top_srcdir)/tests/data\" -DRECON_SCANNER=\"$(abs_top_builddir)/recon-scanner\"
test_scanner_scanner_LDADD = $(VAULT_LIBS) $(WIRE_LIBS) $(SYS_LIBS) $(DOMAIN_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
EXTRA_test_scanner_scanner_DEPENDENCIES = recon-scanner$(EXEEXT)
