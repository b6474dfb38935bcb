DROP TABLE fx_rate;
DROP TABLE calendar;
DROP TABLE idempotency;
DROP TABLE setting;
