# courier: recon-courier. Everything but main() is a library, which tests link too.
noinst_LIBRARIES += libcourier.a
libcourier_a_SOURCES = \
	%D%/lane.c %D%/lane.h \
	%D%/mail.c %D%/mail.h \
	%D%/webhook.c %D%/webhook.h
COURIER_LIBS = libcourier.a $(NET_LIBS) $(STORE_LIBS) $(BUS_LIBS) $(SEAL_LIBS) $(SYS_LIBS)

pkglibexec_PROGRAMS += recon-courier
recon_courier_SOURCES = %D%/main.c
recon_courier_LDADD = $(COURIER_LIBS) $(PTHREAD_LIBS)
