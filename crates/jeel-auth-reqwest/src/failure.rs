//! reqwest's errors as core's kinds.

use jeel_auth::core::{SendFailure, TransportKind};
use jeel_auth::io_failure;
use std::error::Error;
use std::io;
use std::iter::successors;

/// Says why no whole response came. The words are the root cause's: they hold no URL and nothing of
/// what was sent.
pub(crate) fn failure(error: reqwest::Error) -> SendFailure {
    let error = error.without_url();
    let root = causes(&error).last().unwrap_or(&error);
    if error.is_timeout() {
        return SendFailure::new(TransportKind::TimedOut, root);
    }
    if error.is_dns() {
        return SendFailure::new(TransportKind::Connect, root);
    }
    if causes(&error).any(|cause| cause.is::<rustls::Error>()) {
        return SendFailure::new(TransportKind::Tls, root);
    }
    // A builder's error is a client that refuses the URL: nothing was opened either.
    let connecting = error.is_connect() || error.is_builder();
    if let Some(io) = causes(&error).find_map(|cause| cause.downcast_ref::<io::Error>()) {
        return match io.kind() {
            // hyper reports a malformed chunk so.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if !connecting => {
                SendFailure::new(TransportKind::BadResponse, root)
            }
            // hyper reports a proxy's refusal so.
            io::ErrorKind::Other if connecting => SendFailure::new(TransportKind::Connect, root),
            _ => io_failure(io),
        };
    }
    let no_http = causes(&error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse);
    let kind = match (connecting, no_http || error.is_decode()) {
        (true, _) => TransportKind::Connect,
        (false, true) => TransportKind::BadResponse,
        (false, false) => TransportKind::Broken,
    };
    SendFailure::new(kind, root)
}

/// The chain from the error down to its root. An [`io::Error`] around another error is passed
/// through, which its `source` would skip.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(Some(error as &(dyn Error + 'static)), |error| cause(*error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inside) => Some(inside),
        None => error.source(),
    }
}
