# cli: the command line `recon`; one command is one file and one row of command.def.
bin_PROGRAMS += recon
recon_SOURCES = \
	%D%/cli.c %D%/cli.h \
	%D%/command.def \
	%D%/cmd_migrate.c \
	%D%/cmd_read.c \
	%D%/cmd_user.c \
	%D%/cmd_vault.c \
	%D%/load.c %D%/load.h \
	%D%/main.c
recon_CPPFLAGS = $(AM_CPPFLAGS) -DRECON_MIGRATIONS='"$(migrationsdir)"'
recon_LDADD = $(READ_LIBS) $(STORE_LIBS) $(VAULT_LIBS) $(SYS_LIBS) $(PTHREAD_LIBS)
