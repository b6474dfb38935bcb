-- API keys: a key and its successors are a family, of which two are good while they are exchanged; and
-- the last use is noted, by whichever pool sees it, once a minute at most.

ALTER TABLE api_key ADD COLUMN family uuid;
UPDATE api_key SET family = id;
ALTER TABLE api_key ALTER COLUMN family SET NOT NULL;
CREATE INDEX api_key_family ON api_key (family);

CREATE OR REPLACE VIEW api_key_state WITH (security_barrier) AS
	SELECT k.id, k.user_id, k.project_id, k.secret_hash, k.scopes, k.networks, k.expires_at,
		k.revoked_at,
		k.revoked_at IS NULL AND now() < k.expires_at AND u.status = 'active' AS live,
		coalesce(k.used_at > now() - interval '1 minute', false) AS used_lately
	FROM api_key k
	JOIN app_user u ON u.id = k.user_id;

CREATE FUNCTION api_key_used(key uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
	UPDATE api_key SET used_at = now()
	WHERE id = key AND (used_at IS NULL OR used_at <= now() - interval '1 minute');
	RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION api_key_used(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_used(uuid) TO recon_auth, recon_api, recon_upload, recon_data;
