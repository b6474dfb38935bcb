# vault: immutable encrypted objects; a table of backends, the local folder first.
noinst_LIBRARIES += libvault.a
libvault_a_SOURCES = \
	%D%/backend.h \
	%D%/keys.c %D%/keys.h \
	%D%/local.c \
	%D%/vault.c %D%/vault.h
VAULT_LIBS = libvault.a $(SEAL_LIBS) $(SYS_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_vault_vault test_vault_keys
endif
test_vault_vault_SOURCES = tests/unit/vault/test_vault.c
test_vault_vault_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_vault_vault_LDADD = $(VAULT_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_vault_keys_SOURCES = tests/unit/vault/test_keys.c
test_vault_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_vault_keys_LDADD = $(VAULT_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
