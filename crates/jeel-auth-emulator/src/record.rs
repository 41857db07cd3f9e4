//! Records of the requests that the emulator received. They hold no bodies and no credentials.

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
    /// The client that it names, if the server knows this client.
    pub client_id: Option<String>,
    /// The scope that it asks for.
    pub scope: Option<String>,
    /// Whether its credentials were read and were right. Also false if a fault kept the request
    /// from the endpoint.
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
    /// The client that its token was issued to, if this emulator issued it.
    pub client_id: Option<String>,
    /// The verdict on its token, `None` if a fault kept the request from the API.
    pub verdict: Option<Verdict>,
    /// The status of its response, `None` if a fault sent none.
    pub status: Option<u16>,
    /// The `tx_id` of its response.
    pub tx_id: String,
}

/// The protected API's verdict on an access token. All but `Accepted` lead to a 401. (D)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The token is valid.
    Accepted,
    /// The request has no bearer token.
    Missing,
    /// This emulator did not issue the token.
    Unknown,
    /// The token has expired.
    Expired,
    /// The token was revoked.
    Revoked,
    /// The token was signed with a key that was replaced since.
    BadSignature,
}

/// The header fields of a request, without credentials.
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

/// The number of all records, and the latest records.
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

/// Enough for any test, and a bound on the memory of a process that runs for long.
const RECORDS_KEPT: usize = 100_000;
