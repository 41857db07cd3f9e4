//! A transport without a network. It brings a source near its token's expiry and keeps it there.

use crate::ours;
use crate::server::token_response;
use crate::world::Failure;
use jeel_auth::blocking::{TokenSource, Transport};
use jeel_auth::core::{Response, SendFailure, State, TokenRequest};
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
pub(crate) fn source(renewal: Renewal) -> Result<TokenSource, Failure> {
    let transport = Scripted { renewal, has_answered: AtomicBool::new(false) };
    let source = ours::threads_at("http://127.0.0.1:1/oauth2/token", transport)?;
    source.token()?;
    if renewal != Renewal::NotDue {
        // The renewal starts no later than a quarter of the lifetime before the expiry.
        std::thread::sleep(LIFETIME * 3 / 4);
        source.token()?;
        // Time for the renewal request and its response.
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(source)
}

impl Transport for Scripted {
    fn send(&self, _: &TokenRequest) -> Result<Response, SendFailure> {
        if !self.has_answered.swap(true, Relaxed) {
            let long = if self.renewal == Renewal::NotDue { 3600 } else { LIFETIME.as_secs() };
            let json = token_response(0, Duration::from_secs(long));
            return Ok(Response::new(200, [], json.as_bytes()));
        }
        if self.renewal == Renewal::InFlight {
            std::thread::sleep(Duration::from_secs(3600));
        }
        Ok(Response::new(503, [("Retry-After", b"3600".as_slice())], b""))
    }
}

/// Returns an error if a source has left its state.
pub(crate) fn is_still(source: &TokenSource, renewal: Renewal) -> Result<(), Failure> {
    let status = source.status();
    let state = if renewal == Renewal::NotDue { State::Valid } else { State::NearExpiry };
    let in_flight = renewal == Renewal::InFlight;
    if (status.state, status.in_flight) == (state, in_flight) {
        return Ok(());
    }
    Err(format!("{renewal:?} has become {:?} while it was measured", status.state).into())
}
