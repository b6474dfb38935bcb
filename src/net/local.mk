# net: outgoing HTTP, SFTP; libcurl is known here only.
noinst_LIBRARIES += libnet.a
libnet_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
libnet_a_SOURCES = %D%/client.c %D%/client.h %D%/guard.c %D%/guard.h %D%/mail.c %D%/mail.h %D%/mail_text.c \
	%D%/sftp.c %D%/sftp.h
NET_LIBS = libnet.a $(SYS_LIBS) $(CURL_LIBS)

check_PROGRAMS += tests/unit/net/test_client tests/unit/net/test_guard tests/unit/net/test_mail
tests_unit_net_test_client_SOURCES = tests/unit/net/test_client.c
tests_unit_net_test_client_LDADD = $(NET_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
tests_unit_net_test_mail_SOURCES = tests/unit/net/test_mail.c
tests_unit_net_test_mail_LDADD = $(NET_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
tests_unit_net_test_guard_SOURCES = tests/unit/net/test_guard.c
tests_unit_net_test_guard_LDADD = $(NET_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
