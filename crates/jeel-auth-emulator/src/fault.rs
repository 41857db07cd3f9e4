//! Scripted faults: what a server, a proxy or a network can do to one request.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::Reply;
use crate::delivery::Delivery;

/// What happens to one request instead of, or on top of, its normal handling. (G throughout, except
/// where it says otherwise.)
///
/// Where a fault alters "the normal reply", the request is handled as ever: it counts against the
/// rate limit and may issue a token. Every other fault keeps the request from the endpoint. A fault
/// that breaks off does so without TLS's `close_notify`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// None: the normal reply, to fill a place in a script.
    Pass,
    /// This reply instead.
    Reply(Reply),
    /// The normal reply, this much later than the emulator's own delay has it.
    Delay(Duration),
    /// Nothing, until the client leaves or the emulator stops.
    Hang,
    /// Nothing; the connection is reset (RST).
    Reset,
    /// Nothing; the connection is closed.
    Close,
    /// So many bytes of the normal reply's head, then the end.
    TruncateHead(usize),
    /// The normal reply's head and so many bytes of the body that it promises, then the end.
    TruncateBody(usize),
    /// The normal reply, byte by byte, with a pause before each.
    SlowDrip(Duration),
    /// The normal reply, its JSON padded with spaces to so many bytes.
    Oversized(usize),
    /// A chunked body without end.
    EndlessBody,
    /// Header fields without end.
    EndlessHeaders,
    /// 103 replies without end.
    EndlessInformational,
    /// A chunk that says it is 2^64 - 1 bytes long, and is not.
    HugeChunk,
    /// These bytes, whatever they are, then the end.
    Raw(Vec<u8>),
    /// The normal reply, with `expires_in: 0`. (V: Keycloak set so, or for one second where a second
    /// ended meanwhile; Spring for one second)
    ZeroLifetime,
    /// The normal reply, without `expires_in`. (D: RFC 6749 §5.1 only recommends it)
    NoLifetime,
}

impl Fault {
    /// Works out how a request is answered, given how it would be (`handle`) and how a reply is
    /// stamped (`stamp`).
    pub(crate) fn answer(
        self,
        handle: impl FnOnce() -> Reply,
        stamp: impl Fn(Reply) -> Reply,
    ) -> (Option<u16>, Delivery) {
        match self {
            Self::Reply(reply) => whole(stamp(reply)),
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

    fn alter(self, reply: Reply) -> (Option<u16>, Delivery) {
        let delivery = match self {
            Self::SlowDrip(pause) => Delivery::Drip(reply.clone(), pause),
            Self::TruncateHead(n) => Delivery::Bytes(prefix(&reply.head(), n)),
            Self::TruncateBody(n) => {
                Delivery::Bytes([reply.head(), prefix(reply.content(), n)].concat())
            }
            Self::EndlessBody => Delivery::Endless {
                start: [reply.open_head(), CHUNKED.to_vec()].concat(),
                again: [b"400\r\n".to_vec(), vec![b' '; 0x400], b"\r\n".to_vec()].concat(),
            },
            Self::EndlessHeaders => Delivery::Endless {
                start: reply.open_head(),
                again: b"X-Filler: and another one\r\n".to_vec(),
            },
            Self::HugeChunk => {
                let chunk = b"FFFFFFFFFFFFFFFF\r\n{}".to_vec();
                Delivery::Bytes([reply.open_head(), CHUNKED.to_vec(), chunk].concat())
            }
            Self::Oversized(n) => {
                let padding = vec![b' '; n.saturating_sub(reply.content().len())];
                let body = [reply.content(), &padding].concat();
                return whole(reply.body(body));
            }
            Self::ZeroLifetime => {
                return whole(edited(reply, |json| json.insert(EXPIRES_IN.into(), 0.into())));
            }
            Self::NoLifetime => return whole(edited(reply, |json| json.remove(EXPIRES_IN))),
            // `answer` keeps what is not about the normal reply.
            _ => return whole(reply),
        };
        (Some(reply.status()), delivery)
    }

    /// How much later than usual the answer comes.
    pub(crate) fn extra_delay(&self) -> Duration {
        if let Self::Delay(delay) = self { *delay } else { Duration::ZERO }
    }
}

impl From<Reply> for Fault {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
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

fn whole(reply: Reply) -> (Option<u16>, Delivery) {
    (Some(reply.status()), Delivery::Whole(reply))
}

fn prefix(bytes: &[u8], length: usize) -> Vec<u8> {
    bytes.iter().copied().take(length).collect()
}

/// Edits a token reply; a reply about anything else stays as it is.
fn edited<T>(reply: Reply, edit: impl FnOnce(&mut Map<String, Value>) -> T) -> Reply {
    match serde_json::from_slice(reply.content()) {
        Ok(Value::Object(mut json)) if json.contains_key(EXPIRES_IN) => {
            edit(&mut json);
            reply.body(Value::Object(json).to_string())
        }
        _ => reply,
    }
}

const CHUNKED: &[u8] = b"Transfer-Encoding: chunked\r\n\r\n";
const EXPIRES_IN: &str = "expires_in";
