//! 附件: annexes the text refers to, against those it lists.

use crate::numerals::number;
use crate::pattern::Pattern;

static REFERENCE: Pattern = Pattern::new(
    r"附件((?:\d{1,2}|[一二三四五六七八九十]{1,2})(?:(?:、|,|和|及|—|-|至|~)(?:附件)?(?:\d{1,2}|[一二三四五六七八九十]{1,2}))*)",
);
static LIST_LINE: Pattern = Pattern::new(r"^附件?(?:\d{1,2})?[::]");

/// A warning when the text refers to annexes that are not listed.
pub fn warning(lines: &[&str], listed: Option<usize>) -> Option<String> {
    let mut highest = 0;
    let mut referred = false;
    for line in lines.iter().filter(|l| !LIST_LINE.is_match(l)) {
        for c in REFERENCE.captures_all(line) {
            referred = true;
            let numbers = c[1]
                .split(['、', ',', '和', '及', '—', '-', '至', '~', '附', '件'])
                .filter_map(number);
            highest = numbers.max().unwrap_or(0).max(highest);
        }
        referred |= line.contains("见附件") || line.contains("附件表");
    }
    let listed_count = listed.unwrap_or(0);
    let reference = if highest > 1 {
        format!("附件1—{highest}")
    } else {
        "附件".to_owned()
    };
    if highest > listed_count as u64 && highest <= 40 {
        return Some(match listed {
            Some(_) => format!("正文引用{reference},只列出{listed_count}个"),
            None => format!("正文引用{reference},文中没有附件"),
        });
    }
    (referred && listed.is_none()).then(|| "正文引用附件,文中没有附件".to_owned())
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn missing_annexes_are_reported() {
        let lines = ["按要求学习(见附件1、2)。", "评价表见附件3。", "附件:1.样表"];
        assert_eq!(
            warning(&lines, Some(2)).as_deref(),
            Some("正文引用附件1—3,只列出2个")
        );
        assert_eq!(warning(&lines, Some(3)), None);
        assert_eq!(
            warning(&["样表见附件"], None).as_deref(),
            Some("正文引用附件,文中没有附件")
        );
    }
}
