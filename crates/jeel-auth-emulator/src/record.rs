//! What the emulator remembers of the requests it saw. Bodies and credentials are not in it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::BodyEncoding;
use crate::http1::Request;

/// A request to the token endpoint.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenRequestRecord {
    /// When it had arrived, since the emulator's start.
    pub at: Duration,
    /// On which connection, counted from 1.
    pub connection: u64,
    /// Its method.
    pub method: String,
    /// Whether its URL had a query, which the token endpoint ignores.
    pub has_query: bool,
    /// Its header fields as received, with credentials replaced by `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// Its body's encoding.
    pub encoding: BodyEncoding,
    /// Whether its body was chunked instead of having a length.
    pub chunked: bool,
    /// Whether its credentials were read and were right. False too where a fault kept the request
    /// from being handled.
    pub authenticated: bool,
    /// The status of its response, `None` if a fault sent none.
    pub status: Option<u16>,
    /// The `tx_id` of its response.
    pub tx_id: String,
}

/// A request to the protected API.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResourceRequestRecord {
    /// When it had arrived, since the emulator's start.
    pub at: Duration,
    /// On which connection, counted from 1.
    pub connection: u64,
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// Its header fields as received, with credentials replaced by `[redacted]`.
    pub headers: Vec<(String, String)>,
    /// What became of its token, `None` where a fault kept the request from being handled.
    pub verdict: Option<Verdict>,
    /// The status of its response, `None` if a fault sent none.
    pub status: Option<u16>,
    /// The `tx_id` of its response.
    pub tx_id: String,
}

/// What the protected API finds of an access token. All but the first are answered with 401. (D)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It holds.
    Accepted,
    /// There is none, or not as a bearer token.
    Missing,
    /// This emulator never issued it.
    Unknown,
    /// It is past its expiry.
    Expired,
    /// It was revoked.
    Revoked,
    /// It was signed with a key that has been replaced since.
    BadSignature,
}

/// The header fields for a record.
pub(crate) fn redacted_headers(request: &Request) -> Vec<(String, String)> {
    let redact = |(name, value): &(String, String)| {
        let secret = SECRET_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field));
        let value = match value.split_once(' ') {
            _ if !secret => value.clone(),
            Some((scheme, _)) => format!("{scheme} [redacted]"),
            None => "[redacted]".to_owned(),
        };
        (name.clone(), value)
    };
    request.headers.iter().map(redact).collect()
}

const SECRET_FIELDS: [&str; 2] = ["authorization", "proxy-authorization"];

/// A count of all records, and the latest of them.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    pub(crate) total: u64,
    latest: VecDeque<T>,
}

impl<T: Clone> Journal<T> {
    pub(crate) fn push(&mut self, record: T) {
        self.total += 1;
        if self.latest.len() == RECORDS_KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(record);
    }

    pub(crate) fn to_vec(&self) -> Vec<T> {
        self.latest.iter().cloned().collect()
    }
}

impl<T> Default for Journal<T> {
    fn default() -> Self {
        Self { total: 0, latest: VecDeque::new() }
    }
}

/// Enough for any test, and an end to what a forgotten process takes.
const RECORDS_KEPT: usize = 100_000;
