//! Records the requests and responses of one connection without changing its bytes.

use std::sync::{Arc, Mutex, PoisonError};

/// The encoding of a request's body, according to its `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Multipart,
    UrlEncoded,
    /// Another body or none: an API call.
    Other,
    /// No request: a connection that the server refused.
    Nothing,
}

/// A request, and the status of the server's response if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub(crate) path: String,
    pub(crate) seen: Seen,
    pub(crate) status: Option<u16>,
    /// A property that a token request must not have.
    pub(crate) flaw: Option<&'static str>,
}

/// The exchanges of all connections of a proxy, in the order of the requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<Exchange>>>);

impl Journal {
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records a connection that the server refused.
    pub(crate) fn refused(&self) {
        let path = String::new();
        self.push(Exchange { path, seen: Seen::Nothing, status: None, flaw: None });
    }

    fn push(&self, exchange: Exchange) -> usize {
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.push(exchange);
        exchanges.len() - 1
    }

    fn answered(&self, number: usize, status: u16) {
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(exchange) = exchanges.get_mut(number) {
            exchange.status = Some(status);
        }
    }
}

/// Observes one connection. Clients here never pipeline, so the first byte of a request ends the
/// response before it. The tap parses only heads and `Content-Length`.
#[derive(Debug)]
pub(crate) struct Tap {
    journal: Journal,
    head: Vec<u8>,
    /// The number of bytes left of the current request's body.
    body: usize,
    /// The number of the request whose response is expected, and the received part of its head.
    awaited: Option<(usize, Vec<u8>)>,
}

impl Tap {
    pub(crate) fn new(journal: Journal) -> Self {
        Self { journal, head: Vec::new(), body: 0, awaited: None }
    }

    /// Observes bytes from the client to the server.
    pub(crate) fn sent(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (of_body, rest) = bytes.split_at(self.body.min(bytes.len()));
            self.body -= of_body.len();
            let Some((&first, rest)) = rest.split_first() else { return };
            self.head.push(first);
            bytes = rest;
            if self.head.ends_with(END_OF_HEAD) {
                let head = std::mem::take(&mut self.head);
                let (exchange, body) = request(&head);
                self.body = body;
                self.awaited = Some((self.journal.push(exchange), Vec::new()));
            }
        }
    }

    /// Observes bytes from the server to the client.
    pub(crate) fn received(&mut self, bytes: &[u8]) {
        let Some((number, head)) = &mut self.awaited else { return };
        head.extend_from_slice(bytes);
        while let Some(length) = end_of_head(head) {
            match status(head) {
                // RFC 9110 §15.2: informational responses precede the final response.
                Some(100..=199) => drop(head.drain(..length)),
                status => {
                    status.into_iter().for_each(|status| self.journal.answered(*number, status));
                    self.awaited = None;
                    return;
                }
            }
        }
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let length = END_OF_HEAD.len();
    bytes.windows(length).position(|window| window == END_OF_HEAD).map(|at| at + length)
}

/// Parses a request's head. Returns the request and the length of its body.
fn request(head: &[u8]) -> (Exchange, usize) {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut fields);
    let readable = request.parse(head).is_ok_and(|status| status.is_complete());
    let value = |name: &str| {
        let mut fields = request.headers.iter();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(field.value).ok()
    };
    let length = value("content-length").and_then(|length| length.parse().ok());
    let content_type = value("content-type").unwrap_or_default();
    let seen = match content_type.split(';').next() {
        Some("multipart/form-data") => Seen::Multipart,
        Some("application/x-www-form-urlencoded") => Seen::UrlEncoded,
        _ => Seen::Other,
    };
    let path = request.path.unwrap_or_default().to_owned();
    let flaw = [
        (!readable, "not HTTP"),
        (request.method != Some("POST"), "not a POST"),
        (path.contains('?'), "a query"),
        (length.is_none(), "no Content-Length"),
        (value("authorization").is_some(), "an Authorization field"),
        (value("transfer-encoding").is_some(), "a Transfer-Encoding"),
    ];
    let flaw = flaw.into_iter().find_map(|(flawed, what)| flawed.then_some(what));
    (Exchange { path, seen, status: None, flaw }, length.unwrap_or(0))
}

fn status(head: &[u8]) -> Option<u16> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut fields);
    response.parse(head).ok().and(response.code)
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\
        Content-Type: multipart/form-data; boundary=b\r\n\r\na=b";
    const RESPONSE: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}";

    #[test]
    fn exchanges_do_not_depend_on_how_the_bytes_are_split() {
        for size in 1..=REQUEST.len() {
            let journal = Journal::default();
            let mut tap = Tap::new(journal.clone());
            for _ in 0..2 {
                REQUEST.chunks(size).for_each(|bytes| tap.sent(bytes));
                RESPONSE.chunks(size).for_each(|bytes| tap.received(bytes));
            }
            let exchange = Exchange {
                path: "/token".to_owned(),
                seen: Seen::Multipart,
                status: Some(401),
                flaw: None,
            };
            assert_eq!(journal.exchanges(), [exchange.clone(), exchange], "by {size} bytes");
        }
    }

    #[test]
    fn a_request_has_no_status_before_its_final_response() {
        let journal = Journal::default();
        let mut tap = Tap::new(journal.clone());
        tap.sent(REQUEST);
        tap.received(b"HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(journal.exchanges()[0].status, None);
        tap.received(RESPONSE);
        assert_eq!(journal.exchanges()[0].status, Some(401));
    }

    #[test]
    fn a_flaw_of_a_token_request_is_found() {
        for (head, flaw) in [
            ("GET /token HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "not a POST"),
            ("POST /token?a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "a query"),
            ("POST /token HTTP/1.1\r\n\r\n", "no Content-Length"),
            (
                "POST /token HTTP/1.1\r\nContent-Length: 0\r\nauthorization: Basic\r\n\r\n",
                "an Authorization field",
            ),
            ("hello\r\n\r\n", "not HTTP"),
        ] {
            assert_eq!(request(head.as_bytes()).0.flaw, Some(flaw), "{head}");
        }
    }
}
