//! One HTTP response, from normal handling or from a script.

use std::time::SystemTime;

/// An HTTP response.
///
/// The emulator sends a scripted response without checks, so header values may be hostile. It adds
/// `tx_id`, `Date`, `Content-Length` and, if it closes the connection, `Connection`, unless the
/// response already has the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    dated: bool,
}

impl Response {
    /// A response with this status, without fields and body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), dated: true }
    }

    /// A response of type `application/json`. The emulator does not check the body.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::new(status).header("Content-Type", "application/json").body(body.into())
    }

    /// Appends a header field.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of the first header field with this name, ignoring case.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.body
    }

    /// Leaves out `Date`.
    pub(crate) fn undated(mut self) -> Self {
        self.dated = false;
        self
    }

    /// Adds the transaction id (D) and, unless the response is undated, the server's date.
    pub(crate) fn stamped(mut self, tx_id: &str, wall: SystemTime) -> Self {
        self.default_header("tx_id", || tx_id.to_owned());
        if self.dated {
            self.default_header("Date", || httpdate::fmt_http_date(wall));
        }
        self
    }

    /// Announces that the connection ends with this response.
    pub(crate) fn closing(mut self) -> Self {
        self.default_header("Connection", || "close".to_owned());
        self
    }

    /// The status line and the fields, without a length and without the final blank line.
    pub(crate) fn open_head(&self) -> Vec<u8> {
        let reason = http::StatusCode::from_u16(self.status).ok();
        let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or_default();
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.into_bytes()
    }

    /// The whole head, with the body's length.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = self.open_head();
        // RFC 9110 §8.6: these responses have no Content-Length.
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        let framed =
            ["content-length", "transfer-encoding"].iter().any(|n| self.field(n).is_some());
        if !bodiless && !framed {
            head.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    fn default_header(&mut self, name: &str, value: impl FnOnce() -> String) {
        if self.field(name).is_none() {
            self.headers.push((name.to_owned(), value()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scripted_field_wins_over_the_one_that_would_be_added() {
        let response = Response::new(503).header("DATE", "never").header("Content-Length", "9");
        let head = response.stamped("id", SystemTime::UNIX_EPOCH).closing().head();
        let expected = "HTTP/1.1 503 Service Unavailable\r\nDATE: never\r\nContent-Length: 9\r\n\
                        tx_id: id\r\nConnection: close\r\n\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), expected);
    }

    #[test]
    fn a_response_without_a_body_by_definition_has_no_length() {
        assert_eq!(Response::new(204).head(), b"HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(Response::new(799).head(), b"HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n");
    }
}
