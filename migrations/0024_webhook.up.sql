-- Webhooks: who is told what of a project. A message is inserted by the transaction that does what it
-- tells of, by a trigger on the row that every act leaves in the audit outbox; recon-courier delivers
-- it. Secrets are sealed to the courier's public key: the pool that makes one cannot read it back.

CREATE TABLE webhook (
	id uuid PRIMARY KEY,
	project_id uuid NOT NULL REFERENCES project ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
	url text NOT NULL CHECK (url ~ '^https://[^[:space:]@#]+$' AND length(url) <= 2048),
	events text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 64),
	ca_pem text CHECK (length(ca_pem) <= 65536),
	pins text[] NOT NULL DEFAULT '{}' CHECK (cardinality(pins) <= 8),
	secret_sealed bytea NOT NULL,
	old_secret_sealed bytea,
	old_until timestamptz,
	status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'gone')),
	created_by uuid REFERENCES app_user,
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, project_id),
	CHECK ((old_secret_sealed IS NULL) = (old_until IS NULL))
);
CREATE INDEX webhook_project ON webhook (project_id, id);

CREATE TABLE delivery (
	id uuid PRIMARY KEY,
	webhook_id uuid NOT NULL,
	project_id uuid NOT NULL,
	event text NOT NULL,
	body text NOT NULL CHECK (length(body) <= 65536),
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
	tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
	status integer,
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
	ended_at timestamptz,
	FOREIGN KEY (webhook_id, project_id) REFERENCES webhook (id, project_id) ON DELETE CASCADE,
	CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX delivery_webhook ON delivery (webhook_id, id);
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;

-- One row per try: when, what the receiver said, how long it took.
CREATE TABLE delivery_try (
	delivery_id uuid NOT NULL REFERENCES delivery ON DELETE CASCADE,
	no integer NOT NULL CHECK (no >= 1),
	project_id uuid NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	status integer,
	error_code text CHECK (error_code ~ '^[a-z0-9_]{1,64}$'),
	ms integer NOT NULL CHECK (ms >= 0),
	PRIMARY KEY (delivery_id, no)
);

-- A message per webhook that asked for the event. Its id begins as the audit row's does, so that ids
-- are in the order of time.
CREATE FUNCTION webhook_fan_out() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
	hook record;
	message uuid;
BEGIN
	FOR hook IN SELECT id FROM webhook WHERE project_id = NEW.project_id AND status = 'active'
		AND NEW.action = ANY (events)
	LOOP
		message := encode(substr(uuid_send(NEW.id), 1, 8)
			|| substr(sha256(uuid_send(NEW.id) || uuid_send(hook.id)), 1, 8), 'hex')::uuid;
		INSERT INTO delivery (id, webhook_id, project_id, event, body)
		VALUES (message, hook.id, NEW.project_id, NEW.action, json_build_object(
			'type', NEW.action,
			'timestamp', to_char(NEW.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
			'data', json_build_object('project', NEW.project_id, 'object_kind', NEW.object_kind,
				'object', NEW.object_id, 'outcome', NEW.outcome,
				'request_id', NEW.request_id))::text);
		INSERT INTO task (id, kind, subject, project_id, request_id)
		VALUES (gen_random_uuid(), 'webhook', message, NEW.project_id, NEW.request_id);
	END LOOP;
	RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION webhook_fan_out() FROM PUBLIC;
CREATE TRIGGER webhooks AFTER INSERT ON audit_outbox FOR EACH ROW
	WHEN (NEW.project_id IS NOT NULL AND NEW.outcome <> 'refused')
	EXECUTE FUNCTION webhook_fan_out();

SELECT policy_people(t, 'recon_api')
	FROM unnest(ARRAY['webhook', 'delivery', 'delivery_try']::regclass[]) t;
SELECT policy_service(t, 'recon_courier', 'recon_operator')
	FROM unnest(ARRAY['webhook', 'delivery', 'delivery_try']::regclass[]) t;
GRANT SELECT, INSERT, DELETE ON webhook TO recon_api;
GRANT UPDATE (name, url, events, ca_pem, pins, status, secret_sealed, old_secret_sealed, old_until)
	ON webhook TO recon_api;
GRANT SELECT ON delivery, delivery_try TO recon_api;
GRANT UPDATE (state, expires_at, ended_at) ON delivery TO recon_api;
GRANT SELECT ON webhook, delivery TO recon_courier;
GRANT UPDATE (status) ON webhook TO recon_courier;
GRANT UPDATE (state, tries, status, error_code, ended_at) ON delivery TO recon_courier;
GRANT INSERT ON delivery_try TO recon_courier;
GRANT SELECT, DELETE ON delivery, delivery_try TO recon_operator;
GRANT SELECT ON webhook TO recon_operator;
