//! Every list leads to its own export, which is as long as the list and can be read by others.

use crate::reader::python_says;
use crate::samples::{Samples, canary, insert, plant};
use crate::world::{World, build};
use kernel::Id;
use std::collections::BTreeSet;
use store::params;
use testkit::{Caller, County, On, TestApp};

/// A list somebody looks at: whose eyes, where, the words before it, and what begins each of its rows.
struct List {
    who: Id,
    path: String,
    after: &'static str,
    row: &'static str,
}

const TABLE: &str = "<th scope=\"row\"";
const ITEM: &str = "<li class=\"duty";

fn list(who: Id, path: impl Into<String>, after: &'static str, row: &'static str) -> List {
    let path = path.into();
    List {
        who,
        path,
        after,
        row,
    }
}

/// Exports that are no list of a page: what an import takes back, and the rights for the auditor.
const NO_LIST: &[&str] = &[
    "/organisations/export",
    "/members/export",
    "/audit/rights.xlsx",
    // A frozen edition on paper; held to its table by the ranking's own tests.
    "/rankings/{id}/export",
    // Sums of several kinds, a sheet of the workbook each.
    "/burden/export",
    "/roles/rights.xlsx",
];

/// The path of the sample that serves that route and lies at that organisation.
fn path_of(samples: &Samples, world: &World, node: Id, route: &str) -> String {
    let place = &world.nodes.iter().find(|n| n.id == node).unwrap().place;
    let found = samples.of(route);
    let sample = found.iter().find(|s| s.places.contains(place)).unwrap();
    sample.path.clone() + route.strip_prefix(sample.pattern).unwrap()
}

fn lists(samples: &Samples, world: &World) -> Vec<List> {
    let county = &world.county;
    let at = |node: Id, route: &str| path_of(samples, world, node, route);
    let officer = county.officer;
    let sheet = at(county.first, "/progress/{sheet}");
    let sheet = sheet.rsplit('/').next().unwrap().to_owned();
    vec![
        list(
            officer,
            at(county.general, "/organisations/{id}"),
            "下级</caption>",
            TABLE,
        ),
        list(
            officer,
            at(county.joint, "/organisations/{id}"),
            "任职</caption>",
            TABLE,
        ),
        list(officer, "/members", "<tbody>", TABLE),
        list(officer, "/members?stage=full", "<tbody>", TABLE),
        list(
            county.secretary,
            at(county.first, "/organisations/{id}/members"),
            "<tbody>",
            TABLE,
        ),
        list(officer, "/records", "<tbody>", TABLE),
        list(county.superior, "/records?kind=lecture", "<tbody>", TABLE),
        list(county.secretary, "/duties", "<main", ITEM),
        list(county.second_secretary, "/duties/done", "<main", ITEM),
        list(officer, "/review", "<main", "data-item"),
        list(officer, "/progress/all/list", "<tbody>", TABLE),
        list(
            officer,
            format!("/progress/{sheet}/list?status=owed"),
            "<tbody>",
            TABLE,
        ),
        list(
            officer,
            format!("/progress?sheet={sheet}"),
            "<tbody>",
            TABLE,
        ),
        list(
            officer,
            format!("/progress/{sheet}/remind"),
            "<tbody>",
            TABLE,
        ),
        list(officer, "/sheets", "<tbody>", TABLE),
        list(
            officer,
            at(county.first, "/sheets/{id}/items.xlsx").replace("/items.xlsx", ""),
            "<tbody>",
            TABLE,
        ),
        list(
            officer,
            at(county.first, "/sheets/{id}/items/{item}"),
            "<tbody>",
            TABLE,
        ),
        list(
            officer,
            at(county.general, "/sheets/{id}/items/{item}/who"),
            "<aside",
            "<li>",
        ),
        list(officer, "/rankings", "排名</caption>", TABLE),
        list(
            officer,
            at(county.first, "/rankings/{id}"),
            "总排名</caption>",
            TABLE,
        ),
        list(county.secretary, "/notices", "<main", ITEM),
        list(county.superior, "/notices/read", "<main", ITEM),
        list(
            officer,
            "/feedback/all",
            "<main",
            "<section class=\"card\" id=",
        ),
        list(
            county.secretary,
            "/feedback",
            "<main",
            "<section class=\"card\" id=",
        ),
        list(officer, "/burden/items", "<tbody>", TABLE),
        list(county.system_admin, "/accounts", "<tbody>", TABLE),
        list(
            county.security_admin,
            "/roles?role=secretary",
            "<tbody>",
            TABLE,
        ),
        list(
            county.audit_admin,
            "/audit?action=prepare_import",
            "<tbody>",
            TABLE,
        ),
    ]
}

/// The page's own way to its export.
fn link(page: &str, list: &List) -> Option<String> {
    let hrefs = page.split("href=\"").skip(1);
    let hrefs = hrefs.filter_map(|rest| rest.split_once('"').map(|(href, _)| href));
    let mut ways = hrefs.filter(|href| {
        let path = href.split('?').next().unwrap();
        let is_export = path.ends_with("/export") || path.ends_with(".xlsx");
        let of_posts = path.ends_with("/posts/export");
        is_export && !NO_LIST.contains(&path) && of_posts == list.after.starts_with("任职")
    });
    Some(ways.next()?.replace("&amp;", "&").replace("&#38;", "&"))
}

/// The same address with every key as it stands in a route's pattern.
fn pattern(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let key = |part: &str| part.starts_with('{') || part.chars().all(|c| c.is_ascii_digit());
    let parts = path.split('/').map(|part| {
        let is_key = !part.is_empty() && (key(part) || part == "all");
        if is_key { "{}" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Somebody submits, somebody is excused, a notice is read, one import is looked at.
async fn live(app: &TestApp, samples: &Samples, world: &World) {
    let county = &world.county;
    let duty = |node: Id| path_of(samples, world, node, "/duties/{key}");
    let first = app.session_of(county.superior).await;
    let submit = format!("{}/submit", duty(county.general));
    first
        .post(&submit, &[("_key", "a"), ("text", "已办")])
        .await
        .led_to();
    first.post("/notices/read-all", &[]).await.led_to();
    let secretary = app.session_of(county.secretary).await;
    secretary
        .post("/feedback", &[("words", "重复")])
        .await
        .led_to();
    let officer = app.session_of(county.officer).await;
    let key = duty(county.second).replace("/duties/", "");
    let fields = [
        ("_key", "b"),
        ("key", &key),
        ("what", "exempt"),
        ("reason", "停办"),
    ];
    officer.post("/review/excuse", &fields).await.led_to();
    let sheet = "名称,类别\n新支部,党支部\n".as_bytes();
    let files = [("file", "组织.csv", sheet)];
    officer
        .upload("/organisations/import", &[("_key", "c")], &files)
        .await
        .led_to();
}

/// Compares a list with its export; the export's address, or what is wrong.
async fn walk(app: &TestApp, list: &List) -> Result<String, String> {
    let caller: Caller = County::call(app, list.who).await;
    let page = caller.get(&list.path).await.page();
    let (_, shown) = page.split_once(list.after).ok_or("is not there")?;
    let shown = match list.row {
        TABLE => shown.split("</table>").next().unwrap_or_default(),
        _ => shown,
    };
    let rows = shown.matches(list.row).count();
    let way = link(&page, list).ok_or("leads to no export")?;
    let file = caller.get(&way).await;
    if file.status != 200 {
        return Err(format!("{way} answers {}", file.status));
    }
    let name = file.headers["content-disposition"]
        .to_str()
        .unwrap_or_default();
    if !name.ends_with("%5F20261120%2Exlsx") {
        return Err(format!("{way} is called {name}"));
    }
    let sheet = office::table::read(&file.bytes, "表.xlsx", 10_000).map_err(|e| e.to_string())?;
    match (rows, sheet.rows.len()) {
        (0, _) => Err("shows nothing".to_owned()),
        (rows, n) if rows == n => Ok(way),
        (rows, n) => Err(format!("shows {rows}, {way} has {n}: {:?}", sheet.rows)),
    }
}

async fn as_long_as_the_list(on: On) {
    let app = TestApp::new(on).await;
    let world = build(&app).await;
    let samples = plant(&app, &world).await;
    live(&app, &samples, &world).await;
    let (mut walked, mut problems) = (BTreeSet::new(), Vec::new());
    for list in lists(&samples, &world) {
        match walk(&app, &list).await {
            Ok(way) => {
                walked.insert(pattern(&way));
            }
            Err(problem) => problems.push(format!("{}: {problem}", list.path)),
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    let exports = app.app.registry.iter().filter(|(method, path, _)| {
        let is_export = path.ends_with("/export") || path.ends_with(".xlsx");
        *method == "GET" && is_export && !NO_LIST.contains(path)
    });
    let all: BTreeSet<String> = exports.map(|(_, path, _)| pattern(path)).collect();
    let missing: Vec<_> = all
        .difference(&walked)
        .filter(|path| *path != "/audit/export.xlsx")
        .collect();
    assert!(
        missing.is_empty(),
        "name a list in `lists` that leads to {missing:?}"
    );
}

#[tokio::test]
async fn an_export_is_as_long_as_its_list_sqlite() {
    as_long_as_the_list(On::Sqlite).await;
}

#[tokio::test]
async fn an_export_is_as_long_as_its_list_postgres() {
    if testkit::has_postgres() {
        as_long_as_the_list(On::Postgres).await;
    }
}

/// Prints the header and each further row as `type:value`, as openpyxl has them.
const READ: &str = "
import sys, openpyxl
sheet = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
rows = [[c for c in row if c is not None] for row in sheet.iter_rows(values_only=True)]
rows = [row for row in rows if len(row) > 1]
print('|'.join(str(cell) for cell in rows[0]))
for row in sheet.iter_rows():
    cells = [c for c in row if c.value is not None]
    if len(cells) > 1:
        print('|'.join(c.data_type + ':' + str(c.value) for c in cells))
";

#[tokio::test]
async fn openpyxl_reads_board_roster_and_ledger() {
    let app = TestApp::new(On::Sqlite).await;
    let world = build(&app).await;
    let samples = plant(&app, &world).await;
    let (node, county) = (&world.nodes[0], &world.county);
    let sql = "INSERT INTO record (id, kind, subkind, organisation, path, zone, day, title, content,
                 speaker_name, speaker_is_secretary, attended, created_at, created_by_name)
               VALUES ($1, 'lecture', 'party_lecture', $2, $3, $4, '2026-10-21', '=1+1', '', '', FALSE, 12, $5, '')";
    insert(&app, sql, |tx, id| {
        params![id, node.id, &node.place.path, node.place.zone, tx.now()]
    })
    .await;
    let officer = County::call(&app, county.officer).await;
    let sheet = path_of(&samples, &world, county.senior, "/progress/{sheet}");
    let read = async |path: &str| python_says(READ, "t.xlsx", &officer.get(path).await.bytes);
    let Some(ledger) = read("/records/export").await else {
        return;
    };
    assert!(
        ledger.contains("d:2026-10-21 00:00:00|s:党课|s:=1+1|n:12"),
        "{ledger}"
    );
    assert!(
        ledger.starts_with("一级组织|二级组织|") && ledger.contains("片区|党组织|日期"),
        "{ledger}"
    );
    let roster = read("/members/list/export").await.unwrap();
    let member = canary(
        "member",
        world.nodes.iter().find(|n| n.id == county.senior).unwrap(),
    );
    let row = roster.lines().find(|line| line.contains(&member)).unwrap();
    assert!(
        row.starts_with("s:清禾县教育局机关党委|s:第一中学党总支|"),
        "{row}"
    );
    let board = read(&format!("{sheet}/export")).await.unwrap();
    assert!(
        board.contains("s:高中部党支部|n:1|n:0|n:0|n:0|s:未开始"),
        "{board}"
    );
}
