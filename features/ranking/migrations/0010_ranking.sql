CREATE TABLE ranking (
    id BIGINT PRIMARY KEY,
    issuer BIGINT NOT NULL REFERENCES node (id),
    path {path} NOT NULL,
    title TEXT NOT NULL,
    period_from TEXT NOT NULL,
    period_to TEXT NOT NULL,
    -- JSON list of ids; empty for every sheet of the issuer's own.
    sheets TEXT NOT NULL,
    audience TEXT NOT NULL,
    objection_days BIGINT NOT NULL,
    prefix TEXT NOT NULL,
    recipients TEXT NOT NULL,
    signer TEXT NOT NULL,
    -- The edition that stands; 0 while it is a draft.
    edition BIGINT NOT NULL DEFAULT 0,
    objections_until TEXT,
    sent_at BIGINT,
    sent_by TEXT,
    published_at BIGINT,
    published_by TEXT,
    withdrawn_at BIGINT,
    withdrawn_by TEXT,
    withdrawn_why TEXT,
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    created_by_name TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX ranking_path ON ranking (path, id);
-- Frozen when made; only its publication is added.
CREATE TABLE ranking_edition (
    ranking BIGINT NOT NULL REFERENCES ranking (id),
    number BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    terms TEXT NOT NULL,
    sheets TEXT NOT NULL,
    -- JSON: which line was corrected and why; empty for the first.
    change TEXT NOT NULL,
    published_at BIGINT,
    published_by TEXT,
    prefix TEXT,
    year BIGINT,
    document_number BIGINT,
    PRIMARY KEY (ranking, number),
    UNIQUE (prefix, year, document_number)
);
CREATE TABLE ranking_line (
    ranking BIGINT NOT NULL REFERENCES ranking (id),
    edition BIGINT NOT NULL,
    organisation BIGINT NOT NULL REFERENCES node (id),
    -- Order in the edition, from 1.
    place BIGINT NOT NULL,
    body TEXT NOT NULL,
    items TEXT NOT NULL,
    PRIMARY KEY (ranking, edition, organisation)
);
CREATE INDEX ranking_line_organisation ON ranking_line (organisation, ranking, edition);
CREATE TABLE objection (
    id BIGINT PRIMARY KEY,
    ranking BIGINT NOT NULL REFERENCES ranking (id),
    edition BIGINT NOT NULL,
    organisation BIGINT NOT NULL REFERENCES node (id),
    -- None for the line as a whole.
    requirement BIGINT,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_account BIGINT,
    by_name TEXT NOT NULL,
    upheld BOOLEAN,
    answer TEXT,
    answered_at BIGINT,
    answered_by TEXT,
    -- The edition that an upheld one led to.
    made_edition BIGINT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX objection_ranking ON objection (ranking, organisation, id);
