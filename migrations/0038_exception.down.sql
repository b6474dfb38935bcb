DROP TABLE exception_comment;
DROP TABLE exception_change;
DROP TABLE exception;
DROP FUNCTION exception_changed();
DROP FUNCTION exception_key(text, text, date, date, bigint);
DROP TABLE reason_code;
DROP TABLE exception_policy;
