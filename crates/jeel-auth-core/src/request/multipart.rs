//! `multipart/form-data` (RFC 7578), written strictly: CRLF, no preamble, no epilogue.

use crate::rng::Rng;
use crate::secret_buffer::SecretBuffer;

/// The content type with its boundary, and the body.
pub(super) fn encode(fields: &[(&str, &str)], rng: &mut Rng) -> (String, SecretBuffer) {
    let content_type = content_type(fields, rng);
    let (_, boundary) = content_type.rsplit_once('=').unwrap_or_default();
    let body = body(fields, boundary);
    (content_type, body)
}

/// Field names are fixed and need no quoting; values are any UTF-8 and are not touched.
fn body(fields: &[(&str, &str)], boundary: &str) -> SecretBuffer {
    let parts = fields.iter().map(|(name, value)| {
        DELIMITER_START.len()
            + boundary.len()
            + DISPOSITION.len()
            + name.len()
            + DISPOSITION_END.len()
            + value.len()
            + CRLF.len()
    });
    let size = parts.sum::<usize>() + DELIMITER_START.len() + boundary.len() + CLOSE_END.len();
    let mut body = SecretBuffer::with_capacity(size);
    for (name, value) in fields {
        for piece in [DELIMITER_START, boundary, DISPOSITION, name, DISPOSITION_END, value, CRLF] {
            body.append(piece.as_bytes());
        }
    }
    for piece in [DELIMITER_START, boundary, CLOSE_END] {
        body.append(piece.as_bytes());
    }
    debug_assert_eq!(body.len(), size, "the body is sized before it is written");
    body
}

const DELIMITER_START: &str = "--";
const DISPOSITION: &str = "\r\nContent-Disposition: form-data; name=\"";
const DISPOSITION_END: &str = "\"\r\n\r\n";
const CRLF: &str = "\r\n";
const CLOSE_END: &str = "--\r\n";

/// The media type, with a boundary (RFC 2046 §5.1.1) that none of the values contains, so that no
/// value can end its part.
///
/// Sixteen hexadecimal digits from the seed behind a fixed prefix. Drawn again until absent: values
/// are finite and the draws are not, so this ends.
fn content_type(fields: &[(&str, &str)], rng: &mut Rng) -> String {
    let media_type = mime::MULTIPART_FORM_DATA.essence_str();
    let start = media_type.len() + PARAMETER.len();
    let mut content_type = String::with_capacity(start + PREFIX.len() + 16);
    content_type.push_str(media_type);
    content_type.push_str(PARAMETER);
    loop {
        content_type.push_str(PREFIX);
        let draw = rng.next_u64();
        content_type.extend((0..16).map(|digit| hex_digit(draw >> (4 * digit))));
        let boundary = content_type.get(start..).unwrap_or_default();
        if !fields.iter().any(|(_, value)| value.contains(boundary)) {
            return content_type;
        }
        content_type.truncate(start);
    }
}

const PARAMETER: &str = "; boundary=";
const PREFIX: &str = "jeel-auth-";

fn hex_digit(nibble: u64) -> char {
    char::from_digit((nibble & 15) as u32, 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_holds_the_boundary_makes_another_be_drawn() {
        let boundary = |fields: &[(&str, &str)]| {
            let content_type = content_type(fields, &mut Rng::new(1));
            content_type.rsplit_once('=').unwrap().1.to_owned()
        };
        let first = boundary(&[]);
        let around = format!("x\r\n--{first}--\r\n");
        let second = boundary(&[("client_secret", &around)]);
        assert_ne!(first, second);
        assert!(!around.contains(&second));
    }

    /// A seed means the same for ever.
    #[test]
    fn the_boundary_is_all_of_a_draw_in_hexadecimal() {
        let draw = Rng::new(1).next_u64();
        let digits: String = format!("{draw:016x}").chars().rev().collect();
        let expected = format!("multipart/form-data; boundary=jeel-auth-{digits}");
        assert_eq!(content_type(&[], &mut Rng::new(1)), expected);
    }
}
