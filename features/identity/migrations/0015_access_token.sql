CREATE TABLE access_token (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    roles TEXT NOT NULL,
    read_only BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_on TEXT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX access_token_account ON access_token (account, id);
