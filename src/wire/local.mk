# wire: JSON and messages between our programs; json-c is known here only.
noinst_LIBRARIES += libwire.a
libwire_a_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
libwire_a_SOURCES = \
	%D%/json.c %D%/json.h \
	%D%/json_check.c %D%/json_check.h \
	%D%/json_write.c \
	%D%/msg.c %D%/msg.def %D%/msg.h %D%/msg_fields.h %D%/msg_names.h
WIRE_LIBS = libwire.a $(SYS_LIBS) $(JSONC_LIBS)

check_PROGRAMS += \
	tests/unit/wire/test_json \
	tests/unit/wire/test_json_check \
	tests/unit/wire/test_json_write \
	tests/unit/wire/test_msg
tests_unit_wire_test_json_SOURCES = tests/unit/wire/test_json.c
tests_unit_wire_test_json_LDADD = $(WIRE_LIBS) $(CMOCKA_LIBS)
tests_unit_wire_test_json_check_SOURCES = tests/unit/wire/test_json_check.c
tests_unit_wire_test_json_check_LDADD = $(WIRE_LIBS) $(CMOCKA_LIBS)
tests_unit_wire_test_json_write_SOURCES = tests/unit/wire/test_json_write.c
tests_unit_wire_test_json_write_LDADD = $(WIRE_LIBS) $(CMOCKA_LIBS)
tests_unit_wire_test_msg_SOURCES = tests/unit/wire/test_msg.c
tests_unit_wire_test_msg_LDADD = $(WIRE_LIBS) $(CMOCKA_LIBS)
