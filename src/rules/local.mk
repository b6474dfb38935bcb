# rules: rulesets and receipts as JSON.
noinst_LIBRARIES += librules.a
librules_a_SOURCES = \
	%D%/parse.h \
	%D%/rules_around.c \
	%D%/rules_pass.c \
	%D%/rules_when.c \
	%D%/ruleset.c %D%/ruleset.h \
	%D%/tree.c %D%/tree.h \
	%D%/words.def
RULES_LIBS = librules.a $(SEAL_LIBS) $(DOMAIN_LIBS)
EXTRA_DIST += docs/matching.md docs/ruleset.schema.json \
	examples/ledger-bank.ruleset.json examples/processor-bank.ruleset.json

check_PROGRAMS += tests/unit/rules/test_ruleset
tests_unit_rules_test_ruleset_SOURCES = tests/unit/rules/test_ruleset.c
tests_unit_rules_test_ruleset_LDADD = $(RULES_LIBS) $(CMOCKA_LIBS)
