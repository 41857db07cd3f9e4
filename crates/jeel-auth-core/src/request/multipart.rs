//! `multipart/form-data` (RFC 7578), written strictly: CRLF, no preamble, no epilogue.

use crate::rng::Rng;
use crate::secret_buffer::SecretBuffer;

/// The content type with its boundary, and the body.
pub(super) fn encode(fields: &[(&str, &str)], rng: &mut Rng) -> (String, SecretBuffer) {
    let boundary = Boundary::absent_from(fields, rng);
    (content_type(&boundary), body(fields, &boundary))
}

fn content_type(boundary: &Boundary) -> String {
    let media_type = mime::MULTIPART_FORM_DATA.essence_str();
    let length = media_type.len() + PARAMETER.len() + boundary.0.len();
    let mut content_type = String::with_capacity(length);
    content_type.push_str(media_type);
    content_type.push_str(PARAMETER);
    content_type.extend(boundary.0.iter().copied().map(char::from));
    content_type
}

/// Field names are fixed and need no quoting; values are any UTF-8 and are not touched.
fn body(fields: &[(&str, &str)], boundary: &Boundary) -> SecretBuffer {
    let boundary = boundary.0.as_slice();
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
        let (name, value) = (name.as_bytes(), value.as_bytes());
        for piece in [DELIMITER_START, boundary, DISPOSITION, name, DISPOSITION_END, value, CRLF] {
            body.append(piece);
        }
    }
    for piece in [DELIMITER_START, boundary, CLOSE_END] {
        body.append(piece);
    }
    debug_assert_eq!(body.len(), size, "the body is sized before it is written");
    body
}

const DELIMITER_START: &[u8] = b"--";
const DISPOSITION: &[u8] = b"\r\nContent-Disposition: form-data; name=\"";
const DISPOSITION_END: &[u8] = b"\"\r\n\r\n";
const CRLF: &[u8] = b"\r\n";
const CLOSE_END: &[u8] = b"--\r\n";
const PARAMETER: &str = "; boundary=";

/// A boundary (RFC 2046 §5.1.1): sixteen hexadecimal digits from the seed behind a fixed prefix.
struct Boundary([u8; 26]);

const PREFIX: [u8; 10] = *b"jeel-auth-";

impl Boundary {
    /// A boundary that none of the values contains, so that no value can end its part.
    ///
    /// Drawn again until absent: values are finite and the draws are not, so this ends.
    fn absent_from(fields: &[(&str, &str)], rng: &mut Rng) -> Self {
        loop {
            let boundary = Self::draw(rng);
            let is_in = |value: &str| value.as_bytes().windows(26).any(|part| part == boundary.0);
            if !fields.iter().any(|(_, value)| is_in(value)) {
                return boundary;
            }
        }
    }

    fn draw(rng: &mut Rng) -> Self {
        let mut boundary = [0; 26];
        let mut draw = rng.next_u64();
        let prefix = PREFIX.into_iter().map(Some).chain([None; 16]);
        for (byte, fixed) in boundary.iter_mut().zip(prefix) {
            *byte = fixed.unwrap_or_else(|| {
                let digit = hex_digit(draw);
                draw >>= 4;
                digit
            });
        }
        Self(boundary)
    }
}

/// The lowest four bits as a hexadecimal digit.
const fn hex_digit(number: u64) -> u8 {
    match (number & 15) as u8 {
        digit @ 0..=9 => b'0' + digit,
        digit => b'a' + digit - 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_holds_the_boundary_makes_another_be_drawn() {
        let boundary = |fields: &[(&str, &str)]| {
            let boundary = Boundary::absent_from(fields, &mut Rng::new(1));
            String::from_utf8(boundary.0.to_vec()).unwrap()
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
        assert_eq!(content_type(&Boundary::draw(&mut Rng::new(1))), expected);
    }
}
