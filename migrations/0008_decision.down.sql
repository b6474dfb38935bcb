DROP TABLE saved_view;
DROP TABLE review_view;
DROP FUNCTION decision_append(uuid, bigint, uuid, text, uuid, integer, uuid, json, text, uuid);
DROP TABLE decision;
