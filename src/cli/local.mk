# cli: the command line `recon`; one command is one file and one row of command.def.
bin_PROGRAMS += recon
recon_SOURCES = \
	%D%/cli.c %D%/cli.h \
	%D%/command.def \
	%D%/audit_read.c %D%/audit_read.h \
	%D%/cmd_audit.c \
	%D%/cmd_expire.c \
	%D%/cmd_export.c \
	%D%/cmd_import.c \
	%D%/cmd_match.c \
	%D%/cmd_member.c \
	%D%/cmd_migrate.c \
	%D%/cmd_read.c \
	%D%/cmd_user.c \
	%D%/cmd_vault.c \
	%D%/cmd_watch.c \
	%D%/decisions.c %D%/decisions.h \
	%D%/import.c %D%/import.h \
	%D%/import_place.c %D%/import_place.h \
	%D%/load.c %D%/load.h \
	%D%/main.c \
	%D%/match_files.c %D%/match_files.h \
	%D%/match_row.c %D%/match_row.h \
	%D%/match_text.c %D%/match_text.h \
	%D%/remote.c %D%/remote.h \
	%D%/same_files.c %D%/same_files.h \
	%D%/watch.c %D%/watch.h \
	%D%/watch_claim.c %D%/watch_claim.h \
	%D%/watch_pull.c %D%/watch_pull.h
recon_CPPFLAGS = $(AM_CPPFLAGS) -DRECON_MIGRATIONS='"$(migrationsdir)"'
recon_LDADD = $(MATCH_LIBS) $(WRITE_LIBS) $(STORE_LIBS) $(VAULT_LIBS) $(NET_LIBS) $(SYS_LIBS) $(PTHREAD_LIBS)

check_PROGRAMS += tests/unit/cli/test_decisions
tests_unit_cli_test_decisions_SOURCES = tests/unit/cli/test_decisions.c %D%/decisions.c %D%/decisions.h
tests_unit_cli_test_decisions_LDADD = $(MATCH_LIBS) $(COL_LIBS) $(WIRE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)

# The worked examples, run by the built program.
check_PROGRAMS += tests/unit/cli/test_examples
tests_unit_cli_test_examples_SOURCES = tests/unit/cli/test_examples.c
tests_unit_cli_test_examples_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
EXTRA_tests_unit_cli_test_examples_DEPENDENCIES = recon
