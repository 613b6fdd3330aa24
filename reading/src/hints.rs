//! 提示: quantity, the kind of record that could answer an item, demands the red lines forbid, and
//! whether more than a file is asked for.

use crate::pattern::Pattern;
use std::ops::Range;

/// Words of demands that must not be made of anybody. This list is the one place where they stand.
const FORBIDDEN: [&str; 17] = [
    "打卡",
    "积分",
    "截图",
    "截屏",
    "点赞",
    "转发集赞",
    "集赞",
    "朋友圈转发",
    "转发朋友圈",
    "学习时长",
    "在线时长",
    "登录次数",
    "日活跃度",
    "步数",
    "签到定位",
    "拉票",
    "刷题",
];

/// The forbidden demands in a text, as said.
pub fn forbidden(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in FORBIDDEN {
        if text.contains(word) && !found.iter().any(|f| f.contains(word)) {
            found.push(word.to_owned());
        }
    }
    found
}

static QUANTITY: [Pattern; 4] = [
    Pattern::new(
        r"(?:[一二两三四五六七八九十\d]+(?:个)?方面)(?:\d+|[一二两三四五六七八九十]+)(?:项|条|个|类)",
    ),
    Pattern::new(
        r"(?:不少于|不低于|至少|不超过|控制在|约)? ?(?:\d+(?:\.\d+)?%|\d+|[一二两三四五六七八九十]{1,3})(?:多|余)?(?:次|期|场|节|堂|篇|课时|学时|批)(?:以上|左右|以内)?",
    ),
    Pattern::new(
        r"(?:不少于|不低于|至少|不超过)? ?\d+(?:\.\d+)?%|(?:不少于|不低于|至少|不超过|不得少于) ?(?:\d+|[一二两三四五六七八九十]+)个?\p{Han}{1,2}",
    ),
    Pattern::new(
        r"\d+(?:个(?:工作日)?|名|人次|人|份|项|条|天|分钟|小时|件|张|部|字|所|家|对|本)(?:以上|左右|以内)?",
    ),
];
static NOT_QUANTITY: Pattern = Pattern::new(r"第$|附件$|[.\d—〔〕-]$|每$|满$|近$");

/// 数量要求: the first quantity of a duty.
pub fn quantity(text: &str) -> Option<Range<usize>> {
    for pattern in &QUANTITY {
        for m in pattern.find_all(text) {
            let before = &text[..m.start()];
            let title = before.matches(['《', '“']).count() > before.matches(['》', '”']).count();
            let after = &text[m.end()..];
            let rhetorical = m.as_str().starts_with("一次") && after.starts_with(['性', '都']);
            let age = after.starts_with("周岁") || after.starts_with('岁');
            if !(title
                || rhetorical
                || age
                || NOT_QUANTITY.is_match(before)
                || m.as_str() == "一批"
                || m.as_str() == "一期")
            {
                let lead = m.as_str().len() - m.as_str().trim_start().len();
                return Some(m.start() + lead..m.end());
            }
        }
    }
    None
}

static MEASURES: [(Pattern, &str); 13] = [
    (Pattern::new("汇报课"), "report_lesson"),
    (Pattern::new("示范课"), "demonstration_lesson"),
    (
        Pattern::new(
            "书记.{0,60}(?:上讲台|“上讲台”|讲.{0,8}(?:党|思政)课|讲授.{0,8}课|上.{0,6}党课|宣讲)",
        ),
        "lecture_by_secretary",
    ),
    (
        Pattern::new("(?:设立|评定).{0,12}(?:示范岗|先锋岗).{0,20}30%|30%.{0,20}(?:示范岗|先锋岗)"),
        "model_posts_30",
    ),
    (Pattern::new("示范岗|先锋岗"), "model_posts"),
    (
        Pattern::new("(?:专题)?(?:学习班|读书班|培训班)"),
        "study_class",
    ),
    (Pattern::new("组织生活会"), "organisational_life_meeting"),
    (Pattern::new("谈心谈话|三必谈"), "talks"),
    (Pattern::new("民主评议"), "democratic_appraisal"),
    (Pattern::new("主题党日"), "themed_party_day"),
    (
        Pattern::new("三会一课|党员大会.{0,20}召开|支委会.{0,20}召开|党小组会.{0,20}召开|党课每季"),
        "regular_meetings",
    ),
    (Pattern::new("宣讲"), "lecture"),
    (Pattern::new("党课|思政课"), "party_lecture"),
];

/// The kind of record that could answer an item.
pub fn measure(title: &str, text: &str) -> Option<&'static str> {
    let code_of = |words: &str| {
        MEASURES
            .iter()
            .find(|(p, _)| p.is_match(words))
            .map(|m| m.1)
    };
    code_of(title).or_else(|| code_of(text))
}

static HAND_IN: Pattern = Pattern::new(
    r"^(?:把|将)?[^,。;]{0,30}?(?:报送|上报|提交|填报|发送|上传|上交|报备|报|交)[^,。;]{0,30}$",
);
static ACTS: Pattern = Pattern::new(
    r"开展|组织|举办|召开|学习|整改|走访|慰问|宣讲|培训|讲|上.{0,4}课|设立|建立|制定|修订|排查|查摆|谈|评议|建设|完善|落实|推进|签订|推荐|选派|观摩|参观|撰写|自查|志愿|服务",
);

/// Whether more is asked for than handing in a file.
pub fn substantive(title: &str, text: &str) -> bool {
    let hands_in = HAND_IN.is_match(crate::clauses::bare(title))
        || HAND_IN.is_match(crate::clauses::bare(text));
    let verbs = ACTS.find_all(text).len();
    !hands_in || verbs > 1 && text.chars().count() > 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        let cases = [
            ("围绕三方面30项问题表现", Some("三方面30项")),
            ("组织35周岁以下党员教师开展1次“汇报课”", Some("1次")),
            ("按照党员人数30%的比例设立", Some("30%")),
            ("学制5天,全覆盖", Some("5天")),
            ("学习不少于4次", Some("不少于4次")),
            ("第3次会议精神", None),
            ("召开组织生活会", None),
        ];
        for (text, expected) in cases {
            assert_eq!(quantity(text).map(|r| &text[r]), expected, "{text}");
        }
    }

    #[test]
    fn records_that_could_answer() {
        assert_eq!(
            measure("", "书记要围绕中心,4月底前带头“上讲台”"),
            Some("lecture_by_secretary")
        );
        assert_eq!(
            measure("", "严格按照30%的比例设立党员示范岗"),
            Some("model_posts_30")
        );
        assert_eq!(measure("", "修订学校章程"), None);
    }

    #[test]
    fn handing_in_is_not_substantive() {
        assert!(!substantive(
            "报送季度学习计划表",
            "5日前报送季度学习计划表"
        ));
        assert!(substantive(
            "开展谈心谈话",
            "3月底前组织开展谈心谈话,做好记录"
        ));
    }
}
