//! 门口: accepts connections, with or without TLS, a bounded number at once, none of them for ever.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

/// How much and how long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue.
    pub clients: usize,
    /// To shake hands.
    pub handshake: Duration,
    /// To send a request's head, also to begin the next one.
    pub head: Duration,
    /// Between two pieces of a request's body.
    pub body: Duration,
    /// After which a connection is asked to end; what is under way is finished.
    pub age: Duration,
    /// And after which it is cut.
    pub cut: Duration,
    /// What is under way gets that long when the server stops.
    pub drain: Duration,
}

impl Limits {
    /// Fit for slow lines: 256 kbit/s carries a 64 MB upload well within the hour.
    pub fn of(clients: usize) -> Limits {
        Limits {
            clients: clients.max(1),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            age: Duration::from_secs(600),
            cut: Duration::from_secs(3600),
            drain: Duration::from_secs(20),
        }
    }
}

/// One address that is listened on.
pub struct Gate {
    /// Where.
    pub listener: TcpListener,
    /// How to shake hands; plain HTTP without.
    pub tls: Option<TlsAcceptor>,
    /// Bounds.
    pub limits: Limits,
}

impl Gate {
    /// Serves until told to stop, then lets what is under way finish within the bound.
    pub async fn serve(self, router: Router, mut stopped: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(self.limits.clients));
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                next = next => next,
                _ = stopped.wait_for(|stopped| *stopped) => break,
            };
            let (Ok(place), Ok((stream, peer))) = (place, accepted) else {
                // Out of file handles or a connection gone before it began: the next one may do.
                tracing::warn!("a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let guest = Guest {
                peer,
                router: router.clone(),
                tls: self.tls.clone(),
                limits: self.limits,
                stopped: stopped.clone(),
            };
            tokio::spawn(async move {
                metrics::gauge!("zhibu_http_connections").increment(1);
                guest.talk(stream).await;
                metrics::gauge!("zhibu_http_connections").decrement(1);
                drop(place);
            });
        }
        drop(self.listener);
        let all = u32::try_from(self.limits.clients).unwrap_or(u32::MAX);
        if tokio::time::timeout(self.limits.drain, places.acquire_many(all))
            .await
            .is_err()
        {
            tracing::warn!("some connections were cut");
        }
    }
}

/// A client that has come.
struct Guest {
    peer: SocketAddr,
    router: Router,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    stopped: watch::Receiver<bool>,
}

impl Guest {
    async fn talk(self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.answer(stream, false).await;
        };
        let hands = tokio::time::timeout(self.limits.handshake, tls.accept(stream)).await;
        // Who does not speak TLS, or does not trust the certificate, goes without a word.
        if let Ok(Ok(stream)) = hands {
            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            self.answer(stream, is_h2).await;
        }
    }

    async fn answer<S>(mut self, stream: S, is_h2: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (peer, router, between) = (self.peer, self.router, self.limits.body);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request =
                request.map(|body| Body::new(TimeoutBody::new(between, Box::pin(body))));
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let builder = builder(self.limits, is_h2);
        let mut talk = pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = talk.as_mut() => return,
            _ = self.stopped.wait_for(|stopped| *stopped) => {}
            () = tokio::time::sleep(self.limits.age) => {}
        }
        talk.as_mut().graceful_shutdown();
        let _ = tokio::time::timeout(self.limits.cut, talk).await;
    }
}

/// The protocol is settled by the handshake (or is HTTP/1.1): guessing it from the first bytes
/// would wait without a bound.
fn builder(limits: Limits, is_h2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.head)
        .keep_alive_timeout(limits.head)
        .max_concurrent_streams(64)
        .max_header_list_size(32 * 1024);
    if is_h2 {
        builder.http2_only()
    } else {
        builder.http1_only()
    }
}
