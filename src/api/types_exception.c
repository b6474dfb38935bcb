/*
 * The documents of exceptions; the others are in types.c.
 */
#include "api/types.h"

#include "api/types_make.h"

static const struct schema id = {.type = SCHEMA_UUID};
static const struct schema instant = {.type = SCHEMA_INSTANT};
static const struct schema day = {.type = SCHEMA_DAY};
static const struct schema text = {.type = SCHEMA_STRING};
static const struct schema name = {.type = SCHEMA_NAME, .min = 1, .max = 255};
static const struct schema team = {.type = SCHEMA_NAME, .min = 1, .max = 64};
static const struct schema note = {.type = SCHEMA_STRING, .max = 4000};
static const struct schema remark = {.type = SCHEMA_STRING, .min = 1, .max = 4000};
static const struct schema code = {.type = SCHEMA_STRING, .min = 1, .max = 40};
static const struct schema boolean = {.type = SCHEMA_BOOL};
static const struct schema count = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 53};
static const struct schema match_no = {.type = SCHEMA_INT, .min = 1, .max = INT32_MAX};
static const struct schema row_no = {.type = SCHEMA_INT, .min = 0, .max = UINT32_MAX};
static const struct schema units = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1000000000000)};
static const struct schema days = {.type = SCHEMA_INT, .min = 0, .max = 3650};
static const struct schema limit = {.type = SCHEMA_INT, .min = 1, .max = 1000};
static const struct schema cursor = {.type = SCHEMA_STRING, .min = 1, .max = 128};
static const struct schema minor = {.type = SCHEMA_MINOR};
static const struct schema currency = {.type = SCHEMA_CURRENCY};
static const struct schema money =
	OBJECT("money", "An exact amount: minor units of a currency, as decimal text.",
		REQ("minor", minor), REQ("currency", currency));
static const struct schema moneys = ARRAY_OF(money, 0);
static const struct schema state = WORD_OF("EXCEPTION_STATE");
static const struct schema severity = WORD_OF("SEVERITY");
static const struct schema reason_status = WORD_OF("REASON_STATUS");
static const struct schema sort = WORD_OF("EXCEPTION_SORT");

static const struct schema match_ref = OBJECT("exception_match", "A match of a job's result.",
	REQ("job", id), REQ("no", match_no));
static const struct schema item_ref = OBJECT("exception_item",
	"A record, by its address for ever.", REQ("dataset", id), REQ("row", row_no));

const struct schema type_exception = OBJECT("exception", "What somebody works on.", REQ("id", id),
	REQ("reconciliation", id), NUL_DOC("item", item_ref, "null: it is about a match."),
	NUL("match", match_ref),
	REQ_DOC("type", code, "The item's break type when it was opened, or match."),
	REQ("state", state), REQ("severity", severity), NUL("reason", id), NUL("owner", id),
	NUL_DOC("team", team, "The queue that it waits in."), REQ("due_on", day),
	REQ_DOC("overdue", boolean, "It is due and not resolved."), NUL("amount", money),
	REQ_DOC("opened_on", day, "Since when the item is known, or when it was opened."),
	REQ_DOC("age_days", count, "Until today, in the project's time zone."), NUL("note", note),
	NUL_DOC("resolved_by", id, "Somebody else closes it."), NUL("created_by", id),
	REQ("created_at", instant), REQ("updated_at", instant), REQ("version", count));
static const struct schema exceptions = ARRAY_OF(type_exception, 0);
const struct schema type_exception_list = LIST_OF("exception_list", exceptions);

const struct schema type_exception_new = OBJECT("exception_new",
	"About either an item or a match; the reconciliation's last finished job says what it is.",
	OPT("item", item_ref), OPT("match", match_ref), OPT("severity", severity),
	OPT("reason", id), OPT("owner", id), OPT("team", team), OPT("due_on", day),
	OPT("note", note));
const struct schema type_exception_edit = OBJECT("exception_edit",
	"What is given changes; null takes away.", OPT("state", state), OPT("severity", severity),
	OPT_NUL("reason", id), OPT_NUL("owner", id), OPT_NUL("team", team), OPT("due_on", day),
	OPT_NUL("note", note));

static const struct schema changes = {.type = SCHEMA_ANY};
static const struct schema change = OBJECT("exception_change", "One version, and what made it.",
	REQ("version", count), NUL("user", id), REQ("at", instant),
	REQ_DOC("changes", changes, "By name: what was, and what is since."));
static const struct schema change_list = ARRAY_OF(change, 0);
const struct schema type_exception_history =
	OBJECT("exception_history", "The last thousand, newest first.", REQ("items", change_list));

static const struct schema mentions = {.type = SCHEMA_ARRAY, .item = &id, .max = 50};
static const struct schema comment = OBJECT("exception_comment", NULL, REQ("id", id),
	REQ("user", id), REQ("text", text), REQ("mentions", mentions), REQ("created_at", instant));
static const struct schema comments = ARRAY_OF(comment, 0);
const struct schema type_exception_comment = OBJECT("comment", NULL, REQ("id", id), REQ("user", id),
	REQ("text", text), REQ("mentions", mentions), REQ("created_at", instant));
const struct schema type_exception_comment_list = LIST_OF("exception_comment_list", comments);
const struct schema type_exception_comment_new = OBJECT("exception_comment_new", NULL,
	REQ("text", remark),
	OPT_DOC("mentions", mentions, "Members of the project, at most 50."));

/* --- together ----------------------------------------------------------------------------------- */

static const struct schema bulk_filter = OBJECT("exception_filter",
	"Every member given must hold.", OPT("reconciliation", id), OPT("state", state),
	OPT("live", boolean), OPT("severity", severity), OPT("owner", id), OPT("team", team),
	OPT("reason", id), OPT("type", code), OPT("overdue", boolean), OPT("age_min", days));
static const struct schema bulk_token = {.type = SCHEMA_HASH};
const struct schema type_exception_bulk = OBJECT("exception_bulk",
	"Without a token: what it would do. With that answer's token: it is done.",
	REQ("filter", bulk_filter), REQ("change", type_exception_edit), OPT("token", bulk_token));
static const struct schema conflict = OBJECT("exception_conflict", "Why some of them stay.",
	REQ("code", code), REQ("detail", text), REQ("count", count));
static const struct schema conflicts = ARRAY_OF(conflict, 0);
const struct schema type_exception_bulk_result = OBJECT("exception_bulk_result", NULL,
	REQ_DOC("applied", boolean, "false: it was only asked."),
	REQ_DOC("count", count, "Exceptions that change."), REQ("money", moneys),
	REQ("conflicts", conflicts),
	REQ_DOC("token", bulk_token, "Of exactly these exceptions in these versions."));

const struct schema type_exception_sheet = OBJECT("exception_sheet",
	"Without a token: what it would do. With that answer's token: it is done.",
	REQ_DOC("dataset", id, "The edited sheet, uploaded and read."), OPT("token", bulk_token));
static const struct schema sheet_change = OBJECT("exception_sheet_change", NULL,
	REQ_DOC("row", count, "Of the sheet, from 1."), REQ("id", id),
	REQ_DOC("changes", changes, "By name: what is, and what would be."));
static const struct schema sheet_changes = ARRAY_OF(sheet_change, 0);
static const struct schema sheet_refusal = OBJECT("exception_sheet_refusal", NULL,
	REQ("row", count), REQ("code", code), REQ("detail", text));
static const struct schema sheet_refusals = ARRAY_OF(sheet_refusal, 0);
const struct schema type_exception_sheet_result = OBJECT("exception_sheet_result", NULL,
	REQ("applied", boolean), REQ("rows", count), REQ("unchanged", count),
	REQ("changed", count), REQ_DOC("changes", sheet_changes, "The first 500."),
	REQ("refused", count), REQ_DOC("refusals", sheet_refusals, "The first 500."),
	REQ("token", bulk_token));

/* --- reasons and policy ------------------------------------------------------------------------- */

const struct schema type_reason = OBJECT("reason", "A reason code of the project.", REQ("id", id),
	REQ("code", code), REQ("label", name),
	REQ_DOC("status", reason_status, "Retired ones are not given any more."),
	REQ("created_at", instant), REQ("version", count));
static const struct schema reasons = ARRAY_OF(type_reason, 0);
const struct schema type_reason_list = LIST_OF("reason_list", reasons);
const struct schema type_reason_new = OBJECT("reason_new", NULL,
	REQ_DOC("code", code, "Small letters, digits and _."), REQ("label", name));
const struct schema type_reason_change = OBJECT("reason_change", NULL, OPT("label", name),
	OPT("status", reason_status));

#define STEPS                                                                                      \
	REQ_DOC("medium_from", units, "Whole units of its currency."), REQ("high_from", units),    \
		REQ("critical_from", units), REQ_DOC("low_days", days, "Until it is due."),        \
		REQ("medium_days", days), REQ("high_days", days), REQ("critical_days", days)
const struct schema type_exception_policy = OBJECT("exception_policy",
	"How severe a value is, and how long it may take.", STEPS, REQ("version", count));
const struct schema type_exception_policy_new = OBJECT("exception_policy_new", NULL, STEPS);

/* --- queries ------------------------------------------------------------------------------------ */

#define FILTER                                                                                     \
	OPT("reconciliation", id), OPT("state", state),                                            \
		OPT_DOC("live", boolean, "Neither resolved nor closed."),                          \
		OPT("severity", severity), OPT("owner", id), OPT("team", team), OPT("reason", id), \
		OPT("type", code), OPT("overdue", boolean),                                        \
		OPT_DOC("age_min", days, "At least so many days old."),                            \
		OPT_DOC("sort", sort,                                                              \
			"Soonest due, oldest, largest or most severe first; else the newest.")
static const struct schema export_format = ENUM_OF("csv", "xlsx", "ndjson");
const struct schema_field query_exception_export[] = {
	FILTER, OPT_DOC("format", export_format, "csv without."), SCHEMA_END};
const struct schema_field query_exceptions[] = {FILTER, OPT_DOC("limit", limit, "100 without."), OPT("cursor", cursor), SCHEMA_END};
