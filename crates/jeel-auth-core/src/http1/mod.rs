//! Reads one HTTP/1.1 response from bytes that arrive in any split.
//!
//! It opens no socket, keeps no connection alive, decodes no content coding, follows no redirect
//! and repairs nothing: what RFC 9112 calls an error or leaves to the reader's leniency is refused,
//! with an error that depends on the bytes alone and never on how they were split. Memory is bounded
//! by [`Limits`], and wiped when dropped, since the body is where the token is.
//!
//! ```
//! use jeel_auth_core::http1::{Limits, Progress, ResponseReader};
//!
//! let mut reader = ResponseReader::new(Limits::default());
//! assert_eq!(reader.read(b"HTTP/1.1 200 OK\r\nContent-Le")?, Progress::NeedMore);
//! assert_eq!(reader.read(b"ngth: 5\r\n\r\nhel")?, Progress::NeedMore);
//! assert_eq!(reader.read(b"lo, next")?, Progress::Complete { unconsumed: 6 });
//!
//! let response = reader.into_response().ok_or("complete")?;
//! assert_eq!(response.status(), 200);
//! assert_eq!(response.field("content-length"), Some(&b"5"[..]));
//! assert_eq!(response.body(), b"hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where the body ends
//!
//! The rules of [RFC 9112 §6.3] in order, as they apply to the response to a POST:
//!
//! 1. 204 and 304 have no body, even if their fields name one. 1xx have none either: they are skipped,
//!    except 101, which is refused because the request asks for no other protocol.
//! 2. (Responses to CONNECT do not arise.)
//! 3. `Transfer-Encoding` and `Content-Length` together are refused.
//! 4. `Transfer-Encoding` is `chunked` and nothing else, once, and in HTTP/1.1.
//! 5. An invalid `Content-Length` is refused; the same number repeated counts as one.
//! 6. A valid `Content-Length` is the body's length.
//! 7. (Requests only.)
//! 8. Otherwise the body ends with the connection: see [`ResponseReader::end`].
//!
//! A body over the limit is an error if the status is 2xx. With any other status the response is
//! complete when the limit is reached, and [`Response::is_truncated`] says so: the status and fields,
//! such as `Retry-After`, are of use without the rest of an error page.
//!
//! [RFC 9112 §6.3]: https://www.rfc-editor.org/rfc/rfc9112#section-6.3

mod chunked;
mod error;
mod framing;
mod head;
#[cfg(test)]
mod tests;

pub use error::ResponseError;
pub use framing::check_head;

use crate::Response;
use framing::Framing;
use head::{Head, Section};

/// Reads the response to a POST that was the only request on its connection.
///
/// Call [`read`](Self::read) with bytes as they arrive until it says [`Progress::Complete`], and
/// [`end`](Self::end) if the connection ends before that; then [`into_response`](Self::into_response).
#[derive(Debug)]
#[must_use = "a response is read only by feeding its bytes to `read`"]
pub struct ResponseReader {
    limits: Limits,
    informational: usize,
    state: State,
    response: Response,
}

impl ResponseReader {
    /// A reader at the first byte of a response.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            informational: 0,
            state: State::Head(Section::head(&limits)),
            response: Response::default(),
        }
    }

    /// Reads the next bytes of the stream, up to the end of the response.
    ///
    /// # Errors
    ///
    /// The first fault in the stream. It is final: each later call returns it again.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Progress, ResponseError> {
        let mut rest = bytes;
        match self.advance(&mut rest) {
            Ok(true) => Ok(Progress::Complete { unconsumed: rest.len() }),
            Ok(false) => Ok(Progress::NeedMore),
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Notes that the stream has ended, which completes a body without a length (RFC 9112 §8).
    ///
    /// Such a body looks the same if it was cut short. The parser of its content must notice.
    ///
    /// # Errors
    ///
    /// [`ResponseError::ClosedEarly`] if any other response was not complete; the first fault if
    /// [`read`](Self::read) had found one.
    pub fn end(&mut self) -> Result<(), ResponseError> {
        match self.state {
            State::Body(Framing::UntilClose(_)) => self.state = State::Complete,
            State::Complete => {}
            State::Failed(error) => return Err(error),
            State::Head(_) | State::Body(_) => return Err(self.fail(ResponseError::ClosedEarly)),
        }
        Ok(())
    }

    /// The response, if it is complete.
    #[must_use]
    pub fn into_response(self) -> Option<Response> {
        matches!(self.state, State::Complete).then_some(self.response)
    }

    /// Moves through `rest` until it is empty or the response is complete, and says which.
    fn advance(&mut self, rest: &mut &[u8]) -> Result<bool, ResponseError> {
        loop {
            match &mut self.state {
                State::Complete => return Ok(true),
                State::Failed(error) => return Err(*error),
                _ if rest.is_empty() => return Ok(false),
                State::Head(section) => {
                    if section.read(rest)? {
                        let head = section.parse_head()?;
                        self.state = self.after_head(head)?;
                    }
                }
                State::Body(framing) => {
                    if framing.read(rest, self.response.body_mut())? {
                        self.state = State::Complete;
                    }
                }
            }
        }
    }

    fn after_head(&mut self, head: Head) -> Result<State, ResponseError> {
        match head.status {
            // RFC 9110 §7.8: a server switches only to a protocol that `Upgrade` asked for.
            101 => return Err(ResponseError::SwitchingProtocols),
            // RFC 9110 §15.2: any number of 1xx may come first, asked for or not. A limit, because
            // an endless run of them would keep the reader busy without ever filling a buffer.
            100..=199 if self.informational >= self.limits.informational => {
                return Err(ResponseError::TooManyInformational);
            }
            100..=199 => {
                self.informational += 1;
                return Ok(State::Head(Section::head(&self.limits)));
            }
            _ => {}
        }
        let framing = Framing::of(&head, &self.limits)?;
        let body = framing.new_body(&self.limits);
        let is_empty = framing.is_empty();
        self.response = Response::from_parts(head.status, head.fields, body);
        Ok(if is_empty { State::Complete } else { State::Body(framing) })
    }

    /// Keeps only the error. The rest is of no use and may be secret.
    fn fail(&mut self, error: ResponseError) -> ResponseError {
        self.state = State::Failed(error);
        self.response = Response::default();
        error
    }
}

/// The result of [`ResponseReader::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is no third result, and a caller must handle both"
)]
pub enum Progress {
    /// All bytes were consumed, and the response is not complete.
    NeedMore,
    /// The response is complete.
    Complete {
        /// How many bytes at the end of the input do not belong to the response.
        unconsumed: usize,
    },
}

/// How much a server may send; exactly at a limit is allowed.
///
/// A reader never holds more than `head_bytes + body_bytes` of what it was sent, in buffers that
/// take at most twice as much memory, since they double as they grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one head, from the status line to the empty line; a chunked body's trailer section
    /// (RFC 9112 §7.1.2) has what the head left over. 16 KiB, like h11 and Node.js.
    pub head_bytes: usize,
    /// Field lines in one head, together with those in the trailer section. 64.
    pub fields: usize,
    /// Bytes of the body, without its chunk framing. 64 KiB: a token response is seldom over 4 KiB.
    /// Bytes over the limit are an error if the status is 2xx, and are dropped otherwise.
    pub body_bytes: usize,
    /// Informational (1xx) responses before the final one. 8.
    pub informational: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head_bytes: 16 * 1024, fields: 64, body_bytes: 64 * 1024, informational: 8 }
    }
}

#[derive(Debug)]
enum State {
    Head(Section),
    Body(Framing),
    Complete,
    Failed(ResponseError),
}
