-- What `recon expire` deletes when it is past its time: kept answers, one-time codes, ended sessions
-- with their refresh tokens, views and finished tasks. The operator's role may delete these and see
-- no more of them than when they ended.

CREATE INDEX one_time_code_expiry ON one_time_code (expires_at);
CREATE INDEX session_end ON session (least(idle_expires_at, absolute_expires_at, revoked_at));

CREATE POLICY operator ON review_view TO recon_operator USING (true);

GRANT SELECT (id, expires_at), DELETE ON review_view TO recon_operator;
GRANT DELETE ON session, task TO recon_operator;
