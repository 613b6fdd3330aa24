//! 每日一封: what one person, or one group, is told of a day. Built at the moment of sending from
//! what is owed then; nothing to say is no message.

use crate::entities::is_told;
use crate::outside::one_line;
use crate::outside::robot::Post;
use kernel::Day;
use rules::calendar::WorkingCalendar;
use std::collections::{BTreeMap, BTreeSet};
use supervision::store::OwedRow;

/// Duties named in one message.
const MOST_NAMED: usize = 40;
/// Organisations named in a group's message: its limit is 4,096 bytes.
const MOST_ORGANISATIONS: usize = 30;

/// A person's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Where a message leads, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    /// 单位名称
    pub county: &'a str,
    /// Address of the house, without a stroke at its end.
    pub url: &'a str,
}

/// Levels of urgency, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Late,
    Today,
    Soon,
    /// Reminded of by the office before its time.
    Later,
}

impl Level {
    fn of(due: Day, today: Day) -> Level {
        match today.days_until(due) {
            ..=-1 => Level::Late,
            0 => Level::Today,
            _ if is_told(&WorkingCalendar::national(), due, today) => Level::Soon,
            _ => Level::Later,
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Level::Late => "已逾期",
            Level::Today => "今天到期",
            Level::Soon => "即将到期",
            Level::Later => "还没有办",
        }
    }
}

const LEVELS: [Level; 4] = [Level::Late, Level::Today, Level::Soon, Level::Later];

/// Part of a message: a heading, below it sheets with their lines.
struct Section {
    heading: String,
    groups: Vec<(String, Vec<String>)>,
}

/// What a person is told: their duties and the first lines of what they have not read. Whoever was
/// reminded by the office before anything is due reads all they owe.
pub fn for_person(
    name: &str,
    rows: &[OwedRow],
    notices: &[String],
    reminded: bool,
    today: Day,
    house: House<'_>,
) -> Option<Digest> {
    let calendar = WorkingCalendar::national();
    let mut told: Vec<&OwedRow> = rows
        .iter()
        .filter(|row| is_told(&calendar, row.due, today))
        .collect();
    if told.is_empty() && reminded {
        told = rows.iter().collect();
    }
    told.sort_by_key(|row| (row.due, row.sheet, row.requirement));
    if told.is_empty() && notices.is_empty() {
        return None;
    }
    let left_out = told.len().saturating_sub(MOST_NAMED);
    let mut sections = sections(&told, today);
    if !notices.is_empty() {
        let lines = notices.iter().map(|words| one_line(words)).collect();
        sections.push(Section {
            heading: format!("新通知 {} 条", notices.len()),
            groups: vec![(String::new(), lines)],
        });
    }
    let letter = Letter {
        name: one_line(name),
        sections,
        left_out,
        house,
    };
    Some(Digest {
        subject: subject(&told, notices.len(), today),
        text: letter.text(),
        html: letter.html(),
    })
}

fn sections(told: &[&OwedRow], today: Day) -> Vec<Section> {
    let organisations: BTreeSet<_> = told.iter().map(|row| row.organisation).collect();
    let several = organisations.len() > 1;
    let named = &told[..told.len().min(MOST_NAMED)];
    let mut sections = Vec::new();
    for level in LEVELS {
        let of_level = |row: &&&OwedRow| Level::of(row.due, today) == level;
        let n = told.iter().filter(of_level).count();
        let rows: Vec<&OwedRow> = named.iter().filter(of_level).copied().collect();
        if rows.is_empty() {
            continue;
        }
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for row in rows {
            let sheet = row.sheet_title.as_deref().map_or_else(
                || "制度要求".to_owned(),
                |title| format!("《{}》", one_line(title)),
            );
            let line = line(row, several, today);
            match groups.iter_mut().find(|(title, _)| *title == sheet) {
                Some((_, lines)) => lines.push(line),
                None => groups.push((sheet, vec![line])),
            }
        }
        sections.push(Section {
            heading: format!("{} {n} 件", level.chinese()),
            groups,
        });
    }
    sections
}

fn line(row: &OwedRow, several: bool, today: Day) -> String {
    let whose = if several {
        format!("{}：", one_line(&row.name))
    } else {
        String::new()
    };
    let (day, distance) = (row.due.short(), row.due.distance_words(today));
    format!("{whose}{}（{day}，{distance}）", one_line(&row.title))
}

fn counts(dues: impl Iterator<Item = Day> + Clone, today: Day) -> Vec<String> {
    let count = |level| {
        dues.clone()
            .filter(|due| Level::of(*due, today) == level)
            .count()
    };
    let counted = LEVELS.iter().map(|level| (level.chinese(), count(*level)));
    counted
        .filter(|(_, n)| *n > 0)
        .map(|(words, n)| format!("{words} {n} 件"))
        .collect()
}

fn subject(told: &[&OwedRow], notices: usize, today: Day) -> String {
    let mut parts = counts(told.iter().map(|row| row.due), today);
    if notices > 0 {
        parts.push(format!("新通知 {notices} 条"));
    }
    format!("党建工作提醒（{}）：{}", today.short(), parts.join("，"))
}

/// A letter before it is written out, twice.
struct Letter<'a> {
    name: String,
    sections: Vec<Section>,
    left_out: usize,
    house: House<'a>,
}

const EXTENSION: &str = "办不了的，可以在系统里申请延期。";

impl Letter<'_> {
    fn todo(&self) -> String {
        format!("{}/duties", self.house.url)
    }

    fn foot(&self) -> String {
        format!(
            "这封信由{}自动发出，一天最多一封，不用回复。想换时间或不再收信，请在“我的账号”里改提醒设置：{}/account/reminders",
            one_line(self.house.county),
            self.house.url
        )
    }

    fn left_out_words(&self) -> Option<String> {
        (self.left_out > 0).then(|| format!("另有 {} 件，请在系统里查看。", self.left_out))
    }

    fn text(&self) -> String {
        let mut text = format!("{}，您好：\n", self.name);
        for section in &self.sections {
            text.push_str(&format!("\n【{}】\n", section.heading));
            for (title, lines) in &section.groups {
                if !title.is_empty() {
                    text.push_str(&format!("{title}\n"));
                }
                for line in lines {
                    text.push_str(&format!("  · {line}\n"));
                }
            }
        }
        if let Some(words) = self.left_out_words() {
            text.push_str(&format!("\n{words}\n"));
        }
        text.push_str(&format!(
            "\n打开待办：{}\n{EXTENSION}\n\n--\n{}\n",
            self.todo(),
            self.foot()
        ));
        text
    }

    /// Plain HTML: no picture, nothing fetched, nothing that tells whether it was read.
    fn html(&self) -> String {
        let mut html = format!(
            "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>党建工作提醒</title></head><body><p>{}，您好：</p>",
            escaped(&self.name)
        );
        for section in &self.sections {
            html.push_str(&format!("<h3>{}</h3>", escaped(&section.heading)));
            for (title, lines) in &section.groups {
                if !title.is_empty() {
                    html.push_str(&format!("<p><b>{}</b></p>", escaped(title)));
                }
                html.push_str("<ul>");
                for line in lines {
                    html.push_str(&format!("<li>{}</li>", escaped(line)));
                }
                html.push_str("</ul>");
            }
        }
        if let Some(words) = self.left_out_words() {
            html.push_str(&format!("<p>{words}</p>"));
        }
        let todo = escaped(&self.todo());
        html.push_str(&format!(
            "<p><a href=\"{todo}\">打开待办</a></p><p>{EXTENSION}</p><hr><p><small>{}</small></p></body></html>",
            escaped(&self.foot())
        ));
        html
    }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What a group is told: counts, and which organisations still owe. No person is named.
pub fn for_group(rows: &[OwedRow], today: Day, house: House<'_>) -> Option<Post> {
    let calendar = WorkingCalendar::national();
    let told = rows.iter().filter(|row| is_told(&calendar, row.due, today));
    let mut owing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    let mut dues: Vec<Day> = Vec::new();
    for row in told {
        let n = owing.entry(row.name.as_str()).or_default();
        if *n == 0 {
            order.push(&row.name);
        }
        *n += 1;
        dues.push(row.due);
    }
    if order.is_empty() {
        return None;
    }
    let mut lines: Vec<String> = order
        .iter()
        .take(MOST_ORGANISATIONS)
        .map(|name| {
            let short: String = name.chars().take(30).collect();
            format!("> {} {} 件", plain(&short), owing[name])
        })
        .collect();
    if order.len() > MOST_ORGANISATIONS {
        lines.push(format!("> 等 {} 个组织", order.len()));
    }
    let title = format!("党建工作提醒（{}）", today.short());
    let text = format!(
        "**{title}**\n\n{}。\n\n还没有办完的：\n\n{}\n\n已办完的请忽略；办不了可以申请延期。\n\n[打开待办]({}/duties)",
        counts(dues.iter().copied(), today).join("，"),
        lines.join("\n\n"),
        house.url
    );
    Some(Post { title, text })
}

/// A name inside Markdown: what would call somebody, make a link or change the type is written
/// full-width.
fn plain(text: &str) -> String {
    let full = |c: char| match c {
        '<' => '＜',
        '>' => '＞',
        '[' => '［',
        ']' => '］',
        '*' => '＊',
        '_' => '＿',
        '`' => '｀',
        '#' => '＃',
        '@' => '＠',
        c => c,
    };
    one_line(text).chars().map(full).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn row(title: &str, name: &str, due: &str, sheet: &str) -> OwedRow {
        OwedRow {
            requirement: Id(1),
            organisation: Id(name.len() as i64),
            title: title.to_owned(),
            name: name.to_owned(),
            zone_name: None,
            due: due.parse().unwrap(),
            overdue: false,
            handed_to: None,
            sheet: Id(sheet.len() as i64),
            sheet_title: Some(sheet.to_owned()),
        }
    }

    const HOUSE: House<'static> = House {
        county: "某县教育系统",
        url: "https://dangjian.example.cn",
    };

    fn friday() -> Day {
        "2026-11-20".parse().unwrap()
    }

    #[test]
    fn a_letter_says_what_is_late_due_and_soon_by_sheet() {
        let rows = [
            row("讲党课", "一小支部", "2026-11-23", "第四季度任务"),
            row("意见征集", "一小支部", "2026-11-13", "第四季度任务"),
            row("报送名册", "一小支部", "2026-11-20", "年度统计"),
            row("写总结", "一小支部", "2026-12-10", "年度统计"),
        ];
        let notices = ["新下发：冬季学习".to_owned()];
        let digest = for_person("周明", &rows, &notices, false, friday(), HOUSE).unwrap();
        assert_eq!(
            digest.subject,
            "党建工作提醒（11月20日）：已逾期 1 件，今天到期 1 件，即将到期 1 件，新通知 1 条"
        );
        let expected = "周明，您好：\n\n\
            【已逾期 1 件】\n《第四季度任务》\n  · 意见征集（11月13日，逾期 7 天）\n\n\
            【今天到期 1 件】\n《年度统计》\n  · 报送名册（11月20日，今天）\n\n\
            【即将到期 1 件】\n《第四季度任务》\n  · 讲党课（11月23日，还有 3 天）\n\n\
            【新通知 1 条】\n  · 新下发：冬季学习\n\n\
            打开待办：https://dangjian.example.cn/duties\n";
        assert!(digest.text.starts_with(expected), "{}", digest.text);
        assert!(!digest.text.contains("写总结"), "not yet");
        assert!(!digest.html.contains("<img") && !digest.html.contains("src="));
    }

    #[test]
    fn what_is_typed_begins_no_header_no_tag_and_no_call() {
        let rows = [row(
            "标题\r\nBcc: x@example.cn",
            "<b>@all",
            "2026-11-20",
            "单<i>",
        )];
        let digest = for_person("周\r\n明", &rows, &[], false, friday(), HOUSE).unwrap();
        assert!(!digest.subject.contains('\n') && !digest.text.contains('\r'));
        assert!(digest.html.contains("《单&lt;i&gt;》"), "{}", digest.html);
        let post = for_group(&rows, friday(), HOUSE).unwrap();
        assert!(post.text.contains("＜b＞＠all 1 件"), "{}", post.text);
    }

    #[test]
    fn a_group_reads_counts_and_organisations_and_fits_its_limit() {
        let long = "某某县某某镇某某村某某完全小学联合党支部委员会".repeat(2);
        let rows: Vec<OwedRow> = (0..200)
            .map(|n| row("意见征集", &format!("{n}{long}"), "2026-11-20", "任务"))
            .collect();
        let post = for_group(&rows, friday(), HOUSE).unwrap();
        assert!(post.text.contains("今天到期 200 件。") && post.text.contains("等 200 个组织"));
        assert!(post.text.len() <= 4096, "{}", post.text.len());
    }

    #[test]
    fn nothing_to_say_is_no_message() {
        let rows = [row("写总结", "一小支部", "2026-12-10", "年度统计")];
        assert_eq!(for_person("周明", &rows, &[], false, friday(), HOUSE), None);
        let reminded = for_person("周明", &rows, &[], true, friday(), HOUSE).unwrap();
        assert_eq!(reminded.subject, "党建工作提醒（11月20日）：还没有办 1 件");
        assert_eq!(for_group(&rows, friday(), HOUSE), None);
    }
}
