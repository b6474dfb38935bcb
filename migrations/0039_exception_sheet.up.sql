-- An edited sheet of exceptions is a file like any other: the data pool, which can read it, applies it.

GRANT UPDATE (state, severity, reason, owner, team, due_on, note, resolved_by, updated_at, version)
	ON exception TO recon_data;
