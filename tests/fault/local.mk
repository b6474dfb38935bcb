# Faults of the built programs, against private servers of their own. They take a minute, most of it
# waiting for leases, so `make check` leaves them to ./dev test fault.
EXTRA_PROGRAMS = test_fault_matcher
test_fault_matcher_SOURCES = tests/fault/test_matcher.c $(JOBS_TEST_SOURCES)
test_fault_matcher_CPPFLAGS = $(DB_TEST_CPPFLAGS)
test_fault_matcher_LDADD = $(VAULT_LIBS) $(COL_LIBS) $(DB_TEST_LDADD)
