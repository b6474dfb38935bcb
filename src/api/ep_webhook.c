/*
 * Webhooks of a project, and what became of messages to them. A secret is shown once, when it is made:
 * it is kept sealed for recon-courier.
 */
#include "api/api.h"
#include "api/ep.h"
#include "seal/envelope.h"
#include "seal/webhook.h"
#include "store/store_webhook.h"

#define HOOKS_MAX 50 /* of a project */

/* --- answers ---------------------------------------------------------------------------------- */

static void put_texts(struct json_writer *w, const char *key, const struct db_texts *list)
{
	json_open_array(w, key);
	for (size_t i = 0; i < list->n; i++)
		json_put_text(w, NULL, list->v[i]);
	json_close_array(w);
}

static void put_webhook(struct json_writer *w, const char *key, const struct webhook *h)
{
	json_open_object(w, key);
	json_put_uuid(w, "id", &h->id);
	json_put_text(w, "name", h->name);
	json_put_text(w, "url", h->url);
	put_texts(w, "events", &h->events);
	json_put_bool(w, "own_certificates", h->ca_pem.p != NULL);
	put_texts(w, "pins", &h->pins);
	api_put_word(w, "status", h->status);
	api_put_instant(w, "old_secret_until", h->old_until);
	json_put_instant(w, "created_at", h->created_at);
	json_close_object(w);
}

static void put_delivery(struct json_writer *w, const struct delivery *d)
{
	json_open_object(w, NULL);
	json_put_uuid(w, "id", &d->id);
	json_put_text(w, "event", d->event);
	api_put_word(w, "state", d->state);
	json_put_int(w, "tries", d->tries);
	api_put_version(w, "status", d->status);
	json_put_text(w, "error_code", d->error_code);
	json_put_instant(w, "created_at", d->created_at);
	json_put_instant(w, "expires_at", d->expires_at);
	api_put_instant(w, "ended_at", d->ended_at);
	json_put_raw(w, "body", d->body);
	json_close_object(w);
}

/* --- input ------------------------------------------------------------------------------------ */

static int read_texts(struct api *a, const char *key, struct db_texts *ret, struct err *err)
{
	const struct json_object *list = api_in(a, NULL, key);

	*ret = (struct db_texts){0};
	if (list == NULL)
		return 0;
	ret->n = json_count(list);
	ret->v = ARENA_ARRAY(a->arena, ret->n + 1, struct sv);
	if (ret->v == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i] = json_as_text(json_at(list, i));
	return 0;
}

static bool is_pin(struct sv pin)
{
	for (size_t i = 0; i < pin.n; i++) {
		char c = pin.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/' && c != '=')
			return false;
	}
	return pin.n == 44 && pin.p[43] == '=';
}

/* A pin without another one would lock everybody out when the key is lost. */
static int check_lists(const struct webhook *h, struct err *err)
{
	for (size_t i = 0; i < h->events.n; i++)
		if (!event_info(event_from_word(h->events.v[i]))->webhook)
			return err_set_at(err, E_INVALID, "/events",
				"\"%.*s\" is no event that webhooks are told.",
				SV_ARG(h->events.v[i]));
	for (size_t i = 0; i < h->pins.n; i++)
		if (!is_pin(h->pins.v[i]))
			return err_set_at(err, E_INVALID, "/pins",
				"A pin is the SHA-256 of a public key in base64.");
	if (h->pins.n == 1)
		return err_set_at(err, E_INVALID, "/pins", "A pin needs a second one as a backup.");
	return 0;
}

static int check_url(struct sv url, struct err *err)
{
	bool ok = sv_starts_with(url, SV("https://")) && url.n > 8;

	if (url.p == NULL)
		return 0;
	for (size_t i = 0; ok && i < url.n; i++)
		ok = url.p[i] > ' ' && url.p[i] < 0x7f && url.p[i] != '@' && url.p[i] != '#';
	return ok ? 0 : err_set_at(err, E_INVALID, "/url",
				"It must begin with https:// and name nobody who signs in.");
}

static int read_webhook(struct api *a, struct webhook *ret, struct err *err)
{
	int rc;

	*ret = (struct webhook){.name = api_in_text(a, NULL, "name"),
		.url = api_in_text(a, NULL, "url"),
		.ca_pem = api_in_text(a, NULL, "ca_pem"),
		.status = api_in_word(a, NULL, "status", "WEBHOOK_STATUS")};
	rc = check_url(ret->url, err);
	if (rc == 0)
		rc = read_texts(a, "events", &ret->events, err);
	if (rc == 0)
		rc = read_texts(a, "pins", &ret->pins, err);
	return rc == 0 ? check_lists(ret, err) : rc;
}

/* A new secret as text, and sealed with the id of its webhook. */
static int make_secret(struct api *a, const struct uuid *id, struct buf *text, struct buf *sealed,
	struct err *err)
{
	struct buf plain CLEANUP(buf_wipe) = BUF_INIT;

	if (a->env->hooks == NULL)
		return err_set(err, E_UNAVAILABLE, "This installation delivers no webhooks.");
	webhook_secret_new(text);
	buf_add(&plain, id->b, sizeof(id->b));
	buf_add_sv(&plain, buf_sv(text));
	if (!buf_ok(text) || !buf_ok(&plain))
		return err_set(err, E_NO_MEMORY, NULL);
	return envelope_seal(a->env->hooks, buf_sv(&plain), sealed, err);
}

static void put_with_secret(struct api *a, const struct webhook *h, const struct buf *secret)
{
	json_open_object(&a->out, NULL);
	put_webhook(&a->out, "webhook", h);
	json_put_text(&a->out, "secret", buf_sv(secret));
	json_close_object(&a->out);
	api_object(a, "webhook", &h->id);
}

/* --- handlers --------------------------------------------------------------------------------- */

int ep_webhook_list(struct api *a, struct err *err)
{
	struct webhook *rows;
	struct db_page page;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_webhook_list(a->db, &a->project.id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_webhook(&a->out, NULL, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_webhook_get(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "webhook");
	struct webhook h;
	int rc = store_webhook_get(a->db, &a->project.id, &id, a->arena, &h, err);

	if (rc == 0)
		put_webhook(&a->out, NULL, &h);
	return rc;
}

static int check_room(struct api *a, struct err *err)
{
	struct db_page page = {.limit = HOOKS_MAX};
	struct webhook *rows;
	size_t n;
	int rc = store_webhook_list(a->db, &a->project.id, &page, a->arena, &rows, &n, err);

	return rc == 0 && n >= HOOKS_MAX ?
		err_set(err, E_LIMIT, "A project has at most %d webhooks.", HOOKS_MAX) :
		rc;
}

int ep_webhook_create(struct api *a, struct err *err)
{
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT, sealed CLEANUP(buf_free) = BUF_INIT;
	struct webhook wish, made;
	int rc = read_webhook(a, &wish, err);

	wish.id = uuid_new();
	if (rc == 0)
		rc = check_room(a, err);
	if (rc == 0)
		rc = make_secret(a, &wish.id, &secret, &sealed, err);
	if (rc == 0)
		rc = store_webhook_insert(a->db, &a->project.id, &wish, buf_sv(&sealed),
			&a->actor.user_id, a->arena, &made, err);
	if (rc == 0)
		put_with_secret(a, &made, &secret);
	return rc;
}

int ep_webhook_update(struct api *a, struct err *err)
{
	struct webhook change, h;
	int rc = read_webhook(a, &change, err);

	change.id = api_param_uuid(a, "webhook");
	if (rc == 0)
		rc = store_webhook_update(a->db, &a->project.id, &change, a->arena, &h, err);
	if (rc != 0)
		return rc;
	api_object(a, "webhook", &h.id);
	put_webhook(&a->out, NULL, &h);
	return 0;
}

int ep_webhook_delete(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "webhook");

	api_object(a, "webhook", &id);
	return store_webhook_delete(a->db, &a->project.id, &id, err);
}

int ep_webhook_rotate(struct api *a, struct err *err)
{
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT, sealed CLEANUP(buf_free) = BUF_INIT;
	struct uuid id = api_param_uuid(a, "webhook");
	struct webhook h;
	int rc = make_secret(a, &id, &secret, &sealed, err);

	if (rc == 0)
		rc = store_webhook_rotate(
			a->db, &a->project.id, &id, buf_sv(&sealed), a->arena, &h, err);
	if (rc == 0)
		put_with_secret(a, &h, &secret);
	return rc;
}

int ep_delivery_list(struct api *a, struct err *err)
{
	struct uuid id = api_param_uuid(a, "webhook");
	struct delivery *rows;
	struct db_page page;
	struct webhook h;
	size_t n;
	int rc = api_page(a, &page, err);

	if (rc == 0)
		rc = store_webhook_get(a->db, &a->project.id, &id, a->arena, &h, err);
	if (rc == 0)
		rc = store_delivery_list(
			a->db, &a->project.id, &id, &page, a->arena, &rows, &n, err);
	if (rc != 0)
		return rc;
	api_list_begin(a);
	for (size_t i = 0; i < n; i++)
		put_delivery(&a->out, &rows[i]);
	api_list_end(a, &page);
	return 0;
}

int ep_delivery_tries(struct api *a, struct err *err)
{
	struct uuid webhook = api_param_uuid(a, "webhook");
	struct uuid id = api_param_uuid(a, "delivery");
	struct delivery_try *rows;
	size_t n;
	int rc = store_delivery_tries(
		a->db, &a->project.id, &webhook, &id, a->arena, &rows, &n, err);

	if (rc != 0)
		return rc;
	json_open_object(&a->out, NULL);
	json_open_array(&a->out, "items");
	for (size_t i = 0; i < n; i++) {
		json_open_object(&a->out, NULL);
		json_put_int(&a->out, "no", rows[i].no);
		json_put_instant(&a->out, "at", rows[i].at);
		api_put_version(&a->out, "status", rows[i].status);
		json_put_text(&a->out, "error_code", rows[i].error_code);
		json_put_int(&a->out, "ms", rows[i].ms);
		json_close_object(&a->out);
	}
	json_close_array(&a->out);
	json_close_object(&a->out);
	return 0;
}

int ep_delivery_again(struct api *a, struct err *err)
{
	struct uuid webhook = api_param_uuid(a, "webhook");
	struct uuid id = api_param_uuid(a, "delivery");

	api_object(a, "delivery", &id);
	api_wake(a, "webhook");
	return store_delivery_again(
		a->db, &a->project.id, &webhook, &id, sv_from_cstr(a->rq->id), err);
}
