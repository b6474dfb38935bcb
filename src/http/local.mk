# http: HTTP over FastCGI; libfcgi is known here only.
noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	%D%/request.c %D%/request.h \
	%D%/response.c %D%/response.h \
	%D%/schema.c %D%/schema.h \
	%D%/schema_print.c \
	%D%/server.c %D%/server.h
libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(FCGI_CFLAGS)
HTTP_LIBS = libhttp.a $(DOMAIN_LIBS) $(WIRE_LIBS) $(FCGI_LIBS)
