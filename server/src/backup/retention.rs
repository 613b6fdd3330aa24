//! 保留: which scheduled backups stay. One of each of the last days, weeks and months, counted back
//! from today; the newest always.

use super::runs;
use kernel::{Day, Id, Instant};
use std::collections::BTreeSet;
use std::path::Path;
use store::Store;

/// How many of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days, today included.
    pub days: i32,
    /// Weeks, this one included.
    pub weeks: i32,
    /// Months, this one included.
    pub months: i32,
}

/// Those that go, of backups in order of time.
pub fn to_remove(made: &[(Id, Instant)], today: Day, keep: Keep) -> Vec<Id> {
    let monday = |day: Day| day.plus_days(1 - i32::from(day.weekday()));
    let mut stays: BTreeSet<Id> = made.last().map(|(id, _)| *id).into_iter().collect();
    let (mut days, mut weeks, mut months) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let first_day = today.plus_days(1 - keep.days);
    let first_week = monday(today).plus_days(7 * (1 - keep.weeks));
    let first_month = today.first_of_month().plus_months(1 - keep.months);
    // The newest of each day, week and month is the one that stays.
    for (id, at) in made.iter().rev() {
        let day = at.day();
        let of_day = keep.days > 0 && day >= first_day && days.insert(day);
        let of_week = keep.weeks > 0 && day >= first_week && weeks.insert(monday(day));
        let of_month = keep.months > 0 && day >= first_month && months.insert(day.first_of_month());
        if of_day || of_week || of_month {
            stays.insert(*id);
        }
    }
    made.iter()
        .map(|(id, _)| *id)
        .filter(|id| !stays.contains(id))
        .collect()
}

/// Removes what retention does not keep: only files that this installation's own record names, made
/// by its schedule, in this folder.
pub async fn apply(store: &Store, folder: &Path, keep: Keep) -> anyhow::Result<usize> {
    let folder = std::path::absolute(folder)?;
    let kept = runs::kept_auto(store.db(), &folder.display().to_string()).await?;
    let made: Vec<(Id, Instant)> = kept.iter().map(|(id, at, _)| (*id, *at)).collect();
    let mut gone = Vec::new();
    for id in to_remove(&made, store.today(), keep) {
        let Some((_, _, name)) = kept.iter().find(|(one, ..)| *one == id) else {
            continue;
        };
        if !is_ours(name) {
            continue;
        }
        match std::fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => gone.push(id),
        }
    }
    runs::removed(store, &gone).await?;
    sweep(&folder, store.context.machine_now())?;
    Ok(gone.len())
}

/// What a killed scheduled backup left half-written more than a day ago.
fn sweep(folder: &Path, now: Instant) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(whole) = name.strip_suffix(".part") else {
            continue;
        };
        let written = entry.metadata()?.modified()?;
        let since = written.duration_since(std::time::UNIX_EPOCH);
        let at = since.map_or(i64::MAX, |d| d.as_millis() as i64);
        if is_ours(whole) && at < now.0 - 86_400_000 {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A name that the schedule gives, and no path.
fn is_ours(name: &str) -> bool {
    name.starts_with("zhibu-auto-")
        && (name.ends_with(".tar") || name.ends_with(".tar.age"))
        && !name.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Keep = Keep {
        days: 14,
        weeks: 8,
        months: 12,
    };

    fn daily(n: i32, today: Day) -> Vec<(Id, Instant)> {
        (0..n)
            .rev()
            .map(|back| {
                let day = today.plus_days(-back);
                (
                    Id(i64::from(10_000 - back)),
                    Instant::at(day, 2 * 3_600_000),
                )
            })
            .collect()
    }

    #[test]
    fn two_years_of_nights_leave_days_weeks_and_months() {
        let today: Day = "2026-11-20".parse().unwrap();
        let made = daily(730, today);
        let gone: BTreeSet<Id> = to_remove(&made, today, KEEP).into_iter().collect();
        let left: Vec<Day> = made
            .iter()
            .filter(|(id, _)| !gone.contains(id))
            .map(|(_, at)| at.day())
            .collect();
        // The last fourteen days are all there; before them Sundays; before those ends of months.
        assert!((0..14).all(|back| left.contains(&today.plus_days(-back))));
        assert!(left.contains(&"2026-10-11".parse().unwrap()));
        assert!(!left.contains(&"2026-10-12".parse().unwrap()));
        assert_eq!(left[0], "2025-12-31".parse().unwrap());
        assert!(left.contains(&"2026-03-31".parse().unwrap()));
        // 14 days, 6 more weeks, and the ends of December to October that are no such Sunday.
        assert_eq!(left.len(), 14 + 6 + 10, "{left:?}");
    }

    #[test]
    fn running_it_every_night_ends_with_the_same_ones() {
        let today: Day = "2026-11-20".parse().unwrap();
        let at_once: BTreeSet<Id> = {
            let made = daily(400, today);
            let gone = to_remove(&made, today, KEEP);
            made.iter()
                .map(|m| m.0)
                .filter(|id| !gone.contains(id))
                .collect()
        };
        let mut there: Vec<(Id, Instant)> = Vec::new();
        for one in daily(400, today) {
            there.push(one);
            let gone = to_remove(&there, one.1.day(), KEEP);
            there.retain(|(id, _)| !gone.contains(id));
        }
        let nightly: BTreeSet<Id> = there.iter().map(|m| m.0).collect();
        assert_eq!(nightly, at_once);
    }

    #[test]
    fn the_newest_stays_even_when_nothing_is_to_be_kept() {
        let today: Day = "2026-11-20".parse().unwrap();
        let made = daily(3, today.plus_days(-400));
        assert_eq!(to_remove(&made, today, KEEP), vec![made[0].0, made[1].0]);
    }

    #[test]
    fn a_name_that_is_not_ours_is_never_removed() {
        assert!(is_ours("zhibu-auto-20261120-023000.tar.age"));
        assert!(!is_ours("zhibu-20261120-023000.tar"));
        assert!(!is_ours("zhibu-auto-/../../etc/passwd.tar"));
        assert!(!is_ours("other.tar"));
    }
}
