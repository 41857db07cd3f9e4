//! What a body is when it is not a token response.

use super::Response;
use super::token_response::Malformed;
use crate::secret_buffer::SecretBuffer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Whether the body is JSON, of any form.
pub(super) fn is_json(response: &Response) -> bool {
    serde_json::from_slice::<IgnoredAny>(text(response.body())).is_ok()
}

/// Whether the body is HTML, by its beginning or by its `Content-Type`.
///
/// Some servers send JSON, or nothing at all, as `text/html`.
pub(super) fn is_html(response: &Response) -> bool {
    let body = text(response.body()).trim_ascii_start();
    let begins = |start: &[u8]| {
        body.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    let starts: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<!--"];
    let content_type = response.field("content-type").unwrap_or_default();
    let says_so = [&b"text/html"[..], b"application/xhtml"].iter().any(|html| {
        content_type.get(..html.len()).is_some_and(|found| found.eq_ignore_ascii_case(html))
    });
    starts.iter().any(|start| begins(start)) || (says_so && !body.is_empty() && !is_json(response))
}

/// Why a body that is not a token response (`why`) is none, as precisely as can be told.
pub(super) fn reason(response: &Response, why: Malformed) -> Malformed {
    if why == Malformed::DuplicateMember {
        return why;
    }
    let body = response.body();
    let is_coded = response
        .values("content-encoding")
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"));
    // RFC 1952 §2.3.1: gzip begins like this, also where no field says so.
    if is_coded || body.starts_with(b"\x1f\x8b") {
        return Malformed::ContentCoding;
    }
    if is_html(response) {
        return Malformed::Html;
    }
    // UTF-16 has a byte order mark, or a NUL beside each ASCII character.
    let is_utf16 = body.starts_with(b"\xff\xfe")
        || body.starts_with(b"\xfe\xff")
        || body.get(..2).is_some_and(|start| start.contains(&0));
    if is_utf16 || std::str::from_utf8(body).is_err() {
        return Malformed::Charset;
    }
    why
}

/// The names of the members of a JSON object, in order, with commas between them, as far as an
/// error shows them.
pub(super) fn member_names(body: &[u8]) -> SecretBuffer {
    let mut names = Names(SecretBuffer::with_capacity(LONGEST_NAMES));
    // The reader stops where the room ends.
    let _ = serde_json::Deserializer::from_slice(text(body)).deserialize_map(&mut names);
    if names.0.is_empty() {
        names.0.append(b"none");
    }
    names.0
}

/// Twice what is shown, so that no cut hides a secret.
const LONGEST_NAMES: usize = 256;

struct Names(SecretBuffer);

impl<'de> Visitor<'de> for &mut Names {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let separator: &[u8] = if self.0.is_empty() { b"" } else { b", " };
            if !(self.0.append(separator) && self.0.append(name.as_bytes())) {
                return Err(A::Error::custom("enough"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Without a byte order mark.
fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str) -> String {
        String::from_utf8(member_names(body.as_bytes()).to_vec()).unwrap()
    }

    #[test]
    fn names_are_listed_in_order_and_bounded() {
        assert_eq!(names(r#"{"success":false,"errorCode":{"a":[1]}}"#), "success, errorCode");
        assert_eq!(names("\u{feff}{\"\\u0061\":1}"), "a");
        assert_eq!(names("{}"), "none");
        assert_eq!(names("[]"), "none");
        let many: Vec<_> = (0..999).map(|n| format!("\"name{n}\":{n}")).collect();
        let shown = names(&format!("{{{}}}", many.join(",")));
        assert!(shown.starts_with("name0, name1") && shown.len() <= LONGEST_NAMES, "{shown}");
        assert!(names(&format!("{{\"{}\":1}}", "x".repeat(9999))).len() <= LONGEST_NAMES);
    }

    #[test]
    fn html_is_known_by_its_beginning_or_its_type() {
        let sent_as = |content_type: &str, body: &str| {
            let fields = [("Content-Type", content_type.as_bytes())];
            is_html(&Response::new(400, fields, body.as_bytes()))
        };
        for body in ["<html>", " \r\n<!DOCTYPE HTML PUBLIC", "\u{feff}<HTML", "<!-- x --><html>"] {
            assert!(sent_as("", body), "{body}");
        }
        assert!(sent_as("text/html", "Forbidden"));
        assert!(sent_as("Text/HTML; charset=utf-8", "x"));
        for (content_type, body) in [
            ("text/html", ""),
            ("text/html", "{}"),
            ("", "<?xml"),
            ("text/plain", "htm"),
            ("", "<"),
        ] {
            assert!(!sent_as(content_type, body), "{content_type} {body}");
        }
    }
}
