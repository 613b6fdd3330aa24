//! 一条任务: an item put together from one duty and the words around it.

use crate::almanac::Almanac;
use crate::deadline::Role;
use crate::evidence;
use crate::hints;
use crate::items::Context;
use crate::parts::{Duty, When};
use crate::reading::{All, Item, TargetTerm, Targets, TermKind};
use crate::targets;
use crate::title;
use kernel::Day;
use std::ops::Range;

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
                let year = |y: i16| {
                    Day::new(y, 1, 1)
                        .zip(Day::new(y, 12, 31))
                        .map(|(a, b)| [a, b])
                };
                let by_year = cadence.code != "weekly" && !cadence.code.contains("week");
                let whole = self.almanac.year.filter(|_| by_year).and_then(year);
                let period = self.almanac.period.or(whole);
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
        let all = matches!(found.targets, Targets::All(_));
        let narrower = self
            .ctx
            .recipients
            .as_deref()
            .filter(|_| all)
            .and_then(|recipients| targets::among(recipients, self.ctx.text.at(&range)));
        self.item.targets = narrower.unwrap_or_else(|| found.targets.clone());
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
        let title = title::shortened(&said);
        self.item.title = match title::quoted(&title).filter(|_| self.item.part.is_some()) {
            Some(short) => short,
            None => title,
        };
        self.signals -= 0.04;
    }

    /// What the heading names, when the text under it asks for nothing else by name.
    pub fn heading_evidence(&mut self, heading: &Range<usize>) {
        let (head, rest) = (&self.content[heading.clone()], &self.content[heading.end..]);
        let named = evidence::find(rest).is_empty();
        if let Some((_, range)) = evidence::in_heading(head, rest).filter(|_| named) {
            let range =
                self.base + heading.start + range.start..self.base + heading.start + range.end;
            self.item.evidence.push(self.ctx.text.shown(&range));
            self.item.evidence_spans.push(self.ctx.text.span(&range));
        }
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
