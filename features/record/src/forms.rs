//! What the record form carries: kept as typed when it is shown again, turned into a command when
//! it can be.

use crate::kinds::Subkind;
use crate::store::{Person, Record};
use crate::use_cases::{Attendance, NewRecord, RecordRefusal, Speaker};
use kernel::{Day, Id, Refusal};
use web::{FieldErrors, Form};

/// Value of the speaker's field for somebody from outside.
pub const GUEST: &str = "guest";

/// 填写的内容, as typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Whose.
    pub organisation: Option<Id>,
    /// Code of the subkind.
    pub subkind: String,
    /// The day.
    pub day: String,
    /// 题目
    pub title: String,
    /// 要点
    pub content: String,
    /// Id of a member, [`GUEST`] or nothing.
    pub speaker: String,
    /// Name of the guest.
    pub guest: String,
    /// Members the page listed.
    pub listed: Vec<Id>,
    /// Members ticked.
    pub present: Vec<Id>,
    /// 到场, where nobody is listed.
    pub attended: String,
    /// 应到, where nobody is listed.
    pub expected: String,
    /// 其他听众
    pub audience: String,
    /// Files of the record that stay.
    pub kept: Vec<Id>,
}

impl Typed {
    /// As it came.
    pub fn read(form: &Form) -> Typed {
        let text = |name| form.text(name).to_owned();
        Typed {
            organisation: form.id("organisation"),
            subkind: text("subkind"),
            day: text("day"),
            title: text("title"),
            content: text("content"),
            speaker: text("speaker"),
            guest: text("guest"),
            listed: form.ids("listed"),
            present: form.ids("present"),
            attended: text("attended"),
            expected: text("expected"),
            audience: text("audience"),
            kept: form.ids("kept"),
        }
    }

    /// As a stored record would have been typed.
    pub fn of(record: &Record, people: &[Person], kept: Vec<Id>) -> Typed {
        let number = |n: i64| if n == 0 { String::new() } else { n.to_string() };
        let guest = record.speaker.is_none();
        let speaker = record
            .speaker
            .map_or_else(|| GUEST.to_owned(), |id| id.to_string());
        Typed {
            organisation: Some(record.organisation),
            subkind: record.subkind.clone(),
            day: record.day.to_string(),
            title: record.title.clone(),
            content: record.content.clone(),
            speaker,
            guest: if guest {
                record.speaker_name.clone()
            } else {
                String::new()
            },
            listed: people.iter().map(|p| p.member).collect(),
            present: people
                .iter()
                .filter(|p| p.part == "present")
                .map(|p| p.member)
                .collect(),
            attended: number(record.attended),
            expected: number(record.expected),
            audience: number(record.audience),
            kept,
        }
    }

    /// The command for that organisation and those files, or what to put right.
    pub fn command(&self, organisation: Id, files: Vec<Id>) -> Result<NewRecord, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut wrong = |field: &'static str, words: &str| {
            errors.insert(field, words.to_owned());
        };
        let subkind = Subkind::from_code(&self.subkind);
        if subkind.is_none() {
            wrong("subkind", "请选择是哪一种。");
        }
        let day: Option<Day> = self.day.parse().ok();
        if day.is_none() {
            wrong("day", "请填写日期，例如 2026-11-12。");
        }
        if self.title.is_empty() {
            wrong("title", &RecordRefusal::NoTitle.words());
        }
        let speaker = self.speaker();
        if speaker.is_none() {
            wrong("speaker", &RecordRefusal::NoSpeaker.words());
        }
        let audience = whole(&self.audience);
        if audience.is_none() {
            wrong("audience", "其他听众请填人数，只填数字。");
        }
        let attendance = self.attendance();
        if attendance.is_none() {
            wrong("present", "到场、应到请填人数，只填数字。");
        }
        match (subkind, day, speaker, audience, attendance) {
            (Some(subkind), Some(day), Some(speaker), Some(audience), Some(attendance))
                if errors.is_empty() =>
            {
                let (title, content) = (self.title.clone(), self.content.clone());
                Ok(NewRecord {
                    organisation,
                    subkind,
                    day,
                    title,
                    content,
                    speaker,
                    attendance,
                    audience,
                    files,
                })
            }
            _ => Err(errors),
        }
    }

    fn speaker(&self) -> Option<Speaker> {
        if self.speaker == GUEST {
            return (!self.guest.is_empty()).then(|| Speaker::Guest(self.guest.clone()));
        }
        self.speaker.parse().ok().map(Speaker::Member)
    }

    fn attendance(&self) -> Option<Attendance> {
        if !self.listed.is_empty() {
            let is_there = |id: &Id| self.present.contains(id);
            let (present, absent) = self.listed.iter().partition(|id| is_there(id));
            return Some(Attendance::Named { present, absent });
        }
        let (attended, expected) = (whole(&self.attended)?, whole(&self.expected)?);
        // Only the number of those who came is asked for; the roster's length may be left out.
        Some(Attendance::Counted {
            attended,
            expected: if expected == 0 { attended } else { expected },
        })
    }
}

/// A whole number, nothing counting as none; full-width digits are digits.
fn whole(text: &str) -> Option<i64> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, '人' | ' '))
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            c => c,
        })
        .collect();
    if digits.is_empty() {
        Some(0)
    } else {
        digits.parse().ok().filter(|n| *n >= 0)
    }
}

/// A refusal at its field; one that belongs to none stands at the title.
pub fn at_field(refusal: &RecordRefusal) -> FieldErrors {
    let field = refusal.field().unwrap_or("title");
    FieldErrors::from([(field, refusal.words().into_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_said_at_once() {
        let typed = Typed {
            audience: "很多".to_owned(),
            ..Typed::default()
        };
        let errors = typed.command(Id(1), vec![]).unwrap_err();
        let fields: Vec<_> = errors.keys().copied().collect();
        assert_eq!(fields, ["audience", "day", "speaker", "subkind", "title"]);
    }

    #[test]
    fn those_listed_and_not_ticked_were_absent() {
        let typed = Typed {
            listed: vec![Id(1), Id(2)],
            present: vec![Id(2), Id(9)],
            ..Typed::default()
        };
        let expected = Attendance::Named {
            present: vec![Id(2)],
            absent: vec![Id(1)],
        };
        assert_eq!(typed.attendance(), Some(expected));
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(whole("４０ 人"), Some(40));
        assert_eq!(whole(""), Some(0));
        assert_eq!(whole("-3"), None);
        assert_eq!(whole("1.5"), None);
    }
}
