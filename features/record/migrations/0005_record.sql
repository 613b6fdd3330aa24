CREATE TABLE file (
    id BIGINT PRIMARY KEY,
    digest TEXT NOT NULL,
    media TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT,
    small TEXT,
    width BIGINT,
    height BIGINT,
    created_at BIGINT NOT NULL,
    created_by BIGINT
);
CREATE TABLE file_use (
    file BIGINT NOT NULL REFERENCES file (id),
    object_kind TEXT NOT NULL,
    object BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    path {path} NOT NULL,
    zone BIGINT,
    PRIMARY KEY (file, object_kind, object, organisation)
);
CREATE INDEX file_use_object ON file_use (object_kind, object, rank);
CREATE TABLE upload (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    name TEXT NOT NULL,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX upload_account ON upload (account, done);
CREATE TABLE upload_part (
    upload BIGINT NOT NULL REFERENCES upload (id),
    position BIGINT NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (upload, position)
);
CREATE TABLE record (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    subkind TEXT NOT NULL,
    organisation BIGINT NOT NULL,
    path {path} NOT NULL,
    zone BIGINT,
    day TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    speaker BIGINT,
    speaker_name TEXT NOT NULL,
    speaker_is_secretary BOOLEAN NOT NULL,
    speaker_birth TEXT,
    attended BIGINT NOT NULL,
    expected BIGINT NOT NULL DEFAULT 0,
    audience BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    created_by BIGINT,
    created_by_name TEXT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX record_organisation ON record (organisation, day);
CREATE INDEX record_path ON record (path, day, id);
CREATE TABLE record_person (
    record BIGINT NOT NULL REFERENCES record (id),
    member BIGINT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (record, member)
);
CREATE TABLE record_event (
    id BIGINT PRIMARY KEY,
    record BIGINT NOT NULL REFERENCES record (id),
    at BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX record_event_record ON record_event (record, id);
