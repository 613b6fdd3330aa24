//! Clients that dawdle, and a server that stops.

use axum::Router;
use axum::routing::{get, post};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use zhibu::gate::{Gate, Limits};

struct Open {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    served: tokio::task::JoinHandle<()>,
}

async fn open(limits: Limits) -> Open {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", get(async || "hello"))
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_millis(400)).await;
                "slow"
            }),
        )
        .route("/read", post(async |body: String| body));
    let (stop, stopped) = watch::channel(false);
    let gate = Gate {
        listener,
        tls: None,
        limits,
    };
    let served = tokio::spawn(gate.serve(router, stopped));
    Open {
        address,
        stop,
        served,
    }
}

fn short() -> Limits {
    Limits {
        head: Duration::from_millis(300),
        body: Duration::from_millis(300),
        drain: Duration::from_secs(5),
        ..Limits::of(8)
    }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// All that comes until the end, or nothing within three seconds.
async fn until_end(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let read = stream.read_to_string(&mut text);
    let ended = tokio::time::timeout(Duration::from_secs(3), read).await;
    ended.ok().map(|_| text)
}

#[tokio::test]
async fn who_sends_half_a_head_or_nothing_is_let_go() {
    let open = open(short()).await;
    for sent in [&b"GET / HTTP/1.1\r\nHost: "[..], b"", REQUEST] {
        let mut stream = TcpStream::connect(open.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let heard = until_end(&mut stream).await;
        assert!(
            heard.is_some(),
            "still open after {:?}",
            String::from_utf8_lossy(sent)
        );
    }
}

#[tokio::test]
async fn who_stops_in_the_middle_of_a_body_is_let_go() {
    let open = open(short()).await;
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let head = b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf";
    stream.write_all(head).await.unwrap();
    let heard = until_end(&mut stream).await.unwrap();
    assert!(!heard.contains("200 OK"), "{heard}");
}

#[tokio::test]
async fn one_too_many_waits_until_another_goes() {
    let open = open(Limits {
        clients: 1,
        ..Limits::of(1)
    })
    .await;
    let mut first = TcpStream::connect(open.address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    let mut seen = [0u8; 15];
    first.read_exact(&mut seen).await.unwrap();
    assert_eq!(&seen, b"HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(open.address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(300), second.read_exact(&mut seen));
    assert!(
        early.await.is_err(),
        "the second was answered beside the first"
    );
    drop(first);
    second.read_exact(&mut seen).await.unwrap();
    assert_eq!(&seen, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_it_stops() {
    let open = open(short()).await;
    let mut stream = TcpStream::connect(open.address).await.unwrap();
    let request = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    open.stop.send_replace(true);
    let heard = until_end(&mut stream).await.unwrap();
    assert!(heard.ends_with("slow"), "{heard}");
    open.served.await.unwrap();
    assert!(TcpStream::connect(open.address).await.is_err());
}
