/*
 * The documents of the API as schemas. Required is the rule: an answer always has all its fields,
 * with null where there is nothing to say.
 */
#include "api/types.h"

#include "api/types_make.h"
#include "domain/perm.h"
#include "write/writer.h"

/* --- scalars ---------------------------------------------------------------------------------- */

static const struct schema id = {.type = SCHEMA_UUID};
static const struct schema instant = {.type = SCHEMA_INSTANT};
static const struct schema day = {.type = SCHEMA_DAY};
static const struct schema hash = {.type = SCHEMA_HASH};
static const struct schema text = {.type = SCHEMA_STRING};
static const struct schema code = {.type = SCHEMA_STRING, .max = 64};
static const struct schema name = {.type = SCHEMA_NAME, .min = 1, .max = 255};
static const struct schema email = {.type = SCHEMA_EMAIL, .max = 254};
static const struct schema password = {.type = SCHEMA_SECRET, .min = 1, .max = 1024};
static const struct schema secret = {.type = SCHEMA_SECRET, .min = 1, .max = 255};
static const struct schema zone = {.type = SCHEMA_ZONE, .max = 64};
static const struct schema currency = {.type = SCHEMA_CURRENCY};
static const struct schema minor = {.type = SCHEMA_MINOR};
static const struct schema boolean = {.type = SCHEMA_BOOL};
static const struct schema number = {.type = SCHEMA_NUMBER};
static const struct schema count = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 53};
static const struct schema version = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 53};
static const struct schema cursor = {.type = SCHEMA_STRING, .min = 1, .max = 128};
static const struct schema search = {.type = SCHEMA_STRING, .min = 1, .max = 255};
static const struct schema note = {.type = SCHEMA_STRING, .max = 4000};
static const struct schema limit = {.type = SCHEMA_INT, .min = 1, .max = 1000};
static const struct schema rows_limit = {.type = SCHEMA_INT, .min = 1, .max = 500};
static const struct schema offset = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 40};

static const struct schema platform_role = {
	.type = SCHEMA_ENUM, .values = platform_role_words};
static const struct schema role = {.type = SCHEMA_ENUM, .values = role_words};
static const struct schema project_status = WORD_OF("PROJECT_STATUS");
static const struct schema source_kind = WORD_OF("SOURCE_KIND");
static const struct schema file_state = WORD_OF("FILE_STATE");
static const struct schema dataset_state = WORD_OF("DATASET_STATE");
static const struct schema job_state = WORD_OF("JOB_STATE");
static const struct schema key_scope = {.type = SCHEMA_ENUM, .values = key_scope_words};
static const struct schema side = ENUM_OF("left", "right");
static const struct schema input_side = WORD_OF("SIDE");

static const struct schema texts = ARRAY_OF(text, 0);
static const struct schema dataset_choice = {
	.type = SCHEMA_ARRAY, .item = &id, .min = 1, .max = 1000};
static const struct schema key_scopes = {
	.type = SCHEMA_ARRAY, .item = &key_scope, .min = 1, .max = 5};

static const struct schema money =
	OBJECT("money", "An exact amount: minor units of a currency, as decimal text.",
		REQ("minor", minor), REQ("currency", currency));
static const struct schema moneys = ARRAY_OF(money, 0);

/* --- general ---------------------------------------------------------------------------------- */

static const struct schema problem_error = OBJECT("problem_error", "One finding.",
	REQ_DOC("pointer", text, "JSON pointer into the body, or ?name for a query parameter."),
	REQ("code", code), REQ("detail", text));
static const struct schema problem_errors = ARRAY_OF(problem_error, 0);
const struct schema type_problem = OBJECT("problem", "An error, as in RFC 9457.",
	REQ("type", text), REQ("title", text), REQ("status", count),
	REQ_DOC("code", code, "Stable; for programs."), REQ_DOC("detail", text, "For people."),
	REQ("request_id", text), REQ("errors", problem_errors));

static const struct schema health_status = ENUM_OF("ok");
const struct schema type_health =
	OBJECT("health", "The process answers.", REQ("status", health_status));

static const struct schema ready_status = ENUM_OF("ready", "degraded");
static const struct schema part_status = ENUM_OF("up", "down", "unknown");
static const struct schema ready_part = OBJECT("ready_part", "One part of the system.",
	REQ("name", code), REQ("status", part_status), REQ("detail", text));
static const struct schema ready_parts = ARRAY_OF(ready_part, 0);
const struct schema type_ready = OBJECT("ready", "What works. Without the database: 503.",
	REQ("status", ready_status), REQ("parts", ready_parts));

static const struct schema limits_upload = OBJECT("limits_upload", NULL, REQ("max_bytes", count),
	REQ("part_bytes", count), REQ_DOC("types", texts, "Extensions without the dot."));
static const struct schema limits_json =
	OBJECT("limits_json", NULL, REQ("max_bytes", count), REQ("depth", count));
static const struct schema limits_rows = OBJECT("limits_rows", NULL, REQ("max", count));
const struct schema type_limits = OBJECT("limits", "Sizes that the server accepts.",
	REQ("upload", limits_upload), REQ("json", limits_json), REQ("rows", limits_rows));

const struct schema type_empty = {
	.type = SCHEMA_OBJECT, .fields = (const struct schema_field[]){SCHEMA_END}};

/* --- identity --------------------------------------------------------------------------------- */

static const struct schema platform_roles = ARRAY_OF(platform_role, 0);
static const struct schema user = OBJECT("user", "The signed-in person.", REQ("id", id),
	REQ("email", email), REQ("display_name", name), REQ("platform_roles", platform_roles));
static const struct schema session = OBJECT("session", "The session that the request belongs to.",
	REQ("id", id), REQ("created_at", instant), REQ("idle_expires_at", instant),
	REQ("absolute_expires_at", instant),
	REQ_DOC("restricted", boolean, "May only set up the second factor that a role demands."));
const struct schema type_session_info = OBJECT("session_info", "Who is signed in.",
	REQ("user", user), NUL_DOC("session", session, "null for an API key"),
	NUL_DOC("csrf_token", text, "To echo in X-CSRF-Token; null for an API key"));

const struct schema type_sign_in =
	OBJECT("sign_in", NULL, REQ("email", email), REQ("password", password));
const struct schema type_redeem = OBJECT("redeem", "A one-time code and the password to set.",
	REQ("code", secret), REQ("password", password), OPT("display_name", name));
const struct schema type_step_up = OBJECT("step_up", "Either the password or a code of the second factor.",
	OPT("password", password), OPT("code", secret));

static const struct schema session_row = OBJECT("session_row", "One session of the person.",
	REQ("id", id), REQ("current", boolean), REQ("created_at", instant),
	REQ("used_at", instant), REQ("idle_expires_at", instant),
	REQ("absolute_expires_at", instant), NUL("address", text), REQ("agent", text));
static const struct schema session_rows = ARRAY_OF(session_row, 0);
const struct schema type_session_list = LIST_OF("session_list", session_rows);

static const struct schema key_scope_list = ARRAY_OF(key_scope, 0);
static const struct schema api_key = OBJECT("api_key", "An API key, without its secret.",
	REQ("id", id), REQ("name", name), NUL("project", id), REQ("scopes", key_scope_list),
	REQ_DOC("networks", texts, "In CIDR notation; none: from anywhere."),
	REQ("created_at", instant), REQ("expires_at", instant), NUL("used_at", instant),
	NUL("revoked_at", instant));
static const struct schema api_keys = ARRAY_OF(api_key, 0);
const struct schema type_api_key_list = LIST_OF("api_key_list", api_keys);
const struct schema type_api_key_created = OBJECT("api_key_created", "A new API key.",
	REQ("api_key", api_key), REQ_DOC("secret", text, "The key itself; shown this once."));
static const struct schema network = {.type = SCHEMA_STRING, .min = 2, .max = 49};
static const struct schema networks = {.type = SCHEMA_ARRAY, .item = &network, .max = 32};
static const struct schema key_days = {.type = SCHEMA_INT, .min = 1, .max = 365};
const struct schema type_api_key_new = OBJECT("api_key_new", NULL, REQ("name", name),
	OPT_DOC("scopes", key_scopes, "Without it, all of them."),
	OPT_DOC("project", id, "Without it, all projects of its owner."),
	OPT_DOC("networks", networks, "Where it may be used from, in CIDR notation."),
	REQ("expires_in_days", key_days));

/* --- projects and sources --------------------------------------------------------------------- */

const struct schema type_project = OBJECT("project", "A workspace, seen by a member.",
	REQ("id", id), REQ("name", name), REQ("status", project_status), REQ("time_zone", zone),
	REQ("base_currency", currency), REQ("role", role), REQ("created_at", instant),
	REQ("version", version));
static const struct schema projects = ARRAY_OF(type_project, 0);
const struct schema type_project_list = LIST_OF("project_list", projects);
const struct schema type_project_new = OBJECT("project_new", NULL, REQ("name", name),
	REQ("time_zone", zone), REQ("base_currency", currency));
const struct schema type_project_change =
	OBJECT("project_change", NULL, OPT("name", name), OPT("status", project_status));

static const struct schema member = OBJECT("member", "A person in a project.", REQ("user", id),
	REQ("display_name", name), REQ("email", email), REQ("role", role),
	REQ("added_at", instant));
static const struct schema members = ARRAY_OF(member, 0);
const struct schema type_member_list = LIST_OF("member_list", members);

const struct schema type_source = OBJECT("source", "A stream of files of one shape.",
	REQ("id", id), REQ("name", name), REQ("kind", source_kind), REQ("time_zone", zone),
	NUL("currency", currency), NUL("mapping_version", version), REQ("created_at", instant));
static const struct schema sources = ARRAY_OF(type_source, 0);
const struct schema type_source_list = LIST_OF("source_list", sources);
const struct schema type_source_new = OBJECT("source_new", NULL, REQ("name", name),
	REQ("kind", source_kind), REQ("time_zone", zone), OPT_NUL("currency", currency));

/* The mapping's own parser decides; these are its members for those who build one. */
static const struct schema mark = {.type = SCHEMA_STRING, .max = 4};
static const struct schema dialect = {.type = SCHEMA_OBJECT,
	.name = "dialect",
	.doc = "How the file is written; which members there are depends on the format.",
	.open = true,
	.fields = FIELDS(OPT("delimiter", mark), OPT("quote", mark), OPT("encoding", code),
		OPT_DOC("guard", boolean, "Texts have the apostrophe that exports put before formulas."),
		OPT_DOC("sheet", text, "Of a workbook; without it the first visible one."),
		OPT("header_row", count), OPT("header_rows", count), OPT("skip_rows", count),
		OPT("footer_rows", count))};
static const struct schema date_order = ENUM_OF("ymd", "dmy", "mdy");
static const struct schema mapping_type =
	ENUM_OF("text", "code", "amount", "quantity", "rate", "date", "number", "currency");
static const struct schema mapping_sign =
	ENUM_OF("plain", "negate", "debit_credit", "credit_debit", "marker");
static const struct schema mapping_scale = {.type = SCHEMA_INT, .min = 0, .max = 18};
static const struct schema mapping_field = {.type = SCHEMA_OBJECT,
	.name = "mapping_field",
	.doc = "One field of a dataset and the columns it comes from.",
	.open = true,
	.fields = FIELDS(REQ("field", code), REQ("type", mapping_type), OPT("column", text),
		OPT("columns", texts), OPT("sign", mapping_sign), OPT("negative", texts),
		OPT("scale", mapping_scale), OPT("required", boolean))};
static const struct schema mapping_fields = {
	.type = SCHEMA_ARRAY, .item = &mapping_field, .min = 1, .max = 256};
static const struct schema mapping_rounding = ENUM_OF("none", "half_even", "half_up");
static const char *const formats[] = {
#define FORMAT(id, word, members) word,
#include "read/format.def"
#undef FORMAT
	NULL};
static const struct schema mapping_format = {.type = SCHEMA_ENUM, .values = formats};
static const struct schema mapping = {.type = SCHEMA_OBJECT,
	.name = "mapping",
	.doc = "How a file of a source becomes typed columns.",
	.open = true,
	.fields = FIELDS(REQ("format", mapping_format), OPT("dialect", dialect),
		OPT("decimal", mark), OPT("thousands", mark), OPT("date_order", date_order),
		OPT("currency", currency), OPT("rounding", mapping_rounding),
		REQ("fields", mapping_fields))};
const struct schema type_mapping_new = OBJECT("mapping_new", NULL, REQ("mapping", mapping));
const struct schema type_mapping_version = OBJECT("mapping_version",
	"A confirmed mapping; never changed.", REQ("version", version), REQ("mapping", mapping),
	REQ("created_at", instant));
static const struct schema mapping_versions = ARRAY_OF(type_mapping_version, 0);
const struct schema type_mapping_version_list =
	LIST_OF("mapping_version_list", mapping_versions);

/* --- files and datasets ----------------------------------------------------------------------- */

static const struct schema file_name = {.type = SCHEMA_NAME, .min = 1, .max = 255};
static const struct schema file_size = {.type = SCHEMA_INT, .min = 1, .max = INT64_C(1) << 40};
const struct schema type_upload_new = OBJECT("upload_new", NULL, REQ("source", id),
	REQ("name", file_name), REQ("size", file_size),
	OPT_DOC("sha256", hash, "Compared when the file is whole."),
	OPT_DOC("repairs", id, "A dataset of the source: the file has rejected rows of it, repaired."));
const struct schema type_upload = OBJECT("upload", "Where to send the bytes.", REQ("id", id),
	REQ("file", id), REQ_DOC("href", text, "PUT it whole, or PATCH parts as in tus 1.0."),
	REQ("part_bytes", count), REQ("expires_at", instant));

static const struct schema finding = OBJECT("finding", "A stable code and a sentence.",
	REQ("code", code), REQ("detail", text));
const struct schema type_file = OBJECT("file", "An uploaded file.", REQ("id", id),
	REQ("source", id), REQ("name", name), REQ("size", count), NUL("sha256", hash),
	REQ("state", file_state), NUL("verdict", finding), REQ("uploaded_by", id),
	REQ("uploaded_at", instant), NUL_DOC("dataset", id, "The newest one read from it."),
	NUL_DOC("repairs", id, "The dataset whose rejected rows it repairs."), REQ("version", version));
static const struct schema files = ARRAY_OF(type_file, 0);
const struct schema type_file_list = LIST_OF("file_list", files);

static const struct schema field_sum =
	OBJECT("field_sum", NULL, REQ("field", code), REQ("money", money));
static const struct schema field_sums = ARRAY_OF(field_sum, 0);
static const struct schema proposal_column = {.type = SCHEMA_OBJECT,
	.name = "proposal_column",
	.open = true,
	.fields = FIELDS(REQ("name", text), REQ("type", code), REQ("confidence", number),
		OPT_NUL("field", code), REQ("alternatives", texts), REQ("samples", texts))};
static const struct schema proposal_columns = ARRAY_OF(proposal_column, 0);
static const struct schema proposal_question = {.type = SCHEMA_OBJECT,
	.name = "proposal_question",
	.open = true,
	.fields = FIELDS(REQ("code", code), REQ("detail", text), REQ("pointer", text),
		REQ("choices", texts))};
static const struct schema proposal_questions = ARRAY_OF(proposal_question, 0);
static const struct schema proposal = {.type = SCHEMA_OBJECT,
	.name = "proposal",
	.doc = "What the reader makes of a file that has no mapping yet.",
	.open = true,
	.fields = FIELDS(REQ("mapping", mapping), REQ("confidence", number),
		REQ("columns", proposal_columns), REQ("questions", proposal_questions))};
static const struct schema statement_balance = OBJECT("statement_balance", NULL,
	REQ_DOC("amount", text, "Decimal, credit positive."), NUL("day", day));
static const struct schema statement_check = {.type = SCHEMA_OBJECT,
	.name = "statement_check",
	.doc = "A count or total that the file says, against what was found; totals are decimal texts.",
	.open = true,
	.fields = FIELDS(REQ("what", code), REQ("agrees", boolean))};
static const struct schema statement_checks = ARRAY_OF(statement_check, 0);
static const struct schema statement_proof = ENUM_OF("unproven", "proven", "differs");
static const struct schema statement = OBJECT("statement",
	"A bank's statement within the file: proven when opening + entries = closing.",
	NUL("account", text), NUL("number", text), NUL("currency", currency), NUL("from", day),
	NUL("to", day), NUL("opening", statement_balance), NUL("closing", statement_balance),
	NUL("available", statement_balance), REQ("entries", count),
	REQ_DOC("sum", text, "Of the booked entries, decimal."), REQ("line", count),
	REQ("proof", statement_proof), OPT("difference", text), REQ("checks", statement_checks));
static const struct schema statements = ARRAY_OF(statement, 0);
static const struct schema reversal = OBJECT("reversal", "Who took a dataset back, and why.",
	REQ("at", instant), REQ("by", id), NUL("note", note));
static const struct schema reason = {.type = SCHEMA_STRING, .min = 1, .max = 4000};
const struct schema type_reverse = OBJECT("reverse", NULL, REQ_DOC("note", reason, "Why."));
const struct schema type_dataset = OBJECT("dataset", "A file read through one mapping version.",
	REQ("id", id), REQ_DOC("no", count, "Its number inside result files."), REQ("source", id),
	REQ("file", id), NUL("mapping_version", version), REQ("state", dataset_state),
	REQ("rows_read", count), REQ("rows_accepted", count), REQ("rows_rejected", count),
	REQ("rows_skipped", count), REQ("sums", field_sums), NUL("proposal", proposal),
	NUL("statements", statements),
	NUL("error", finding), NUL("reversal", reversal), REQ("created_at", instant));
static const struct schema datasets = ARRAY_OF(type_dataset, 0);
const struct schema type_dataset_list = LIST_OF("dataset_list", datasets);

static const struct schema reading_receipt = {.type = SCHEMA_ANY,
	.name = "reading_receipt",
	.doc = "What was read, from which bytes, with which outcome; names the one before it by its hash."};
static const struct schema reading = OBJECT("reading",
	"A reading of a dataset: of its file, then of each repair.", REQ("no", count),
	REQ("file", id), REQ("receipt", reading_receipt),
	REQ_DOC("sha256", hash, "Of the receipt as canonical JSON: members sorted, no blanks."),
	REQ("created_at", instant));
static const struct schema readings = ARRAY_OF(reading, 0);
const struct schema type_reading_list = OBJECT("reading_list", NULL, REQ("items", readings));

static const struct schema repair_state = WORD_OF("REPAIR_STATE");
static const struct schema repair = OBJECT("repair", "A file of repaired rows, and what came of it.",
	REQ("file", id), REQ("name", name), REQ("file_state", file_state),
	REQ("state", repair_state), REQ("rows_repaired", count), REQ("rows_rejected", count),
	REQ_DOC("rows_ignored", count, "Their line is of no rejected row (any more)."),
	NUL("error", finding), REQ("created_at", instant), NUL("ended_at", instant));
static const struct schema repairs = ARRAY_OF(repair, 0);
const struct schema type_repair_list = OBJECT("repair_list", NULL, REQ("items", repairs));

static const struct schema duplicate_kind = ENUM_OF("file", "statement", "rows");
static const struct schema duplicate_verdict = ENUM_OF("open", "duplicate", "distinct");
const struct schema type_duplicate = OBJECT("duplicate",
	"What two files of a source have in common; never dropped, only flagged.",
	REQ_DOC("file", id, "The later one."), REQ_DOC("other", id, "The earlier one."),
	REQ("kind", duplicate_kind),
	REQ_DOC("count", count, "Statements or rows; 1 for the whole file."),
	REQ("verdict", duplicate_verdict), NUL("decided_by", id), NUL("decided_at", instant),
	REQ("found_at", instant));
static const struct schema duplicates = ARRAY_OF(type_duplicate, 0);
const struct schema type_duplicate_list =
	OBJECT("duplicate_list", NULL, REQ("items", duplicates));
const struct schema type_duplicate_decision = OBJECT("duplicate_decision", NULL,
	REQ_DOC("other", id, "The other file of the two."), REQ("kind", duplicate_kind),
	REQ_DOC("verdict", duplicate_verdict, "open takes a decision back."));

/* --- reconciliations and jobs ----------------------------------------------------------------- */

static const struct schema job_side_money = OBJECT("job_money",
	"Conservation of money on one side: accepted = matched + open.", REQ("side", side),
	REQ("currency", currency), REQ("accepted", minor), REQ("matched", minor),
	REQ("open", minor), REQ("balanced", boolean));
static const struct schema job_moneys = ARRAY_OF(job_side_money, 0);
/* Exact amounts as decimal text in the currency's own digits, as receipts write them. */
static const struct schema decimal = {.type = SCHEMA_STRING, .max = 48};
static const struct schema identity_rows = OBJECT("identity_rows",
	"brought forward + accepted = matched + written off + excluded + open", REQ("side", side),
	REQ("brought_forward", count), REQ("accepted", count), REQ("matched", count),
	REQ("written_off", count), REQ("excluded", count), REQ("open", count),
	REQ("holds", boolean));
static const struct schema identity_money = OBJECT("identity_money",
	"opening items + accepted = allocated + written off + excluded + closing items",
	REQ("side", side), NUL("currency", currency), REQ("opening_items", decimal),
	REQ("accepted", decimal), REQ("allocated", decimal), REQ("written_off", decimal),
	REQ("excluded", decimal), REQ("closing_items", decimal),
	REQ_DOC("of_closing_reserved", decimal, "By suggested and ambiguous matches."),
	REQ("holds", boolean));
static const struct schema identity_statement = OBJECT("identity_statement",
	"opening balance + entries = closing balance; opening = closing of the one before",
	REQ("side", side), NUL("account", text), NUL("number", text), NUL("currency", currency),
	NUL("opening", decimal), REQ("entries", decimal), NUL("closing", decimal),
	NUL_DOC("follows", boolean, "null: there is none before it."),
	NUL_DOC("holds", boolean, "null: a balance is not known."));
static const struct schema differences_by_type = {.type = SCHEMA_MAP, .item = &decimal};
static const struct schema identity_matched = OBJECT("identity_matched",
	"matched left - matched right = differences by type", NUL("currency", currency),
	REQ("left", decimal), REQ("right", decimal), REQ("differences", differences_by_type),
	REQ("holds", boolean));
static const struct schema identity_proof = OBJECT("identity_proof",
	"balance left - right = closing items left - right + differences not booked",
	NUL("currency", currency), REQ("balance_left", decimal), REQ("balance_right", decimal),
	REQ("closing_items_left", decimal), REQ("closing_items_right", decimal),
	REQ("differences_not_booked", decimal), REQ("holds", boolean));
static const struct schema identities_rows = ARRAY_OF(identity_rows, 0);
static const struct schema identities_money = ARRAY_OF(identity_money, 0);
static const struct schema identities_statement = ARRAY_OF(identity_statement, 0);
static const struct schema identities_matched = ARRAY_OF(identity_matched, 0);
static const struct schema identities_proof = ARRAY_OF(identity_proof, 0);
static const struct schema identities = OBJECT("identities",
	"Each counted from both of its ends. Statements stand in the receipt alone.",
	REQ("rows", identities_rows), REQ("money", identities_money),
	REQ("statement", identities_statement), REQ("matched", identities_matched),
	REQ("proof", identities_proof));

static const struct schema reliability_tenth = OBJECT("reliability_tenth",
	"What was said and what was seen in one tenth of confidence.", REQ("from", decimal),
	REQ("decisions", count), REQ("said", decimal), REQ("seen", decimal),
	REQ_DOC("low", decimal, "95 % interval of what was seen."), REQ("high", decimal));
static const struct schema reliability = ARRAY_OF(reliability_tenth, 10);
static const struct schema calibration_kind =
	ENUM_OF("uncalibrated", "two parameters", "isotonic");
static const struct schema calibration = {.type = SCHEMA_OBJECT,
	.name = "calibration",
	.doc = "What people's decisions on earlier results say about confidence.",
	.open = true,
	.fields = FIELDS(REQ("kind", calibration_kind), REQ("decisions", count),
		REQ("errors", count), REQ("reliability", reliability))};
static const struct schema parameters = ENUM_OF("learned", "prior");
static const struct schema advice_summary = OBJECT("advice_summary",
	"What became of the lines of the advice.", REQ("lines", count),
	REQ("lines_settled", count),
	REQ_DOC("lines_unknown", count, "They name a record that is not open here."),
	REQ_DOC("records_differing", count, "Their lines do not add up."));
static const struct schema job_summary = {.type = SCHEMA_OBJECT,
	.name = "job_summary",
	.doc = "What a finished job found. Jobs of older versions lack what is not required.",
	.open = true,
	.fields = FIELDS(REQ("left_rows", count), REQ("right_rows", count),
		REQ("confirmed", count), REQ("suggested", count), REQ("ambiguous", count),
		REQ("open_left", count), REQ("open_right", count), REQ("money", job_moneys),
		OPT("calibration", calibration), OPT("parameters", parameters),
		OPT_DOC("search_complete", boolean, "Nothing was left out by a budget."),
		OPT_NUL("candidate_recall", decimal),
		OPT_DOC("carried", count, "Open items that were brought forward."),
		OPT("identities", identities), OPT("advice", advice_summary))};
static const struct schema job_input = OBJECT("job_input", "A dataset that went in.",
	REQ("side", input_side), REQ("dataset", id),
	NUL_DOC("first_seen", day, "When the reconciliation first took it in."),
	REQ_DOC("carried", boolean, "An earlier job had it: its open items are brought forward."));
static const struct schema job_inputs = ARRAY_OF(job_input, 0);
const struct schema type_job = OBJECT("job", "One run of the engine.", REQ("id", id),
	REQ("reconciliation", id), REQ("state", job_state), REQ("phase", text),
	REQ("done", count), REQ("total", count), REQ("rate", count), NUL("eta_ms", count),
	REQ("attempt", count), REQ("created_at", instant), NUL("started_at", instant),
	NUL("finished_at", instant), NUL("error", finding), NUL("summary", job_summary),
	NUL("result_hash", hash), REQ("inputs", job_inputs),
	REQ_DOC("receipt", boolean, "There is a receipt to be read."),
	REQ_DOC("model", boolean, "Something was learned, and can be read."),
	NUL("ruleset_version", version),
	NUL_DOC("model_version", version, "The pinned one that it scored by."));
static const struct schema jobs = ARRAY_OF(type_job, 0);
const struct schema type_job_list = LIST_OF("job_list", jobs);
static const struct schema advice_choice = {
	.type = SCHEMA_ARRAY, .item = &id, .min = 1, .max = 1};
const struct schema type_job_new = OBJECT("job_new", "Datasets of each side's source.",
	REQ("left", dataset_choice), REQ("right", dataset_choice),
	OPT_DOC("advice", advice_choice, "A dataset of the source of advice."));

/* --- receipts, models, samples ---------------------------------------------------------------- */

static const struct schema receipt_input = {.type = SCHEMA_OBJECT,
	.name = "receipt_input",
	.doc = "One dataset that went in.",
	.open = true,
	.fields = FIELDS(REQ("side", input_side), REQ("dataset", id), REQ("name", text),
		REQ_DOC("sha256", hash, "Of the file."), REQ("content_sha256", hash),
		REQ("mapping_version", version), REQ("mapping_sha256", hash),
		REQ("rows_read", count), REQ("rows_accepted", count), REQ("rows_rejected", count),
		REQ("rows_skipped", count), REQ("carried", boolean), NUL("first_seen", day))};
static const struct schema receipt_inputs = ARRAY_OF(receipt_input, 0);
static const struct schema carried_item = OBJECT("carried_item",
	"A record of an earlier job that was still open.", REQ("dataset", count), REQ("row", count),
	REQ("remaining_minor", minor), NUL("first_seen", day));
static const struct schema carried_items = ARRAY_OF(carried_item, 0);
static const struct schema receipt_pass = {.type = SCHEMA_OBJECT,
	.name = "receipt_pass",
	.open = true,
	.fields = FIELDS(REQ("name", text), REQ("confirmed", count), REQ("suggested", count),
		REQ("ambiguous", count))};
static const struct schema receipt_passes = ARRAY_OF(receipt_pass, 0);
static const struct schema sample_verdict = ENUM_OF("shown", "not yet shown");
static const struct schema receipt_sample = {.type = SCHEMA_OBJECT,
	.name = "receipt_sample",
	.doc = "The blind sample that follows from the seed; nobody has checked it yet.",
	.open = true,
	.fields = FIELDS(REQ("seed", code), REQ("target", decimal), REQ("population", count),
		REQ("checked", count), REQ("verdict", sample_verdict))};
static const struct schema receipt_hashed = {.type = SCHEMA_OBJECT,
	.name = "receipt_hashed",
	.doc = "The same for the same inputs, ruleset and engine on any machine.",
	.open = true,
	.fields = FIELDS(REQ("engine", count), REQ("ruleset", text), REQ("ruleset_sha256", hash),
		OPT("ruleset_version", version), OPT("model_version", version),
		OPT("model_sha256", hash), REQ("inputs", receipt_inputs),
		REQ("calibration", calibration), REQ("sample", receipt_sample),
		REQ("carried", carried_items), REQ("identities", identities),
		REQ("passes", receipt_passes), REQ("search_complete", boolean),
		REQ("result_sha256", hash))};
static const struct schema receipt_unhashed = {.type = SCHEMA_OBJECT,
	.name = "receipt_unhashed",
	.doc = "How this run went.",
	.open = true,
	.fields = FIELDS(REQ("seconds", decimal), REQ("threads", count))};
const struct schema type_receipt = OBJECT("receipt", "What a result rests on.",
	REQ("hashed", receipt_hashed),
	REQ_DOC("receipt_sha256", hash, "Of the text of hashed."),
	REQ("unhashed", receipt_unhashed));

static const struct schema model_level = OBJECT("model_level", "What was found, from level to level.",
	REQ("name", text), REQ("from", count), REQ("to", count));
static const struct schema model_levels = ARRAY_OF(model_level, 0);
static const struct schema model_bits = ARRAY_OF(decimal, 0);
static const struct schema model_comparison = {.type = SCHEMA_OBJECT,
	.name = "model_comparison",
	.doc = "A compared field: weight of a level = m - u, in bits.",
	.open = true,
	.fields = FIELDS(REQ("field", text), REQ("compared_as", text), REQ("tells_bits", decimal),
		REQ("used", boolean), REQ("levels", model_levels), REQ("m_bits", model_bits),
		REQ("u_bits", model_bits))};
static const struct schema model_comparisons = ARRAY_OF(model_comparison, 0);
static const struct schema model_pass = {.type = SCHEMA_OBJECT,
	.name = "model_pass",
	.open = true,
	.fields = FIELDS(REQ("pass", text), REQ("learned", boolean),
		REQ("expected_matches", decimal), REQ("theta_bits", decimal),
		REQ("candidate_recall", decimal), REQ("comparisons", model_comparisons))};
static const struct schema model_passes = ARRAY_OF(model_pass, 0);
const struct schema type_model = {.type = SCHEMA_OBJECT,
	.name = "model",
	.doc = "What a match looks like: m, u, windows, keys and theta of each learned pass.",
	.open = true,
	.fields = FIELDS(REQ("model", count), REQ("passes", model_passes))};
static const struct schema model_text = {.type = SCHEMA_ANY,
	.name = "model_text",
	.doc = "A model as a job gives it, or changed by hand; docs/model.md describes it."};
const struct schema type_model_new = OBJECT("model_new", "A job that learned one, or the model itself.",
	OPT("job", id), OPT("model", model_text));
const struct schema type_model_version = OBJECT("model_version",
	"A model that jobs may score by; never changed.", REQ("version", version),
	REQ_DOC("sha256", hash, "Of its text."),
	NUL_DOC("job", id, "That learned it; null: somebody wrote it."), REQ("model", model_text),
	REQ("created_at", instant));
static const struct schema model_version_row = OBJECT("model_version_row", NULL,
	REQ("version", version), REQ("sha256", hash), NUL("job", id), REQ("created_at", instant));
static const struct schema model_versions = ARRAY_OF(model_version_row, 0);
const struct schema type_model_version_list = LIST_OF("model_version_list", model_versions);

static const struct schema ruleset = {.type = SCHEMA_ANY,
	.name = "ruleset",
	.doc = "The rules of a reconciliation; docs/matching.md describes them."};
const struct schema type_reconciliation = OBJECT("reconciliation", "Two sources and a ruleset.",
	REQ("id", id), REQ("name", name), REQ("status", project_status), REQ("left", id),
	REQ("right", id), NUL_DOC("advice", id, "Source of lines that say what settles what."),
	NUL("ruleset_version", version), NUL_DOC("model_version", version, "Pinned; null: jobs learn."),
	REQ_DOC("version", version, "Of the decision log: for If-Match."),
	NUL("last_job", type_job), REQ("created_at", instant));
static const struct schema reconciliations = ARRAY_OF(type_reconciliation, 0);
const struct schema type_reconciliation_list = LIST_OF("reconciliation_list", reconciliations);
const struct schema type_reconciliation_new = OBJECT("reconciliation_new", NULL,
	REQ("name", name), REQ("left", id), REQ("right", id),
	OPT_DOC("advice", id, "Remittance advice, payout reports, lockboxes."), OPT("ruleset", ruleset));
const struct schema type_ruleset_new = OBJECT("ruleset_new", NULL, REQ("ruleset", ruleset));
const struct schema type_ruleset_version = OBJECT("ruleset_version",
	"A ruleset as it was written; never changed.", REQ("version", version),
	REQ("ruleset", ruleset), REQ("created_at", instant));
static const struct schema ruleset_versions = ARRAY_OF(type_ruleset_version, 0);
const struct schema type_ruleset_version_list =
	LIST_OF("ruleset_version_list", ruleset_versions);

/* --- records, matches, decisions -------------------------------------------------------------- */

static const struct schema record_fields = {.type = SCHEMA_MAP, .item = &text};
static const struct schema record = OBJECT("record", "One row of a dataset.",
	NUL_DOC("side", side, "null where rows are shown outside of a job"), REQ("dataset", id),
	REQ("row", count), NUL("date", day), NUL("amount", money), NUL("currency", currency),
	NUL("text", text), NUL("reference", text),
	REQ_DOC("fields", record_fields, "Every column, as text."));
static const struct schema records = ARRAY_OF(record, 0);
const struct schema type_record_page = OBJECT("record_page", "Rows of a dataset.",
	REQ("items", records), REQ("offset", count), REQ("total", count));

static const struct schema reject = OBJECT("reject", "A row that was not taken, and why.",
	REQ("row", count), REQ("line", count), NUL("column", text), NUL("value", text),
	REQ("code", code), REQ("detail", text));
static const struct schema rejects = ARRAY_OF(reject, 0);
const struct schema type_reject_page = OBJECT("reject_page", "Rejected rows of a dataset.",
	REQ("items", rejects), REQ("offset", count), REQ("total", count));

static const struct schema preview_state = WORD_OF("PREVIEW_STATE");
static const struct schema preview_field = OBJECT("preview_field", NULL, REQ("field", code),
	REQ("type", mapping_type), REQ("columns", texts));
static const struct schema preview_fields = ARRAY_OF(preview_field, 0);
static const struct schema preview_cell = OBJECT("preview_cell", "A value and what it was made of.",
	NUL_DOC("value", text, "As text: a day, a decimal, a code."), NUL("money", money),
	REQ_DOC("raw", texts, "Cells of the field's columns as they are in the file."));
static const struct schema preview_cells = ARRAY_OF(preview_cell, 0);
static const struct schema preview_row = OBJECT("preview_row", NULL, REQ("line", count),
	REQ_DOC("cells", preview_cells, "In the order of the fields."));
static const struct schema preview_rows = ARRAY_OF(preview_row, 0);
static const struct schema preview_result = OBJECT("preview_result",
	"The first rows as they would be read, the first that would be rejected, sums of all.",
	REQ("fields", preview_fields), REQ("sums", field_sums), REQ("rows", preview_rows),
	REQ("rejects", rejects));
const struct schema type_preview = OBJECT("preview",
	"What a mapping would make of a dataset's file.", REQ("id", id), REQ("dataset", id),
	REQ("state", preview_state), REQ("rows_read", count), REQ("rows_accepted", count),
	REQ("rows_rejected", count), REQ("rows_skipped", count),
	NUL_DOC("result", preview_result, "null until it is done"), NUL("error", finding),
	REQ("created_at", instant));

static const struct schema match_ref =
	OBJECT("match_ref", "A match of a job's result.", REQ("job", id), REQ("no", count));
static const struct schema match_kind = ENUM_OF(
	"1:1", "1:n", "n:1", "n:m", "partial", "net left", "net right", "same");
static const struct schema match_status = ENUM_OF("confirmed", "suggested", "ambiguous");
static const struct schema match_state =
	ENUM_OF("confirmed", "suggested", "ambiguous", "rejected", "undone");
static const struct schema difference_type = ENUM_OF(
	"none", "rounding", "fee", "discount", "deduction", "tax", "fx", "unexplained");
static const struct schema break_type = ENUM_OF("missing", "in_transit", "overdue",
	"not_in_period", "amount_differs", "date_outside", "duplicate", "duplicate_payment",
	"sign_reversed", "digits_transposed", "rounding", "fee_tax", "currency_differs", "partial",
	"reference_mistyped", "advice_differs", "stale");
static const struct schema difference = OBJECT("difference", "What the sides differ by.",
	REQ("type", difference_type), NUL("money", money));
static const struct schema k_of_n = OBJECT("k_of_n", "k records are in the match, n might be.",
	REQ("k", count), REQ("n", count));
static const struct schema match_choice = OBJECT("match_choice",
	"One question where evidence cannot choose: which k of n records of a side.",
	REQ("left", k_of_n), REQ("right", k_of_n));
static const struct schema alternative = OBJECT("alternative",
	"A record that might be in place of one of the match's.", REQ("record", record),
	NUL("confidence", number));
static const struct schema alternatives = ARRAY_OF(alternative, 0);
static const struct schema match_row = OBJECT("match_row", "A match as it stands now.",
	REQ("match", match_ref), REQ("kind", match_kind), REQ("pass", text),
	REQ_DOC("status", match_status, "The engine's."),
	REQ_DOC("state", match_state, "After people's decisions."),
	NUL_DOC("confidence", number, "0 to 1"), NUL_DOC("margin", number, "To the runner-up."),
	REQ("difference", difference), REQ("left", records), REQ("right", records),
	NUL_DOC("choice", match_choice, "k of n; null: it is no such question."),
	REQ_DOC("alternatives", alternatives, "Of an ambiguous match: what it might hold instead."));
static const struct schema nearest = OBJECT("nearest", "The best candidate that was not taken.",
	REQ("record", record), NUL("confidence", number));
static const struct schema open_item_row = OBJECT("open_item_row",
	"A record, or the open part of one, that no match has taken.", REQ("record", record),
	REQ("side", side), REQ("break_type", break_type), NUL("remaining", money),
	NUL_DOC("first_seen", day, "When the reconciliation first took its dataset in."),
	NUL("nearest", nearest));

static const struct schema view_kind = ENUM_OF("matches", "open_items");
static const struct schema match_kinds = ARRAY_OF(match_kind, 8);
static const struct schema match_statuses = ARRAY_OF(match_status, 3);
static const struct schema match_states = ARRAY_OF(match_state, 5);
static const struct schema break_types = ARRAY_OF(break_type, 17);
static const struct schema passes = ARRAY_OF(search, 100);
static const struct schema pattern_number = {.type = SCHEMA_INT, .min = 0, .max = UINT32_MAX - 1};
static const struct schema patterns = ARRAY_OF(pattern_number, 100);
static const struct schema view_filter = OBJECT("view_filter",
	"Every member given must hold; lists mean any of.", OPT("pass", passes),
	OPT("kind", match_kinds), OPT("status", match_statuses), OPT("state", match_states),
	OPT("break_type", break_types), OPT("confidence_min", number),
	OPT("confidence_max", number), OPT("margin_max", number), OPT("amount_min", minor),
	OPT("amount_max", minor), OPT("currency", currency), OPT("date_from", day),
	OPT("date_to", day), OPT_DOC("text", search, "A part of any text of its records."),
	OPT_DOC("pattern", patterns, "Numbers of evidence patterns, as the facet has them."));
static const struct schema sort_field = ENUM_OF("no", "date", "amount", "confidence", "margin",
	"status", "state", "kind", "pass", "break_type", "first_seen", "pattern", "review");
static const struct schema view_sort = OBJECT("view_sort", NULL,
	REQ_DOC("field", sort_field,
		"review: the value of deciding: money times doubt times what it frees."),
	OPT("descending", boolean));
static const struct schema view_sorts = ARRAY_OF(view_sort, 3);
const struct schema type_view_new = OBJECT("view_new", "What to show, in which order.",
	OPT_DOC("job", id, "Without it, the last finished one."), REQ("kind", view_kind),
	OPT("side", side), OPT("filter", view_filter), OPT("sort", view_sorts));
const struct schema type_view = OBJECT("view", "A fixed selection in a fixed order.",
	REQ("view", id), REQ("total", count),
	REQ_DOC("version", version, "Of the decision log that it was made at."));

static const struct schema kind_matches = ENUM_OF("matches");
static const struct schema kind_open_items = ENUM_OF("open_items");
static const struct schema match_rows = ARRAY_OF(match_row, 0);
static const struct schema open_item_rows = ARRAY_OF(open_item_row, 0);
static const struct schema view_matches = {.type = SCHEMA_OBJECT,
	.name = "view_matches",
	.doc = "Rows of a view of matches.",
	.values = (const char *const[]){"matches", NULL},
	.fields = FIELDS(REQ("kind", kind_matches), REQ("items", match_rows),
		REQ("offset", count), REQ("total", count), REQ("version", version))};
static const struct schema view_open_items = {.type = SCHEMA_OBJECT,
	.name = "view_open_items",
	.doc = "Rows of a view of open items.",
	.values = (const char *const[]){"open_items", NULL},
	.fields = FIELDS(REQ("kind", kind_open_items), REQ("items", open_item_rows),
		REQ("offset", count), REQ("total", count), REQ("version", version))};
const struct schema type_view_rows = {.type = SCHEMA_ONE_OF,
	.name = "view_rows",
	.doc = "Rows of a view; version is the decision log's when they were read.",
	.discriminator = "kind",
	.variants = (const struct schema *const[]){&view_matches, &view_open_items, NULL}};

static const struct schema facet_value = OBJECT("facet_value", NULL,
	REQ_DOC("value", text, "Of ranges (confidence, margin, date, amount) the lower end."),
	NUL_DOC("label", text, "Of a pattern: the levels that it consists of."),
	REQ("count", count), REQ("money", moneys));
static const struct schema facet_values = ARRAY_OF(facet_value, 0);
static const struct schema facet = OBJECT("facet", "How many rows have which value.",
	REQ("field", code), REQ("values", facet_values));
static const struct schema facets = ARRAY_OF(facet, 0);
const struct schema type_facet_list = OBJECT("facet_list", NULL, REQ("facets", facets));

static const struct schema comparison = OBJECT("comparison", "One field of both sides.",
	REQ("field", text), NUL("left", text), NUL("right", text), REQ("level", text),
	REQ_DOC("bits", number, "Evidence for (positive) or against, in bits."));
static const struct schema comparisons = ARRAY_OF(comparison, 0);
static const struct schema runner_up = OBJECT("runner_up", "The best match instead of this one.",
	NUL("confidence", number), REQ("left", records), REQ("right", records),
	REQ("comparisons", comparisons));
static const struct schema group_evidence = OBJECT("group_evidence", "How the sum was found.",
	REQ_DOC("pool", count, "Records that were searched."),
	REQ_DOC("chance_bits", number, "log2 of the sums expected to fit by chance."));
const struct schema type_evidence = OBJECT("evidence", "Why a match is one.",
	REQ("comparisons", comparisons),
	REQ_DOC("prior_bits", number, "Before the comparisons: the odds of any two records."),
	REQ_DOC("other_bits", number,
		"Between the comparisons and the confidence: what rivals take away, what a sum adds."),
	NUL("group", group_evidence),
	NUL("confidence", number), NUL("margin", number), NUL("runner_up", runner_up));

static const struct schema sample_item = OBJECT("sample_item",
	"A confirmed match, without what the engine says of it.", REQ("match", match_ref),
	REQ("left", records), REQ("right", records));
static const struct schema sample_items = ARRAY_OF(sample_item, 0);
const struct schema type_sample = OBJECT("sample",
	"The blind sample of a job's confirmed matches. Checks count from its beginning up to the first match that nobody has checked.",
	REQ_DOC("seed", code, "As in the receipt."), REQ("population", count),
	REQ("checked", count), REQ("wrong", count), REQ_DOC("seen", number, "Share that is wrong."),
	REQ_DOC("low", number, "95 % interval of it (Clopper-Pearson)."), REQ("high", number),
	REQ_DOC("bound", number, "At most so many are wrong, with 95 %."),
	REQ_DOC("target", number, "What is to be shown: 1 in 1,000."), REQ("shown", boolean),
	NUL_DOC("confirm_line", number, "Lowest confidence at which the target is shown."),
	REQ_DOC("more", count, "Further checks without error that would show it."),
	REQ_DOC("version", version, "Of the decision log: for If-Match."),
	REQ_DOC("items", sample_items, "The next ones to check."));

static const struct schema record_row = {.type = SCHEMA_INT, .min = 0, .max = INT64_C(1) << 31};
static const struct schema record_ref = OBJECT("record_ref", "A row of a dataset, from 0.",
	REQ("dataset", id), REQ("row", record_row));
static const struct schema chosen_records = {
	.type = SCHEMA_ARRAY, .item = &record_ref, .min = 1, .max = 1000};
static const struct schema record_refs = ARRAY_OF(record_ref, 0);
static const struct schema decision_new_kind = ENUM_OF("confirm", "reject", "undo");
static const struct schema decision_kind = WORD_OF("DECISION");
const struct schema type_decision_new = OBJECT("decision_new",
	"match for confirm and reject, decision for undo.", REQ("kind", decision_new_kind),
	OPT("match", match_ref), OPT("decision", id),
	OPT_DOC("records", chosen_records,
		"Of confirm: which of an ambiguous match's records and alternatives it is; as many of each side as it has. Without it, the match as it stands."),
	OPT("note", note));
const struct schema type_decision = OBJECT("decision", "An entry of the decision log.",
	REQ("id", id), REQ("seq", count), REQ("kind", decision_kind), NUL("match", match_ref),
	NUL_DOC("decision", id, "The one that it undoes."),
	NUL_DOC("records", record_refs, "That were chosen; null: the match as it stood."),
	NUL("note", note), REQ("user", id),
	REQ("created_at", instant));
static const struct schema decisions = ARRAY_OF(type_decision, 0);
const struct schema type_decision_list = LIST_OF("decision_list", decisions);

/* --- webhooks --------------------------------------------------------------------------------- */

static const struct schema webhook_status = WORD_OF("WEBHOOK_STATUS");
static const struct schema delivery_state = WORD_OF("DELIVERY_STATE");
static const struct schema webhook_url = {.type = SCHEMA_STRING, .min = 9, .max = 2048};
static const struct schema webhook_events = {
	.type = SCHEMA_ARRAY, .item = &code, .min = 1, .max = 64};
static const struct schema pin = {.type = SCHEMA_STRING, .min = 44, .max = 44};
static const struct schema pins = {.type = SCHEMA_ARRAY, .item = &pin, .max = 8};
static const struct schema pem = {.type = SCHEMA_STRING, .min = 1, .max = 65536};
static const struct schema webhook_state = ENUM_OF("active", "paused");
const struct schema type_webhook = OBJECT("webhook", "Who is told of a project's events.",
	REQ("id", id), REQ("name", name), REQ("url", webhook_url),
	REQ_DOC("events", webhook_events, "Of those that x-event names."),
	REQ_DOC("own_certificates", boolean, "It trusts certificates of its own only."),
	REQ_DOC("pins", pins, "SHA-256 of the public keys that the receiver may have, in base64."),
	REQ_DOC("status", webhook_status, "gone: the receiver answered 410."),
	NUL("old_secret_until", instant), REQ("created_at", instant));
static const struct schema webhook_items = ARRAY_OF(type_webhook, 0);
const struct schema type_webhook_list = LIST_OF("webhook_list", webhook_items);
const struct schema type_webhook_created = OBJECT("webhook_created", "A webhook with a new secret.",
	REQ("webhook", type_webhook),
	REQ_DOC("secret", text, "whsec_…, as Standard Webhooks has it; shown this once."));
const struct schema type_webhook_new = OBJECT("webhook_new", NULL, REQ("name", name),
	REQ_DOC("url", webhook_url, "https:// only."), REQ("events", webhook_events),
	OPT_DOC("ca_pem", pem, "Certificates to trust in place of the installation's."),
	OPT_DOC("pins", pins, "Two at least, if any: one of them is the backup."));
const struct schema type_webhook_change = OBJECT("webhook_change", NULL, OPT("name", name),
	OPT("url", webhook_url), OPT("events", webhook_events), OPT("pins", pins),
	OPT("status", webhook_state));

static const struct schema delivery_body = {.type = SCHEMA_ANY, .doc = "What is sent."};
static const struct schema delivery = OBJECT("delivery", "A message to a webhook.",
	REQ_DOC("id", id, "As webhook-id."), REQ("event", code), REQ("state", delivery_state),
	REQ("tries", count), NUL_DOC("status", count, "Of the last answer."),
	NUL("error_code", code), REQ("created_at", instant), REQ("expires_at", instant),
	NUL("ended_at", instant), REQ("body", delivery_body));
static const struct schema delivery_items = ARRAY_OF(delivery, 0);
const struct schema type_delivery_list = LIST_OF("delivery_list", delivery_items);
static const struct schema delivery_try = OBJECT("delivery_try", "One try to deliver a message.",
	REQ("no", count), REQ("at", instant), NUL("status", count), NUL("error_code", code),
	REQ("ms", count));
static const struct schema delivery_try_items = ARRAY_OF(delivery_try, 0);
const struct schema type_delivery_try_list = OBJECT(
	"delivery_try_list", "The last hundred, newest first.", REQ("items", delivery_try_items));

/* --- audit ------------------------------------------------------------------------------------ */

static const struct schema audit_outcome = WORD_OF("AUDIT");
static const struct schema audit_details = {.type = SCHEMA_ANY, .doc = "What else there is to say."};
static const struct schema audit_row = OBJECT("audit_row", "One act, or one that was refused.",
	REQ_DOC("seq", count, "Its place in the log."), REQ("id", id), REQ("ts", instant),
	NUL("project", id), REQ("actor_kind", code), NUL("actor", id),
	REQ_DOC("action", code, "noun.verb"), REQ_DOC("text", text, "The action for people."),
	REQ("object_kind", code), NUL("object", id), REQ("outcome", audit_outcome),
	NUL("request_id", code), NUL("details", audit_details),
	NUL_DOC("personal", audit_details, "Where it came from; null when there is none or it was erased."),
	REQ_DOC("hash", hash, "Of this row and all before it."));
static const struct schema audit_rows = ARRAY_OF(audit_row, 0);
const struct schema type_audit_list = LIST_OF("audit_list", audit_rows);

/* --- query and path parameters ---------------------------------------------------------------- */

#define PAGE OPT_DOC("limit", limit, "100 without."), OPT("cursor", cursor)

const struct schema_field query_page[] = {PAGE, SCHEMA_END};
const struct schema_field query_projects[] = {OPT("status", project_status), PAGE, SCHEMA_END};
const struct schema_field query_files[] = {
	OPT("source", id), OPT("state", file_state), PAGE, SCHEMA_END};
const struct schema_field query_datasets[] = {
	OPT("source", id), OPT("state", dataset_state), PAGE, SCHEMA_END};
const struct schema_field query_jobs[] = {OPT("state", job_state), PAGE, SCHEMA_END};
const struct schema_field query_rows[] = {
	OPT("offset", offset), OPT_DOC("limit", rows_limit, "100 without."), SCHEMA_END};
const struct schema_field query_sample[] = {OPT_DOC("limit", rows_limit, "20 without."), SCHEMA_END};

static const struct schema export_format = {.type = SCHEMA_ENUM, .values = write_format_words};
const struct schema_field query_export[] = {
	OPT_DOC("format", export_format, "csv without."), SCHEMA_END};

static const struct schema audit_format = ENUM_OF("ndjson", "csv", "xlsx");
#define AUDIT_FILTER                                                                               \
	OPT_DOC("from", instant, "At or after it."), OPT_DOC("to", instant, "Before it."),         \
		OPT("actor", id), OPT("action", code), OPT("object", id),                          \
		OPT("outcome", audit_outcome), OPT("request_id", code)
#define AUDIT_FORMAT OPT_DOC("format", audit_format, "ndjson without: the log as it can be verified.")

const struct schema_field query_audit[] = {OPT("project", id), AUDIT_FILTER, PAGE, SCHEMA_END};
const struct schema_field query_audit_export[] = {
	OPT("project", id), AUDIT_FILTER, AUDIT_FORMAT, SCHEMA_END};
const struct schema_field query_project_audit[] = {AUDIT_FILTER, PAGE, SCHEMA_END};
const struct schema_field query_project_audit_export[] = {AUDIT_FILTER, AUDIT_FORMAT, SCHEMA_END};

static const struct {
	const char *name;
	const struct schema *type;
} path_params[] = {
	{"project", &id},
	{"source", &id},
	{"file", &id},
	{"upload", &id},
	{"dataset", &id},
	{"preview", &id},
	{"reconciliation", &id},
	{"job", &id},
	{"view", &id},
	{"session", &id},
	{"api_key", &id},
	{"user", &id},
	{"webhook", &id},
	{"delivery", &id},
	{"exception", &id},
	{"reason", &id},
	{"no", &count},
};

const struct schema *type_of_path_param(struct sv param)
{
	for (size_t i = 0; i < ARRAY_LEN(path_params); i++) {
		if (sv_eq_cstr(param, path_params[i].name))
			return path_params[i].type;
	}
	return NULL;
}
