-- E-mail: letters that wait for recon-courier, sealed to its public key by the pool that wrote them.
-- Who a letter goes to and what it says is readable to the courier alone; the sealed text is removed
-- when the letter has ended. A letter without a person (user_id NULL) is one that goes to nobody: asking
-- for an address that has no account costs the same.

CREATE TABLE mail (
	id uuid PRIMARY KEY,
	user_id uuid REFERENCES app_user ON DELETE CASCADE,
	kind text NOT NULL CHECK (kind IN
		('invitation', 'verification', 'reset', 'known', 'notice')),
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN
		('waiting', 'sent', 'failed', 'expired', 'dropped')),
	sealed bytea CHECK (length(sealed) <= 65536),
	tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	ended_at timestamptz,
	CHECK ((state = 'waiting') = (sealed IS NOT NULL)),
	CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX mail_user ON mail (user_id);
CREATE INDEX mail_ended ON mail (ended_at) WHERE ended_at IS NOT NULL;

SELECT policy_service('mail', 'recon_auth', 'recon_courier', 'recon_operator');
GRANT INSERT ON mail TO recon_auth;
GRANT SELECT, UPDATE (state, sealed, tries, error_code, ended_at) ON mail TO recon_courier;
GRANT SELECT, DELETE ON mail TO recon_operator;
REVOKE SELECT ON app_user FROM recon_courier;

-- A letter belongs to no project. What the courier does has two kinds, so that a slow receiver of
-- one does not hold up the other.
DROP POLICY courier ON task;
DELETE FROM task WHERE kind = 'deliver';
ALTER TABLE task ALTER COLUMN project_id DROP NOT NULL,
	DROP CONSTRAINT task_kind_check, ADD CONSTRAINT task_kind_check CHECK (kind IN
		('scan', 'read', 'repair', 'match', 'export', 'backtest', 'mail', 'webhook', 'purge', 'rewrap')),
	ADD CONSTRAINT task_project_check CHECK ((project_id IS NULL) = (kind = 'mail'));
CREATE POLICY courier ON task TO recon_courier
	USING (kind IN ('mail', 'webhook')) WITH CHECK (kind IN ('mail', 'webhook'));
CREATE POLICY letters ON task FOR INSERT TO recon_auth WITH CHECK (kind = 'mail');
GRANT INSERT ON task TO recon_auth;
