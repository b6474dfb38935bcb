REVOKE DELETE ON session, task FROM recon_operator;
REVOKE SELECT (id, expires_at), DELETE ON review_view FROM recon_operator;
DROP POLICY operator ON review_view;
DROP INDEX session_end, one_time_code_expiry;
