# vault: immutable encrypted objects; a table of backends, the local folder first.
noinst_LIBRARIES += libvaultloan.a libvault.a
libvaultloan_a_SOURCES = %D%/reader.c %D%/reader.h
libvault_a_SOURCES = \
	%D%/backend.h \
	%D%/keys.c %D%/keys.h \
	%D%/local.c \
	%D%/s3.c \
	%D%/vault.c %D%/vault.h
VAULT_LIBS = libvault.a libvaultloan.a $(NET_LIBS) $(SEAL_LIBS) $(SYS_LIBS)
# For a program that is lent objects and knows no backend, so no network either.
VAULT_LOAN_LIBS = libvaultloan.a $(SEAL_LIBS) $(SYS_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_vault_vault test_vault_keys test_vault_s3
endif
test_vault_vault_SOURCES = tests/unit/vault/test_vault.c
test_vault_vault_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_vault_vault_LDADD = $(VAULT_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_vault_keys_SOURCES = tests/unit/vault/test_keys.c
test_vault_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_vault_keys_LDADD = $(VAULT_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
S3_SOURCES = tests/support/s3.c tests/support/s3.h
test_vault_s3_SOURCES = tests/unit/vault/test_s3.c $(S3_SOURCES)
test_vault_s3_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/support $(CMOCKA_CFLAGS)
test_vault_s3_LDADD = $(VAULT_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
EXTRA_DIST += tests/vault/s3_server.py
