//! Compares core's JSON parser for successful responses with serde's derive. Core parses by hand to
//! save dependencies and to leave no copy of a token in memory.

use jeel_auth_core::{AccessToken, ErrorKind, MalformedResponse};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Core's result for a successful response: the token or the error.
pub(crate) type CoreResult<'a> = Result<&'a AccessToken, ErrorKind>;

/// Panics if core's result for this body differs from serde's.
pub(crate) fn must_agree(body: &[u8], result: CoreResult<'_>) {
    use MalformedResponse::{Charset, ContentCoding, DuplicateMember, Html, Json};
    use MalformedResponse::{Lifetime, Token, TokenType};
    let Some(read) = read(body) else {
        let Err(ErrorKind::Malformed(why)) = result else { panic!("{result:?}") };
        let named = [Json, Html, Charset, ContentCoding, DuplicateMember].contains(&why);
        return assert!(named, "{why:?}");
    };
    if read.error.is_some_and(|error| error.get().starts_with('"')) {
        return assert!(matches!(result, Err(ErrorKind::Denied | ErrorKind::Server)));
    }
    if read.access_token.is_none() {
        return assert_eq!(result.err(), Some(ErrorKind::Denied));
    }
    let token = read.access_token.and_then(text).filter(|token| is_token(token));
    let is_bearer =
        read.token_type.and_then(text).is_some_and(|t| t.eq_ignore_ascii_case("bearer"));
    match (token, is_bearer, result) {
        (Some(token), true, Ok(issued)) => assert_eq!(issued.expose_secret(), token),
        (Some(_), true, Err(ErrorKind::Malformed(Lifetime) | ErrorKind::ExpiredOnArrival)) => {}
        (_, false, Err(ErrorKind::Malformed(TokenType))) => {}
        (None, true, Err(ErrorKind::Malformed(Token))) => {}
        (token, is_bearer, result) => panic!("{token:?} {is_bearer} {result:?}"),
    }
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    access_token: Option<&'a RawValue>,
    #[serde(borrow)]
    token_type: Option<&'a RawValue>,
    /// Present only so that a repeated member is an error.
    #[serde(borrow, rename = "expires_in")]
    _expires_in: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

fn read(body: &[u8]) -> Option<Members<'_>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // The derive also accepts an array.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_str(std::str::from_utf8(body).ok()?).ok()).flatten()
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
