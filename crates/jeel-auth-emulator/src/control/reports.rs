//! The controls that report: counts, records and rules.

use std::time::Duration;

use serde_json::{Value, json};

use super::query_number;
use crate::record::{ResourceRequestRecord, TokenRequestRecord, Verdict};
use crate::shared::{Shared, State};
use crate::{BodyEncoding, RuleRecord};

pub(super) fn status(shared: &Shared) -> Value {
    shared.read(counts)
}

fn counts(state: &State) -> Value {
    json!({
        "token_requests": state.token_requests.total,
        "tokens_issued": state.issuer.issued,
        "resource_requests": state.resource_requests.total,
        "refused_requests": state.refused_requests,
        "connections": state.connections,
        "holding": state.is_holding(),
    })
}

pub(super) fn requests(shared: &Shared) -> Value {
    let (token, resource) =
        shared.read(|state| (state.token_requests.to_vec(), state.resource_requests.to_vec()));
    let token: Vec<_> = token.iter().map(token_request).collect();
    let resource: Vec<_> = resource.iter().map(resource_request).collect();
    json!({ "token": token, "resource": resource })
}

fn token_request(record: &TokenRequestRecord) -> Value {
    json!({
        "at_ms": milliseconds(record.at),
        "connection": record.connection,
        "method": record.method,
        "has_query": record.has_query,
        "headers": record.headers,
        "encoding": match record.encoding {
            BodyEncoding::Multipart => "multipart",
            BodyEncoding::UrlEncoded => "urlencoded",
            BodyEncoding::Other => "other",
        },
        "chunked": record.chunked,
        "client_id": record.client_id,
        "scope": record.scope,
        "authenticated": record.authenticated,
        "status": record.status,
        "tx_id": record.tx_id,
    })
}

fn resource_request(record: &ResourceRequestRecord) -> Value {
    let verdict = record.verdict.map(|verdict| match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Missing => "missing",
        Verdict::Unknown => "unknown",
        Verdict::Expired => "expired",
        Verdict::Revoked => "revoked",
        Verdict::BadSignature => "bad-signature",
    });
    json!({
        "at_ms": milliseconds(record.at),
        "connection": record.connection,
        "method": record.method,
        "path": record.path,
        "headers": record.headers,
        "client_id": record.client_id,
        "verdict": verdict,
        "status": record.status,
        "tx_id": record.tx_id,
    })
}

fn milliseconds(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn rules(shared: &Shared) -> Value {
    shared.read(|state| state.rules.records().iter().map(RuleRecord::to_json).collect())
}

/// Waits until the counts are reached, or until the time-out.
pub(super) async fn wait(shared: &Shared, query: &str) -> Result<Value, String> {
    let token_requests = query_number(query, "token_requests")?.unwrap_or(0);
    let resource_requests = query_number(query, "resource_requests")?.unwrap_or(0);
    let timeout = query_number(query, "timeout_ms")?.unwrap_or(10_000).min(MAX_WAIT_MS);
    let done = shared.until(|state| {
        state.token_requests.total >= token_requests
            && state.resource_requests.total >= resource_requests
    });
    let reached = tokio::time::timeout(Duration::from_millis(timeout), done).await.is_ok();
    Ok(json!({ "reached": reached, "counts": status(shared) }))
}

const MAX_WAIT_MS: u64 = 600_000;
