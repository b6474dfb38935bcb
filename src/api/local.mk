# api: the program recon-api: the route table, dispatch, and the handlers of all pools.
noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	%D%/api.c %D%/api.h \
	%D%/auth.c %D%/auth.h \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/cache.c %D%/cache.h \
	%D%/credential.c %D%/credential.h \
	%D%/checksum.c %D%/checksum.h \
	%D%/data.c %D%/data.h \
	%D%/ep.h \
	%D%/ep_api_key.c \
	%D%/ep_audit.c \
	%D%/ep_dataset.c \
	%D%/ep_dataset_rows.c \
	%D%/ep_duplicate.c \
	%D%/ep_decision.c \
	%D%/ep_evidence.c \
	%D%/ep_exception.c \
	%D%/ep_exception_new.c \
	%D%/ep_exception_sheet.c \
	%D%/exception.h \
	%D%/ep_reason.c \
	%D%/ep_export.c \
	%D%/ep_file.c \
	%D%/ep_job.c \
	%D%/ep_preview.c \
	%D%/ep_project.c \
	%D%/ep_receipt.c \
	%D%/ep_reconciliation.c \
	%D%/ep_sample.c \
	%D%/ep_account.c \
	%D%/ep_admin.c \
	%D%/ep_mfa.c \
	%D%/ep_password.c \
	%D%/ep_session.c \
	%D%/ep_setting.c \
	%D%/ep_repair.c \
	%D%/ep_source.c \
	%D%/ep_system.c \
	%D%/ep_upload_content.c \
	%D%/export.c %D%/export.h \
	%D%/export_view.c \
	%D%/letters.c %D%/letters.h \
	%D%/mfa.c %D%/mfa.h \
	%D%/hash_queue.c %D%/hash_queue.h \
	%D%/in_mapping.h \
	%D%/ep_view.c \
	%D%/ep_webhook.c \
	%D%/openapi.c %D%/openapi.h \
	%D%/pool_data.c \
	%D%/pool_upload.c \
	%D%/put_job.h \
	%D%/process.c %D%/process.h \
	%D%/rate.c %D%/rate.h \
	%D%/refusals.c %D%/refusals.h \
	%D%/route.c %D%/route.def %D%/route.h \
	%D%/session.c %D%/session.h \
	%D%/settings.h \
	%D%/tokens.c %D%/tokens.h \
	%D%/tus.c %D%/tus.h \
	%D%/types.c %D%/types.h %D%/types_account.c %D%/types_exception.c %D%/types_make.h \
	%D%/view.h \
	%D%/view_spec.c %D%/view_spec.h
API_LIBS = libapi.a $(GRID_LIBS) $(MATCH_LIBS) $(RULES_LIBS) $(WRITE_LIBS) $(HTTP_LIBS) $(STORE_LIBS) $(BUS_LIBS) $(VAULT_LIBS) $(WIRE_LIBS) $(SYS_LIBS) -lm

pkglibexec_PROGRAMS += recon-api
recon_api_SOURCES = %D%/main.c
recon_api_LDADD = $(API_LIBS) $(PTHREAD_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_api_checksum test_api_dispatch test_api_identity test_api_route test_api_openapi test_api_rate test_api_hash_queue \
	test_api_cache test_api_view_spec test_api_tus
endif
test_api_checksum_SOURCES = tests/unit/api/test_checksum.c
test_api_checksum_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_tus_SOURCES = tests/unit/api/test_tus.c
test_api_tus_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_route_SOURCES = tests/unit/api/test_route.c
test_api_route_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_openapi_SOURCES = tests/unit/api/test_openapi.c
test_api_openapi_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_rate_SOURCES = tests/unit/api/test_rate.c
test_api_rate_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_hash_queue_SOURCES = tests/unit/api/test_hash_queue.c
test_api_hash_queue_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_cache_SOURCES = tests/unit/api/test_cache.c
test_api_cache_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_view_spec_SOURCES = tests/unit/api/test_view_spec.c
test_api_view_spec_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
API_SITE_SOURCES = tests/unit/api/site.c tests/unit/api/site.h tests/db/fixture.c tests/db/fixture.h \
	tests/db/pg.c tests/db/pg.h
API_SITE_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit/api -I$(top_srcdir)/tests/db $(CMOCKA_CFLAGS) \
	$(PQ_CFLAGS)
test_api_dispatch_SOURCES = tests/unit/api/test_dispatch.c $(API_SITE_SOURCES)
test_api_dispatch_CPPFLAGS = $(API_SITE_CPPFLAGS)
test_api_dispatch_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_api_identity_SOURCES = tests/unit/api/test_identity.c $(API_SITE_SOURCES)
test_api_identity_CPPFLAGS = $(API_SITE_CPPFLAGS)
test_api_identity_LDADD = $(API_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
