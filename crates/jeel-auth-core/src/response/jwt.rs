//! What a JWT (RFC 7519) says about its lifetime. Nothing is verified: the token is
//! opaque to a client, and what it says can only make the expiry earlier.

use super::members::members;
use crate::secret_buffer::SecretBuffer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;
use std::time::Duration;

/// NumericDates (RFC 7519 §2): seconds, with or without a fraction.
struct Claims {
    exp: f64,
    iat: Option<f64>,
}

/// What a token says of its lifetime, from two starts; `None` where the token is not a readable JWT
/// with an `exp`, or has no such start, or the start is not credible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) since_iat: Option<Duration>,
    pub(super) since_date: Option<Duration>,
}

/// `exp - iat` and `exp - Date`.
///
/// A start by which the token is over when it is issued is not credible: `iat` in milliseconds, an
/// `exp` of 0, the `Date` of a gateway that writes local time as GMT.
pub(super) fn lifetime(token: &str, date: Option<Duration>) -> Claimed {
    let Some(claims) = claims(token) else { return Claimed::default() };
    let since = |start: f64| Some(seconds(claims.exp - start)).filter(|left| !left.is_zero());
    Claimed {
        since_iat: claims.iat.and_then(since),
        since_date: date.and_then(|date| since(date.as_secs_f64())),
    }
}

fn claims(token: &str) -> Option<Claims> {
    let mut dots = memchr::memchr_iter(b'.', token.as_bytes());
    let (first, second) = (dots.next()?, dots.next()?);
    if dots.next().is_some() {
        return None;
    }
    let payload = token.get(first + 1..second)?;
    // The payload is part of the token, so its decoded copy is wiped, and sized to never move.
    let mut json = SecretBuffer::from(vec![0; payload.len()]);
    let length = URL_SAFE_NO_PAD.decode_slice(payload, json.as_mut_slice()).ok()?;
    let [exp, iat] =
        members(std::str::from_utf8(json.get(..length)?).ok()?, ["exp", "iat"]).ok()?;
    let iat = match iat {
        Some(iat) => Some(number(iat)?),
        None => None,
    };
    Some(Claims { exp: number(exp?)?, iat })
}

fn number(value: &RawValue) -> Option<f64> {
    value.get().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whole seconds; out of range at either end is the end.
fn seconds(difference: f64) -> Duration {
    // A float to integer `as` saturates, and takes NaN to zero.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    Duration::from_secs(difference as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    fn of(payload: &str, date: Option<u64>) -> [Option<u64>; 2] {
        let claimed = lifetime(&jwt(payload), date.map(Duration::from_secs));
        [claimed.since_iat, claimed.since_date].map(|left| left.map(|left| left.as_secs()))
    }

    #[test]
    fn both_differences_are_told() {
        assert_eq!(of(r#"{"exp":1300,"iat":1000}"#, None), [Some(300), None]);
        assert_eq!(of(r#"{"exp":1300,"iat":1000}"#, Some(1100)), [Some(300), Some(200)]);
        assert_eq!(of(r#"{"exp":1300}"#, Some(1100)), [None, Some(200)]);
        assert_eq!(of(r#"{"exp":1300.9,"iat":1000.1}"#, None), [Some(300), None]);
        assert_eq!(of(r#"{"exp":1e300,"iat":0}"#, None), [Some(u64::MAX), None]);
    }

    #[test]
    fn a_start_by_which_the_token_is_over_is_not_credible() {
        assert_eq!(of(r#"{"exp":1000,"iat":1000}"#, Some(900)), [None, Some(100)]);
        assert_eq!(of(r#"{"exp":1000,"iat":2000}"#, Some(2000)), [None, None]);
        assert_eq!(of(r#"{"exp":1000.5,"iat":1000}"#, None), [None, None]);
        assert_eq!(of(r#"{"exp":1300,"iat":1000000}"#, Some(1100)), [None, Some(200)]);
        assert_eq!(of(r#"{"exp":0,"iat":1000}"#, Some(1000)), [None, None]);
    }

    #[test]
    fn an_opaque_token_says_nothing() {
        for token in ["abc", "a.b", "a.b.c", "a.e30.c", "a.e30.c.d", "..", "a.%%%.c"] {
            assert_eq!(lifetime(token, Some(Duration::ZERO)), Claimed::default(), "{token}");
        }
        for payload in [
            r#"{"exp":"soon"}"#,
            r#"{"exp":1300,"iat":"1000"}"#,
            r#"{"exp":1e999,"iat":1e999}"#,
            r#"{"iat":1}"#,
            "[]",
            "\u{ff}",
            r#"{"exp":1300}"#,
        ] {
            assert_eq!(of(payload, None), [None, None], "{payload}");
        }
    }
}
