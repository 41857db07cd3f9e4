//! Scripted faults: what a server, a proxy or a network can do to one request.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::Response;
use crate::delivery::Delivery;

/// What happens to one request instead of, or on top of, its normal handling. (G throughout, except
/// where it says otherwise.)
///
/// Where a fault alters "the normal response", the request is handled as ever: it counts against the
/// rate limit and may issue a token. Every other fault keeps the request from the endpoint. A fault
/// that breaks off does so without TLS's `close_notify`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// None: the normal response, to fill a place in a script.
    Pass,
    /// This response instead.
    Response(Response),
    /// The normal response, this much later than the emulator's own delay has it.
    Delay(Duration),
    /// Nothing, until the client leaves or the emulator stops.
    Hang,
    /// Nothing; the connection is reset (RST).
    Reset,
    /// Nothing; the connection is closed.
    Close,
    /// So many bytes of the normal response's head, then the end.
    TruncateHead(usize),
    /// The normal response's head and so many bytes of the body that it promises, then the end.
    TruncateBody(usize),
    /// The normal response, byte by byte, with a pause before each.
    SlowDrip(Duration),
    /// The normal response, its JSON padded with spaces to so many bytes.
    Oversized(usize),
    /// A chunked body without end.
    EndlessBody,
    /// Header fields without end.
    EndlessHeaders,
    /// 103 responses without end.
    EndlessInformational,
    /// A chunk that says it is 2^64 - 1 bytes long, and is not.
    HugeChunk,
    /// These bytes, whatever they are, then the end.
    Raw(Vec<u8>),
    /// The normal response, with `expires_in: 0`. (V: Keycloak set so, or for one second where a second
    /// ended meanwhile; Spring for one second)
    ZeroLifetime,
    /// The normal response, without `expires_in`. (D: RFC 6749 §5.1 only recommends it)
    NoLifetime,
}

impl Fault {
    /// Works out how a request is answered, given how it would be (`handle`) and how a response is
    /// stamped (`stamp`).
    pub(crate) fn answer(
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
            Self::Oversized(n) => {
                let padding = vec![b' '; n.saturating_sub(response.content().len())];
                let body = [response.content(), &padding].concat();
                return whole(response.body(body));
            }
            Self::ZeroLifetime => {
                return whole(edited(response, |json| json.insert(EXPIRES_IN.into(), 0.into())));
            }
            Self::NoLifetime => return whole(edited(response, |json| json.remove(EXPIRES_IN))),
            // `answer` keeps what is not about the normal response.
            _ => return whole(response),
        };
        (Some(response.status()), delivery)
    }

    /// How much later than usual the answer comes.
    pub(crate) fn extra_delay(&self) -> Duration {
        if let Self::Delay(delay) = self { *delay } else { Duration::ZERO }
    }
}

impl From<Response> for Fault {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// The faults an endpoint has before it.
#[derive(Debug, Default)]
pub(crate) struct Script {
    queue: VecDeque<Fault>,
    otherwise: Option<Fault>,
}

impl Script {
    /// The fault for the request at hand.
    pub(crate) fn next(&mut self) -> Fault {
        self.queue.pop_front().or_else(|| self.otherwise.clone()).unwrap_or(Fault::Pass)
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.queue.push_back(fault);
    }

    /// What happens whenever nothing is queued.
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

fn prefix(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().take(length).collect()
}

/// Edits a token response; a response about anything else stays as it is.
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
