//! Every endpoint of the interface, tried by a program of every person: the same rights, the same
//! places, the same silence about what lies elsewhere.

use super::{ABSENT, absent_key, dump, leaked, none_wrong};
use crate::samples::{Sample, Samples, plant};
use crate::world::{Person, build, write};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::matrix::asked;
use testkit::{Answer, On, Program, TestApp};
use web::api::Endpoint;
use web::{Place, Right, Role};

/// Endpoints whose object the body names: what becomes of it is told by their own tests.
const NAMED_IN_BODY: [&str; 4] = [
    "/api/v1/duties/review",
    "/api/v1/duties/review/undo",
    "/api/v1/grants",
    "/api/v1/records",
];

/// The page that shows the same object.
fn page_of(route: &str) -> String {
    let page = route.trim_start_matches("/api/v1");
    page.replace("/grants/{id}", "/roles/grants/{id}")
        .replace("/{id}/document", "/{id}/document.docx")
}

/// A body with everything the endpoint's own document asks for, and nothing more.
fn body_of(endpoint: &Endpoint, document: &Value) -> Value {
    let method = endpoint.route.method.as_str().to_lowercase();
    let operation = &document["paths"][endpoint.route.path][&method];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    value_of(schema, document)
}

fn value_of(schema: &Value, document: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return match reference.rsplit('/').next().unwrap() {
            "Id" => json!(ABSENT),
            "Day" => json!("2026-11-20"),
            name => value_of(&document["components"]["schemas"][name], document),
        };
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(first) = schema["oneOf"].as_array().and_then(|all| all.first()) {
        return value_of(first, document);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let names = required.iter().map(|name| name.as_str().unwrap());
            let field = |name: &str| value_of(&schema["properties"][name], document);
            Value::Object(names.map(|name| (name.to_owned(), field(name))).collect())
        }
        Some("array") => json!([format!("{ABSENT}-{ABSENT}")]),
        Some("integer") => json!(1),
        Some("boolean") => json!(false),
        Some("string")
            if schema["pattern"]
                .as_str()
                .is_some_and(|p| p.contains("zone")) =>
        {
            json!("zone")
        }
        Some("string") if schema["pattern"].is_string() => json!(ABSENT),
        Some("string") if schema["format"] == "date" => json!("2026-11-20"),
        Some("string") => json!("试一试"),
        _ => Value::Null,
    }
}

/// A program with a token for everything its person holds; one that lives only as long as theirs.
async fn program_of(app: &TestApp, person: &Person) -> Program {
    let Some(account) = person
        .account
        .filter(|_| person.name != "an expired session")
    else {
        return app.program("zb_nobody");
    };
    let roles: BTreeSet<Role> = person.holds.iter().map(|(role, _)| *role).collect();
    let roles: Vec<Role> = roles.into_iter().collect();
    app.program_of(account, &roles, false).await
}

async fn send(program: &Program, endpoint: &Endpoint, path: &str, body: &Value) -> Answer {
    let method = endpoint.route.method.clone();
    let takes_bytes = matches!(endpoint.route.path, "/api/v1/files" | "/api/v1/sheets");
    if takes_bytes && method == Method::POST {
        let path = format!("{path}?name=a.txt");
        return program
            .send(
                method,
                &path,
                None,
                "application/octet-stream",
                b"x".to_vec(),
            )
            .await;
    }
    let bytes = if body.is_null() {
        vec![]
    } else {
        serde_json::to_vec(body).unwrap()
    };
    program
        .send(method, path, None, "application/json", bytes)
        .await
}

/// What is wrong with the answer, if anything.
fn wrong(
    answer: &Answer,
    person: &Person,
    opens: bool,
    sees: bool,
    nothing: &str,
) -> Option<String> {
    let status = answer.status.as_u16();
    let is_right = match (person.comes_in, opens) {
        (false, _) => status == 401,
        (true, true) => !matches!(status, 401 | 403 | 404) && status < 500,
        (true, false) if sees => (400..500).contains(&status),
        (true, false) => status == 404 && answer.text == nothing,
    };
    (!is_right).then(|| format!("opens: {opens}, got {status} {}", answer.text))
}

/// The objects that the endpoint can name, and one of each kind that does not exist.
fn objects<'a>(endpoint: &Endpoint, samples: &'a Samples) -> Vec<(Option<&'a Sample>, String)> {
    let route = endpoint.route.path;
    if !route.contains('{') {
        return vec![(None, route.to_owned())];
    }
    let page = page_of(route);
    let mut found: Vec<(Option<&Sample>, String)> = Vec::new();
    for sample in samples.of(&page) {
        let path = sample.path.clone() + page.strip_prefix(sample.pattern).unwrap_or_default();
        let path = path
            .replace("/roles/grants/", "/grants/")
            .replace("/document.docx", "/document");
        if !path.contains('{') {
            found.push((Some(sample), format!("/api/v1{path}")));
        }
    }
    found
}

async fn run(on: On) {
    let app = TestApp::new(on).await;
    let world = build(&app).await;
    let samples = plant(&app, &world).await;
    let document = app.stranger().get("/api/v1/openapi.json").await.json();
    let mut problems = Vec::new();
    let (mut opened, mut unnamed) = (0, BTreeSet::new());
    for person in &world.people {
        let program = program_of(&app, person).await;
        let nothing = program.get("/api/v1/no-such-thing").await.text;
        write(&app, |tx| async move {
            Ok(tx
                .exec(
                    "UPDATE access_token SET used_at = $1",
                    store::params![tx.now()],
                )
                .await?)
        })
        .await;
        let before = dump::everything(app.app.store.db()).await;
        for endpoint in app.app.endpoints.iter() {
            let (route, right) = (endpoint.route.path, endpoint.route.right);
            let body = body_of(endpoint, &document);
            let changes = endpoint.route.method != Method::GET;
            let found = objects(endpoint, &samples);
            if found.is_empty() {
                unnamed.insert(route);
            }
            for (sample, path) in found {
                let places: &[Place] = sample.map_or(&[], |s| &s.places);
                let page = page_of(route);
                let may = match sample.and_then(|s| s.owner) {
                    Some(owner) => Some(owner) == person.account,
                    None => person.may(asked(&page, right), places),
                };
                let sees = sample.is_some_and(|_| {
                    person.may(Right::SeeDuties, places)
                        || person.may(Right::SeeRecords, places)
                        || person.may(Right::SeeMembers, places)
                        || person.may(Right::SeeSheets, places)
                        || person.may(Right::SeeOrganisations, places)
                });
                if may && (changes || NAMED_IN_BODY.contains(&route)) {
                    continue;
                }
                let answer = send(&program, endpoint, &path, &body).await;
                let named = format!(
                    "{} {path} as {} at {places:?}",
                    endpoint.route.method, person.name
                );
                let problem = wrong(&answer, person, may, changes && sees, &nothing)
                    .or_else(|| leaked(&answer, person, &samples));
                problems.extend(problem.map(|problem| format!("{named}: {problem}")));
                opened += usize::from(may);
                if let Some(at) = sample.and_then(|s| s.path.find(|c: char| c.is_ascii_digit())) {
                    let at = at + "/api/v1".len()
                        - if path.contains("/grants/") {
                            "/roles".len()
                        } else {
                            0
                        };
                    let absent = format!("{}{}", &path[..at], absent_key(&path[at..]));
                    let answer = send(&program, endpoint, &absent, &body).await;
                    let problem = wrong(&answer, person, false, false, &nothing);
                    problems.extend(problem.map(|p| {
                        format!("{} {absent} as {}: {p}", endpoint.route.method, person.name)
                    }));
                }
            }
        }
        let after = dump::everything(app.app.store.db()).await;
        dump::same(&before, &after, person.name);
    }
    none_wrong(&problems);
    assert!(opened > 0);
    assert!(
        unnamed.is_empty(),
        "no sample names the object of {unnamed:#?}"
    );
}

#[tokio::test]
async fn programs_reach_no_further_than_their_people_sqlite() {
    run(On::Sqlite).await;
}

#[tokio::test]
async fn programs_reach_no_further_than_their_people_postgres() {
    if testkit::has_postgres() {
        run(On::Postgres).await;
    }
}
