# recon-intake: scan and read tasks.
pkglibexec_PROGRAMS += recon-intake
recon_intake_SOURCES = \
	%D%/intake.c %D%/intake.h \
	%D%/main.c \
	%D%/read_task.c \
	%D%/reader.c %D%/reader.h \
	%D%/scan_task.c \
	%D%/scanner.c %D%/scanner.h \
	%D%/sweep.c \
	%D%/worker.c %D%/worker.h
recon_intake_LDADD = $(READ_LIBS) $(VAULT_LIBS) $(STORE_LIBS) $(BUS_LIBS) $(WIRE_LIBS) $(SYS_LIBS) \
	$(PTHREAD_LIBS)
