# grid: views over columns and decisions, pure.
noinst_LIBRARIES += libgrid.a
libgrid_a_SOURCES = \
	%D%/derive.c \
	%D%/facet.c \
	%D%/find.c %D%/find.h \
	%D%/grid.c %D%/grid.h %D%/grid_field.def %D%/grid_private.h \
	%D%/select.c \
	%D%/sort.c
GRID_LIBS = libgrid.a $(READ_LIBS)

if HAVE_CMOCKA
GRID_TESTS = test_grid_grid test_grid_find test_grid_many
check_PROGRAMS += $(GRID_TESTS)
endif
test_grid_grid_SOURCES = tests/unit/grid/test_grid.c
test_grid_grid_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_grid_grid_LDADD = $(GRID_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_grid_find_SOURCES = tests/unit/grid/test_find.c
test_grid_find_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_grid_find_LDADD = $(GRID_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_grid_many_SOURCES = tests/unit/grid/test_many.c
test_grid_many_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_grid_many_LDADD = $(GRID_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
