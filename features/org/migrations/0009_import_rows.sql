ALTER TABLE import ADD COLUMN state TEXT NOT NULL DEFAULT 'old';
ALTER TABLE import ADD COLUMN file TEXT;
ALTER TABLE import ADD COLUMN head TEXT;
ALTER TABLE import ADD COLUMN mapping TEXT NOT NULL DEFAULT '{}';
ALTER TABLE import ADD COLUMN note TEXT;
ALTER TABLE import ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN about BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN creates BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN updates BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN sames BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN doubts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN bads BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN todo BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN created BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN updated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN late BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN undone BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN gained BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN acting BIGINT;
ALTER TABLE import ADD COLUMN acting_name TEXT;
CREATE TABLE import_row (
    import BIGINT NOT NULL REFERENCES import (id),
    number BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    state TEXT NOT NULL,
    choice BIGINT,
    object BIGINT,
    version BIGINT,
    content TEXT NOT NULL,
    result TEXT,
    PRIMARY KEY (import, number)
);
CREATE INDEX import_row_verdict ON import_row (import, verdict, number);
CREATE INDEX import_row_left ON import_row (import, number) WHERE state IN ('late', 'kept');
CREATE TABLE import_columns (
    kind TEXT NOT NULL,
    organisation BIGINT NOT NULL,
    header TEXT NOT NULL,
    mapping TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, organisation, header)
);
CREATE TABLE import_turn (
    kind TEXT PRIMARY KEY,
    import BIGINT NOT NULL
);
INSERT INTO import_turn (kind, import) VALUES ('organisation', 0), ('member', 0);
CREATE INDEX member_name ON member (name);
