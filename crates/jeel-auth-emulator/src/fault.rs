//! Scripted faults: what a server, a proxy or a network does to one request.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::delivery::Delivery;
use crate::{Response, gzip};

/// A deviation from the normal handling of one request. (G, unless a variant says otherwise.)
///
/// A fault that alters "the normal response" handles the request first: the request counts against
/// the rate limit and may issue a token. With any other fault the request does not reach the
/// endpoint. A fault that ends the connection sends no TLS `close_notify`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The normal response. It fills a place in a script.
    Pass,
    /// This response instead of the normal one.
    Response(Response),
    /// The normal response, delayed by this time in addition to the emulator's own delay.
    Delay(Duration),
    /// No response. The connection stays open until the client or the emulator closes it.
    Hang,
    /// No response. The connection is reset (RST).
    Reset,
    /// No response. The connection is closed.
    Close,
    /// This number of bytes of the normal response's head. Then the connection ends.
    TruncateHead(usize),
    /// The normal response's head and this number of bytes of its body. Then the connection ends.
    TruncateBody(usize),
    /// The normal response, byte by byte, with this pause before each byte.
    SlowDrip(Duration),
    /// The normal response, with its body padded with spaces to this number of bytes.
    Oversized(usize),
    /// The normal response in one chunk, whose size line has an extension of this number of bytes.
    ChunkExtension(usize),
    /// The normal response in the gzip content coding, which the client did not ask for.
    Gzip,
    /// A chunked body that does not end.
    EndlessBody,
    /// Header fields that do not end.
    EndlessHeaders,
    /// 103 responses that do not end.
    EndlessInformational,
    /// A chunk that claims 2^64 - 1 bytes and sends two.
    HugeChunk,
    /// These bytes instead of a response. Then the connection ends.
    Raw(Vec<u8>),
    /// The normal response, with `expires_in: 0`. (V: Keycloak if configured so, or with a lifetime
    /// of one second if a second ends meanwhile; Spring with a lifetime of one second.)
    ZeroLifetime,
    /// The normal response, without `expires_in`. (D: RFC 6749 §5.1 only recommends it.)
    NoLifetime,
}

impl Fault {
    /// The status and delivery of the response to a request. `handle` makes the normal response;
    /// `stamp` adds the fields that every response has.
    pub(crate) fn respond(
        self,
        handle: impl FnOnce() -> Response,
        stamp: impl Fn(Response) -> Response,
    ) -> (Option<u16>, Delivery) {
        match self {
            Self::Response(response) => whole(stamp(response)),
            Self::Hang => (None, Delivery::Hang),
            Self::Reset => (None, Delivery::Reset),
            Self::Close => (None, Delivery::Bytes(Vec::new())),
            Self::Raw(bytes) => (None, Delivery::Bytes(bytes)),
            Self::EndlessInformational => {
                let again = b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec();
                (None, Delivery::Endless { start: Vec::new(), again })
            }
            altering => altering.alter(stamp(handle())),
        }
    }

    fn alter(self, response: Response) -> (Option<u16>, Delivery) {
        let delivery = match self {
            Self::SlowDrip(pause) => Delivery::Drip(response.clone(), pause),
            Self::TruncateHead(n) => Delivery::Bytes(prefix(&response.head(), n)),
            Self::TruncateBody(n) => {
                Delivery::Bytes([response.head(), prefix(response.content(), n)].concat())
            }
            Self::EndlessBody => Delivery::Endless {
                start: [response.open_head(), CHUNKED.to_vec()].concat(),
                again: [b"400\r\n".to_vec(), vec![b' '; 0x400], b"\r\n".to_vec()].concat(),
            },
            Self::EndlessHeaders => Delivery::Endless {
                start: response.open_head(),
                again: b"X-Filler: and another one\r\n".to_vec(),
            },
            Self::HugeChunk => {
                let chunk = b"FFFFFFFFFFFFFFFF\r\n{}".to_vec();
                Delivery::Bytes([response.open_head(), CHUNKED.to_vec(), chunk].concat())
            }
            Self::Oversized(n) => return whole(response.padded(n)),
            Self::ChunkExtension(n) => return whole(chunked(response, n)),
            Self::Gzip => {
                let body = gzip::encode(response.content());
                return whole(response.header("Content-Encoding", "gzip").body(body));
            }
            Self::ZeroLifetime => {
                return whole(edited(response, |json| json.insert(EXPIRES_IN.into(), 0.into())));
            }
            Self::NoLifetime => return whole(edited(response, |json| json.remove(EXPIRES_IN))),
            // `respond` handles the faults that do not alter the normal response.
            _ => return whole(response),
        };
        (Some(response.status()), delivery)
    }

    /// The delay in addition to the emulator's own.
    pub(crate) fn extra_delay(&self) -> Duration {
        if let Self::Delay(delay) = self { *delay } else { Duration::ZERO }
    }
}

impl From<Response> for Fault {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// The faults that wait for the next requests to an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Script {
    queue: VecDeque<Fault>,
    otherwise: Option<Fault>,
}

impl Script {
    /// Takes the fault for the current request.
    pub(crate) fn next(&mut self) -> Fault {
        self.queue.pop_front().or_else(|| self.otherwise.clone()).unwrap_or(Fault::Pass)
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.queue.push_back(fault);
    }

    /// Sets the fault that applies while the queue is empty.
    pub(crate) fn always(&mut self, fault: Fault) {
        self.otherwise = Some(fault);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

fn whole(response: Response) -> (Option<u16>, Delivery) {
    (Some(response.status()), Delivery::Whole(response))
}

/// The response in one chunk, whose size line has an extension of `extension` bytes.
fn chunked(response: Response, extension: usize) -> Response {
    let size = format!("{:x}", response.content().len());
    let mut extension_text = ";x=".to_owned();
    extension_text.extend(std::iter::repeat_n('x', extension.saturating_sub(3)));
    extension_text.truncate(extension);
    let line = format!("{size}{extension_text}\r\n").into_bytes();
    let body = [&line, response.content(), b"\r\n0\r\n\r\n"].concat();
    response.header("Transfer-Encoding", "chunked").body(body)
}

fn prefix(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().take(length).collect()
}

/// Edits a token response. Other responses stay as they are.
fn edited<T>(response: Response, edit: impl FnOnce(&mut Map<String, Value>) -> T) -> Response {
    match serde_json::from_slice(response.content()) {
        Ok(Value::Object(mut json)) if json.contains_key(EXPIRES_IN) => {
            edit(&mut json);
            response.body(Value::Object(json).to_string())
        }
        _ => response,
    }
}

const CHUNKED: &[u8] = b"Transfer-Encoding: chunked\r\n\r\n";
const EXPIRES_IN: &str = "expires_in";
