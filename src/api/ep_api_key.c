/*
 * API keys of the signed-in person (auth pool).
 */
#include <string.h>

#include "api/api.h"
#include "api/ep.h"
#include "seal/code.h"
#include "seal/hash.h"
#include "store/store_api_key.h"
#include "store/store_project.h"

#define KEYS_MAX 50 /* live ones of a person */

static void put_key(struct api *a, const char *name, const struct api_key *k)
{
	json_open_object(&a->out, name);
	json_put_uuid(&a->out, "id", &k->id);
	json_put_text(&a->out, "name", k->name);
	api_put_id(&a->out, "project", &k->project_id);
	json_open_array(&a->out, "scopes");
	for (size_t i = 0; i < k->scopes.n; i++)
		json_put_text(&a->out, NULL, k->scopes.v[i]);
	json_close_array(&a->out);
	json_put_instant(&a->out, "created_at", k->created_at);
	json_put_instant(&a->out, "expires_at", k->expires_at);
	api_put_instant(&a->out, "used_at", k->used_at);
	api_put_instant(&a->out, "revoked_at", k->revoked_at);
	json_close_object(&a->out);
}

int ep_api_key_list(struct api *a, struct err *err)
{
	struct api_key *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_api_key_list(
			a->db, &a->actor.user_id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_key(a, NULL, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

static int check_number(struct api *a, struct err *err)
{
	int64_t live;
	int rc = store_api_key_count(a->db, &a->actor.user_id, &live, err);

	if (rc == 0 && live >= KEYS_MAX)
		return err_set(err, E_LIMIT, "At most %d API keys may be live.", KEYS_MAX);
	return rc;
}

/* The scopes asked for, each once; without a list, all. */
static struct db_texts read_scopes(const struct api *a, struct sv out[5])
{
	const struct json_object *list = api_in(a, NULL, "scopes");
	struct db_texts scopes = {.v = out};
	unsigned bits = list == NULL ? KEY_SCOPE_ALL : 0;

	for (size_t i = 0; i < json_count(list); i++)
		bits |= (unsigned)key_scope_from_word(json_as_text(json_at(list, i)));
	for (unsigned i = 0; key_scope_words[i] != NULL; i++) {
		if ((bits >> i & 1) != 0)
			out[scopes.n++] = sv_from_cstr(key_scope_words[i]);
	}
	return scopes;
}

static int check_project(struct api *a, const struct uuid *id, struct err *err)
{
	struct membership member;
	int rc;

	if (uuid_is_nil(id))
		return 0;
	rc = store_membership_get(a->db, id, &a->actor.user_id, &member, err);
	return rc == E_NOT_FOUND ?
		err_set_at(err, E_INVALID, "/project", "There is no such project.") :
		rc;
}

int ep_api_key_create(struct api *a, struct err *err)
{
	struct uuid id = uuid_new();
	struct code_api_key secret;
	struct sv scopes[5];
	struct api_key made;
	struct api_key key = {.id = id,
		.user_id = a->actor.user_id,
		.project_id = api_in_uuid(a, NULL, "project"),
		.name = api_in_text(a, NULL, "name"),
		.scopes = read_scopes(a, scopes)};
	int rc = check_number(a, err);

	if (rc == 0)
		rc = check_project(a, &key.project_id, err);
	if (rc != 0)
		return rc;
	code_api_key_new(&id, &secret);
	rc = store_api_key_insert(a->db, &key, secret.hash,
		api_in_int(a, NULL, "expires_in_days", 1) * 86400, a->arena, &made, err);
	if (rc == 0) {
		json_open_object(&a->out, NULL);
		put_key(a, "api_key", &made);
		json_put_cstr(&a->out, "secret", secret.text);
		json_close_object(&a->out);
		api_object(a, "api_key", &id);
	}
	hash_wipe(&secret, sizeof(secret));
	return rc;
}

int ep_api_key_revoke(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "api_key");

	api_object(a, "api_key", &id);
	return store_api_key_revoke(a->db, &id, &a->actor.user_id, err);
}
