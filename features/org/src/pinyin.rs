//! Sort keys by pinyin: a syllable a character, parted by blanks, so that shorter syllables stand
//! first. Surnames are read as surnames.

use pinyin::ToPinyin;

/// Surnames read otherwise than the character's commonest reading.
const SURNAMES: &[(&str, &str)] = &[
    ("尉迟", "yu chi"),
    ("万俟", "mo qi"),
    ("长孙", "zhang sun"),
    ("令狐", "ling hu"),
    ("单于", "chan yu"),
    ("澹台", "tan tai"),
    ("单", "shan"),
    ("曾", "zeng"),
    ("仇", "qiu"),
    ("区", "ou"),
    ("解", "xie"),
    ("任", "ren"),
    ("查", "zha"),
    ("朴", "piao"),
    ("盖", "ge"),
    ("缪", "miao"),
    ("宁", "ning"),
    ("乐", "yue"),
    ("翟", "zhai"),
    ("种", "chong"),
    ("员", "yun"),
    ("折", "she"),
    ("黑", "he"),
    ("秘", "bi"),
    ("冼", "xian"),
    ("覃", "qin"),
    ("召", "shao"),
    ("祭", "zhai"),
    ("牟", "mu"),
    ("阚", "kan"),
    ("隗", "wei"),
    ("繁", "po"),
    ("华", "hua"),
    ("燕", "yan"),
    ("郗", "xi"),
    ("逄", "pang"),
    ("幺", "yao"),
    ("尹", "yin"),
    ("重", "chong"),
    ("朝", "chao"),
    ("沈", "shen"),
];

/// 姓名拼音: the key that orders people.
pub fn of_person(name: &str) -> String {
    let name = name.trim();
    let read = SURNAMES
        .iter()
        .find_map(|(written, read)| Some((*read, name.strip_prefix(written)?)));
    match read {
        Some((read, "")) => read.to_owned(),
        Some((read, rest)) => format!("{read} {}", of_place(rest)),
        None => of_place(name),
    }
}

/// 名称拼音: the key that orders everything else. What has no pinyin stands as it is, in lower case.
pub fn of_place(name: &str) -> String {
    let mut key = String::new();
    let mut after_syllable = false;
    for c in name.chars().filter(|c| !c.is_whitespace()) {
        let syllable = c.to_pinyin().map(|p| p.plain());
        let parts = syllable.is_some() || after_syllable;
        if parts && !key.is_empty() {
            key.push(' ');
        }
        match syllable {
            Some(syllable) => key.push_str(syllable),
            None => key.extend(c.to_lowercase()),
        }
        after_syllable = syllable.is_some();
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_read_as_surnames() {
        let read: Vec<_> = ["单明", "曾可", "周明", "长孙文"].map(of_person).to_vec();
        assert_eq!(read, ["shan ming", "zeng ke", "zhou ming", "zhang sun wen"]);
        assert_eq!(of_place("第一小学 A2区"), "di yi xiao xue a2 qu");
    }
}
