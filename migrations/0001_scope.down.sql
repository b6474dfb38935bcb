DROP FUNCTION policy_service(regclass, name[]);
DROP FUNCTION policy_people(regclass, name[]);
DROP FUNCTION scope_check(uuid);
DROP FUNCTION scope_projects();
DROP FUNCTION scope_user();
