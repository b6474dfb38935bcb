DELETE FROM task WHERE kind IN ('mail', 'webhook');
REVOKE INSERT ON task FROM recon_auth;
DROP POLICY letters ON task;
DROP POLICY courier ON task;
ALTER TABLE task DROP CONSTRAINT task_project_check,
	DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
		('scan', 'read', 'repair', 'match', 'export', 'backtest', 'deliver', 'purge', 'rewrap')),
	ALTER COLUMN project_id SET NOT NULL;
CREATE POLICY courier ON task TO recon_courier
	USING (kind = 'deliver') WITH CHECK (kind = 'deliver');
GRANT SELECT ON app_user TO recon_courier;
DROP TABLE mail;
