//! Multipart bodies of the HTTP libraries.

use crate::ours::{CLIENT_ID, CLIENT_SECRET};
use crate::rounds::{Op, op};
use crate::world::poll_once;
use http_body_util::BodyExt;
use std::io::Read;
use std::task::Poll;

/// Three fields as bytes in memory.
pub(crate) fn multipart() -> [(&'static str, Op); 2] {
    [("ureq", op(by_ureq)), ("reqwest", op(by_reqwest))]
}

fn by_ureq() -> Option<Vec<u8>> {
    let mut form = ureq::unversioned::multipart::Form::new()
        .text("client_id", CLIENT_ID)
        .text("client_secret", CLIENT_SECRET)
        .text("grant_type", "client_credentials");
    let mut bytes = Vec::new();
    form.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn by_reqwest() -> Option<bytes::Bytes> {
    let form = reqwest::multipart::Form::new()
        .text("client_id", CLIENT_ID)
        .text("client_secret", CLIENT_SECRET)
        .text("grant_type", "client_credentials");
    let body = reqwest::Body::wrap_stream(form.into_stream());
    let Poll::Ready(body) = poll_once(body.collect()) else { return None };
    Some(body.ok()?.to_bytes())
}
