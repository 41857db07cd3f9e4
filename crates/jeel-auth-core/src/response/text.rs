//! Foreign text that goes into an error: bounded, printable, and searched for secrets.

use crate::credentials::Credentials;
use crate::token::AccessToken;
use zeroize::Zeroizing;

/// Keeps text that a server or a library sent, if it is safe to show.
///
/// An error may quote a server's error code, its `tx_id` and the host that it redirects to. A server
/// that echoes its request, or its own token, would put a secret there.
pub(crate) struct Redactor<'a> {
    client_secret: &'a str,
    /// The tokens that a server could name: the one at hand, and the one in its response.
    tokens: [&'a str; 2],
}

/// No RFC 6749 code and no UUID is longer; what is cut off is not needed to recognise the rest.
const LONGEST: usize = 64;

/// As much of a secret as is a part of it. A shorter part, in a text that is not ours, is an accident.
const WINDOW: usize = 8;

impl<'a> Redactor<'a> {
    pub(crate) fn new(credentials: &'a Credentials, token: Option<&'a AccessToken>) -> Self {
        let token = token.map_or("", AccessToken::expose_secret);
        Self { client_secret: credentials.expose_client_secret(), tokens: [token, ""] }
    }

    /// Looks for this token as well.
    pub(crate) const fn and_token(&self, token: &'a str) -> Self {
        Self { client_secret: self.client_secret, tokens: [self.tokens[0], token] }
    }

    /// As [`keep_up_to`](Self::keep_up_to) the length that codes and identifiers have.
    pub(crate) fn keep(&self, text: &str) -> Option<String> {
        self.keep_up_to(LONGEST, text)
    }

    /// The first printable ASCII characters, others as `?`; all of it redacted if eight characters
    /// in a row are also in a secret. `None` if there is nothing to keep.
    pub(crate) fn keep_up_to(&self, longest: usize, text: &str) -> Option<String> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return None;
        }
        // A part that begins in what is shown and goes on behind the cut is found too.
        let end = text.char_indices().nth(longest + WINDOW).map_or(text.len(), |(end, _)| end);
        if self.echoes_secret(text.get(..end).unwrap_or_default()) {
            return Some("[redacted]".to_owned());
        }
        let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
        Some(text.chars().take(longest).map(printable).collect())
    }

    /// The text is searched before it is cleaned, without case, for each secret as it is and as it
    /// stood in an urlencoded body.
    fn echoes_secret(&self, text: &str) -> bool {
        let windows = Windows::of(text);
        let secret = self.client_secret.as_bytes();
        let encoded = form_urlencoded::byte_serialize(secret).flat_map(str::bytes);
        windows.meet(secret.iter().copied())
            || windows.meet(encoded)
            || self.tokens.iter().any(|token| windows.meet(token.bytes()))
            || contains_short(text.as_bytes(), self.client_secret.trim().as_bytes())
    }
}

/// All windows of a text, in order. Eight bytes are one number, so a secret is compared as it passes
/// by and no copy of it is made.
struct Windows(Zeroizing<Vec<u64>>);

impl Windows {
    fn of(text: &str) -> Self {
        // With room for all, because a vector that grows leaves a copy behind.
        let mut windows = Zeroizing::new(Vec::with_capacity(text.len()));
        windows.extend(Self::numbers(text.bytes()));
        windows.sort_unstable();
        Self(windows)
    }

    /// Whether a window of the secret is among these.
    fn meet(&self, secret: impl Iterator<Item = u8>) -> bool {
        !self.0.is_empty()
            && Self::numbers(secret).any(|window| self.0.binary_search(&window).is_ok())
    }

    /// Each window in lower case.
    fn numbers(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u64> {
        let mut window = 0_u64;
        let rolling = bytes.map(move |byte| {
            window = (window << 8) | u64::from(byte.to_ascii_lowercase());
            window
        });
        rolling.skip(WINDOW - 1)
    }
}

/// Whether a secret that is shorter than a window stands in the text. There are such tokens only in
/// tests, and they would be found in many a `tx_id` by chance.
fn contains_short(text: &[u8], secret: &[u8]) -> bool {
    let is_short = (1..WINDOW).contains(&secret.len());
    is_short && text.windows(secret.len()).any(|part| part.eq_ignore_ascii_case(secret))
}

/// The host a `Location` (RFC 9110 §10.2.2) points to; `None` for a relative one.
///
/// Cut out by hand (RFC 3986 §3): a parser would copy the text, which may be an echo of the secret.
pub(super) fn location_host(value: &[u8]) -> Option<&str> {
    let (scheme, rest) = std::str::from_utf8(value).ok()?.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.find(']') {
        Some(end) => host.get(..=end)?,
        None => host.split(':').next()?,
    };
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_scheme && !host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(secret: &str) -> Credentials {
        Credentials::new("id", secret).unwrap()
    }

    fn keep(secret: &str, text: &str) -> Option<String> {
        Redactor::new(&credentials(secret), None).keep(text)
    }

    #[test]
    fn text_is_bounded_and_printable() {
        let credentials = credentials("s3cr3t");
        let redactor = Redactor::new(&credentials, None);
        assert_eq!(redactor.keep(" a\r\nb\u{1f511} "), Some("a??b?".to_owned()));
        assert_eq!(redactor.keep(&"x".repeat(1000)).unwrap().len(), 64);
        assert_eq!(redactor.keep("  "), None);
    }

    #[test]
    fn an_echoed_secret_is_redacted() {
        let redacted = Some("[redacted]".to_owned());
        assert_eq!(keep("s3cr3t", "no client s3cr3t here"), redacted);
        assert_eq!(keep("S3cr3T", "no client s3cr3t here"), redacted);
        assert_eq!(keep("s3cr3t\n", "no client s3cr3t here"), redacted);
        assert_eq!(keep("s3/cr3t", "client_secret=s3%2fcr3t"), redacted);
        let long = "k".repeat(500) + "end";
        assert_eq!(keep(&long, &format!("bad secret {long}")), redacted);
        assert_eq!(keep(&long, &long[..40]), redacted);
    }

    const LONG: &str = "q7Zx-4mN8/pK2v+T5wY9_bR3";

    #[test]
    fn any_eight_characters_of_the_secret_are_an_echo() {
        let redacted = Some("[redacted]".to_owned());
        for start in 0..=LONG.len() - 8 {
            let part = &LONG[start..start + 8];
            for part in [part.to_owned(), part.to_uppercase(), part.to_lowercase()] {
                assert_eq!(keep(LONG, &part), redacted, "{part}");
                assert_eq!(keep(LONG, &format!("bad secret {part}...")), redacted, "{part}");
            }
            let encoded: String = form_urlencoded::byte_serialize(part.as_bytes()).collect();
            assert_eq!(keep(LONG, &encoded), redacted, "{encoded}");
            let shorter = &LONG[start..start + 7];
            assert_eq!(keep(LONG, shorter).as_deref(), Some(shorter));
        }
        assert_eq!(keep(LONG, &format!("bad secret {}...", &LONG[..24])), redacted);
    }

    #[test]
    fn eight_characters_of_a_token_are_an_echo() {
        let credentials = credentials("unlike");
        let redactor = Redactor::new(&credentials, None).and_token("eyJhbGciOiJSUzI1NiJ9.e30");
        assert_eq!(redactor.keep("got bGciOiJS"), Some("[redacted]".to_owned()));
        assert_eq!(redactor.keep("got bGciOiJ"), Some("got bGciOiJ".to_owned()));
        let token = AccessToken::of_test("AbCdEfGhIjK");
        let redactor = Redactor::new(&credentials, Some(&token));
        assert_eq!(redactor.keep("x DEFGHIJK"), Some("[redacted]".to_owned()));
    }

    #[test]
    fn a_secret_behind_the_cut_does_not_count() {
        for (before, kept) in [(56, false), (63, false), (64, false), (65, true), (100, true)] {
            let text = format!("{}{LONG}", "x".repeat(before));
            let expected = if kept { &text[..64] } else { "[redacted]" };
            assert_eq!(keep(LONG, &text).as_deref(), Some(expected), "{before}");
        }
        // Characters that are not shown are still a part of the secret.
        assert_eq!(keep("p\u{e4}ssw\u{f6}rd", "p\u{e4}ssw\u{f6}rd"), Some("[redacted]".to_owned()));
    }

    #[test]
    fn a_text_without_eight_characters_has_only_short_secrets() {
        assert_eq!(keep(LONG, "q7Zx-4m"), Some("q7Zx-4m".to_owned()));
        assert_eq!(keep("abc", "xAbCx"), Some("[redacted]".to_owned()));
        assert_eq!(keep("  ", "x  x"), Some("x  x".to_owned()));
    }

    #[test]
    fn a_location_gives_its_host_only() {
        for (location, host) in [
            ("https://login.example/path?secret=x", Some("login.example")),
            ("http://u:p@evil.example:81/", Some("evil.example")),
            ("/login", None),
            ("", None),
            ("::", None),
            ("://login.example/", None),
            ("not a scheme://login.example/", None),
            ("https:///path", None),
        ] {
            assert_eq!(location_host(location.as_bytes()), host, "{location}");
        }
        assert_eq!(location_host(b"https://\xff/"), None);
    }
}
