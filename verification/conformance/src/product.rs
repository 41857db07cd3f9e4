//! What is known of a server: how to install and start it, and how it answers.

use crate::case::Encoding;
use crate::exchange::Seen;
use crate::install::{Cache, Outcome};
use crate::request::Request;
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::{BodyEncoding, Error};
use std::process::Command;

/// A server, with settings of ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    /// By which it is named on the command line.
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) token_path: &'static str,
    /// What answers a GET with a success as soon as it is up.
    pub(crate) ready_path: &'static str,
    pub(crate) answers: Answers,
    pub(crate) awkward: Awkward,
    /// Lifetimes of a second or a few that its clients' tokens have.
    pub(crate) lifetimes: &'static [Lifetime],
    pub(crate) install: fn(&Cache) -> Outcome,
    pub(crate) command: fn(&Cache, &Launch<'_>) -> Outcome<Command>,
    /// Makes its clients, once it has been started for the first time.
    pub(crate) provision: fn(&World<'_>) -> Outcome,
    /// What only it can be put through.
    pub(crate) extras: fn(&World<'_>) -> Vec<Row>,
}

/// What client ids and secrets hold besides letters, as far as the server allows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awkward {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

impl Awkward {
    /// All that is known to be mistaken somewhere.
    pub(crate) const ALL: &'static str = "+ & = % \" é";
    /// As much of it as RFC 6749's grammar knows (Appendix A.1 and A.2): visible ASCII and spaces.
    pub(crate) const ASCII: &'static str = "+ & = % \"";
}

/// Its refusals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    /// Of a multipart body, if it reads none.
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
    /// Whether this setting brings a token.
    pub(crate) fn issues(&self, encoding: Encoding) -> bool {
        self.unread.is_none() || encoding != Encoding::Multipart
    }

    /// The encoding that a token comes by.
    pub(crate) fn works(&self, encoding: Encoding) -> Seen {
        match encoding {
            Encoding::Auto if self.unread.is_none() => Seen::Multipart,
            Encoding::Multipart => Seen::Multipart,
            Encoding::Auto | Encoding::UrlEncoded => Seen::UrlEncoded,
        }
    }

    /// The first requests: up to the first whose body the server reads, which it answers with this
    /// status; or the only one, if it reads none of this setting's.
    pub(crate) fn opening(&self, encoding: Encoding, status: u16) -> Vec<Request> {
        let multipart =
            Request::answered(Seen::Multipart, self.unread.map_or(status, |unread| unread.status));
        let urlencoded = Request::answered(Seen::UrlEncoded, status);
        // A denial is settled by both encodings; a token by the first that works.
        let settled = self.unread.is_none() && status == ISSUED;
        match encoding {
            Encoding::Auto if !settled => vec![multipart, urlencoded],
            Encoding::Auto | Encoding::Multipart => vec![multipart],
            Encoding::UrlEncoded => vec![urlencoded],
        }
    }

    /// Whether an error quotes these refusals, each encoding's own.
    pub(crate) fn are_quoted_in(&self, error: &Error, refusal: Refusal) -> bool {
        let mut responses = error.response().into_iter().chain(error.other_response());
        responses.all(|response| {
            let unread = self.unread.filter(|_| response.encoding == BodyEncoding::Multipart);
            let expected = unread.unwrap_or(refusal);
            (response.status, response.code.as_deref()) == (expected.status, expected.code)
        })
    }

    /// The opening of a success and then so many tokens more.
    pub(crate) fn issued(&self, encoding: Encoding, more: usize) -> Vec<Request> {
        let mut requests = self.opening(encoding, ISSUED);
        requests.extend([Request::answered(self.works(encoding), ISSUED)].repeat(more));
        requests
    }
}

/// A lifetime, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) seconds: u64,
    pub(crate) left: Left,
}

/// How much of a token's lifetime the server's response leaves it, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Some,
    /// None at all where a second ended while the response was made.
    NotAlways,
    None,
}

impl Lifetime {
    pub(crate) const fn of(seconds: u64) -> Self {
        Self { seconds, left: Left::Some }
    }
}

/// How it is to be started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Launch<'a> {
    pub(crate) port: u16,
    pub(crate) clients: &'a [Login],
}

impl Launch<'_> {
    /// The clients as the servers' own programs read them.
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

/// A confidential client, and how long its tokens live, in seconds.
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
