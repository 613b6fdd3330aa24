//! What the commands say.

use crate::running::{Running, run, said};

#[test]
fn check_names_each_thing_and_fails_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let well = run(folder.path(), &["check"]);
    let words = said(&well);
    assert!(well.status.success(), "{words}");
    for line in [
        "✓ 监听地址：127.0.0.1:8080",
        "✓ 数据目录：",
        "磁盘空间：剩余",
        "△ 数据库：SQLite 3.",
        "✓ 数据库设置：journal_mode=wal，synchronous=full",
        "✓ 时钟：",
    ] {
        assert!(words.contains(line), "{line} in {words}");
    }
    let bad = |settings: &str| {
        std::fs::write(folder.path().join("bad.toml"), settings).unwrap();
        let output = run(folder.path(), &["check", "--config", "bad.toml"]);
        assert!(!output.status.success(), "{}", said(&output));
        said(&output)
    };
    assert!(bad("listen = \"0.0.0.0:8080\"").contains("请设置 tls = \"local\""));
    assert!(bad("tls = \"locl\"").contains("不认识：写 \"local\""));
    assert!(bad("listen = \"0.0.0.0:8443\"\ntls = \"local\"").contains("请设置 public_url"));
    assert!(bad("tls = \"local\"\npublic_url = \"http://a.cn\"").contains("应以 https:// 开头"));
    let gone = bad("tls = { cert = \"no.pem\", key = \"no.key\" }");
    assert!(gone.contains("✗ 证书：证书文件 no.pem 读不了"), "{gone}");
}

#[tokio::test]
async fn the_log_goes_to_its_file_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "log_file = \"zhibu.log\"\nlog = \"info,tower_http=debug\"\n";
    let server = Running::start(folder.path(), settings).await;
    let wrong = "username=zhouming&password=secret-typed";
    server.ask("POST", "/sign-in?next=mei", &[], wrong).await;
    assert_eq!(server.get("/readyz").await.body.trim(), "ready");
    assert!(server.stop().await);
    let text = std::fs::read_to_string(folder.path().join("zhibu.log")).unwrap();
    assert!(
        text.contains("/sign-in") && text.contains("stopping"),
        "{text}"
    );
    for kept in ["zhouming", "secret-typed", "mei"] {
        assert!(!text.contains(kept), "{kept} in {text}");
    }
}
