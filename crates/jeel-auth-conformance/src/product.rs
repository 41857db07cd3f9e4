//! What is known of a server: how to install and start it, and how it answers.

use crate::exchange::Seen;
use crate::install::{Cache, Outcome};
use crate::table::Row;
use crate::world::World;
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
    /// What its client ids and secrets hold besides letters.
    pub(crate) awkward: &'static str,
    /// Lifetimes of a few seconds that its clients' tokens have.
    pub(crate) lifetimes: &'static [Lifetime],
    pub(crate) install: fn(&Cache) -> Outcome,
    pub(crate) command: fn(&Cache, &Launch<'_>) -> Outcome<Command>,
    /// What only it can be put through.
    pub(crate) extras: fn(&World<'_>) -> Vec<Row>,
}

/// The statuses of its refusals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    /// To a multipart body, if it reads none.
    pub(crate) unread: Option<u16>,
    pub(crate) wrong_secret: u16,
    pub(crate) unknown_client: u16,
}

impl Answers {
    /// The encoding by which the default setting gets a token.
    pub(crate) fn works(&self) -> Seen {
        if self.unread.is_none() { Seen::Multipart } else { Seen::UrlEncoded }
    }
}

/// A lifetime, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) seconds: u64,
    /// Whether the server's reply leaves the token any time.
    pub(crate) usable: bool,
}

impl Lifetime {
    pub(crate) const fn of(seconds: u64) -> Self {
        Self { seconds, usable: true }
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
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) lifetime: u64,
}

impl Login {
    pub(crate) fn new(awkward: &str, name: &str, lifetime: u64) -> Self {
        let id = format!("{name} {awkward} client");
        let secret = format!("{name} {awkward} secret{}", "-0123456789".repeat(3));
        Self { id, secret, lifetime }
    }

    pub(crate) fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }
}
