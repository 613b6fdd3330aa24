//! What a technician's monitor reads, and who may.

use crate::running::Running;

#[tokio::test]
async fn requests_jobs_and_state_are_told_without_names_or_ids() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), "").await;
    server.get("/organisations/9007199254740993?q=江一帆").await;
    server.get("/no-such-page-for-zhouming").await;
    // A failed sign-in is counted, so that a transaction has been timed.
    let wrong = "username=zhouming&password=secret-typed";
    server.ask("POST", "/sign-in", &[], wrong).await;
    let heard = server.get("/metrics").await;
    assert_eq!(heard.status, 200);
    for line in [
        "zhibu_build_info{version=\"",
        "zhibu_http_requests_total{method=\"GET\",route=\"/organisations/{id}\",status=\"303\"} 1",
        "route=\"none\",status=\"404\"",
        "zhibu_http_request_seconds_bucket{route=\"/healthz\",le=\"0.1\"} ",
        "zhibu_write_seconds_count",
        "zhibu_db_connections{side=\"write\",state=\"idle\"} ",
        "zhibu_audit_lag_seconds 0",
        "zhibu_sessions 0",
        "zhibu_jobs_late_seconds ",
        "zhibu_disk_free_bytes ",
    ] {
        assert!(heard.body.contains(line), "{line} in {}", heard.body);
    }
    for kept in ["9007199254740993", "zhouming", "江一帆", "127.0.0.1"] {
        assert!(!heard.body.contains(kept), "{kept}");
    }
}

#[tokio::test]
async fn who_comes_through_a_proxy_or_without_the_token_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), "").await;
    let through = [("X-Forwarded-For", "203.0.113.9")];
    assert_eq!(
        server.ask("GET", "/metrics", &through, "").await.status,
        404
    );
    let other = tempfile::tempdir().unwrap();
    let server = Running::start(other.path(), "metrics_token = \"k3y\"\n").await;
    assert_eq!(server.get("/metrics").await.status, 404);
    let wrong = [("Authorization", "Bearer k3")];
    assert_eq!(server.ask("GET", "/metrics", &wrong, "").await.status, 404);
    let right = [
        ("Authorization", "Bearer k3y"),
        ("X-Forwarded-For", "203.0.113.9"),
    ];
    assert_eq!(server.ask("GET", "/metrics", &right, "").await.status, 200);
}
