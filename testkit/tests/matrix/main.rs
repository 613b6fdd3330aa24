//! Every route of the router's own registry, tried by every role, a stranger, a suspended and a
//! moved account and an expired session, at every relation. The expectation is the rights table and
//! the place, told once more by `testkit::matrix`; what may not be seen is answered as if it did not
//! exist, changes nothing and shows no canary.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod dump;
mod exports;
mod samples;
mod sheets;
mod world;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use samples::{Sample, Samples, plant};
use std::collections::BTreeSet;
use testkit::matrix::asked;
use testkit::{Answer, On, TestApp};
use web::{Place, Right};
use world::{Browser, Person, World, build};

/// One door tried once.
struct Try<'a> {
    method: Method,
    route: &'static str,
    right: Right,
    sample: Option<&'a Sample>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Opens,
    LeadsToSignIn,
    IsForged,
    /// As if it did not exist.
    IsNotThere,
    /// They see the thing and may not do this to it: any answer but that it was done.
    IsNotDone,
}

impl Try<'_> {
    fn changes(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }

    fn path(&self) -> String {
        let Some(sample) = self.sample else {
            return self.route.to_owned();
        };
        sample.path.clone() + self.route.strip_prefix(sample.pattern).unwrap_or_default()
    }

    /// Whether the person may see the very thing that the route does something to.
    fn is_seen(&self, app: &TestApp, person: &Person) -> bool {
        let Some(sample) = self.sample.filter(|sample| sample.pattern.contains('{')) else {
            return false;
        };
        let page = app
            .app
            .registry
            .iter()
            .find(|(method, path, _)| *method == Method::GET && *path == sample.pattern);
        page.is_some_and(|(_, path, right)| person.may(asked(path, *right), &sample.places))
    }

    fn expected(&self, app: &TestApp, person: &Person) -> Expected {
        if self.right == Right::Public {
            return Expected::Opens;
        }
        if !person.comes_in {
            return if self.changes() {
                Expected::IsForged
            } else {
                Expected::LeadsToSignIn
            };
        }
        let owner = self.sample.and_then(|sample| sample.owner);
        let opens = match owner {
            Some(owner) => Some(owner) == person.account,
            None => {
                let places: &[Place] = self.sample.map_or(&[], |sample| &sample.places);
                person.may(asked(self.route, self.right), places)
            }
        };
        match opens {
            true => Expected::Opens,
            false if owner.is_none() && self.changes() && self.is_seen(app, person) => {
                Expected::IsNotDone
            }
            false => Expected::IsNotThere,
        }
    }

    async fn send(&self, caller: &Browser, person: &Person, token: bool) -> Answer {
        let mut request = Request::builder().method(&self.method).uri(self.path());
        let mut fields: Vec<(&str, String)> = self.sample.map_or(vec![], |s| s.fields.clone());
        fields.push((
            "_key",
            format!("{}{}{}", person.name, self.method, self.path()),
        ));
        if token {
            fields.push(("_csrf", caller.csrf().to_owned()));
            request = request.header("x-csrf-token", caller.csrf());
        }
        if !self.changes() {
            return caller.ask(request, Body::empty()).await;
        }
        let body = serde_urlencoded::to_string(&fields).unwrap();
        let kind = "application/x-www-form-urlencoded";
        caller
            .ask(request.header(header::CONTENT_TYPE, kind), body.into())
            .await
    }

    fn named(&self, person: &Person) -> String {
        let places = self.sample.map(|sample| &sample.places);
        format!(
            "{} {} as {} at {places:?}",
            self.method,
            self.path(),
            person.name
        )
    }
}

/// Every route with every object it can name.
fn tries<'a>(app: &TestApp, samples: &'a Samples) -> Vec<Try<'a>> {
    let mut tries = Vec::new();
    for (method, route, right) in app.app.registry.iter() {
        let one = |sample| Try {
            method: method.clone(),
            route,
            right: *right,
            sample,
        };
        let found = samples.of(route);
        if found.is_empty() {
            tries.push(one(None));
        }
        tries.extend(found.into_iter().map(|sample| one(Some(sample))));
    }
    tries
}

/// For each object one of the same kind that does not exist; fails where a route has none.
fn absent(app: &TestApp, samples: &Samples) -> Samples {
    let mut unnamed = BTreeSet::new();
    let mut absent = Samples::default();
    for (_, route, _) in app.app.registry.iter() {
        let needs = route.matches('{').count();
        let found = samples.of(route).into_iter().next();
        match found.filter(|sample| sample.pattern.matches('{').count() == needs) {
            None if needs > 0 => {
                unnamed.insert(*route);
            }
            Some(sample) if needs > 0 => {
                let at = sample.pattern.find('{').unwrap();
                let path = format!(
                    "{}{}",
                    &sample.pattern[..at],
                    absent_key(&sample.path[at..])
                );
                absent.0.push(Sample {
                    path,
                    canary: None,
                    ..sample.clone()
                });
            }
            _ => {}
        }
    }
    assert!(
        unnamed.is_empty(),
        "add a sample of these in testkit/tests/matrix/samples.rs: {unnamed:#?}"
    );
    absent.0.sort_by_key(|sample| sample.path.clone());
    absent.0.dedup_by_key(|sample| sample.path.clone());
    absent
}

/// The key with each of its numbers replaced by one that nothing has.
fn absent_key(key: &str) -> String {
    let mut absent = String::new();
    let mut in_number = false;
    for letter in key.chars() {
        if !letter.is_ascii_digit() {
            absent.push(letter);
        } else if !in_number {
            absent.push_str(ABSENT);
        }
        in_number = letter.is_ascii_digit();
    }
    absent
}

/// An id that nothing has.
const ABSENT: &str = "9007199254740993";

/// What is wrong with the answer, if anything.
fn wrong(answer: &Answer, expected: Expected, nothing: &str, is_head: bool) -> Option<String> {
    let status = answer.status;
    let is_right = match expected {
        Expected::Opens => {
            let denied = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&status);
            let to_sign_in = answer.location.starts_with("/sign-in?next=");
            !denied && !to_sign_in && !status.is_server_error()
        }
        Expected::LeadsToSignIn => answer.location.starts_with("/sign-in?next="),
        Expected::IsForged => status == StatusCode::FORBIDDEN,
        Expected::IsNotDone => status.is_client_error() && status != StatusCode::FORBIDDEN,
        Expected::IsNotThere => {
            status == StatusCode::NOT_FOUND && (is_head || answer.text == nothing)
        }
    };
    let words: String = answer.words().chars().take(60).collect();
    (!is_right).then(|| format!("{expected:?}, got {status} {words}"))
}

/// What is inside an answer: its text, and the texts inside a packed file.
fn inside(answer: &Answer) -> String {
    let mut text = answer.text.clone();
    if answer.bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&answer.bytes)).unwrap();
        for at in 0..archive.len() {
            let mut part = String::new();
            let read = std::io::Read::read_to_string(&mut archive.by_index(at).unwrap(), &mut part);
            if read.is_ok() {
                text.push_str(&part);
            }
        }
    }
    text
}

/// The first canary in the answer that the person may not see.
fn leaked(answer: &Answer, person: &Person, samples: &Samples) -> Option<String> {
    let text = inside(answer);
    let found = samples.0.iter().filter_map(|sample| {
        let (word, right) = sample.canary.as_ref()?;
        (text.contains(word) && !sample.is_seen_by(person, *right))
            .then(|| format!("shows {word}, out of reach for {right:?}"))
    });
    found
        .take(if text.contains("canary") { 1 } else { 0 })
        .next()
}

/// Fails with all that is wrong at once, one line a kind.
fn none_wrong(problems: &[String]) {
    let kind =
        |problem: &str| -> String { problem.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let mut kinds = BTreeSet::new();
    let shown: Vec<_> = problems
        .iter()
        .filter(|p| kinds.insert(kind(p)))
        .map(String::as_str)
        .collect();
    assert!(
        problems.is_empty(),
        "{} doors are wrong:\n{}",
        problems.len(),
        shown.join("\n")
    );
}

/// What may not be done is not done; what may be seen is seen.
async fn denials_and_pages(app: &TestApp, world: &World, samples: &Samples) {
    let absent = absent(app, samples);
    let mut all = tries(app, samples);
    all.extend(
        tries(app, &absent)
            .into_iter()
            .filter(|one| one.sample.is_some()),
    );
    let mut opened = 0;
    let mut problems = Vec::new();
    for person in &world.people {
        let caller = person.call(app).await;
        let nothing = caller
            .ask(Request::get("/no-such-page"), Body::empty())
            .await
            .text;
        let before = dump::everything(app.app.store.db()).await;
        for one in &all {
            let is_absent = one
                .sample
                .is_some_and(|sample| sample.path.contains(ABSENT));
            let mut expected = one.expected(app, person);
            if is_absent && matches!(expected, Expected::Opens | Expected::IsNotDone) {
                expected = Expected::IsNotThere;
            }
            let named = one.named(person);
            if one.changes() && person.comes_in {
                let answer = one.send(&caller, person, false).await;
                let refused =
                    [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&answer.status);
                let hidden = matches!(expected, Expected::IsNotThere | Expected::IsNotDone);
                if answer.status != StatusCode::FORBIDDEN && !(refused && hidden) {
                    problems.push(format!("{named} without a token: {}", answer.status));
                }
            }
            if expected == Expected::Opens && one.changes() {
                continue;
            }
            let answer = one.send(&caller, person, true).await;
            let problem = wrong(&answer, expected, &nothing, one.method == Method::HEAD)
                .or_else(|| leaked(&answer, person, samples));
            problems.extend(problem.map(|problem| format!("{named}: {problem}")));
            opened += usize::from(expected == Expected::Opens);
        }
        let after = dump::everything(app.app.store.db()).await;
        dump::same(&before, &after, person.name);
    }
    none_wrong(&problems);
    assert!(opened > 0);
}

/// What may be done is not refused for want of a right, each person in a county of their own; what
/// an earlier deed made impossible is tried again in a fresh one.
async fn deeds(on: On) {
    let people = build(&TestApp::new(on).await).await.people;
    let mut problems = Vec::new();
    for number in 0..people.len() {
        let mut again = Vec::new();
        attempt(on, number, |_| true, &mut again).await;
        for at in again {
            let mut still = Vec::new();
            let problem = attempt(on, number, |one| one == at, &mut still).await;
            problems.extend(problem);
        }
    }
    none_wrong(&problems);
}

/// Does the deeds picked by their number; the numbers of those that went wrong, and the last words.
async fn attempt(
    on: On,
    number: usize,
    picked: impl Fn(usize) -> bool,
    failed: &mut Vec<usize>,
) -> Option<String> {
    let app = TestApp::new(on).await;
    let world = build(&app).await;
    let samples = plant(&app, &world).await;
    let person = &world.people[number];
    let mut last = None;
    for (at, one) in tries(&app, &samples).into_iter().enumerate() {
        if !picked(at) || !one.changes() || one.expected(&app, person) != Expected::Opens {
            continue;
        }
        // The deed before may have ended the session.
        let caller = person.call(&app).await;
        let answer = one.send(&caller, person, true).await;
        let problem = wrong(&answer, Expected::Opens, "", false)
            .or_else(|| leaked(&answer, person, &samples));
        if let Some(problem) = problem {
            failed.push(at);
            last = Some(format!("{}: {problem}", one.named(person)));
        }
    }
    last
}

async fn run(on: On) {
    let app = TestApp::new(on).await;
    let world = build(&app).await;
    let samples = plant(&app, &world).await;
    denials_and_pages(&app, &world, &samples).await;
}

#[tokio::test]
async fn denied_is_as_if_it_did_not_exist_sqlite() {
    run(On::Sqlite).await;
}

#[tokio::test]
async fn denied_is_as_if_it_did_not_exist_postgres() {
    if testkit::has_postgres() {
        run(On::Postgres).await;
    }
}

#[tokio::test]
async fn what_a_role_may_do_is_not_refused_sqlite() {
    deeds(On::Sqlite).await;
}

#[tokio::test]
async fn what_a_role_may_do_is_not_refused_postgres() {
    if testkit::has_postgres() {
        deeds(On::Postgres).await;
    }
}
