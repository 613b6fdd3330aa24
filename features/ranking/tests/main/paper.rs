//! The bulletin, the workbook and the page to print.

use crate::reader::python_says;
use crate::world::{Sheet, act, issue, object, objection, send};
use duty::use_cases::Excuse;
use kernel::Id;
use office::docx;
use testkit::duties::{excuse, submit};
use testkit::{Answer, Caller, County, TestApp, on_both};

/// A ranking sent on 20 November: 第一小学 did all that counts, 第二小学 one item of three, 第一中学 is
/// exempt from one.
async fn sent(app: &TestApp, county: &County, other: &[(&str, &str)]) -> (Sheet, Id) {
    let sheet = issue(app, county).await;
    for item in [sheet.survey, sheet.lecture, sheet.election] {
        submit(app, county.secretary, sheet.key(item, county.first)).await;
    }
    submit(
        app,
        county.second_secretary,
        sheet.key(sheet.survey, county.second),
    )
    .await;
    let reason = "上级统一安排".to_owned();
    let exempt = Excuse::Exempt { reason };
    excuse(
        app,
        county.officer,
        sheet.key(sheet.election, county.general),
        exempt,
    )
    .await;
    app.pass_days(14);
    let officer = County::call(app, county.officer).await;
    (sheet, send(app, &officer, other).await)
}

async fn publish(app: &TestApp, county: &County, ranking: Id) -> Caller {
    app.pass_days(10);
    let officer = County::call(app, county.officer).await;
    act(app, &officer, ranking, "publish", &[]).await.led_to();
    officer
}

fn text(answer: &Answer) -> String {
    docx::read(&answer.bytes).unwrap().extracted_text()
}

on_both! {
    async fn the_bulletin_says_what_the_edition_says(app: TestApp) {
        let county = County::build(&app).await;
        let (sheet, id) = sent(&app, &county, &[("recipients", "各党组织")]).await;
        let first = County::call(&app, county.second_secretary).await;
        object(&first, id, county.second, sheet.lecture, "当天停电").await;
        let officer = County::call(&app, county.officer).await;
        let answer = [("outcome", "upheld"), ("standing", "late"), ("words", "经核实属实。")];
        let path = format!("objections/{}", objection(&app, id).await);
        act(&app, &officer, id, &path, &answer).await.led_to();
        let officer = publish(&app, &county, id).await;
        let word = officer.get(&format!("/rankings/{id}/bulletin.docx")).await;
        let said = text(&word);
        for wanted in [
            "清禾县教育局机关党委文件",
            "清教党〔2026〕10号",
            "关于2026年10月1日—11月19日\n党建重点任务完成情况的通报",
            "各党组织：",
            "以《第四季度党建工作任务》（清教党〔2026〕9号）为依据",
            "共10项次：按时完成4项次，占40.00%；逾期完成1项次；未完成5项次。",
            "经同意免除或不适用的2项次不计入得分",
            "列入通报的党组织4个，排名的4个。平均得分40.63分，最高100.0分，最低0.0分，满分的1个。",
            "按时完成的系数为1，逾期完成的为0.5，未完成的为0",
            "已于2026年11月20日送本单位核对，异议期至2026年11月27日。共收到异议1条，经核实成立，已据此更正。",
            "1\t第一小学党支部\t100.0\t1/2\t3\t3\t0\t0",
            "2\t第二小学党支部\t62.5\t1/2\t3\t1\t1\t1",
            "3\t第一中学党总支\t0.0\t2/2\t2\t0\t0\t2",
            "换届\t免除：上级统一安排\t第一中学党总支",
            "换届\t不适用：换届期未到\t柳湾联合党支部",
            "以下2个党组织在季度例会上作情况说明。",
            "柳湾联合党支部，得分0.0分：未完成2项（意见征集、讲党课）。",
            "于〔待补〕前办结并报送",
            "2026年11月30日",
            "抄送：〔待补〕。",
        ] {
            assert!(said.contains(wanted), "{wanted} in {said}");
        }
        assert!(!said.contains("何清"), "no person stands in it: {said}");
        // The first edition still gives the bulletin it would have been.
        let before = officer.get(&format!("/rankings/{id}/bulletin.docx?edition=1")).await;
        assert!(text(&before).contains("2\t第二小学党支部\t50.0\t1/2\t3\t1\t0\t2"));
        let named = python_says(
            "import sys, docx; d = docx.Document(sys.argv[1]); print(len(d.inline_shapes), len(d.tables), round(d.sections[0].left_margin.mm))",
            "通报.docx",
            &word.bytes,
        );
        if let Some(said) = named {
            assert_eq!(said.trim(), "2 3 28", "two charts, three tables, 28 mm");
        }
    }

    async fn the_workbook_holds_every_point_typed(app: TestApp) {
        let county = County::build(&app).await;
        let (_, id) = sent(&app, &county, &[]).await;
        let officer = publish(&app, &county, id).await;
        let book = officer.get(&format!("/rankings/{id}/export")).await;
        let table = office::table::read(&book.bytes, "x.xlsx", 100).unwrap();
        assert_eq!(table.rows.len(), 4);
        let script = r#"
import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
print([s.title for s in w], [len(s._charts) for s in w])
rows = lambda name, at: [[c.value if not hasattr(c.value, 'date') else str(c.value.date()) for c in r] for r in w[name].iter_rows(min_row=at)]
for r in rows('排名', 4): print(r[0], r[1], r[2], r[3], r[5], r[14], r[15])
items = rows('事项', 4)
print(len(items))
for r in items[:1] + [r for r in items if r[5] != '计分'][:1] + [r for r in items if r[14]]: print(r[0], r[3], *r[4:12], r[14])
print(dict((r[0], r[1]) for r in rows('说明', 2))['计分办法依据'])
"#;
        let Some(said) = python_says(script, "排名.xlsx", &book.bytes) else {
            return;
        };
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            [
                "['排名', '片区', '事项', '说明'] [0, 1, 0, 0]",
                "1 第一小学党支部 清禾县教育局机关党委 城区片 100 4 4",
                "2 第二小学党支部 清禾县教育局机关党委 南片 50 2 4",
                "3 第一中学党总支 清禾县教育局机关党委 城区片 0 0 3",
                "3 柳湾联合党支部 清禾县教育局机关党委 南片 0 0 3",
                "16",
                "第一小学党支部 1. 意见征集 计分 2 2026-11-09 按时 1 2 2026-11-06 None",
                "第一小学党支部 4. 报计划 只要材料 None 2026-11-16 未完成 None None None None",
                "第一中学党总支 3. 换届 不计 None 2026-11-16 不计 None None None 免除：上级统一安排",
                "柳湾联合党支部 3. 换届 不计 None 2026-11-16 不计 None None None 不适用：换届期未到",
                "党建工作季度例会通报排名的计分办法（默认值，以县教育局印发的办法为准）",
            ]
        );
    }

    async fn files_give_no_more_than_the_page(app: TestApp) {
        let county = County::build(&app).await;
        let (_, id) = sent(&app, &county, &[("audience", "own_line")]).await;
        let here = |end: &str| format!("/rankings/{id}/{end}");
        for published in [false, true] {
            if published {
                publish(&app, &county, id).await;
            }
            let own = County::call(&app, county.secretary).await;
            let bulletin = own.get(&here("bulletin.docx")).await;
            assert_eq!(bulletin.status, 409, "it names the others");
            assert!(bulletin.words().contains("本组织的成绩可以看网页"));
            let book = own.get(&here("export")).await;
            let sheets = office::xlsx::read_document(&book.bytes).unwrap().extracted_text();
            let page = own.get(&here("print")).await.words();
            for said in [&sheets, &page] {
                assert!(said.contains("第一小学党支部") && said.contains("讲党课"), "{said}");
                for foreign in ["第二小学", "柳湾", "第一中学"] {
                    assert!(!said.contains(foreign), "{foreign} in {said}");
                }
            }
            assert!(!sheets.contains("平均得分"), "no sums over others: {sheets}");
            // A zone's inspector reads their zone.
            let zone = County::call(&app, county.inspector).await;
            let page = zone.get(&here("print")).await.words();
            assert!(page.contains("柳湾联合党支部") && !page.contains("第一小学"), "{page}");
            for end in ["bulletin.docx", "export", "print"] {
                assert_eq!(own.get(&format!("{}?edition=9", here(end))).await.status, 404, "no such edition");
            }
            // Whoever answers for the whole reads it.
            let leader = County::call(&app, county.leader).await;
            assert_eq!(leader.get(&here("bulletin.docx")).await.status, 200);
            assert!(leader.get(&here("print")).await.words().contains("第二小学党支部"));
        }
    }
}
