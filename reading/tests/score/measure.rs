//! One document compared: tasks here, the rest in `facts`.

use crate::facts;
use crate::matching;
use crate::tally::Tally;
use crate::wording::{list, outline, same_name, string, strings};
use serde_json::Value;

pub fn compare(want: &Value, got: &Value, misses: &mut Vec<String>) -> Tally {
    let mut tally = Tally::default();
    facts::head(want, got, &mut tally, misses);
    tasks(list(want, "tasks"), list(got, "tasks"), &mut tally, misses);
    facts::figures(want, got, &mut tally, misses);
    facts::identities(want, got, &mut tally, misses);
    facts::damage(want, got, &mut tally, misses);
    tally
}

fn tasks(want: &[Value], got: &[Value], tally: &mut Tally, misses: &mut Vec<String>) {
    let pairs = matching::pair(want, got);
    for (expected, pair) in want.iter().zip(&pairs) {
        let read = pair.map(|g| &got[g]);
        if expected["optional"] != true {
            task(expected, read, got, tally, misses);
        }
    }
    for (g, read) in got.iter().enumerate() {
        let paired = pairs.contains(&Some(g));
        if read["container"] == true && !paired {
            continue;
        }
        let stray = !paired && !is_part_of_a_pair(read, got, &pairs);
        if !tally.not_tasks.add(!stray) {
            misses.push(format!(
                "不是任务: {} {} {}",
                read["outline"], read["title"], read["due"]
            ));
        }
    }
}

/// A finer split of an item that was expected is not a task made of a non-task.
fn is_part_of_a_pair(read: &Value, got: &[Value], pairs: &[Option<usize>]) -> bool {
    let number = outline(string(read, "outline"));
    let siblings = pairs.iter().flatten().map(|g| &got[*g]);
    let is_part = read["part"].is_string() && !number.is_empty();
    is_part
        && siblings
            .into_iter()
            .any(|s| outline(string(s, "outline")) == number)
}

fn task(
    want: &Value,
    read: Option<&Value>,
    got: &[Value],
    tally: &mut Tally,
    misses: &mut Vec<String>,
) {
    let name = format!("{} {}", string(want, "outline"), string(want, "title"));
    tally.tasks.add(read.is_some());
    if has_deadline(want) && !tally.found.add(read.is_some()) {
        misses.push(format!("没有读到: {name}"));
    }
    if let Some(read) = read {
        dates(&name, want, read, got, tally, misses);
        if want["doubted"] == true && !tally.marks.add(!list(read, "doubts").is_empty()) {
            misses.push(format!("没有存疑: {name}"));
        }
        if want["forbidden"] == true && !tally.marks.add(is_marked(&read["forbidden"])) {
            misses.push(format!("没有标出禁止要求: {name}"));
        }
    }
    let nothing = Value::Null;
    let read = read.unwrap_or(&nothing);
    for item in strings(want, "evidence") {
        let found = strings(read, "evidence").iter().any(|e| same_name(item, e));
        if !tally.evidence.add(found) {
            misses.push(format!("佐证 {item} 读成 {}: {name}", read["evidence"]));
        }
    }
    if let Some(targets) = want.get("targets")
        && !tally.targets.add(same_targets(targets, &read["targets"]))
    {
        misses.push(format!("对象 {targets} 读成 {}: {name}", read["targets"]));
    }
}

fn is_marked(forbidden: &Value) -> bool {
    *forbidden == true || forbidden.as_array().is_some_and(|words| !words.is_empty())
}

fn has_deadline(want: &Value) -> bool {
    want["due"].is_string() || want["recur"].is_string() || !list(want, "instances").is_empty()
}

fn dates(
    name: &str,
    want: &Value,
    read: &Value,
    got: &[Value],
    tally: &mut Tally,
    misses: &mut Vec<String>,
) {
    let keys = ["due", "recur", "due_time", "window"];
    let wrong: Vec<&str> = keys
        .into_iter()
        .filter(|key| want.get(*key).is_some_and(|v| !same(key, v, read)))
        .collect();
    let instances = same_instances(want, read, got);
    if has_deadline(want) && !tally.dates.add(wrong.is_empty() && instances) {
        let wrong = if wrong.is_empty() {
            vec!["instances"]
        } else {
            wrong.clone()
        };
        let values: Vec<_> = wrong
            .iter()
            .map(|k| format!("{k} {} 读成 {}", want[*k], read[*k]))
            .collect();
        misses.push(format!("{}: {name}", values.join(";")));
    }
    let stated = wrong.iter().any(|key| read[*key].is_string());
    if stated && list(read, "doubts").is_empty() {
        tally.silent += 1;
        misses.push(format!(
            "错而不疑: {name} {} {}",
            read["due"], read["recur"]
        ));
    }
}

fn same(key: &str, want: &Value, read: &Value) -> bool {
    // Where nothing is said, the end of the period may be offered as inferred.
    let inferred = key == "due" && want.is_null() && read["due_inferred"] == true;
    *want == read[key] || inferred
}

/// Two dates may stand as instances of one task or as its parts.
fn same_instances(want: &Value, read: &Value, got: &[Value]) -> bool {
    let expected = strings(want, "instances");
    if expected.is_empty() || expected == strings(read, "instances") {
        return true;
    }
    let number = string(read, "outline");
    let parts = || {
        got.iter()
            .filter(|t| !number.is_empty() && string(t, "outline") == number)
    };
    expected
        .iter()
        .all(|day| parts().any(|t| string(t, "due") == *day))
}

fn same_targets(want: &Value, read: &Value) -> bool {
    let (Some(expected), Some(named)) = (want.as_array(), read.as_array()) else {
        return want == read;
    };
    let named: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    named.len() <= expected.len() + 1
        && expected
            .iter()
            .filter_map(Value::as_str)
            .all(|e| named.iter().any(|n| same_name(e, n)))
}
