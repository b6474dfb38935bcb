#ifndef TESTS_RULES_BAD_RULESETS_H
#define TESTS_RULES_BAD_RULESETS_H
/* Rulesets that are refused: by the parser always, by the schema where it can know. */
#include "rules/ruleset.h"

#define HEAD                                                                                       \
	"{\"ruleset\":1,\"left\":{\"balance\":\"amount\"},\"right\":{\"balance\":\"amount\"},"     \
	"\"fields\":{\"amount\":{\"type\":\"amount\",\"left\":\"A\",\"right\":\"B\"},"             \
	"\"day\":{\"type\":\"date\",\"left\":\"D\",\"right\":\"D\"},"                              \
	"\"text\":{\"type\":\"text\",\"left\":[\"T\",\"U\"],\"right\":\"T\"},"                     \
	"\"only\":{\"type\":\"code\",\"left\":\"C\"},"                                             \
	"\"ref\":{\"type\":\"code\",\"left\":\"R\",\"right\":{\"from\":\"T\",\"find\":\"x(1)\"}}},"
#define PASS(when) HEAD "\"passes\":[{\"name\":\"p\",\"when\":" when "}]}"

#define ONE_PASS "\"passes\":[{\"name\":\"p\",\"when\":{\"a\":\"any\"}}]}"
#define SIDES ",\"left\":{},\"right\":{}," ONE_PASS

struct bad {
	const char *label, *json;
	int code;
	const char *pointer, *detail; /* detail: a part of it, or NULL */
};

static const struct bad bad_cases[] = {
	{"no JSON", "nonsense", E_JSON_SYNTAX, "", NULL},
	{"cut off", "{\"ruleset\":1", E_JSON_SYNTAX, "", NULL},
	{"text behind", "{} {}", E_JSON_SYNTAX, "", NULL},
	{"an exponent", "{\"ruleset\":1e0}", E_JSON_SYNTAX, "", "exponent"},
	{"a leading zero", "{\"ruleset\":01}", E_JSON_SYNTAX, "", NULL},
	{"a lone surrogate", "{\"name\":\"\\ud800\"}", E_JSON_SYNTAX, "", "surrogate"},
	{"a control character", "{\"name\":\"a\nb\"}", E_JSON_SYNTAX, "", "control"},
	{"invalid UTF-8", "{\"name\":\"\xff\"}", E_JSON_SYNTAX, "", "UTF-8"},
	{"a key twice", "{\"ruleset\":1,\"ruleset\":1}", E_JSON_DUPLICATE, "/ruleset", "twice"},
	{"not an object", "[]", E_RULESET, "", NULL},
	{"no version", "{}", E_MISSING_FIELD, "", "ruleset"},
	{"another version", "{\"ruleset\":2}", E_RULESET, "/ruleset", NULL},
	{"an unknown member", "{\"ruleset\":1,\"feilds\":{}}", E_UNKNOWN_FIELD, "/feilds",
		"did you mean \"fields\""},
	{"no fields", "{\"ruleset\":1}", E_MISSING_FIELD, "", "fields"},
	{"an unknown type", "{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"ammount\",\"left\":\"A\"}}}",
		E_RULESET, "/fields/a/type", "did you mean \"amount\""},
	{"a key with a slash", "{\"ruleset\":1,\"fields\":{\"a/b~\":{\"type\":\"x\",\"left\":\"A\"}}}",
		E_RULESET, "/fields/a~1b~0/type", NULL},
	{"a field of no side", "{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"text\"}}}",
		E_MISSING_FIELD, "/fields/a", NULL},
	{"a text cannot be a sum",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"text\",\"left\":{\"sum\":[\"A\"]}}}}",
		E_RULESET, "/fields/a/left", "sum"},
	{"an amount cannot be joined",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"amount\",\"left\":[\"A\",\"B\"]}}}",
		E_RULESET, "/fields/a/left", NULL},
	{"an unknown currency", "{\"ruleset\":1,\"currency\":\"EUX\"}", E_CURRENCY, "/currency", NULL},
	{"a balance that is no field",
		"{\"ruleset\":1,\"fields\":{\"amount\":{\"type\":\"amount\",\"left\":\"A\"}},"
		"\"left\":{\"balance\":\"amout\"},\"right\":{}}",
		E_RULESET, "/left/balance", "did you mean \"amount\""},
	{"a balance that is no amount",
		"{\"ruleset\":1,\"fields\":{\"t\":{\"type\":\"text\",\"left\":\"A\"}},"
		"\"left\":{\"balance\":\"t\"},\"right\":{}}",
		E_RULESET, "/left/balance", NULL},
	{"no passes", HEAD "\"name\":\"x\"}", E_MISSING_FIELD, "", "passes"},
	{"an empty list of passes", HEAD "\"passes\":[]}", E_RULESET, "/passes", NULL},
	{"a pass without a name", HEAD "\"passes\":[{}]}", E_MISSING_FIELD, "/passes/0", "name"},
	{"an unknown kind", HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"2:1\"}]}", E_RULESET,
		"/passes/0/kind", NULL},
	{"an unknown field", PASS("{\"amont\":\"same\"}"), E_RULESET, "/passes/0/when/amont",
		"did you mean \"amount\""},
	{"an unknown test", PASS("{\"amount\":\"sane\"}"), E_RULESET, "/passes/0/when/amount",
		"did you mean \"same\""},
	{"an unknown operator", PASS("{\"amount\":{\"witin\":1}}"), E_UNKNOWN_FIELD,
		"/passes/0/when/amount/witin", "did you mean \"within\""},
	{"a test on the wrong type", PASS("{\"text\":{\"within\":1}}"), E_RULESET,
		"/passes/0/when/text", "cannot be put"},
	{"days on an amount", PASS("{\"amount\":{\"days\":[0,1]}}"), E_RULESET,
		"/passes/0/when/amount", NULL},
	{"days the wrong way round", PASS("{\"day\":{\"days\":[3,1]}}"), E_RULESET,
		"/passes/0/when/day/days", "after the last"},
	{"a field that one side does not have", PASS("{\"only\":\"same\"}"), E_RULESET,
		"/passes/0/when/only", "right side"},
	{"some value of a field that one side does not have",
		PASS("{\"only\":{\"any\":true,\"missing\":\"fail\"}}"), E_RULESET,
		"/passes/0/when/only", "right side"},
	{"what is to become of a difference",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"},\"difference\":{\"then\":"
		"\"propsoe\"}}]}", E_RULESET, "/passes/0/difference/then", "did you mean \"propose\""},
	{"a likeness above one", PASS("{\"text\":{\"like\":1.5}}"), E_RULESET,
		"/passes/0/when/text/like", NULL},
	{"an unknown metric", PASS("{\"text\":{\"like\":0.5,\"by\":\"Levenstein\"}}"), E_RULESET,
		"/passes/0/when/text/by", "did you mean \"Levenshtein\""},
	{"too many digits", PASS("{\"amount\":{\"within\":\"0.1234567\"}}"), E_RULESET,
		"/passes/0/when/amount/within", NULL},
	{"a line that cannot be read", PASS("{\"amount\":{\"expect\":\"2*right\"}}"), E_RULESET,
		"/passes/0/when/amount/expect", NULL},
	{"what to do with missing values", PASS("{\"text\":{\"same\":true,\"missing\":\"maybe\"}}"),
		E_RULESET, "/passes/0/when/text/missing", NULL},
	{"a group without a way", HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\",\"group\":{}}]}",
		E_MISSING_FIELD, "/passes/0/group", "how"},
	{"n:1 without a group", HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\"}]}",
		E_MISSING_FIELD, "/passes/0", "group"},
	{"lines the wrong way round",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\",\"group\":{\"how\":\"subset\","
		     "\"lines\":[8,2]}}]}",
		E_RULESET, "/passes/0/group/lines", NULL},
	{"a run without an order",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\",\"group\":{\"how\":\"run\"}}]}",
		E_MISSING_FIELD, "/passes/0/group", "along"},
	{"a line to suggest above the line to confirm",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"},\"then\":{\"confirm\":"
		     "{\"confidence\":0.5},\"suggest\":{\"confidence\":0.9}}}]}",
		E_RULESET, "/passes/0/then/suggest", "above"},
	{"duplicates by tests, not by learned weights", HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"same\","
					    "\"when\":{\"amount\":\"same\"}}]}",
		E_UNSUPPORTED, "/passes/0/kind", NULL},
	{"a calendar of no days", "{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"text\",\"left\":\"A\"}},"
				  "\"lists\":{\"c\":[\"31.12.2026\"]}}",
		E_RULESET, "/lists/c/0", "day"},
	{"a time in transit that cannot be read",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"}}],\"expect\":"
		     "{\"left\":{\"in_transit_until\":\"soon\"}}}",
		E_RULESET, "/expect/left/in_transit_until", NULL},
	{"two tests in one object", PASS("{\"amount\":{\"within\":1,\"percent\":2}}"), E_RULESET,
		"/passes/0/when/amount/percent", "one test an object"},
	{"a calendar with a likeness", PASS("{\"text\":{\"like\":0.5,\"calendar\":\"TARGET\"}}"),
		E_RULESET, "/passes/0/when/text/calendar", "does not go with"},
	{"a calendar that is not listed", PASS("{\"day\":{\"days\":[0,1],\"calendar\":\"bank\"}}"),
		E_RULESET, "/passes/0/when/day/calendar", "lists of days"},
	{"TARGET with a slip", PASS("{\"day\":{\"days\":[0,1],\"calendar\":\"TARGTE\"}}"), E_RULESET,
		"/passes/0/when/day/calendar", "did you mean \"TARGET\""},
	{"aliases that are not listed",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"text\",\"left\":\"A\",\"alias\":\"names\"}}" SIDES,
		E_RULESET, "/fields/a/alias", "lists of words"},
	{"aliases of an amount",
		"{\"ruleset\":1,\"lists\":{\"n\":{}},\"fields\":{\"a\":{\"type\":\"amount\",\"left\":\"A\","
		"\"alias\":\"n\"}}" SIDES,
		E_RULESET, "/fields/a/alias", "no aliases"},
	{"a sum of dates",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"date\",\"left\":{\"sum\":[\"A\",\"B\"]}}}" SIDES,
		E_RULESET, "/fields/a/left", "cannot be a sum"},
	{"a sum of currencies",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"currency\",\"right\":{\"sum\":[\"A\"]}}}" SIDES,
		E_RULESET, "/fields/a/right", "cannot be a sum"},
	{"a scale of an amount",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"amount\",\"left\":\"A\",\"scale\":3}}" SIDES,
		E_RULESET, "/fields/a/scale", "currency"},
	{"a scale beyond what is held",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"quantity\",\"left\":\"A\",\"scale\":19}}}",
		E_RULESET, "/fields/a/scale", NULL},
	{"repeats of another word",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"date\",\"left\":\"A\"}},\"left\":{\"repeats\":"
		"\"append twice\"},\"right\":{}}",
		E_RULESET, "/left/repeats", NULL},
	{"repeats without days",
		"{\"ruleset\":1,\"fields\":{\"a\":{\"type\":\"text\",\"left\":\"A\"}},\"left\":{\"repeats\":"
		"\"overlap\"},\"right\":{}," ONE_PASS,
		E_RULESET, "/left/repeats", "no date field"},
	{"rates that are not listed", PASS("{\"amount\":{\"rate\":\"ecb\"}}"), E_RULESET,
		"/passes/0/when/amount/rate", "lists of words"},
	{"a rate that is not positive", PASS("{\"amount\":{\"rate\":0}}"), E_RULESET,
		"/passes/0/when/amount/rate", "positive"},
	{"a fixed rate of a day", PASS("{\"amount\":{\"rate\":1.5,\"on\":\"day\"}}"), E_RULESET,
		"/passes/0/when/amount/on", "fixed"},
	{"rates that are none",
		HEAD "\"lists\":{\"ecb\":{\"2026-01-02\":\"dear\"}},\"passes\":[{\"name\":\"p\",\"when\":"
		     "{\"amount\":{\"rate\":\"ecb\"}}}]}",
		E_RULESET, "/passes/0/when/amount/rate", "positive rate"},
	{"rates of the base currency that are none",
		HEAD "\"currency\":\"EUR\",\"lists\":{\"USD\":{\"soon\":\"1\"}}," ONE_PASS, E_RULESET,
		"/lists", "soon"},
	{"the balance at a rate, and in a base currency",
		HEAD "\"currency\":\"EUR\",\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":{\"rate\":2}}}]}",
		E_RULESET, "/passes/0/when/amount/rate", "base currency"},
	{"a group in a pass of pairs",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"},\"group\":{\"how\":\"all\"}}]}",
		E_RULESET, "/passes/0/group", "means nothing"},
	{"whole in a pass of pairs",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"},\"whole\":\"left\"}]}", E_RULESET,
		"/passes/0/whole", "means nothing"},
	{"a choice in a pass of groups",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\",\"choose\":\"oldest\",\"group\":{\"how\":"
		     "\"all\"},\"when\":{\"ref\":\"same\"}}]}",
		E_RULESET, "/passes/0/choose", "means nothing"},
	{"a choice by days beside another pass",
		HEAD "\"passes\":[{\"name\":\"p\",\"choose\":\"oldest\",\"when\":{\"amount\":\"same\"}},"
		     "{\"name\":\"q\",\"when\":{\"ref\":\"same\"}}]}",
		E_RULESET, "/passes", "stage of its own"},
	{"lines left out of a run",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:1\",\"group\":{\"how\":\"run\",\"along\":"
		     "[\"day\"],\"except_up_to\":1}}]}",
		E_RULESET, "/passes/0/group/except_up_to", "leave lines out"},
	{"several against several without a key",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:m\",\"group\":{\"how\":\"all\"}}]}",
		E_MISSING_FIELD, "/passes/0/group", "by"},
	{"several against several by search",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:m\",\"group\":{\"how\":\"subset\",\"by\":"
		     "[\"ref\"]}}]}",
		E_RULESET, "/passes/0/group", "whole keys"},
	{"several against several with tests",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:m\",\"when\":{\"ref\":\"same\"},\"group\":"
		     "{\"how\":\"all\",\"by\":[\"ref\"]}}]}",
		E_RULESET, "/passes/0/when", "alone"},
	{"a key that one side does not have",
		HEAD "\"passes\":[{\"name\":\"p\",\"kind\":\"n:m\",\"group\":{\"how\":\"all\",\"by\":"
		     "[\"only\"]}}]}",
		E_RULESET, "/passes/0/group/by", "both sides"},
	{"a hint with words",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"},\"then\":{\"hint\":"
		     "{\"confidence\":1}}}]}",
		E_RULESET, "/passes/0/then/hint", NULL},
	{"a chain to nothing", HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"}}],"
				    "\"chain\":{\"through\":\"left\"}}",
		E_MISSING_FIELD, "/chain", "before"},
	{"a limit of nothing", HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"}}],"
				    "\"limits\":{\"pairs\":0}}",
		E_RULESET, "/limits/pairs", NULL},
	{"a calendar for days of all sorts",
		HEAD "\"passes\":[{\"name\":\"p\",\"when\":{\"amount\":\"same\"}}],\"expect\":{\"left\":"
		     "{\"in_transit_until\":\"5 days\",\"calendar\":\"TARGET\"}}}",
		E_RULESET, "/expect/left/calendar", "business"},
	{"advice without a name",
		HEAD "\"advice\":{\"of\":{\"column\":\"A\",\"field\":\"only\"},\"amount\":\"B\"},\"passes\":[]}",
		E_MISSING_FIELD, "/advice", "names"},
	{"advice by a field that the side does not have",
		HEAD "\"advice\":{\"of\":{\"column\":\"A\",\"field\":\"ref\"},\"names\":{\"column\":\"A\","
		     "\"field\":\"only\"},\"amount\":\"B\"}," ONE_PASS,
		E_RULESET, "/advice/names/field", "right side"},
	{"advice in an unknown member",
		HEAD "\"advice\":{\"off\":{}},\"passes\":[]}", E_UNKNOWN_FIELD, "/advice/off",
		"did you mean \"of\""},
};

/* What only who knows the meaning of names can tell: the schema takes these. */
static const char *const by_meaning[] = {
	"an unknown field",
	"a test on the wrong type",
	"days on an amount",
	"days the wrong way round",
	"a field that one side does not have",
	"some value of a field that one side does not have",
	"lines the wrong way round",
	"a line to suggest above the line to confirm",
	"a calendar that is not listed",
	"TARGET with a slip",
	"aliases that are not listed",
	"aliases of an amount",
	"a sum of dates",
	"a sum of currencies",
	"a scale of an amount",
	"repeats without days",
	"rates that are not listed",
	"a fixed rate of a day",
	"rates that are none",
	"rates of the base currency that are none",
	"the balance at a rate, and in a base currency",
	"a choice by days beside another pass",
	"lines left out of a run",
	"a key that one side does not have",
	"a calendar for days of all sorts",
	"advice by a field that the side does not have",
};

#endif
