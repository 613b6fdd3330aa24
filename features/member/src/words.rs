//! The words of the roster: sex, stage and category, as stored, as shown and as people type them.

/// A code with what users read and what else they type for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As stored.
    pub code: &'static str,
    /// As shown.
    pub name: &'static str,
    /// As typed elsewhere.
    also: &'static [&'static str],
}

/// 性别
pub const SEXES: &[Word] = &[
    Word {
        code: "male",
        name: "男",
        also: &["男性", "1"],
    },
    Word {
        code: "female",
        name: "女",
        also: &["女性", "2"],
    },
];

/// 党员身份: full or probationary.
pub const STAGES: &[Word] = &[
    Word {
        code: "full",
        name: "正式党员",
        also: &["正式", "中共党员", "党员"],
    },
    Word {
        code: "probationary",
        name: "预备党员",
        also: &["预备", "中共预备党员"],
    },
];

/// 党员类别
pub const CATEGORIES: &[Word] = &[
    Word {
        code: "in_post",
        name: "在职",
        also: &["在岗", "在职党员", "在编"],
    },
    Word {
        code: "retired",
        name: "离退休",
        also: &["退休", "离休", "退休党员", "离退休党员"],
    },
    Word {
        code: "floating",
        name: "流动",
        also: &["流动党员"],
    },
    Word {
        code: "lost_contact",
        name: "失联",
        also: &["失联党员"],
    },
    Word {
        code: "unregistered",
        name: "口袋党员",
        also: &["口袋"],
    },
];

/// 学历: offered in lists; other words are kept as typed.
pub const EDUCATIONS: &[&str] = &[
    "研究生",
    "大学本科",
    "大学专科",
    "中等专科",
    "高中",
    "初中及以下",
];

/// The shown word of a code; the code itself where the table does not know it.
pub fn name_of<'a>(table: &[Word], code: &'a str) -> &'a str
where
    'static: 'a,
{
    table
        .iter()
        .find(|word| word.code == code)
        .map_or(code, |word| word.name)
}

/// The code of what somebody typed.
pub fn code_of(table: &[Word], typed: &str) -> Option<&'static str> {
    let typed = typed.trim();
    let fits =
        |word: &&Word| word.name == typed || word.code == typed || word.also.contains(&typed);
    table.iter().find(fits).map(|word| word.code)
}
