CREATE TABLE requirement (
    id BIGINT PRIMARY KEY,
    source_kind TEXT NOT NULL,
    source BIGINT NOT NULL,
    item BIGINT NOT NULL,
    path {path} NOT NULL,
    rank BIGINT NOT NULL,
    outline TEXT NOT NULL,
    title TEXT NOT NULL,
    demand TEXT NOT NULL,
    source_words TEXT NOT NULL,
    period_key TEXT NOT NULL,
    window_from TEXT NOT NULL,
    window_to TEXT,
    due TEXT NOT NULL,
    due_words TEXT NOT NULL,
    measure TEXT NOT NULL,
    evidence TEXT NOT NULL,
    max_files BIGINT NOT NULL,
    photo_why TEXT,
    needs_file BOOLEAN NOT NULL,
    weight BIGINT NOT NULL,
    substantive BOOLEAN NOT NULL,
    reviewer BIGINT NOT NULL,
    who TEXT NOT NULL,
    who_words TEXT NOT NULL,
    effort_seconds BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX requirement_source ON requirement (source_kind, source, rank);
CREATE TABLE target (
    requirement BIGINT NOT NULL REFERENCES requirement (id),
    organisation BIGINT NOT NULL,
    applies BOOLEAN NOT NULL,
    because TEXT NOT NULL,
    PRIMARY KEY (requirement, organisation)
);
CREATE INDEX target_organisation ON target (organisation, applies);
CREATE TABLE fact (
    id BIGINT PRIMARY KEY,
    requirement BIGINT NOT NULL REFERENCES requirement (id),
    organisation BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_account BIGINT,
    by_name TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    field TEXT,
    day TEXT,
    submission BIGINT,
    handed_to BIGINT,
    handed_name TEXT
);
CREATE INDEX fact_duty ON fact (requirement, organisation, id);
CREATE TABLE submission (
    id BIGINT PRIMARY KEY,
    requirement BIGINT NOT NULL REFERENCES requirement (id),
    organisation BIGINT NOT NULL,
    path {path} NOT NULL,
    zone BIGINT,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_account BIGINT,
    by_name TEXT NOT NULL
);
CREATE INDEX submission_duty ON submission (requirement, organisation, id);
CREATE TABLE submission_record (
    submission BIGINT NOT NULL REFERENCES submission (id),
    record BIGINT NOT NULL,
    PRIMARY KEY (submission, record)
);
CREATE TABLE duty_draft (
    requirement BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    text TEXT NOT NULL,
    files TEXT NOT NULL,
    records TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (requirement, organisation)
);
CREATE TABLE duty (
    requirement BIGINT NOT NULL REFERENCES requirement (id),
    organisation BIGINT NOT NULL,
    path {path} NOT NULL,
    zone BIGINT,
    sheet BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    reviewer_path {path} NOT NULL,
    due TEXT NOT NULL,
    status TEXT NOT NULL,
    overdue BOOLEAN NOT NULL,
    not_applicable TEXT,
    submitted_on TEXT,
    on_time BOOLEAN,
    next TEXT NOT NULL,
    counted TEXT NOT NULL,
    missing TEXT NOT NULL,
    because TEXT NOT NULL,
    submission BIGINT,
    handed_to BIGINT,
    handed_name TEXT,
    extension_asked TEXT,
    changes_on TEXT,
    put_right_until TEXT,
    returned_field TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (requirement, organisation)
);
CREATE INDEX duty_organisation ON duty (organisation, due, requirement);
CREATE INDEX duty_sheet ON duty (sheet, path, rank);
CREATE INDEX duty_review ON duty (status, reviewer_path, changed_at);
CREATE INDEX duty_changes ON duty (changes_on);
CREATE INDEX duty_handed ON duty (handed_to);
CREATE TABLE duty_sum (
    sheet BIGINT NOT NULL,
    place {path} NOT NULL,
    status TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (sheet, place, status)
);
