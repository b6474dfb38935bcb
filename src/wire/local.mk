# wire: JSON and messages between our programs; json-c is known here only.
noinst_LIBRARIES += libwire.a
libwire_a_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
libwire_a_SOURCES = \
	%D%/json.c %D%/json.h \
	%D%/json_check.c %D%/json_check.h \
	%D%/json_write.c \
	%D%/msg.c %D%/msg.def %D%/msg.h %D%/msg_fields.h %D%/msg_names.h
WIRE_LIBS = libwire.a $(SYS_LIBS) $(JSONC_LIBS)

