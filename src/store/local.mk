# store: PostgreSQL; libpq is known here only.
noinst_LIBRARIES += libstore.a
STORE_SQL = \
	%D%/sql/api_key.sql \
	%D%/sql/audit.sql \
	%D%/sql/dataset.sql \
	%D%/sql/decision.sql \
	%D%/sql/duplicate.sql \
	%D%/sql/exception.sql \
	%D%/sql/expiry.sql \
	%D%/sql/file.sql \
	%D%/sql/job.sql \
	%D%/sql/mail.sql \
	%D%/sql/mfa.sql \
	%D%/sql/migration.sql \
	%D%/sql/model.sql \
	%D%/sql/object.sql \
	%D%/sql/platform.sql \
	%D%/sql/preview.sql \
	%D%/sql/project.sql \
	%D%/sql/reconciliation.sql \
	%D%/sql/record.sql \
	%D%/sql/scope.sql \
	%D%/sql/session.sql \
	%D%/sql/signing_key.sql \
	%D%/sql/source.sql \
	%D%/sql/task.sql \
	%D%/sql/upload.sql \
	%D%/sql/user.sql \
	%D%/sql/view.sql \
	%D%/sql/webhook.sql
libstore_a_SOURCES = \
	%D%/db.c %D%/db.h %D%/db_private.h \
	%D%/db_err.c \
	%D%/db_param.c \
	%D%/db_row.c \
	%D%/migrate.c %D%/migrate.h \
	%D%/store_api_key.c %D%/store_api_key.h \
	%D%/store_audit.c %D%/store_audit.h \
	%D%/store_dataset.c %D%/store_dataset.h \
	%D%/store_duplicate.c %D%/store_duplicate.h \
	%D%/store_exception.c %D%/store_exception.h \
	%D%/store_decision.c %D%/store_decision.h \
	%D%/store_expiry.c %D%/store_expiry.h \
	%D%/store_file.c %D%/store_file.h \
	%D%/store_job.c %D%/store_job.h \
	%D%/store_mail.c %D%/store_mail.h \
	%D%/store_mfa.c %D%/store_mfa.h \
	%D%/store_model.c %D%/store_model.h \
	%D%/store_object.c %D%/store_object.h \
	%D%/store_platform.c %D%/store_platform.h \
	%D%/store_preview.c %D%/store_preview.h \
	%D%/store_project.c %D%/store_project.h \
	%D%/store_reconciliation.c %D%/store_reconciliation.h \
	%D%/store_record.c %D%/store_record.h \
	%D%/store_repair.c %D%/store_repair.h \
	%D%/store_session.c %D%/store_session.h \
	%D%/store_signing_key.c %D%/store_signing_key.h \
	%D%/store_source.c %D%/store_source.h \
	%D%/store_task.c %D%/store_task.h \
	%D%/store_upload.c %D%/store_upload.h \
	%D%/store_user.c %D%/store_user.h \
	%D%/store_view.c %D%/store_view.h \
	%D%/store_webhook.c %D%/store_webhook.h
nodist_libstore_a_SOURCES = %D%/sql_gen.def
libstore_a_CFLAGS = $(AM_CFLAGS) $(PQ_CFLAGS)
STORE_LIBS = libstore.a $(DOMAIN_LIBS) $(SEAL_LIBS) $(PQ_LIBS)

# Statements become rows of one generated table: their names and types are checked by the compiler.
BUILT_SOURCES += %D%/sql_gen.def
CLEANFILES += %D%/sql_gen.def
EXTRA_DIST += $(STORE_SQL) %D%/sqlgen.awk
%D%/sql_gen.def: $(STORE_SQL) %D%/sqlgen.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	(cd $(srcdir) && LC_ALL=C $(AWK) -f %D%/sqlgen.awk $(STORE_SQL)) >$@.tmp && mv $@.tmp $@
$(libstore_a_OBJECTS): %D%/sql_gen.def

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/store/test_record
endif
tests_unit_store_test_record_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_store_test_record_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
