//! Why a record is not kept.

use super::MOST_FILES;
use kernel::{Day, Refusal};
use std::borrow::Cow;

/// 记录不予保存
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordRefusal {
    /// The organisation has ended.
    OrganisationClosed,
    /// No title.
    NoTitle,
    /// More than 200 characters.
    TitleTooLong,
    /// More than 5,000 characters.
    ContentTooLong,
    /// A day that has not come.
    DayAhead,
    /// A day before records were kept by anybody who could enter them.
    DayTooLongAgo,
    /// Nobody spoke.
    NoSpeaker,
    /// The member chosen is not of this organisation.
    SpeakerElsewhere,
    /// 书记上讲台 by somebody who was not secretary on that day.
    SpeakerNotSecretary(Day),
    /// A members' lesson by a guest.
    LessonByGuest,
    /// Neither members nor others were there.
    NobodyThere,
    /// Somebody ticked is not of this organisation.
    StrangerOnList,
    /// More were there than were expected.
    MoreThanExpected,
    /// A number out of reason.
    AudienceTooLarge,
    /// Too many files.
    TooManyFiles,
    /// The same happening is entered already.
    AlreadyKept(Day),
    /// It was taken back.
    Removed,
    /// Removed after the ten minutes without a reason.
    NoReason,
}

impl Refusal for RecordRefusal {
    fn code(&self) -> &'static str {
        match self {
            RecordRefusal::OrganisationClosed => "organisation_closed",
            RecordRefusal::NoTitle => "no_title",
            RecordRefusal::TitleTooLong => "title_too_long",
            RecordRefusal::ContentTooLong => "content_too_long",
            RecordRefusal::DayAhead => "day_ahead",
            RecordRefusal::DayTooLongAgo => "day_too_long_ago",
            RecordRefusal::NoSpeaker => "no_speaker",
            RecordRefusal::SpeakerElsewhere => "speaker_elsewhere",
            RecordRefusal::SpeakerNotSecretary(_) => "speaker_not_secretary",
            RecordRefusal::LessonByGuest => "lesson_by_guest",
            RecordRefusal::NobodyThere => "nobody_there",
            RecordRefusal::StrangerOnList => "stranger_on_list",
            RecordRefusal::MoreThanExpected => "more_than_expected",
            RecordRefusal::AudienceTooLarge => "audience_too_large",
            RecordRefusal::TooManyFiles => "too_many_files",
            RecordRefusal::AlreadyKept(_) => "already_kept",
            RecordRefusal::Removed => "removed",
            RecordRefusal::NoReason => "no_reason",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            RecordRefusal::OrganisationClosed => {
                "这个党组织已经撤销，不能再记。请记在接续它的党组织名下。"
            }
            RecordRefusal::NoTitle => "请填写题目，几个字即可。",
            RecordRefusal::TitleTooLong => "题目超过 200 字，请缩短；详细内容可写在要点里。",
            RecordRefusal::ContentTooLong => "要点超过 5000 字，请精简，或作为附件上传。",
            RecordRefusal::DayAhead => "日期还没有到。这里记已经发生的事，请改为实际日期。",
            RecordRefusal::DayTooLongAgo => "日期早于十年前，请核对年份。",
            RecordRefusal::NoSpeaker => "请选择主讲人；外请的人选“校外人员”并填写姓名。",
            RecordRefusal::SpeakerElsewhere => {
                "主讲人不在本组织的名册里。请从名单中选，或选“校外人员”并填写姓名。"
            }
            RecordRefusal::SpeakerNotSecretary(day) => {
                return Cow::Owned(format!(
                    "书记上讲台须由书记本人讲，所选主讲人在{}不任书记。请改选主讲人，或把类别改为“党课”。",
                    day.chinese()
                ));
            }
            RecordRefusal::LessonByGuest => {
                "汇报课、示范课由本组织党员教师上，请从名单中选主讲人。"
            }
            RecordRefusal::NobodyThere => "没有人到场。请勾选到场党员，或填写其他听众人数。",
            RecordRefusal::StrangerOnList => {
                "名单已有变动，有人不在本组织的名册里了。请刷新页面后再保存。"
            }
            RecordRefusal::MoreThanExpected => "到场人数多于应到人数，请核对。",
            RecordRefusal::AudienceTooLarge => "人数应在 0 到 99999 之间，请核对。",
            RecordRefusal::TooManyFiles => {
                return Cow::Owned(format!(
                    "一条记录最多附 {MOST_FILES} 份佐证，请去掉几份或合并后再保存。"
                ));
            }
            RecordRefusal::AlreadyKept(day) => {
                return Cow::Owned(format!(
                    "{}已记过同类、同题目的一条，记一次即可。若确是另一次，请把题目写得不同。",
                    day.chinese()
                ));
            }
            RecordRefusal::Removed => "这条记录已经撤销，不能再改。需要时请重新记一条。",
            RecordRefusal::NoReason => "保存已超过十分钟，撤销须写明理由。",
        })
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            RecordRefusal::OrganisationClosed => Some("organisation"),
            RecordRefusal::NoTitle
            | RecordRefusal::TitleTooLong
            | RecordRefusal::AlreadyKept(_) => Some("title"),
            RecordRefusal::ContentTooLong => Some("content"),
            RecordRefusal::DayAhead | RecordRefusal::DayTooLongAgo => Some("day"),
            RecordRefusal::NoSpeaker
            | RecordRefusal::SpeakerElsewhere
            | RecordRefusal::SpeakerNotSecretary(_)
            | RecordRefusal::LessonByGuest => Some("speaker"),
            RecordRefusal::NobodyThere
            | RecordRefusal::StrangerOnList
            | RecordRefusal::MoreThanExpected => Some("present"),
            RecordRefusal::AudienceTooLarge => Some("audience"),
            RecordRefusal::TooManyFiles => Some("file"),
            RecordRefusal::Removed => None,
            RecordRefusal::NoReason => Some("reason"),
        }
    }
}
