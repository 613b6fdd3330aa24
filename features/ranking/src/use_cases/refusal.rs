use kernel::{Day, Refusal};
use std::borrow::Cow;

/// Characters of a reason, an objection or an answer.
pub const MOST_WORDS: usize = 500;

/// Why a verb on a ranking did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RankingRefusal {
    /// No office of theirs to rank for.
    NoOffice,
    /// No title.
    TitleMissing,
    /// Too long a title.
    TitleTooLong(usize),
    /// No period, or one that ends before it begins.
    PeriodMissing,
    /// More than a year.
    PeriodTooLong,
    /// No working day to object, or too many.
    ObjectionDays,
    /// A code that no document number can have.
    Prefix,
    /// It was sent; it is no draft any more.
    AlreadySent,
    /// It was never sent.
    NotSent,
    /// The period is not over.
    PeriodNotOver(Day),
    /// Nobody was asked anything that is scored.
    NothingToRank,
    /// It was withdrawn.
    Withdrawn,
    /// It is published.
    AlreadyPublished,
    /// It is not published yet.
    NotPublished,
    /// The days to object are over.
    ObjectionsOver(Day),
    /// They are not over yet.
    ObjectionsOpen(Day),
    /// Objections wait for an answer.
    Unanswered(i64),
    /// No reason given.
    ReasonMissing,
    /// Nothing written in an objection.
    ObjectionEmpty,
    /// No answer written.
    AnswerEmpty,
    /// More than [`MOST_WORDS`] characters.
    TooLong(usize),
    /// It was objected to already and waits for an answer.
    AlreadyObjected,
    /// Somebody answered before.
    AlreadyAnswered,
    /// Upheld or not: nothing chosen.
    OutcomeMissing,
    /// Which item, or how it is to stand: nothing chosen.
    StandingMissing,
    /// The item stands so already.
    NothingChanged,
}

impl Refusal for RankingRefusal {
    fn code(&self) -> &'static str {
        use RankingRefusal as R;
        match self {
            R::NoOffice => "no_office",
            R::TitleMissing => "title_missing",
            R::TitleTooLong(_) => "title_too_long",
            R::PeriodMissing => "period_missing",
            R::PeriodTooLong => "period_too_long",
            R::ObjectionDays => "objection_days",
            R::Prefix => "prefix",
            R::AlreadySent => "already_sent",
            R::NotSent => "not_sent",
            R::PeriodNotOver(_) => "period_not_over",
            R::NothingToRank => "nothing_to_rank",
            R::Withdrawn => "ranking_withdrawn",
            R::AlreadyPublished => "already_published",
            R::NotPublished => "not_published",
            R::ObjectionsOver(_) => "objections_over",
            R::ObjectionsOpen(_) => "objections_open",
            R::Unanswered(_) => "objections_unanswered",
            R::ReasonMissing => "reason_missing",
            R::ObjectionEmpty => "objection_empty",
            R::AnswerEmpty => "answer_empty",
            R::TooLong(_) => "words_too_long",
            R::AlreadyObjected => "already_objected",
            R::AlreadyAnswered => "already_answered",
            R::OutcomeMissing => "outcome_missing",
            R::StandingMissing => "standing_missing",
            R::NothingChanged => "nothing_changed",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        use RankingRefusal as R;
        match self {
            R::NoOffice => "您没有可以评定的单位。请联系安全管理员核对任职。".into(),
            R::TitleMissing => "还没有标题，请填写。".into(),
            R::TitleTooLong(n) => format!("标题有 {n} 字，最多 80 字，请精简。").into(),
            R::PeriodMissing => "评定期没有填完整，或止日早于起日，请核对两个日期。".into(),
            R::PeriodTooLong => "评定期超过一年，请分期评定。".into(),
            R::ObjectionDays => "异议期填 1 至 20 个工作日。".into(),
            R::Prefix => {
                "机关代字只写汉字，不带括号、年份和序号，如“清教党”；不编文号就留空。".into()
            }
            R::AlreadySent => {
                "这次排名已经送核，内容已固定，不能再改设定或删除。不用了可以撤回。".into()
            }
            R::NotSent => "这次排名还没有送核。请先送核，让各组织看过自己的成绩。".into(),
            R::PeriodNotOver(to) => format!(
                "评定期到{}才结束，还有事项没有到期。请在期满之后送核，或先把止日改早。",
                to.chinese()
            )
            .into(),
            R::NothingToRank => {
                "这段时间里没有可计分的事项到期，排不出名次。请核对评定期和所选的交办单。".into()
            }
            R::Withdrawn => "这次排名已经撤回，不再办理。需要时请另拟一次。".into(),
            R::AlreadyPublished => "这次排名已经公布，不能撤回或再公布。有误请用“更正”。".into(),
            R::NotPublished => "这次排名还没有公布。公布前的出入请通过异议核实。".into(),
            R::ObjectionsOver(last) => format!(
                "异议期到{}为止，已经过了。确有出入，请直接联系党建办核实更正。",
                last.chinese()
            )
            .into(),
            R::ObjectionsOpen(last) => format!(
                "异议期到{}为止，还没有结束，现在不能公布。请在{}以后公布。",
                last.chinese(),
                last.plus_days(1).short()
            )
            .into(),
            R::Unanswered(n) => {
                format!("还有 {n} 条异议没有答复，现在不能公布。请逐条答复后再公布。").into()
            }
            R::ReasonMissing => "请写明理由，相关组织会看到。".into(),
            R::ObjectionEmpty => "还没有写异议内容，请写清楚哪里与事实不符。".into(),
            R::AnswerEmpty => "还没有写答复，请写清楚核实的情况。".into(),
            R::TooLong(n) => format!("写了 {n} 字，最多 {MOST_WORDS} 字，请精简。").into(),
            R::AlreadyObjected => {
                "这一项已经提出过异议，正在等待答复。请等答复，或对别的事项提出。".into()
            }
            R::AlreadyAnswered => "这条异议已经有人答复，请刷新后查看。".into(),
            R::OutcomeMissing => "请选择异议成立还是不成立。".into(),
            R::StandingMissing => "请选择要更正的事项，以及应当怎样计。".into(),
            R::NothingChanged => "这一项现在就是这样计的，没有需要更正的。请核对所选。".into(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        use RankingRefusal as R;
        Some(match self {
            R::TitleMissing | R::TitleTooLong(_) => "title",
            R::PeriodMissing | R::PeriodTooLong => "from",
            R::ObjectionDays => "days",
            R::Prefix => "prefix",
            R::ReasonMissing | R::ObjectionEmpty | R::AnswerEmpty | R::TooLong(_) => "words",
            R::OutcomeMissing => "outcome",
            R::StandingMissing | R::NothingChanged => "standing",
            R::AlreadyObjected => "item",
            _ => return None,
        })
    }
}
