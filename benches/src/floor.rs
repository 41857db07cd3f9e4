//! The lower bounds of a cached read, to which the tables compare.

use crate::rounds::{Op, op};
use arc_swap::ArcSwap;
use http::HeaderValue;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A token without a library: its header value and its expiry.
struct CurrentToken {
    authorization: HeaderValue,
    until: Instant,
}

fn held(authorization: &HeaderValue) -> CurrentToken {
    // A copy, because a clone would share the reference count with another subject.
    let authorization = HeaderValue::from_bytes(authorization.as_bytes());
    let authorization = authorization.unwrap_or(HeaderValue::from_static(""));
    CurrentToken { authorization, until: Instant::now() + Duration::from_secs(3600) }
}

/// An `ArcSwap` guard, a clock reading and a clone of the value. It is the base of all ratios.
pub(crate) fn base(authorization: &HeaderValue) -> Op {
    let slot = ArcSwap::from_pointee(held(authorization));
    op(move || {
        let held = slot.load();
        (Instant::now() < held.until).then(|| held.authorization.clone())
    })
}

/// The same without the clone.
pub(crate) fn load_and_clock(authorization: &HeaderValue) -> Op {
    let slot = ArcSwap::from_pointee(held(authorization));
    op(move || {
        let held = slot.load();
        (Instant::now() < held.until).then(|| held.authorization.len())
    })
}

/// A clone of an `Arc`, without a clock reading.
pub(crate) fn arc_clone() -> Op {
    let shared = Arc::new(0_u64);
    op(move || Arc::clone(&shared))
}
