//! A server product: how to install and start it, and how it responds.

use crate::case::Encoding;
use crate::exchange::Seen;
use crate::install::{Cache, Outcome};
use crate::request::Request;
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::{BodyEncoding, Error};
use std::process::Command;

/// A server product with one configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    /// Its name on the command line.
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) token_path: &'static str,
    /// A path that responds to a GET with success when the server is ready.
    pub(crate) ready_path: &'static str,
    pub(crate) answers: Answers,
    pub(crate) awkward: Awkward,
    /// Short token lifetimes to test.
    pub(crate) lifetimes: &'static [Lifetime],
    pub(crate) install: fn(&Cache) -> Outcome,
    pub(crate) command: fn(&Cache, &Launch<'_>) -> Outcome<Command>,
    /// Creates its clients after the first start.
    pub(crate) provision: fn(&World<'_>) -> Outcome,
    /// Scenarios for this product only.
    pub(crate) extras: fn(&World<'_>) -> Vec<Row>,
}

/// Special characters for client ids and secrets, as far as the server allows them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awkward {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

impl Awkward {
    /// Characters that implementations are known to encode wrongly.
    pub(crate) const ALL: &'static str = "+ & = % \" é";
    /// The subset that RFC 6749's grammar allows (Appendix A.1 and A.2): visible ASCII and spaces.
    pub(crate) const ASCII: &'static str = "+ & = % \"";
}

/// How a server refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    /// The refusal of a multipart body, if the server does not read multipart.
    pub(crate) unread: Option<Refusal>,
    pub(crate) wrong_secret: Refusal,
    pub(crate) unknown_client: Refusal,
}

/// A status and an error code (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Option<&'static str>,
}

impl Refusal {
    pub(crate) const fn new(status: u16, code: &'static str) -> Self {
        Self { status, code: Some(code) }
    }
}

impl Answers {
    /// Whether the server issues a token with this encoding setting.
    pub(crate) fn issues(&self, encoding: Encoding) -> bool {
        self.unread.is_none() || encoding != Encoding::Multipart
    }

    /// The encoding of the request that gets a token.
    pub(crate) fn works(&self, encoding: Encoding) -> Seen {
        match encoding {
            Encoding::Auto if self.unread.is_none() => Seen::Multipart,
            Encoding::Multipart => Seen::Multipart,
            Encoding::Auto | Encoding::UrlEncoded => Seen::UrlEncoded,
        }
    }

    /// The first requests, up to the first whose body the server reads and to which it responds
    /// with this status. If it reads no body of this setting, the only request.
    pub(crate) fn opening(&self, encoding: Encoding, status: u16) -> Vec<Request> {
        let multipart =
            Request::answered(Seen::Multipart, self.unread.map_or(status, |unread| unread.status));
        let urlencoded = Request::answered(Seen::UrlEncoded, status);
        // A token needs the first encoding that works. A denial needs both encodings.
        let settled = self.unread.is_none() && status == ISSUED;
        match encoding {
            Encoding::Auto if !settled => vec![multipart, urlencoded],
            Encoding::Auto | Encoding::Multipart => vec![multipart],
            Encoding::UrlEncoded => vec![urlencoded],
        }
    }

    /// Whether an error quotes the refusal of each encoding.
    pub(crate) fn are_quoted_in(&self, error: &Error, refusal: Refusal) -> bool {
        let mut responses = error.response().into_iter().chain(error.other_response());
        responses.all(|response| {
            let unread = self.unread.filter(|_| response.encoding == BodyEncoding::Multipart);
            let expected = unread.unwrap_or(refusal);
            (response.status, response.code.as_deref()) == (expected.status, expected.code)
        })
    }

    /// The requests up to the first token, and `more` successful requests.
    pub(crate) fn issued(&self, encoding: Encoding, more: usize) -> Vec<Request> {
        let mut requests = self.opening(encoding, ISSUED);
        requests.extend([Request::answered(self.works(encoding), ISSUED)].repeat(more));
        requests
    }
}

/// A token lifetime, and how much of it the response states.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) seconds: u64,
    pub(crate) left: Left,
}

/// Whether `expires_in` leaves a token any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Some,
    /// It is 0 if a second ended between the issue and the response.
    NotAlways,
    None,
}

impl Lifetime {
    pub(crate) const fn of(seconds: u64) -> Self {
        Self { seconds, left: Left::Some }
    }
}

/// The parameters of a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Launch<'a> {
    pub(crate) port: u16,
    pub(crate) clients: &'a [Login],
}

impl Launch<'_> {
    /// The clients in the JSON that the programs in `servers` read.
    pub(crate) fn clients_json(&self) -> String {
        let clients = self.clients.iter().map(|client| {
            serde_json::json!({
                "id": client.id,
                "secret": client.secret,
                "lifetime": client.lifetime,
            })
        });
        serde_json::Value::Array(clients.collect()).to_string()
    }
}

/// A confidential client, and the lifetime of its tokens in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) lifetime: u64,
}

impl Login {
    pub(crate) fn new(awkward: Awkward, name: &str, lifetime: u64) -> Self {
        let id = format!("{name} {} client", awkward.id);
        let secret = format!("{name} {} secret", awkward.secret);
        Self { name: name.to_owned(), id, secret, lifetime }
    }

    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }
}

pub(crate) const ISSUED: u16 = 200;
