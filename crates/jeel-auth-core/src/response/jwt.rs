//! A look at what a JWT (RFC 7519) says of its own lifetime. Nothing is verified: the token is
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

/// The lesser of `exp - iat` and `exp - Date`; zero when either is over; `None` when the token is
/// not a readable JWT with an `exp`, or has nothing to compare it with.
pub(super) fn lifetime(token: &str, date: Option<Duration>) -> Option<Duration> {
    let claims = claims(token)?;
    let starts = [claims.iat, date.map(|date| date.as_secs_f64())];
    starts.into_iter().flatten().map(|start| seconds(claims.exp - start)).min()
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
    let [exp, iat] = members(std::str::from_utf8(json.get(..length)?).ok()?, ["exp", "iat"])?;
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

    fn of(payload: &str, date: Option<u64>) -> Option<u64> {
        lifetime(&jwt(payload), date.map(Duration::from_secs)).map(|lifetime| lifetime.as_secs())
    }

    #[test]
    fn the_lesser_of_both_differences_counts() {
        assert_eq!(of(r#"{"exp":1300,"iat":1000}"#, None), Some(300));
        assert_eq!(of(r#"{"exp":1300,"iat":1000}"#, Some(1100)), Some(200));
        assert_eq!(of(r#"{"exp":1300,"iat":1100}"#, Some(1000)), Some(200));
        assert_eq!(of(r#"{"exp":1300}"#, Some(1100)), Some(200));
        assert_eq!(of(r#"{"exp":1300.9,"iat":1000.1}"#, None), Some(300));
    }

    #[test]
    fn a_token_that_is_over_by_its_own_account_has_no_time() {
        assert_eq!(of(r#"{"exp":1000,"iat":1000}"#, None), Some(0));
        assert_eq!(of(r#"{"exp":1000,"iat":2000}"#, None), Some(0));
        assert_eq!(of(r#"{"exp":1e300,"iat":0}"#, None), Some(u64::MAX));
    }

    #[test]
    fn an_opaque_token_says_nothing() {
        for token in ["abc", "a.b", "a.b.c", "a.e30.c", "a.e30.c.d", "..", "a.%%%.c"] {
            assert_eq!(lifetime(token, Some(Duration::ZERO)), None, "{token}");
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
            assert_eq!(of(payload, None), None, "{payload}");
        }
    }
}
