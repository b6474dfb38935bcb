# domain: business rules, pure.
noinst_LIBRARIES += libdomain.a
libdomain_a_SOURCES = \
	%D%/decision_fold.c %D%/decision_fold.h \
	%D%/event.c %D%/event.def %D%/event.h \
	%D%/exception.c %D%/exception.h \
	%D%/file_type.c %D%/file_type.def %D%/file_type.h \
	%D%/outcome.c %D%/outcome.def %D%/outcome.h \
	%D%/perm.c %D%/perm.def %D%/perm.h \
	%D%/role.def \
	%D%/setting.c %D%/setting.def %D%/setting.h \
	%D%/word.c %D%/word.def %D%/word.h
DOMAIN_LIBS = libdomain.a $(BASE_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += test_domain_perm test_domain_event tests/unit/domain/test_word
endif
test_domain_perm_SOURCES = tests/unit/domain/test_perm.c
test_domain_perm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_domain_perm_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
test_domain_event_SOURCES = tests/unit/domain/test_event.c
test_domain_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_domain_event_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += test_domain_file_type
endif
test_domain_file_type_SOURCES = tests/unit/domain/test_file_type.c
test_domain_file_type_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_domain_file_type_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += test_domain_decision_fold
endif
test_domain_decision_fold_SOURCES = tests/unit/domain/test_decision_fold.c
test_domain_decision_fold_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_domain_decision_fold_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
tests_unit_domain_test_word_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_domain_test_word_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += test_domain_exception
endif
test_domain_exception_SOURCES = tests/unit/domain/test_exception.c
test_domain_exception_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_domain_exception_LDADD = $(DOMAIN_LIBS) $(CMOCKA_LIBS)
