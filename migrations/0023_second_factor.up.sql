-- Whose role demands a second factor: the setting mfa_roles, a list of roles on the platform and in
-- projects. recon_auth may ask, but sees no memberships of others by itself.

CREATE FUNCTION mfa_required(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM setting s, json_array_elements_text(s.value) r(role)
		WHERE s.key = 'mfa_roles'
			AND (EXISTS (SELECT FROM platform_role p WHERE p.user_id = person AND p.role = r.role)
			OR EXISTS (SELECT FROM member m WHERE m.user_id = person AND m.role = r.role)))
$$;

-- Restricts the sessions of those who must have a second factor and have none (a person, or with NULL
-- everybody), and gives their ids.
CREATE FUNCTION mfa_restrict(person uuid) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
	UPDATE session s SET restricted = true
	WHERE s.revoked_at IS NULL AND NOT s.restricted AND (person IS NULL OR s.user_id = person)
		AND now() < least(s.idle_expires_at, s.absolute_expires_at)
		AND NOT EXISTS (SELECT FROM credential c
			WHERE c.user_id = s.user_id AND c.totp_sealed IS NOT NULL)
		AND mfa_required(s.user_id)
	RETURNING s.id
$$;

REVOKE ALL ON FUNCTION mfa_required(uuid), mfa_restrict(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mfa_required(uuid), mfa_restrict(uuid) TO recon_auth;
