use super::*;
use jeel_auth::core::{Action, Cache, Credentials, Endpoint, LoopbackHttp, Moment, TransportKind};
use smol::block_on;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A connection whose response is known: in chunks, and then the end, in order or by an error.
#[derive(Default)]
struct Scripted {
    response: Vec<&'static [u8]>,
    end: Option<io::ErrorKind>,
    refuses_writes: bool,
    written: Vec<u8>,
}

impl AsyncRead for Scripted {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.response.is_empty() {
            return Poll::Ready(this.end.map_or(Ok(0), |kind| Err(kind.into())));
        }
        let chunk = this.response.remove(0);
        buffer[..chunk.len()].copy_from_slice(chunk);
        Poll::Ready(Ok(chunk.len()))
    }
}

impl AsyncWrite for Scripted {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.refuses_writes {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        // As little at a time as a socket may take.
        this.written.extend(bytes.iter().take(7));
        Poll::Ready(Ok(bytes.len().min(7)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn request() -> TokenRequest {
    let endpoint = Endpoint::parse("https://auth.jeel.co", LoopbackHttp::Refused).unwrap();
    let mut cache = Cache::new(endpoint, Credentials::new("id", "secret").unwrap(), 1);
    let now = Moment::new(Duration::ZERO, Duration::ZERO);
    let _ = cache.acquire(now, Duration::ZERO);
    let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
    request
}

fn body_of(stream: Scripted) -> Result<Vec<u8>, TransportKind> {
    match block_on(exchange(stream, &request())) {
        Ok(response) => Ok(response.body().to_vec()),
        Err(failure) => Err(failure.kind()),
    }
}

#[test]
fn the_request_is_written_as_core_wrote_it() {
    let request = request();
    let mut stream = Scripted::default();
    block_on(send(&mut stream, &request)).unwrap();
    let mut expected = Vec::new();
    request.write_http1(&mut expected);
    assert_eq!(stream.written, expected);
}

#[test]
fn a_complete_response_needs_no_end() {
    let response: Vec<&[u8]> = vec![b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 2\r\n\r\n{", b"}"];
    let end = Some(io::ErrorKind::ConnectionReset);
    assert_eq!(body_of(Scripted { response, end, ..Scripted::default() }), Ok(b"{}".to_vec()));
}

#[test]
fn a_response_without_a_length_needs_an_orderly_end() {
    let response: Vec<&[u8]> = vec![b"HTTP/1.1 200 OK\r\n\r\n{}"];
    let orderly = Scripted { response: response.clone(), ..Scripted::default() };
    assert_eq!(body_of(orderly), Ok(b"{}".to_vec()));
    // This is what rustls reports where `close_notify` is missing.
    let end = Some(io::ErrorKind::UnexpectedEof);
    let cut = Scripted { response, end, ..Scripted::default() };
    assert_eq!(body_of(cut), Err(TransportKind::Broken));
}

#[test]
fn an_end_before_the_responses_is_a_broken_connection_and_no_bad_response() {
    for response in [&b""[..], b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"] {
        let stream = Scripted { response: vec![response], ..Scripted::default() };
        assert_eq!(body_of(stream), Err(TransportKind::Broken));
    }
    let stream = Scripted { response: vec![b"SSH-2.0-x\r\n\r\n"], ..Scripted::default() };
    assert_eq!(body_of(stream), Err(TransportKind::BadResponse));
}

#[test]
fn an_answer_to_half_a_request_counts() {
    let response: Vec<&[u8]> = vec![b"HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n\r\n"];
    let answered = Scripted { response, refuses_writes: true, ..Scripted::default() };
    assert_eq!(body_of(answered), Ok(Vec::new()));
    let silent = Scripted { refuses_writes: true, ..Scripted::default() };
    assert_eq!(body_of(silent), Err(TransportKind::Broken));
}
