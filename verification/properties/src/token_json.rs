//! A second opinion on the JSON of a success: what serde's derive reads of it. Core reads it by hand,
//! which saves a stack of crates, and so that no copy of a token stays behind.

use jeel_auth_core::{AccessToken, ErrorKind, MalformedResponse};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What core made of a success: a token, or nothing.
pub(crate) type Outcome<'a> = Result<&'a AccessToken, ErrorKind>;

/// Compares with what core made of a success with this body.
pub(crate) fn must_agree(body: &[u8], outcome: Outcome<'_>) {
    use MalformedResponse::{Charset, ContentCoding, DuplicateMember, Html, Json};
    use MalformedResponse::{Lifetime, Token, TokenType};
    let Some(read) = read(body) else {
        let Err(ErrorKind::Malformed(why)) = outcome else { panic!("{outcome:?}") };
        let named = [Json, Html, Charset, ContentCoding, DuplicateMember].contains(&why);
        return assert!(named, "{why:?}");
    };
    if read.error.is_some_and(|error| error.get().starts_with('"')) {
        return assert!(matches!(outcome, Err(ErrorKind::Denied | ErrorKind::Server)));
    }
    if read.access_token.is_none() {
        return assert_eq!(outcome.err(), Some(ErrorKind::Denied));
    }
    let token = read.access_token.and_then(text).filter(|token| is_token(token));
    let is_bearer =
        read.token_type.and_then(text).is_some_and(|t| t.eq_ignore_ascii_case("bearer"));
    match (token, is_bearer, outcome) {
        (Some(token), true, Ok(issued)) => assert_eq!(issued.expose_secret(), token),
        (Some(_), true, Err(ErrorKind::Malformed(Lifetime) | ErrorKind::ExpiredOnArrival)) => {}
        (_, false, Err(ErrorKind::Malformed(TokenType))) => {}
        (None, true, Err(ErrorKind::Malformed(Token))) => {}
        (token, is_bearer, outcome) => panic!("{token:?} {is_bearer} {outcome:?}"),
    }
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    access_token: Option<&'a RawValue>,
    #[serde(borrow)]
    token_type: Option<&'a RawValue>,
    /// Named so that twice is an error.
    #[serde(borrow, rename = "expires_in")]
    _expires_in: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

fn read(body: &[u8]) -> Option<Members<'_>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // The derive would take an array as well.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_str(std::str::from_utf8(body).ok()?).ok()).flatten()
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
