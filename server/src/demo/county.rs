//! Organisations, schools, zones and members.

use super::names::{Choice, id_number, person};
use anyhow::{Result, anyhow};
use kernel::{Day, Id, TreePath};
use member::NewMember;
use org::use_cases::{appoint, cover_unit, create_node, set_figures, set_zone, tag_node};
use org::{NewNode, NewPost};
use store::{By, Error, Fail, Store, Tx};

/// 党员总数 of the demo.
const MEMBERS: usize = 1715;
const ZONES: [&str; 6] = ["城区片", "东河片", "西川片", "南塬片", "北岭片", "河口片"];
/// Invented townships and neighbourhoods, for the schools' names.
const PLACES: [&str; 41] = [
    "桥北",
    "城南",
    "文庙",
    "柳湾",
    "青禾",
    "东河",
    "石桥",
    "白杨",
    "西川",
    "枣林",
    "南塬",
    "清水",
    "长岭",
    "北岭",
    "云台",
    "河口",
    "双泉",
    "红崖",
    "马家坪",
    "金锁",
    "甘井",
    "平路",
    "高阳",
    "罕井",
    "兴镇",
    "陈庄",
    "桃园",
    "槐院",
    "上王",
    "苏坊",
    "坡头",
    "龙池",
    "椿林",
    "党睦",
    "荆姚",
    "洛滨",
    "翔村",
    "东陈",
    "孝通",
    "贾曲",
    "永丰",
];

/// A first-level organisation.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub id: Id,
    pub path: TreePath,
    /// Branches with members: itself, or those below a general branch.
    pub branches: Vec<Id>,
    pub is_general: bool,
    pub secretary: Id,
}

/// What the rest of the demo builds on.
#[derive(Clone, Debug)]
pub struct County {
    pub committee: Id,
    pub department: Id,
    pub department_path: TreePath,
    pub zones: Vec<(Id, &'static str)>,
    /// The 49.
    pub organisations: Vec<Organisation>,
    /// Branches below general branches, with their names.
    pub branches: Vec<(Id, String)>,
    /// Schools with the organisation that covers them.
    pub schools: Vec<(Id, String)>,
}

/// A school yet to be made.
struct School {
    kind: &'static str,
    name: String,
}

/// Writes organisations, schools and members in one transaction.
pub async fn build(store: &Store, today: Day) -> Result<County> {
    let written: Result<County, Fail<std::convert::Infallible>> = store
        .write(&By::system(), |tx| async move {
            let county = write(&tx, today).await?;
            let detail = serde_json::json!({ "organisations": county.organisations.len() });
            tx.audit(
                "fill_demo",
                ("organisation", county.committee),
                &TreePath::new("001"),
                detail,
            )
            .await?;
            Ok(county)
        })
        .await;
    written.map_err(|fail| anyhow!("{fail:?}"))
}

fn schools() -> (Vec<School>, Vec<School>) {
    let school = |kind, name: String| School { kind, name };
    // Eight large ones, each with a general branch.
    let mut large = vec![
        school("complete_secondary", "清禾县第一中学".to_owned()),
        school("complete_secondary", "清禾县第二中学".to_owned()),
        school("complete_secondary", "清禾县第三中学".to_owned()),
    ];
    for place in ["桥北", "城南", "东河"] {
        large.push(school("junior_secondary", format!("{place}初级中学")));
    }
    for place in ["西川", "南塬"] {
        large.push(school("nine_year", format!("{place}九年制学校")));
    }
    let mut small = Vec::new();
    for place in &PLACES[12..16] {
        small.push(school("nine_year", format!("{place}九年制学校")));
    }
    for place in &PLACES[16..21] {
        small.push(school("junior_secondary", format!("{place}初级中学")));
    }
    for (i, place) in PLACES.iter().enumerate() {
        let name = if i < 4 {
            format!("{place}小学")
        } else {
            format!("{place}中心小学")
        };
        small.push(school("complete_primary", name));
    }
    for i in 0..24 {
        let place = PLACES[i + 12];
        small.push(school(
            "village_primary",
            format!("{place}{}村小学", ["东", "西"][i % 2]),
        ));
    }
    for i in 0..8 {
        let name = if i < 3 {
            format!("清禾县第{}幼儿园", ["一", "二", "三"][i])
        } else {
            format!("{}幼儿园", PLACES[i])
        };
        small.push(school("kindergarten", name));
    }
    (large, small)
}

async fn node(
    tx: &Tx,
    category: &'static str,
    kind: &str,
    name: &str,
    parent: Option<Id>,
    zone: Option<Id>,
) -> Result<org::Node, Error> {
    let from = Day::new(2016, 9, 1).unwrap_or(tx.today());
    let short = name.trim_start_matches("清禾县");
    create_node(
        tx,
        NewNode {
            category,
            kind,
            name,
            short_name: short,
            parent,
            zone,
            from,
        },
    )
    .await
}

async fn write(tx: &Tx, today: Day) -> Result<County, Error> {
    let mut zones = Vec::new();
    for name in ZONES {
        zones.push((node(tx, "zone", "zone", name, None, None).await?.id, name));
    }
    let committee = node(
        tx,
        "organisation",
        "work_committee",
        "中共清禾县委教育工作委员会",
        None,
        None,
    )
    .await?;
    let department = node(
        tx,
        "organisation",
        "department_committee",
        "中共清禾县教育局机关委员会",
        Some(committee.id),
        None,
    )
    .await?;
    for (kind, name) in [
        ("discipline_committee", "清禾县教育局机关纪律检查委员会"),
        (
            "next_generation_committee",
            "清禾县教育系统关心下一代工作委员会",
        ),
        ("staff_congress", "清禾县教育工会教职工代表大会"),
    ] {
        node(tx, "body", kind, name, Some(department.id), None).await?;
    }
    let mut county = County {
        committee: committee.id,
        department: department.id,
        department_path: department.path.clone(),
        zones,
        organisations: vec![],
        branches: vec![],
        schools: vec![],
    };
    let (large, small) = schools();
    let mut choice = Choice::new(20_261_120);
    for (i, school) in large.iter().enumerate() {
        general_branch(tx, &mut county, school, i, &mut choice).await?;
    }
    single_and_joint(tx, &mut county, &small, &mut choice).await?;
    fill_members(tx, &mut county, today, &mut choice).await?;
    tags(tx, &county).await?;
    Ok(county)
}

async fn unit(
    tx: &Tx,
    county: &mut County,
    school: &School,
    organisation: Id,
    choice: &mut Choice,
) -> Result<Id, Error> {
    let unit = node(
        tx,
        "unit",
        school.kind,
        &school.name,
        Some(organisation),
        None,
    )
    .await?;
    let base = 120 + choice.below(400) as i64;
    let figures: Vec<(&str, i64)> = match school.kind {
        "complete_secondary" => vec![
            ("pupils_senior", base * 4),
            ("pupils_junior", base),
            ("staff_full_time", base / 2),
        ],
        "junior_secondary" => vec![("pupils_junior", base * 2), ("staff_full_time", base / 5)],
        "nine_year" => vec![
            ("pupils_junior", base),
            ("pupils_primary", base),
            ("staff_full_time", base / 5),
        ],
        "kindergarten" => vec![
            ("pupils_kindergarten", base / 2),
            ("staff_full_time", base / 16),
            ("staff_other", 6),
        ],
        "village_primary" => vec![
            ("pupils_primary", base / 5),
            ("staff_full_time", base / 30 + 2),
            ("staff_temporary", 2),
        ],
        _ => vec![
            ("pupils_primary", base),
            ("staff_full_time", base / 14),
            ("staff_temporary", 3),
        ],
    };
    set_figures(tx, unit.id, i64::from(tx.today().year()), &figures).await?;
    county.schools.push((unit.id, school.name.clone()));
    Ok(unit.id)
}

async fn general_branch(
    tx: &Tx,
    county: &mut County,
    school: &School,
    i: usize,
    choice: &mut Choice,
) -> Result<(), Error> {
    let zone = county.zones[if i < 5 { 0 } else { i - 4 }].0;
    let general = node(
        tx,
        "organisation",
        "general_branch",
        &format!("{}党总支", school.name),
        Some(county.department),
        Some(zone),
    )
    .await?;
    let unit = unit(tx, county, school, general.id, choice).await?;
    cover_unit(tx, general.id, unit, general.from_day).await?;
    let parts: &[&str] = match school.kind {
        "complete_secondary" => &["高中部", "初中部", "行政后勤", "离退休"],
        "junior_secondary" => &["语文组", "理科组", "行政后勤"],
        _ => &["初中部", "小学部"],
    };
    let mut branches = Vec::new();
    for part in parts {
        let name = format!("{}{part}党支部", school.name);
        let branch = node(
            tx,
            "organisation",
            "branch",
            &name,
            Some(general.id),
            Some(zone),
        )
        .await?;
        county.branches.push((branch.id, name));
        branches.push(branch.id);
    }
    county.organisations.push(Organisation {
        id: general.id,
        path: general.path.clone(),
        branches,
        is_general: true,
        secretary: Id::default(),
    });
    Ok(())
}

/// 29 branches of one school each, then 12 joint ones over the other 53 schools.
async fn single_and_joint(
    tx: &Tx,
    county: &mut County,
    schools: &[School],
    choice: &mut Choice,
) -> Result<(), Error> {
    let (single, rest) = schools.split_at(29);
    for (i, school) in single.iter().enumerate() {
        let zone = county.zones[i % 6].0;
        let name = format!("{}党支部", school.name);
        branch(tx, county, "branch", &name, zone, &[school], choice).await?;
    }
    // Deal the rest out in turn, so that each joint branch has primary schools, points and a nursery.
    for i in 0..12 {
        let mine: Vec<&School> = rest.iter().skip(i).step_by(12).collect();
        let zone = county.zones[i % 6].0;
        let name = format!("{}联合党支部", PLACES[29 + i]);
        branch(tx, county, "joint_branch", &name, zone, &mine, choice).await?;
    }
    Ok(())
}

async fn branch(
    tx: &Tx,
    county: &mut County,
    kind: &str,
    name: &str,
    zone: Id,
    schools: &[&School],
    choice: &mut Choice,
) -> Result<(), Error> {
    let made = node(
        tx,
        "organisation",
        kind,
        name,
        Some(county.department),
        Some(zone),
    )
    .await?;
    set_zone(tx, made.id, Some(zone), made.from_day).await?;
    for school in schools {
        let unit = unit(tx, county, school, made.id, choice).await?;
        cover_unit(tx, made.id, unit, made.from_day).await?;
    }
    county.organisations.push(Organisation {
        id: made.id,
        path: made.path.clone(),
        branches: vec![made.id],
        is_general: false,
        secretary: Id::default(),
    });
    Ok(())
}

async fn fill_members(
    tx: &Tx,
    county: &mut County,
    today: Day,
    choice: &mut Choice,
) -> Result<(), Error> {
    let branches: Vec<(usize, Id)> = county
        .organisations
        .iter()
        .enumerate()
        .flat_map(|(i, o)| o.branches.iter().map(move |b| (i, *b)))
        .collect();
    let n = branches.len();
    let mut sizes: Vec<usize> = (0..n).map(|i| MEMBERS / n - 8 + (i * 7) % 17).collect();
    let total: usize = sizes.iter().sum();
    // What rounding left over goes to (or comes from) the first ones, one each in turn.
    for i in 0..total.abs_diff(MEMBERS) {
        let slot = &mut sizes[i % n];
        *slot = if total < MEMBERS {
            *slot + 1
        } else {
            *slot - 1
        };
    }
    let mut sequence = 0;
    let mut new = Vec::new();
    for (size, (_, branch)) in sizes.iter().zip(&branches) {
        for place in 0..*size {
            new.push(one_member(tx, *branch, place, sequence, today, choice));
            sequence += 1;
        }
    }
    let ids = member::use_cases::create_members(tx, &new, "joined").await?;
    let mut start = 0;
    for (size, (organisation, branch)) in sizes.iter().zip(&branches) {
        let range = start..start + size;
        start += size;
        committee(
            tx,
            county,
            *organisation,
            *branch,
            &ids[range.clone()],
            &new[range],
            today,
        )
        .await?;
    }
    // The roster is in the order of the posts just given.
    member::use_cases::refresh_ranks(tx, &ids).await?;
    Ok(())
}

fn one_member(
    _: &Tx,
    branch: Id,
    place: usize,
    sequence: usize,
    today: Day,
    choice: &mut Choice,
) -> NewMember {
    let retired = place > 4 && choice.chance(14);
    // Two branches in three have somebody of 35 or younger.
    let age = match place {
        0 => 42 + choice.below(14) as i16,
        1..=4 => 34 + choice.below(20) as i16,
        _ if retired => 61 + choice.below(18) as i16,
        _ => 36 + choice.below(24) as i16 - if sequence.is_multiple_of(3) { 10 } else { 0 },
    };
    let birth = Day::new(
        today.year() - age,
        1 + choice.below(12) as i8,
        1 + choice.below(28) as i8,
    )
    .unwrap_or(today);
    let joined = birth.plus_months(12 * (20 + choice.below(12) as i32));
    let probationary = place > 8 && choice.chance(3);
    let joined = if probationary {
        today.plus_days(-(30 + choice.below(300) as i32))
    } else {
        joined
    };
    let male = choice.chance(46);
    NewMember {
        name: person(choice),
        sex: if male { "male" } else { "female" }.to_owned(),
        birth: Some(birth),
        stage: if probationary { "probationary" } else { "full" }.to_owned(),
        category: if retired { "retired" } else { "in_post" }.to_owned(),
        joined_on: Some(joined),
        full_on: (!probationary).then(|| joined.plus_months(12)),
        ethnic: Some("汉族".to_owned()),
        education: Some(choice.of(&["大学本科", "大学专科", "研究生"]).to_owned()),
        job: Some(
            if retired {
                "退休教师"
            } else {
                choice.of(&["教师", "班主任", "教研组长", "年级主任"])
            }
            .to_owned(),
        ),
        id_number: Some(id_number(birth, sequence, male)),
        phone: None,
        branch,
        from: joined.plus_months(6).min(today),
    }
}

/// Secretary and committee of a branch; the first branch's secretary leads its general branch too.
async fn committee(
    tx: &Tx,
    county: &mut County,
    organisation: usize,
    branch: Id,
    ids: &[Id],
    members: &[NewMember],
    today: Day,
) -> Result<(), Error> {
    let begun = Day::new(2025, 3, 1).unwrap_or(today);
    let newly = today.plus_months(-2).first_of_month();
    let posts = [
        "secretary",
        "organisation_member",
        "publicity_member",
        "discipline_member",
    ];
    let is_new = organisation % 9 == 4;
    let staffing = match organisation % 11 {
        0 => "full_time",
        1 | 2 => "teacher",
        _ => "principal",
    };
    let post = |node, kind, place: usize, from| NewPost {
        node,
        kind,
        member: Some(ids[place]),
        holder: &members[place].name,
        staffing: (kind == "secretary").then_some(staffing),
        from,
        to: None,
        term_to: Some(begun.plus_months(36)),
    };
    for (place, kind) in posts.into_iter().enumerate() {
        let from = if is_new && kind == "secretary" {
            newly
        } else {
            begun
        };
        appoint(tx, post(branch, kind, place, from)).await?;
    }
    let mut led = vec![branch];
    let own = &mut county.organisations[organisation];
    if own.is_general && own.branches.first() == Some(&branch) {
        led.push(own.id);
    }
    if is_new {
        // Who was secretary before.
        for node in &led {
            let before = post(*node, "secretary", 4, begun);
            appoint(
                tx,
                NewPost {
                    to: Some(newly.plus_days(-1)),
                    ..before
                },
            )
            .await?;
        }
    }
    if own.secretary == Id::default() {
        own.secretary = ids[0];
        if own.is_general {
            let from = if is_new { newly } else { begun };
            appoint(tx, post(own.id, "secretary", 0, from)).await?;
        }
    }
    Ok(())
}

/// 20 youth Party schools and 7 remote education sites.
async fn tags(tx: &Tx, county: &County) -> Result<(), Error> {
    let from = Day::new(2022, 9, 1).unwrap_or(tx.today());
    for organisation in county.organisations.iter().take(20) {
        tag_node(tx, organisation.id, "youth_party_school", from).await?;
    }
    for organisation in county.organisations.iter().skip(3).step_by(6).take(7) {
        tag_node(tx, organisation.id, "remote_education_site", from).await?;
    }
    Ok(())
}
