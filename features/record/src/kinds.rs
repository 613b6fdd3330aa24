//! 记录类别: the kinds of record with rules of their own, described once for forms, ledgers and the
//! measures of requirements.

/// 记录类别
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 党课、宣讲
    Lecture,
    /// 党员教师公开课
    Lesson,
}

/// 课型
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subkind {
    /// 党课
    PartyLecture,
    /// 书记上讲台
    SecretaryLecture,
    /// 青少年党校宣讲
    YouthLecture,
    /// 党员教师汇报课
    ReportLesson,
    /// 党员教师示范课
    DemonstrationLesson,
}

/// Who may stand in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeakerRule {
    /// A member on the roster, or a guest by name.
    Anybody,
    /// The secretary in person.
    Secretary,
    /// A member on the roster.
    Member,
}

/// 字段: what a record of a kind tells, for whoever describes a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in the database.
    pub code: &'static str,
    /// What users read.
    pub chinese: &'static str,
}

/// Every kind, in the order of forms and lists.
pub const KINDS: [Kind; 2] = [Kind::Lecture, Kind::Lesson];

const FIELDS: &[Field] = &[
    Field {
        code: "subkind",
        chinese: "课型",
    },
    Field {
        code: "day",
        chinese: "日期",
    },
    Field {
        code: "title",
        chinese: "主题",
    },
    Field {
        code: "speaker",
        chinese: "主讲人",
    },
    Field {
        code: "attended",
        chinese: "到场党员",
    },
    Field {
        code: "audience",
        chinese: "其他听众",
    },
    Field {
        code: "content",
        chinese: "要点",
    },
    Field {
        code: "evidence",
        chinese: "佐证材料",
    },
];

impl Kind {
    /// Code in the database and in measures.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Lecture => "lecture",
            Kind::Lesson => "lesson",
        }
    }

    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Kind::Lecture => "党课和宣讲",
            Kind::Lesson => "党员教师公开课",
        }
    }

    /// The kind with that code.
    pub fn from_code(code: &str) -> Option<Kind> {
        KINDS.into_iter().find(|kind| kind.code() == code)
    }

    /// Its subkinds, the usual one first.
    pub fn subkinds(self) -> &'static [Subkind] {
        match self {
            Kind::Lecture => &[
                Subkind::PartyLecture,
                Subkind::SecretaryLecture,
                Subkind::YouthLecture,
            ],
            Kind::Lesson => &[Subkind::ReportLesson, Subkind::DemonstrationLesson],
        }
    }

    /// What a record of it tells.
    pub fn fields(self) -> &'static [Field] {
        FIELDS
    }
}

impl Subkind {
    /// Every one, by kind.
    pub fn all() -> impl Iterator<Item = Subkind> {
        KINDS
            .into_iter()
            .flat_map(|kind| kind.subkinds().iter().copied())
    }

    /// The kind it is of.
    pub fn kind(self) -> Kind {
        match self {
            Subkind::PartyLecture | Subkind::SecretaryLecture | Subkind::YouthLecture => {
                Kind::Lecture
            }
            Subkind::ReportLesson | Subkind::DemonstrationLesson => Kind::Lesson,
        }
    }

    /// Code in the database and in measures.
    pub fn code(self) -> &'static str {
        match self {
            Subkind::PartyLecture => "party_lecture",
            Subkind::SecretaryLecture => "secretary_lecture",
            Subkind::YouthLecture => "youth_lecture",
            Subkind::ReportLesson => "report_lesson",
            Subkind::DemonstrationLesson => "demonstration_lesson",
        }
    }

    /// What users read.
    pub fn chinese(self) -> &'static str {
        match self {
            Subkind::PartyLecture => "党课",
            Subkind::SecretaryLecture => "书记上讲台",
            Subkind::YouthLecture => "青少年党校宣讲",
            Subkind::ReportLesson => "党员教师汇报课",
            Subkind::DemonstrationLesson => "党员教师示范课",
        }
    }

    /// One line beside it in the form.
    pub fn hint(self) -> &'static str {
        match self {
            Subkind::PartyLecture => "支部党员参加",
            Subkind::SecretaryLecture => "书记本人讲",
            Subkind::YouthLecture => "面向学生，只记人数",
            Subkind::ReportLesson => "多由 35 岁及以下党员教师上",
            Subkind::DemonstrationLesson => "由有经验的党员教师上",
        }
    }

    /// The subkind with that code.
    pub fn from_code(code: &str) -> Option<Subkind> {
        Subkind::all().find(|subkind| subkind.code() == code)
    }

    /// Who may stand in front.
    pub fn speaker_rule(self) -> SpeakerRule {
        match self {
            Subkind::PartyLecture | Subkind::YouthLecture => SpeakerRule::Anybody,
            Subkind::SecretaryLecture => SpeakerRule::Secretary,
            Subkind::ReportLesson | Subkind::DemonstrationLesson => SpeakerRule::Member,
        }
    }
}

/// The words for a stored pair of codes; a code nobody knows stands for itself.
pub fn words(kind: &str, subkind: &str) -> String {
    match (Subkind::from_code(subkind), Kind::from_code(kind)) {
        (Some(subkind), _) => subkind.chinese().to_owned(),
        (None, Some(kind)) => kind.chinese().to_owned(),
        (None, None) => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_and_are_all_different() {
        let codes: Vec<_> = Subkind::all().map(Subkind::code).collect();
        assert_eq!(codes.len(), 5);
        for subkind in Subkind::all() {
            assert_eq!(Subkind::from_code(subkind.code()), Some(subkind));
            assert!(subkind.kind().subkinds().contains(&subkind));
            assert_eq!(Kind::from_code(subkind.kind().code()), Some(subkind.kind()));
        }
        assert_eq!(words("lesson", "report_lesson"), "党员教师汇报课");
        assert_eq!(words("later_kind", ""), "later_kind");
    }
}
