//! reqwest's errors as core's kinds.

use crate::proxy::Proxy;
use jeel_auth::core::{Origin, SendFailure, TransportKind};
use jeel_auth::io_failure;
use std::error::Error;
use std::fmt;
use std::io;
use std::iter::successors;

/// Says why no whole response came. The words are the root cause's: they hold no URL and nothing of
/// what was sent. `proxy` is the one that the request went through, if that is known.
pub(crate) fn failure(
    error: reqwest::Error,
    origin: &Origin,
    proxy: Option<&Proxy>,
) -> SendFailure {
    let error = error.without_url();
    if error.is_timeout() {
        let proxy = proxy.filter(|_| error.is_connect());
        return named(proxy, TransportKind::TimedOut, root(&error));
    }
    if error.is_dns() {
        return unresolved(origin, proxy);
    }
    if let Some(tls) = causes(&error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        let kind = match tls {
            rustls::Error::InvalidCertificate(_) => TransportKind::Certificate,
            _ => TransportKind::Tls,
        };
        return SendFailure::new(kind, tls);
    }
    // A builder's error is a client that refuses the URL: nothing was opened either.
    if error.is_connect() || error.is_builder() {
        no_connection(&error, proxy)
    } else {
        no_response(&error)
    }
}

fn unresolved(origin: &Origin, proxy: Option<&Proxy>) -> SendFailure {
    match proxy {
        Some(proxy) => {
            named(Some(proxy), TransportKind::Connect, format!("cannot resolve {}", proxy.host()))
        }
        None => {
            SendFailure::new(TransportKind::Resolve, format!("cannot resolve {}", origin.host()))
        }
    }
}

fn no_connection(error: &reqwest::Error, proxy: Option<&Proxy>) -> SendFailure {
    let root = root(error);
    let kind = match io_error(error).map(|io| io_failure(io).kind()) {
        Some(kind @ (TransportKind::TimedOut | TransportKind::Broken)) => kind,
        Some(_) => TransportKind::Connect,
        None if is_refusal(root) => TransportKind::Proxy,
        None => TransportKind::Connect,
    };
    named(proxy, kind, root)
}

/// Whether a proxy refused to connect. hyper's error type is not public, so its words decide.
fn is_refusal(root: &(dyn Error + 'static)) -> bool {
    let words = root.to_string();
    words == "tunnel error: unsuccessful" || words == "tunnel error: proxy authorization required"
}

fn no_response(error: &reqwest::Error) -> SendFailure {
    let root = root(error);
    if let Some(io) = io_error(error) {
        return match io.kind() {
            // hyper reports a malformed chunk so.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                SendFailure::new(TransportKind::BadResponse, root)
            }
            _ => io_failure(io),
        };
    }
    let no_http = causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse);
    let kind = match no_http || error.is_decode() {
        true => TransportKind::BadResponse,
        false => TransportKind::Broken,
    };
    SendFailure::new(kind, root)
}

fn named(proxy: Option<&Proxy>, kind: TransportKind, words: impl fmt::Display) -> SendFailure {
    match proxy {
        Some(proxy) => SendFailure::new(kind, format_args!("proxy {proxy}: {words}")),
        None => SendFailure::new(kind, words),
    }
}

fn io_error(error: &reqwest::Error) -> Option<&io::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn root(error: &reqwest::Error) -> &(dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
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
