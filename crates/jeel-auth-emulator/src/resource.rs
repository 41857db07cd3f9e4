//! The protected API: every path under `/v1/`. (D that a 401 there means an invalid or expired
//! token; G the rest of the response.)

use serde_json::json;
use uuid::Uuid;

use crate::delivery::Outgoing;
use crate::http1::Request;
use crate::record::{ResourceRequestRecord, redacted_headers};
use crate::shared::Shared;
use crate::{Response, Verdict};

pub(crate) const PREFIX: &str = "/v1/";
pub(crate) const PAYMENTS: &str = "/v1/payments";

/// Handles a request to the API, and records it before the response is sent.
pub(crate) fn respond(shared: &Shared, connection: u64, request: &Request) -> Outgoing {
    let tx_id = Uuid::new_v4().to_string();
    shared.update(|state| {
        let now = state.now();
        let fault = state.rule_fault(request).unwrap_or_else(|| state.resource_faults.next());
        let delay = fault.extra_delay();
        let client_id = bearer_token(request).and_then(|token| state.issuer.client_of(token));
        let client_id = client_id.map(str::to_owned);
        let mut verdict = None;
        let handle = || {
            let judge = |token| state.issuer.verdict(token, &state.settings, now.instant);
            let found = bearer_token(request).map_or(Verdict::Missing, judge);
            verdict = Some(found);
            handle(request, found)
        };
        let (status, delivery) =
            fault.respond(handle, |response| response.stamped(&tx_id, now.date));
        state.resource_requests.push(ResourceRequestRecord {
            at: now.instant.saturating_duration_since(shared.started),
            connection,
            method: request.method.clone(),
            path: request.path.clone(),
            headers: redacted_headers(request),
            client_id,
            verdict,
            status,
            tx_id,
        });
        Outgoing { delay, holdable: false, delivery }
    })
}

/// The response to an invalid token. (RFC 6750 §3)
pub(crate) fn invalid_token() -> Response {
    Response::json(401, r#"{"error":"invalid_token"}"#)
        .header("WWW-Authenticate", r#"Bearer error="invalid_token""#)
}

fn handle(request: &Request, verdict: Verdict) -> Response {
    match verdict {
        Verdict::Accepted if !matches!(request.method.as_str(), "GET" | "POST") => {
            Response::new(405).header("Allow", "GET, POST")
        }
        Verdict::Accepted => {
            let body = String::from_utf8_lossy(&request.body);
            let echo = json!({ "method": request.method, "path": request.path, "body": body });
            Response::json(200, echo.to_string())
        }
        // RFC 6750 §3.1: the challenge names no error if the request has no token.
        Verdict::Missing => Response::new(401).header("WWW-Authenticate", "Bearer"),
        _ => invalid_token(),
    }
}

fn bearer_token(request: &Request) -> Option<&str> {
    let (scheme, token) = request.field("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
