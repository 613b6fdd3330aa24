-- 运维: backups and clearings, each one done, asked for or tried. One row a slot, so that of several
-- processes one does it.
CREATE TABLE upkeep (
    id BIGINT PRIMARY KEY,
    slot TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    ended_at BIGINT,
    name TEXT,
    folder TEXT,
    bytes BIGINT,
    row_count BIGINT,
    file_count BIGINT,
    missing BIGINT,
    encrypted BOOLEAN,
    why TEXT,
    removed_at BIGINT
);
CREATE INDEX upkeep_state ON upkeep (state, kind, ended_at);
