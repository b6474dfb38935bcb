# seal: all cryptography; OpenSSL, libsodium and liboath are known here only.
noinst_LIBRARIES += libseal.a
libseal_a_SOURCES = \
	%D%/aead_file.c %D%/aead_file.h \
	%D%/chain.c %D%/chain.h \
	%D%/chain_check.c %D%/chain_check.h \
	%D%/code.c %D%/code.h \
	%D%/email.c %D%/email.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/field.c %D%/field.h \
	%D%/hash.c %D%/hash.h \
	%D%/letter.c %D%/letter.h \
	%D%/jwt.c %D%/jwt.h %D%/jwt_key.c %D%/jwt_private.h \
	%D%/password.c %D%/password.h %D%/password_common.def \
	%D%/random.c %D%/random.h \
	%D%/seal.c %D%/seal.h \
	%D%/sign.c %D%/sign.h \
	%D%/totp.c %D%/totp.h \
	%D%/webhook.c %D%/webhook.h
libseal_a_CFLAGS = $(AM_CFLAGS) $(OPENSSL_CFLAGS) $(SODIUM_CFLAGS) $(OATH_CFLAGS)
SEAL_LIBS = libseal.a $(WIRE_LIBS) $(OPENSSL_LIBS) $(SODIUM_LIBS) $(OATH_LIBS)

if HAVE_CMOCKA
SEAL_TESTS = test_seal_chain test_seal_webhook test_seal_aead_file test_seal_envelope test_seal_hash test_seal_password test_seal_field test_seal_code test_seal_email test_seal_jwt test_seal_letter test_seal_totp
check_PROGRAMS += $(SEAL_TESTS)
endif
test_seal_hash_SOURCES = tests/unit/seal/test_hash.c
test_seal_hash_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_hash_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_password_SOURCES = tests/unit/seal/test_password.c
test_seal_password_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_password_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_field_SOURCES = tests/unit/seal/test_field.c
test_seal_field_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_field_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_code_SOURCES = tests/unit/seal/test_code.c
test_seal_code_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_code_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_aead_file_SOURCES = tests/unit/seal/test_aead_file.c
test_seal_aead_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSONC_CFLAGS) $(ZLIB_CFLAGS)
test_seal_aead_file_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(JSONC_LIBS) $(ZLIB_LIBS) $(PTHREAD_LIBS)
test_seal_envelope_SOURCES = tests/unit/seal/test_envelope.c
test_seal_envelope_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_envelope_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_email_SOURCES = tests/unit/seal/test_email.c
test_seal_email_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
test_seal_email_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_jwt_SOURCES = tests/unit/seal/test_jwt.c
test_seal_jwt_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
test_seal_jwt_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_letter_SOURCES = tests/unit/seal/test_letter.c
test_seal_letter_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_letter_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_chain_SOURCES = tests/unit/seal/test_chain.c
test_seal_chain_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_chain_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_totp_SOURCES = tests/unit/seal/test_totp.c
test_seal_totp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_totp_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_seal_webhook_SOURCES = tests/unit/seal/test_webhook.c
test_seal_webhook_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_seal_webhook_LDADD = $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
