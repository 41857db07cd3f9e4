//! The body of a token request, which notes whether it was read.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use zeroize::Zeroizing;

/// The body of one token request. It is wiped when the last part of it is dropped.
///
/// It is a stream to reqwest, of known length. reqwest cannot clone it, and so sends it once, for any
/// policy of redirects and retries that the client has.
pub(crate) struct RequestBody {
    /// `None` when it was read.
    bytes: Option<Bytes>,
    read: Arc<AtomicBool>,
}

/// Whether a [`RequestBody`] was read.
#[derive(Clone)]
pub(crate) struct WasRead(Arc<AtomicBool>);

impl RequestBody {
    pub(crate) fn new(body: &[u8]) -> (Self, WasRead) {
        let read = Arc::new(AtomicBool::new(false));
        let bytes = Bytes::from_owner(Zeroizing::new(body.to_vec()));
        (Self { bytes: Some(bytes), read: Arc::clone(&read) }, WasRead(read))
    }
}

impl WasRead {
    /// hyper reads a body only when it has a connection, before it sends the first byte. So a request
    /// whose body was not read was not sent.
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.read.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.bytes.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
