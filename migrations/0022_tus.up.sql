-- What a client of tus said about its upload (the header Upload-Metadata), given back as it was said.

ALTER TABLE upload ADD COLUMN metadata text CHECK (length(metadata) BETWEEN 1 AND 4096);
