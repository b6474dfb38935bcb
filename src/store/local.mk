# store: PostgreSQL; libpq is known here only.
noinst_LIBRARIES += libstore.a
STORE_SQL = \
	%D%/sql/migration.sql \
	%D%/sql/scope.sql
libstore_a_SOURCES = \
	%D%/db.c %D%/db.h %D%/db_private.h \
	%D%/db_err.c \
	%D%/db_param.c \
	%D%/db_row.c \
	%D%/migrate.c %D%/migrate.h
nodist_libstore_a_SOURCES = %D%/sql_gen.def
libstore_a_CFLAGS = $(AM_CFLAGS) $(PQ_CFLAGS)
STORE_LIBS = libstore.a $(DOMAIN_LIBS) $(SEAL_LIBS) $(PQ_LIBS)

BUILT_SOURCES += %D%/sql_gen.def
CLEANFILES += %D%/sql_gen.def
EXTRA_DIST += $(STORE_SQL) %D%/sqlgen.awk
%D%/sql_gen.def: $(STORE_SQL) %D%/sqlgen.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	(cd $(srcdir) && LC_ALL=C $(AWK) -f %D%/sqlgen.awk $(STORE_SQL)) >$@.tmp && mv $@.tmp $@
$(libstore_a_OBJECTS): %D%/sql_gen.def
