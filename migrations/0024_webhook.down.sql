DROP TRIGGER webhooks ON audit_outbox;
DROP FUNCTION webhook_fan_out();
DROP TABLE delivery_try;
DROP TABLE delivery;
DROP TABLE webhook;
DELETE FROM task WHERE kind = 'webhook';
