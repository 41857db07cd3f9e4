//! Reads a complete stream by splitting it.
//!
//! This reader has no state, does not stop early, and shares no code with the crate under test. It
//! reports all faults of a part, because the first fault found depends on the order of reading.

use crate::response_reader::Response;
use jeel_auth_core::http1::{Limits, ResponseError};

/// The faults of the first faulty part. Empty if the stream ends inside that part.
pub(super) type Faults = Vec<ResponseError>;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Response, Faults> {
    let mut rest = bytes;
    let mut informational = 0;
    let head = loop {
        let head = read_head(&mut rest, limits)?;
        match head.status {
            101 => return Err(vec![ResponseError::SwitchingProtocols]),
            100..=199 => informational += 1,
            _ => break head,
        }
        if informational > limits.informational {
            return Err(vec![ResponseError::TooManyInformational]);
        }
    };
    let (body, truncated) = read_body(&head, &mut rest, limits)?;
    let Head { status, fields, .. } = head;
    Ok(Response { status, fields, body, truncated, consumed: bytes.len() - rest.len() })
}

struct Head {
    minor: u8,
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

impl Head {
    fn values(&self, wanted: &str) -> Vec<&[u8]> {
        let fields = self.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        fields.map(|(_, value)| value.as_slice()).collect()
    }
}

/// RFC 9112 §4 and §5.
fn read_head(rest: &mut &[u8], limits: &Limits) -> Result<Head, Faults> {
    let bytes = take_until(rest, b"\r\n\r\n")?;
    let mut lines = split(bytes, b"\r\n").into_iter();
    let status_line = lines.next().unwrap_or_default();
    let lines: Vec<_> = lines.collect();
    let mut faults = faults_of_lines(&lines, limits.fields);
    if has_any(status_line, b"\r\n") {
        faults.push(ResponseError::BadLineEnd);
    }
    if bytes.len() + 4 > limits.head_bytes {
        faults.push(ResponseError::HeadTooLarge);
    }
    match read_status_line(status_line) {
        Ok((minor, status)) if faults.is_empty() => {
            let fields = lines.iter().filter_map(|line| read_field(line)).collect();
            Ok(Head { minor, status, fields, bytes: bytes.len() + 4 })
        }
        Ok(_) => Err(faults),
        Err(fault) => Err([faults, vec![fault]].concat()),
    }
}

fn read_status_line(line: &[u8]) -> Result<(u8, u16), ResponseError> {
    let (minor, line) = match (line.strip_prefix(b"HTTP/1.0 "), line.strip_prefix(b"HTTP/1.1 ")) {
        (Some(line), _) => (0, line),
        (_, Some(line)) => (1, line),
        _ => return Err(ResponseError::NotHttp1),
    };
    let (code, reason) = line.split_at_checked(3).ok_or(ResponseError::BadStatusLine)?;
    let is_code = code.iter().all(u8::is_ascii_digit);
    let is_reason = is_text(reason) && (reason.is_empty() || reason.starts_with(b" "));
    if !is_code || !is_reason {
        return Err(ResponseError::BadStatusLine);
    }
    let code = String::from_utf8_lossy(code).parse().unwrap_or_default();
    if (100..600).contains(&code) { Ok((minor, code)) } else { Err(ResponseError::BadStatusCode) }
}

fn faults_of_lines(lines: &[&[u8]], most: usize) -> Faults {
    let mut faults = Faults::new();
    if lines.len() > most {
        faults.push(ResponseError::TooManyFields);
    }
    if lines.iter().any(|line| has_any(line, b"\r\n")) {
        faults.push(ResponseError::BadLineEnd);
    }
    if lines.iter().any(|line| read_field(line).is_none()) {
        faults.push(ResponseError::BadField);
    }
    faults
}

fn read_field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (line.get(..colon)?, trim(line.get(colon + 1..)?));
    let is_name = name.iter().all(|byte| {
        byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(byte) // RFC 9110 §5.6.2
    });
    let is_field = !name.is_empty() && is_name && is_text(value);
    is_field.then(|| (String::from_utf8_lossy(name).into_owned(), value.to_owned()))
}

/// What is kept of a body, and whether that is not all of it.
type Body = (Vec<u8>, bool);

/// RFC 9112 §6.3.
fn read_body(head: &Head, rest: &mut &[u8], limits: &Limits) -> Result<Body, Faults> {
    let (codings, lengths) = (head.values("Transfer-Encoding"), head.values("Content-Length"));
    let length = match (codings.as_slice(), lengths.as_slice()) {
        _ if head.status == 204 || head.status == 304 => 0,
        ([], []) => rest.len() as u64,
        ([], _) => read_length(&lengths.join(&b','))?,
        ([coding], []) if head.minor == 1 && coding.eq_ignore_ascii_case(b"chunked") => {
            return read_chunks(head, rest, limits);
        }
        (_, []) => return Err(vec![ResponseError::BadTransferEncoding]),
        _ => return Err(vec![ResponseError::TransferEncodingAndContentLength]),
    };
    let truncated = length > limits.body_bytes as u64;
    if truncated && matches!(head.status, 200..=299) {
        return Err(vec![ResponseError::BodyTooLarge]);
    }
    let kept = if truncated { limits.body_bytes } else { length as usize };
    Ok((take(rest, kept)?.to_owned(), truncated))
}

/// RFC 9110 §8.6: a number, or a list that repeats the same number.
fn read_length(list: &[u8]) -> Result<u64, Faults> {
    let members: Option<Vec<u64>> =
        split(list, b",").into_iter().map(|n| number(trim(n), 10)).collect();
    match members.as_deref() {
        Some([first, others @ ..]) if others.iter().all(|other| other == first) => Ok(*first),
        _ => Err(vec![ResponseError::BadContentLength]),
    }
}

/// RFC 9112 §7.1.
fn read_chunks(head: &Head, rest: &mut &[u8], limits: &Limits) -> Result<Body, Faults> {
    let mut body = Vec::new();
    loop {
        let room = limits.body_bytes - body.len();
        let size = match read_chunk_size(take_until(rest, b"\r\n")?, room) {
            Err(faults) if faults == [ResponseError::BodyTooLarge] && head.status >= 300 => {
                body.extend_from_slice(take(rest, room)?);
                return Ok((body, true));
            }
            size => size?,
        };
        if size == 0 {
            break;
        }
        body.extend_from_slice(take(rest, size)?);
        if take(rest, 2)? != b"\r\n" {
            return Err(vec![ResponseError::BadChunk]);
        }
    }
    check_trailers(head, rest, limits)?;
    Ok((body, false))
}

fn read_chunk_size(line: &[u8], most: usize) -> Result<usize, Faults> {
    let mut parts = line.splitn(2, |byte| *byte == b';');
    let (size, extension) = (parts.next().unwrap_or_default(), parts.next());
    // RFC 9112 §7.1.1: whitespace is allowed only before an extension.
    let size = if extension.is_some() { trim_end(size) } else { size };
    let digits = size.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let is_size = digits > 0 && digits == size.len();
    let mut faults = Faults::new();
    if line.len() > 4094 || !is_size || !is_text(extension.unwrap_or_default()) {
        faults.push(ResponseError::BadChunk);
    }
    // The leading digits decide whether it is too large, even if the rest of the line is malformed.
    let size = size.get(..digits).and_then(|digits| number(digits, 16)).unwrap_or(u64::MAX);
    if digits > 0 && size > most as u64 {
        faults.push(ResponseError::BodyTooLarge);
    }
    if faults.is_empty() { Ok(size as usize) } else { Err(faults) }
}

/// RFC 9112 §7.1.2. Checks trailers by the rules for fields and discards them.
fn check_trailers(head: &Head, rest: &mut &[u8], limits: &Limits) -> Result<(), Faults> {
    let (bytes, lines) = if rest.starts_with(b"\r\n") {
        (take(rest, 2)?.len(), vec![])
    } else {
        let section = take_until(rest, b"\r\n\r\n")?;
        (section.len() + 4, split(section, b"\r\n"))
    };
    let mut faults = faults_of_lines(&lines, limits.fields - head.fields.len());
    if head.bytes + bytes > limits.head_bytes {
        faults.push(ResponseError::HeadTooLarge);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// `1*DIGIT` or `1*HEXDIG`. Returns `None` if the number is too large.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let digits = digits.iter().all(is_digit).then(|| String::from_utf8_lossy(digits))?;
    u64::from_str_radix(&digits, radix).ok()
}

/// HTAB, SP, VCHAR and obs-text (RFC 9110 §5.5).
fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t')
}

fn has_any(bytes: &[u8], unwanted: &[u8]) -> bool {
    bytes.iter().any(|byte| unwanted.contains(byte))
}

fn trim(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|byte| has_any(b" \t", &[**byte])).count();
    trim_end(bytes.get(blank..).unwrap_or_default())
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().rev().take_while(|byte| has_any(b" \t", &[**byte])).count();
    bytes.get(..bytes.len() - blank).unwrap_or_default()
}

fn split<'a>(mut bytes: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Ok(part) = take_until(&mut bytes, separator) {
        parts.push(part);
    }
    parts.push(bytes);
    parts
}

/// Takes the bytes up to and including `end`, and returns those before it.
fn take_until<'a>(rest: &mut &'a [u8], end: &[u8]) -> Result<&'a [u8], Faults> {
    let at = rest.windows(end.len()).position(|window| window == end).ok_or_else(Faults::new)?;
    let part = take(rest, at)?;
    take(rest, end.len())?;
    Ok(part)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Faults> {
    rest.split_off(..count).ok_or_else(Faults::new)
}
