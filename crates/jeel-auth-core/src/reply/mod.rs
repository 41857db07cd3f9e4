//! What a reply of the token endpoint means.

mod date;
mod jwt;
mod members;
mod retry_after;
mod text;
mod token_response;

use crate::error::ReplyFacts;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::BodyEncoding;
use crate::token::BearerValue;
use std::time::Duration;
use token_response::{Malformed, TokenResponse};
use zeroize::Zeroizing;

pub(crate) use text::Redactor;
pub use token_response::MalformedReply;

/// A whole reply of the token endpoint, borrowed from whoever received it.
///
/// Of the header fields it keeps the four that matter: `tx_id`, `Date`, `Retry-After`, `Location`.
///
/// ```
/// use jeel_auth_core::Reply;
///
/// let fields = [("tx_id", b"6f1c".as_slice()), ("Retry-After", b"30".as_slice())];
/// let reply = Reply::new(429, fields, b"");
/// assert_eq!(reply.status(), 429);
/// ```
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    status: u16,
    tx_id: Option<&'a [u8]>,
    date: Option<&'a [u8]>,
    retry_after: Option<&'a [u8]>,
    location: Option<&'a [u8]>,
    body: &'a [u8],
}

impl<'a> Reply<'a> {
    /// A reply from its status code (RFC 9110 §15), its header fields in order, and its whole
    /// body. Names are compared without case; of a repeated field the first counts.
    pub fn new(
        status: u16,
        fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        body: &'a [u8],
    ) -> Self {
        let mut reply =
            Self { status, tx_id: None, date: None, retry_after: None, location: None, body };
        for (name, value) in fields {
            if let Some(slot) = reply.slot(name) {
                slot.get_or_insert(value);
            }
        }
        reply
    }

    /// The status code.
    pub const fn status(&self) -> u16 {
        self.status
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a [u8]>> {
        let slots = [
            // Jeel's own: "every reply carries a tx_id"; its support asks for it.
            ("tx_id", &mut self.tx_id),
            ("date", &mut self.date),
            ("retry-after", &mut self.retry_after),
            ("location", &mut self.location),
        ];
        slots.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, slot)| slot)
    }
}

impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What an error may need of a reply, as it came. A success never asks for it.
#[derive(Debug)]
pub(crate) struct About<'a> {
    status: u16,
    /// The OAuth `error` code or whatever text stood there.
    code: Option<Zeroizing<String>>,
    tx_id: Option<&'a str>,
    location_host: Option<&'a str>,
    /// The token in the reply.
    token: &'a str,
}

impl About<'_> {
    /// What is kept of the reply, cleaned.
    pub(crate) fn facts(&self, encoding: BodyEncoding, redact: &Redactor<'_>) -> ReplyFacts {
        let redact = redact.and_token(self.token);
        let keep = |text: Option<&str>| text.and_then(|text| redact.keep(text));
        ReplyFacts {
            encoding,
            status: self.status,
            code: keep(self.code.as_deref().map(String::as_str)),
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
    Malformed(MalformedReply),
}

/// Decides what a reply means. Depends on nothing but its arguments.
pub(crate) fn classify<'a>(reply: &Reply<'a>, now: Moment, policy: &Policy) -> (Class, About<'a>) {
    let response = TokenResponse::parse(reply.body);
    let is_redirect = matches!(reply.status, 300..=399);
    let about = About {
        status: reply.status,
        code: response.as_ref().ok().and_then(TokenResponse::error_code),
        tx_id: reply.tx_id.and_then(|value| std::str::from_utf8(value).ok()),
        location_host: reply.location.filter(|_| is_redirect).and_then(text::location_host),
        token: response.as_ref().map_or("", TokenResponse::quoted_token),
    };
    let date = reply.date.and_then(|value| date::parse(value, now.wall()));
    let code = about.code.as_deref().map(String::as_str);
    let class = match reply.status {
        200..=299 if code.is_some() => refusal(code),
        200..=299 => success(response, date, policy),
        300..=399 => Class::Redirected,
        408 => Class::Transient,
        429 => Class::RateLimited { after: retry_after(reply, date, now, policy) },
        400..=499 => refusal(code),
        503 => match retry_after(reply, date, now, policy) {
            None => Class::Transient,
            after => Class::RateLimited { after },
        },
        500..=599 => Class::Transient,
        _ => Class::Malformed(MalformedReply::Status),
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
    reply: &Reply<'_>,
    date: Option<Duration>,
    now: Moment,
    policy: &Policy,
) -> Option<Duration> {
    // A date is the server's: it is measured against the server's own where it sent one.
    let server_now = date.unwrap_or(now.wall());
    let after = retry_after::parse(reply.retry_after?, server_now)?;
    Some(after.min(policy.retry_after_ceiling))
}

#[cfg(test)]
mod tests;
