CREATE TABLE member (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    pinyin {path} NOT NULL,
    sex TEXT NOT NULL,
    birth TEXT,
    stage TEXT NOT NULL,
    category TEXT NOT NULL,
    joined_on TEXT,
    full_on TEXT,
    ethnic TEXT,
    education TEXT,
    job TEXT,
    id_number TEXT,
    id_blind TEXT,
    phone TEXT,
    branch BIGINT NOT NULL REFERENCES node (id),
    path {path} NOT NULL,
    zone BIGINT,
    rank BIGINT NOT NULL DEFAULT 900,
    ended_on TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX member_path ON member (path, rank, pinyin, id);
CREATE INDEX member_branch ON member (branch);
CREATE UNIQUE INDEX member_blind ON member (id_blind);
CREATE TABLE membership (
    id BIGINT PRIMARY KEY,
    member BIGINT NOT NULL REFERENCES member (id),
    branch BIGINT NOT NULL REFERENCES node (id),
    from_day TEXT NOT NULL,
    to_day TEXT,
    reason TEXT NOT NULL
);
CREATE INDEX membership_member ON membership (member);
CREATE INDEX membership_branch ON membership (branch, from_day);
