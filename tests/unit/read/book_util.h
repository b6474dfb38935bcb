#ifndef UNIT_BOOK_UTIL_H
#define UNIT_BOOK_UTIL_H
/*
 * Excel workbooks made in memory: one sheet, or the parts that a test gives.
 */
#include "zip_util.h"

#define BOOK_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define BOOK_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

/* Styles 1 date, 2 date and time, 3 own date, 4 time, 5 text, 6 own number. */
#define BOOK_STYLES                                                                                \
	"<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd.mm.yyyy\"/>"                \
	"<numFmt numFmtId=\"165\" formatCode=\"#,##0.00 &quot;d&quot;\"/></numFmts>"               \
	"<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"                                       \
	"<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/>"                  \
	"<xf numFmtId=\"164\"/><xf numFmtId=\"20\"/><xf numFmtId=\"49\"/>"                         \
	"<xf numFmtId=\"165\"/></cellXfs></styleSheet>"

static inline void book_begin(struct zip_make *z, const char *workbook, const char *relations)
{
	zip_make_add(z, "[Content_Types].xml", "<Types/>");
	zip_make_add(z, "_rels/.rels",
		"<Relationships><Relationship Id=\"r\" Type=\"" BOOK_REL "officeDocument\" "
		"Target=\"xl/workbook.xml\"/></Relationships>");
	zip_make_add(z, "xl/workbook.xml", workbook);
	zip_make_add(z, "xl/_rels/workbook.xml.rels", relations);
	zip_make_add(z, "xl/styles.xml", BOOK_STYLES);
}

/* A workbook with this <sheetData> content and these shared strings. */
static inline struct sv book_make(struct zip_make *z, const char *rows, const char *strings)
{
	struct buf sheet CLEANUP(buf_free) = BUF_INIT;

	book_begin(z,
		"<workbook xmlns=\"" BOOK_NS "\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" "
		"r:id=\"rId1\"/></sheets></workbook>",
		"<Relationships><Relationship Id=\"rId1\" Type=\"" BOOK_REL "worksheet\" "
		"Target=\"worksheets/sheet1.xml\"/>"
		"<Relationship Id=\"rId2\" Type=\"" BOOK_REL "sharedStrings\" "
		"Target=\"/xl/sharedStrings.xml\"/><Relationship Id=\"rId3\" "
		"Type=\"" BOOK_REL "styles\" Target=\"styles.xml\"/></Relationships>");
	buf_printf(&sheet, "<worksheet xmlns=\"%s\"><sheetData>%s</sheetData></worksheet>", BOOK_NS,
		rows);
	zip_make_add(z, "xl/worksheets/sheet1.xml", buf_cstr(&sheet));
	buf_reset(&sheet);
	buf_printf(&sheet, "<sst>%s</sst>", strings);
	zip_make_add(z, "xl/sharedStrings.xml", buf_cstr(&sheet));
	return zip_make_end(z);
}

#endif
