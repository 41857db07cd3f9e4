//! A request, and a parser for its head.

use super::ReadError;

/// A request that was read completely.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Without the question mark. Empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) keep_alive: bool,
    pub(crate) chunked: bool,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The value of the first header field with this name, ignoring case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields(name).next()
    }

    fn fields<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    fn field_has(&self, name: &str, token: &str) -> bool {
        let mut tokens = self.fields(name).flat_map(|value| value.split(','));
        tokens.any(|candidate| candidate.trim().eq_ignore_ascii_case(token))
    }

    /// Whether the client waits for 100 Continue before it sends the body. (RFC 9110 §10.1.1)
    pub(crate) fn expects_continue(&self) -> bool {
        self.field_has("expect", "100-continue")
    }

    /// The length of the body, or `None` if it is chunked. (RFC 9112 §6.3) An ambiguous length is
    /// refused, because request smuggling relies on it.
    pub(crate) fn content_length(&self) -> Result<Option<usize>, ReadError> {
        let mut lengths = self.fields("content-length");
        let encodings: Vec<_> = self.fields("transfer-encoding").collect();
        match (lengths.next(), lengths.next(), encodings.as_slice()) {
            (None, None, []) => Ok(Some(0)),
            (Some(length), None, []) if length.bytes().all(|b| b.is_ascii_digit()) => {
                length.parse().map(Some).map_err(|_| ReadError::Refused(400))
            }
            (None, None, [coding]) if coding.eq_ignore_ascii_case("chunked") => Ok(None),
            _ => Err(ReadError::Refused(400)),
        }
    }
}

/// Parses a head. Returns the request without its body and the length of the head, or `None` if the
/// head is incomplete.
pub(crate) fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize)>, ReadError> {
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut head = httparse::Request::new(&mut fields);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(ReadError::Refused(431)),
        Err(_) => return Err(ReadError::Refused(400)),
    };
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return Err(ReadError::Refused(400));
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: head.headers.iter().map(owned_field).collect(),
        keep_alive: version == 1,
        chunked: false,
        body: Vec::new(),
    };
    // RFC 9112 §3.2: an HTTP/1.1 request has exactly one Host field.
    if version == 1 && request.fields("host").count() != 1 {
        return Err(ReadError::Refused(400));
    }
    request.keep_alive &= !request.field_has("connection", "close");
    request.chunked = request.content_length()?.is_none();
    Ok(Some((request, length)))
}

fn owned_field(field: &httparse::Header<'_>) -> (String, String) {
    (field.name.to_owned(), String::from_utf8_lossy(field.value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(head: &str) -> Option<u16> {
        match parse_head(head.as_bytes()) {
            Err(ReadError::Refused(status)) => Some(status),
            _ => None,
        }
    }

    #[test]
    fn a_doubtful_length_or_host_is_refused() {
        for fields in [
            "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
            "Host: a\r\nContent-Length: +1\r\n",
            "Host: a\r\nContent-Length: 99999999999999999999999\r\n",
            "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
            "Host: a\r\nHost: a\r\n",
            "Accept: */*\r\n",
        ] {
            assert_eq!(refusal(&format!("POST / HTTP/1.1\r\n{fields}\r\n")), Some(400), "{fields}");
        }
    }

    #[test]
    fn every_prefix_of_a_head_asks_for_more() {
        let head = b"POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
        for end in 0..head.len() {
            assert!(parse_head(&head[..end]).unwrap().is_none(), "{end}");
        }
        let (request, length) = parse_head(head).unwrap().unwrap();
        assert_eq!((&*request.path, &*request.query, length), ("/a", "b=c", head.len()));
    }
}
