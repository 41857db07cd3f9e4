//! Foreign text that goes into an error: bounded, printable, and searched for our secret.

use crate::credentials::Credentials;
use crate::token::AccessToken;
use zeroize::Zeroizing;

/// Keeps text a server sent, so far as it is safe to show.
///
/// An error may quote a server's error code, its `tx_id` and the host it redirects to. A server
/// that echoes what it was sent, or what it sent, would put a secret there.
pub(crate) struct Redactor<'a> {
    client_secret: &'a str,
    /// The tokens that a server could name: the one at hand, and the one in its response.
    tokens: [&'a str; 2],
}

/// No RFC 6749 code and no UUID is longer; what is cut off is not needed to recognise the rest.
const LONGEST: usize = 64;

/// Shorter ones are no tokens of a real server, and would be found in many a `tx_id` by chance.
const SHORTEST_TOKEN: usize = 8;

impl<'a> Redactor<'a> {
    pub(crate) fn new(credentials: &'a Credentials, token: Option<&'a AccessToken>) -> Self {
        let token = token.map_or("", AccessToken::expose_secret);
        Self { client_secret: credentials.expose_client_secret().trim(), tokens: [token, ""] }
    }

    /// Looks for this token as well.
    pub(crate) const fn and_token(&self, token: &'a str) -> Self {
        Self { client_secret: self.client_secret, tokens: [self.tokens[0], token] }
    }

    /// As [`keep_up_to`](Self::keep_up_to) the length that codes and identifiers have.
    pub(crate) fn keep(&self, text: &str) -> Option<String> {
        self.keep_up_to(LONGEST, text)
    }

    /// The first printable ASCII characters, others as `?`; all of it redacted if the secret, or
    /// its beginning, stands in it. `None` if there is nothing to keep.
    pub(crate) fn keep_up_to(&self, longest: usize, text: &str) -> Option<String> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return None;
        }
        if self.echoes_secret(text) {
            return Some("[redacted]".to_owned());
        }
        let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
        Some(text.chars().take(longest).map(printable).collect())
    }

    /// Cleaning and cutting must not turn a hidden echo into a shown one, so the text is searched as
    /// it came, in any case, for each secret as it is and as it stood in an urlencoded body.
    fn echoes_secret(&self, text: &str) -> bool {
        let text = Zeroizing::new(text.to_ascii_lowercase());
        let secret = self.client_secret.as_bytes();
        // A byte becomes three at most; collecting would leave a copy for each time it grew.
        let mut encoded = Zeroizing::new(String::with_capacity(3 * secret.len()));
        encoded.extend(form_urlencoded::byte_serialize(secret));
        let tokens = self.tokens.into_iter().filter(|token| token.len() >= SHORTEST_TOKEN);
        [self.client_secret, &encoded]
            .into_iter()
            .chain(tokens)
            .any(|secret| !secret.is_empty() && text.contains(&*beginning(secret)))
    }
}

/// So much of a secret as could be shown of it, in lower case: its beginning alone is an echo as
/// well, where the server or we cut it.
fn beginning(secret: &str) -> Zeroizing<String> {
    let end = secret.char_indices().nth(LONGEST / 2).map_or(secret.len(), |(end, _)| end);
    Zeroizing::new(secret.get(..end).unwrap_or(secret).to_ascii_lowercase())
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
