# api: the program recon-api: the route table, dispatch, and the handlers of all pools.
API_SOURCES = \
	%D%/api.c %D%/api.h \
	%D%/ep.h \
	%D%/ep_upload_content.c \
	%D%/openapi.c %D%/openapi.h \
	%D%/pool_upload.c \
	%D%/route.c %D%/route.def %D%/route.h \
	%D%/types.c %D%/types.h
pkglibexec_PROGRAMS += recon-api
recon_api_SOURCES = %D%/main.c $(API_SOURCES)
recon_api_LDADD = $(HTTP_LIBS) $(STORE_LIBS) $(BUS_LIBS) $(VAULT_LIBS) $(WIRE_LIBS) $(SYS_LIBS) $(PTHREAD_LIBS)
