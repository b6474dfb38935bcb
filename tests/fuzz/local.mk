# fuzz: one target per parser of outside bytes. A normal build links tests/fuzz/replay.c, so the
# test run replays tests/fuzz/seeds/<name>; --enable-fuzzing (clang) links libFuzzer instead:
#	tests/fuzz/fuzz_json_check found tests/fuzz/seeds/json_check
# A new target: its source here, its seeds in seeds/<name>, one line in FUZZ_TARGETS and three below.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_aead_file \
	tests/fuzz/fuzz_bai2 \
	tests/fuzz/fuzz_camt \
	tests/fuzz/fuzz_col_file \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_csv \
	tests/fuzz/fuzz_json_check \
	tests/fuzz/fuzz_jsonl \
	tests/fuzz/fuzz_mapping \
	tests/fuzz/fuzz_match \
	tests/fuzz/fuzz_msg \
	tests/fuzz/fuzz_mt940 \
	tests/fuzz/fuzz_ods \
	tests/fuzz/fuzz_ofx \
	tests/fuzz/fuzz_packed \
	tests/fuzz/fuzz_qif \
	tests/fuzz/fuzz_result_file \
	tests/fuzz/fuzz_ruleset \
	tests/fuzz/fuzz_value \
	tests/fuzz/fuzz_xls \
	tests/fuzz/fuzz_xlsx \
	tests/fuzz/fuzz_xml \
	tests/fuzz/fuzz_zip
if FUZZING
FUZZ_MAIN =
FUZZ_LINK = -fsanitize=fuzzer
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = tests/fuzz/replay.c tests/fuzz/fuzz.h
FUZZ_LINK =
check_PROGRAMS += $(FUZZ_TARGETS)
endif
tests_fuzz_fuzz_aead_file_SOURCES = %D%/fuzz_aead_file.c $(FUZZ_MAIN)
tests_fuzz_fuzz_aead_file_LDADD = $(SEAL_LIBS)
tests_fuzz_fuzz_aead_file_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_conf_SOURCES = %D%/fuzz_conf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDADD = $(SYS_LIBS)
tests_fuzz_fuzz_conf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_json_check_SOURCES = %D%/fuzz_json_check.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_check_LDADD = $(WIRE_LIBS)
tests_fuzz_fuzz_json_check_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_msg_SOURCES = %D%/fuzz_msg.c $(FUZZ_MAIN)
tests_fuzz_fuzz_msg_LDADD = $(WIRE_LIBS)
tests_fuzz_fuzz_msg_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_value_SOURCES = %D%/fuzz_value.c $(FUZZ_MAIN)
tests_fuzz_fuzz_value_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_value_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_col_file_SOURCES = %D%/fuzz_col_file.c %D%/fuzz_col_parts.h $(FUZZ_MAIN)
tests_fuzz_fuzz_col_file_LDADD = $(COL_LIBS)
tests_fuzz_fuzz_col_file_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_csv_SOURCES = %D%/fuzz_csv.c $(FUZZ_MAIN)
tests_fuzz_fuzz_csv_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_mapping_SOURCES = %D%/fuzz_mapping.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mapping_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_mapping_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_result_file_SOURCES = %D%/fuzz_result_file.c %D%/fuzz_col_parts.h $(FUZZ_MAIN)
tests_fuzz_fuzz_result_file_LDADD = $(COL_LIBS)
tests_fuzz_fuzz_result_file_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_match_SOURCES = %D%/fuzz_match.c $(FUZZ_MAIN)
tests_fuzz_fuzz_match_LDADD = $(MATCH_LIBS)
tests_fuzz_fuzz_match_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_ruleset_SOURCES = %D%/fuzz_ruleset.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ruleset_LDADD = $(RULES_LIBS)
tests_fuzz_fuzz_ruleset_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_mt940_SOURCES = %D%/fuzz_mt940.c %D%/fuzz_read.h $(FUZZ_MAIN)
tests_fuzz_fuzz_mt940_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_mt940_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_camt_SOURCES = %D%/fuzz_camt.c %D%/fuzz_read.h $(FUZZ_MAIN)
tests_fuzz_fuzz_camt_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_camt_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_bai2_SOURCES = %D%/fuzz_bai2.c %D%/fuzz_read.h $(FUZZ_MAIN)
tests_fuzz_fuzz_bai2_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_bai2_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_ofx_SOURCES = %D%/fuzz_ofx.c %D%/fuzz_read.h $(FUZZ_MAIN)
tests_fuzz_fuzz_ofx_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_ofx_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_qif_SOURCES = %D%/fuzz_qif.c %D%/fuzz_read.h $(FUZZ_MAIN)
tests_fuzz_fuzz_qif_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_qif_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
tests_fuzz_fuzz_xlsx_SOURCES = %D%/fuzz_xlsx.c %D%/fuzz_book.h $(FUZZ_MAIN)
tests_fuzz_fuzz_xlsx_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_xlsx_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_ods_SOURCES = %D%/fuzz_ods.c %D%/fuzz_book.h $(FUZZ_MAIN)
tests_fuzz_fuzz_ods_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_ods_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_zip_SOURCES = %D%/fuzz_zip.c $(FUZZ_MAIN)
tests_fuzz_fuzz_zip_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_zip_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_xml_SOURCES = %D%/fuzz_xml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_xml_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_xml_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_jsonl_SOURCES = %D%/fuzz_jsonl.c %D%/fuzz_book.h $(FUZZ_MAIN)
tests_fuzz_fuzz_jsonl_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_jsonl_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_packed_SOURCES = %D%/fuzz_packed.c $(FUZZ_MAIN)
tests_fuzz_fuzz_packed_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_packed_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
tests_fuzz_fuzz_xls_SOURCES = %D%/fuzz_xls.c %D%/fuzz_book.h $(FUZZ_MAIN)
tests_fuzz_fuzz_xls_LDADD = $(READ_LIBS)
tests_fuzz_fuzz_xls_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LINK)
