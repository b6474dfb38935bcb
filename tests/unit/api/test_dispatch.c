/*
 * What is asked for: projects and what belongs to them, files on their way in, and nginx's own question.
 */
#include "api/dispatch.h"

#include <string.h>

#include "site.h"

static void test_system(void **state)
{
	struct browser b = {.at = ""};

	(void)state;
	call(&b, "GET", "/api/v1/health", NULL);
	assert_status(200);
	call(&b, "GET", "/api/v1/ready", NULL);
	assert_status(200);
	assert_true(sv_eq_cstr(body_text("status"), "degraded"));
	call(&b, "GET", "/api/v1/limits", NULL);
	assert_status(200);
	call(&b, "GET", "/metrics", NULL);
	assert_status(200);
	call(&b, "GET", "/api/v1/nothing", NULL);
	assert_code(E_NOT_FOUND);
	call(&b, "DELETE", "/api/v1/health", NULL);
	assert_code(E_METHOD);
}

static void test_projects(void **state)
{
	struct browser b = sign_in();
	char uri[128];
	char foreign[128];
	char id[UUID_TEXT_LEN + 1];

	(void)state;
	call(&b, "POST", "/api/v1/projects",
		"{\"name\":\"Ø\",\"base_currency\":\"EUR\",\"time_zone\":\"Mars/Base\"}");
	assert_code(E_INVALID);
	b.extra[0] = site.redis > 0 ? "HTTP_IDEMPOTENCY_KEY=one" : "HTTP_IDEMPOTENCY_KEY=two";
	for (int i = 0; i < 2; i++) {
		call(&b, "POST", "/api/v1/projects",
			"{\"name\":\"Ø\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
		assert_status(201);
		if (i == 0)
			(void)snprintf(uri, sizeof(uri), "/api/v1/projects/%.*s",
				SV_ARG(body_text("id")));
		else
			assert_true(sv_ends_with(sv_from_cstr(uri), body_text("id")));
	}
	call(&b, "POST", "/api/v1/projects",
		"{\"name\":\"other\",\"base_currency\":\"EUR\",\"time_zone\":\"UTC\"}");
	assert_code(E_CONFLICT);
	b.extra[0] = NULL;
	call(&b, "PATCH", uri, "{\"name\":\"P\"}");
	assert_code(E_PRECONDITION_REQUIRED);
	b.extra[0] = "HTTP_IF_MATCH=1";
	call(&b, "PATCH", uri, "{\"name\":\"P\"}");
	assert_code(E_PRECONDITION);
	b.extra[0] = "HTTP_IF_MATCH=\"1\"";
	call(&b, "PATCH", uri, "{}");
	assert_code(E_INVALID);
	call(&b, "PATCH", uri, "{\"name\":\"P\",\"status\":\"archived\"}");
	assert_status(200);
	call(&b, "PATCH", uri, "{\"name\":\"Q\"}");
	assert_code(E_STALE);
	b.extra[0] = "HTTP_IF_MATCH=\"99999999999\"";
	call(&b, "PATCH", uri, "{\"name\":\"Q\"}");
	assert_code(E_STALE);
	b.extra[0] = NULL;
	strcat(uri, "/sources");
	call(&b, "POST", uri, "{\"name\":\"x\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}");
	assert_code(E_CONFLICT);
	call(&b, "GET", "/api/v1/projects?status=active&limit=1", NULL);
	assert_status(200);
	uuid_format(&site.world.other_project, id);
	(void)snprintf(foreign, sizeof(foreign), "/api/v1/projects/%s", id);
	call(&b, "GET", foreign, NULL);
	assert_code(E_NOT_FOUND);
}

static const struct {
	const char *label;
	const char *method;
	const char *rest; /* behind the project; @ stands for the source, % for the reconciliation */
	const char *body;
	int want; /* status, or a negative code */
} fact_cases[] = {
	{"a source", "GET", "/sources/@", NULL, 200},
	{"sources", "GET", "/sources", NULL, 200},
	{"no source", "GET", "/sources/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"a malformed id", "GET", "/sources/x", NULL, E_NOT_FOUND},
	{"a new source", "POST", "/sources",
		"{\"name\":\"n1\",\"kind\":\"bank\",\"time_zone\":\"UTC\",\"currency\":null}", 201},
	{"the same name", "POST", "/sources",
		"{\"name\":\"n1\",\"kind\":\"bank\",\"time_zone\":\"UTC\"}", E_EXISTS},
	{"no such zone", "POST", "/sources",
		"{\"name\":\"n2\",\"kind\":\"bank\",\"time_zone\":\"A/B\"}", E_INVALID},
	{"mappings", "GET", "/sources/@/mappings?limit=1", NULL, 200},
	{"a mapping", "POST", "/sources/@/mappings",
		"{\"mapping\":{\"format\":\"csv\",\"decimal\":\".\",\"fields\":[{\"field\":\"date\","
		"\"type\":\"date\",\"column\":\"Date\"}]}}",
		201},
	{"a mapping that its parser refuses", "POST", "/sources/@/mappings",
		"{\"mapping\":{\"format\":\"csv\",\"fields\":[{\"field\":\"date\",\"type\":\"date\"}]}}",
		-422},
	{"files", "GET", "/files?state=clean", NULL, 200},
	{"files of a source", "GET", "/files?source=@", NULL, 200},
	{"no file", "GET", "/files/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"datasets", "GET", "/datasets?source=@&state=ready", NULL, 200},
	{"an upload", "POST", "/uploads", "{\"source\":\"@\",\"name\":\"a.csv\",\"size\":10}", 201},
	{"an upload of another type", "POST", "/uploads",
		"{\"source\":\"@\",\"name\":\"a.exe\",\"size\":10}", E_FILE_TYPE},
	{"an upload that is too large", "POST", "/uploads",
		"{\"source\":\"@\",\"name\":\"a.csv\",\"size\":1099511627776}", E_TOO_LARGE},
	{"reconciliations", "GET", "/reconciliations", NULL, 200},
	{"a reconciliation", "GET", "/reconciliations/%", NULL, 200},
	{"both sides one source", "POST", "/reconciliations",
		"{\"name\":\"r\",\"left\":\"@\",\"right\":\"@\"}", E_INVALID},
	{"rulesets", "GET", "/reconciliations/%/rulesets", NULL, 200},
	{"a ruleset that its parser refuses", "POST", "/reconciliations/%/rulesets",
		"{\"ruleset\":{\"surely\":1}}", -422},
	{"jobs", "GET", "/jobs?state=queued", NULL, 200},
	{"jobs of a reconciliation", "GET", "/reconciliations/%/jobs", NULL, 200},
	{"a job without datasets", "POST", "/reconciliations/%/jobs", "{\"left\":[],\"right\":[]}",
		E_INVALID},
	{"a dataset twice", "POST", "/reconciliations/%/jobs",
		"{\"left\":[\"@\",\"@\"],\"right\":[\"@\"]}", E_INVALID},
	{"no job", "GET", "/jobs/0190a1b2-0000-7000-8000-0123456789ab", NULL, E_NOT_FOUND},
	{"an unknown query parameter", "GET", "/jobs?x=1", NULL, E_UNKNOWN_FIELD},
	{"a bad cursor", "GET", "/jobs?cursor=AAAA", NULL, E_CURSOR},
	{"a nil cursor", "GET", "/jobs?cursor=AQAAAAAAAAAAAAAAAAAAAAA", NULL, E_CURSOR},
	{"a bad number as cursor", "GET", "/sources/@/mappings?cursor=AQAAAAAAAAAA", NULL, E_CURSOR},
	{"a body where there is none", "POST", "/jobs/@/cancel", "{\"x\":1}", E_UNKNOWN_FIELD},
	{"no JSON", "POST", "/uploads", "{", E_JSON_SYNTAX},
};

static void expand(const char *from, char *out, size_t cap)
{
	char source[UUID_TEXT_LEN + 1];
	char rec[UUID_TEXT_LEN + 1];
	size_t n = 0;

	uuid_format(&site.world.source[0], source);
	uuid_format(&site.world.rec, rec);
	for (const char *c = from; *c != '\0'; c++) {
		const char *part = *c == '@' ? source : rec;

		if (*c == '@' || *c == '%')
			n += (size_t)snprintf(out + n, cap - n, "%s", part);
		else
			out[n++] = *c;
		assert_true(n < cap);
	}
	out[n] = '\0';
}

static void test_facts(void **state)
{
	struct browser b = sign_in();

	(void)state;
	/* The world's reconciliation has an unfinished job, its quota is what the fixture gave. */
	pg_exec(&site.pg, "UPDATE project SET storage_quota = 1000000000");
	pg_exec(&site.pg, "DELETE FROM source WHERE name = 'n1'");
	for (size_t i = 0; i < ARRAY_LEN(fact_cases); i++) {
		char rest[256];
		char uri[512];
		char body[512];
		int want = fact_cases[i].want;

		expand(fact_cases[i].rest, rest, sizeof(rest));
		in_project(uri, sizeof(uri), rest);
		if (fact_cases[i].body != NULL)
			expand(fact_cases[i].body, body, sizeof(body));
		call(&b, fact_cases[i].method, uri, fact_cases[i].body == NULL ? NULL : body);
		if (want == -422)
			want = 422;
		if ((want > 0 && answer.status != want) ||
			(want < 0 && !sv_eq_cstr(body_text("code"), err_wire(want))))
			fail_msg("%s: %s", fact_cases[i].label, buf_cstr(&answer.raw));
	}
}

static void test_objects_of_the_world(void **state)
{
	struct browser b = sign_in();

	(void)state;
	call(&b, "GET", path("/files/", &site.world.file[0], ""), NULL);
	assert_status(200);
	call(&b, "POST", path("/files/", &site.world.file[0], "/retry"), NULL);
	assert_code(E_CONFLICT);
	call(&b, "GET", path("/jobs/", &site.world.job, ""), NULL);
	assert_status(200);
	call(&b, "GET", path("/members", NULL, ""), NULL);
	assert_status(200);
}

static void test_nginx_asks(void **state)
{
	struct browser b = sign_in();
	struct browser nobody = {.at = ""};
	char uri[600];

	(void)state;
	(void)snprintf(uri, sizeof(uri), "HTTP_X_ORIGINAL_URI=%s",
		path("/uploads/", &site.world.job, "/content"));
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=PUT";
	b.extra[1] = uri;
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(204);
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=BREW";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	b.csrf[0] ^= 1;
	b.extra[0] = "HTTP_X_ORIGINAL_METHOD=PUT";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	assert_non_null(strstr(buf_cstr(&answer.raw), "X-Problem-Code: csrf\r\n"));
	b.csrf[0] ^= 1;
	b.extra[1] = "HTTP_X_ORIGINAL_URI=/api/v1/nothing";
	call(&b, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(403);
	call(&nobody, "GET", "/api/v1/internal/authorize", NULL);
	assert_status(401);
}

/* --- uploads ------------------------------------------------------------------------------------- */

static void announce(struct browser *b, int64_t size, const char *hash, char href[256])
{
	char body[512];
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&site.world.source[0], id);
	(void)snprintf(body, sizeof(body),
		"{\"source\":\"%s\",\"name\":\"a.csv\",\"size\":%lld%s%s%s}", id,
		(long long)size, hash ? ",\"sha256\":\"" : "", hash ? hash : "", hash ? "\"" : "");
	call(b, "POST", path("/uploads", NULL, ""), body);
	assert_status(201);
	(void)snprintf(href, 256, "%.*s", SV_ARG(body_text("href")));
}

static void test_upload_whole(void **state)
{
	struct browser b = sign_in();
	char href[256];

	(void)state;
	pg_exec(&site.pg, "UPDATE project SET storage_quota = 1000000000");
	announce(&b, 5, NULL, href);
	b.type = "application/octet-stream";
	call(&b, "PUT", href, "abc");
	assert_true(answer.status >= 400 && answer.status < 500);
	call(&b, "PUT", href, "abcdefgh");
	assert_true(answer.status >= 400 && answer.status < 500);
	call(&b, "PUT", href, "a,b\n1");
	assert_status(204);
	call(&b, "PUT", href, "a,b\n1");
	assert_code(E_UPLOAD_DONE);
	call(&b, "DELETE", href, NULL);
	assert_code(E_UPLOAD_DONE);
}

/* tus 1.0: parts in order, a gap refused, and where it stands. */
static void test_upload_in_parts(void **state)
{
	struct browser b = sign_in();
	char href[256];

	(void)state;
	announce(&b, 6, NULL, href);
	b.type = "application/offset+octet-stream";
	b.extra[0] = "HTTP_TUS_RESUMABLE=1.0.0";
	b.extra[1] = "HTTP_UPLOAD_OFFSET=0";
	call(&b, "PATCH", href, "abc");
	assert_status(204);
	call(&b, "PATCH", href, "abc");
	assert_code(E_UPLOAD_OFFSET);
	b.extra[1] = NULL;
	call(&b, "HEAD", href, NULL);
	assert_status(200);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Offset: 3\r\n"));
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Length: 6\r\n"));
	b.extra[1] = "HTTP_UPLOAD_OFFSET=3";
	call(&b, "PATCH", href, "def");
	assert_status(204);
	assert_non_null(strstr(buf_cstr(&answer.raw), "Upload-Offset: 6\r\n"));
}

static void test_upload_given_up(void **state)
{
	struct browser b = sign_in();
	char href[256];
	int64_t booked = pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project");

	(void)state;
	announce(&b, 600, NULL, href);
	assert_int_equal(
		pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project"), booked + 600);
	b.type = "application/offset+octet-stream";
	b.extra[0] = "HTTP_TUS_RESUMABLE=1.0.0";
	b.extra[1] = "HTTP_UPLOAD_OFFSET=0";
	call(&b, "PATCH", href, "abc");
	assert_status(204);
	b.extra[1] = NULL;
	call(&b, "DELETE", href, NULL);
	assert_status(204);
	assert_int_equal(
		pg_int(&site.pg, "SELECT sum(storage_bytes)::bigint FROM project"), booked);
	call(&b, "PUT", href, "abc");
	assert_true(answer.status >= 400 && answer.status < 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_projects),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_objects_of_the_world),
		cmocka_unit_test(test_nginx_asks),
		cmocka_unit_test(test_upload_whole),
		cmocka_unit_test(test_upload_in_parts),
		cmocka_unit_test(test_upload_given_up),
	};

	return site_run("facts", tests, ARRAY_LEN(tests));
}
