//! The JSON of a token response (RFC 6749 §5.1) or of an error response (§5.2).

use super::members::{MembersError, members};
use crate::secret_buffer::SecretBuffer;
use crate::token::BearerValue;
use serde_json::value::RawValue;
use std::fmt;

/// Why a success held no usable token. Never holds what the server sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MalformedResponse {
    /// The body is not one JSON object with nothing after it.
    Json,
    /// The body is HTML.
    Html,
    /// The body has a content coding (RFC 9110 §8.4), which the request did not allow.
    ContentCoding,
    /// The body is not UTF-8 (RFC 8259 §8.1).
    Charset,
    /// The body names one of our members twice.
    DuplicateMember,
    /// `access_token` is not a string of visible ASCII characters.
    Token,
    /// `token_type` is missing or is not `Bearer`.
    TokenType,
    /// `expires_in` is not a number of seconds, or leaves the token no time.
    Lifetime,
    /// The status code is outside the range of RFC 9110 §15, or not a final one.
    Status,
}

impl fmt::Display for MalformedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "its body is not one JSON object",
            Self::Html => "its body is HTML; this looks like a proxy, firewall or portal",
            Self::ContentCoding => "its body has a content coding (gzip or the like) unasked",
            Self::Charset => "its body is not UTF-8",
            Self::DuplicateMember => "its body has a member twice",
            Self::Token => "its access_token is not visible ASCII",
            Self::TokenType => "its token_type is not Bearer",
            Self::Lifetime => "its token has no readable or no remaining lifetime",
            Self::Status => "its status code is not a final one",
        })
    }
}

pub(super) type Malformed = MalformedResponse;

/// The members that matter, as they stand in the body, unread.
///
/// Raw, because a success must not fail over a member that only an error has, nor an error over
/// one that only a success has; and because reading the token here would copy it.
pub(super) struct TokenResponse<'a> {
    access_token: Option<&'a RawValue>,
    token_type: Option<&'a RawValue>,
    expires_in: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

impl<'a> TokenResponse<'a> {
    /// A leading byte order mark is skipped, as RFC 8259 §8.1 allows.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let text = std::str::from_utf8(body).map_err(|_| Malformed::Charset)?;
        let names = ["access_token", "token_type", "expires_in", "error"];
        let [access_token, token_type, expires_in, error] =
            members(text, names).map_err(|error| match error {
                MembersError::NotAnObject => Malformed::Json,
                MembersError::Duplicate => Malformed::DuplicateMember,
            })?;
        Ok(Self { access_token, token_type, expires_in, error })
    }

    /// Whether there is an `access_token`, of any form.
    pub(super) const fn has_token(&self) -> bool {
        self.access_token.is_some()
    }

    /// The text of `error`; anything but a string is no code. Wiped, because it may echo the secret.
    pub(super) fn error_code(&self) -> Option<SecretBuffer> {
        text(self.error?)
    }

    /// `access_token` as it stands in the body, without its quotes.
    pub(super) fn quoted_token(&self) -> &'a str {
        self.access_token.map_or("", |raw| raw.get().trim_matches('"'))
    }

    /// The `Authorization` value of `access_token`, written straight from the body.
    pub(super) fn bearer(&self) -> Result<BearerValue, Malformed> {
        let quoted = self.access_token.ok_or(Malformed::Token)?.get();
        BearerValue::build(quoted.len(), |value| unescape(quoted, value).is_some())
            .ok_or(Malformed::Token)
    }

    /// Compared without case (RFC 6749 §5.1).
    pub(super) fn token_type(&self) -> Result<(), Malformed> {
        let raw = self.token_type.ok_or(Malformed::TokenType)?;
        let bearer = raw.get().eq_ignore_ascii_case(r#""bearer""#)
            || text(raw).is_some_and(|name| name.eq_ignore_ascii_case(b"bearer"));
        if bearer { Ok(()) } else { Err(Malformed::TokenType) }
    }

    /// Whole seconds, a fraction cut off: a number, or a string of digits as some servers send.
    /// `None` when absent or null; what is negative is zero.
    pub(super) fn expires_in(&self) -> Result<Option<u64>, Malformed> {
        let Some(raw) = self.expires_in else { return Ok(None) };
        let raw = raw.get();
        let quoted = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let digits = quoted.unwrap_or(raw);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            // Digits that do not fit are a long time; the policy has a ceiling.
            return Ok(Some(digits.parse().unwrap_or(u64::MAX)));
        }
        match (quoted, raw.parse::<f64>()) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates"
            )]
            (None, Ok(number)) if number.is_finite() => Ok(Some(number as u64)),
            _ => Err(Malformed::Lifetime),
        }
    }
}

fn text(raw: &RawValue) -> Option<SecretBuffer> {
    let mut text = SecretBuffer::with_capacity(raw.get().len());
    unescape(raw.get(), &mut text)?;
    Some(text)
}

/// Appends a JSON string without its quotes and escapes, which makes it no longer; `None` for what is
/// no string.
///
/// serde_json would leave an unwiped copy in its scratch buffer whenever there is an escape, and
/// some servers escape every slash.
fn unescape(quoted: &str, text: &mut SecretBuffer) -> Option<()> {
    let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.append(rest.get(..at)?.as_bytes());
        let (c, after) = escaped(rest.get(at + 1..)?)?;
        text.append(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = after;
    }
    text.append(rest.as_bytes());
    Some(())
}

/// The character of one escape (RFC 8259 §7), and what follows it.
fn escaped(escape: &str) -> Option<(char, &str)> {
    let c = match escape.as_bytes().first()? {
        b'u' => return escaped_unit(escape),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        c @ (b'"' | b'\\' | b'/') => char::from(*c),
        _ => return None,
    };
    Some((c, escape.get(1..)?))
}

/// A UTF-16 unit, or two of them for one character; half a character is a replacement character.
fn escaped_unit(escape: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix('u')?.get(..4)?, 16).ok();
    let (first, after) = (unit(escape)?, escape.get(5..)?);
    let second = after.strip_prefix('\\').and_then(unit);
    let units = [first, second.unwrap_or(0)];
    match char::decode_utf16(units).next()? {
        Ok(c) if c.len_utf16() == 2 => Some((c, after.get(6..)?)),
        Ok(c) => Some((c, after)),
        Err(_) => Some((char::REPLACEMENT_CHARACTER, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<TokenResponse<'_>, Malformed> {
        TokenResponse::parse(body.as_bytes())
    }

    fn expires_in(value: &str) -> Result<Option<u64>, Malformed> {
        parse(&format!(r#"{{"expires_in":{value}}}"#)).unwrap().expires_in()
    }

    #[test]
    fn one_json_object_and_nothing_else() {
        for bad in [
            "",
            "[]",
            r#"["t","Bearer",3,null]"#,
            "null",
            "{",
            "{}x",
            "{} {}",
            "<html>",
            "\u{feff}\u{feff}{}",
        ] {
            assert_eq!(parse(bad).err(), Some(Malformed::Json), "{bad}");
        }
        for twice in
            [r#"{"access_token":"a","access_token":"b"}"#, r#"{"expires_in":1,"expires_in":1}"#]
        {
            assert_eq!(parse(twice).err(), Some(Malformed::DuplicateMember), "{twice}");
        }
        let latin1 = TokenResponse::parse(b"{\"a\":\"\xff\"}");
        assert_eq!(latin1.err(), Some(Malformed::Charset));
        for good in ["{}", " {} \n", "\u{feff}{}", r#"{"scope":1,"scope":2}"#] {
            assert!(parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
        let deep = format!(r#"{{"x":{}"#, "[".repeat(60_000));
        assert!(parse(&deep).is_err());
    }

    #[test]
    fn expires_in_is_a_number_a_float_or_a_string_of_digits() {
        for (value, seconds) in [
            ("3600", 3600),
            ("\"3600\"", 3600),
            ("3599.9", 3599),
            ("3.6e3", 3600),
            ("0", 0),
            ("0.9", 0),
            ("-5", 0),
            ("-0.0", 0),
            ("1e300", u64::MAX),
            ("99999999999999999999999", u64::MAX),
            ("\"99999999999999999999999\"", u64::MAX),
        ] {
            assert_eq!(expires_in(value), Ok(Some(seconds)), "{value}");
        }
        assert_eq!(expires_in("null"), Ok(None));
        assert_eq!(parse("{}").unwrap().expires_in(), Ok(None));
    }

    #[test]
    fn any_other_expires_in_is_unreadable() {
        for bad in ["1e999", "\"\"", "\"1h\"", "\"-1\"", "\"1.5\"", "true", "[]", "{}", "\" 1\""] {
            assert_eq!(expires_in(bad), Err(Malformed::Lifetime), "{bad}");
        }
    }

    #[test]
    fn escapes_in_a_token_are_read() {
        let token = |raw: &str| {
            let mut text = SecretBuffer::with_capacity(raw.len());
            unescape(raw, &mut text).map(|()| text.as_str().to_owned())
        };
        assert_eq!(token(r#""a\/b""#).as_deref(), Some("a/b"));
        assert_eq!(token(r#""\u002B\"\\""#).as_deref(), Some("+\"\\"));
        for (raw, read) in [
            (r#""\u00e9\n\r\t\b\f""#, "\u{e9}\n\r\t\u{8}\u{c}"),
            (r#""\ud83d\udd11!""#, "\u{1f511}!"),
            (r#""\ud83d!""#, "\u{fffd}!"),
            (r#""\udd11\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""""#, ""),
        ] {
            assert_eq!(token(raw).as_deref(), Some(read), "{raw}");
            assert!(read.len() <= raw.len());
            assert_eq!(serde_json::from_str::<String>(raw).ok().filter(|s| s != read), None);
        }
        for bad in ["1", "null", r#""\u00""#, r#""\x""#, r#"""#, ""] {
            assert_eq!(token(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_type_is_bearer_in_any_case() {
        let kind =
            |value: &str| parse(&format!(r#"{{"token_type":{value}}}"#)).unwrap().token_type();
        for good in [r#""Bearer""#, r#""bearer""#, r#""BEARER""#, r#""B\u0065arer""#] {
            assert_eq!(kind(good), Ok(()));
        }
        for bad in [r#""DPoP""#, r#""Bearer ""#, "1", r#""""#, "null"] {
            assert_eq!(kind(bad), Err(Malformed::TokenType), "{bad}");
        }
    }

    #[test]
    fn an_error_that_is_no_string_is_no_code() {
        let code = |body: &str| parse(body).unwrap().error_code();
        let known = code(r#"{"error":"invalid_client"}"#);
        assert_eq!(known.as_ref().map(SecretBuffer::as_str), Some("invalid_client"));
        for none in [r#"{"error":{"code":1}}"#, r#"{"error":null}"#, "{}", r#"{"error":3}"#] {
            assert!(code(none).is_none(), "{none}");
        }
    }

    #[test]
    fn each_reason_has_words_of_its_own() {
        use MalformedResponse::*;
        let all = [
            Json,
            Html,
            ContentCoding,
            Charset,
            DuplicateMember,
            Token,
            TokenType,
            Lifetime,
            Status,
        ];
        let words: std::collections::BTreeSet<_> = all.map(|why| why.to_string()).into();
        assert_eq!(words.len(), all.len());
        assert!(words.iter().all(|words| words.starts_with("its ")));
    }
}
