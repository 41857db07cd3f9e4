//! Calls that get no token because they go to another origin than the API's, as tracing events.

use reqwest::Url;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use tracing::{debug, warn};

/// The origins of which an event has spoken. A client has one API origin, so that each stands for a
/// pair.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    told: Mutex<BTreeSet<String>>,
}

/// The most origins that are remembered. Calls to further ones are not traced.
const MOST: usize = 64;

impl Elsewhere {
    /// Traces a call to another origin, the first time. No lock is held while a subscriber runs.
    pub(crate) fn note(&self, url: &Url, api: &Url) {
        let origin = url.origin().ascii_serialization();
        if !self.is_new(&origin) {
            return;
        }
        let api_origin = api.origin().ascii_serialization();
        if is_same_but_for_loopback_name(url, api) {
            warn!(
                target: "jeel_auth",
                origin,
                api_origin,
                "a call to this machine under another name than the API's origin gets no token"
            );
        } else {
            debug!(target: "jeel_auth", origin, api_origin, "a call to another origin gets no token");
        }
    }

    fn is_new(&self, origin: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < MOST && !told.contains(origin) && told.insert(origin.to_owned())
    }
}

/// Whether the two differ only in `localhost` against `127.0.0.1` or `[::1]`.
fn is_same_but_for_loopback_name(one: &Url, other: &Url) -> bool {
    let is_loopback =
        |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    one.scheme() == other.scheme()
        && one.port_or_known_default() == other.port_or_known_default()
        && is_loopback(one)
        && is_loopback(other)
}
