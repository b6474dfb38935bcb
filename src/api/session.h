#ifndef API_SESSION_H
#define API_SESSION_H
/*
 * What handlers of the auth pool share about sessions: a person's new one with its cookies, what is
 * said of it, and the end of others.
 */
#include "api/api.h"
#include "store/store_session.h"

struct session_person {
	struct uuid id;
	struct sv email; /* plain */
	struct sv display_name;
};

/* The plain address of a row is in the arena. */
MUST_CHECK int session_person_open(struct api *a, const struct uuid *id, struct sv sealed,
	struct sv name, struct session_person *ret, struct err *err);
MUST_CHECK int session_person_load(
	struct api *a, const struct uuid *id, struct session_person *ret, struct err *err);

/* Inside a transaction: a new session, its first refresh token, the cookies and the answer. The
 * actor becomes the person. Without the second factor that a role of theirs demands it is
 * restricted. */
MUST_CHECK int session_start(struct api *a, const struct session_person *person, bool second_factor,
	struct err *err);
/* The answer session_info. session NULL: of an API key. */
MUST_CHECK int session_put_info(struct api *a, const struct session_person *person,
	const struct uuid *session, struct err *err);

/* The three cookies: a new access token, the given refresh token, the double-submit token. */
MUST_CHECK int session_set_cookies(struct api *a, const struct uuid *user,
	const struct session *session, const char *refresh, struct err *err);
void session_clear_cookies(struct api *a);
/* One of another name, out of scripts' reach; seconds 0 removes it. */
void session_set_cookie(struct api *a, const char *name, const char *value, int64_t seconds);

/* All sessions of a person but keep (NULL: all); at most once in a request. Redis hears of it after
 * the commit. */
MUST_CHECK int session_end_others(struct api *a, const struct uuid *user, const struct uuid *keep,
	enum word reason, struct err *err);
/* Restricts the sessions of those (NULL: of all) who must have a second factor and have none. */
MUST_CHECK int session_restrict(struct api *a, const struct uuid *user, struct err *err);

#endif
