/* tus 1.0; see tus.h. */
#include "api/tus.h"

#include "base/date.h"

int tus_check(struct api *a, struct err *err)
{
	http_response_header(a->rs, "Tus-Resumable", TUS_VERSION);
	if (sv_eq_cstr(http_header(a->rq, "Tus-Resumable"), TUS_VERSION))
		return 0;
	http_response_header(a->rs, "Tus-Version", TUS_VERSION);
	return err_set(err, E_PRECONDITION, "Only version %s of tus is spoken here.", TUS_VERSION);
}

void tus_put_expiry(struct api *a, const struct upload *upload)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec"};
	int64_t seconds = upload->expires_at / 1000000;
	int32_t day = (int32_t)(seconds / 86400);
	int second = (int)(seconds % 86400), y, m, d;

	if (upload->received == upload->size)
		return;
	date_to_civil(day, &y, &m, &d);
	http_response_header(a->rs, "Upload-Expires", "%s, %02d %s %04d %02d:%02d:%02d GMT",
		days[date_weekday(day)], d, months[m - 1], y, second / 3600, second / 60 % 60,
		second % 60);
}

/* Keys that say something here. Clients name the file in one of two ways, or in both. */
static const struct {
	const char *key, *member;
} members[] = {
	{"filename", "name"},
	{"name", "name"},
	{"source", "source"},
	{"sha256", "sha256"},
	{"repairs", "repairs"},
};

static const char *member_of(struct sv key)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (sv_eq_cstr(key, members[i].key))
			return members[i].member;
	return NULL;
}

/* Base64 with its own two marks, padded. */
static bool decode(struct sv text, struct arena *arena, struct sv *ret)
{
	char *copy = arena_alloc(arena, text.n + 1), *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;

	if (copy == NULL || out == NULL || text.n % 4 != 0)
		return false;
	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '-' || c == '_')
			return false;
		copy[i] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	if (b64url_decode(sv_from(copy, text.n), (uint8_t *)out, text.n + 1, &n) != 0)
		return false;
	*ret = sv_from(out, n);
	return true;
}

/* One pair of the list; *told has a bit per row of members that was said. */
static int read_pair(struct sv pair, struct arena *arena, struct json_writer *w, unsigned *told,
	struct err *err)
{
	struct sv value = sv_trim(pair), key = sv_cut(&value, ' '), text = SV("");
	const char *member = member_of(key);

	if (key.n == 0)
		return err_set(err, E_BAD_REQUEST, "The Upload-Metadata header has an empty key.");
	if (member == NULL)
		return 0;
	if (!decode(value, arena, &text))
		return err_set(err, E_BAD_REQUEST, "The Upload-Metadata's %.*s is not Base64.",
			SV_ARG(key));
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (members[i].member != member)
			continue;
		if ((*told & 1u << i) != 0)
			return 0; /* the first one counts */
		*told |= 1u << i;
	}
	json_put_text(w, member, text);
	return 0;
}

static bool is_plain(struct sv text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~')
			return false;
	return true;
}

int tus_read_announcement(struct sv length, struct sv metadata, struct arena *arena, struct buf *out,
	struct err *err)
{
	struct json_writer w = json_writer_of(out);
	uint64_t size = 0;
	unsigned told = 0;

	if (!sv_to_u64(length, INT64_MAX, &size))
		return err_set(err, E_BAD_REQUEST, "The Upload-Length header is not a number.");
	if (metadata.n > TUS_METADATA_MAX || !is_plain(metadata))
		return err_set(err, E_BAD_REQUEST,
			"The Upload-Metadata header is too long, or has more than keys and Base64.");
	json_open_object(&w, NULL);
	json_put_int(&w, "size", (int64_t)size);
	while (metadata.n > 0) {
		int rc = read_pair(sv_cut(&metadata, ','), arena, &w, &told, err);

		if (rc != 0)
			return rc;
	}
	json_close_object(&w);
	return buf_ok(out) ? 0 : err_set(err, E_NO_MEMORY, NULL);
}
