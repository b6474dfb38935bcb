# base: values and memory; libc only.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	%D%/arena.c %D%/arena.h \
	%D%/base.c %D%/base.h \
	%D%/buf.c %D%/buf.h \
	%D%/currency.c %D%/currency.def %D%/currency.h \
	%D%/date.c %D%/date.h \
	%D%/decimal.c %D%/decimal.h \
	%D%/err.c %D%/err.def %D%/err.h \
	%D%/sv.c %D%/sv.h \
	%D%/utf8.c %D%/utf8.h \
	%D%/uuid.c %D%/uuid.h
BASE_LIBS = libbase.a

