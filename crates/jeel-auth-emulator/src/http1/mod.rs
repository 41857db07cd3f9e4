//! The part of HTTP/1.1 that a test server needs. It reads requests strictly and refuses what a
//! careful server would refuse.

mod chunked;
mod reader;
mod request;

pub(crate) use reader::{ReadError, Reader};
pub(crate) use request::Request;
