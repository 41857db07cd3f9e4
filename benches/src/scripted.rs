//! A transport without a network, to bring a source near its token's expiry and keep it there.

use crate::ours::builder;
use crate::server::token_response;
use crate::world::Failure;
use http::{HeaderMap, HeaderValue};
use jeel_auth::core::{SendFailure, State, TokenRequest};
use jeel_auth::{Blocking, BlockingTransport, BodyBuffer, HttpResponse, TokenSource};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// What becomes of the renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// It is not due yet.
    NotDue,
    /// It is sent and not answered.
    InFlight,
    /// It is answered 503, come back later.
    BackOff,
}

/// Answers the first request with a token, and the next as it was told.
#[derive(Debug)]
pub(crate) struct Scripted {
    renewal: Renewal,
    has_answered: AtomicBool,
}

/// Its last quarter, less the leeway, is near-expiry whatever was drawn for the spread.
const LIFETIME: Duration = Duration::from_secs(24);

/// A source whose token is as said, for four seconds at the least.
pub(crate) fn source(renewal: Renewal) -> Result<TokenSource<Blocking<Scripted>>, Failure> {
    let transport = Scripted { renewal, has_answered: AtomicBool::new(false) };
    let builder = builder::<Blocking<Scripted>>("http://127.0.0.1:1/oauth2/token")?;
    let source = builder.transport(transport).build()?;
    source.ready()?;
    if renewal != Renewal::NotDue {
        // Renewed a quarter of the lifetime before its end at the latest.
        std::thread::sleep(LIFETIME * 3 / 4);
        source.ready()?;
        // For the renewal to be sent, and answered.
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

/// An error where a source is no longer as it was made.
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
