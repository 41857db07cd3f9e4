//! A transport without a network. It brings a source near its token's expiry and keeps it there.

use crate::ours::builder;
use crate::server::token_response;
use crate::world::Failure;
use http::{HeaderMap, HeaderValue};
use jeel_auth::core::{SendFailure, State, TokenRequest};
use jeel_auth::{Blocking, BlockingTransport, BodyBuffer, HttpResponse, TokenSource};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// The state of the renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// It is not due yet.
    NotDue,
    /// The request is in flight.
    InFlight,
    /// The response was 503 with a time to retry.
    BackOff,
}

/// Responds to the first request with a token, and to later ones as configured.
#[derive(Debug)]
pub(crate) struct Scripted {
    renewal: Renewal,
    has_answered: AtomicBool,
}

/// In the last quarter, minus the leeway, the token is near its expiry for any spread.
const LIFETIME: Duration = Duration::from_secs(24);

/// A source in this state. It stays there for at least four seconds.
pub(crate) fn source(renewal: Renewal) -> Result<TokenSource<Blocking<Scripted>>, Failure> {
    let transport = Scripted { renewal, has_answered: AtomicBool::new(false) };
    let builder = builder::<Blocking<Scripted>>("http://127.0.0.1:1/oauth2/token")?;
    let source = builder.transport(transport).build()?;
    source.ready()?;
    if renewal != Renewal::NotDue {
        // The renewal starts no later than a quarter of the lifetime before the expiry.
        std::thread::sleep(LIFETIME * 3 / 4);
        source.ready()?;
        // Time for the renewal request and its response.
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(source)
}

impl BlockingTransport for Scripted {
    type Received = HttpResponse;

    fn with_defaults() -> Result<Self, String> {
        Err("it needs a script".to_owned())
    }

    fn send(&self, request: &TokenRequest) -> Result<HttpResponse, SendFailure> {
        let mut body = BodyBuffer::new(request);
        if !self.has_answered.swap(true, Relaxed) {
            let long = if self.renewal == Renewal::NotDue { 3600 } else { LIFETIME.as_secs() };
            body.push(token_response(0, Duration::from_secs(long)).as_bytes())?;
            return HttpResponse::new(200, HeaderMap::new(), body);
        }
        if self.renewal == Renewal::InFlight {
            std::thread::sleep(Duration::from_secs(3600));
        }
        let later = HeaderMap::from_iter([(http::header::RETRY_AFTER, HeaderValue::from(3600))]);
        HttpResponse::new(503, later, body)
    }
}

/// Returns an error if a source has left its state.
pub(crate) fn is_still(
    source: &TokenSource<Blocking<Scripted>>,
    renewal: Renewal,
) -> Result<(), Failure> {
    let status = source.status();
    let state = if renewal == Renewal::NotDue { State::Valid } else { State::NearExpiry };
    let in_flight = renewal == Renewal::InFlight;
    if (status.state, status.in_flight) == (state, in_flight) {
        return Ok(());
    }
    Err(format!("{renewal:?} has become {:?} while it was measured", status.state).into())
}
