//! 何时: the days on which an item falls due within its sheet's period.

use kernel::{Day, Period};
use rules::cadence::Cadence;

/// 何时
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// 一次; the day itself stands in the item, and may still be missing.
    Once,
    /// 几个日期: each asked for by itself.
    Days(Vec<Day>),
    /// 周期
    Every(Cadence),
}

/// One time an item is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Key within the item; empty when asked once.
    pub key: String,
    /// `11月`, `第四季度`; empty when asked once.
    pub name: String,
    /// Records count from here.
    pub from: Day,
    /// Records count until here; none while a late one may still answer.
    pub to: Option<Day>,
    /// 期限
    pub due: Day,
}

const DAYS: &str = "days:";

impl When {
    /// Reads the stored code; an unknown one is asked once.
    pub fn parse(code: &str) -> When {
        if let Some(list) = code.strip_prefix(DAYS) {
            return When::Days(days_in(list));
        }
        Cadence::parse(code).map_or(When::Once, When::Every)
    }

    /// As stored; empty for what is asked once.
    pub fn code(&self) -> String {
        match self {
            When::Once => String::new(),
            When::Days(days) => format!("{DAYS}{}", joined(days, " ")),
            When::Every(cadence) => cadence.code().unwrap_or_default(),
        }
    }

    /// What people read: `每月25日前`; empty for what is asked once.
    pub fn words(&self) -> String {
        match self {
            When::Once => String::new(),
            When::Days(days) => days
                .iter()
                .map(|d| d.short())
                .collect::<Vec<_>>()
                .join("、"),
            When::Every(cadence) => cadence.chinese(),
        }
    }

    /// Whether its days follow from the period alone, so that a single deadline means nothing.
    pub fn recurs(&self) -> bool {
        *self != When::Once
    }

    /// Every time it is asked for within the period, those before `today` left out.
    pub fn occasions(&self, due: Option<Day>, period: Period, today: Day) -> Vec<Occasion> {
        let all = match self {
            When::Once => due.map(|due| once(period, due)).into_iter().collect(),
            When::Days(days) => by_days(days, period),
            When::Every(cadence) => by_cadence(*cadence, period),
        };
        all.into_iter().filter(|o| o.due >= today).collect()
    }

    /// Its days within the period, past ones included: for the person who corrects the draft.
    pub fn days(&self, due: Option<Day>, period: Period) -> Vec<Day> {
        let before_all = period.from.plus_months(-1200);
        self.occasions(due, period, before_all)
            .into_iter()
            .map(|o| o.due)
            .collect()
    }
}

/// Days in a text, separated by anything.
pub fn days_in(text: &str) -> Vec<Day> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || c == '-'));
    let mut days: Vec<Day> = parts.filter_map(|part| part.parse().ok()).collect();
    days.sort();
    days.dedup();
    days
}

/// Days as a form shows them.
pub fn joined(days: &[Day], with: &str) -> String {
    days.iter()
        .map(Day::to_string)
        .collect::<Vec<_>>()
        .join(with)
}

fn once(period: Period, due: Day) -> Occasion {
    Occasion {
        key: String::new(),
        name: String::new(),
        from: period.from.min(due),
        to: None,
        due,
    }
}

fn by_days(days: &[Day], period: Period) -> Vec<Occasion> {
    let months: Vec<Day> = days.iter().map(|d| d.first_of_month()).collect();
    let one_a_month = months.windows(2).all(|pair| pair[0] != pair[1]);
    let mut from = period.from;
    let mut all = Vec::new();
    for day in days {
        let (start, end, name) = if one_a_month {
            (
                day.first_of_month(),
                day.last_of_month(),
                format!("{}月", day.month()),
            )
        } else {
            (from.min(*day), *day, day.short())
        };
        let key = day.to_string();
        all.push(Occasion {
            key,
            name,
            from: start,
            to: Some(end),
            due: *day,
        });
        from = day.plus_days(1);
    }
    all
}

fn by_cadence(cadence: Cadence, period: Period) -> Vec<Occasion> {
    // What hangs on an event or has no frequency is asked for once, at the period's end.
    let unbound = matches!(
        cadence,
        Cadence::Periodic | Cadence::Irregular | Cadence::EventRelative { .. }
    );
    if unbound {
        return vec![once(period, period.to)];
    }
    let occasion = |i: rules::cadence::Instance| Occasion {
        name: name(&i),
        key: i.key,
        from: i.period.from,
        to: Some(i.period.to),
        due: i.due,
    };
    cadence
        .instances(period)
        .into_iter()
        .map(occasion)
        .collect()
}

fn name(instance: &rules::cadence::Instance) -> String {
    const QUARTERS: [&str; 4] = ["第一季度", "第二季度", "第三季度", "第四季度"];
    let (from, to) = (instance.period.from, instance.period.to);
    if instance.key.contains("-Q") {
        return QUARTERS[usize::from((from.quarter() - 1).clamp(0, 3) as u8)].to_owned();
    }
    if from == from.first_of_month() && to == from.last_of_month() {
        return format!("{}月", from.month());
    }
    if from == to {
        instance.due.short()
    } else {
        instance.chinese()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn quarter() -> Period {
        Period::new(day("2026-10-01"), day("2026-12-31")).unwrap()
    }

    #[test]
    fn a_monthly_item_is_asked_for_each_month_that_is_left() {
        let when = When::parse("monthly-by-25");
        let occasions = when.occasions(None, quarter(), day("2026-11-20"));
        let said: Vec<_> = occasions
            .iter()
            .map(|o| (o.name.as_str(), o.due.to_string()))
            .collect();
        let wanted = [
            ("11月", "2026-11-25".to_owned()),
            ("12月", "2026-12-25".to_owned()),
        ];
        assert_eq!(said, wanted);
        assert_eq!(when.code(), "monthly-by-25");
        assert_eq!(when.days(None, quarter()).len(), 3);
    }

    #[test]
    fn two_named_months_are_two_occasions() {
        let when = When::Days(vec![day("2026-11-30"), day("2026-12-31")]);
        assert_eq!(When::parse(&when.code()), when);
        let occasions = when.occasions(None, quarter(), day("2026-11-20"));
        assert_eq!(occasions[0].name, "11月");
        assert_eq!(
            (occasions[1].from, occasions[1].due),
            (day("2026-12-01"), day("2026-12-31"))
        );
    }

    #[test]
    fn what_hangs_on_an_event_is_asked_for_once_at_the_end() {
        let occasions =
            When::parse("event-3d-before").occasions(None, quarter(), day("2026-11-20"));
        assert_eq!(occasions.len(), 1);
        assert_eq!(
            (occasions[0].due, occasions[0].key.as_str()),
            (day("2026-12-31"), "")
        );
    }

    #[test]
    fn once_needs_its_day() {
        assert!(
            When::Once
                .occasions(None, quarter(), day("2026-11-20"))
                .is_empty()
        );
        let past = When::Once.occasions(Some(day("2026-11-19")), quarter(), day("2026-11-20"));
        assert!(past.is_empty());
    }
}
