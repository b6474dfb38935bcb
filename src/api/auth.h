#ifndef API_AUTH_H
#define API_AUTH_H
/*
 * Who sends a request: an access token (cookie, or bearer) or an API key, and whether the session
 * behind it still stands.
 *
 * The database's row is the truth about a session. Redis repeats "alive" for a few seconds and "dead"
 * until every token has expired; "alive" is only ever set where nothing is (SET NX), so a revocation
 * wins any race with a reader. A flushed or absent Redis means one indexed read per request.
 */
#include "api/api.h"

#define AUTH_COOKIE_TOKEN "__Host-at"
#define AUTH_COOKIE_REFRESH "__Host-rt"
#define AUTH_COOKIE_CSRF "__Host-csrf"
#define AUTH_ALIVE_SECONDS "5"
#define AUTH_DEAD_SECONDS "900"
#define AUTH_STEP_UP_US INT64_C(300000000)

/* Reads the request's credential and fills a->actor, without asking whether the session stands.
 * API_ANONYMOUS without one. E_TWO_CREDENTIALS, E_TOKEN_INVALID, E_TOKEN_EXPIRED, E_UNAUTHENTICATED
 * (an API key that is not known, spent or from elsewhere), E_UNAVAILABLE. */
MUST_CHECK int auth_identify(struct api *a, struct err *err);
/* One pipeline to Redis: does the session stand, and is the rate kept. E_SESSION_ENDED, E_RATE (with
 * Retry-After set), E_UNAVAILABLE when neither store answers. Also sets RateLimit headers. */
MUST_CHECK int auth_admit(struct api *a, struct err *err);

/* A write that a browser sends by itself: Sec-Fetch-Site and Origin. E_CSRF. */
MUST_CHECK int auth_check_origin(const struct api *a, struct err *err);
/* For cookie-authenticated writes: auth_check_origin, and the double-submit token in both the header
 * and the cookie, bound to the session by its hash in the access token. E_CSRF. */
MUST_CHECK int auth_check_csrf(const struct api *a, struct err *err);

/* Tells Redis what the request did to sessions (a->ended, a->changed); after the commit. */
void auth_settle_sessions(struct api *a);

/* Marks a session dead for all processes at once. Best effort: the row is the truth. */
void auth_forget_session(struct bus *bus, const struct uuid *session);
/* Forgets what Redis repeats of a living one, after its row changed. */
void auth_refresh_session(struct bus *bus, const struct uuid *session);

#endif
