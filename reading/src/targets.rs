//! 对象: whom an item is asked of, as words and as typed terms.

use crate::clauses::{bare, small_clauses};
use crate::pattern::Pattern;
use crate::reading::{All, TargetTerm, Targets, TermKind};
use std::ops::Range;

/// Targets found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// All, or the words.
    pub targets: Targets,
    /// The typed reading.
    pub terms: Vec<TargetTerm>,
}

macro_rules! unit {
    () => {
        r"(?:各校(?:\(园\))?|各园|党组织(?:负责人)?|党委|党总支|总支|党支部|党\(总\)支部|支部|党小组|单位|学校|中学|一中|二中|三中|四中|高中|初中|小学|完小|幼儿园|学区|校区|部门|科室|股室|处室|党校|先锋岗|示范岗|乡镇|镇|街道|社区|片区|书记本人|书记|校长|支委|委员|党员教师|教师党员|青年党员|预备党员|党员|党员干部|党务干部|党务工作者|入党积极分子|积极分子|发展对象|团员青年|团员|名师|班主任|志愿者|管理员|指导员|组织员|通讯员|宣讲员|学员|示范校|试点校|民办园|公办园|教学点|辅导员|学生|园|片区|协作组|班子成员|领导干部|联络员|教职工|团支部|工会|少先队|宣讲团|志愿服务队|集团|学院|中心|办公室|党建办|机关|负责人|教师|团委|组织)"
    };
}
macro_rules! modal {
    () => {
        r"(?:[”’」])?(?:均|都|也|还|同时|原则上)?(?:要|应当|应|须|需|务必|必须|不得|负责|于|在|按|按照|根据|结合|对照|围绕|将|把|每|分别|集中|集体|组织|开展|举办|召开|完成|报|提交|上报|填写|填报|制定|建立|撰写|形成|参加|签订|配齐|安排|修订|完善|配合|自愿|可|由|即日|补办|主动|慰问|公示|结对|成立|书面|推选|确定|推进|深化|加强|强化|规范|选优|选举|指导|引导|认真|严格|继续|积极|深入|全面|尽快|自行|逐|至少|上|讲|派|指定|明确|一般|按时|及时|述职|推荐|选派|聚焦|通过|做好|利用|依托|充分|广泛|参照|与|向|对|以|针对|和|着力|紧扣|坚持|落实|高度|不少于|自查|申报|前往|到|赴|走进|牵头|主办|承办|带头|登录|接受|结合|担任|领学|认领|为|,|:|$|\d|[一二三四五六七八九十]{1,2}月|“|本月|年底|月底)"
    };
}

static SUBJECT: Pattern = Pattern::new(concat!(
    r"^(?P<np>[^,。;:!?\n]{0,90}?",
    unit!(),
    r"(?:[((][^))]{1,12}[))])?(?:(?:、|和|及|以及)[^,。;:、和及的\n]{0,12}?",
    unit!(),
    r")*)",
    modal!()
));
/// `党员3名以上的民办园`: told apart by what is said of them.
static OF_THOSE: Pattern = Pattern::new(concat!(
    r"^(?P<np>[^,。;:!?\n的]{2,20}的\p{Han}{0,4}?",
    unit!(),
    r")",
    modal!()
));
static SHORT: Pattern = Pattern::new(concat!(
    r"^(?P<np>(?:各|全体|每个|每名|每位|每所)[^,。;:!?、\n的]{0,10}?",
    unit!(),
    r"(?:、[^,。;:!?、\n的]{0,8}?",
    unit!(),
    r")*)"
));
static EACH: Pattern =
    Pattern::new(r"^(?P<np>各“[^”]{2,12}”?|各[^,。;:!?\n]{1,20}?[”’]?)(?:,|:|要|应|须|于|在)");
static STARTS: Pattern = Pattern::new(
    r"^(?:各|全体|所有|每个|每名|每位|每所|凡|局机关|机关各|有关|相关|全县|全市|全区|全镇|全校|局属|县直|市直|区直|辖区|直属|\d+[所个家名])",
);
static AUTHORITY: Pattern = Pattern::new(
    r"^(?:教育|县|区|市|州|省|局|院|校|我|街道|镇|乡|工委|学院|学校)?[\p{Han}]{0,8}(?:局|县|区|市|院|校|街道|镇|乡|机关|工)?(?:党组|党委|党工委|工委|党建办|督查组|检查组|考核组|领导小组|组织部|宣传部|办公室|专班)(?:和[\p{Han}]{2,8})?$",
);
static SCHOOL: Pattern = Pattern::new(r"中学|小学|学校|幼儿园|[一二三四五六]中|高中");
static LEADING: Pattern =
    Pattern::new(r"^(?:同时|另外|此外|并|请|望|由|其中|特别是|要求|确保|凡是?|\d{1,2}[.、] ?)+");
static LIST_SPLIT: Pattern = Pattern::new(r"、|及|以及|\n|/|;|,|(?:和|与)");
static PREFIX: Pattern = Pattern::new(
    r"^(?:各级各类|各级|各有关|各位|各|全体|所有的?|每个|每名|每位|每所|全县|全市|全区|全州|全镇|全乡|全校|全系统|局属|县直|市直|区直|州直|直属|辖区内?|有关|相关|属各|[\p{Han}]{1,3}各)",
);
/// What stands before a name only to say that every one is meant.
static EACH_OF: Pattern = Pattern::new(
    r"^(?:全[县市区州镇乡校]|全系统|辖区内?)?(?:各级各类|各级|各有关|各位|各|全体|所有的?|每个|每名|每位|每所|有关|相关|属各|局属各|直属各)|^全[县市区州镇乡校]",
);
static EVERYBODY: Pattern = Pattern::new(
    r"^(?:校|校\(园\)|园)$|^(?:机关|教育系统|学校|中小学|局|部门|单位|\(单位\)|、)*(?:基层)?(?:党组织|单位|党支部|支部|党\(总\)支部|党总支\(支部\)|部门|党员|科室|股室|学校|师生|成员单位|党员干部|干部职工|党委\(党组\)|党组织和党员|基层组织|责任单位|机关单位|乡镇街道)$",
);

/// Whether the words mean everybody.
fn everybody(words: &str) -> bool {
    let mut rest = words;
    while let Some(m) = PREFIX.find(rest) {
        rest = &rest[m.end()..];
    }
    EVERYBODY.is_match(rest)
}

static NAMED_OUTRIGHT: Pattern = Pattern::new(
    r"(?:责任单位|责任部门|责任主体|落实单位|完成单位|参加单位|报送单位|责任股室|责任科室|责任人|牵头单位|承办单位|实施单位|实施主体|(?:参加|参与|参训|参会|参学|填报|报送|实施|落实)(?:对象|人员|主体))[::](?P<who>[^。;\n))]{2,60})",
);

/// Whom a text is asked of: whom it names outright (`责任单位:…`), else the subject of its first
/// clause that has one.
pub fn find(text: &str) -> Option<Found> {
    if let Some(who) = NAMED_OUTRIGHT.captures(text).and_then(|c| c.name("who")) {
        return whole(who.as_str(), who.range());
    }
    small_clauses(text, 0)
        .into_iter()
        .find_map(|clause| subject(text, clause))
        .or_else(|| meant(text))
}

/// Without a subject: those it is for (`面向新任支部书记`, `慰问60周岁以上党员`).
fn meant(text: &str) -> Option<Found> {
    static FOR: Pattern = Pattern::new(concat!(
        r"面向(?P<np>[^,。;:!?\n]{1,16}?",
        unit!(),
        r")(?:[,。;:的]|开展|举办|组织|征集|进行|$)"
    ));
    static OF_AGE: Pattern = Pattern::new(
        r"(?P<np>\d{2}周?岁(?:及)?以[上下]的?(?:\p{Han}{0,2}党员教师|\p{Han}{0,2}党员|教师))",
    );
    let named_of = |pattern: &Pattern| {
        let c = pattern.captures(text)?;
        let np = c.name("np")?;
        Some(named(np.as_str(), np.range()))
    };
    named_of(&FOR).or_else(|| named_of(&OF_AGE))
}

fn subject(text: &str, clause: Range<usize>) -> Option<Found> {
    let said = &text[clause.clone()];
    let skipped = said.len() - said.trim_start_matches(['(', '(', ' ', '“']).len();
    let lead = LEADING.find(&said[skipped..]).map_or(0, |m| m.end());
    let dated = leading_date(&said[skipped + lead..]);
    let again = LEADING.find(&said[skipped + lead + dated..]);
    let offset = skipped + lead + dated + again.map_or(0, |m| m.end());
    let rest = &said[offset..];
    let short = SHORT
        .captures(rest)
        .filter(|c| !goes_on(&rest[c["np"].len()..]));
    let those = OF_THOSE
        .captures(rest)
        .filter(|c| !STARTS.is_match(rest) && is_addressed(&c["np"]));
    let np = short
        .or(those)
        .or_else(|| SUBJECT.captures(rest))
        .or_else(|| EACH.captures(rest))?;
    let np = np.name("np")?;
    let more = rest[np.end()..].starts_with("负责人");
    let end = np.end() + if more { "负责人".len() } else { 0 };
    let words = &rest[np.start()..end];
    let authority = AUTHORITY.is_match(words) && !STARTS.is_match(words) && !SCHOOL.is_match(words);
    if words.chars().count() > 60 || authority || !is_addressed(words) {
        return None;
    }
    let start = clause.start + offset + np.start();
    Some(named(words, start..start + words.len()))
}

/// How many bytes a date takes that opens the clause: `4月底前|各党支部`.
fn leading_date(said: &str) -> usize {
    let cadences = crate::recur::cadences(said).into_iter().map(|c| c.range);
    let dates = crate::dates::find(said, &[]).into_iter().map(|f| f.range);
    cadences
        .chain(dates)
        .find(|r| r.start == 0 && !said[r.end..].starts_with(['的', '以']))
        .map_or(0, |r| r.end)
}

/// Whether a name goes on after a unit's noun: `各学校|党组织`, `各党支部|书记`.
fn goes_on(rest: &str) -> bool {
    static MORE: Pattern = Pattern::new(
        r"^(?:$|[的书负委成班长党支组团工副教主联和及与、(“”年级校]|宣传委员|负责人|纪检|入党|积极分子|青年|预备|流动|发展对象|专职|兼职|管理员|中心|中小|农村|城区|学校|幼儿园|机关|直属|所属|小学|初中|高中|中学)",
    );
    MORE.is_match(rest)
}

/// Whether the words can be those of whoever must act.
fn is_addressed(words: &str) -> bool {
    static VERB: Pattern = Pattern::new(
        r"组织|开展|举办|召开|加强|推进|落实|做好|完成|建立|建设|健全|指导|引导|选派|走访|慰问|培养|发展|强化|充分|发挥|选优|参观|严格|按照|深入|讲好|持续|规范|确定|整顿|要|对照|抓好|设立|理顺|摸清|签订|评选|表彰|教育党员|督促|围绕|结合|通过|面向|为全|向|听取|报|安排|完善|巩固|提高|进一步|不断|促进|推动|监督|支持|接受|利用|争做|争创|继续|积极|认真|增强|提升|形成|动员|号召|检查|督查|本次|鼓励|选树|选拔|推选|推荐|选送|关心|关爱|看望|帮扶|吸收|吸纳|带领|带动|邀请|聘请|服务|征求|访谈|约谈|排查|核实|摸排|统计|收缴|确保|保证|努力",
    );
    static QUALIFIED: Pattern = Pattern::new(
        r"的(?:\p{Han}{0,6})(?:党组织|党支部|党总支|支部|学校|单位|部门|党员|书记|校长|教师|幼儿园|学区|民办园|公办园|党员教师|教师党员|教职工|干部)$|^新任|^新成立|^(?:末位|后进|排名)|(?:积极分子|发展对象|团员青年|青年教师|骨干教师|名师|班主任|任课教师|教师党员|老党员|党务干部|党务工作者|管理员|指导员|组织员|通讯员|宣讲员|民办园|公办园|示范校|试点校|高中|辅导员|领导干部|片区|协作组|负责人|党组织)$|^(?:(?:毕业生|窗口单位|窗口|机关|企业|农村|社区|预备|在职|流动|(?:离)?退休|离退休|青年|年轻|学生|教工|机关|新转入|新发展|新转入的|新发展的)党员|\d{2}周?岁以[上下](?:的)?党员)$|书记本人$|^民办|^公办|书记$|校长$|委员$|支委$|宣讲团$|志愿服务队$|党员教师$|党支部$|党总支$|幼儿园$|中学$|小学$|学校$|[一二三四五]中$|高中$|学区$|联络员$|党员干部$|班子成员$|党小组$|党组织$|支部$|(?:[一二三四五六]中|中学|小学|学校)党委$",
    );
    if STARTS.is_match(words) {
        return !words.contains('的') || QUALIFIED.is_match(words);
    }
    let verbs = words
        .replace("党组织", "")
        .replace("组织委员", "")
        .replace("组织员", "")
        .replace("发展对象", "")
        .replace("新发展", "")
        .replace("教育", "");
    static OBJECT: Pattern = Pattern::new(
        r"^(?:组织|安排|选派|推荐|动员|邀请|引导|鼓励|帮助|督促|指导|与|同|给|为|让|对|向|把|将)",
    );
    if OBJECT.is_match(&verbs) {
        return false;
    }
    let own = verbs.rsplit('的').next().unwrap_or(&verbs);
    QUALIFIED.is_match(words) && !VERB.is_match(own)
}

/// The targets that a cell or a bracket names outright: every word of it.
pub fn whole(text: &str, range: Range<usize>) -> Option<Found> {
    let words = bare(text);
    let offset = text.find(words)?;
    if words.is_empty() || matches!(words, "—" | "-" | "/" | "无") {
        return None;
    }
    let start = range.start + offset;
    Some(named(words, start..start + words.len()))
}

fn named(words: &str, range: Range<usize>) -> Found {
    let parts = split(words);
    let all = everybody(words) || (!parts.is_empty() && parts.iter().all(|p| everybody(p)));
    let targets = if all {
        Targets::All(All::All)
    } else {
        Targets::Named(parts.iter().map(|p| without_each(p)).collect())
    };
    Found {
        range,
        targets,
        terms: terms(words, all, &parts),
    }
}

/// Words that mean everybody by themselves, but only some of a notice's recipients: `机关各支部`
/// in a notice to all schools, or one of several groups that it is sent to.
pub fn among(recipients: &str, words: &str) -> Option<Targets> {
    static OFFICES: Pattern = Pattern::new(r"^(?:各)?(?:局)?机关");
    static OF_COUNTY: Pattern = Pattern::new(r"^(?:各)?[县市区州]直(?:各)?(?:学校|幼儿园)");
    let recipients: String = recipients.chars().map(crate::script::narrow).collect();
    let words = bare(words);
    let offices = OFFICES.is_match(words) && !recipients.contains("机关");
    let of_county = OF_COUNTY.is_match(words) && !recipients.contains('直');
    let groups = split(&recipients);
    let one_of = groups.len() > 1 && groups.iter().any(|g| g == words && !everybody_at_all(g));
    (offices || of_county || one_of).then(|| Targets::Named(vec![without_each(words)]))
}

/// `各党组织` says nothing of a kind.
fn everybody_at_all(words: &str) -> bool {
    static ANY: Pattern =
        Pattern::new(r"^(?:各|全体|所有|有关|基层|直属)*(?:党组织|单位|党支部|支部|部门|党员)$");
    ANY.is_match(words)
}

fn without_each(words: &str) -> String {
    let rest = EACH_OF.find(words).map_or(words, |m| &words[m.end()..]);
    let rest = if rest.chars().count() < 2 {
        words
    } else {
        rest
    };
    rest.trim_matches(|c| c == '“' || c == '”').to_owned()
}

/// `…等3所学校` after names.
static SUMMED_UP: Pattern = Pattern::new(
    r"(?:等(?:(?:\d+|[一二两三四五六七八九十]+)[所个家名])?|(?:\d+|[一二两三四五六七八九十]+)[所个家])(?:\p{Han}{0,6}(?:学校|幼儿园|单位|支部|党组织|校))?$",
);

/// Members of a list; brackets, quotation marks and attributes (`…的`) are not cut.
fn split(words: &str) -> Vec<String> {
    if words.contains('的') {
        return vec![words.to_owned()];
    }
    let listed = |m: &regex::Match<'_>| {
        m.start() > 0 && (m.as_str().starts_with('等') || words.contains('、'))
    };
    let words = SUMMED_UP
        .find(words)
        .filter(listed)
        .map_or(words, |m| &words[..m.start()]);
    let mut out = Vec::new();
    let mut start = 0;
    for m in LIST_SPLIT.find_all(words) {
        let before = &words[..m.start()];
        let open =
            before.matches(['(', '“', '《']).count() > before.matches([')', '”', '》']).count();
        if open || (m.as_str() == "及" && before.ends_with('以')) {
            continue;
        }
        out.push(bare(&words[start..m.start()]).to_owned());
        start = m.end();
    }
    out.push(bare(&words[start..]).to_owned());
    out.retain(|w| !w.is_empty());
    out
}

static TERMS: [(Pattern, TermKind, &str); 15] = [
    (
        Pattern::new("青少年党校"),
        TermKind::Tag,
        "youth_party_school",
    ),
    (
        Pattern::new("远程教育(?:站点|终端)?"),
        TermKind::Tag,
        "remote_education_site",
    ),
    (
        Pattern::new("新任(?:学校)?(?:党组织)?(?:书记|校长)"),
        TermKind::Predicate,
        "secretary_new",
    ),
    (
        Pattern::new("专职(?:党组织)?书记"),
        TermKind::Predicate,
        "secretary_full_time",
    ),
    (
        Pattern::new("(?:任期)?届满|换届"),
        TermKind::Predicate,
        "re_election_due",
    ),
    (
        Pattern::new("排名(?:末位|靠后)"),
        TermKind::Predicate,
        "ranked_last",
    ),
    (
        Pattern::new("完全中学|高级中学|高中"),
        TermKind::Kind,
        "senior_school",
    ),
    (
        Pattern::new("九年一贯制学校"),
        TermKind::Kind,
        "nine_year_school",
    ),
    (
        Pattern::new("初级中学|初中"),
        TermKind::Kind,
        "junior_school",
    ),
    (Pattern::new("中小学校?"), TermKind::Kind, "school"),
    (
        Pattern::new("民办幼儿园|幼儿园"),
        TermKind::Kind,
        "kindergarten",
    ),
    (Pattern::new("学区"), TermKind::Kind, "school_district"),
    (Pattern::new("党总支"), TermKind::Kind, "general_branch"),
    (Pattern::new("机关党支部"), TermKind::Kind, "office_branch"),
    (Pattern::new("\\p{Han}{0,4}片区"), TermKind::Zone, ""),
];
static AGED: Pattern = Pattern::new(r"(\d{2})周?岁(?:以下|及以下)");
static NAME: Pattern = Pattern::new(
    r"^[\p{Han}\d]{1,10}(?:中学|小学|学校|高中|初中|幼儿园|[一二三四五六七八九十]中|学区|中心|完小|职教中心)$",
);

fn terms(words: &str, all: bool, parts: &[String]) -> Vec<TargetTerm> {
    let mut out = Vec::new();
    let mut add = |kind: TermKind, value: &str, text: &str| {
        out.push(TargetTerm {
            kind,
            value: value.to_owned(),
            text: text.to_owned(),
        });
    };
    if all {
        add(TermKind::All, "all", words);
    }
    for (pattern, kind, value) in &TERMS {
        let Some(m) = pattern.find(words) else {
            continue;
        };
        let is_name = parts.iter().any(|p| p.contains(m.as_str()) && is_a_name(p));
        let generic = *kind == TermKind::Kind && (is_name || all);
        if !generic {
            add(
                *kind,
                if value.is_empty() { m.as_str() } else { value },
                m.as_str(),
            );
        }
    }
    for part in parts.iter().filter(|p| is_a_name(p)) {
        add(TermKind::Named, part, part);
    }
    out.extend(age_term(words));
    out
}

fn is_a_name(part: &str) -> bool {
    static KIND: Pattern = Pattern::new(
        r"^(?:各|全|有关|相关|民办|公办|普惠|乡镇|农村|城区|县直|直属|完全|高级|初级|九年|中小学|新|所有|每).*|^(?:中学|小学|学校|高中|初中|幼儿园|学区|中心)$",
    );
    NAME.is_match(part) && !KIND.is_match(part)
}

/// `35周岁以下`: a condition on members, wherever it stands in the item.
pub fn age_term(text: &str) -> Option<TargetTerm> {
    let c = AGED.captures(text)?;
    let value = format!("members_aged_at_most:{}", &c[1]);
    Some(TargetTerm {
        kind: TermKind::Predicate,
        value,
        text: c[0].to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        match find(text).map(|f| f.targets) {
            None => "-".to_owned(),
            Some(Targets::All(_)) => "all".to_owned(),
            Some(Targets::Named(names)) => names.join("|"),
        }
    }

    #[test]
    fn who_must_act() {
        let cases = [
            ("各基层党组织要在3月底前组织学习。", "all"),
            ("各单位党组织结合实际开展。", "all"),
            ("4月20日前,各党支部将结果报局党委。", "all"),
            ("各党组织书记要于6月5日前报送题目。", "党组织书记"),
            (
                "云岭中学、河东小学、第二幼儿园要继续做好管理。",
                "云岭中学|河东小学|第二幼儿园",
            ),
            ("民办幼儿园党组织要于10月15日前完成。", "民办幼儿园党组织"),
            ("新成立的党支部,10月底前配齐委员。", "新成立的党支部"),
            (
                "局党组将安排专人督查,各新任学校书记、校长要高度重视。",
                "新任学校书记|校长",
            ),
            ("书记每半年讲1次党课", "书记"),
            ("学院党委组织验收,各支部提交总结。", "all"),
            ("组织党员分批参观。", "-"),
            ("加强对学校党组织的领导。", "-"),
            ("(各“青少年党校”,3月、4月分别开展1期)", "青少年党校"),
            ("机关各党支部要在5月底前完成。", "all"),
            ("各党支部公示全年党费收缴明细", "all"),
            ("未完成换届的支部,即日起补办手续。", "未完成换届的支部"),
            ("60周岁以上党员自愿参加。", "60周岁以上党员"),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn terms_are_typed() {
        let values = |text: &str| {
            let found = whole(text, 0..text.len()).unwrap();
            found.terms.into_iter().map(|t| t.value).collect::<Vec<_>>()
        };
        assert_eq!(
            values("20所已创建“青少年党校”的学校党组织"),
            ["youth_party_school"]
        );
        assert_eq!(values("各中小学校"), ["school"]);
        assert_eq!(values("云岭中学、河东小学"), ["云岭中学", "河东小学"]);
        assert_eq!(values("各基层党组织"), ["all"]);
        assert_eq!(values("新任书记"), ["secretary_new"]);
    }
}
