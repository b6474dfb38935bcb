REVOKE UPDATE (state, severity, reason, owner, team, due_on, note, resolved_by, updated_at, version)
	ON exception FROM recon_data;
