//! Token requests and responses written and parsed by hand without checks. They are the lower bound
//! of the study of bytes.

use crate::ours::{CLIENT_ID, CLIENT_SECRET};
use crate::world::Failure;
use reqwest::Client;
use serde::Deserialize;
use std::io::Write;
use std::time::Duration;

const FIELDS: [(&str, &str); 3] = [
    ("client_id", CLIENT_ID),
    ("client_secret", CLIENT_SECRET),
    ("grant_type", "client_credentials"),
];

/// A multipart body of three fields and its content type, each in its own allocation.
pub(crate) fn multipart(boundary: &str) -> (String, Vec<u8>) {
    let content_type = ["multipart/form-data; boundary=", boundary].concat();
    let mut body = Vec::with_capacity(512);
    for (name, value) in FIELDS {
        for piece in ["--", boundary, DISPOSITION, name, "\"\r\n\r\n", value, "\r\n"] {
            body.extend_from_slice(piece.as_bytes());
        }
    }
    for piece in ["--", boundary, "--\r\n"] {
        body.extend_from_slice(piece.as_bytes());
    }
    (content_type, body)
}

const DISPOSITION: &str = "\r\nContent-Disposition: form-data; name=\"";

/// A boundary of the same length as ours.
pub(crate) const BOUNDARY: &str = "jeel-auth-0123456789abcdef";

/// The whole request.
pub(crate) fn request(content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1024);
    for piece in [HEAD, content_type, "\r\nContent-Length: "] {
        bytes.extend_from_slice(piece.as_bytes());
    }
    let _ = write!(bytes, "{}\r\nConnection: close\r\n\r\n", body.len());
    bytes.extend_from_slice(body);
    bytes
}

const HEAD: &str = "POST /oauth2/token HTTP/1.1\r\nHost: auth.sandbox.jeel.co\r\n\
Accept-Encoding: identity\r\nAccept: application/json\r\nUser-Agent: jeel-auth/0.1.0\r\n\
Content-Type: ";

/// The parts of a response that a client needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Issued<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) token_type: &'a str,
    pub(crate) expires_in: u64,
}

/// Parses a response with httparse and serde_json alone.
pub(crate) fn read(bytes: &[u8]) -> Option<Issued<'_>> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(end) = head.parse(bytes).ok()? else { return None };
    let mut fields = head.headers.iter();
    let length = fields.find(|field| field.name.eq_ignore_ascii_case("content-length"))?;
    let length: usize = std::str::from_utf8(length.value).ok()?.parse().ok()?;
    let body = bytes.get(end..end.checked_add(length)?)?;
    let issued = serde_json::from_slice::<Issued<'_>>(body).ok()?;
    let is_usable = head.code == Some(200) && issued.token_type == "Bearer";
    (is_usable && !issued.access_token.is_empty()).then_some(issued)
}

/// Gets a token and its lifetime with one reqwest call.
pub(crate) async fn fetch(client: &Client, url: &str) -> Result<(String, Duration), Failure> {
    #[derive(Deserialize)]
    struct Response {
        access_token: String,
        expires_in: u64,
    }
    let response = client.post(url).form(&FIELDS).send().await?.error_for_status()?;
    let response: Response = response.json().await?;
    Ok((response.access_token, Duration::from_secs(response.expires_in)))
}

/// A response of Keycloak 26, with Jeel's `tx_id`.
pub(crate) const RESPONSE: &[u8] = include_bytes!("response.http");

/// The same response with an opaque token.
pub(crate) fn opaque_response() -> Vec<u8> {
    let body = RESPONSE.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(RESPONSE.len());
    let (head, body) = RESPONSE.split_at(body);
    let body = body.iter().map(|byte| if *byte == b'.' { b'_' } else { *byte });
    head.iter().copied().chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_is_one() {
        let issued = read(RESPONSE).unwrap();
        assert_eq!((issued.access_token.len(), issued.expires_in), (1244, 36_000));
        let opaque = opaque_response();
        let issued = read(&opaque).unwrap();
        assert_eq!((issued.access_token.len(), issued.expires_in), (1244, 36_000));
        assert!(!issued.access_token.contains('.'));
    }
}
