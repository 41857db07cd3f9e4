//! The HTTP/1.1 response reader.

use jeel_auth_core::http1::{Limits, Progress, ResponseError, ResponseReader};

/// A response read from a stream, in a form that all readers share.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// Whether the rest of the body was dropped.
    pub(crate) truncated: bool,
    /// The number of bytes of the stream up to the end of the response.
    pub(crate) consumed: usize,
}

/// The result does not depend on how the bytes are split, and respects the limits.
pub fn response_reader(bytes: &[u8]) {
    is_read_alike(bytes, Limits::default());
    let mut small = Limits::default();
    small.body_bytes = 20;
    is_read_alike(bytes, small);
}

fn is_read_alike(bytes: &[u8], limits: Limits) {
    let whole = read(bytes, bytes.len(), limits);
    for piece in [1, 2, 7, 64] {
        assert_eq!(whole, read(bytes, piece, limits), "in pieces of {piece}");
    }
    if let Ok(Response { status, fields, body, truncated, consumed }) = whole {
        assert!((200..600).contains(&status));
        assert!(!truncated || (status >= 300 && body.len() == limits.body_bytes));
        assert!(fields.len() <= limits.fields && body.len() <= limits.body_bytes);
        assert!(consumed <= bytes.len());
        for (name, value) in fields {
            assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!value.iter().any(|byte| b"\r\n\0".contains(byte)));
        }
    }
}

/// Reads the bytes in pieces of this size, followed by the end of the stream.
pub(crate) fn read(bytes: &[u8], piece: usize, limits: Limits) -> Result<Response, ResponseError> {
    let mut reader = ResponseReader::new(limits);
    let mut consumed = 0;
    for piece in bytes.chunks(piece.max(1)) {
        match reader.read(piece)? {
            Progress::NeedMore => consumed += piece.len(),
            Progress::Complete { unconsumed } => {
                consumed += piece.len() - unconsumed;
                return Ok(response(reader, consumed));
            }
        }
    }
    reader.end()?;
    Ok(response(reader, consumed))
}

fn response(reader: ResponseReader, consumed: usize) -> Response {
    let response = reader.into_response().expect("a complete reader has a response");
    let field = |(name, value): (&str, &[u8])| (name.to_owned(), value.to_owned());
    Response {
        status: response.status(),
        fields: response.fields().map(field).collect(),
        body: response.body().to_owned(),
        truncated: response.is_truncated(),
        consumed,
    }
}
