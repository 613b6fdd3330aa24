//! 期限: which of the dates of a text are deadlines.

use crate::dates::{Cue, Found, Point};
use crate::pattern::Pattern;

/// Whether and how a date counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A deadline, plainly said (前, 内, 底) or a stretch.
    Firm,
    /// A day or month on which something is to happen.
    Named,
    /// Not a deadline.
    No,
}

static BELONGS: Pattern = Pattern::new(concat!(
    r"^[^,。;]{0,2}(?:出生|年满|参加工作|在册|在编)|^入党(?:满|的|时间|后|$)|^(?:任期)?(?:届满|到期)|",
    r"^(?:转入|入职|任职|取得|成立|登记|注册|加入|批准|发展|调入|退休|毕业|制定|修订|发布|印发|转正|组建)[^,。;]{0,12}?(?:的[^,。;]{0,6}?(?:党员|支部|党支部|党总支|学校|人员|对象|单位|同志|教师|党组织|文件|通知|幼儿园)|者)|",
    r"^(?:被)?(?:列为|确定为|认定为|纳入|评为|审批)[^,。;]{0,14}的|",
    r"^(?:正式)?(?:印发|下发|发布|施行|实施|执行|成立)(?:的|。|,|;|$)",
));
static PAST: Pattern = Pattern::new(concat!(
    r"^[^。;]{0,40}?(?:完成了|召开了|开展了|举办了|组织了|成立了|印发了|建立了|达到了|作出了|进行了)|",
    r"^[^。;,]{0,14}已经?(?:于|完成|全部|召开|开展|印发|建立|成立|建成|达到)|",
    r"^[^。;,]{0,14}未(?:按|召开|开展|完成|落实|及时|能|组织|报送)|",
    r"^[^。;,]{0,20}(?:荣获|被评为|给予(?:了)?(?:充分|高度)?(?:肯定|评价))"
));
static PAST_BEFORE: Pattern = Pattern::new(
    r"(?:截至|截止到?|已经?于|已在|曾于|近日|早在|去年|以来)[^,。;]{0,6}$|(?:^|[^报])(?:自|从|经|因)$",
);
static DEADLINE_WORD: Pattern =
    Pattern::new(r"(?:截止(?:时间|日期)?|时限|期限|完成时间|报送时间|时间)[::为是]?[^,。;]{0,3}$");
static ADMINISTRATIVE: Pattern = Pattern::new(
    r"(?:上传|发布|更新|制表|填表|填报|印发|成文|审核|打印|编制|生成|统计|出生)(?:时间|日期|于)?[::]?[^,。;]{0,2}$",
);
static MEETING: Pattern = Pattern::new(
    r"^[^,。;]{0,20}(?:会议|讲话|文件|通知|座谈会|大会|部署会|指示|批示)(?:精神|要求|安排|部署|的)",
);
static FOLLOWS_ORDER: Pattern =
    Pattern::new(r"(?:根据|按照|依据|落实|贯彻|对照|学习|传达|依照|参照)[^,。;]{0,24}$");
static MODIFIES: Pattern = Pattern::new(
    r"^(?:的)?(?:份)?(?:的)?(?:党建|业务|全县|全市|个人)?(?:重点)?(?:工作总结|工作计划|工作情况|工作任务|工作安排|工作|任务|党费|工资|总结|情况|报表|活动信息|考核结果|考核|例会|督查|通报|台账|学习计划|计划|主题党日计划)",
);
static YEAR_END_OF: Pattern =
    Pattern::new(r"^(?:的)?(?:考核|总结|测评|评|奖|绩效|述职|工作|目标|党建|收官|岁)");
static DECIDES: Pattern = Pattern::new(r"决定(?:于|在|从|自)?[^,。;]{0,6}$|^(?:为|经研究|根据)");
static DUTY: Pattern = Pattern::new(
    r"要|请|须|需|务必|应|报送|上报|提交|报|完成|组织|开展|举办|召开|形成|建立|签订|参加|整改|补齐|配齐|提出|安排|落实|制定|撰写|填写|讲|上|评选|推荐|核对|走访|发送|上传|述职|评议|考核|检查|督查|总结|验收|公示|慰问|学习|培训|活动|印发|销号|到位|结束|交",
);
static DONE: Pattern =
    Pattern::new(r"^[^,。;]{0,30}(?:了(?:[^解,。;][^,。;]{0,11})?|[^通超不经,。;]过)(?:,|。|;|$)");

/// How a date counts in its text. `numbered`: it stands in a numbered item, where a bare date is
/// enough; `head`: it stands in a heading's bracket or a column of deadlines.
pub fn role(text: &str, found: &Found, numbered: bool) -> Role {
    let before = &text[..found.range.start];
    let after = &text[found.range.end..];
    let sentence_before = crate::clauses::after_last(before, &['。', ';', '\n']);
    let open = |a: char, b: char| before.matches(a).count() > before.matches(b).count();
    if open('《', '》')
        || open('〔', '〕')
        || DEADLINE_WORD.is_match(before) && found.cue == Cue::From
    {
        return Role::No;
    }
    if DEADLINE_WORD.is_match(before) && !ADMINISTRATIVE.is_match(before) {
        return Role::Firm;
    }
    let starts = found.cue == Cue::From && found.from.is_none();
    let dead = starts
        || ADMINISTRATIVE.is_match(before)
        || BELONGS.is_match(after)
        || PAST.is_match(after)
        || DONE.is_match(after)
        || PAST_BEFORE.is_match(sentence_before)
        || (FOLLOWS_ORDER.is_match(sentence_before) && MEETING.is_match(after));
    if dead {
        return Role::No;
    }
    let whole = matches!(
        found.to,
        Point::Month(..) | Point::Quarter(..) | Point::Half(..)
    );
    if whole && found.cue == Cue::Bare && MODIFIES.is_match(after) {
        return Role::No;
    }
    let year_end = matches!(found.to, Point::YearEnd(_)) && found.cue == Cue::Bare;
    if year_end && YEAR_END_OF.is_match(after) {
        return Role::No;
    }
    if matches!(found.to, Point::Half(..)) && found.cue == Cue::Bare && !numbered {
        return Role::No;
    }
    let loose = matches!(found.to, Point::Day(_, None, _))
        && found.cue == Cue::Bare
        && found.from.is_none();
    let vague = matches!(found.to, Point::Unclear)
        && !text[found.range.clone()].ends_with(['内', '前', '后', '末', '间', '束']);
    if loose || vague {
        return Role::No;
    }
    let firm = matches!(found.cue, Cue::Before | Cue::Around)
        || found.from.is_some()
        || matches!(
            found.to,
            Point::MonthEnd(..) | Point::Third(..) | Point::YearEnd(_) | Point::Festival(..)
        );
    let clause_end = after.find(['。', ';', '\n']).unwrap_or(after.len());
    let duty = DUTY.is_match(&after[..clause_end]) || DUTY.is_match(sentence_before);
    let announces = !numbered && DECIDES.is_match(sentence_before.trim_start());
    match (firm, numbered) {
        _ if announces => Role::No,
        (true, _) if duty || numbered => Role::Firm,
        (false, true) if duty => Role::Named,
        _ => Role::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::find;

    fn roles(text: &str, numbered: bool) -> Vec<Role> {
        find(text, &[])
            .iter()
            .map(|f| role(text, f, numbered))
            .collect()
    }

    #[test]
    fn deadlines_and_dates_that_are_none() {
        assert_eq!(roles("请于3月10日前报送总结。", false), [Role::Firm]);
        assert_eq!(roles("4月举办培训班", true), [Role::Named]);
        let none = [
            "推荐对象须为1987年1月1日以后出生",
            "2022年6月30日前转入组织关系的党员参加评议",
            "区委组织部今年1月已完成系统升级",
            "3月底前完成了支部换届,选出支委5名",
            "10月12日县委对我局工作给予肯定",
            "决定于2018年5月至7月开展专项活动",
            "自2024年3月1日起施行",
            "根据3月5日会议精神,请认真落实",
            "截至3月底,共发展党员3名",
            "上报3月份工作总结",
        ];
        for text in none {
            assert!(roles(text, false).iter().all(|r| *r == Role::No), "{text}");
        }
    }
}
