/*
 * OpenAPI 3.1 from the route table. Nothing is written here that the table does not say, so the
 * document cannot drift from what the program does.
 */
#include "api/openapi.h"

#include <string.h>

#include "api/tus.h"
#include "api/types.h"
#include "write/writer.h"

/* Tags group operations and name the caches of generated clients. */
static const struct {
	const char *prefix; /* of the operation's id */
	const char *tag;
	const char *doc;
} tags[] = {
	{"api_key_", "api_keys", "API keys of the signed-in person"},
	{"code_", "sessions", NULL},
	{"session_", "sessions", "Signing in and out, and one's sessions"},
	{"health", "system", "What the system says of itself"},
	{"project_", "projects", "Workspaces"},
	{"member_", "members", "People in a project"},
	{"source_", "sources", "Streams of files of one shape"},
	{"mapping_", "mappings", "How files become typed columns"},
	{"upload_", "uploads", "Files on their way in"},
	{"file_", "files", "Uploaded files"},
	{"dataset_", "datasets", "Files read through a mapping"},
	{"reconciliation_", "reconciliations", "Two sources and their rules"},
	{"ruleset_", "rulesets", "Versions of rules"},
	{"job_", "jobs", "Runs of the engine"},
	{"view_", "views", "Selections of matches and open items"},
	{"evidence_", "views", NULL},
	{"decision_", "decisions", "What people decided"},
	{"me", "sessions", NULL},
};

/* What routes may answer besides their own errors, and which ones. */
static const struct {
	int code;
	enum {
		ALWAYS,
		SIGNED_IN, /* only where somebody is asked to sign in */
		UNSAFE,    /* only of what changes something */
		BODY,      /* only where one may be sent */
		IF_MATCH,
	} when;
} common_errors[] = {
	{E_BAD_REQUEST, ALWAYS},
	{E_UNAUTHENTICATED, SIGNED_IN},
	{E_FORBIDDEN, SIGNED_IN},
	{E_CSRF, UNSAFE},
	{E_NOT_FOUND, SIGNED_IN},
	{E_CONFLICT, UNSAFE},
	{E_PRECONDITION, IF_MATCH},
	{E_TOO_LARGE, BODY},
	{E_MEDIA_TYPE, BODY},
	{E_INVALID, ALWAYS},
	{E_RATE, ALWAYS},
	{E_INTERNAL, ALWAYS},
	{E_UNAVAILABLE, ALWAYS},
};

static void key(struct buf *b, const char *name)
{
	if (b->n > 0 && b->p[b->n - 1] != '{')
		buf_add_char(b, ',');
	http_add_json_string(b, name);
	buf_add_char(b, ':');
}

static void text(struct buf *b, const char *name, const char *value)
{
	key(b, name);
	http_add_json_string(b, value);
}

static const char *tag_of(const struct route *r)
{
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (strncmp(r->id, tags[i].prefix, strlen(tags[i].prefix)) == 0)
			return tags[i].tag;
	}
	return "system";
}

static void print_param(struct buf *b, const char *in, const char *name, bool required,
	const struct schema *type, const char *doc)
{
	if (b->p[b->n - 1] != '[')
		buf_add_char(b, ',');
	buf_add_char(b, '{');
	text(b, "in", in);
	text(b, "name", name);
	key(b, "required");
	buf_add_cstr(b, required ? "true" : "false");
	if (doc != NULL)
		text(b, "description", doc);
	key(b, "schema");
	schema_print(type, false, b);
	buf_add_char(b, '}');
}

static const struct schema etag = {.type = SCHEMA_STRING, .max = 64};
static const struct schema idempotency_key = {.type = SCHEMA_STRING, .min = 1, .max = 255};
static const struct schema tus_version = {
	.type = SCHEMA_ENUM, .values = (const char *const[]){"1.0.0", NULL}};
static const struct schema tus_metadata = {.type = SCHEMA_STRING, .min = 1, .max = TUS_METADATA_MAX};
static const struct schema tus_offset = {.type = SCHEMA_INT, .max = INT64_C(1) << 40};

static void print_params(struct buf *b, const struct route *r)
{
	struct sv rest = sv_from_cstr(r->path);

	key(b, "parameters");
	buf_add_char(b, '[');
	while (rest.n > 0) {
		struct sv segment = sv_cut(&rest, '/');
		char name[32];

		if (segment.n < 3 || segment.p[0] != '{' || segment.n - 2 >= sizeof(name))
			continue;
		memcpy(name, segment.p + 1, segment.n - 2);
		name[segment.n - 2] = '\0';
		print_param(b, "path", name, true, type_of_path_param(sv_from_cstr(name)), NULL);
	}
	for (const struct schema_field *f = r->query; f != NULL && f->name != NULL; f++)
		print_param(b, "query", f->name, (f->flags & SCHEMA_REQUIRED) != 0, f->type,
			f->doc);
	if ((r->flags & ROUTE_IF_MATCH) != 0)
		print_param(b, "header", "If-Match", true, &etag, "The version last seen, quoted.");
	if ((r->flags & ROUTE_IDEMPOTENT) != 0)
		print_param(b, "header", "Idempotency-Key", false, &idempotency_key,
			"Repeating a request with the same key gives the same answer once.");
	if (strcmp(r->id, "upload_content_patch") == 0) {
		print_param(b, "header", "Tus-Resumable", true, &tus_version, NULL);
		print_param(b, "header", "Upload-Offset", true, &tus_offset, NULL);
	}
	if (strcmp(r->id, "tus_create") == 0) {
		print_param(b, "header", "Tus-Resumable", true, &tus_version, NULL);
		print_param(b, "header", "Upload-Length", true, &tus_offset, NULL);
		print_param(b, "header", "Upload-Metadata", true, &tus_metadata,
			"filename and source (its id), and if need be sha256 and repairs, each in Base64.");
	}
	buf_add_char(b, ']');
}

static void print_content(struct buf *b, const char *type, const struct schema *s)
{
	key(b, "content");
	buf_add_char(b, '{');
	key(b, type);
	buf_add_cstr(b, "{\"schema\":");
	schema_print(s, false, b);
	buf_add_cstr(b, "}}");
}

static void print_body(struct buf *b, const struct route *r)
{
	if (r->input == NULL && (r->flags & ROUTE_STREAM) == 0)
		return;
	key(b, "requestBody");
	buf_add_cstr(b, "{\"required\":true");
	if (r->input != NULL)
		print_content(b, HTTP_JSON_TYPE, r->input);
	else
		buf_printf(b,
			",\"content\":{\"%s\":{\"schema\":{\"type\":\"string\",\"format\":"
			"\"binary\"}}}",
			r->method == HTTP_PATCH		 ? "application/offset+octet-stream" :
			(r->flags & ROUTE_FORM) != 0 ? "multipart/form-data" :
						       "application/octet-stream");
	buf_add_char(b, '}');
}

static bool applies(const struct route *r, size_t i)
{
	switch (common_errors[i].when) {
	case SIGNED_IN:
		return r->perm != PERM_PUBLIC;
	case UNSAFE:
	case BODY:
		return !http_method_is_safe(r->method);
	case IF_MATCH:
		return (r->flags & ROUTE_IF_MATCH) != 0;
	case ALWAYS:
		break;
	}
	return true;
}

/* All error codes that have this status, as the text of one response. */
static void print_error_status(struct buf *b, const struct route *r, int status)
{
	char name[16] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10),
		(char)('0' + status % 10), '\0'};
	struct buf codes CLEANUP(buf_free) = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(common_errors); i++) {
		if (applies(r, i) && err_status(common_errors[i].code) == status)
			buf_printf(&codes, "%s%s", codes.n > 0 ? ", " : "",
				err_wire(common_errors[i].code));
	}
	for (const int *e = r->errors; e != NULL && *e != 0; e++) {
		if (err_status(*e) == status &&
			strstr(buf_cstr(&codes), err_wire(*e)) == NULL)
			buf_printf(&codes, "%s%s", codes.n > 0 ? ", " : "", err_wire(*e));
	}
	if (codes.n == 0)
		return;
	key(b, name);
	buf_add_char(b, '{');
	text(b, "description", buf_cstr(&codes));
	print_content(b, HTTP_PROBLEM_TYPE, &type_problem);
	buf_add_char(b, '}');
}

static void print_download(struct buf *b, const char *media, bool first)
{
	buf_printf(b, "%s\"%s\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}",
		first ? "" : ",", media);
}

/* What comes without asking for a format is the first. */
static void print_downloads(struct buf *b, bool lines)
{
	buf_add_cstr(b, ",\"content\":{");
	if (lines)
		print_download(b, HTTP_LINES_TYPE, true);
	for (int f = 0; f < WRITE_FORMAT_COUNT; f++)
		print_download(b, write_format_media((enum write_format)f), f == 0 && !lines);
	buf_add_char(b, '}');
}

static void print_responses(struct buf *b, const struct route *r)
{
	key(b, "responses");
	buf_printf(b, "{\"%d\":{", r->status);
	text(b, "description", r->summary);
	if (r->output != NULL)
		print_content(b, HTTP_JSON_TYPE, r->output);
	if ((r->flags & ROUTE_DOWNLOAD) != 0)
		print_downloads(b, (r->flags & ROUTE_LINES) != 0);
	buf_add_char(b, '}');
	for (int status = 400; status < 600; status++)
		print_error_status(b, r, status);
	buf_add_char(b, '}');
}

static void print_operation(struct buf *b, const struct route *r)
{
	static const char *const lower[HTTP_METHODS] = {
		"get", "head", "post", "put", "patch", "delete"};

	key(b, lower[r->method]);
	buf_add_char(b, '{');
	text(b, "operationId", r->id);
	text(b, "summary", r->summary);
	key(b, "tags");
	buf_printf(b, "[\"%s\"]", tag_of(r));
	text(b, "x-pool", pool_name(r->pool));
	text(b, "x-permission", perm_word(r->perm));
	if (r->event != EVENT_NONE)
		text(b, "x-event", event_info(r->event)->word);
	if (r->perm == PERM_PUBLIC) {
		key(b, "security");
		buf_add_cstr(b, "[]");
	}
	print_params(b, r);
	print_body(b, r);
	print_responses(b, r);
	buf_add_char(b, '}');
}

static bool is_internal(const struct route *r)
{
	return (r->flags & ROUTE_INTERNAL) != 0;
}

/* Has an earlier row the same path? */
static bool path_is_done(const struct route *rows, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (!is_internal(&rows[k]) && strcmp(rows[k].path, rows[i].path) == 0)
			return true;
	}
	return false;
}

static void print_paths(struct buf *b, const struct route *rows, size_t n)
{
	key(b, "paths");
	buf_add_char(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (is_internal(&rows[i]) || path_is_done(rows, i))
			continue;
		key(b, rows[i].path);
		buf_add_char(b, '{');
		for (size_t k = i; k < n; k++) {
			if (!is_internal(&rows[k]) && strcmp(rows[k].path, rows[i].path) == 0)
				print_operation(b, &rows[k]);
		}
		buf_add_char(b, '}');
	}
	buf_add_char(b, '}');
}

struct seen {
	struct buf *b;
	const struct schema *done[256];
	size_t n;
};

static void print_component(void *arg, const struct schema *s)
{
	struct seen *seen = arg;

	for (size_t i = 0; i < seen->n; i++) {
		if (strcmp(seen->done[i]->name, s->name) == 0)
			return;
	}
	if (seen->n == ARRAY_LEN(seen->done))
		return;
	seen->done[seen->n++] = s;
	key(seen->b, s->name);
	schema_print(s, true, seen->b);
}

static void print_components(struct buf *b, const struct route *rows, size_t n)
{
	struct seen seen = {.b = b};

	key(b, "components");
	buf_add_cstr(b,
		"{\"securitySchemes\":{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
		"\"name\":\"__Host-at\",\"description\":\"Set by signing in. Unsafe methods also "
		"need the cookie __Host-csrf echoed in X-CSRF-Token.\"},\"bearer\":{\"type\":"
		"\"http\",\"scheme\":\"bearer\",\"description\":\"An API key.\"}}");
	key(b, "schemas");
	buf_add_char(b, '{');
	schema_walk(&type_problem, print_component, &seen);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].input != NULL)
			schema_walk(rows[i].input, print_component, &seen);
		if (rows[i].output != NULL)
			schema_walk(rows[i].output, print_component, &seen);
	}
	buf_add_cstr(b, "}}");
}

static void print_tags(struct buf *b)
{
	bool first = true;

	key(b, "tags");
	buf_add_char(b, '[');
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (tags[i].doc == NULL)
			continue;
		buf_add_cstr(b, first ? "{" : ",{");
		text(b, "name", tags[i].tag);
		text(b, "description", tags[i].doc);
		buf_add_char(b, '}');
		first = false;
	}
	buf_add_char(b, ']');
}

static void new_line(struct buf *out, size_t depth)
{
	buf_add_char(out, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_add_char(out, '\t');
}

/* Compact JSON, indented by tabs; empty objects and arrays stay on their line. */
static void indent(struct sv in, struct buf *out)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		char next = i + 1 < in.n ? in.p[i + 1] : '\0';

		if (!quoted && depth > 0 && (c == '}' || c == ']') && in.p[i - 1] != '{' &&
			in.p[i - 1] != '[')
			new_line(out, --depth);
		buf_add_char(out, c);
		if (quoted && c == '\\') {
			buf_add_char(out, next);
			i++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == '{' || c == '[') && next != '}' && next != ']') {
			new_line(out, ++depth);
		} else if (!quoted && c == ',') {
			new_line(out, depth);
		} else if (!quoted && c == ':') {
			buf_add_char(out, ' ');
		}
	}
	buf_add_char(out, '\n');
}

int openapi_print(const struct route *rows, size_t n, struct buf *out, struct err *err)
{
	struct buf b CLEANUP(buf_free) = BUF_INIT;

	buf_add_cstr(&b,
		"{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"378 Reconciliation Platform\","
		"\"version\":\"1\",\"license\":{\"name\":\"MIT\",\"identifier\":\"MIT\"},"
		"\"description\":\"Errors are RFC 9457 documents with a stable code. Lists are "
		"read page by page with limit and cursor.\"},\"servers\":[{\"url\":\"/\"}],"
		"\"security\":[{\"session\":[]},{\"bearer\":[]}]");
	print_tags(&b);
	print_paths(&b, rows, n);
	print_components(&b, rows, n);
	buf_add_char(&b, '}');
	indent(buf_sv(&b), out);
	return buf_ok(&b) && buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}

/* --- nginx ------------------------------------------------------------------------------------ */

/* A path as a regular expression over nginx's normalised $uri. */
static void print_pattern(struct buf *out, const char *path)
{
	for (const char *c = path; *c != '\0'; c++) {
		if (*c == '{') {
			buf_add_cstr(out, "[^/]+");
			c = strchr(c, '}');
		} else if (*c == '.') {
			buf_add_cstr(out, "\\.");
		} else {
			buf_add_char(out, *c);
		}
	}
}

int openapi_print_nginx(const struct route *rows, size_t n, struct buf *out, struct err *err)
{
	buf_add_cstr(out, "# Printed by `recon-api --dump-nginx` from the route table; do not edit.\n"
			  "# Which pool answers a path; a path of no pool is answered by api (404).\n"
			  "map $uri $recon_pool {\n"
			  "\tdefault api;\n");
	for (size_t i = 0; i < n; i++) {
		if (is_internal(&rows[i]) || path_is_done(rows, i) || rows[i].pool == POOL_API)
			continue;
		buf_add_cstr(out, "\t\"~^");
		print_pattern(out, rows[i].path);
		buf_printf(out, "$\" %s;\n", pool_name(rows[i].pool));
	}
	buf_add_cstr(out, "}\n");
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
