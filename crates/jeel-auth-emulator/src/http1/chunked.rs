//! The chunked transfer coding, for requests. (RFC 9112 §7.1)

use super::ReadError;

/// The state of decoding.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The body is incomplete, and has at least this many bytes.
    More(usize),
    /// The whole body, and the number of bytes that its coding occupies.
    Done(Vec<u8>, usize),
}

/// Decodes from the start of the body on each call. Bodies here are small, and a decoder without
/// state is simpler.
pub(crate) fn decode(bytes: &[u8]) -> Result<Progress, ReadError> {
    let (mut body, mut rest) = (Vec::new(), bytes);
    loop {
        let (line, size) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(Progress::More(body.len())),
            Err(_) => return Err(ReadError::Refused(400)),
        };
        let size = usize::try_from(size).map_err(|_| ReadError::Refused(413))?;
        rest = rest.get(line..).unwrap_or_default();
        if size == 0 {
            let consumed = bytes.len() - rest.len();
            return Ok(match trailers(rest) {
                Some(length) => Progress::Done(body, consumed + length),
                None => Progress::More(body.len()),
            });
        }
        let (Some(chunk), Some(end)) = (rest.get(..size), rest.get(size..size.saturating_add(2)))
        else {
            return Ok(Progress::More(body.len().saturating_add(size)));
        };
        if end != b"\r\n" {
            return Err(ReadError::Refused(400));
        }
        body.extend_from_slice(chunk);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
}

/// The length of the trailer section including its blank line, if it is complete. The emulator
/// ignores trailers.
fn trailers(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"\r\n") {
        return Some(2);
    }
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_of_a_body_asks_for_more() {
        let coded = b"3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer: t\r\n\r\n";
        for end in 0..coded.len() {
            assert!(matches!(decode(&coded[..end]), Ok(Progress::More(_))), "{end}");
        }
        let next = [&coded[..], b"GET"].concat();
        assert_eq!(decode(&next).unwrap(), Progress::Done(b"abcd".to_vec(), coded.len()));
    }

    #[test]
    fn a_chunk_that_does_not_end_where_it_says_is_refused() {
        assert!(matches!(decode(b"3\r\nabcd\r\n"), Err(ReadError::Refused(400))));
        assert!(matches!(decode(b"zz\r\n"), Err(ReadError::Refused(400))));
    }
}
