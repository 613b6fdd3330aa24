CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    seq BIGINT UNIQUE,
    at BIGINT NOT NULL,
    account BIGINT,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    path {path} NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT
);
CREATE TABLE receipt (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    dead BOOLEAN NOT NULL DEFAULT FALSE,
    error TEXT,
    UNIQUE (kind, dedupe)
);
CREATE INDEX job_due ON job (run_at, id);
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);
