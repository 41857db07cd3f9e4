//! Foreign text that goes into an error: bounded, printable, and searched for our secret.

use http::Uri;

/// Keeps text a server sent, so far as it is safe to show.
///
/// An error may quote a server's error code, its `tx_id` and the host it redirects to. A server
/// that echoes what it was sent would put the secret there.
pub(crate) struct Redactor<'a> {
    secret: &'a str,
}

/// No RFC 6749 code and no UUID is longer; what is cut off is not needed to recognise the rest.
const LONGEST: usize = 64;

impl<'a> Redactor<'a> {
    pub(crate) const fn new(secret: &'a str) -> Self {
        Self { secret }
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
    /// it came, and for the part of the secret that could still be shown of it.
    fn echoes_secret(&self, text: &str) -> bool {
        let shown = self
            .secret
            .char_indices()
            .nth(LONGEST / 2)
            .map_or(self.secret, |(end, _)| self.secret.get(..end).unwrap_or(self.secret));
        text.contains(shown) || text.to_ascii_lowercase().contains(&shown.to_ascii_lowercase())
    }
}

/// The host a `Location` (RFC 9110 §10.2.2) points to; `None` for a relative one.
pub(super) fn location_host(value: &[u8]) -> Option<&str> {
    let value = std::str::from_utf8(value).ok()?;
    let uri: Uri = value.parse().ok()?;
    let authority = uri.authority()?.host();
    // Borrowed from the argument, for `uri` is gone when this returns.
    value.find(authority).and_then(|start| value.get(start..start + authority.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_printable() {
        let redactor = Redactor::new("s3cr3t");
        assert_eq!(redactor.keep(" a\r\nb\u{1f511} "), Some("a??b?".to_owned()));
        assert_eq!(redactor.keep(&"x".repeat(1000)).unwrap().len(), 64);
        assert_eq!(redactor.keep("  "), None);
    }

    #[test]
    fn an_echoed_secret_is_redacted() {
        let redacted = Some("[redacted]".to_owned());
        assert_eq!(Redactor::new("s3cr3t").keep("no client s3cr3t here"), redacted);
        assert_eq!(Redactor::new("S3cr3T").keep("no client s3cr3t here"), redacted);
        let long = "k".repeat(500) + "end";
        assert_eq!(Redactor::new(&long).keep(&format!("bad secret {long}")), redacted);
        // Its beginning alone is an echo as well, where the server cut it.
        assert_eq!(Redactor::new(&long).keep(&long[..40]), redacted);
    }

    #[test]
    fn a_location_gives_its_host_only() {
        for (location, host) in [
            ("https://login.example/path?secret=x", Some("login.example")),
            ("http://u:p@evil.example:81/", Some("evil.example")),
            ("/login", None),
            ("", None),
            ("::", None),
        ] {
            assert_eq!(location_host(location.as_bytes()), host, "{location}");
        }
        assert_eq!(location_host(b"https://\xff/"), None);
    }
}
