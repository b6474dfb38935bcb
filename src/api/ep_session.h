#ifndef API_EP_SESSION_H
#define API_EP_SESSION_H
/*
 * What handlers of the auth pool share: a person's new session with its cookies.
 */
#include "api/api.h"

struct session_person {
	struct uuid id;
	struct sv email; /* plain */
	struct sv display_name;
};

/* Inside a transaction: a new session, its first refresh token, the cookies and the answer. The
 * actor becomes the person. */
MUST_CHECK int session_start(struct api *a, const struct session_person *person, struct err *err);
/* The answer session_info. session NULL: of an API key. */
MUST_CHECK int session_put_info(struct api *a, const struct session_person *person,
	const struct uuid *session, struct err *err);

#endif
