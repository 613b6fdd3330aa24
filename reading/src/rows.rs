//! 表格行: items from the rows of a table.

use crate::almanac::Almanac;
use crate::build::Build;
use crate::dates::Point;
use crate::deadline::Role;
use crate::evidence;
use crate::items::Context;
use crate::parts::{Duty, When, duties, whens};
use crate::pattern::Pattern;
use crate::reading::Item;
use crate::tables::{CellAt, Column, Grid, Row};
use crate::targets;
use crate::title;
use std::ops::Range;

/// Whether the rows of a table are tasks.
pub fn holds_tasks(grid: &Grid) -> bool {
    let has = |c: Column| grid.columns.contains(&c);
    let what = has(Column::Task) || has(Column::Stage);
    what && !has(Column::Rank)
        && (has(Column::Due) || has(Column::Evidence) || has(Column::Target) && !has(Column::Count))
}

/// Items of a table; rows whose words say nothing are passed over.
pub fn items(ctx: &Context, grid: &Grid) -> Vec<Item> {
    grid.rows
        .iter()
        .flat_map(|row| row_items(ctx, grid, row))
        .collect()
}

fn cells<'r>(grid: &Grid, row: &'r Row, column: Column) -> Vec<&'r CellAt> {
    let mut out: Vec<&CellAt> = Vec::new();
    for (kind, cell) in grid.columns.iter().zip(&row.cells) {
        if let Some(cell) = cell
            && *kind == column
            && !cell.range.is_empty()
            && !out.iter().any(|c| c.range == cell.range)
        {
            out.push(cell);
        }
    }
    out
}

/// What a row asks for: its task cells, the most particular last.
fn what<'r>(grid: &Grid, row: &'r Row) -> Vec<&'r CellAt> {
    let mut out = cells(grid, row, Column::Stage);
    out.extend(cells(grid, row, Column::Task));
    out
}

fn row_items(ctx: &Context, grid: &Grid, row: &Row) -> Vec<Item> {
    static TOTAL: Pattern = Pattern::new(r"^(?:合计|总计|小计|填表说明|注[::]|备注)");
    let what = what(grid, row);
    let Some(main) = what.last() else {
        return Vec::new();
    };
    let said = ctx.text.at(&main.range);
    if TOTAL.is_match(said)
        || !what.iter().any(|c| !c.shared) && cells(grid, row, Column::Due).iter().all(|c| c.shared)
    {
        return Vec::new();
    }
    let due = cells(grid, row, Column::Due);
    let in_text = if due.is_empty() {
        whens(said, &ctx.almanac, true)
    } else {
        Vec::new()
    };
    let duties = if due.is_empty() {
        duties(said, &(0..said.len()), in_text)
    } else {
        vec![Duty {
            segment: 0..said.len(),
            when: None,
        }]
    };
    let several = duties.len() > 1;
    let mut out = Vec::new();
    for (i, duty) in duties.iter().enumerate() {
        let mut build = Build::new(ctx, &ctx.almanac, &main.range, duty);
        build.item.outline = number(ctx, grid, row);
        build.item.part = several.then(|| char::from(b'a' + (i as u8).min(25)).to_string());
        build.item.span = ctx.text.span(&row.range);
        build.item.title = row_title(ctx, &what);
        if several {
            build.title_of_duty(duty);
        }
        build.item.text = row_text(ctx, grid, row);
        build.own_targets(None);
        if let Some(cell) =
            cells(grid, row, Column::Target)
                .first()
                .or(cells(grid, row, Column::Lead).first())
        {
            let found = targets::whole(ctx.text.at(&cell.range), 0..0);
            if let Some(found) = found {
                build.targets(&found, cell.range.start);
            }
        }
        row_evidence(ctx, grid, row, &mut build.item);
        match due.first() {
            Some(cell) => set_due(ctx, &ctx.almanac, cell, &mut build),
            None => build.when(
                duty.when.as_ref(),
                duty.when.as_ref().map(|w| build.at(w.range())),
            ),
        }
        build.item.doubts.extend(row.doubt.clone());
        out.push(build.finish());
    }
    out
}

fn number(ctx: &Context, grid: &Grid, row: &Row) -> String {
    let cell = cells(grid, row, Column::Number)
        .first()
        .map(|c| ctx.text.at(&c.range).to_owned());
    cell.unwrap_or_default()
}

fn row_title(ctx: &Context, what: &[&CellAt]) -> String {
    let shown = |c: &CellAt| ctx.text.shown(&c.range).replace('\n', "");
    let first_sentence = |said: String| {
        said.split(|c| "。;".contains(crate::script::narrow(c)))
            .next()
            .unwrap_or("")
            .to_owned()
    };
    let Some(main) = what.last() else {
        return String::new();
    };
    let main_said = first_sentence(shown(main));
    let own = what
        .iter()
        .rev()
        .skip(1)
        .find(|c| !c.shared)
        .map(|c| shown(c));
    match own {
        Some(own) if own.chars().count() <= 20 && main_said.chars().count() <= 24 => {
            title::shortened(&format!("{own}:{main_said}"))
        }
        Some(own) if own.chars().count() <= 30 => title::shortened(&own),
        _ => title::shortened(&main_said),
    }
}

fn row_text(ctx: &Context, grid: &Grid, row: &Row) -> String {
    let mut seen: Vec<Range<usize>> = Vec::new();
    let mut out: Vec<String> = Vec::new();
    for (kind, cell) in grid.columns.iter().zip(&row.cells) {
        let Some(cell) = cell else { continue };
        if *kind != Column::Number && !cell.range.is_empty() && !seen.contains(&cell.range) {
            seen.push(cell.range.clone());
            out.push(ctx.text.shown(&cell.range));
        }
    }
    out.join("\t")
}

fn row_evidence(ctx: &Context, grid: &Grid, row: &Row, item: &mut Item) {
    for cell in cells(grid, row, Column::Evidence) {
        for (_, range) in evidence::whole(ctx.text.at(&cell.range), cell.range.clone()) {
            item.evidence.push(ctx.text.shown(&range));
            item.evidence_spans.push(ctx.text.span(&range));
        }
    }
}

/// The deadline of a cell: every date in it counts; words without a date are kept.
fn set_due(ctx: &Context, almanac: &Almanac, cell: &CellAt, build: &mut Build) {
    static STANDING: Pattern = Pattern::new(r"全年|长期|持续|常态|随时|即时|贯穿|始终");
    let said = ctx.text.at(&cell.range);
    let dotted = format!("{said}前");
    let cadences = crate::recur::cadences(said);
    let taken: Vec<Range<usize>> = cadences.iter().map(|c| c.range.clone()).collect();
    let mut found = crate::dates::find(said, &taken);
    if found.is_empty() && cadences.is_empty() {
        found = crate::dates::find(&dotted, &[]);
    }
    let many = found.len() > 1;
    let when = match (cadences.into_iter().next(), found.pop()) {
        (Some(cadence), _) => Some(When::Cadence(cadence)),
        (None, Some(last)) => {
            let words = said
                .get(last.range.start..last.range.end.min(said.len()))
                .unwrap_or(said);
            let mut resolved = almanac.resolve(&last, words);
            if many {
                resolved.doubts.push(format!(
                    "“{}”写了几个日期,取最后一个",
                    said.replace('\n', "")
                ));
            }
            Some(When::Date(last, resolved, crate::deadline::Role::Firm))
        }
        (None, None) => None,
    };
    match when {
        Some(when) => {
            build.when(Some(&when), Some(cell.range.clone()));
            day_in_month(almanac, &when, build);
        }
        None if STANDING.is_match(said) => {
            let words = build.said();
            let rhythm = crate::recur::cadences(words).into_iter().next();
            let at = rhythm.as_ref().map(|c| build.at(&c.range));
            build.when(rhythm.map(When::Cadence).as_ref(), at);
            if build.item.recur.is_none() {
                build.item.due = almanac.period.map(|p| p[1]);
                build.item.due_inferred = build.item.due.is_some();
                build.item.due_text = Some(ctx.text.shown(&cell.range));
                build.item.due_span = Some(ctx.text.span(&cell.range));
            }
        }
        None => {
            build.item.due_text = Some(ctx.text.shown(&cell.range));
            build.item.due_span = Some(ctx.text.span(&cell.range));
            build
                .item
                .doubts
                .push(format!("“{said}”不能换算成具体日期"));
        }
    }
}

/// A month in the column and a day of it in the words: the day is the deadline.
fn day_in_month(almanac: &Almanac, when: &When, build: &mut Build) {
    let When::Date(found, resolved, _) = when else {
        return;
    };
    let (true, Some(window)) = (matches!(found.to, Point::Month(..)), resolved.window) else {
        return;
    };
    let said = build.said();
    let firm = |w: &When| match w {
        When::Date(_, resolved, Role::Firm) => resolved
            .due
            .is_some_and(|due| window[0] <= due && due <= window[1].plus_days(1)),
        _ => false,
    };
    let own: Vec<When> = whens(said, almanac, true)
        .into_iter()
        .filter(firm)
        .collect();
    if let [one] = own.as_slice() {
        let at = build.at(one.range());
        build.when(Some(one), Some(at));
    }
}
