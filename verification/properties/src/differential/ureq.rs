//! Reads a stream with ureq-proto. It parses heads with httparse, as the crate under test does, and
//! has its own framing.

use crate::response_reader::Response;
use ureq_proto::Error;
use ureq_proto::client::{Call, RecvResponseResult, SendRequestResult, state::RecvResponse};
use ureq_proto::http::{HeaderName, HeaderValue, Request, Response as Head};

/// Returns `None` if the stream ends before the response does.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Response>, Error> {
    let mut rest = bytes;
    let mut call = sent();
    let Some(head) = read_head(&mut call, &mut rest)? else { return Ok(None) };
    let mut body = Vec::new();
    if let Some(RecvResponseResult::RecvBody(mut call)) = call.proceed() {
        // One byte more than needed, so that a full buffer never stops reading.
        let mut buffer = vec![0; rest.len() + 1];
        loop {
            let (taken, given) = call.read(rest, &mut buffer)?;
            rest = rest.get(taken..).expect("as many as there are");
            body.extend_from_slice(buffer.get(..given).expect("as many as fit"));
            if taken == 0 {
                break;
            }
        }
        if !call.can_proceed() {
            return Ok(None);
        }
    }
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_owned())
    };
    Ok(Some(Response {
        status: head.status().as_u16(),
        fields: head.headers().iter().map(field).collect(),
        body,
        truncated: false,
        consumed: bytes.len() - rest.len(),
    }))
}

/// A call that has sent its request. It is a GET, because a GET has no body to send and its
/// response has the same framing as that to a POST.
fn sent() -> Call<RecvResponse> {
    let request = Request::get("https://jeel.test/").body(()).expect("a good request");
    let mut call = Call::new(request).expect("a good request").proceed();
    call.write(&mut [0; 1024]).expect("room for the request");
    match call.proceed() {
        Ok(Some(SendRequestResult::RecvResponse(call))) => call,
        _ => panic!("the request is sent"),
    }
}

/// The head of the final response.
fn read_head(call: &mut Call<RecvResponse>, rest: &mut &[u8]) -> Result<Option<Head<()>>, Error> {
    loop {
        let (taken, head) = call.try_response(rest, false)?;
        *rest = rest.get(taken..).expect("as many as there are");
        if head.is_some() || taken == 0 {
            return Ok(head);
        }
    }
}
