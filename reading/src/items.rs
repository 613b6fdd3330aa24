//! 任务项: from numbered paragraphs, loose sentences and table rows to items.

use crate::almanac::Almanac;
use crate::build::Build;
use crate::clauses::sentences;
use crate::deadline::Role;
use crate::hints;
use crate::outline::Node;
use crate::parts::{When, duties, whens};
use crate::pattern::Pattern;
use crate::reading::{Damage, Item, Targets};
use crate::targets;
use crate::text::Text;
use crate::title;
use std::ops::Range;

/// What all items of a document share.
pub struct Context<'a> {
    /// Repaired text.
    pub text: &'a Text,
    /// Year, signature and period.
    pub almanac: Almanac,
    /// 主送单位
    pub recipients: Option<String>,
    /// What was lost in the bytes.
    pub damage: &'a [Damage],
    /// A report or summary: only plain demands are items.
    pub is_report: bool,
}

static BACKGROUND: Pattern = Pattern::new(
    r"^(?:指导思想|总体要求|总体思路|总体目标|工作目标|目标任务|目标要求|主要目标|基本原则|工作原则|重要意义|目的意义|活动目的|工作思路|组织机构|工作机构|领导机构|活动主题|基本情况|工作成效|主要成效|主要做法|存在(?:的)?(?:主要)?问题|取得的成绩|适用范围|评议范围|参评范围|参加范围|活动范围|推荐条件|评选条件|申报条件|参评条件|评选范围|评选名额|名额分配|参加人员|参加对象|参会人员|参训人员|会议地点|活动地点|会议内容|会议议程|总体情况|检查情况|督查情况|工作情况|主要问题|突出问题|学习内容|活动时间|实施时间|行动时间|(?:评选|考核|推荐|参评|参加|申报|表彰|培训|适用|参训)(?:对象|范围|条件|资格|名额|人员)|(?:存在|主要|突出|发现)[^,。]{0,6}(?:问题|不足|短板)|联系方式|提高(?:政治站位|思想认识|认识)|充分认识)",
);
static SCOPE: Pattern =
    Pattern::new(r"^(?:活动时间|实施时间|行动时间|[^,。]{2,6}(?:范围|条件|对象|资格|名额)$)");
static SOFT: Pattern = Pattern::new(
    r"^(?:工作要求|有关要求|相关要求|几点要求|具体要求|组织领导|保障措施|组织保障|工作保障|纪律要求|有关事项|注意事项|其他事项|加强组织|强化组织|强化督导|严肃纪律|严明纪律|加强领导|强化领导|强化保障)",
);
static GROUPS: Pattern = Pattern::new(r"(?:以下|下列|如下)[^。]{0,14}[::]?$|[::]$|顺序推进[::]?$");

/// The heading of a node, or its first words.
fn heading_of<'t>(ctx: &Context<'t>, node: &Node) -> &'t str {
    let said = ctx.text.at(&node.content);
    let end = said.find(['。', ':', '\n', ',', '(']).unwrap_or(said.len());
    &said[..end]
}

/// Items of the outline.
pub fn from_nodes(ctx: &Context, nodes: &[Node], warnings: &mut Vec<String>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut passed_over = 0;
    for (index, node) in nodes.iter().enumerate() {
        let lineage = lineage(nodes, index);
        let names: Vec<&str> = lineage
            .iter()
            .map(|i| heading_of(ctx, &nodes[*i]))
            .collect();
        let background = names.iter().any(|n| BACKGROUND.is_match(n));
        let soft = names.iter().any(|n| SOFT.is_match(n));
        let almanac = Almanac {
            month: node.month,
            ..ctx.almanac.clone()
        };
        let said = ctx.text.at(&node.content);
        if ctx.is_report || node.outline.is_empty() && node.unnumbered {
            items.extend(loose(ctx, node, &almanac, warnings));
            continue;
        }
        let found = whens(said, &almanac, true);
        let bare_heading = title::heading(said).is_none() && said.chars().count() <= 40;
        let groups = node.has_children && (GROUPS.is_match(said) || bare_heading);
        let holds_duty = !found.is_empty() && !groups;
        let over_table = node.before_table && bare_heading && found.is_empty();
        if (node.has_children || over_table) && !holds_duty {
            if !background && !node.outline.is_empty() && !node.is_month {
                items.push(container(ctx, node));
            }
            continue;
        }
        if said.is_empty() {
            continue;
        }
        let undated = found.is_empty() && node.month.is_none();
        if undated && (background || soft) && !is_demand(ctx, said) {
            passed_over += usize::from(soft && !node.has_children);
            continue;
        }
        let scope = names.iter().any(|n| SCOPE.is_match(n) && *n != "发展对象");
        if (background && undated) || scope {
            continue;
        }
        let inherited = if undated {
            inherited(ctx, nodes, node, &almanac)
        } else {
            None
        };
        items.extend(node_items(ctx, nodes, index, &almanac, found, inherited));
    }
    if passed_over > 0 {
        warnings.push(format!(
            "有{passed_over}条一般要求没有时限、数量和对象,未列为任务"
        ));
    }
    items
}

/// The node and those above it.
fn lineage(nodes: &[Node], index: usize) -> Vec<usize> {
    let mut out = vec![index];
    while let Some(parent) = out.last().and_then(|i| nodes[*i].parent) {
        out.push(parent);
    }
    out
}

/// Whether undated text among general requirements still demands something of somebody.
fn is_demand(_: &Context, said: &str) -> bool {
    static COUNTED: Pattern = Pattern::new(r"(?:不少于|不低于|至少)\s?\d");
    let named = targets::find(said).is_some_and(|f| matches!(f.targets, Targets::Named(_)));
    named && said.chars().count() < 80
        || COUNTED.is_match(said)
        || !hints::forbidden(said).is_empty()
}

fn container(ctx: &Context, node: &Node) -> Item {
    let said = ctx.text.at(&node.content);
    let end =
        title::heading(said).map_or(said.trim_end_matches([':', '。']).len(), |(r, _)| r.end);
    let range = node.content.start..node.content.start + end;
    Item {
        outline: node.outline.clone(),
        title: title::shortened(&title::without_bracket(&ctx.text.shown(&range))),
        container: true,
        text: ctx.text.shown(&node.content),
        span: ctx.text.span(&node.whole),
        confidence: 0.95,
        substantive_hint: false,
        ..Item::default()
    }
}

/// A date in the heading above holds for undated items under it.
fn inherited(
    ctx: &Context,
    nodes: &[Node],
    node: &Node,
    almanac: &Almanac,
) -> Option<(When, Range<usize>)> {
    let parent = &nodes[node.parent?];
    let said = ctx.text.at(&parent.content);
    let mut found = whens(said, almanac, true);
    let when = if found.len() == 1 {
        found.pop()?
    } else {
        return None;
    };
    let range = parent.content.start + when.range().start..parent.content.start + when.range().end;
    matches!(when, When::Date(..)).then_some((when, range))
}

fn node_items(
    ctx: &Context,
    nodes: &[Node],
    index: usize,
    almanac: &Almanac,
    found: Vec<When>,
    inherited: Option<(When, Range<usize>)>,
) -> Vec<Item> {
    let node = &nodes[index];
    let said = ctx.text.at(&node.content);
    let heading = title::heading(said);
    let duties = duties(said, &(0..said.len()), found);
    let several = duties.len() > 1;
    let above = node
        .parent
        .and_then(|p| targets::find(ctx.text.at(&nodes[p].content)).map(|f| (p, f)));
    let whole = targets::find(said);
    let mut items = Vec::new();
    for (i, duty) in duties.iter().enumerate() {
        let mut build = Build::new(ctx, almanac, &node.content, duty);
        build.item.outline = node.outline.clone();
        build.item.part = several.then(|| letter(i));
        build.item.span = if several {
            build.item.span
        } else {
            ctx.text.span(&node.whole)
        };
        build.when(
            duty.when.as_ref(),
            duty.when.as_ref().map(|w| build.at(w.range())),
        );
        build.own_targets(whole.as_ref());
        if build.item.targets_text.is_none()
            && let Some((p, above)) = &above
        {
            build.targets(above, nodes[*p].content.start);
        }
        if let Some((when, range)) = &inherited {
            build.when(Some(when), Some(range.clone()));
            build.item.doubts.push("期限取自上级标题".to_owned());
        }
        let outright = title::without_bracket(said);
        let is_title = outright.len() < crate::clauses::bare(said).len() && !outright.contains(',');
        match heading.as_ref().filter(|_| !several) {
            Some((range, _)) => {
                let shown = ctx.text.shown(&build.at(range));
                build.item.title = title::shortened(&title::without_bracket(&shown));
                build.heading_evidence(range);
            }
            None if is_title && !several => {
                build.item.title =
                    title::shortened(&title::without_bracket(&ctx.text.shown(&node.content)));
            }
            None => build.title_of_duty(duty),
        }
        build.month_of_plan(node.month);
        items.push(build.finish());
    }
    items
}

fn letter(index: usize) -> String {
    let index = u32::try_from(index).unwrap_or(25).min(25);
    char::from_u32('a' as u32 + index)
        .map(String::from)
        .unwrap_or_default()
}

/// Sentences outside the outline, or in a report: only those with a plain deadline.
fn loose(ctx: &Context, node: &Node, almanac: &Almanac, warnings: &mut Vec<String>) -> Vec<Item> {
    static ASKS: Pattern =
        Pattern::new(r"请|务必|须|要求|各[^,。]{1,12}(?:要|应)|于[^,。]{2,16}前");
    let said = ctx.text.at(&node.content);
    let mut items = Vec::new();
    for sentence in sentences(said, 0) {
        let words = &said[sentence.clone()];
        let found: Vec<When> = whens(words, almanac, false)
            .into_iter()
            .filter(|w| match w {
                When::Date(_, _, role) => *role == Role::Firm,
                When::Cadence(c) => {
                    !ctx.is_report
                        && (c.code.contains("-by-")
                            || c.code.contains("-before")
                            || c.code.contains("week"))
                }
            })
            .collect();
        let refused = ctx.is_report && !ASKS.is_match(words);
        let forbidden = !hints::forbidden(words).is_empty() && !ctx.is_report;
        if (found.is_empty() || refused) && !forbidden {
            warnings.extend(passed_over(ctx, words));
            continue;
        }
        let range = node.content.start + sentence.start..node.content.start + sentence.end;
        let whole = targets::find(words);
        let duties = duties(words, &(0..words.len()), found);
        let several = duties.len() > 1;
        for (i, duty) in duties.iter().enumerate() {
            let mut build = Build::new(ctx, almanac, &range, duty);
            build.item.outline = node.outline.clone();
            build.item.part = several.then(|| letter(i));
            build.when(
                duty.when.as_ref(),
                duty.when.as_ref().map(|w| build.at(w.range())),
            );
            build.own_targets(whole.as_ref());
            build.title_of_duty(duty);
            items.push(build.finish());
        }
    }
    items
}

/// A date that reads like a deadline in a sentence that is no item: said, so that it is not lost.
fn passed_over(ctx: &Context, words: &str) -> Option<String> {
    let said: String = words.trim().chars().take(24).collect();
    let dated = crate::dates::find(words, &[])
        .iter()
        .any(|f| f.cue == crate::dates::Cue::Before);
    (dated && !ctx.is_report).then(|| format!("“{said}…”里有日期,未列为任务,请核对"))
}
