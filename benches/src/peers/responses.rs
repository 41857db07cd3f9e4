//! Responses, parsed by other libraries.

use crate::by_hand::{Issued, RESPONSE};
use crate::rounds::{Op, op};

/// From bytes in memory to a token.
pub(crate) fn response() -> [(&'static str, Op); 2] {
    [
        ("ureq-proto and serde_json", op(by_ureq_proto)),
        ("httparse and oauth2's `BasicTokenResponse`", op(by_oauth2)),
    ]
}

fn by_ureq_proto() -> Option<u64> {
    let read = ureq_proto::parser::try_parse_response::<64>(std::hint::black_box(RESPONSE)).ok()?;
    let (head, response) = read?;
    let length = response.headers().get(http::header::CONTENT_LENGTH)?;
    let length: usize = length.to_str().ok()?.parse().ok()?;
    let issued: Issued<'_> = serde_json::from_slice(RESPONSE.get(head..head + length)?).ok()?;
    Some(issued.expires_in)
}

fn by_oauth2() -> Option<oauth2::basic::BasicTokenResponse> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(end) = head.parse(std::hint::black_box(RESPONSE)).ok()? else {
        return None;
    };
    serde_json::from_slice(RESPONSE.get(end..)?).ok()
}
