//! 数字: figures of reports and tables, with what they count.

use crate::clauses::bare;
use crate::identities;
use crate::numerals::number;
use crate::outline::Entry;
use crate::pattern::Pattern;
use crate::reading::{Figure, Identity, Item, Kind};
use crate::respective;
use crate::tables::Grid;
use crate::text::Text;
use std::ops::Range;

/// A figure with where it stands in the repaired text.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The figure.
    pub figure: Figure,
    /// Bytes of number and unit.
    pub range: Range<usize>,
}

macro_rules! units {
    () => {
        r"(?:人次|场次|万人|人|名|位|所|个百分点|个月|个|多次|次|场|期|节|堂|篇|份|件|项|条|间|处|家|支|座|套|台|册|本|张|块|面|门|对|户|万元|亿元|元|平方米|公里|亩|小时|学时|课时|分钟|天|周岁|岁|年|%|%|分|倍|字|幅|批|组|轮|类|种|部|例|笔|起|辆|只|片|瓶)"
    };
}

static FIGURE: Pattern = Pattern::new(concat!(
    r"(?P<q>大约|约|近|超过|不少于|不低于|不超过|不得少于|至少|逾|突破|达到|将近)?\s?",
    r"(?:(?P<lo>\d+)(?:-|—|~|至))?(?P<n>\d[\d,]*(?:\.\d+)?|[XxX×*]{1,3}|[IlO\d]{2,6}|[一二两三四五六七八九十百千]{1,7})",
    r"(?P<w>万|亿|千)?(?P<more>余|多)?\s?(?P<u>",
    units!(),
    r")(?P<after>以上|以下|左右|以内)?"
));

/// Figures and identities of a document. In a document of tasks only the text outside its items
/// is looked at: what stands in them is a quantity of the item.
pub fn read(
    text: &Text,
    body: &[Entry],
    grids: &[Grid],
    kind: Kind,
    items: &[Item],
) -> (Vec<Figure>, Vec<Identity>) {
    let mut placed: Vec<Placed> = Vec::new();
    let mut divided: Vec<Identity> = Vec::new();
    for entry in body {
        let Entry::Line(line) = entry else { continue };
        let span = text.span(&line.range);
        let asked = |t: &Item| !t.container && t.span[0] < span[1] && span[0] < t.span[1];
        let of_tasks = matches!(kind, Kind::Tasks | Kind::Notice);
        let labelled =
            line.label.is_some() || crate::outline::label(text.at(&line.range), &|_| 1).is_some();
        if !(of_tasks && (labelled || items.iter().any(asked))) {
            let mut here = prose(text, &line.range);
            divided.extend(respective::sums(text, &line.range, &here));
            respective::name(text, &line.range, &mut here);
            placed.extend(here);
        }
    }
    let mut found = identities::in_prose(text, &placed);
    found.extend(divided);
    let unit = title_unit(text, body);
    for grid in grids {
        let (more, sums) = crate::counts::read(text, grid, unit.as_deref());
        found.extend(sums);
        placed.extend(more);
    }
    found.extend(identities::by_attribute(text, &placed));
    found.extend(identities::shares(text, &placed));
    found.extend(identities::conflicts(text, &placed, &found));
    placed.sort_by_key(|p| p.range.start);
    found.sort_by_key(|i| i.span[0]);
    (placed.into_iter().map(|p| p.figure).collect(), found)
}

/// `一览表(单位:名)`
fn title_unit(text: &Text, body: &[Entry]) -> Option<String> {
    static UNIT: Pattern = Pattern::new(r"[((]?单位[::] ?(?P<u>[\p{Han}]{1,2})(?:[))]|$)");
    let lines = body.iter().filter_map(|e| {
        if let Entry::Line(l) = e {
            Some(l)
        } else {
            None
        }
    });
    let mut found =
        lines.filter_map(|l| UNIT.captures(text.at(&l.range)).map(|c| c["u"].to_owned()));
    found.next().or_else(|| {
        UNIT.captures(text.as_str().lines().next()?)
            .map(|c| c["u"].to_owned())
    })
}

/// The figures of a stretch of prose.
pub fn prose(text: &Text, range: &Range<usize>) -> Vec<Placed> {
    let said = text.at(range);
    let mut out: Vec<Placed> = Vec::new();
    let mut at = crate::outline::label(said, &|_| 1).map_or(0, |l| l.length);
    while let Some(c) = FIGURE.captures_at(said, at) {
        let (Some(whole), Some(n), Some(unit)) = (c.get(0), c.name("n"), c.name("u")) else {
            break;
        };
        at = n.end().max(whole.start() + 1);
        let weight = c.name("w").map_or("", |m| m.as_str());
        let ends = said[unit.end()..].starts_with([',', '。', '、', ';']);
        let more = c.name("more").is_some();
        let Some(value) = value(n.as_str(), weight, unit.as_str(), more, ends) else {
            continue;
        };
        if !stands_alone(said, &whole.range(), n.as_str(), unit.as_str(), unit.end()) {
            continue;
        }
        at = whole.end();
        if matches!(unit.as_str(), "岁" | "周岁") && AGE_GROUP.is_match(&said[unit.end()..]) {
            continue;
        }
        let qualifier = qualifier(&c);
        let role = role(&said[..whole.start()], unit.as_str(), qualifier.as_deref());
        let raw_range = c.name("lo").map_or(n.start(), |lo| lo.start())..unit.end();
        let last = out
            .last()
            .map(|p| (p.range.end - range.start, p.figure.label.clone()));
        let mut label = label(said, &whole.range(), last.as_ref().map(|l| l.0));
        if let Some((end, before)) = last
            && (label.0.chars().count() < 2
                || label.0.ends_with('占')
                || SHARE_ONLY.is_match(&said[end..whole.start()]))
            && !said[end..whole.start()].contains(['。', ';'])
        {
            label.0 = before;
        }
        let start = range.start + label.1.start.min(raw_range.start);
        let end = range.start + raw_range.end;
        let raw_at = range.start + raw_range.start..end;
        let unit_said = format!(
            "{}{}",
            if weight == "千" { "" } else { weight },
            unit.as_str()
        )
        .replace('%', "%");
        let figure = Figure {
            label: label.0,
            value,
            unit: unit_said.trim_start_matches('多').to_owned(),
            qualifier,
            raw: text.shown(&raw_at),
            role: role.map(str::to_owned),
            span: text.span(&(start..end)),
        };
        out.push(Placed {
            figure,
            range: raw_at,
        });
    }
    out
}

/// The value: `Some(None)` when it is masked or lost, `None` when it is no figure at all.
fn value(n: &str, weight: &str, unit: &str, more: bool, ends: bool) -> Option<Option<f64>> {
    let masked = n.chars().all(|c| "XxX×*".contains(c));
    if masked {
        return Some(None);
    }
    if n.starts_with(|c: char| c.is_ascii_digit()) || n.contains(|c: char| c.is_ascii_digit()) {
        if n.contains(['I', 'l', 'O']) {
            return Some(None);
        }
        let plain: f64 = n.replace(',', "").parse().ok()?;
        let year = unit == "年" && plain >= 1900.0;
        let scaled = if weight == "千" {
            plain * 1000.0
        } else {
            plain
        };
        return (!year).then_some(Some(scaled));
    }
    if n.chars().all(|c| "IlO".contains(c)) {
        return more.then_some(None);
    }
    // Chinese numerals count only where they are plainly a count.
    let counted = matches!(
        unit,
        "人次" | "人" | "名" | "元" | "万元" | "所" | "次" | "场" | "个月"
    );
    let large = n.contains(['十', '百', '千'])
        || !weight.is_empty()
        || unit == "个月"
        || (ends && n != "一");
    number(n)
        .filter(|_| counted && large)
        .map(|v| Some(v as f64))
}

/// Not part of a name, an ordinal, a date or a longer word.
fn stands_alone(said: &str, whole: &Range<usize>, n: &str, unit: &str, end: usize) -> bool {
    let before = &said[..whole.start];
    let after = &said[end..];
    let previous = before.chars().next_back();
    let glued = previous.is_some_and(|c| c.is_ascii_alphanumeric() || "第.〔“\"-月".contains(c))
        && !before.ends_with("每月");
    let masked_name = n.chars().all(|c| c == 'X' || c == 'x')
        && n.len() > 1
        && !matches!(unit, "人" | "名" | "元" | "万元" | "个" | "次" | "%");
    let word = match unit {
        "人" => after.starts_with([
            '员', '民', '才', '大', '格', '生', '数', '均', '文', '力', '工', '物', '事',
        ]),
        "年" => {
            after.starts_with(['度', '级', '代', '来', '制', '前', '底', '内'])
                && !after.starts_with("年来")
        }
        "个" => after.starts_with(['人', '别', '体', '性']) && !after.starts_with("人次"),
        "分" => after.starts_with([
            '别', '钟', '类', '管', '工', '为', '之', '数', '校', '片', '析', '组',
        ]),
        "部" => after.starts_with(['门', '分', '署', '长', '委']),
        "次" => after.starts_with(['性']),
        "片" => after.starts_with(['区']),
        "条" => after.starts_with(['例', '件']),
        "节" => after.starts_with(['约', '日', '假']),
        "期" => after.starts_with(['间', '末', '中', '满']),
        "周" => after.starts_with(['年']),
        "组" => after.starts_with(['织', '长', '成', '建']),
        "面" => after.starts_with(['向', '对', '临', '貌']),
        "对" => after.starts_with(['照', '象', '于', '标']),
        "项" => after.starts_with(['目']),
        "处" => after.starts_with(['于', '理']),
        "名" => after.starts_with(['师', '单', '列', '次', '称', '额', '录']),
        "家" => after.starts_with(['庭', '长', '校', '委', '访', '乡']),
        "字" => after.starts_with(['方', '号']),
        "类" => after.starts_with(['型']),
        "份" | "本" | "例" => after.starts_with(['额', '科', '校', '会', '单', '行']),
        _ => false,
    };
    let percent = before.ends_with('同') || unit == "%" && previous == Some('0');
    !(glued || word || masked_name || percent)
}

fn qualifier(c: &regex::Captures) -> Option<String> {
    let group = |name: &str| c.name(name).map(|m| m.as_str().to_owned());
    group("q")
        .filter(|q| q != "达到")
        .or(group("after"))
        .or(group("more"))
}

fn role(before: &str, unit: &str, qualifier: Option<&str>) -> Option<&'static str> {
    static EVERY: Pattern =
        Pattern::new(r"每(?:年|月|周|天|日|季度?|学期|学年|人|校|半年|名)[^,。;]{0,24}$");
    if unit == "%" || unit == "个百分点" {
        return Some("percent");
    }
    if EVERY.is_match(before) {
        return Some("frequency");
    }
    if matches!(unit, "年" | "个月" | "天") {
        return Some("period");
    }
    let bound = |q: &str| {
        matches!(
            q,
            "以上" | "以下" | "以内" | "不少于" | "不低于" | "不超过" | "至少" | "不得少于"
        )
    };
    qualifier.is_some_and(bound).then_some("threshold")
}

static LEAD: Pattern = Pattern::new(
    r"^(?:其中|目前|占|含|现有|现|[*×X]{1,3}[县区市]|教育系统|教体系统|教育体育系统|全县教育系统|共有|共|总计|合计|有|为|达|是|和|及|另有|另|还有|还|全年|今年|全县|全区|全市|全校|全镇|全局|全系统|我县|我区|我市|我校|我局|我|本次|本年|本校|本支部|支部|累计|先后|带头|组织|开展|举办|召开|投入|新建|撰写|设立|设|配备|选出|募集|结对帮扶|学校|(?:20\d{2}|20[Xx]{2})年度?|近[一二三四五]年(?:来)?|截至[^,]{2,12}|,|:|\s|\d{1,2}月底?前?)+",
);
static KEEP: Pattern = Pattern::new(r"^(?:学校[团党]|组织关系|组织委员|共青团|共产|有限|学校$)");
static SHARE_ONLY: Pattern = Pattern::new(r"^(?:\([^)]*\))?,?占(?:比|全部|总数的?|总)?$");
static AGE_GROUP: Pattern = Pattern::new(r"^(?:以下|以上|及以[上下]|至|[-—~]|\d|的?党员|的)");
static SCOPE: Pattern = Pattern::new(r"(?:对|在|向|从)?全[县区市州校镇乡局]$");
static TAIL: Pattern = Pattern::new(
    r"(?:共计|合计|现有|共有|共|总数为|总数|数为|人数|数量为|数量|已达|达到|达|占|有|为|各|的|了|分别|,|:|\()+$",
);

/// What a figure counts: the words before it, else the words after it; with where they stand.
fn label(said: &str, whole: &Range<usize>, last: Option<usize>) -> (String, Range<usize>) {
    let before = &said[..whole.start];
    let start = before
        .rfind([',', '。', ';', ':', '、', '(', ')', '!', '\n', '\t'])
        .map_or(0, |i| {
            i + before[i..].chars().next().map_or(1, char::len_utf8)
        });
    let start = start.max(last.filter(|l| *l <= whole.start).unwrap_or(0));
    let mut range = start..whole.start;
    let words = &said[range.clone()];
    let keep = KEEP.is_match(words);
    if let Some(m) = LEAD.find(words).filter(|_| !keep) {
        range.start += m.end();
    }
    if let Some(m) = TAIL.find(&said[range.clone()]) {
        range.end = range.start + m.start();
    }
    let words = bare(&said[range.clone()]).trim_matches(['“', '”', '"']);
    if words.chars().count() >= 2 && !SCOPE.is_match(words) {
        let short: String = words
            .chars()
            .rev()
            .take(20)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        return (short, range);
    }
    let after = &said[whole.end..];
    let noun = &after[..noun_end(after)];
    let noun: String = bare(noun).chars().take(16).collect();
    if noun.chars().count() >= 2 {
        return (noun, whole.clone());
    }
    // `党员270人,占28%`: nothing of its own; the clause before says it.
    let clause = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let from = clause.rfind([',', '。', ';', ':']).map_or(0, |i| {
        i + clause[i..].chars().next().map_or(1, char::len_utf8)
    });
    let words: String = bare(&clause[from..])
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(16)
        .collect();
    (words, whole.clone())
}

/// Where the noun after a number ends.
fn noun_end(after: &str) -> usize {
    let ends = [',', '。', ';', ':', '、', '(', ')', '\n', '\t', '的', '占'];
    let stop = after.find(ends).unwrap_or(after.len());
    let among = after[..stop].char_indices().find(|(i, c)| {
        let next = after[i + c.len_utf8()..].chars().next();
        *c == '中' && *i > 3 && next.is_none_or(|n| ",,有已共。".contains(n))
    });
    among.map_or(stop, |(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::repair;
    use kernel::document::Document;

    fn said(raw: &str) -> Vec<String> {
        let text = repair(&Document::from_text(raw)).text;
        let whole = 0..text.as_str().len();
        prose(&text, &whole)
            .into_iter()
            .map(|p| {
                let value = p.figure.value.map_or("?".to_owned(), |v| v.to_string());
                format!("{} {value}{}", p.figure.label, p.figure.unit)
            })
            .collect()
    }

    #[test]
    fn figures_with_what_they_count() {
        assert_eq!(
            said("全县现有中小学校64所,其中:高级中学4所,小学43所"),
            ["中小学校 64所", "高级中学 4所", "小学 43所"]
        );
        assert_eq!(
            said("现有23个党支部,党员270人"),
            ["党支部 23个", "党员 270人"]
        );
        assert_eq!(
            said("投入阵地建设经费86.5万元,撰写心得体会X篇"),
            ["阵地建设经费 86.5万元", "心得体会 ?篇"]
        );
        assert_eq!(said("参加人数达到两万人次"), ["参加 2万人次"]);
    }

    #[test]
    fn what_only_looks_like_a_figure() {
        for text in [
            "2023年春季",
            "第3次会议",
            "“4050人员”",
            "清教党〔2023〕5号",
            "三会一课",
            "第一责任人",
            "附件1",
            "五好五强",
        ] {
            assert!(said(text).is_empty(), "{text}: {:?}", said(text));
        }
    }
}
