DROP TABLE audit_checkpoint;
DROP TABLE audit_log;
DROP TABLE audit_outbox;
