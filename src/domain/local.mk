# domain: business rules, pure.
noinst_LIBRARIES += libdomain.a
libdomain_a_SOURCES = \
	%D%/outcome.c %D%/outcome.def %D%/outcome.h
DOMAIN_LIBS = libdomain.a $(BASE_LIBS)
