/*
 * Settings: the platform's, which administrators change here within their bounds, and those of the
 * file, which are only shown (auth pool).
 */
#include "api/ep.h"
#include "api/session.h"
#include "api/settings.h"
#include "store/store_platform.h"

/* --- the platform's ---------------------------------------------------------------------------- */

/* Its JSON, or that of its default; *ret_kept is the row's value. E_CORRUPT: not JSON of ours. */
static int read_value(struct api *a, enum setting_id id, struct json_object **ret, struct err *err)
{
	struct setting row;
	int rc = store_setting_get(
		a->db, sv_from_cstr(setting_info(id)->key), a->arena, &row, err);

	*ret = NULL;
	if (rc == E_NOT_FOUND)
		return 0;
	return rc == 0 ? json_parse(row.value, ROUTE_JSON_DEPTH, ret, err) : rc;
}

int settings_value(struct api *a, enum setting_id id, int64_t *ret, struct err *err)
{
	struct json_object *value CLEANUP(json_cleanup) = NULL;
	int rc = read_value(a, id, &value, err);

	if (rc != 0)
		return rc;
	*ret = value == NULL                          ? setting_info(id)->otherwise :
	       setting_info(id)->type == SETTING_BOOL ? json_as_bool(value) :
							json_as_int(value);
	return 0;
}

static void put_value(struct json_writer *w, enum setting_id id, const struct json_object *value)
{
	const struct setting_info *info = setting_info(id);

	if (value != NULL) {
		json_put_value(w, info->key, value);
	} else if (info->type == SETTING_ROLES) {
		json_open_array(w, info->key);
		json_close_array(w);
	} else if (info->type == SETTING_BOOL) {
		json_put_bool(w, info->key, info->otherwise != 0);
	} else {
		json_put_int(w, info->key, info->otherwise);
	}
}

static int put_platform(struct api *a, struct err *err)
{
	json_open_object(&a->out, "settings");
	for (int i = 0; i < SETTING_COUNT; i++) {
		struct json_object *value CLEANUP(json_cleanup) = NULL;
		int rc = read_value(a, (enum setting_id)i, &value, err);

		if (rc != 0)
			return rc;
		put_value(&a->out, (enum setting_id)i, value);
	}
	json_close_object(&a->out);
	return 0;
}

/* --- the file's -------------------------------------------------------------------------------- */

/* As texts: for people to compare, not for programs. */
static void put_entry(struct api *a, const char *key, const char *value, int64_t number, bool secret,
	const char *text)
{
	struct buf digits CLEANUP(buf_free) = BUF_INIT;

	json_open_object(&a->out, NULL);
	json_put_cstr(&a->out, "key", key);
	if (value == NULL)
		buf_add_i64(&digits, number);
	if (secret)
		json_put_null(&a->out, "value");
	else
		json_put_cstr(&a->out, "value", value != NULL ? value : buf_cstr(&digits));
	json_put_cstr(&a->out, "text", text);
	json_close_object(&a->out);
}

#define PUT_STRING(c, field) (c)->field, 0
#define PUT_PATH(c, field) (c)->field, 0
#define PUT_INT(c, field) NULL, (c)->field
#define PUT_SIZE(c, field) NULL, (c)->field
#define PUT_DURATION(c, field) NULL, (c)->field
#define PUT_LEVEL(c, field) NULL, (int64_t)(c)->field

static void put_file(struct api *a)
{
	const struct conf *c = a->env->conf;

	json_open_array(&a->out, "file");
#define CONF(type, field, key, def, min, max, secret, doc)                                         \
	put_entry(a, key, PUT_##type(c, field), secret, doc);
#include "sys/conf.def"
#undef CONF
	json_close_array(&a->out);
}

static int put_settings(struct api *a, struct err *err)
{
	int rc;

	json_open_object(&a->out, NULL);
	rc = put_platform(a, err);
	put_file(a);
	json_close_object(&a->out);
	return rc;
}

int ep_setting_list(struct api *a, struct err *err)
{
	return put_settings(a, err);
}

/* --- changing ---------------------------------------------------------------------------------- */

/* Roles each once, in the order that they were given. */
static void normalise_roles(const struct json_object *list, struct buf *out)
{
	struct json_writer w = json_writer_of(out);

	json_open_array(&w, NULL);
	for (size_t i = 0; i < json_count(list); i++) {
		struct sv role = json_as_text(json_at(list, i));
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before = before || sv_eq(role, json_as_text(json_at(list, k)));
		if (!before)
			json_put_text(&w, NULL, role);
	}
	json_close_array(&w);
}

/* One setting of the input. The audit row names it and both values. */
static int change(struct api *a, enum setting_id id, const struct json_object *value, struct err *err)
{
	const struct setting_info *info = setting_info(id);
	struct json_object *before CLEANUP(json_cleanup) = NULL;
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	struct buf details CLEANUP(buf_free) = BUF_INIT;
	struct json_writer w = json_writer_of(&details);
	int rc = read_value(a, id, &before, err);

	if (rc != 0)
		return rc;
	if (info->type == SETTING_ROLES)
		normalise_roles(value, &text);
	else
		json_add_canonical(&text, value);
	json_open_object(&w, NULL);
	json_put_cstr(&w, "setting", info->key);
	json_open_object(&w, "before");
	put_value(&w, id, before);
	json_close_object(&w);
	json_open_object(&w, "after");
	json_put_raw(&w, info->key, buf_sv(&text));
	json_close_object(&w);
	json_close_object(&w);
	if (!buf_ok(&text) || !buf_ok(&details))
		return err_set(err, E_NO_MEMORY, NULL);
	rc = store_setting_put(
		a->db, sv_from_cstr(info->key), buf_sv(&text), &a->actor.user_id, err);
	a->audit_details = buf_sv(&details);
	if (rc == 0)
		rc = api_audit(a, EVENT_SETTING_CHANGE, AUDIT_DONE, err);
	a->audit_details = SV_NULL;
	return rc;
}

int ep_setting_change(struct api *a, struct err *err)
{
	int rc = json_count(a->input) > 0 ? 0 : err_set(err, E_INVALID, "There is nothing to change.");

	for (int i = 0; rc == 0 && i < SETTING_COUNT; i++) {
		const struct json_object *value =
			api_in(a, NULL, setting_info((enum setting_id)i)->key);

		if (value != NULL)
			rc = change(a, (enum setting_id)i, value, err);
	}
	if (rc == 0 && api_in(a, NULL, setting_info(SETTING_MFA_ROLES)->key) != NULL)
		rc = session_restrict(a, NULL, err);
	a->event = EVENT_NONE; /* each setting has its own row */
	return rc == 0 ? put_settings(a, err) : rc;
}
