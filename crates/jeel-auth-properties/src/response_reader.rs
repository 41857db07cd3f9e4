//! The HTTP/1.1 response reader.

use jeel_auth_core::http1::{Limits, Progress, ResponseError, ResponseReader};

/// What a stream of bytes came to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Response { status: u16, fields: Vec<(String, Vec<u8>)>, body: Vec<u8>, consumed: usize },
    Refused(ResponseError),
}

/// However the bytes are split, the outcome is the same, and within the limits.
pub fn response_reader(bytes: &[u8]) {
    let whole = outcome(bytes, bytes.len());
    for piece in [1, 2, 7, 64] {
        assert_eq!(whole, outcome(bytes, piece), "in pieces of {piece}");
    }
    if let Outcome::Response { status, fields, body, consumed } = whole {
        let limits = Limits::default();
        assert!((200..600).contains(&status));
        assert!(fields.len() <= limits.fields && body.len() <= limits.body_bytes);
        assert!(consumed <= bytes.len());
        for (name, value) in fields {
            assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!value.iter().any(|byte| b"\r\n\0".contains(byte)));
        }
    }
}

fn outcome(bytes: &[u8], piece: usize) -> Outcome {
    let mut reader = ResponseReader::new(Limits::default());
    let mut consumed = 0;
    for piece in bytes.chunks(piece.max(1)) {
        match reader.read(piece) {
            Err(error) => return Outcome::Refused(error),
            Ok(Progress::NeedMore) => consumed += piece.len(),
            Ok(Progress::Complete { unconsumed }) => {
                consumed += piece.len() - unconsumed;
                return response(reader, consumed);
            }
        }
    }
    match reader.end() {
        Err(error) => Outcome::Refused(error),
        Ok(()) => response(reader, consumed),
    }
}

fn response(reader: ResponseReader, consumed: usize) -> Outcome {
    let response = reader.into_response().expect("a complete reader has a response");
    Outcome::Response {
        status: response.status(),
        fields: response
            .fields()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: response.body().to_owned(),
        consumed,
    }
}
