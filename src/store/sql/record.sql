-- One record once; see the functions in migration 0007.

-- name: record_take(int4, int4[], int4[], bit[])
SELECT record_take($1, $2, $3, $4);

-- name: record_release(int4, int4[], int4[], bit[])
SELECT record_release($1, $2, $3, $4);

-- name: record_allocate(int4, int4[], int8[], int8[], int8[])
SELECT allocation_add($1, $2, $3, $4, $5);

-- A bit string's binary form is its length in bits and the bytes.
-- name: record_taken(int4, int4[])
SELECT dataset_no, page, substring(bit_send(taken) FROM 5) AS taken
FROM dataset_page WHERE reconciliation_no = $1 AND dataset_no = ANY ($2)
ORDER BY dataset_no, page;

-- name: record_allocated(int4, int4[])
SELECT dataset_no, row_no, amount, allocated
FROM allocation WHERE reconciliation_no = $1 AND dataset_no = ANY ($2)
ORDER BY dataset_no, row_no;
