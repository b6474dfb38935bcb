# col: the typed column table and its files.
noinst_LIBRARIES += libcol.a
libcol_a_SOURCES = \
	%D%/col.c %D%/col.h %D%/col_type.def \
	%D%/col_alloc.c %D%/col_alloc.h \
	%D%/result.c %D%/result.h
COL_LIBS = libcol.a $(DOMAIN_LIBS)
