DROP TABLE upload_part;
DROP TABLE upload;
DROP TABLE file;
DROP TABLE vault_object;
