DROP FUNCTION allocation_add(integer, integer[], bigint[], bigint[], bigint[]);
DROP FUNCTION record_mask(bigint);
DROP FUNCTION record_release(integer, integer[], integer[], bit[]);
DROP FUNCTION record_take(integer, integer[], integer[], bit[]);
DROP FUNCTION record_project(integer, integer[]);
DROP TABLE allocation;
DROP TABLE dataset_page;
