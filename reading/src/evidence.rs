//! 佐证材料: what is to be kept, made or handed in.

use crate::clauses::{bare, clauses};
use crate::pattern::Pattern;
use std::ops::Range;

macro_rules! material {
    () => {
        r"(?:图片集|照片集|台账|台帐|清单|方案|计划表|计划书|计划|记录本|记录簿|记录|纪实|登记表|登记册|报告单|报告表|报告书|报告|总结|小结|材料|资料|影像|照片|图片|图文|统计表|汇总表|审核表|报备表|申报表|推荐表|自查表|评价表|一览表|签到表|明细表|测评表|情况表|票|表|签到册|签到簿|手册|花名册|名册|画册|册|汇编|心得体会|体会文章|心得|体会|笔记|提纲|简报|活动信息|工作信息|党建信息|动态信息|新闻稿|消息稿|督查通报|检查通报|情况通报|年报|报表|短视频|微视频|视频|录像|课件|讲稿|教案|讲义|档案|目录|名单|名录|证明|凭证|证书|纪要|承诺书|责任书|倡议书|申请书|申请|协议书?|建议书|意见书|整改书|通知书|请示|批复|案例|问卷|书面说明|说明|日志|日记|回执联|回执|备案表|题目|初稿|稿件|信息稿|演讲稿|宣讲稿|作品|课例|微党课|手抄报|读后感|观后感|感悟|简历|回执单|反馈单|通知单|整改单|明细账|党费证|一人一档|一校一档|教学设计|论文集|论文|志愿书|思想汇报|简讯|复核意见|审查意见|考评通报|培训通知|整改通知|证明材料|征文|发言稿|发言材料|检查材料|成果|结果|公报|样表|书面承诺|请假条|PPT|缴纳登记|申报书|图文信息|读本|近照|证件照|合影|对比图|登记本|工作本|[簿稿函]|(?:反馈|转接|介绍|申请|审批|审核|交办|督办|整改|缴费|签收|派遣|评分|计分|点评|需求|服务|订|问题|责任|任务|任务交办)单|(?:介绍|感谢|慰问|倡议|公开)信|(?:信息|联系|登记|承诺|心愿|测评)卡|(?:承诺|公示)牌|(?:自荐|鉴定|决心|说明|审批|保证|确认|委托|意向)书|(?:结构|架构|流程|分布|作战|效果|示意)图|学案|议案|提案|通讯录|实录|札记|议题|选题|公告|复函|批件|收据|票据|发票|明细|清册|底册|账目|音频|录音|录像|报道|相册|图册|(?:书面|工作|专题)汇报|书面(?:答复|反馈|检查|检讨|意见)|鉴定|事迹|做法|成绩单|试卷|试题|题库|链接|回执联|议程|决议|海报|脚本|剧本|文稿|推文|美篇|文章|故事|展板|家书|时间表|路线图|任务书|预案|细则|办法|规划|安排|工作要点|(?:审核|考察|鉴定|评审|书面|整改|点评)意见|(?:落实|进展|完成|整改|学习|活动|自查|排查|统计|推进|执行|开展|换届|选举|研讨|走访|慰问|缴纳|收缴)(?:工作)?情况|附件\d{1,2}|电子版|纸质版|扫描件|复印件|章程)"
    };
}

static AFTER_VERB: Pattern = Pattern::new(concat!(
    r"(?:留存整理|整理留存|留存|存档|归档|保存|上报|报送|呈报|填报|提交|上交|交回|发送|报备|上传|形成|建立健全|建立完善|建立|更新|完善|",
    r"撰写|填写|制定完善|制定|制订|梳理汇总|梳理|汇总|整理|收集整理|收集|提供|提炼|留有|下发|修订|起草|出台|公布|备齐|备好|携带|开具|采集|推荐|征集|提报|申报|确定|打印|撰拟|拟写|手写|收回|回收|维护|选送|随附|记入|填入|计入|载入|拿出|拟写|发布|印制|反馈|绘制|设计|创作|凝练|细化|排定|订立|收存|保留|存有|附有|附带|补齐|补全|写成|写好|填好|呈交|递送|登记|提报|回复|附上?|编制|编印|编写|签订|签署|签|取得|列出|递交|出具|编发|拍摄|录制|制作|健全|装订|收齐|汇编|提出|做好|印发|写出|起草|拟定|拟订|准备|报|交)",
    r"(?:相应的?|好|出|了)?(?P<what>[^,。;:]{0,80}",
    material!(),
    r"(?:等(?:相关|有关)?[^,。;]{0,8}?(?:资料|材料|台账|档案)?)?)"
));
static BEFORE_VERB: Pattern = Pattern::new(concat!(
    r"^(?:.*?(?:将|把))?(?P<what>[^,。;:]{0,60}",
    material!(),
    r")(?:\([^)]{1,60}\))?[^,。;:]{0,40}?(?:留存|备查|归档|存档|上传|报送|上报|呈报|报备|提交|上交|发送|发至|发到|发我|传真|交至|交到|送交|齐全|齐备|装订|装入|存入|归入|放入|录入|建档|汇编成册|盖章|签字|签名|填报|填写|上墙|公示|发(?:工作群|微信群|群|邮箱|党|局|组织|给)|寄|回传|呈送|记入|纳入|保管|存放|作为(?:佐证|印证|依据|附件)|备案|报审|审定|定稿|反馈|张贴|交回|收齐|收回|可查|每人|每校|每支部|各[1一]|佐证|印证|要求(?:真实|准确|规范|完整|内容|字数|主题|图文|清晰)|字数|篇幅|一式|控制在|不超过\d+字|不少于\d+字|送|交(?:[^流通换接]|$)|报(?:[^备告名道表销刊批账]|$))"
));
static FINISHED: Pattern = Pattern::new(
    r"完成(?P<what>[^,。;:]{0,16}(?:初稿|报告|总结|方案|清单|台账|手册|汇编|课件|统计表|汇总表|登记表|评价表|测评表|年报表|报表|名册|讲稿|教案|视频|论文|作品|案例|问卷|笔记|心得|表))(?:的)?(?:$|[,。;:]|填报|填写|撰写|编制|编写|制定|签订|上报|报送|汇总|整理|收集|更新|起草|制作|录制|并)",
);
/// `做到有计划、有记录`, `每名党员要有笔记`: only said of several, or after a word of duty.
static THERE_IS: Pattern = Pattern::new(concat!(
    r"(?P<duty>要|须|需|应|做到|确保)?有(?P<what>(?:[\p{Han}]{0,6})",
    material!(),
    r"|签到|台账|影像)(?:$|[,。;、]|和|及|并)"
));
/// A bracket that says in what form the thing before it is handed in, or how long it is.
static ASIDE: Pattern = Pattern::new(r"\([^()]{1,40}\)$");
static FORM: Pattern = Pattern::new(
    r"(?:的?(?:电子版|电子文档|电子文本|纸质版|纸质文本|纸质材料|扫描件|复印件|盖章扫描件|盖章版|WORD版|PDF版))+$",
);
/// `相关资料(签到表、照片)`: what counts stands in the bracket.
static GENERAL: Pattern = Pattern::new(
    r"(?:材料|资料|档案|台账|痕迹|佐证|印证)(?:\((?:包括|含|包含|如|主要有|即)?|(?:应|须|需|要|主要)?(?:包括|包含|含有?|主要有)|[::])(?P<what>[^()。;:]{2,80})",
);
static BRACKET: Pattern = Pattern::new(
    r"(?:佐证|印证|支撑|备查|提交|上报|报送|需报|留存|痕迹|归档|存档|过程性?)(?:材料|资料|内容|清单)(?:包括|为|有|如下)?[::](?P<what>[^。))\n]{2,80})",
);
static SPLIT: Pattern = Pattern::new(r"、|\n|以及|[和及与并/;,]");
static ENDS: Pattern = Pattern::new(concat!(material!(), r"(?:和[\p{Han}]{1,6})?$"));
static COUNT: Pattern = Pattern::new(
    r"^(?:(?:不少于|不低于|至少|不超过)?(?:\d+|[一二两三四五六七八九十]+)(?:多|余)?(?:个|篇|份|张|条|次|字|幅|部|件|本|项|名|期|节)(?:以上|左右)?的?)|(?:不少于|至少|各)?(?:\d+|[一二两三四五六七八九十])(?:个|篇|份|张|条|次|幅|部|件|本|项|期|节|套|幅)(?:以上|左右)?$|(?:不少于|不超过|至少|各)?\d+(?:至|-|—|~)\d+(?:个|篇|份|张|条|次|幅|部|件|本|项|期|节)$|(?:不少于|不超过|至少|一式)[^、]{1,6}$",
);
static CUT: Pattern = Pattern::new(
    r"^.*(?:将|把|(?:形成|建立|留存|上报|报送|提交|填写|撰写|制定|完善|签订|更新|做好|填报|上交|整理|召开|开展|组织|完成|打印|提供|确定|提炼|下发)(?:好|并)?)",
);
static NOISE: Pattern = Pattern::new(
    r"^(?:\d{1,2}[.、] ?|[①-⑳]|并|好|出|归档|留存|《|高质量的?|可\p{Han}{2,3}的|完整的|详细的|规范的|真实的|简要的|详实的|相关的?|有关的?|对应的|各种|各类|各项|同时|及时|按时|按要求|要求|统一|一并|相应|各自|其|本单位|本支部|年度内|当月|当季)+",
);
static TAIL: Pattern =
    Pattern::new(r"等(?:相关|有关|印证|佐证|支撑|文字|影像)*(?:资料|材料|台账|档案|内容)?$");
static NOT_EVIDENCE: Pattern = Pattern::new(
    r"^(?:的|根据|按照|对照(?:标准|要求|通知|印发)|围绕|结合|通过|以[^案学]|等[^次级]|学习(?:贯彻|宣传|传达|领会)|对[^标照比口]|听取|见|按[^期]|有关要求|严格)|^(?:文件|成果|结果|说明|资料|票|计划|申请|报告|记录|表|题目|信息|党章|材料|方案|意见|公告|公示|明细|议题|简单|成册|造册|手册|画册|纸质版|电子版|扫描件|复印件|情况|事迹|文章|故事|安排|规划|做法|办法)$",
);

/// A piece of evidence and where it stands.
pub type Piece = (String, Range<usize>);

/// The evidence a text asks for.
pub fn find(text: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for c in BRACKET.captures_all(text) {
        if let Some(what) = c.name("what") {
            add_list(text, what.range(), false, &mut out);
        }
    }
    static LABEL: Pattern = Pattern::new(
        r"(?:留存|备查|佐证|印证|存档|归档|提交|报送|上报|附)[::](?P<what>[^。;]{2,80})",
    );
    let lists = GENERAL.captures_all(text).into_iter();
    for c in lists.chain(LABEL.captures_all(text)) {
        if let Some(what) = c.name("what") {
            add_list(text, what.range(), true, &mut out);
        }
    }
    there_is(text, &mut out);
    for clause in clauses(text, 0) {
        let said = &text[clause.clone()];
        for c in FINISHED.captures_all(said) {
            if let Some(what) = c.name("what") {
                let range = clause.start + what.start()..clause.start + what.end();
                add_list(text, range, true, &mut out);
            }
        }
        if let Some(what) = BEFORE_VERB
            .captures(said)
            .and_then(|c| c.name("what").map(|w| w.range()))
        {
            add_list(
                text,
                clause.start + what.start..clause.start + what.end,
                true,
                &mut out,
            );
        }
        let mut at = 0;
        while let Some(c) = AFTER_VERB.captures_at(said, at) {
            let (Some(what), Some(whole)) = (c.name("what"), c.get(0)) else {
                break;
            };
            let ends_a_noun = said[..whole.start()].chars().next_back();
            if begins_a_noun(&said[whole.start()..what.start()], what.as_str())
                || in_a_noun(ends_a_noun, &said[whole.start()..what.start()])
            {
                at = what.start();
                continue;
            }
            let range = clause.start + what.start()..clause.start + what.end();
            add_list(text, range, true, &mut out);
            at = what.end();
        }
    }
    without_heads(out)
}

/// `有方案、有照片`: bare nouns, each with its own verb.
fn there_is(text: &str, out: &mut Vec<Piece>) {
    for sentence in crate::clauses::sentences(text, 0) {
        let said = &text[sentence.clone()];
        let mut found = Vec::new();
        let (mut at, mut duty) = (0, false);
        while let Some(c) = THERE_IS.captures_at(said, at) {
            let Some(what) = c.name("what") else { break };
            duty |= c.name("duty").is_some();
            found.push(sentence.start + what.start()..sentence.start + what.end());
            at = what.end();
        }
        if duty || found.len() > 1 {
            for range in found {
                let words = text[range.clone()].to_owned();
                if !out.iter().any(|(w, _)| *w == words) {
                    out.push((words, range));
                }
            }
        }
    }
}

/// `完善章程。…报送经审核后的章程`: of two names, one inside the other, the fuller one; a word for
/// papers of any kind only where nothing is named.
fn without_heads(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_head = |(i, word): (usize, &str)| {
        pieces.iter().enumerate().any(|(j, (other, _))| {
            let general = matches!(
                word,
                "材料" | "资料" | "相关资料" | "相关材料" | "电子版" | "纸质版" | "扫描件"
            );
            j != i
                && (general && !matches!(other.as_str(), "材料" | "资料") && word != other
                    || other.len() > word.len() && other.ends_with(word))
        })
    };
    let kept: Vec<bool> = pieces
        .iter()
        .enumerate()
        .map(|(i, (word, _))| !is_head((i, word)))
        .collect();
    pieces
        .into_iter()
        .zip(kept)
        .filter_map(|(piece, keep)| keep.then_some(piece))
        .collect()
}

/// `公|报`, `社|交`: the verb's character ends a noun.
fn in_a_noun(before: Option<char>, verb: &str) -> bool {
    let after = |set: &str| before.is_some_and(|c| set.contains(c));
    match verb {
        "报" => after("公简通汇情日周年月海电快晚党预喜捷"),
        "交" => after("社成外国相结"),
        "签" => after("标书会"),
        _ => false,
    }
}

/// `报告`, `交流`, `签到`: a noun, not a verb with its object.
fn begins_a_noun(verb: &str, what: &str) -> bool {
    let next = |set: &str| what.chars().next().is_some_and(|c| set.contains(c));
    match verb {
        "报" => next("告备名道表销刊批账考"),
        "交" => next("流办接通叉纳"),
        "签" => next("到"),
        "制作" | "健全" => next("机制制度"),
        _ => false,
    }
}

/// The material a heading names, where the text under it only says to hand it in:
/// `述职报告。由书记撰写,12月20日前交党办。`
pub fn in_heading(heading: &str, text: &str) -> Option<Piece> {
    static HANDED_IN: Pattern =
        Pattern::new(r"报送|上报|提交|发送|撰写|(?:前|内)[^,。;]{0,6}交|发至");
    let noun = heading.rfind(['、', '和']).map_or(0, |i| {
        i + heading[i..].chars().next().map_or(1, char::len_utf8)
    });
    let whole = if heading.chars().count() <= 16 {
        0..heading.len()
    } else {
        noun..heading.len()
    };
    let found = HANDED_IN.is_match(text) && ENDS.is_match(heading);
    if found {
        piece(heading, whole, true)
    } else {
        None
    }
}

/// Everything a cell of an evidence column lists.
pub fn whole(text: &str, range: Range<usize>) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut start = 0;
    for m in SPLIT.find_all(text) {
        let joins = matches!(m.as_str(), "和" | "及" | "与" | "并");
        let before = &text[start..m.start()];
        let open = text[..m.start()].matches('(').count() > text[..m.start()].matches(')').count();
        if open || joins && !ENDS.is_match(bare(before)) {
            continue;
        }
        push(before, range.start + start, &mut out);
        start = m.end();
    }
    push(&text[start..], range.start + start, &mut out);
    out
}

fn push(words: &str, at: usize, out: &mut Vec<Piece>) {
    static NUMBER: Pattern = Pattern::new(r"^(?:\d{1,2}[.、]|[①-⑳]|\(\d\)) ?");
    let label = NUMBER.find(words).map_or(0, |m| m.end());
    let said = bare(&words[label..]);
    let said = TAIL
        .find(said)
        .filter(|m| m.start() > 6)
        .map_or(said, |m| &said[..m.start()]);
    let Some(offset) = words.find(said) else {
        return;
    };
    if said.is_empty()
        || matches!(said, "无" | "/" | "—" | "-")
        || out.iter().any(|(w, _)| w == said)
    {
        return;
    }
    out.push((said.to_owned(), at + offset..at + offset + said.len()));
}

fn add_list(text: &str, mut range: Range<usize>, strict: bool, out: &mut Vec<Piece>) {
    let open = text[range.clone()].rfind('(') > text[range.clone()].rfind(')');
    if open {
        // The rest of a bracket that the match broke off in: `信息(含照片|2张)`.
        let near: usize = text[range.end..].chars().take(12).map(char::len_utf8).sum();
        let close = text[range.end..range.end + near].find(')');
        range.end += close.map_or(0, |at| at + 1);
    }
    let said = &text[range.clone()];
    let mut cuts = vec![0];
    let mut ends = Vec::new();
    for m in SPLIT.find_all(said) {
        let before = &said[..m.start()];
        let quoted =
            before.matches(['“', '《', '(']).count() > before.matches(['”', '》', ')']).count();
        let last = cuts.last().map_or(before, |start| &said[*start..m.start()]);
        let joins = matches!(m.as_str(), "和" | "及" | "与" | "并");
        let last = crate::clauses::bare(last);
        if quoted || joins && !ends_a_name(last) {
            continue;
        }
        ends.push(m.start());
        cuts.push(m.end());
    }
    ends.push(said.len());
    let members: Vec<Range<usize>> = cuts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| range.start + start..range.start + end)
        .collect();
    let read: Vec<Option<Piece>> = members
        .iter()
        .map(|m| piece(text, m.clone(), strict))
        .collect();
    let listed = members.len() > 2 && read.iter().flatten().count() > 1;
    let pieces: Vec<Piece> = members
        .into_iter()
        .zip(read)
        .filter_map(|(member, read)| {
            read.or_else(|| among_others(text, &member).filter(|_| listed))
        })
        .collect();
    for (words, at) in pieces {
        let known = out
            .iter()
            .any(|(w, r)| *w == words || (r.start < at.end && at.start < r.end));
        if !known {
            out.push((words, at));
        }
    }
}

/// Whether words end in the name of something kept, whatever stands behind it in brackets.
fn ends_a_name(said: &str) -> bool {
    let said = ASIDE.find(said).map_or(said, |m| &said[..m.start()]);
    let count = COUNT.find(said).filter(|m| m.start() > 0);
    let said = count.map_or(said, |m| &said[..m.start()]);
    ENDS.is_match(said.trim_end_matches(['》', '”']))
}

/// A short name whose kind is not known, in a list of things that are evidence: `议程`, `记录`.
fn among_others(text: &str, range: &Range<usize>) -> Option<Piece> {
    static DEED: Pattern = Pattern::new(
        r"组织|开展|召开|举办|加强|推进|落实|完成|制度|机制|会议$|活动$|工作$|建设|学习$|支部|党员$|教师|学校|[的于将把对向由在要须应并]",
    );
    let said = bare(&text[range.clone()]);
    let at = range.start + text[range.clone()].find(said)?;
    let short =
        (2..=8).contains(&said.chars().count()) && !said.contains(['(', ')', '“', '”', '《', '》']);
    (short && !DEED.is_match(said) && crate::dates::find(said, &[]).is_empty())
        .then(|| (said.to_owned(), at..at + said.len()))
}

/// `具体表现` holds no 表.
fn said_goes_on(text: &str, range: &Range<usize>) -> bool {
    let next = text[range.end..].chars().next();
    let last = text[range.clone()].chars().next_back();
    match last {
        Some('表') => next.is_some_and(|c| "现明示达彰率决扬演面态".contains(c)),
        Some('册' | '票') => next.is_some_and(|c| "封决否".contains(c)),
        Some('划') if text[range.end..].starts_with("报备表") => true,
        Some('划' | '结') => next.is_some_and(|c| "分转构合对果束".contains(c)),
        Some('果') => next == Some('断'),
        Some('单') => next.is_some_and(|c| "位独项元一纯".contains(c)),
        Some('函') => next.is_some_and(|c| "授数".contains(c)),
        Some('稿') => next == Some('件'),
        Some('排') => next.is_some_and(|c| "查".contains(c)),
        Some('则') => next == Some('上'),
        Some('示') => next.is_some_and(|c| "范".contains(c)),
        Some('息') => next.is_some_and(|c| "化采系平库员".contains(c)),
        _ => false,
    }
}

/// One member of a list, without what stands around its name.
fn piece(text: &str, mut range: Range<usize>, strict: bool) -> Option<Piece> {
    let trim = |range: &Range<usize>| {
        let said = &text[range.clone()];
        let kept = bare(said);
        let at = range.start + said.find(kept).unwrap_or(0);
        at..at + kept.len()
    };
    range = trim(&range);
    if said_goes_on(text, &range) {
        return None;
    }
    if let Some(m) = TAIL.find(&text[range.clone()]).filter(|m| m.start() > 0) {
        range.end = range.start + m.start();
    }
    if let Some(m) = CUT
        .find(&text[range.clone()])
        .filter(|m| m.end() < range.len())
        .filter(|m| !text[range.start + m.end()..].starts_with("关系"))
    {
        range.start += m.end();
    }
    for pattern in [&NOISE, &COUNT, &NOISE] {
        if let Some(m) = pattern.find(&text[range.clone()]) {
            if m.start() == 0 && m.end() < range.len() {
                range.start += m.end();
            } else if m.start() > 0 && m.end() == range.len() {
                range.end = range.start + m.start();
            }
        }
    }
    range = trim(&range);
    for pattern in [&ASIDE, &FORM] {
        let said = &text[range.clone()];
        if let Some(m) = pattern
            .find(said)
            .filter(|m| ends_a_name(&said[..m.start()]))
        {
            range.end = range.start + m.start();
        }
    }
    let inside = text[range.clone()].trim_matches(['《', '》', '“', '”']);
    if text[range.clone()].matches('“').count() != text[range.clone()].matches('”').count()
        || text[range.clone()].matches('《').count() != text[range.clone()].matches('》').count()
        || text[range.clone()].starts_with('《')
    {
        let at = range.start + text[range.clone()].find(inside).unwrap_or(0);
        range = at..at + inside.len();
    }
    // `每名党员学习心得`, and a long attribute before the name.
    static EACH: Pattern = Pattern::new(
        r"^(?:每|各|全体)(?:名|位|个|所)?(?:党员教师|党员|党总支|党支部|支部|学校|教师|人|校|党组织|单位)(?:的|至少|不少于|须|要|应)*",
    );
    if let Some(m) = EACH
        .find(&text[range.clone()])
        .filter(|m| m.end() < range.len())
    {
        range.start += m.end();
    }
    if text[range.clone()].chars().count() > 24
        && let Some(at) = text[range.clone()].rfind('的')
    {
        range.start += at + '的'.len_utf8();
    }
    let mut said = &text[range.clone()];
    // A date in front of the name: `6月5日前把…`.
    if let Some(date) = crate::dates::find(said, &[]).last() {
        if date.range.end >= said.len() {
            range.end = range.start + date.range.start;
        } else {
            range.start += date.range.end;
        }
        range = trim(&range);
        said = &text[range.clone()];
    }
    let long = said.chars().count() > 24 || said.chars().count() < 2;
    static CARRIED_OUT: Pattern = Pattern::new(r"^(?:传达|落实|贯彻|执行)");
    static ACCOUNT: Pattern = Pattern::new(r"情况|台账|清单|记录|措施|汇总");
    let deed = CARRIED_OUT.is_match(said) && !ACCOUNT.is_match(said);
    let torn = said.matches('(').count() != said.matches(')').count()
        || said.matches('《').count() != said.matches('》').count();
    if long || torn || deed || strict && !ENDS.is_match(said) || NOT_EVIDENCE.is_match(said) {
        return None;
    }
    Some((said.to_owned(), range))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        find(text).into_iter().map(|(w, _)| w).collect()
    }

    #[test]
    fn what_is_kept_and_handed_in() {
        let cases: &[(&str, &[&str])] = &[
            (
                "完成第一轮学习,留存学习笔记和研讨提纲。",
                &["学习笔记", "研讨提纲"],
            ),
            (
                "留存整理实施方案、问题清单、会议影像等相关印证资料。",
                &["实施方案", "问题清单", "会议影像"],
            ),
            (
                "并梳理汇总建立意见建议台账,3月中旬完成。",
                &["意见建议台账"],
            ),
            ("每名党员撰写不少于500字的心得体会。", &["心得体会"]),
            (
                "各党组织将流动党员登记表发送至局党建办邮箱。",
                &["流动党员登记表"],
            ),
            ("课件、现场照片留存备查。", &["课件", "现场照片"]),
            ("提交活动总结和特色案例1个。", &["活动总结", "特色案例"]),
            ("操作员名单3月20日前报局组织人事股", &["操作员名单"]),
            (
                "建立问题清单,撰写个人对照检查发言提纲",
                &["问题清单", "个人对照检查发言提纲"],
            ),
            (
                "联络员名单于3月6日12点前报送县直机关工委办公室。",
                &["联络员名单"],
            ),
            ("建立学习清单并上墙公示", &["学习清单"]),
            ("按照实施方案要求推进", &[]),
            (
                "填写《党支部工作手册》,每人提交一篇学习心得。",
                &["党支部工作手册", "学习心得"],
            ),
            (
                "活动方案、照片等资料于5月10日前报党建办",
                &["活动方案", "照片"],
            ),
            (
                "整理归档会议记录、党课教案,形成调研报告1份",
                &["会议记录", "党课教案", "调研报告"],
            ),
            ("做好会议记录和影像资料留存", &["会议记录", "影像资料"]),
        ];
        for (text, expected) in cases {
            assert_eq!(names(text), *expected, "{text}");
        }
    }

    #[test]
    fn a_cell_lists_its_evidence() {
        let text = "1.学习计划\n2.签到册和影像资料";
        let said: Vec<String> = whole(text, 0..text.len())
            .into_iter()
            .map(|(w, _)| w)
            .collect();
        assert_eq!(said, ["学习计划", "签到册", "影像资料"]);
    }
}
