//! Compares the results of a run with the expectations of the scenario.

use crate::adapter::Answer;
use crate::client::WRONG_SECRET;
use crate::ledger::Ledger;
use crate::scenario::{CacheState, Condition, Counts, Failure, SeenEncoding};
use crate::server::Server;
use jeel_auth::core::{Error, ResponseFacts, State, Status};
use jeel_auth_emulator::{BodyEncoding, TokenRequestRecord};
use std::fmt::Debug;

/// A result whose error describes the difference.
pub(crate) type Verdict = Result<(), String>;

pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn equal<T: PartialEq + Debug>(what: &str, expected: T, got: T) -> Verdict {
    ensure(expected == got, || format!("{what}: expected {expected:?}, got {got:?}"))
}

impl Failure {
    pub(crate) fn describes(&self, answer: &Answer) -> Verdict {
        let error = match answer {
            Ok(_) => return Err(format!("expected {}, got a token", self.code)),
            Err(error) => error,
        };
        self.matches(error).map_err(|difference| format!("{difference}; the error: {error}"))
    }

    fn matches(&self, error: &Error) -> Verdict {
        ensure(self.code.allow(error.code()), || {
            format!("code: expected {}, got {}", self.code, error.code())
        })?;
        let (response, other) = (error.response(), error.other_response());
        named("status", self.status, response.map(|response| response.status))?;
        named("error code", self.oauth_code.as_deref(), response.and_then(code))?;
        named("other status", self.other_status, other.map(|response| response.status))?;
        named("other error code", self.other_oauth_code.as_deref(), other.and_then(code))?;
        let host = response.and_then(|response| response.location_host.as_deref());
        named("host of the redirect", self.location_host.as_deref(), host)?;
        let Some(bound) = self.retry_in_ms else { return Ok(()) };
        let retry_in = error.retry_in().and_then(|wait| u64::try_from(wait.as_millis()).ok());
        ensure(retry_in.is_some_and(|wait| bound.holds(wait)), || {
            format!("retry after: expected {bound:?} ms, got {retry_in:?}")
        })
    }
}

fn code(response: &ResponseFacts) -> Option<&str> {
    response.code.as_deref()
}

/// Accepts any value if the scenario does not name one.
fn named<T: PartialEq + Debug>(what: &str, expected: Option<T>, got: Option<T>) -> Verdict {
    if expected.is_some() { equal(what, expected, got) } else { Ok(()) }
}

/// Checks the properties of every error: it has the `tx_id` of its response, and contains no
/// secret.
pub(crate) fn is_proper(error: &Error, server: &Server, ledger: &Ledger) -> Verdict {
    let records = server.emulator().token_requests();
    for response in error.response().into_iter().chain(error.other_response()) {
        let known = records.iter().any(|record| match &response.tx_id {
            Some(tx_id) => *tx_id == record.tx_id,
            // A fault sent no response, so it has no `tx_id`.
            None => record.status.is_none(),
        });
        ensure(known, || format!("an unknown tx_id: {:?}", response.tx_id))?;
    }
    let text = format!("{error} {error:?}");
    let secret = &server.login().secret;
    let tells = text.contains(WRONG_SECRET) || text.contains(secret) || ledger.is_quoted_in(&text);
    ensure(!tells, || "the error contains a secret".to_owned())
}

impl Condition {
    pub(crate) fn holds(&self, status: &Status, server: &Server) -> bool {
        let state = match status.state {
            State::NoToken => CacheState::NoToken,
            State::Valid => CacheState::Valid,
            State::NearExpiry => CacheState::NearExpiry,
            State::Expired => CacheState::Expired,
        };
        let code = status.last_error.as_ref().map(Error::code);
        let requests = server.emulator().token_request_count();
        self.state.is_none_or(|expected| expected == state)
            && self.last_error.as_deref().is_none_or(|expected| Some(expected) == code)
            && self.token_requests.is_none_or(|least| requests >= least)
    }
}

impl Counts {
    pub(crate) fn describes(&self, server: &Server) -> Verdict {
        let emulator = server.emulator();
        for (what, bound, number) in [
            ("token requests", self.token_requests, emulator.token_request_count()),
            ("tokens issued", self.tokens_issued, emulator.tokens_issued()),
            ("connections", self.connections, emulator.connections()),
        ] {
            let holds = bound.is_none_or(|bound| bound.holds(number));
            ensure(holds, || format!("{what}: expected {bound:?}, got {number}"))?;
        }
        let records = emulator.token_requests();
        let statuses = records.iter().map(|record| record.status).collect();
        named("statuses", self.statuses.clone(), Some(statuses))?;
        named("encodings", self.encodings.clone(), Some(records.iter().map(encoding).collect()))?;
        equal("refused requests", self.refused_requests, emulator.refused_request_count())?;
        records.iter().try_for_each(is_sound)
    }
}

fn encoding(record: &TokenRequestRecord) -> SeenEncoding {
    match record.encoding {
        BodyEncoding::Multipart => SeenEncoding::Multipart,
        BodyEncoding::UrlEncoded => SeenEncoding::Urlencoded,
        _ => SeenEncoding::Other,
    }
}

/// Checks the properties of every token request. The HTTP library may add other fields.
fn is_sound(record: &TokenRequestRecord) -> Verdict {
    equal("method", "POST", &record.method)?;
    ensure(!record.has_query, || "a token request with a query".to_owned())?;
    ensure(!record.chunked, || "a token request with a chunked body".to_owned())?;
    for (name, expected) in [
        ("accept", Some("application/json")),
        ("accept-encoding", Some("identity")),
        ("authorization", None),
        ("cookie", None),
        ("expect", None),
        ("transfer-encoding", None),
    ] {
        equal(name, Vec::from_iter(expected), values(record, name))?;
    }
    for name in ["content-length", "content-type", "host", "user-agent"] {
        equal(&format!("number of {name} fields"), 1, values(record, name).len())?;
    }
    let agent = values(record, "user-agent").concat();
    ensure(agent.starts_with("jeel-auth/"), || format!("a token request by {agent}"))
}

fn values<'a>(record: &'a TokenRequestRecord, name: &str) -> Vec<&'a str> {
    let named = record.headers.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.as_str()).collect()
}
