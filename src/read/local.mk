# read: files of any format to typed columns; utf8proc is known here only.
noinst_LIBRARIES += libread.a
libread_a_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS)
libread_a_SOURCES = \
	%D%/cell.c %D%/cell.h \
	%D%/csv.c %D%/csv.h \
	%D%/csv_row.c %D%/csv_row.h \
	%D%/csv_scan.c %D%/csv_scan.h %D%/csv_scan_impl.h \
	%D%/detect.c %D%/detect.h \
	%D%/detect_field.c \
	%D%/detect_name.c %D%/name.def \
	%D%/detect_table.c \
	%D%/detect_type.c \
	%D%/encoding.c %D%/encoding.h \
	%D%/fold.c %D%/fold.h \
	%D%/maker.c %D%/maker.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/mapping_json.c \
	%D%/read.c %D%/read.h \
	%D%/rows.c %D%/rows.h
READ_LIBS = libread.a $(COL_LIBS) $(WIRE_LIBS) $(UTF8PROC_LIBS)
