CREATE TABLE node_kind (
    code TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE tag_kind (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE post_kind (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rank BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE figure_kind (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    rank BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE node (
    id BIGINT PRIMARY KEY,
    category TEXT NOT NULL,
    kind TEXT NOT NULL REFERENCES node_kind (code),
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    pinyin {path} NOT NULL,
    issued_code TEXT,
    path {path} NOT NULL,
    zone BIGINT,
    next_label BIGINT NOT NULL DEFAULT 0,
    from_day TEXT NOT NULL,
    to_day TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX node_path ON node (path, id);
CREATE INDEX node_zone ON node (zone);
CREATE INDEX node_name ON node (name);
CREATE TABLE edge (
    id BIGINT PRIMARY KEY,
    tree TEXT NOT NULL,
    child BIGINT NOT NULL REFERENCES node (id),
    parent BIGINT NOT NULL REFERENCES node (id),
    from_day TEXT NOT NULL,
    to_day TEXT
);
CREATE INDEX edge_child ON edge (child, tree);
CREATE INDEX edge_parent ON edge (parent, tree);
CREATE TABLE node_tag (
    id BIGINT PRIMARY KEY,
    node BIGINT NOT NULL REFERENCES node (id),
    tag TEXT NOT NULL REFERENCES tag_kind (code),
    from_day TEXT NOT NULL,
    to_day TEXT
);
CREATE INDEX node_tag_node ON node_tag (node);
CREATE TABLE node_figure (
    node BIGINT NOT NULL REFERENCES node (id),
    year BIGINT NOT NULL,
    code TEXT NOT NULL REFERENCES figure_kind (code),
    value BIGINT NOT NULL,
    PRIMARY KEY (node, year, code)
);
CREATE TABLE post (
    id BIGINT PRIMARY KEY,
    node BIGINT NOT NULL REFERENCES node (id),
    kind TEXT NOT NULL REFERENCES post_kind (code),
    member BIGINT,
    holder TEXT NOT NULL,
    staffing TEXT,
    from_day TEXT NOT NULL,
    to_day TEXT,
    term_to TEXT,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX post_node ON post (node);
CREATE TABLE import (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    organisation BIGINT NOT NULL,
    path {path} NOT NULL,
    file_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_account BIGINT,
    by_name TEXT NOT NULL,
    plan TEXT NOT NULL,
    applied_at BIGINT,
    undone_at BIGINT,
    outcome TEXT
);
CREATE INDEX import_path ON import (path, id);
INSERT INTO node_kind (code, category, name, rank, source) VALUES
('work_committee', 'organisation', '教育工委', 10, '通用'),
('leading_party_group', 'organisation', '局党组', 20, '通用'),
('department_committee', 'organisation', '机关党委', 30, '通用'),
('committee', 'organisation', '党委', 40, '支部工作条例'),
('joint_committee', 'organisation', '集团联合党委', 50, '通用'),
('general_branch', 'organisation', '党总支', 60, '支部工作条例'),
('branch', 'organisation', '党支部', 70, '支部工作条例'),
('joint_branch', 'organisation', '联合党支部', 80, '支部工作条例'),
('party_group', 'organisation', '党小组', 90, '支部工作条例'),
('complete_secondary', 'unit', '完全中学', 110, 'GB/T 33782'),
('nine_year', 'unit', '九年一贯制学校', 120, 'GB/T 33782'),
('junior_secondary', 'unit', '初级中学', 130, 'GB/T 33782'),
('complete_primary', 'unit', '完全小学', 140, 'GB/T 33782'),
('village_primary', 'unit', '村小（教学点）', 150, 'GB/T 33782'),
('kindergarten', 'unit', '幼儿园', 160, 'GB/T 33782'),
('school_district', 'unit', '乡镇学区', 170, '通用'),
('office', 'unit', '机关股室', 180, '通用'),
('zone', 'zone', '片区', 200, '通用'),
('education_group', 'zone', '教育集团', 210, '通用'),
('contact_point', 'zone', '联系点', 220, '通用'),
('discipline_committee', 'body', '机关纪委', 310, '通用'),
('staff_congress', 'body', '教代会', 320, '通用'),
('next_generation_committee', 'body', '关工委', 330, '通用'),
('union', 'body', '工会', 340, '通用'),
('league', 'body', '团组织', 350, '通用'),
('young_pioneers', 'body', '少先队', 360, '通用');
INSERT INTO tag_kind (code, name, rank, source) VALUES
('youth_party_school', '青少年党校', 10, '通用'),
('remote_education_site', '远程教育站点', 20, '通用');
INSERT INTO post_kind (code, name, rank, source) VALUES
('secretary', '书记', 10, '支部工作条例'),
('deputy_secretary', '副书记', 20, '支部工作条例'),
('organisation_member', '组织委员', 30, '支部工作条例'),
('publicity_member', '宣传委员', 40, '支部工作条例'),
('discipline_member', '纪检委员', 50, '支部工作条例'),
('committee_member', '委员', 60, '支部工作条例'),
('party_worker', '党务工作者', 70, '通用'),
('principal', '校长', 80, '通用');
INSERT INTO figure_kind (code, name, unit, rank, source) VALUES
('pupils_senior', '高中生', '人', 10, '通用'),
('pupils_junior', '初中生', '人', 20, '通用'),
('pupils_primary', '小学生', '人', 30, '通用'),
('pupils_kindergarten', '在园幼儿', '人', 40, '通用'),
('staff_full_time', '专任教师', '人', 50, '通用'),
('staff_special_post', '特岗教师', '人', 60, '通用'),
('staff_temporary', '临聘代课教师', '人', 70, '通用'),
('staff_other', '其他聘用人员', '人', 80, '通用');
