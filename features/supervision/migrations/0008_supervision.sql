CREATE TABLE notice (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    link TEXT NOT NULL,
    dedupe TEXT NOT NULL,
    at BIGINT NOT NULL,
    show_at BIGINT NOT NULL,
    read_at BIGINT,
    UNIQUE (account, dedupe)
);
CREATE INDEX notice_account ON notice (account, show_at);
CREATE TABLE feedback (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    organisation BIGINT,
    path {path} NOT NULL,
    page TEXT NOT NULL,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    answer TEXT,
    answered_at BIGINT,
    answered_by TEXT
);
