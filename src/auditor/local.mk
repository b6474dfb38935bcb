# recon-auditor: the audit log.
pkglibexec_PROGRAMS += recon-auditor
AUDITOR_SOURCES = \
	%D%/chainer.c %D%/chainer.h \
	%D%/checkpoint.c %D%/checkpoint.h
recon_auditor_SOURCES = %D%/main.c $(AUDITOR_SOURCES)
recon_auditor_LDADD = $(STORE_LIBS) $(SYS_LIBS) $(PTHREAD_LIBS)
