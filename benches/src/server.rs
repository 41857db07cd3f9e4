//! A small, fast token server that counts requests and can be slow or fail.

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

/// A server on its own thread, which runs until the process ends.
///
/// It responds to any request to any path with a token, because the peers use different requests
/// and paths.
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
    /// The time of issue of each token. The index is the number in the token.
    issued: Mutex<Vec<Instant>>,
}

impl Server {
    /// A server that responds after `delay`, and whose tokens live for `lifetime`.
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

    /// Sets whether every response is 503.
    pub(crate) fn fail(&self, is_failing: bool) {
        self.shared.is_failing.store(is_failing, Relaxed);
    }

    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Relaxed)
    }

    pub(crate) fn tokens_issued(&self) -> usize {
        self.shared.issued().len()
    }

    /// The expiry of the token in this `Authorization` value.
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

/// The length of the number at the start of a token.
const DIGITS: usize = 8;

/// A token as long as a JWT of Keycloak. It is not a JWT, because only some peers would parse it.
fn token(number: usize) -> String {
    format!("{number:0DIGITS$}-{}", "jeel".repeat(222))
}

/// The body of the response that issues this token.
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
    // Otherwise a second small write waits for the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(request, &shared));
    // A client may close its connection at any time.
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
