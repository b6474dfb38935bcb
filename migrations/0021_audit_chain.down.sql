DROP POLICY platform ON audit_log;
DROP FUNCTION audit_erase(uuid);
ALTER TABLE audit_checkpoint DROP COLUMN key, DROP CONSTRAINT audit_checkpoint_signature;
DROP INDEX audit_log_request;
DROP INDEX audit_log_ts;
ALTER TABLE audit_log DROP COLUMN personal, DROP COLUMN salt, DROP COLUMN personal_hash;
ALTER TABLE audit_outbox DROP COLUMN personal;
