CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    username {path} NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    member BIGINT,
    must_change BOOLEAN NOT NULL,
    suspended_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX account_name ON account (name, id);
CREATE TABLE role_grant (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    node BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT,
    reason TEXT NOT NULL DEFAULT '',
    revoked_at BIGINT,
    revoked_reason TEXT
);
CREATE INDEX role_grant_account ON role_grant (account);
CREATE INDEX role_grant_node ON role_grant (node);
CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    token_digest TEXT NOT NULL UNIQUE,
    account BIGINT NOT NULL REFERENCES account (id),
    csrf TEXT NOT NULL,
    offline_key TEXT NOT NULL,
    device TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE TABLE attempt (
    key TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX attempt_last ON attempt (last_at);
