//! Vectors on the wire: each is read whole, byte by byte and in every two parts, with one result.

use super::*;

use ResponseError::*;

mod body;
mod head;
mod limits;

/// Small enough that a vector can reach each limit.
const SMALL: Limits = Limits { head_bytes: 200, fields: 4, body_bytes: 16, informational: 2 };

#[derive(Clone, Debug, PartialEq)]
struct Read {
    status: u16,
    fields: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    truncated: bool,
    consumed: usize,
}

/// Reads the pieces, then the end of the stream.
fn read<'a>(
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Read, ResponseError> {
    let mut reader = ResponseReader::new(limits);
    let mut consumed = 0;
    let mut complete = false;
    for piece in pieces {
        let progress = reader.read(piece);
        assert_bounded(&reader, limits);
        match progress {
            Ok(Progress::NeedMore) => {
                assert!(!complete, "complete is final");
                consumed += piece.len();
            }
            Ok(Progress::Complete { unconsumed }) => {
                assert!(!complete || unconsumed == piece.len(), "complete is final");
                complete = true;
                consumed += piece.len() - unconsumed;
            }
            Err(error) => {
                assert_final(reader, error);
                return Err(error);
            }
        }
    }
    reader.end()?;
    assert_eq!(reader.read(b"x"), Ok(Progress::Complete { unconsumed: 1 }));
    let response = reader.into_response().expect("complete");
    Ok(Read {
        status: response.status(),
        fields: response.fields().map(|(name, value)| (name.into(), value.into())).collect(),
        body: response.body().into(),
        truncated: response.is_truncated(),
        consumed,
    })
}

fn assert_final(mut reader: ResponseReader, error: ResponseError) {
    for more in [&b"x"[..], b""] {
        assert_eq!(reader.read(more), Err(error), "an error is final");
    }
    assert_eq!(reader.end(), Err(error), "an error is final");
    assert_eq!(reader.response.body_mut().capacity(), 0, "nothing is kept");
    assert!(reader.into_response().is_none());
}

/// Checks what a reader has of what it was sent, and how much memory for that.
fn assert_bounded(reader: &ResponseReader, limits: Limits) {
    let (head, body) = reader.response.buffers();
    let mut buffers = vec![head, body];
    match &reader.state {
        State::Head(section) => buffers.push(&section.bytes),
        State::Body(Framing::Chunked(chunked)) => buffers.push(&chunked.trailers.bytes),
        _ => {}
    }
    let limit = limits.head_bytes + limits.body_bytes;
    assert!(buffers.iter().map(|buffer| buffer.len()).sum::<usize>() <= limit);
    assert!(buffers.iter().map(|buffer| buffer.capacity()).sum::<usize>() <= limit * 2);
}

/// What h11's tests call `tr`: the same bytes in many ways.
fn tr_with(limits: Limits, bytes: &[u8]) -> Result<Read, ResponseError> {
    let whole = read(limits, [bytes]);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(read(limits, bytes.chunks(1)), whole, "byte by byte: {shown:?}");
    assert_eq!(
        read(limits, bytes.chunks(1).flat_map(|byte| [byte, &[]])),
        whole,
        "with empty reads: {shown:?}"
    );
    for at in 0..=bytes.len() {
        let (left, right) = bytes.split_at(at);
        assert_eq!(read(limits, [left, right]), whole, "split at {at}: {shown:?}");
    }
    whole
}

fn tr(bytes: impl AsRef<[u8]>) -> Result<Read, ResponseError> {
    tr_with(SMALL, bytes.as_ref())
}

/// A response with these field lines and what follows the head.
fn ok(fields: &str, rest: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n{rest}")
}

fn chunked(rest: &str) -> String {
    ok("Transfer-Encoding: chunked\r\n", rest)
}

/// Valid responses that end by themselves.
fn self_delimited() -> [String; 5] {
    [
        ok("Content-Type: application/json\r\nContent-Length: 9\r\n", "{\"a\":\"b\"}"),
        chunked("2;a=b\r\nab\r\n00b ;c\r\nhello world\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
        "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n".into(),
        "HTTP/1.0 400\r\nContent-Length: 1, 1\r\nContent-Length: 1\r\n\r\na".into(),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n".to_owned()
            + &ok("Content-Length: 2\r\n", "ab"),
    ]
}

#[test]
fn a_response_that_is_cut_short_is_refused_wherever_it_is_cut() {
    for whole in self_delimited() {
        assert_eq!(tr(&whole).map(|read| read.consumed), Ok(whole.len()), "{whole:?}");
        for at in 0..whole.len() {
            assert_eq!(tr(&whole[..at]), Err(ClosedEarly), "{whole:?} at {at}");
        }
    }
    // Without a length, only a cut head can be noticed.
    let whole = ok("A: b\r\n", "hello");
    for at in 0..whole.len() {
        let expected = at.checked_sub(whole.len() - 5).ok_or(ClosedEarly);
        assert_eq!(tr(&whole[..at]).map(|read| read.body.len()), expected, "{at}");
    }
}

#[test]
fn an_incomplete_reader_has_no_response() {
    let mut reader = ResponseReader::new(SMALL);
    assert_eq!(reader.read(ok("", "hello").as_bytes()), Ok(Progress::NeedMore));
    assert!(reader.into_response().is_none());
    assert!(ResponseReader::new(SMALL).into_response().is_none());
}

#[test]
fn any_split_of_a_mutated_response_gives_the_same_result() {
    let mut random = Random(0x6a65_656c);
    let (mut accepted, mut errors) = (0, Vec::new());
    let mut seeds = self_delimited().to_vec();
    seeds.push(ok("A: b\r\n", "hello"));
    seeds.push(ok("Content-Length: 2\r\nTransfer-Encoding: x\r\n", "ab"));
    for _ in 0..10_000 {
        let mut bytes = seeds[random.below(seeds.len())].clone().into_bytes();
        for _ in 0..=random.below(3) {
            random.mutate(&mut bytes);
        }
        let whole = read(SMALL, [&bytes[..]]);
        assert_eq!(read(SMALL, bytes.chunks(1)), whole, "{:?}", bytes.escape_ascii().to_string());
        for _ in 0..4 {
            let mut cuts = [random.below(bytes.len() + 1), random.below(bytes.len() + 1)];
            cuts.sort_unstable();
            let pieces = [&bytes[..cuts[0]], &bytes[cuts[0]..cuts[1]], &bytes[cuts[1]..]];
            assert_eq!(read(SMALL, pieces), whole, "{:?}", bytes.escape_ascii().to_string());
        }
        match whole {
            Ok(_) => accepted += 1,
            Err(error) if !errors.contains(&error) => errors.push(error),
            Err(_) => {}
        }
    }
    // The mutations are worth something only if they reach both ends of the reader.
    assert!((1_000..9_000).contains(&accepted), "{accepted} accepted");
    assert!(errors.len() >= 10, "{errors:?}");
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const WORDS: [&str; 16] = [
            "\r\n",
            "\r",
            "\n",
            "\r\n\r\n",
            "\0",
            " ",
            ";",
            ":",
            ",",
            "0",
            "f",
            "A: b\r\n",
            "Content-Length: 2\r\n",
            "Transfer-Encoding: chunked\r\n",
            "HTTP/1.1 100 \r\n\r\n",
            "0\r\n\r\n",
        ];
        let at = self.below(bytes.len() + 1);
        let to = (at + self.below(8)).min(bytes.len());
        match self.below(4) {
            0 => drop(bytes.drain(at..to)),
            1 => drop(bytes.splice(at..at, WORDS[self.below(WORDS.len())].bytes())),
            2 => bytes.extend_from_within(at..to),
            _ => bytes[at..to].iter_mut().take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
        }
        if bytes.is_empty() {
            bytes.push(b'H');
        }
    }
}

#[test]
fn debug_shows_neither_fields_nor_body() {
    for bytes in [
        ok("Set-Cookie: zqzq\r\nContent-Length: 4\r\n", "zqzq"),
        chunked("4;zqzq\r\nzqzq\r\n0\r\nA: zqzq\r\n\r\n"),
        "HTTP/1.1 200 zqzq\r\nzqzq: zqzq\r\n\r\nzqzq".into(),
    ] {
        let mut reader = ResponseReader::new(SMALL);
        for byte in bytes.as_bytes().chunks(1) {
            reader.read(byte).unwrap();
            let shown = format!("{reader:?}");
            // "zq" as text or as numbers.
            assert!(!shown.contains("zq") && !shown.contains("122, 113"), "{shown}");
        }
        reader.end().unwrap();
        let shown = format!("{:?}", reader.into_response().unwrap());
        assert_eq!(
            shown,
            format!("Response {{ status: 200, fields: {}, body_bytes: 4 }}", {
                bytes.split("\r\n\r\n").next().unwrap().matches("\r\n").count()
            })
        );
    }
}

#[test]
fn an_error_has_words_of_its_own_in_lower_case_without_a_full_stop() {
    let mut words = std::collections::BTreeSet::new();
    for error in [
        NotHttp1,
        BadStatusLine,
        BadStatusCode,
        SwitchingProtocols,
        TooManyInformational,
        BadLineEnd,
        BadField,
        TooManyFields,
        HeadTooLarge,
        TransferEncodingAndContentLength,
        BadTransferEncoding,
        BadContentLength,
        BodyTooLarge,
        BadChunk,
        ClosedEarly,
    ] {
        let shown = error.to_string().replace("HTTP/1.0 or HTTP/1.1", "").replace("CR LF", "");
        assert_eq!(shown, shown.to_lowercase());
        assert!(!shown.ends_with('.') && !shown.contains('\n'));
        assert!(shown.len() > 10 && words.insert(shown), "{error:?}");
    }
}

#[test]
fn a_body_of_known_size_is_allocated_once() {
    for start in [ok("Content-Length: 9\r\n", "a"), chunked("9\r\na")] {
        let mut reader = ResponseReader::new(SMALL);
        for byte in start.as_bytes().chunks(1) {
            assert_eq!(reader.read(byte), Ok(Progress::NeedMore));
        }
        assert_eq!((reader.response.body().len(), reader.response.body_mut().capacity()), (1, 9));
    }
}
