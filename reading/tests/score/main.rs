//! 读得准不准: reads every document of `tests/corpus` and compares the JSON with what a person read.
//! One test a half, and one for `more`. Tables: `cargo test -p zhibu-reading --test score -- --nocapture`; with
//! `CORPUS_MISSES=1` also what was missed in `tune` and `more`. The misses of `held` are never printed.

mod facts;
mod fixtures;
mod matching;
mod measure;
mod tally;
mod wording;

use tally::Tally;

fn score(half: &str, count: usize, show_misses: bool) -> Tally {
    let mut total = Tally::default();
    println!("\n{half}\n{}", Tally::heading());
    for fixture in fixtures::of(half, count) {
        let mut misses = Vec::new();
        let tally = match fixtures::read(&fixture) {
            Ok(got) => measure::compare(&fixture.expected, &got, &mut misses),
            Err(why) => {
                misses.push(format!("不能读: {why}"));
                measure::compare(&fixture.expected, &serde_json::json!({}), &mut misses)
            }
        };
        println!("{}", tally.row(&fixture.name));
        if show_misses {
            for miss in misses {
                println!("      {miss}");
            }
        }
        total.add(&tally);
    }
    println!("{}", total.row("total"));
    println!("{}", total.percents());
    total
}

fn assert_thresholds(total: &Tally) {
    let failures = total.failures();
    assert!(
        failures.is_empty(),
        "below \"How good is good\":\n{}",
        failures.join("\n")
    );
}

fn misses_are_wanted() -> bool {
    std::env::var_os("CORPUS_MISSES").is_some()
}

#[test]
fn tune_half_meets_the_thresholds() {
    assert_thresholds(&score("tune", 15, misses_are_wanted()));
}

#[test]
fn held_half_meets_the_thresholds() {
    assert_thresholds(&score("held", 15, false));
}

#[test]
fn more_half_meets_the_thresholds() {
    assert_thresholds(&score("more", 34, misses_are_wanted()));
}
