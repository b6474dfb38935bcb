DROP TABLE job_stat;
DROP TABLE job_input;
DROP TABLE job;
ALTER TABLE reconciliation DROP CONSTRAINT reconciliation_id_ruleset_version_fkey;
DROP TABLE ruleset;
DROP TABLE reconciliation_source;
DROP TABLE reconciliation;
