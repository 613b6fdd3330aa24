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
    by_name TEXT NOT NULL,
    organisation BIGINT,
    path {path} NOT NULL,
    zone BIGINT,
    page TEXT NOT NULL,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    answer TEXT,
    answered_at BIGINT,
    answered_by TEXT
);
CREATE INDEX feedback_account ON feedback (account, id);
CREATE INDEX feedback_path ON feedback (path, id);
-- What a reviewer did and said last, and what is asked and not answered.
CREATE INDEX fact_by ON fact (by_account, at);
CREATE INDEX duty_asked ON duty (extension_asked) WHERE extension_asked IS NOT NULL;
-- The first of a chain where each day's reminders queue the next day's.
INSERT INTO job (id, kind, payload, dedupe, run_at, attempts, lease_until) VALUES (1, 'remind', '{}', 'first', 0, 0, 0);
