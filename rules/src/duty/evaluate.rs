//! 判定: from the course of a duty and the records that bear on it to its status.

use super::course::Course;
use super::{Case, Demand, Duty, Fact, Line, NextStep, Status};
use crate::calendar::{WorkingCalendar, in_time};
use crate::measure::{Measured, RecordFact, Window};
use kernel::Day;

/// 判定履职事项: the status of a demand as of the end of a day, with its explanation. Facts and
/// records after that day are not seen; their order in the slices does not matter.
///
/// Precedence: exempt > done or done late > awaiting review > returned > under way > not started.
/// Records that answer the measure settle the duty without anybody's act, unless it is returned or
/// exempt. Acceptance settles it by the date of the submission against the effective deadline.
pub fn evaluate(
    demand: &Demand,
    facts: &[Fact],
    records: &[RecordFact],
    calendar: &WorkingCalendar,
    as_of: Day,
) -> Duty {
    let mut seen: Vec<&Fact> = facts.iter().filter(|f| f.at.day() <= as_of).collect();
    seen.sort_by_key(|f| (f.at, f.id));
    let case = Case {
        demand,
        records,
        calendar,
        as_of,
    };
    let held = case.held();
    let course = Course::of(demand, &seen, held.day(), calendar);
    let ruling = case.rule(&course, &held);
    case.explain(facts, course, held, ruling)
}

/// The records' answer, and whether it can stand without a submission.
struct Held {
    measured: Measured,
    by_itself: bool,
    lacks_file: bool,
}

impl Held {
    /// The day on which records settled it, if they did.
    fn day(&self) -> Option<Day> {
        self.measured.on.filter(|_| self.by_itself)
    }
}

/// The status and the date it rests on.
struct Ruling {
    status: Status,
    submitted_on: Option<Day>,
}

impl Case<'_> {
    fn held(&self) -> Held {
        let window = Window {
            from: self.demand.window_from,
            to: Some(self.demand.window_to.unwrap_or(self.as_of).min(self.as_of)),
        };
        let measured = self.demand.measure.evaluate(self.records, window);
        let lacks_file = self.demand.needs_file
            && !self
                .records
                .iter()
                .any(|r| r.evidence > 0 && measured.counted.contains(&r.id));
        Held {
            by_itself: measured.answered && !lacks_file,
            lacks_file,
            measured,
        }
    }

    fn rule(&self, course: &Course, held: &Held) -> Ruling {
        // A return holds the records back: a person has said that they do not suffice.
        let recorded = held.day().filter(|_| !course.sent_back);
        let settled = earliest(course.accepted, recorded);
        let pending = course
            .awaiting
            .or(course.returned.as_ref().and_then(|r| r.first));
        let status = if course.exempt.is_some() {
            Status::Exempt
        } else if let Some(day) = settled {
            if in_time(day, course.due) {
                Status::Done
            } else {
                Status::DoneLate
            }
        } else if course.awaiting.is_some() {
            Status::AwaitingReview
        } else if course.returned.is_some() {
            Status::Returned
        } else if course.begun
            || (self.demand.measure.answers_itself() && !held.measured.counted.is_empty())
        {
            Status::UnderWay
        } else {
            Status::NotStarted
        };
        Ruling {
            status,
            submitted_on: settled.or(pending),
        }
    }

    fn explain(&self, facts: &[Fact], course: Course, held: Held, ruling: Ruling) -> Duty {
        let Ruling {
            status,
            submitted_on,
        } = ruling;
        let put_right_until = course.returned.as_ref().map(|r| r.until);
        let mut duty = Duty {
            status,
            overdue: false,
            not_applicable: self.demand.not_applicable.clone(),
            due: course.due,
            submitted_on,
            on_time: submitted_on.map(|day| in_time(day, course.due)),
            put_right_until: put_right_until.filter(|_| status == Status::Returned),
            returned_field: None,
            handed_to: course.handed_to.clone(),
            extension_asked: course.extension_asked,
            counted: held.measured.counted.clone(),
            missing: Vec::new(),
            because: Vec::new(),
            next: NextStep::Nothing,
            changes_on: None,
        };
        if status == Status::Returned {
            duty.returned_field = course.returned.as_ref().and_then(|r| r.field.clone());
        }
        let last_day = last_day(&duty);
        duty.overdue = duty.is_owed() && self.as_of > last_day;
        duty.missing = self.missing(&duty, &course, &held);
        duty.next = self.next(&duty, &held);
        duty.changes_on = self.changes_on(facts, &duty, last_day);
        duty.because = self.because(&duty, course.lines);
        duty
    }

    fn missing(&self, duty: &Duty, course: &Course, held: &Held) -> Vec<String> {
        if !duty.is_owed() {
            return Vec::new();
        }
        let mut missing = Vec::new();
        if duty.status == Status::Returned {
            missing.extend(course.returned.as_ref().map(|r| r.reason.clone()));
        } else if !held.measured.missing.is_empty() {
            missing.push(held.measured.missing.clone());
        }
        if held.lacks_file {
            missing.push("还没有附上材料".to_owned());
        }
        missing
    }

    fn next(&self, duty: &Duty, held: &Held) -> NextStep {
        let itself = self.demand.measure.answers_itself();
        match duty.status {
            Status::AwaitingReview if duty.not_applicable.is_none() => NextStep::Wait,
            _ if !duty.is_owed() => NextStep::Nothing,
            Status::Returned => NextStep::PutRight,
            _ if itself && !held.measured.answered => NextStep::Record,
            _ if itself || duty.counted.is_empty() => NextStep::Submit,
            _ => NextStep::Confirm,
        }
    }

    /// Between two such days the answer stays as it is, so the turn of the day needs to look only
    /// at what is listed for it.
    fn changes_on(&self, facts: &[Fact], duty: &Duty, last_day: Day) -> Option<Day> {
        let turn = (duty.is_owed() && !duty.overdue).then(|| last_day.plus_days(1));
        let coming_facts = facts.iter().map(|f| f.at.day());
        let coming_records = self.records.iter().map(|r| r.day);
        turn.into_iter()
            .chain(coming_facts)
            .chain(coming_records)
            .filter(|d| *d > self.as_of)
            .min()
    }

    fn because(&self, duty: &Duty, told: Vec<Line>) -> Vec<Line> {
        let mut lines = told;
        lines.extend(self.counted_lines(duty));
        lines.sort_by_key(|line| line.day);
        lines.extend(
            duty.not_applicable
                .iter()
                .map(|why| plain(format!("不适用：{why}"))),
        );
        lines.extend(
            duty.missing
                .iter()
                .map(|what| plain(format!("尚缺：{what}"))),
        );
        if let Some(until) = duty.put_right_until {
            lines.push(plain(format!(
                "{}前补正，仍按首次报送日期计",
                until.chinese()
            )));
        }
        lines.push(plain(self.due_words(duty)));
        lines
    }

    fn counted_lines(&self, duty: &Duty) -> Vec<Line> {
        let itself = self.demand.measure.answers_itself();
        let verb = if itself { "计入" } else { "可作佐证" };
        let one = |r: &RecordFact| Line {
            day: Some(r.day),
            words: format!("{verb}：“{}”", r.title),
        };
        let mut records: Vec<_> = self
            .records
            .iter()
            .filter(|r| duty.counted.contains(&r.id))
            .collect();
        records.sort_by_key(|r| (r.day, r.id));
        records.dedup_by_key(|r| r.id);
        records.into_iter().map(one).collect()
    }

    fn due_words(&self, duty: &Duty) -> String {
        if duty.due == self.demand.due {
            return format!("期限{}", duty.due.chinese());
        }
        let why =
            if self.demand.roll_to_workday && self.calendar.roll(self.demand.due).day == duty.due {
                "遇休息日顺延"
            } else {
                "经延期"
            };
        format!(
            "期限{}（原为{}，{why}）",
            duty.due.chinese(),
            self.demand.due.chinese()
        )
    }
}

/// The last day on which the duty is not overdue: the deadline, or the end of the time to put right
/// what first came in time.
fn last_day(duty: &Duty) -> Day {
    match duty.put_right_until {
        Some(until) if duty.on_time == Some(true) => until.max(duty.due),
        _ => duty.due,
    }
}

fn earliest(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    a.into_iter().chain(b).min()
}

fn plain(words: String) -> Line {
    Line { day: None, words }
}
