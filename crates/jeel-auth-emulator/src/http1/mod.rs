//! HTTP/1.1 as far as a server under test needs it: requests are read strictly, and what a careful
//! server would refuse is refused.

mod chunked;
mod reader;
mod request;

pub(crate) use reader::{ReadError, Reader};
pub(crate) use request::Request;
