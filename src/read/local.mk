# read: files of any format to typed columns; utf8proc is known here only.
noinst_LIBRARIES += libread.a
libread_a_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
libread_a_SOURCES = \
	%D%/bai2.c %D%/bai2.h \
	%D%/bank.c %D%/bank.h %D%/bank_column.def \
	%D%/camt.c %D%/camt.h %D%/camt_path.def \
	%D%/camt_row.c %D%/camt_row.h \
	%D%/cell.c %D%/cell.h \
	%D%/cell_block.c %D%/cell_block.h \
	%D%/cfb.c %D%/cfb.h \
	%D%/csv.c %D%/csv.h \
	%D%/csv_row.c %D%/csv_row.h \
	%D%/csv_part.h \
	%D%/csv_split.c \
	%D%/csv_scan.c %D%/csv_scan.h %D%/csv_scan_impl.h \
	%D%/detect.c %D%/detect.h \
	%D%/detect_field.c \
	%D%/detect_name.c %D%/name.def \
	%D%/detect_sample.c \
	%D%/detect_table.c \
	%D%/detect_type.c \
	%D%/encoding.c %D%/encoding.h \
	%D%/feed.c %D%/feed.h \
	%D%/feed_make.c %D%/feed_make.h \
	%D%/fold.c %D%/fold.h \
	%D%/fold_block.c %D%/fold_block.h \
	%D%/guard.c %D%/guard.h \
	%D%/plant.h \
	%D%/format.c %D%/format.h %D%/format.def \
	%D%/json_value.c %D%/json_value.h \
	%D%/jsonl.c %D%/jsonl.h \
	%D%/lines.c %D%/lines.h \
	%D%/maker.c %D%/maker.h %D%/maker_private.h \
	%D%/maker_names.c \
	%D%/maker_rejects.c \
	%D%/maker_twins.c \
	%D%/maker_reject.c \
	%D%/maker_typed.c \
	%D%/mapping.c %D%/mapping.h \
	%D%/mapping_json.c \
	%D%/mt940.c %D%/mt940.h \
	%D%/mt940_text.c %D%/mt940_text.h \
	%D%/number.c %D%/number.h \
	%D%/ods.c %D%/ods.h \
	%D%/ofx.c %D%/ofx.h \
	%D%/ofx_tag.c %D%/ofx_tag.h \
	%D%/packed.c %D%/packed.h \
	%D%/preview.c %D%/preview.h \
	%D%/qif.c %D%/qif.h \
	%D%/read.c %D%/read.h \
	%D%/repair.c %D%/repair.h \
	%D%/rows.c %D%/rows.h \
	%D%/sheet.c %D%/sheet.h \
	%D%/sheet_choose.c %D%/sheet_choose.h \
	%D%/statement.c %D%/statement.h \
	%D%/xls.c %D%/xls.h \
	%D%/xls_book.c %D%/xls_book.h \
	%D%/xlsx.c %D%/xlsx.h \
	%D%/xlsx_book.c %D%/xlsx_book.h \
	%D%/xml.c %D%/xml.h \
	%D%/zip.c %D%/zip.h \
	%D%/zip_write.c %D%/zip_write.h
READ_LIBS = libread.a $(COL_LIBS) $(WIRE_LIBS) $(UTF8PROC_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS)

if HAVE_CMOCKA
READ_TESTS = \
	test_read_bai2 \
	test_read_camt \
	test_read_cell \
	test_read_csv \
	test_read_csv_scan \
	test_read_csv_split \
	test_read_detect \
	test_read_encoding \
	test_read_fold \
	test_read_jsonl \
	test_read_mapping \
	test_read_mt940 \
	test_read_ods \
	test_read_ofx \
	test_read_packed \
	test_read_guard \
	test_read_hostile \
	test_read_preview \
	test_read_qif \
	test_read_repair \
	test_read_sheet \
	test_read_statements \
	test_read_statements_hostile \
	test_read_xls \
	test_read_xlsx \
	test_read_xml \
	test_read_zip
check_PROGRAMS += $(READ_TESTS)
endif
test_read_guard_SOURCES = tests/unit/read/test_guard.c
test_read_guard_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_guard_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_hostile_SOURCES = tests/unit/read/test_hostile.c tests/unit/read/book_util.h
test_read_hostile_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_hostile_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_preview_SOURCES = tests/unit/read/test_preview.c tests/unit/read/read_util.h
test_read_preview_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_preview_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_repair_SOURCES = tests/unit/read/test_repair.c tests/unit/read/read_util.h
test_read_repair_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_repair_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_cell_SOURCES = tests/unit/read/test_cell.c
test_read_cell_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_cell_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_csv_SOURCES = tests/unit/read/test_csv.c tests/unit/read/read_util.h
test_read_csv_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_csv_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_csv_split_SOURCES = tests/unit/read/test_csv_split.c
test_read_csv_split_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_csv_split_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_csv_scan_SOURCES = tests/unit/read/test_csv_scan.c
test_read_csv_scan_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_csv_scan_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_detect_SOURCES = tests/unit/read/test_detect.c tests/unit/read/read_util.h
test_read_detect_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_detect_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_encoding_SOURCES = tests/unit/read/test_encoding.c
test_read_encoding_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_encoding_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_fold_SOURCES = tests/unit/read/test_fold.c
test_read_fold_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_fold_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_mapping_SOURCES = tests/unit/read/test_mapping.c
test_read_mapping_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_mapping_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_mt940_SOURCES = tests/unit/read/test_mt940.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_mt940_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_mt940_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_bai2_SOURCES = tests/unit/read/test_bai2.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_bai2_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_bai2_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_ofx_SOURCES = tests/unit/read/test_ofx.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_ofx_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_ofx_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_qif_SOURCES = tests/unit/read/test_qif.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_qif_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_qif_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_sheet_SOURCES = tests/unit/read/test_sheet.c
test_read_sheet_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_sheet_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_xml_SOURCES = tests/unit/read/test_xml.c
test_read_xml_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_xml_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_zip_SOURCES = tests/unit/read/test_zip.c tests/unit/read/read_util.h tests/unit/read/zip_util.h
test_read_zip_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_zip_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_xlsx_SOURCES = tests/unit/read/test_xlsx.c tests/unit/read/book_util.h tests/unit/read/feed_util.h tests/unit/read/zip_util.h tests/unit/corpus.h tests/unit/read/read_util.h
test_read_xlsx_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_xlsx_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_camt_SOURCES = tests/unit/read/test_camt.c tests/unit/read/bank_util.h tests/unit/read/read_util.h tests/unit/read/zip_util.h
test_read_camt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_camt_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_jsonl_SOURCES = tests/unit/read/test_jsonl.c tests/unit/corpus.h tests/unit/read/feed_util.h tests/unit/read/read_util.h
test_read_jsonl_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_jsonl_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_ods_SOURCES = tests/unit/read/test_ods.c tests/unit/read/feed_util.h tests/unit/read/read_util.h tests/unit/read/zip_util.h
test_read_ods_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_ods_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_statements_SOURCES = tests/unit/read/test_statements.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_statements_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_statements_LDADD = $(READ_LIBS) $(SEAL_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_statements_hostile_SOURCES = tests/unit/read/test_statements_hostile.c tests/unit/read/bank_util.h tests/unit/read/read_util.h
test_read_statements_hostile_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_statements_hostile_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_packed_SOURCES = tests/unit/read/test_packed.c tests/unit/read/read_util.h
test_read_packed_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_packed_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
test_read_xls_SOURCES = tests/unit/read/test_xls.c tests/unit/read/feed_util.h tests/unit/read/read_util.h
test_read_xls_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
test_read_xls_LDADD = $(READ_LIBS) $(CMOCKA_LIBS) $(PTHREAD_LIBS)
