#ifndef TESTS_RULES_SCHEMA_H
#define TESTS_RULES_SCHEMA_H
/*
 * Just enough of JSON Schema 2020-12 to hold docs/ruleset.schema.json against rulesets. A keyword
 * that is not known here fails the test, so that the schema cannot say what nobody checks.
 */
#include "rules/tree.h"

/* Does the value fit? root is the whole schema. ret_where: keyword that did not, static. */
bool schema_allows(const struct tree *root, const struct tree *schema, const struct tree *value,
	const char **ret_where);

#endif
