//! What a response of the token endpoint means.

use super::token_response::{Malformed, TokenResponse};
use super::{
    MalformedResponse, Redactor, Response, content, date, jwt, rate_limit, retry_after, text,
};
use crate::error::ResponseFacts;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::BodyEncoding;
use crate::secret_buffer::SecretBuffer;
use crate::token::BearerValue;
use std::time::Duration;

/// What a response means, and what the server asks for.
#[derive(Debug)]
pub(crate) struct Verdict<'a> {
    pub(crate) class: Class,
    /// The server asks for no request before this time has passed. It is not bounded, and it is
    /// `None` for a token.
    pub(crate) after: Option<Duration>,
    pub(crate) about: About<'a>,
}

/// The classes of responses; a class decides what happens next.
#[derive(Debug)]
pub(crate) enum Class {
    /// A usable token. `lifetime` is `None` when the server says that it is over, which matters
    /// only if the token is new. `aged_by_date` says that only the `Date` makes it this short.
    Issued { bearer: BearerValue, lifetime: Option<Duration>, aged_by_date: bool },
    /// A refusal that time alone does not cure.
    Denied,
    /// A refusal in words that are not an authorization server's.
    Blocked,
    /// A redirect.
    Redirected,
    /// The server limits the rate of requests.
    RateLimited,
    /// A failure of the server that may end by itself.
    Transient,
    /// A success without a usable token.
    Malformed(MalformedResponse),
}

/// What an error may need of a response, as it came. A success never asks for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    status: u16,
    /// The OAuth `error` code, or another text in its place.
    code: Option<SecretBuffer>,
    /// The names of the members of a refusal inside a success.
    members: Option<SecretBuffer>,
    tx_id: Option<&'a str>,
    location_host: Option<&'a str>,
    /// The token in the response.
    token: &'a str,
}

impl About<'_> {
    /// What is kept of the response to a request in this encoding, cleaned.
    pub(crate) fn facts(
        &self,
        (encoding, encoding_is_fixed): (BodyEncoding, bool),
        redact: &Redactor<'_>,
    ) -> ResponseFacts {
        let redact = redact.and_token(self.token);
        let keep = |text: Option<&str>| text.and_then(|text| redact.keep(text));
        let code = self.code.as_ref().map(SecretBuffer::as_str);
        // A code of an RFC says nothing about a secret that happens to be like it.
        let known = code.filter(|code| KNOWN_CODES.contains(code)).map(str::to_owned);
        ResponseFacts {
            encoding_is_fixed,
            code: known.or_else(|| keep(code)),
            members: keep(self.members.as_ref().map(SecretBuffer::as_str)),
            tx_id: keep(self.tx_id),
            location_host: keep(self.location_host),
            ..ResponseFacts::new(encoding, self.status)
        }
    }
}

/// The error codes of RFC 6749 §5.2 and §4.1.2.1 and of RFC 8628 §3.5 that token endpoints send.
const KNOWN_CODES: [&str; 9] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "temporarily_unavailable",
    "server_error",
    "slow_down",
];

/// Decides what a response means. Depends on nothing but its arguments.
///
/// `date_is_trusted` says whether `exp - Date` may shorten a token's lifetime.
pub(crate) fn classify<'a>(
    response: &'a Response,
    now: Moment,
    policy: &Policy,
    date_is_trusted: bool,
) -> Verdict<'a> {
    let parsed = TokenResponse::parse(response.body());
    let date = response.field("date").and_then(|value| date::parse(value, now.wall()));
    // A date is the server's: it is measured against the server's own where it sent one.
    let after = after(response, date.unwrap_or(now.wall()));
    let mut about = about(response, parsed.as_ref().ok());
    let code = about.code.as_ref().map(SecretBuffer::as_str);
    let class = match response.status() {
        200..=299 if code.is_some() => refusal(code),
        200..=299 => match parsed {
            Ok(parsed) if !parsed.has_token() => {
                about.members = Some(content::member_names(response.body()));
                Class::Denied
            }
            Ok(parsed) => token(&parsed, date.filter(|_| date_is_trusted), policy),
            Err(why) => Class::Malformed(content::reason(response, why)),
        },
        300..=399 => Class::Redirected,
        408 => Class::Transient,
        429 => Class::RateLimited,
        503 if after.is_some() => Class::RateLimited,
        403 | 404 | 405 | 407 | 421 | 451 | 511 if !content::is_json(response) => Class::Blocked,
        400..=499 if content::is_html(response) => Class::Blocked,
        400..=499 => refusal(code),
        500..=599 => Class::Transient,
        _ => Class::Malformed(MalformedResponse::Status),
    };
    Verdict { class, after, about }
}

fn about<'a>(response: &'a Response, parsed: Option<&TokenResponse<'a>>) -> About<'a> {
    let is_redirect = matches!(response.status(), 300..=399);
    let location = response.field("location").filter(|_| is_redirect);
    About {
        status: response.status(),
        code: parsed.and_then(TokenResponse::error_code),
        members: None,
        tx_id: response.field("tx_id").and_then(|value| std::str::from_utf8(value).ok()),
        location_host: location.and_then(text::location_host),
        token: parsed.map_or("", TokenResponse::quoted_token),
    }
}

/// How long the server asks to be left alone, on any status but a success (RFC 9110 §10.2.3). The
/// fields of a rate limit count only where one was met and `Retry-After` says nothing.
fn after(response: &Response, server_now: Duration) -> Option<Duration> {
    match response.status() {
        200..=299 => None,
        status => retry_after::longest(response.values("retry-after"), server_now).or_else(|| {
            (status == 429).then(|| rate_limit::reset_after(response, server_now)).flatten()
        }),
    }
}

/// Some error codes speak of the present and not of the client: `temporarily_unavailable` and
/// `server_error` (RFC 6749 §4.1.2.1, sent from token endpoints too), `slow_down` (RFC 8628 §3.5).
fn refusal(code: Option<&str>) -> Class {
    match code {
        Some("temporarily_unavailable" | "server_error" | "slow_down") => Class::Transient,
        _ => Class::Denied,
    }
}

fn token(response: &TokenResponse<'_>, date: Option<Duration>, policy: &Policy) -> Class {
    let issued = || -> Result<Class, Malformed> {
        response.token_type()?;
        let bearer = response.bearer()?;
        let (lifetime, aged_by_date) =
            lifetime(response.expires_in()?, bearer.token(), date, policy);
        Ok(Class::Issued { bearer, lifetime, aged_by_date })
    };
    issued().unwrap_or_else(Class::Malformed)
}

/// The least of what `expires_in` says, what the JWT says of itself, and what the policy believes;
/// `None` when it is over. And whether the `Date` made it less.
///
/// `exp` is compared with the server's own `iat` and `Date`, never with our clock, which may be
/// wrong. An unreadable token is opaque and says nothing.
fn lifetime(
    expires_in: Option<u64>,
    token: &str,
    date: Option<Duration>,
    policy: &Policy,
) -> (Option<Duration>, bool) {
    let named = expires_in.map_or(policy.default_lifetime, Duration::from_secs);
    let claimed = jwt::lifetime(token, date);
    let without_date =
        named.min(claimed.since_iat.unwrap_or(Duration::MAX)).min(policy.lifetime_ceiling);
    let least = without_date.min(claimed.since_date.unwrap_or(Duration::MAX));
    // `Date` has whole seconds, and the server took a moment.
    let aged_by_date = without_date - least > Duration::from_secs(1);
    ((!least.is_zero()).then_some(least), aged_by_date)
}
