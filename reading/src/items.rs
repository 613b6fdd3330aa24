//! 任务项: from numbered paragraphs, loose sentences and table rows to items.

use crate::almanac::Almanac;
use crate::clauses::sentences;
use crate::deadline::Role;
use crate::evidence;
use crate::hints;
use crate::outline::Node;
use crate::parts::{Duty, When, duties, whens};
use crate::pattern::Pattern;
use crate::reading::{All, Damage, Item, TargetTerm, Targets, TermKind};
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
    r"^(?:指导思想|总体要求|总体思路|总体目标|工作目标|目标任务|目标要求|主要目标|基本原则|工作原则|重要意义|目的意义|活动目的|工作思路|组织机构|工作机构|领导机构|活动主题|基本情况|工作成效|主要成效|主要做法|存在(?:的)?(?:主要)?问题|取得的成绩|适用范围|评议范围|参评范围|参加范围|活动范围|推荐条件|评选条件|申报条件|参评条件|评选范围|评选名额|名额分配|参加人员|参加对象|参会人员|参训人员|会议地点|活动地点|会议内容|会议议程|总体情况|检查情况|督查情况|工作情况|主要问题|突出问题|学习内容|联系方式|提高(?:政治站位|思想认识|认识)|充分认识)",
);
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
        if background && undated {
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

/// An item in the making. Ranges handed to it count from `base`.
pub struct Build<'a, 'b> {
    ctx: &'b Context<'a>,
    almanac: &'b Almanac,
    base: usize,
    segment: Range<usize>,
    content: &'a str,
    /// The item so far.
    pub item: Item,
    signals: f64,
    named_duty: bool,
}

impl<'a, 'b> Build<'a, 'b> {
    /// An item of one duty of a text that stands at `content`.
    pub fn new(
        ctx: &'b Context<'a>,
        almanac: &'b Almanac,
        content: &Range<usize>,
        duty: &Duty,
    ) -> Build<'a, 'b> {
        let whole = content.start + duty.segment.start..content.start + duty.segment.end;
        let whole = ctx.text.trimmed(&whole);
        let item = Item {
            text: ctx.text.shown(&whole),
            span: ctx.text.span(&whole),
            ..Item::default()
        };
        let said = ctx.text.at(content);
        Build {
            ctx,
            almanac,
            base: content.start,
            segment: duty.segment.clone(),
            content: said,
            item,
            signals: 0.97,
            named_duty: false,
        }
    }

    /// The words the item is read from.
    pub fn said(&self) -> &'a str {
        self.content
    }

    /// A range of the content as a range of the whole text.
    pub fn at(&self, range: &Range<usize>) -> Range<usize> {
        self.base + range.start..self.base + range.end
    }

    /// Sets deadline or cadence; `range` is where it is said, in the whole text.
    pub fn when(&mut self, when: Option<&When>, range: Option<Range<usize>>) {
        let (Some(when), Some(range)) = (when, range) else {
            return;
        };
        self.item.due_text =
            Some(crate::clauses::bare(&self.ctx.text.shown(&range)).replace('\n', ""));
        self.item.due_span = Some(self.ctx.text.span(&range));
        match when {
            When::Cadence(cadence) => {
                self.item.recur = Some(cadence.code.clone());
                let period = self.almanac.period;
                self.item.instances = period.map(|p| cadence.instances(p)).unwrap_or_default();
                self.item.doubts.extend(cadence.doubt.clone());
            }
            When::Date(found, resolved, role) => {
                self.item.due = resolved.due;
                self.item.window = resolved.window.filter(|_| resolved.days.is_empty());
                self.item.due_time = found.time.clone();
                self.item.instances = resolved.days.clone();
                for doubt in &resolved.doubts {
                    self.doubt(doubt);
                }
                self.named_duty = *role == Role::Named;
            }
        }
    }

    fn doubt(&mut self, doubt: &str) {
        if !self.item.doubts.iter().any(|d| d == doubt) {
            self.item.doubts.push(doubt.to_owned());
        }
    }

    /// Targets of the duty itself, else of the text it stands in.
    pub fn own_targets(&mut self, whole: Option<&targets::Found>) {
        let segment = self.content.get(self.segment.clone()).unwrap_or("");
        match targets::find(segment) {
            Some(own) => self.targets(&own, self.base + self.segment.start),
            None => {
                if let Some(whole) = whole {
                    self.targets(whole, self.base);
                }
            }
        }
        self.item.target_terms.extend(targets::age_term(segment));
    }

    /// Sets targets whose range counts from `base`.
    pub fn targets(&mut self, found: &targets::Found, base: usize) {
        let range = base + found.range.start..base + found.range.end;
        self.item.targets = found.targets.clone();
        self.item.targets_text = Some(self.ctx.text.shown(&range));
        self.item.targets_span = Some(self.ctx.text.span(&range));
        let kept: Vec<TargetTerm> = std::mem::take(&mut self.item.target_terms);
        self.item.target_terms = found.terms.clone();
        for term in kept {
            if !self.item.target_terms.contains(&term) {
                self.item.target_terms.push(term);
            }
        }
    }

    /// The title from the words of the duty.
    pub fn title_of_duty(&mut self, duty: &Duty) {
        let subject = targets::find(self.content.get(self.segment.clone()).unwrap_or(""))
            .map(|f| self.segment.start + f.range.start..self.segment.start + f.range.end);
        let moment = duty.when.as_ref().map(|w| w.range().clone());
        let pieces = title::of_duty(
            self.content,
            &self.segment,
            moment.as_ref(),
            subject.as_ref(),
        );
        let said: String = pieces
            .into_iter()
            .map(|(sep, r)| format!("{sep}{}", self.ctx.text.shown(&self.at(&r))))
            .collect();
        self.item.title = title::shortened(&said);
        self.signals -= 0.04;
    }

    /// In a monthly plan the heading's month is the deadline of what has none.
    pub fn month_of_plan(&mut self, month: Option<(Option<i16>, i8)>) {
        let Some((year, month)) = month else { return };
        if self.item.due.is_some() || self.item.recur.is_some() || self.item.due_text.is_some() {
            return;
        }
        let words = format!(
            "{}{month}月",
            year.map(|y| format!("{y}年")).unwrap_or_default()
        );
        let found = crate::dates::find(&words, &[]).into_iter().next();
        if let Some(found) = found {
            let resolved = self.almanac.resolve(&found, &words);
            self.item.due = resolved.due;
            self.item.window = resolved.window;
            self.item.due_text = Some(words);
            self.item.doubts.extend(resolved.doubts);
        }
    }

    /// Evidence, quantity, hints and the measure of certainty.
    pub fn finish(mut self) -> Item {
        let said = self.content.get(self.segment.clone()).unwrap_or("");
        let base = self.base + self.segment.start;
        if self.item.evidence.is_empty() {
            for (_, range) in evidence::find(said) {
                let range = base + range.start..base + range.end;
                self.item.evidence.push(self.ctx.text.shown(&range));
                self.item.evidence_spans.push(self.ctx.text.span(&range));
            }
        }
        if let Some(range) = hints::quantity(said) {
            let range = base + range.start..base + range.end;
            self.item.quantity = Some(self.ctx.text.shown(&range));
            self.item.quantity_span = Some(self.ctx.text.span(&range));
        }
        self.item.forbidden = hints::forbidden(said);
        self.item.measure_hint = hints::measure(&self.item.title, said).map(str::to_owned);
        self.item.substantive_hint = hints::substantive(&self.item.title, said);
        if !self.item.forbidden.is_empty() {
            let words = self.item.forbidden.join("、");
            self.doubt(&format!("含有不得提出的要求:{words}"));
        }
        self.infer_due();
        self.mark_damage();
        self.settle_targets();
        self.item.confidence = self.confidence();
        self.item
    }

    fn infer_due(&mut self) {
        if self.item.due.is_some() || self.item.recur.is_some() || self.item.due_text.is_some() {
            return;
        }
        if let Some([_, end]) = self.almanac.period {
            self.item.due = Some(end);
            self.item.due_inferred = true;
        }
    }

    fn mark_damage(&mut self) {
        let [from, to] = self.item.span;
        let touched: Vec<String> = self
            .ctx
            .damage
            .iter()
            .filter(|d| d.span[0] < to && from < d.span[1] && !d.why.starts_with("字节错位"))
            .map(|d| match &d.repaired {
                Some(repaired) => format!("原文“{}”有损坏,按“{repaired}”理解", d.raw),
                None => format!("原文“{}”有损坏,未能修复", d.raw),
            })
            .collect();
        for doubt in touched {
            self.doubt(&doubt);
            self.signals -= 0.05;
        }
    }

    fn settle_targets(&mut self) {
        if self.item.targets_text.is_some() {
            return;
        }
        self.signals -= 0.03;
        self.item.targets = Targets::All(All::All);
        self.item.targets_text = self.ctx.recipients.clone();
        if !self
            .item
            .target_terms
            .iter()
            .any(|t| t.kind == TermKind::All)
        {
            let text = self.ctx.recipients.clone().unwrap_or_default();
            self.item.target_terms.insert(
                0,
                TargetTerm {
                    kind: TermKind::All,
                    value: "all".to_owned(),
                    text,
                },
            );
        }
    }

    /// From explicit signals: what was said plainly, what was inferred, what is doubtful.
    fn confidence(&self) -> f64 {
        let item = &self.item;
        let mut sure = self.signals - 0.12 * item.doubts.len().min(4) as f64;
        if item.due_inferred {
            sure -= 0.2;
        }
        if item.due.is_none() && item.recur.is_none() {
            sure -= 0.2;
        }
        if self.named_duty {
            sure -= 0.08;
        }
        if item.part.is_some() {
            sure -= 0.04;
        }
        (sure.clamp(0.05, 0.99) * 100.0).round() / 100.0
    }
}
