/*
 * XML as events; what is not well-formed, or asks for more than a document may, is refused.
 */
#include "read/xml.h"

#include "../unit.h"

struct text {
	struct sv s;
	size_t step;
};

static int text_read(void *ctx, char *dst, size_t cap, size_t *ret_n, struct err *err)
{
	struct text *t = ctx;
	size_t most = MIN(cap, t->step), n = MIN(most, t->s.n);

	(void)err;
	memcpy(dst, t->s.p, n);
	t->s = sv_from(t->s.p + n, t->s.n - n);
	*ret_n = n;
	return 0;
}

/* <name a=1> is "(name a=1", its end ")", text stands in between. */
static int events(struct sv s, size_t step, struct buf *out, struct err *err)
{
	static struct xml x;
	struct text t = {s, step};
	enum xml_event event = XML_TEXT;
	int rc = xml_open(&x, text_read, &t, err);

	while (rc == 0 && event != XML_EOF) {
		rc = xml_next(&x, &event, err);
		if (rc != 0)
			break;
		if (event == XML_TEXT)
			buf_add_sv(out, x.text);
		if (event == XML_END)
			buf_add_char(out, ')');
		if (event != XML_START)
			continue;
		buf_printf(out, "(%.*s", SV_ARG(x.name));
		for (uint32_t i = 0; i < x.nattrs; i++)
			buf_printf(out, " %.*s=%.*s", SV_ARG(x.attrs[i].name),
				SV_ARG(x.attrs[i].value));
		buf_add_char(out, ':');
	}
	xml_close(&x);
	return rc;
}

static void test_documents(void **state)
{
	static const struct {
		const char *label, *xml, *want;
	} cases[] = {
		{"plain", "<a><b>x</b><b>y</b></a>", "(a:(b:x)(b:y))"},
		{"empty element", "<a><b/><c />t</a>", "(a:(b:)(c:)t)"},
		{"attributes", "<a x='1' y=\"2\"  z = '&lt;&#65;&#x42;'/>", "(a x=1 y=2 z=<AB:)"},
		{"quotes and > in values", "<a x='\">' y=\"'/>\">t</a>", "(a x=\"> y='/>:t)"},
		{"prefixes", "<x:a x:b='1'><y:c/></x:a>", "(a b=1:(c:))"},
		{"references", "<a>&amp;&lt;&gt;&quot;&apos;&#8364;&#x1F600;</a>",
			"(a:&<>\"'\xe2\x82\xac\xf0\x9f\x98\x80)"},
		{"cdata", "<a><![CDATA[<b>&amp;]]>]]&gt;</a>", "(a:<b>&amp;]]>)"},
		{"comments and instructions",
			"<?xml version='1.0' encoding='UTF-8'?><!-- <x> -- --><a><!--\n--><?p "
			"?>t</a> "
			"<!-- end -->\n",
			"(a:t)"},
		{"byte order mark", "\xef\xbb\xbf<a>t</a>", "(a:t)"},
		{"blanks", " \n<a\n>t</a\n>\n", "(a:t)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step <= 64; step *= 4) {
			struct buf out CLEANUP(buf_free) = BUF_INIT;
			struct err err = {0};

			CHECK_INT(cases[i].label,
				events(sv_from_cstr(cases[i].xml), step, &out, &err), 0);
			CHECK_STR(cases[i].label, buf_cstr(&out), cases[i].want);
		}
}

static void test_refused(void **state)
{
	static const struct {
		const char *label, *xml;
	} cases[] = {
		{"nothing", ""},
		{"blanks only", "  \n"},
		{"text only", "hello"},
		{"cut in a tag", "<a x='1"},
		{"cut in text", "<a>hello"},
		{"cut in a comment", "<a><!-- "},
		{"cut in cdata", "<a><![CDATA[x]]"},
		{"tags cross", "<a><b></a></b>"},
		{"closes what is not open", "<a></a></b>"},
		{"another prefix at the end", "<x:a></y:a>"},
		{"two roots", "<a/><b/>"},
		{"text behind the root", "<a/>x"},
		{"text before the root", "x<a/>"},
		{"attribute without value", "<a x/>"},
		{"attribute without quotes", "<a x=1/>"},
		{"attribute twice", "<a x='1' x='2'/>"},
		{"attributes not apart", "<a x='1'y='2'/>"},
		{"< in a value", "<a x='<'/>"},
		{"unknown entity", "<a>&nbsp;</a>"},
		{"entity without end", "<a>&amp</a>"},
		{"reference to NUL", "<a>&#0;</a>"},
		{"reference to a surrogate", "<a>&#xD800;</a>"},
		{"reference too large", "<a>&#x110000;</a>"},
		{"reference far too large", "<a>&#99999999999999999999;</a>"},
		{"empty reference", "<a>&#;</a>"},
		{"empty hex reference", "<a>&#x;</a>"},
		{"document type", "<!DOCTYPE a><a/>"},
		{"entity attack",
			"<!DOCTYPE a [<!ENTITY x \"hahaha\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;</a>"},
		{"external entity", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"},
		{"document type inside", "<a><!DOCTYPE a></a>"},
		{"other encoding", "<?xml version='1.0' encoding='UTF-16'?><a/>"},
		{"UTF-16", "\xff\xfe<\0a\0"},
		{"empty tag", "<></>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t step = 1; step <= 64; step *= 8) {
			struct buf out CLEANUP(buf_free) = BUF_INIT;
			struct err err = {0};

			CHECK_INT(cases[i].label,
				events(sv_from_cstr(cases[i].xml), step, &out, &err), E_UNREADABLE);
		}
}

static void add_times(struct buf *b, const char *s, size_t n)
{
	while (n-- > 0)
		buf_add_cstr(b, s);
}

static void test_limits(void **state)
{
	static const struct {
		const char *label, *before, *each, *after;
		size_t n;
		int code;
	} cases[] = {
		{"as deep as may be", "", "<a>", "", XML_DEPTH_MAX, E_UNREADABLE},
		{"deeper", "", "<a>", "", XML_DEPTH_MAX + 1, E_LIMIT},
		{"long tag", "<a x='", "xxxxxxxxxxxxxxxx", "'/>", 1 << 15, 0},
		{"too long a tag", "<a x='", "xxxxxxxxxxxxxxxx", "'/>", 1 << 18, E_LIMIT},
		{"a tag that never ends", "<a", " ", "", 1 << 22, E_LIMIT},
		{"long text", "<a>", "0123456789abcde&", "lt;</a>", 1, 0},
		{"megabytes of text", "<a>", "0123456789abcdef", "</a>", 1 << 18, 0},
		{"megabytes of comment", "<a><!--", "0123456789abcdef", "--></a>", 1 << 18, 0},
		{"too much cdata", "<a><![CDATA[", "0123456789abcdef", "]]></a>", 1 << 18, E_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT, in CLEANUP(buf_free) = BUF_INIT;

		buf_add_cstr(&in, cases[i].before);
		add_times(&in, cases[i].each, cases[i].n);
		buf_add_cstr(&in, cases[i].after);
		CHECK_INT(cases[i].label, events(buf_sv(&in), 65536, &out, NULL), cases[i].code);
		if (cases[i].code == 0 && cases[i].n > 1)
			CHECK(cases[i].label, out.n >= cases[i].n || cases[i].before[3] == '<');
	}
}

static void test_attribute_count(void **state)
{
	(void)state;
	for (unsigned n = XML_ATTRS_MAX; n <= XML_ATTRS_MAX + 1; n++) {
		struct buf out CLEANUP(buf_free) = BUF_INIT, in CLEANUP(buf_free) = BUF_INIT;

		buf_add_cstr(&in, "<a");
		for (unsigned i = 0; i < n; i++)
			buf_printf(&in, " a%u='%u'", i, i);
		buf_add_cstr(&in, "/>");
		assert_int_equal(
			events(buf_sv(&in), 65536, &out, NULL), n > XML_ATTRS_MAX ? E_LIMIT : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_attribute_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
