-- What files repeat of each other. The later of two files is file_id.

-- The newest readings of the source's other files that have a day in common with this one.
-- name: duplicate_candidates(uuid, uuid, date, date)
SELECT DISTINCT ON (d.file_id) d.id, d.file_id, d.data_object, d.statements_sealed, d.rows_accepted,
	f.sha256
FROM dataset d JOIN file f ON f.id = d.file_id
WHERE d.source_id = $1 AND d.state = 'ready' AND d.file_id <> $2
	AND (d.first_day IS NULL OR $3::date IS NULL OR (d.first_day <= $4 AND d.last_day >= $3))
ORDER BY d.file_id DESC, d.id DESC LIMIT 200;

-- A new reading finds anew; what a person has decided stays.
-- name: duplicate_forget(uuid)
DELETE FROM duplicate WHERE (file_id = $1 OR other_id = $1) AND verdict = 'open';

-- name: duplicate_put(uuid, uuid, text, uuid, int8)
INSERT INTO duplicate (file_id, other_id, kind, project_id, count)
VALUES (greatest($1, $2), least($1, $2), $3, $4, $5)
ON CONFLICT (file_id, other_id, kind) DO UPDATE SET count = excluded.count;

-- name: duplicate_list(uuid, uuid)
SELECT file_id, other_id, kind, count, verdict, decided_by, decided_at,
	found_at
FROM duplicate WHERE project_id = $1 AND (file_id = $2 OR other_id = $2)
ORDER BY other_id DESC, file_id DESC, kind LIMIT 1000;

-- name: duplicate_decide(uuid, uuid, uuid, text, text, uuid)
UPDATE duplicate SET verdict = $5, decided_by = $6,
	decided_at = CASE WHEN $5 = 'open' THEN NULL ELSE now() END
WHERE project_id = $1 AND file_id = greatest($2, $3) AND other_id = least($2, $3) AND kind = $4
RETURNING file_id, other_id, kind, count, verdict, decided_by, decided_at,
	found_at;
