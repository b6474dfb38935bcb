DROP VIEW api_key_state;
CREATE VIEW api_key_state WITH (security_barrier) AS
	SELECT k.id, k.user_id, k.project_id, k.secret_hash, k.scopes, k.networks, k.expires_at,
		k.revoked_at,
		k.revoked_at IS NULL AND now() < k.expires_at AND u.status = 'active' AS live
	FROM api_key k
	JOIN app_user u ON u.id = k.user_id;
GRANT SELECT ON api_key_state TO recon_auth, recon_api, recon_upload, recon_data;
DROP FUNCTION api_key_used(uuid);
ALTER TABLE api_key DROP COLUMN family;
