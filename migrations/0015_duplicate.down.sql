DROP TABLE duplicate;
ALTER TABLE dataset DROP COLUMN first_day, DROP COLUMN last_day;
