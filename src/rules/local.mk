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
EXTRA_DIST += docs/matching.md docs/ruleset.schema.json
EXTRA_DIST += examples/bank-against-ledger/bank.csv examples/bank-against-ledger/ledger.csv examples/bank-against-ledger/ruleset.json \
	examples/bank-against-ledger/matches.txt examples/bank-against-ledger/open.txt
EXTRA_DIST += examples/cash-application/advice.csv examples/cash-application/invoices.csv examples/cash-application/payments.csv examples/cash-application/ruleset.json \
	examples/cash-application/matches.txt examples/cash-application/open.txt
EXTRA_DIST += examples/intercompany/parent.csv examples/intercompany/subsidiary.csv examples/intercompany/ruleset.json \
	examples/intercompany/matches.txt examples/intercompany/open.txt
EXTRA_DIST += examples/processor-settlement/bank.csv examples/processor-settlement/report.csv examples/processor-settlement/ruleset.json \
	examples/processor-settlement/matches.txt examples/processor-settlement/open.txt

check_PROGRAMS += tests/unit/rules/test_ruleset
tests_unit_rules_test_ruleset_SOURCES = tests/unit/rules/test_ruleset.c tests/unit/rules/bad_rulesets.h
tests_unit_rules_test_ruleset_LDADD = $(RULES_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rules/test_schema
tests_unit_rules_test_schema_SOURCES = tests/unit/rules/test_schema.c \
	tests/unit/rules/schema.c tests/unit/rules/schema.h tests/unit/rules/bad_rulesets.h
tests_unit_rules_test_schema_LDADD = $(RULES_LIBS) $(CMOCKA_LIBS)
