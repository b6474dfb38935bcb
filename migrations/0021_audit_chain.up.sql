-- The chain of the audit log. What is personal in a row (a network address) is not hashed itself but
-- with a random salt, so that both can be erased and every hash stays as it was. Nobody updates the
-- log: erasing is a function, and only recon_auditor may call it.

ALTER TABLE audit_outbox ADD COLUMN personal json;

ALTER TABLE audit_log
	ADD COLUMN personal json,
	ADD COLUMN salt bytea CHECK (length(salt) = 32),
	ADD COLUMN personal_hash bytea CHECK (length(personal_hash) = 32),
	ADD CONSTRAINT audit_log_personal CHECK ((personal IS NULL) = (salt IS NULL)
		AND (personal IS NULL OR personal_hash IS NOT NULL));
CREATE INDEX audit_log_ts ON audit_log (ts);
CREATE INDEX audit_log_request ON audit_log (request_id) WHERE request_id IS NOT NULL;

ALTER TABLE audit_checkpoint
	ADD COLUMN key bytea NOT NULL CHECK (length(key) = 8),
	ADD CONSTRAINT audit_checkpoint_signature CHECK (length(signature) = 64);

-- Of everything that a person did, and that was done to them. Returns how many rows had any.
CREATE FUNCTION audit_erase(person uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	n bigint;
BEGIN
	UPDATE audit_log SET personal = NULL, salt = NULL
	WHERE personal IS NOT NULL AND (actor_id = person OR object_id = person);
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION audit_erase(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase(uuid) TO recon_auditor;

-- Administrators and auditors see all of it; others the projects of their scope.
CREATE POLICY platform ON audit_log FOR SELECT TO recon_api
	USING ((SELECT EXISTS (SELECT FROM platform_role r WHERE r.user_id = (SELECT scope_user()))));
