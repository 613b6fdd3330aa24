CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    member BIGINT,
    must_change BOOLEAN NOT NULL,
    suspended_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    blocked_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE role_grant (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    node BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT
);
CREATE INDEX role_grant_account ON role_grant (account);
CREATE INDEX role_grant_node ON role_grant (node);
CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    token_digest TEXT NOT NULL UNIQUE,
    account BIGINT NOT NULL REFERENCES account (id),
    csrf TEXT NOT NULL,
    offline_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE address_failure (
    address TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL
);
