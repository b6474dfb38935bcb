/*
 * API keys of the signed-in person (auth pool).
 */
#include <arpa/inet.h>
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
	json_open_array(&a->out, "networks");
	for (size_t i = 0; i < k->networks.n; i++)
		json_put_text(&a->out, NULL, k->networks.v[i]);
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

/* An address or network in CIDR notation, with no bit behind its length. */
static bool is_network(struct sv text)
{
	struct sv bits_text = text;
	struct sv base = sv_cut(&bits_text, '/');
	int family = sv_find(base, ':') >= 0 ? AF_INET6 : AF_INET;
	uint64_t width = family == AF_INET ? 32 : 128, bits = width;
	char name[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (base.n >= sizeof(name) || (bits_text.p != NULL && !sv_to_u64(bits_text, width, &bits)))
		return false;
	memcpy(name, base.p, base.n);
	name[base.n] = '\0';
	if (inet_pton(family, name, address) != 1)
		return false;
	for (uint64_t i = bits; i < width; i++) {
		if ((address[i / 8] >> (7 - i % 8) & 1) != 0)
			return false;
	}
	return true;
}

static int read_networks(struct api *a, struct db_texts *ret, struct err *err)
{
	const struct json_object *list = api_in(a, NULL, "networks");

	ret->n = json_count(list);
	ret->v = ARENA_ARRAY(a->arena, ret->n + 1, struct sv);
	if (ret->v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < ret->n; i++) {
		ret->v[i] = json_as_text(json_at(list, i));
		if (!is_network(ret->v[i]))
			return err_set_at(err, E_INVALID, "/networks",
				"\"%.*s\" is no network in CIDR notation.", SV_ARG(ret->v[i]));
	}
	return 0;
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

static void put_with_secret(struct api *a, const struct api_key *made, const struct code_api_key *secret)
{
	json_open_object(&a->out, NULL);
	put_key(a, "api_key", made);
	json_put_cstr(&a->out, "secret", secret->text);
	json_close_object(&a->out);
	api_object(a, "api_key", &made->id);
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
	if (rc == 0)
		rc = read_networks(a, &key.networks, err);
	if (rc != 0)
		return rc;
	code_api_key_new(&id, &secret);
	rc = store_api_key_insert(a->db, &key, secret.hash,
		api_in_int(a, NULL, "expires_in_days", 1) * 86400, a->arena, &made, err);
	if (rc == 0)
		put_with_secret(a, &made, &secret);
	hash_wipe(&secret, sizeof(secret));
	return rc;
}

/* Nothing was made: because there is no such key, or because it has a successor that is good. */
static int refuse_rotation(struct api *a, const struct uuid *old, struct err *err)
{
	struct api_key_state state;
	int rc = store_api_key_state(a->db, old, a->arena, &state, err);

	if (rc != 0 || !state.live || !uuid_eq(&state.user_id, &a->actor.user_id))
		return err_set(err, rc == 0 ? E_NOT_FOUND : rc, NULL);
	return err_set(err, E_LIMIT, "Two keys are good already; revoke the older one.");
}

int ep_api_key_rotate(struct api *a, struct err *err)
{
	struct uuid id = uuid_new(), old = api_param_uuid(a, "api_key");
	struct code_api_key secret;
	struct api_key made;
	int rc = check_number(a, err);

	if (rc != 0)
		return rc;
	code_api_key_new(&id, &secret);
	rc = store_api_key_rotate(
		a->db, &id, &old, &a->actor.user_id, secret.hash, a->arena, &made, err);
	if (rc == 0)
		put_with_secret(a, &made, &secret);
	hash_wipe(&secret, sizeof(secret));
	return rc == E_NOT_FOUND ? refuse_rotation(a, &old, err) : rc;
}

int ep_api_key_revoke(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "api_key");

	api_object(a, "api_key", &id);
	return store_api_key_revoke(a->db, &id, &a->actor.user_id, err);
}
