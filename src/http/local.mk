# http: HTTP over FastCGI; libfcgi is known here only.
noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	%D%/multipart.c %D%/multipart.h \
	%D%/request.c %D%/request.h \
	%D%/response.c %D%/response.h \
	%D%/schema.c %D%/schema.h \
	%D%/schema_print.c \
	%D%/server.c %D%/server.h
libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(FCGI_CFLAGS)
HTTP_LIBS = libhttp.a $(DOMAIN_LIBS) $(WIRE_LIBS) $(FCGI_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_http_multipart test_http_request test_http_response test_http_schema test_http_server
endif
test_http_multipart_SOURCES = tests/unit/http/test_multipart.c
test_http_multipart_LDADD = $(HTTP_LIBS) $(CMOCKA_LIBS)
test_http_request_SOURCES = tests/unit/http/test_request.c
test_http_request_LDADD = $(HTTP_LIBS) $(CMOCKA_LIBS)
test_http_response_SOURCES = tests/unit/http/test_response.c
test_http_response_LDADD = $(HTTP_LIBS) $(CMOCKA_LIBS)
test_http_schema_SOURCES = tests/unit/http/test_schema.c
test_http_schema_LDADD = $(HTTP_LIBS) $(CMOCKA_LIBS)
test_http_server_SOURCES = tests/unit/http/test_server.c
test_http_server_LDADD = $(HTTP_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
