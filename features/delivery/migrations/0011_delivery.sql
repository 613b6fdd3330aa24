CREATE TABLE channel (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    tls TEXT NOT NULL,
    username TEXT NOT NULL,
    sender TEXT NOT NULL,
    node BIGINT,
    secret TEXT NOT NULL,
    trouble TEXT,
    trouble_at BIGINT,
    tested_at BIGINT,
    tested_words TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
-- One mail server for the whole installation; robots as many as there are groups.
CREATE UNIQUE INDEX channel_email ON channel (kind) WHERE kind = 'email';
CREATE TABLE address (
    account BIGINT PRIMARY KEY,
    email TEXT NOT NULL,
    wants_email BOOLEAN NOT NULL,
    verified_at BIGINT,
    from_hour BIGINT NOT NULL,
    to_hour BIGINT NOT NULL,
    told_until BIGINT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    code_until BIGINT NOT NULL DEFAULT 0,
    code_tries BIGINT NOT NULL DEFAULT 0,
    code_sent_at BIGINT NOT NULL DEFAULT 0,
    code_trouble TEXT,
    codes BIGINT NOT NULL DEFAULT 0,
    codes_on TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
-- Written before anything is sent: one a channel, recipient (0 for a group) and day.
CREATE TABLE delivery (
    id BIGINT PRIMARY KEY,
    channel BIGINT NOT NULL,
    account BIGINT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    blind BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    busy_until BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    settled_at BIGINT,
    UNIQUE (channel, account, day)
);
CREATE INDEX delivery_state ON delivery (state, id);
