/*
 * Excel workbooks: the first byte says which part of the workbook the others are.
 */
#include "fuzz/fuzz_book.h"

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static const struct {
	const char *name;
	const char *plain; /* what it is unless it is fuzzed */
} parts[] = {
	{"xl/worksheets/sheet1.xml",
		"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>"
		"<c r=\"B1\" t=\"str\"><v>Amount</v></c></row><row r=\"2\">"
		"<c r=\"A2\" s=\"1\"><v>45292</v></c><c r=\"B2\"><v>1.5</v></c></row>"
		"</sheetData></worksheet>"},
	{"xl/sharedStrings.xml", "<sst><si><t>Date</t></si></sst>"},
	{"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>"
			  "</styleSheet>"},
	{"xl/workbook.xml", "<workbook><sheets><sheet name=\"One\" r:id=\"a\"/><sheet "
			    "name=\"Two\" r:id=\"a\"/></sheets></workbook>"},
	{"xl/_rels/workbook.xml.rels",
		"<Relationships><Relationship Id=\"a\" Type=\"" REL "worksheet\" "
		"Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"b\" Type=\"" REL
		"sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"c\" Type=\"" REL
		"styles\" Target=\"styles.xml\"/></Relationships>"},
	{"_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"" REL "officeDocument\" "
			"Target=\"xl/workbook.xml\"/></Relationships>"},
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_zip z CLEANUP(fuzz_zip_free) = {0};

	if (n < 1 || n > 100000)
		return 0;
	fuzz_zip_add(&z, "[Content_Types].xml", SV("<Types/>"));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		fuzz_zip_add(&z, parts[i].name,
			i == p[0] % ARRAY_LEN(parts) ? sv_from((const char *)p + 1, n - 1)
						     : sv_from_cstr(parts[i].plain));
	fuzz_read(fuzz_zip_end(&z), 1);
	return 0;
}
