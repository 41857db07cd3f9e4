//! Core's events as tracing events.

use jeel_auth_core::{Cache, Event};
use tracing::{debug, info, warn};

/// Takes the cache's events, to be traced once its lock is free.
pub(crate) fn drain(cache: &mut Cache) -> Vec<Event> {
    std::iter::from_fn(|| cache.poll_event()).collect()
}

/// Traces under the target `jeel_auth`. Events hold no secrets.
pub(crate) fn trace(events: Vec<Event>) {
    for event in events {
        match event {
            Event::Requested { encoding, .. } => {
                debug!(target: "jeel_auth", %encoding, "requesting a token");
            }
            Event::Issued { lifetime, renew_in, .. } => {
                info!(target: "jeel_auth", ?lifetime, ?renew_in, "token issued");
            }
            Event::Reissued { .. } => {
                debug!(target: "jeel_auth", "the server handed the token at hand out again");
            }
            Event::TryingOtherEncoding { refused } => {
                info!(target: "jeel_auth", %refused, "trying the other body encoding");
            }
            Event::Failed { error, token_usable } => {
                let code = error.code();
                warn!(target: "jeel_auth", code, %error, token_usable, "no token");
            }
            Event::Rejected { .. } => {
                info!(target: "jeel_auth", "the API rejected the token");
            }
            Event::CredentialsReplaced => {
                info!(target: "jeel_auth", "credentials replaced");
            }
            _ => {}
        }
    }
}
