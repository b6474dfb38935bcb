/*
 * A workbook of one sheet, written from front to back: the parts that never differ first, then the
 * sheet as its rows come. Not by libxlsxwriter, which keeps parts in temporary files (plaintext on
 * a disk), takes numbers as binary fractions only, and writes to a named file.
 */
#include "base/date.h"
#include "base/decimal.h"
#include "write/writer_private.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN_NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL_NS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006/"
#define TYPE_NS "application/vnd.openxmlformats-officedocument.spreadsheetml."

/* Cell formats: styles.xml lists them in this order. */
enum style {
	STYLE_GENERAL,
	STYLE_TEXT,
	STYLE_HEADER,
	STYLE_DAY,
	STYLE_SCALE_0, /* and one for each number of digits behind the mark */
	STYLE_SCALES = 9,
};

#define SERIAL_OF_EPOCH 25569 /* 1970-01-01, counted from 1899-12-30 */
#define SERIAL_MIN 61         /* 1900-03-01: below it, programs disagree */
#define DIGITS_MAX 15         /* that a spreadsheet keeps of a number */

static const struct {
	const char *name;
	const char *xml;
} parts[] = {
	{"[Content_Types].xml",
		XML_HEAD "<Types xmlns=\"" PACKAGE_NS "content-types\">"
			 "<Default Extension=\"rels\" ContentType=\"application/"
			 "vnd.openxmlformats-package.relationships+xml\"/>"
			 "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
			 "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE_NS
			 "sheet.main+xml\"/>"
			 "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE_NS
			 "styles+xml\"/>"
			 "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" TYPE_NS
			 "worksheet+xml\"/></Types>"},
	{"_rels/.rels",
		XML_HEAD "<Relationships xmlns=\"" PACKAGE_NS "relationships\">"
			 "<Relationship Id=\"rId1\" Type=\"" REL_NS
			 "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
	{"xl/workbook.xml",
		XML_HEAD "<workbook xmlns=\"" MAIN_NS "\" xmlns:r=\"" REL_NS "\"><sheets>"
			 "<sheet name=\"Table\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"},
	{"xl/_rels/workbook.xml.rels",
		XML_HEAD "<Relationships xmlns=\"" PACKAGE_NS "relationships\">"
			 "<Relationship Id=\"rId1\" Type=\"" REL_NS
			 "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
			 "<Relationship Id=\"rId2\" Type=\"" REL_NS
			 "/styles\" Target=\"styles.xml\"/></Relationships>"},
};

static int put_part(struct writer *w, const char *name, struct sv xml, struct err *err)
{
	int rc = zip_writer_begin(w->zip, name, err);

	return rc != 0 ? rc : zip_writer_put(w->zip, xml.p, xml.n, err);
}

static void put_styles(struct buf *b)
{
	buf_add_cstr(b, XML_HEAD "<styleSheet xmlns=\"" MAIN_NS "\">");
	buf_printf(b, "<numFmts count=\"%d\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>",
		STYLE_SCALES + 1);
	for (int scale = 0; scale < STYLE_SCALES; scale++)
		buf_printf(b, "<numFmt numFmtId=\"%d\" formatCode=\"0%.*s\"/>", 165 + scale,
			scale == 0 ? 0 : scale + 1, ".00000000");
	buf_add_cstr(b, "</numFmts><fonts count=\"2\">"
			"<font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
			"<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
			"<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
			"<fill><patternFill patternType=\"gray125\"/></fill></fills>"
			"<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/>"
			"</border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" "
			"fillId=\"0\" borderId=\"0\"/></cellStyleXfs>");
	buf_printf(b, "<cellXfs count=\"%d\">", STYLE_SCALE_0 + STYLE_SCALES);
	for (int style = 0; style < STYLE_SCALE_0 + STYLE_SCALES; style++) {
		bool text = style == STYLE_TEXT || style == STYLE_HEADER;
		int format = style == STYLE_GENERAL ? 0 : text ? 49 : 164 + style - STYLE_DAY;

		buf_printf(b,
			"<xf numFmtId=\"%d\" fontId=\"%d\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
			"applyNumberFormat=\"1\"%s/>",
			format, style == STYLE_HEADER, text ? " quotePrefix=\"1\"" : "");
	}
	buf_add_cstr(b, "</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" "
			"builtinId=\"0\"/></cellStyles></styleSheet>");
}

static int sheet_begin(struct writer *w, struct err *err)
{
	struct buf styles CLEANUP(buf_free) = BUF_INIT;
	int rc = zip_writer_new(w->sink, &w->zip, err);

	put_styles(&styles);
	if (rc == 0 && !buf_ok(&styles))
		rc = err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(parts); i++)
		rc = put_part(w, parts[i].name, sv_from_cstr(parts[i].xml), err);
	if (rc == 0)
		rc = put_part(w, "xl/styles.xml", buf_sv(&styles), err);
	if (rc == 0)
		rc = zip_writer_begin(w->zip, "xl/worksheets/sheet1.xml", err);
	buf_add_cstr(&w->out, XML_HEAD
		"<worksheet xmlns=\"" MAIN_NS "\"><sheetViews><sheetView workbookViewId=\"0\">"
		"<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
		"</sheetView></sheetViews><sheetData>");
	return rc;
}

static void sheet_row_begin(struct writer *w)
{
	if (w->rows > WRITER_SHEET_ROWS_MAX + 1)
		w->limit = "A sheet has at most 1048576 rows; write CSV instead.";
	buf_printf(&w->out, "<row r=\"%u\">", w->rows);
}

/* "<c r=\"B12\" s=\"3\"" of the next cell, unclosed. */
static void put_cell(struct writer *w, int style)
{
	char name[4];
	size_t at = sizeof(name);

	for (uint32_t n = w->column + 1; n > 0; n = (n - 1) / 26)
		name[--at] = (char)('A' + (n - 1) % 26);
	buf_add_cstr(&w->out, "<c r=\"");
	buf_add(&w->out, name + at, sizeof(name) - at);
	buf_add_u64(&w->out, w->rows);
	buf_printf(&w->out, "\" s=\"%d\"", style);
}

/* ---- texts ---- */

/* What XML has no way to say, or that a reader would change, as _x000D_; a text that looks like
 * that is told apart by escaping its first character. */
static const char *escape_of(struct sv s, size_t i, char room[8], size_t *ret_n)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c = (unsigned char)s.p[i];
	unsigned v = c;

	*ret_n = 1;
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\t':
	case '\n':
		return NULL;
	case '_': /* _x and anything behind it */
		if (i + 1 == s.n || s.p[i + 1] != 'x')
			return NULL;
		break;
	case 0xef: /* U+FFFE, U+FFFF */
		if (s.n - i < 3 || (unsigned char)s.p[i + 1] != 0xbf ||
			(unsigned char)s.p[i + 2] < 0xbe)
			return NULL;
		*ret_n = 3;
		v = 0xff00u | ((unsigned char)s.p[i + 2] == 0xbe ? 0xfeu : 0xffu);
		break;
	default:
		if (c >= ' ')
			return NULL;
	}
	room[0] = '_';
	room[1] = 'x';
	for (int k = 0; k < 4; k++)
		room[2 + k] = hex[v >> (12 - 4 * k) & 15];
	room[6] = '_';
	room[7] = '\0';
	return room;
}

static void put_escaped(struct buf *b, struct sv s)
{
	size_t from = 0;

	for (size_t i = 0, n; i < s.n; i += n) {
		char room[8];
		const char *escape = escape_of(s, i, room, &n);

		if (escape == NULL)
			continue;
		buf_add(b, s.p + from, i - from);
		buf_add_cstr(b, escape);
		from = i + n;
	}
	buf_add(b, s.p + from, s.n - from);
}

/* As UTF-16, which is how a spreadsheet counts. */
static size_t utf16_units(struct sv s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
	}
	return n;
}

static void sheet_text(struct writer *w, struct sv text)
{
	if (text.n > WRITER_SHEET_TEXT_MAX && utf16_units(text) > WRITER_SHEET_TEXT_MAX)
		w->limit = "A text is longer than a cell of a sheet can be; write CSV instead.";
	put_cell(w, w->rows == 1 ? STYLE_HEADER : STYLE_TEXT);
	buf_add_cstr(&w->out, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
	put_escaped(&w->out, text);
	buf_add_cstr(&w->out, "</t></is></c>");
}

/* ---- numbers and days ---- */

static int digits_of(__int128 units)
{
	unsigned __int128 v = units < 0 ? -(unsigned __int128)units : (unsigned __int128)units;
	int n = 0;

	for (; v > 0; v /= 10)
		n++;
	return n;
}

static void sheet_decimal(struct writer *w, __int128 units, int scale)
{
	if (digits_of(units) > DIGITS_MAX) {
		struct buf long_text CLEANUP(buf_free) = BUF_INIT;

		decimal_format128(units, scale, &long_text);
		sheet_text(w, buf_sv(&long_text));
		return;
	}
	put_cell(w, scale < STYLE_SCALES ? STYLE_SCALE_0 + scale : STYLE_GENERAL);
	buf_add_cstr(&w->out, "><v>");
	decimal_format128(units, scale, &w->out);
	buf_add_cstr(&w->out, "</v></c>");
}

static void sheet_day(struct writer *w, int32_t day)
{
	int64_t serial = (int64_t)day + SERIAL_OF_EPOCH;

	if (serial < SERIAL_MIN) {
		struct buf text CLEANUP(buf_free) = BUF_INIT;

		date_format(day, &text);
		sheet_text(w, buf_sv(&text));
		return;
	}
	put_cell(w, STYLE_DAY);
	buf_printf(&w->out, "><v>%lld</v></c>", (long long)serial);
}

static void sheet_empty(struct writer *w)
{
	(void)w;
}

static void sheet_row_end(struct writer *w)
{
	buf_add_cstr(&w->out, "</row>");
}

static int sheet_flush(struct writer *w, struct err *err)
{
	return zip_writer_put(w->zip, w->out.p, w->out.n, err);
}

static int sheet_end(struct writer *w, struct err *err)
{
	struct sv end = SV("</sheetData></worksheet>");
	int rc = zip_writer_put(w->zip, end.p, end.n, err);

	return rc != 0 ? rc : zip_writer_finish(w->zip, err);
}

const struct writer_ops sheet_writer_ops = {
	.begin = sheet_begin,
	.row_begin = sheet_row_begin,
	.text = sheet_text,
	.decimal = sheet_decimal,
	.day = sheet_day,
	.empty = sheet_empty,
	.row_end = sheet_row_end,
	.flush = sheet_flush,
	.end = sheet_end,
};
