//! 文种: what a document mainly is.

use crate::outline::label;
use crate::pattern::Pattern;
use crate::reading::{Item, Kind};
use crate::tables::{Column, Grid};
use crate::text::Text;

static REPORT_TITLE: Pattern = Pattern::new(
    r"总结|汇报|述职|报告(?:[((].*[))])?$|工作报告|情况(?:的)?(?:报告|汇报|总结|通报)?$|经验|典型|自查报告|调研|交流材料|发言|先进事迹|讲话|范文|统计|情况说明|简报|摸底",
);
static TASK_TITLE: Pattern = Pattern::new(
    r"通知|方案|计划|要点|任务|安排|清单|分解|交办|规程|办法|制度|细则|行事历|配档|推进表|台账|提示|意见|一览表|责任书|活动",
);
static RANKING_TITLE: Pattern =
    Pattern::new(r"排名|位次|督查.{0,8}通报|考核.{0,8}(?:通报|结果)|评比结果|名次");
static REPORT_WORDS: Pattern = Pattern::new(
    r"现(?:将|就)?[^。]{0,40}(?:述职如下|汇报如下|总结如下|报告如下)|敬请批评指正|近年来|一年来|取得(?:了)?[^。]{0,10}(?:成效|成绩)",
);
static OPENS_REPORT: Pattern = Pattern::new(
    r"(?:述职|汇报|总结|报告)如下|做一?(?:个)?(?:简要)?汇报|(?:情况)?(?:汇报|总结)(?:各位|大家|尊敬|为)",
);
static DEMAND_WORDS: Pattern =
    Pattern::new(r"各[^,。]{1,12}(?:要|须|应)|请[^,。]{1,20}(?:报|于)|月底前|日前(?:完成|报|将)");

/// Whether it is a report or summary, in which nothing is asked of others.
pub fn is_report(title: Option<&str>, text: &Text, lines: &[&str]) -> bool {
    let title = title.unwrap_or("");
    if RANKING_TITLE.is_match(title) {
        return false;
    }
    if REPORT_TITLE.is_match(title) && !ends_in_task_word(title) {
        return true;
    }
    if TASK_TITLE.is_match(title) {
        return false;
    }
    let text = text.as_str();
    let opens = lines.iter().take(4).any(|l| OPENS_REPORT.is_match(l));
    if opens {
        return true;
    }
    static COUNTED: Pattern = Pattern::new(r"\d(?:名|个|所|人|人次|次|场|期|%|万元|支|项)");
    let demanded = DEMAND_WORDS.find_all(text).len();
    if COUNTED.find_all(text).len() >= 12 && demanded <= 1 {
        return true;
    }
    let numbered = lines.iter().filter(|l| label(l, &|_| 1).is_some()).count();
    let reports = REPORT_WORDS.find_all(text).len() * 3 + text.matches('了').count();
    let demands = DEMAND_WORDS.find_all(text).len() * 4 + numbered;
    REPORT_WORDS.is_match(text) && reports > demands
}

/// `…总结表彰的通知` is no summary.
fn ends_in_task_word(title: &str) -> bool {
    let last_task = TASK_TITLE.find_all(title).last().map_or(0, |m| m.end());
    let last_report = REPORT_TITLE.find_all(title).last().map_or(0, |m| m.end());
    last_task > last_report
}

/// The kind of a document from its title, its items and its tables.
pub fn of(
    title: Option<&str>,
    is_report: bool,
    tasks: &[Item],
    grids: &[Grid],
    lines: &[&str],
) -> Kind {
    let title = title.unwrap_or("");
    let has = |c: Column| grids.iter().any(|g| g.columns.contains(&c));
    let items = tasks.iter().filter(|t| !t.container).count();
    let opening = lines
        .iter()
        .take(4)
        .any(|l| RANKING_TITLE.is_match(l) && l.chars().count() < 40);
    if RANKING_TITLE.is_match(title) || (has(Column::Rank) && (opening || items < 3)) {
        return Kind::Ranking;
    }
    let counts = grids.iter().any(crate::counts::holds_counts);
    match (is_report || counts, items) {
        (true, 0) => Kind::Figures,
        (true, _) => Kind::Mixed,
        (false, 0) => Kind::Notice,
        (false, 1) if title.contains("通知") && !title.contains("任务") => Kind::Notice,
        _ => Kind::Tasks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_reports_from_tasks() {
        let text = Text::default();
        for title in ["关于党建工作情况的汇报", "2024年度述职报告", "半年工作总结"]
        {
            assert!(is_report(Some(title), &text, &[]), "{title}");
        }
        for title in [
            "关于报送工作总结的通知",
            "党建任务清单",
            "关于2024年第三季度督查情况的通报",
        ] {
            assert!(!is_report(Some(title), &text, &[]), "{title}");
        }
    }
}
