//! What a response of the token endpoint means.

use super::token_response::{Malformed, TokenResponse};
use super::{MalformedResponse, Redactor, Response, date, jwt, retry_after, text};
use crate::error::ResponseFacts;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::BodyEncoding;
use crate::secret_buffer::SecretBuffer;
use crate::token::BearerValue;
use std::time::Duration;

/// What an error may need of a response, as it came. A success never asks for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    status: u16,
    /// The OAuth `error` code or whatever text stood there.
    code: Option<SecretBuffer>,
    tx_id: Option<&'a str>,
    location_host: Option<&'a str>,
    /// The token in the response.
    token: &'a str,
}

impl About<'_> {
    /// What is kept of the response, cleaned.
    pub(crate) fn facts(&self, encoding: BodyEncoding, redact: &Redactor<'_>) -> ResponseFacts {
        let redact = redact.and_token(self.token);
        let keep = |text: Option<&str>| text.and_then(|text| redact.keep(text));
        ResponseFacts {
            encoding,
            status: self.status,
            code: keep(self.code.as_ref().map(SecretBuffer::as_str)),
            tx_id: keep(self.tx_id),
            location_host: keep(self.location_host),
        }
    }
}

/// The classes of design §7; a class decides what happens next.
#[derive(Debug)]
pub(crate) enum Class {
    /// A usable token. `lifetime` is `None` when the server says it is over already, which matters
    /// only if the token is new.
    Issued { bearer: BearerValue, lifetime: Option<Duration> },
    /// A refusal that time alone does not cure.
    Denied,
    /// A redirect.
    Redirected,
    /// Come back later; after this long if it said so.
    RateLimited { after: Option<Duration> },
    /// Trouble at the server that may pass.
    Transient,
    /// A success without a usable token.
    Malformed(MalformedResponse),
}

/// Decides what a response means. Depends on nothing but its arguments.
pub(crate) fn classify<'a>(
    response: &'a Response,
    now: Moment,
    policy: &Policy,
) -> (Class, About<'a>) {
    let parsed = TokenResponse::parse(response.body());
    let is_redirect = matches!(response.status(), 300..=399);
    let about = About {
        status: response.status(),
        code: parsed.as_ref().ok().and_then(TokenResponse::error_code),
        tx_id: response.field("tx_id").and_then(|value| std::str::from_utf8(value).ok()),
        location_host: response
            .field("location")
            .filter(|_| is_redirect)
            .and_then(text::location_host),
        token: parsed.as_ref().map_or("", TokenResponse::quoted_token),
    };
    let date = response.field("date").and_then(|value| date::parse(value, now.wall()));
    let code = about.code.as_ref().map(SecretBuffer::as_str);
    let class = match response.status() {
        200..=299 if code.is_some() => refusal(code),
        200..=299 => success(parsed, date, policy),
        300..=399 => Class::Redirected,
        408 => Class::Transient,
        429 => Class::RateLimited { after: retry_after(response, date, now, policy) },
        400..=499 => refusal(code),
        503 => match retry_after(response, date, now, policy) {
            None => Class::Transient,
            after => Class::RateLimited { after },
        },
        500..=599 => Class::Transient,
        _ => Class::Malformed(MalformedResponse::Status),
    };
    (class, about)
}

/// Of the codes in use some speak of now and not of us: `temporarily_unavailable` and
/// `server_error` (RFC 6749 §4.1.2.1, sent from token endpoints too), `slow_down` (RFC 8628 §3.5).
fn refusal(code: Option<&str>) -> Class {
    match code {
        Some("temporarily_unavailable" | "server_error" | "slow_down") => Class::Transient,
        _ => Class::Denied,
    }
}

fn success(
    response: Result<TokenResponse<'_>, Malformed>,
    date: Option<Duration>,
    policy: &Policy,
) -> Class {
    let issued = response.and_then(|response| {
        response.token_type()?;
        let bearer = response.bearer()?;
        let lifetime = lifetime(response.expires_in()?, bearer.token(), date, policy);
        Ok((bearer, lifetime))
    });
    match issued {
        Ok((bearer, lifetime)) => Class::Issued { bearer, lifetime },
        Err(why) => Class::Malformed(why),
    }
}

/// The least of what `expires_in` says, what the JWT says of itself, and what the policy believes;
/// `None` when one of them says it is over.
///
/// `exp` is compared with the server's own `iat` and `Date`, never with our clock, which may be
/// wrong. An unreadable token is opaque and says nothing.
fn lifetime(
    expires_in: Option<u64>,
    token: &str,
    date: Option<Duration>,
    policy: &Policy,
) -> Option<Duration> {
    let named = expires_in.map_or(policy.default_lifetime, Duration::from_secs);
    let claimed = jwt::lifetime(token, date).unwrap_or(Duration::MAX);
    let least = named.min(claimed).min(policy.lifetime_ceiling);
    (!least.is_zero()).then_some(least)
}

fn retry_after(
    response: &Response,
    date: Option<Duration>,
    now: Moment,
    policy: &Policy,
) -> Option<Duration> {
    // A date is the server's: it is measured against the server's own where it sent one.
    let server_now = date.unwrap_or(now.wall());
    let after = retry_after::parse(response.field("retry-after")?, server_now)?;
    Some(after.min(policy.retry_after_ceiling))
}
