//! A small fast token server on this machine, which counts and can be made slow or made to fail.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

/// It runs on a thread of its own until the process ends.
///
/// It answers any request to any path with a token, since each peer has its own idea of both.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    delay: Duration,
    lifetime: Duration,
    is_failing: AtomicBool,
    requests: AtomicU64,
    /// When each token was issued; its place here is the number it carries.
    issued: Mutex<Vec<Instant>>,
}

impl Server {
    /// A server that takes `delay` for an answer, and whose tokens live for `lifetime`.
    pub(crate) fn start(delay: Duration, lifetime: Duration) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            delay,
            lifetime,
            is_failing: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            issued: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || runtime.block_on(serve(listener, serving)));
        Ok(Self { address, shared })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/oauth2/token", self.address)
    }

    #[cfg(feature = "peers")]
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on every answer is 503, or no longer.
    pub(crate) fn fail(&self, is_failing: bool) {
        self.shared.is_failing.store(is_failing, Relaxed);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Relaxed)
    }

    pub(crate) fn tokens_issued(&self) -> usize {
        self.shared.issued().len()
    }

    /// When the token in this `Authorization` value is over.
    pub(crate) fn end_of(&self, authorization: &[u8]) -> Option<Instant> {
        let digits = authorization.strip_prefix(b"Bearer ")?.get(..DIGITS)?;
        let number: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some(*self.shared.issued().get(number)? + self.shared.lifetime)
    }
}

impl Shared {
    fn issued(&self) -> std::sync::MutexGuard<'_, Vec<Instant>> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issue(&self) -> String {
        let mut issued = self.issued();
        issued.push(Instant::now());
        token(issued.len() - 1)
    }
}

/// How a token begins: with its number.
const DIGITS: usize = 8;

/// As long as a JWT of Keycloak's is, but not one: some peers would read it, and some not.
fn token(number: usize) -> String {
    format!("{number:0DIGITS$}-{}", "jeel".repeat(222))
}

/// What a server says that issues this token.
pub(crate) fn token_response(number: usize, lifetime: Duration) -> String {
    response(&token(number), lifetime)
}

fn response(token: &str, lifetime: Duration) -> String {
    let seconds = lifetime.as_secs();
    format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds}}}"#)
}

async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&shared)));
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it a second small write waits for the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(request, &shared));
    // A client may close its connection as it likes.
    let serving = hyper::server::conn::http1::Builder::new();
    let _ = serving.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: Request<Incoming>,
    shared: &Shared,
) -> Result<Response<Full<Bytes>>, Infallible> {
    shared.requests.fetch_add(1, Relaxed);
    let _ = request.into_body().collect().await;
    tokio::time::sleep(shared.delay).await;
    let (status, body) = match shared.is_failing.load(Relaxed) {
        true => (503, String::new()),
        false => (200, response(&shared.issue(), shared.lifetime)),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    Ok(response)
}
