DELETE FROM task WHERE kind = 'preview';
DROP POLICY intake ON task;
CREATE POLICY intake ON task TO recon_intake
	USING (kind IN ('scan', 'read', 'repair', 'purge', 'rewrap'))
	WITH CHECK (kind IN ('scan', 'read', 'repair'));
ALTER TABLE task DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
	('scan', 'read', 'repair', 'match', 'export', 'backtest', 'mail', 'webhook', 'purge', 'rewrap'));
DROP TABLE preview;
