//! The demo's own task sheets as Word documents, with dates relative to the quarter they are for.

use kernel::{Day, Period};
use office::official::{BodyBlock, OfficialDocument, write};

/// 发文代字 of the demo.
pub const PREFIX: &str = "清教党";

/// Three months, and what falls into them.
#[derive(Clone, Copy, Debug)]
pub struct Quarter {
    /// First day of the first month.
    pub from: Day,
}

impl Quarter {
    /// The three months whose second one is this month: enough behind and enough ahead.
    pub fn around(today: Day) -> Quarter {
        Quarter {
            from: today.first_of_month().plus_months(-1),
        }
    }

    /// The three months before.
    pub fn before(self) -> Quarter {
        Quarter {
            from: self.from.plus_months(-3),
        }
    }

    /// The three months after.
    pub fn after(self) -> Quarter {
        Quarter {
            from: self.from.plus_months(3),
        }
    }

    /// First to last day.
    pub fn period(self) -> Period {
        Period {
            from: self.from,
            to: self.from.plus_months(2).last_of_month(),
        }
    }

    /// The day its sheet is dated.
    pub fn dated(self) -> Day {
        self.from.plus_days(5)
    }

    fn month(self, n: i32) -> i8 {
        self.from.plus_months(n).month()
    }
}

/// A sheet as it is written: headings and items.
fn document(
    quarter: Quarter,
    title: &str,
    preface: &str,
    body: Vec<BodyBlock>,
) -> OfficialDocument {
    let period = quarter.period().chinese();
    let mut blocks = vec![BodyBlock::Paragraph(preface.to_owned())];
    blocks.extend(body);
    OfficialDocument {
        issuer_mark: Some("中共清禾县教育局机关委员会文件".to_owned()),
        number: None,
        title: format!("{title}\n（{period}）"),
        recipients: "各基层党组织".to_owned(),
        body: blocks,
        annexes: vec![],
        annex_bodies: vec![],
        signer: "中共清禾县教育局机关委员会".to_owned(),
        date: quarter.dated(),
        copy_to: String::new(),
        printed_by: None,
    }
}

fn bytes(document: &OfficialDocument) -> anyhow::Result<Vec<u8>> {
    Ok(write(document)?)
}

fn heading(text: &str) -> BodyBlock {
    BodyBlock::Heading1(text.to_owned())
}

fn item(heading: &str, text: String) -> BodyBlock {
    BodyBlock::Lead {
        level: 2,
        heading: heading.to_owned(),
        text,
    }
}

/// The sheet under way. Its third item is due today: everybody has handed it in, nobody reviewed it.
pub fn current(quarter: Quarter, today: Day) -> anyhow::Result<Vec<u8>> {
    let (m0, m1, m2) = (quarter.month(0), quarter.month(1), quarter.month(2));
    let due_today = format!("{}月{}日", today.month(), today.day());
    let body = vec![
        heading("一、健全组织体系"),
        item(
            "（一）核对组织设置。",
            format!(
                "各基层党组织对照党员名册核对支部设置和党员组织关系，逐人核实，说明核对情况，{m0}月底前完成。"
            ),
        ),
        item(
            "（二）修订学校章程。",
            format!(
                "各中小学校把党组织领导的校长负责制有关内容写入学校章程，履行审议程序，{m1}月底前完成修订，上报修订后的章程。"
            ),
        ),
        heading("二、抓好重点工作"),
        item(
            "（一）开展意见征集。",
            format!(
                "各基层党组织通过家长会、教师座谈会、意见箱等渠道听取意见，分类登记，建立意见建议台账，{due_today}前完成。"
            ),
        ),
        item(
            "（二）书记上讲台。",
            format!(
                "各基层党组织书记围绕教育强县建设，{m1}月底前带头“上讲台”，为党员和教职工讲1次党课。"
            ),
        ),
        item(
            "（三）开展课堂展示。",
            format!(
                "{m0}月底前组织35周岁以下青年党员教师开展1次“党员教师汇报课”，{m2}月20日前组织经验丰富的党员教师开展1次“党员教师示范课”。"
            ),
        ),
        item(
            "（四）办好青少年党校。",
            format!(
                "20所已创建“青少年党校”的学校党组织要面向师生开展宣讲，{m0}月、{m1}月分别开展1期宣讲活动。"
            ),
        ),
        item(
            "（五）新任书记履职。",
            format!("新任书记要结合履职以来的工作撰写履职情况汇报，{m1}月25日前上报汇报材料。"),
        ),
        heading("三、做好常规工作"),
        item(
            "（一）落实“三会一课”。",
            "各基层党组织每月25日前整理当月组织生活资料，上报月度资料目录。".to_owned(),
        ),
        item(
            "（二）用好远程教育站点。",
            format!("远程教育站点所在学校党组织按计划组织学习，{m2}月15日前报送学习情况。"),
        ),
        item(
            "（三）走访慰问。",
            format!("各基层党组织走访慰问退休党员和困难党员，{m2}月底前完成，留存走访记录。"),
        ),
    ];
    let preface = "经研究，现将本季度党建工作重点任务交办给你们。请对照任务抓好落实，已有工作记录能够说明的，不再另行报送材料。";
    bytes(&document(
        quarter,
        "清禾县教育系统党建工作任务交办单",
        preface,
        body,
    ))
}

/// Last quarter's sheet.
pub fn last(quarter: Quarter) -> anyhow::Result<Vec<u8>> {
    let (m0, m1, m2) = (quarter.month(0), quarter.month(1), quarter.month(2));
    let body = vec![
        heading("一、加强学习教育"),
        item(
            "（一）举办专题学习班。",
            format!("各基层党组织{m0}月底前举办专题学习班，学制3天，全体党员参加，报送学习小结。"),
        ),
        item(
            "（二）讲好专题党课。",
            format!("各基层党组织{m1}月底前安排1次专题党课。"),
        ),
        heading("二、抓实基层基础"),
        item(
            "（一）开展谈心谈话。",
            format!(
                "各基层党组织{m1}月20日前开展谈心谈话，做到班子成员之间、班子成员与党员之间全覆盖，报送谈话情况。"
            ),
        ),
        item(
            "（二）规范活动阵地。",
            format!("各基层党组织对照标准自查党员活动室，{m2}月15日前报送自查情况。"),
        ),
        item(
            "（三）办好青少年党校。",
            format!("20所已创建“青少年党校”的学校党组织{m2}月底前开展1期宣讲活动。"),
        ),
        item(
            "（四）整理工作小结。",
            format!("各基层党组织{m2}月25日前报送季度工作小结。"),
        ),
    ];
    let preface = "现将本季度党建工作重点任务交办给你们，请认真抓好落实。";
    bytes(&document(
        quarter,
        "清禾县教育系统党建工作任务交办单",
        preface,
        body,
    ))
}

/// A sheet ready to be imported by whoever tries the product: twelve items, two of them worth a
/// second look.
pub fn next(quarter: Quarter, today: Day) -> anyhow::Result<Vec<u8>> {
    let (m0, m1, m2) = (quarter.month(0), quarter.month(1), quarter.month(2));
    let body = vec![
        heading("一、强化政治引领"),
        item(
            "（一）制定年度计划。",
            format!("各基层党组织{m0}月20日前制定年度党建工作计划，上报计划文本。"),
        ),
        item(
            "（二）开展专题学习。",
            format!("各基层党组织{m0}月底前召开党员大会开展专题学习，报送学习情况。"),
        ),
        item(
            "（三）讲好开学第一课。",
            format!("各基层党组织书记{m1}月底前带头“上讲台”，讲1次党课。"),
        ),
        heading("二、建强基层组织"),
        item(
            "（一）召开组织生活会。",
            format!("各基层党组织{m1}月中旬召开组织生活会，建立问题清单和整改台账。"),
        ),
        item(
            "（二）开展民主评议。",
            format!("各党支部{m1}月底前完成民主评议党员，上报评议结果。"),
        ),
        item(
            "（三）设立党员示范岗。",
            "各基层党组织按党员人数30%的比例设立党员示范岗。".to_owned(),
        ),
        item(
            "（四）新任书记谈话。",
            format!("新任书记{m0}月25日前报送任职情况说明。"),
        ),
        heading("三、推动融合发展"),
        item(
            "（一）开展课堂展示。",
            format!("{m2}月20日前组织35周岁以下青年党员教师开展1次“党员教师汇报课”。"),
        ),
        item(
            "（二）办好青少年党校。",
            format!("20所已创建“青少年党校”的学校党组织{m2}月底前开展1期宣讲活动。"),
        ),
        item(
            "（三）管好远程教育站点。",
            format!("远程教育站点所在学校党组织{m1}月10日前报送站点运行情况。"),
        ),
        heading("四、做好日常工作"),
        item(
            "（一）整理月度资料。",
            "各基层党组织每月25日前上报月度资料目录。".to_owned(),
        ),
        item(
            "（二）关心关爱党员。",
            format!("各基层党组织{m0}月底前走访慰问困难党员，报送走访情况。"),
        ),
    ];
    let preface = "现将下一阶段党建工作重点任务交办给你们，请结合实际抓好落实。";
    let mut sheet = document(quarter, "清禾县教育系统党建工作任务交办单", preface, body);
    sheet.date = today;
    bytes(&sheet)
}
