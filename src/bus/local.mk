# bus: Redis; hiredis is known here only.
noinst_LIBRARIES += libbus.a
libbus_a_CFLAGS = $(AM_CFLAGS) $(HIREDIS_CFLAGS)
libbus_a_SOURCES = %D%/bus.c %D%/bus.h
BUS_LIBS = libbus.a $(SYS_LIBS) $(HIREDIS_LIBS)

check_PROGRAMS += tests/unit/bus/test_bus
tests_unit_bus_test_bus_SOURCES = tests/unit/bus/test_bus.c
tests_unit_bus_test_bus_LDADD = $(BUS_LIBS) $(CMOCKA_LIBS)
