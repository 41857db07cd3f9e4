//! The token endpoint: `POST /oauth2/token`. (D)

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::delivery::Outgoing;
use crate::form::Form;
use crate::http1::Request;
use crate::issuer::{Grant, Now};
use crate::record::{TokenRequestRecord, redacted_headers};
use crate::refusal::{server_error, unsupported_grant_type};
use crate::settings::Settings;
use crate::shared::{Shared, State};
use crate::{BodyEncoding, Encodings, Response, ResponseShape};

pub(crate) const PATH: &str = "/oauth2/token";

/// Handles a token request, and records it before the response is sent.
pub(crate) async fn respond(shared: &Shared, connection: u64, request: &Request) -> Outgoing {
    let form = Form::read(request).await;
    let tx_id = Uuid::new_v4().to_string();
    shared.update(|state| {
        let now = state.now();
        let fault = state.rule_fault(request).unwrap_or_else(|| state.token_faults.next());
        let delay = state.settings.delay.saturating_add(fault.extra_delay());
        let client_id =
            form.as_ref().and_then(|form| state.settings.clients.known(&form.client_id));
        let client_id = client_id.map(str::to_owned);
        let mut authenticated = false;
        let handle = || {
            authenticated = form.as_ref().is_some_and(|form| authenticates(&state.settings, form));
            handle(state, request, form.as_ref(), now)
        };
        let (status, delivery) =
            fault.respond(handle, |response| response.stamped(&tx_id, now.date));
        state.token_requests.push(TokenRequestRecord {
            at: now.instant.saturating_duration_since(shared.started),
            connection,
            method: request.method.clone(),
            has_query: !request.query.is_empty(),
            headers: redacted_headers(request),
            encoding: BodyEncoding::of(request),
            chunked: request.chunked,
            client_id,
            scope: form.and_then(|form| form.scope).map(lossy),
            authenticated,
            status,
            tx_id,
        });
        Outgoing { delay, holdable: true, delivery }
    })
}

fn handle(state: &mut State, request: &Request, form: Option<&Form>, now: Now) -> Response {
    if request.method != "POST" {
        return Response::new(405).header("Allow", "POST");
    }
    if let Err(refusal) = state.limiter.admit(state.settings.rate_limit, now.instant, now.wall) {
        return refusal;
    }
    let settings = &state.settings;
    let readable = form.filter(|_| accepted(settings.accepts, BodyEncoding::of(request)));
    let Some(form) = readable else { return settings.unread.response() };
    if form.grant_type != b"client_credentials" {
        return unsupported_grant_type();
    }
    let client = settings.clients.known(&form.client_id);
    let Some(client) = client.filter(|_| authenticates(settings, form)) else {
        return settings.denial.response(client.is_some());
    };
    match state.issuer.grant(settings, client, now) {
        Ok(grant) => token_response(settings, &grant),
        Err(_) => server_error(),
    }
}

/// Whether both credentials are right, byte for byte. An `Authorization` field is ignored.
fn authenticates(settings: &Settings, form: &Form) -> bool {
    settings.clients.authenticates(&form.client_id, &form.client_secret)
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn accepted(accepts: Encodings, encoding: BodyEncoding) -> bool {
    match encoding {
        BodyEncoding::Multipart => accepts != Encodings::UrlEncodedOnly,
        BodyEncoding::UrlEncoded => accepts != Encodings::MultipartOnly,
        BodyEncoding::Other => false,
    }
}

fn token_response(settings: &Settings, grant: &Grant) -> Response {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("access_token", grant.access_token.as_str().into());
    add("token_type", "Bearer".into());
    add("expires_in", grant.expires_in.into());
    let scope = match settings.shape {
        ResponseShape::Plain => settings.scope.as_deref(),
        ResponseShape::Keycloak => {
            add("refresh_expires_in", 0.into());
            add("not-before-policy", 0.into());
            Some(settings.scope.as_deref().unwrap_or("email profile"))
        }
    };
    if let Some(scope) = scope {
        add("scope", scope.into());
    }
    // RFC 6749 §5.1 asks for both fields.
    let response = Response::json(200, Value::Object(body).to_string())
        .header("Cache-Control", "no-store")
        .header("Pragma", "no-cache");
    match settings.shape {
        ResponseShape::Plain => response,
        ResponseShape::Keycloak => response.undated(),
    }
}
