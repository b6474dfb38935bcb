# Migrations are data: `recon migrate` reads them from where they are installed.
migrationsdir = $(pkgdatadir)/migrations
dist_migrations_DATA = \
	%D%/bootstrap.sql \
	%D%/0001_scope.up.sql %D%/0001_scope.down.sql \
	%D%/0002_identity.up.sql %D%/0002_identity.down.sql \
	%D%/0003_project.up.sql %D%/0003_project.down.sql \
	%D%/0004_file.up.sql %D%/0004_file.down.sql \
	%D%/0005_dataset.up.sql %D%/0005_dataset.down.sql \
	%D%/0006_reconciliation.up.sql %D%/0006_reconciliation.down.sql \
	%D%/0007_record.up.sql %D%/0007_record.down.sql \
	%D%/0008_decision.up.sql %D%/0008_decision.down.sql \
	%D%/0009_task.up.sql %D%/0009_task.down.sql \
	%D%/0010_audit.up.sql %D%/0010_audit.down.sql \
	%D%/0011_platform.up.sql %D%/0011_platform.down.sql \
	%D%/0012_statement.up.sql %D%/0012_statement.down.sql \
	%D%/0013_expiry.up.sql %D%/0013_expiry.down.sql \
	%D%/0014_vault_key.up.sql %D%/0014_vault_key.down.sql \
	%D%/0015_duplicate.up.sql %D%/0015_duplicate.down.sql \
	%D%/0016_receipt.up.sql %D%/0016_receipt.down.sql \
	%D%/0017_repair.up.sql %D%/0017_repair.down.sql \
	%D%/0018_mail.up.sql %D%/0018_mail.down.sql \
	%D%/0019_account.up.sql %D%/0019_account.down.sql \
	%D%/0020_preview.up.sql %D%/0020_preview.down.sql \
	%D%/0021_audit_chain.up.sql %D%/0021_audit_chain.down.sql \
	%D%/0022_tus.up.sql %D%/0022_tus.down.sql \
	%D%/0023_second_factor.up.sql %D%/0023_second_factor.down.sql \
	%D%/0024_webhook.up.sql %D%/0024_webhook.down.sql \
	%D%/0025_api_key.up.sql %D%/0025_api_key.down.sql \
	%D%/0038_exception.up.sql %D%/0038_exception.down.sql \
	%D%/0039_exception_sheet.up.sql %D%/0039_exception_sheet.down.sql
