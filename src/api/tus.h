#ifndef API_TUS_H
#define API_TUS_H
/*
 * tus 1.0 (https://tus.io/protocols/resumable-upload), as far as both the pool that announces uploads
 * and the one that takes their bytes speak it. Which extensions there are says nginx/recon.conf.in.
 */
#include "api/api.h"
#include "store/store_upload.h"

#define TUS_VERSION "1.0.0"
#define TUS_METADATA_MAX 4096u /* bytes of the header, as the database keeps it */

/* Says which version is spoken, and refuses another one. E_PRECONDITION. */
MUST_CHECK int tus_check(struct api *a, struct err *err);
/* When what has arrived is given up, as RFC 9110 writes it; a whole upload is never. */
void tus_put_expiry(struct api *a, const struct upload *upload);
/* The members of type_upload_new from the headers Upload-Length and Upload-Metadata, as JSON: filename,
 * source, sha256 and repairs are known, other keys are let through. E_BAD_REQUEST. */
MUST_CHECK int tus_read_announcement(struct sv length, struct sv metadata, struct arena *arena,
	struct buf *out, struct err *err);

#endif
