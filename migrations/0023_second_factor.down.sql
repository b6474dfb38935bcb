DROP FUNCTION mfa_restrict(uuid), mfa_required(uuid);
