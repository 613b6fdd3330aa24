//! TLS by the program: its own root certificate, files that change, the way over from plain HTTP.

use crate::running::{Running, free_port, run, said, shake, talk};
use std::path::Path;
use store::{Clock, Context};
use tokio::net::TcpStream;
use zhibu::command::Place;
use zhibu::config::{Config, Tls};
use zhibu::tls::Identity;
use zhibu::tls::authority::Authority;
use zhibu::tls::certificate::Facts;

fn config(folder: &Path, public_url: &str) -> Config {
    let file = folder.join("local.toml");
    let text =
        format!("tls = \"local\"\npublic_url = \"{public_url}\"\ncounty = \"清禾县教育系统\"\n");
    std::fs::write(&file, text).unwrap();
    let place = Place {
        data: Some(folder.join("data")),
        ..Place::default()
    };
    Config::load(Some(&file), &place, None).unwrap()
}

fn clock_at(day: &str) -> Context {
    let at = kernel::Instant::at(day.parse().unwrap(), 0);
    Context::seeded(Clock::fixed(at), 3)
}

fn server_facts(authority: &Authority) -> Facts {
    let chain = zhibu::tls::chain(&authority.server_files().cert).unwrap();
    Facts::read(&chain[0]).unwrap()
}

#[tokio::test]
async fn a_browser_that_trusts_the_root_comes_in_and_gets_a_cookie_bound_to_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), "tls = \"local\"\n").await;
    let page = server.get("/sign-in").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    let left = server.ask("POST", "/sign-out", &[], "a=b").await;
    let cookie = left.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-zhibu=") && cookie.contains("Secure"),
        "{cookie}"
    );

    let stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let root = folder.path().join("data/tls/ca.pem");
    let stream = shake(stream, &root, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    drop(stream);

    let told = said(&run(
        folder.path(),
        &["tls", "--config", &format!("zhibu-{}.toml", server.port)],
    ));
    let print = told
        .lines()
        .find_map(|line| line.trim().strip_prefix("SHA-256 指纹："))
        .unwrap();
    let trust = server
        .get("/trust")
        .await
        .body
        .replace("</code><br><code>", " ");
    assert!(
        trust.contains(&print.replace(':', " ")),
        "{print} in {trust}"
    );
    assert!(trust.contains("受信任的根证书颁发机构") && trust.contains("统信"));
    #[cfg(unix)]
    for key in ["data/tls/ca.key", "data/tls/server.key"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(key))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    assert!(server.stop().await);
}

#[tokio::test]
async fn a_browser_that_trusts_another_root_stays_out() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let foreign = Authority::of(
        &config(other.path(), "https://127.0.0.1"),
        &Context::system(Clock::System { shift_ms: 0 }).unwrap(),
    );
    foreign.unwrap().ensure().unwrap();
    let server = Running::start(folder.path(), "tls = \"local\"\n").await;
    let stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let root = other.path().join("data/tls/ca.pem");
    let refused = shake(stream, &root, &[]).await.unwrap_err();
    assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
}

#[tokio::test]
async fn plain_http_leads_over_and_hands_out_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let plain = free_port();
    let settings = format!("tls = \"local\"\nhttp_redirect = \"127.0.0.1:{plain}\"\n");
    let server = Running::start(folder.path(), &settings).await;
    let ask = async |method: &str, path: &str, body: &str| {
        let stream = TcpStream::connect(("127.0.0.1", plain)).await.unwrap();
        talk(stream, method, path, &[], body).await
    };
    let led = ask("GET", "/duties?month=3", "").await;
    assert_eq!(led.status, 308);
    assert_eq!(
        led.header("location"),
        format!("https://127.0.0.1:{}/duties?month=3", server.port)
    );
    assert!(ask("GET", "/trust", "").await.body.contains("信任根证书"));
    let root = ask("GET", "/trust/ca.crt", "").await;
    assert_eq!(root.header("content-type"), "application/x-x509-ca-cert");
    let style = ask("GET", "/assets/x/app.css", "").await;
    assert_eq!(style.status, 200, "the page is read with its style");
    assert_eq!(
        ask("POST", "/sign-in", "username=a&password=b")
            .await
            .status,
        426
    );
    assert_eq!(ask("GET", "/sign-in", "").await.status, 308);
}

#[test]
fn a_server_certificate_is_renewed_before_it_ends_under_the_same_root() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "https://10.20.30.40");
    let first = Authority::of(&config, &clock_at("2026-11-20")).unwrap();
    assert!(first.ensure().unwrap() && !first.ensure().unwrap());
    let (root, facts) = (first.root().unwrap(), server_facts(&first));
    assert!(facts.covers("10.20.30.40") && facts.covers("localhost"));
    let quiet = Authority::of(&config, &clock_at("2027-11-20")).unwrap();
    assert!(!quiet.ensure().unwrap(), "32 days are left");
    let later = Authority::of(&config, &clock_at("2027-11-25")).unwrap();
    assert!(later.ensure().unwrap());
    assert_eq!(later.root().unwrap(), root);
    assert!(server_facts(&later).to > facts.to);
}

#[test]
fn a_new_private_address_is_taken_up_and_a_foreign_name_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock_at("2026-11-20");
    let of = |url: &str| Authority::of(&config(folder.path(), url), &clock).unwrap();
    of("https://dangjian.example.cn").ensure().unwrap();
    let moved = of("https://192.168.7.7");
    assert!(moved.ensure().unwrap());
    assert!(server_facts(&moved).covers("192.168.7.7"));
    assert!(of("https://new.dangjian.example.cn").ensure().unwrap());
    let refused = of("https://mail.example.com")
        .ensure()
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("不能用于 mail.example.com") && refused.contains("重新信任"),
        "{refused}"
    );
}

#[test]
fn changed_files_are_taken_up_and_a_broken_pair_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let context = clock_at("2026-11-20");
    let made = |name: &str| {
        let at = folder.path().join(name);
        std::fs::create_dir_all(&at).unwrap();
        let authority = Authority::of(&config(&at, &format!("https://{name}")), &context).unwrap();
        authority.ensure().unwrap();
        authority.server_files()
    };
    let (one, two) = (made("10.0.0.1"), made("10.0.0.2"));
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::copy(&one.cert, &cert).unwrap();
    std::fs::copy(&one.key, &key).unwrap();
    let mut config = config(folder.path(), "https://10.0.0.1");
    config.tls = Some(Tls::Files {
        cert: cert.clone(),
        key: key.clone(),
    });
    let identity = Identity::of(&config, &context).unwrap().unwrap();
    assert!(!identity.refresh().unwrap());
    // A certificate of the other pair, its key not there yet.
    std::fs::copy(&two.cert, &cert).unwrap();
    let refused = identity.refresh().unwrap_err().to_string();
    assert!(refused.contains("不是一对"), "{refused}");
    assert!(identity.certificate().unwrap().covers("10.0.0.1"));
    std::fs::copy(&two.key, &key).unwrap();
    assert!(identity.refresh().unwrap());
    assert!(identity.certificate().unwrap().covers("10.0.0.2"));
    std::fs::write(&cert, "nothing").unwrap();
    assert!(
        identity
            .refresh()
            .unwrap_err()
            .to_string()
            .contains("没有证书")
    );
}
