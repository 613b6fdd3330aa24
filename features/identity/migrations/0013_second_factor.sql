CREATE TABLE second_factor (
    account BIGINT PRIMARY KEY REFERENCES account (id),
    secret TEXT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE TABLE recovery_code (
    account BIGINT NOT NULL REFERENCES account (id),
    digest TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account, digest)
);
CREATE TABLE half_sign_in (
    token_digest TEXT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    device TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX half_sign_in_account ON half_sign_in (account);
