/*
 * The documents of accounts, second factors and settings; the others are in types.c.
 */
#include "api/types.h"

#include "api/types_make.h"
#include "domain/perm.h"
#include "domain/setting.h"

static const struct schema id = {.type = SCHEMA_UUID};
static const struct schema instant = {.type = SCHEMA_INSTANT};
static const struct schema text = {.type = SCHEMA_STRING};
static const struct schema name = {.type = SCHEMA_NAME, .min = 1, .max = 255};
static const struct schema email = {.type = SCHEMA_EMAIL, .max = 254};
static const struct schema password = {.type = SCHEMA_SECRET, .min = 1, .max = 1024};
static const struct schema secret = {.type = SCHEMA_SECRET, .min = 1, .max = 255};
static const struct schema boolean = {.type = SCHEMA_BOOL};
static const struct schema count = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 53};
static const struct schema cursor = {.type = SCHEMA_STRING, .min = 1, .max = 128};
static const struct schema status = WORD_OF("USER_STATUS");
static const struct schema texts = ARRAY_OF(text, 0);

/* --- one's own ---------------------------------------------------------------------------------- */

const struct schema type_second_factor = OBJECT("second_factor",
	"A code of the authenticator, or a recovery code.", REQ("code", secret));
const struct schema type_forget = OBJECT("password_forget", NULL, REQ("email", email));
const struct schema type_register =
	OBJECT("register", NULL, REQ("email", email), REQ("display_name", name));
const struct schema type_password_change =
	OBJECT("password_change", NULL, REQ("password", password), REQ("new_password", password));
const struct schema type_profile_change =
	OBJECT("profile_change", NULL, REQ("display_name", name));
const struct schema type_mfa = OBJECT("mfa", "One's own second factor.",
	REQ_DOC("totp", boolean, "One-time passwords are set up."), NUL("totp_at", instant),
	REQ("recovery_codes_left", count),
	REQ_DOC("required", boolean, "A role demands a second factor."));
const struct schema type_totp_begun = OBJECT("totp_begun",
	"A seed for an authenticator; it counts when a code of it was given.",
	REQ_DOC("secret", text, "Base32, to type."),
	REQ_DOC("uri", text, "otpauth://, to be shown as a QR code."));
const struct schema type_recovery_codes = OBJECT("recovery_codes",
	"Each works once in place of the authenticator. Shown this once.", REQ("codes", texts));

/* --- administration ----------------------------------------------------------------------------- */

static const struct schema platform_role = {
	.type = SCHEMA_ENUM, .values = platform_role_words};
static const struct schema platform_roles = ARRAY_OF(platform_role, 2);
const struct schema type_account = OBJECT("account", "A person's account, for administrators.",
	REQ("id", id), REQ("email", email), REQ("display_name", name), REQ("status", status),
	REQ("platform_roles", platform_roles), REQ("second_factor", boolean),
	REQ_DOC("failures", count, "Sign-ins that failed since the last one."),
	NUL_DOC("locked_until", instant, "Too many of them."), REQ("created_at", instant),
	NUL_DOC("used_at", instant, "Last seen in a session that is still remembered."));
static const struct schema accounts = ARRAY_OF(type_account, 0);
const struct schema type_account_list = LIST_OF("account_list", accounts);
const struct schema type_account_new = OBJECT("account_new", NULL, REQ("email", email),
	REQ("display_name", name), OPT("platform_roles", platform_roles));
const struct schema type_roles_change =
	OBJECT("roles_change", NULL, REQ("platform_roles", platform_roles));

/* --- settings ----------------------------------------------------------------------------------- */

static const char *const any_role_words[] = {
	"administrator", "auditor",
#define ROLE(name, word, text) word,
#include "domain/role.def"
#undef ROLE
	NULL};
static const struct schema any_role = {.type = SCHEMA_ENUM, .values = any_role_words};

#define AS_BOOL(lo, hi) {.type = SCHEMA_BOOL}
#define AS_INT(lo, hi) {.type = SCHEMA_INT, .min = (lo), .max = (hi)}
#define AS_ROLES(lo, hi) ARRAY_OF(any_role, 16)
#define SETTING(n, k, t, d, lo, hi, words) static const struct schema setting_##n = AS_##t(lo, hi);
#include "domain/setting.def"
#undef SETTING

static const struct schema_field settings_now_fields[] = {
#define SETTING(n, k, t, d, lo, hi, words) REQ_DOC(k, setting_##n, words),
#include "domain/setting.def"
#undef SETTING
	SCHEMA_END};
static const struct schema_field settings_change_fields[] = {
#define SETTING(n, k, t, d, lo, hi, words) OPT_DOC(k, setting_##n, words),
#include "domain/setting.def"
#undef SETTING
	SCHEMA_END};
static const struct schema settings_now = {.type = SCHEMA_OBJECT,
	.name = "settings",
	.doc = "What administrators change.",
	.fields = settings_now_fields};
static const struct schema file_setting = OBJECT("file_setting",
	"A setting of the machine's file; shown, not changed here.", REQ("key", text),
	NUL_DOC("value", text, "null: a secret"), REQ("text", text));
static const struct schema file_settings = ARRAY_OF(file_setting, 0);
const struct schema type_settings = OBJECT("platform_settings", "All settings.",
	REQ("settings", settings_now), REQ("file", file_settings));
const struct schema type_settings_change = {.type = SCHEMA_OBJECT,
	.name = "settings_change",
	.doc = "Those to change; the others stay.",
	.fields = settings_change_fields};
