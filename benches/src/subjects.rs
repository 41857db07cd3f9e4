//! The subjects of the study of cached reads.

use crate::floor;
use crate::ours;
use crate::rounds::{Op, just, op};
use crate::scripted::{self, Renewal};
use crate::server::Server;
use crate::world::{Failure, poll_once};
use http::HeaderValue;
use jeel_auth::{ConfigError, Transport, blocking};
use jeel_auth_reqwest::Reqwest;
use jeel_auth_ureq::Ureq;
use std::time::Duration;
use tokio::runtime::Runtime;

type Smol = jeel_auth_smol::FuturesIo<jeel_auth_smol::Smol>;
type AsyncStd = jeel_auth_async_std::FuturesIo<jeel_auth_async_std::AsyncStd>;

/// A reader of a valid token.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    make: Make,
}

/// The role of a subject in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A lower bound.
    Floor,
    /// The base of all ratios.
    Base,
    /// Ours, with an owned value.
    Owned,
    /// Ours, with a value borrowed during a call.
    Borrowed,
    /// An alternative.
    #[cfg_attr(not(feature = "peers"), allow(dead_code, reason = "there are none"))]
    Peer,
}

pub(crate) type Make = fn(&Runtime, &Server) -> Result<Op, Failure>;

impl Subject {
    /// Makes the operation. Call this, and the operation, within the runtime.
    pub(crate) fn make(&self, runtime: &Runtime, server: &Server) -> Result<Op, Failure> {
        let op = (self.make)(runtime, server).map_err(|error| format!("{}: {error}", self.name))?;
        just(&op, 1000); // completes work that is done only once
        Ok(op)
    }
}

/// All subjects, the base first.
pub(crate) fn subjects() -> Vec<Subject> {
    let subject = |name, kind, make| Subject { name, kind, make };
    #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "there are none"))]
    let mut subjects = vec![
        subject(BASE, Kind::Base, (|_, _| Ok(floor::base(&value()))) as Make),
        subject("`Arc` clone", Kind::Floor, |_, _| Ok(floor::arc_clone())),
        subject("`ArcSwap` guard, `Instant::now()`", Kind::Floor, |_, _| {
            Ok(floor::load_and_clock(&value()))
        }),
        subject("jeel-auth-ureq", Kind::Owned, |_, server| threads(server, Ureq::new())),
        subject("jeel-auth-reqwest", Kind::Owned, |runtime, server| {
            tasks(runtime, server, Reqwest::new())
        }),
        subject("jeel-auth-smol", Kind::Owned, |runtime, server| {
            tasks(runtime, server, Smol::new())
        }),
        subject("jeel-auth-async-std", Kind::Owned, |runtime, server| {
            tasks(runtime, server, AsyncStd::new())
        }),
        subject("jeel-auth-ureq, borrowed", Kind::Borrowed, |_, server| {
            threads_borrow(server, Ureq::new())
        }),
        subject("jeel-auth-reqwest, borrowed", Kind::Borrowed, |runtime, server| {
            tasks_borrow(runtime, server, Reqwest::new())
        }),
    ];
    #[cfg(feature = "peers")]
    subjects.extend(
        crate::peers::readers().into_iter().map(|(name, make)| subject(name, Kind::Peer, make)),
    );
    subjects
}

pub(crate) const BASE: &str = "base: `ArcSwap` guard, `Instant::now()`, `HeaderValue` clone";

fn value() -> HeaderValue {
    HeaderValue::from_str(&format!("Bearer {}", "jeel".repeat(224)))
        .unwrap_or(HeaderValue::from_static(""))
}

type Made<T> = Result<T, ConfigError>;

fn threads(server: &Server, transport: Made<impl blocking::Transport>) -> Result<Op, Failure> {
    let source = ours::threads(server, transport?)?;
    source.token()?;
    Ok(op(move || source.authorization()))
}

fn threads_borrow(
    server: &Server,
    transport: Made<impl blocking::Transport>,
) -> Result<Op, Failure> {
    let source = ours::threads(server, transport?)?;
    source.token()?;
    Ok(op(move || source.with_authorization(HeaderValue::len)))
}

fn tasks(
    runtime: &Runtime,
    server: &Server,
    transport: Made<impl Transport + jeel_auth::Runtime>,
) -> Result<Op, Failure> {
    let source = ours::tasks(server, transport?)?;
    runtime.block_on(source.token())?;
    Ok(op(move || poll_once(source.authorization())))
}

fn tasks_borrow(
    runtime: &Runtime,
    server: &Server,
    transport: Made<impl Transport + jeel_auth::Runtime>,
) -> Result<Op, Failure> {
    let source = ours::tasks(server, transport?)?;
    runtime.block_on(source.token())?;
    Ok(op(move || poll_once(source.with_authorization(HeaderValue::len))))
}

/// One reader for each state of the renewal, and a check that the state has not changed.
pub(crate) fn near_expiry() -> Result<Vec<(&'static str, Op, StillSo)>, Failure> {
    let states = [
        ("valid", Renewal::NotDue),
        ("near expiry, renewal in flight", Renewal::InFlight),
        ("near expiry, in back-off", Renewal::BackOff),
    ];
    // Concurrently, because the time near expiry is short.
    let making = states.map(|(name, renewal)| {
        (name, renewal, std::thread::spawn(move || scripted::source(renewal)))
    });
    let made = making.into_iter().map(|(name, renewal, making)| {
        let source = making.join().map_err(|_| "a source panicked")??;
        let watched = source.clone();
        let still_so = Box::new(move || scripted::is_still(&watched, renewal));
        Ok((name, op(move || source.authorization()), still_so as StillSo))
    });
    made.collect()
}

pub(crate) type StillSo = Box<dyn Fn() -> Result<(), Failure>>;

/// A server for cached reads. It is fast, and its tokens outlive the run.
pub(crate) fn server() -> Result<Server, Failure> {
    Ok(Server::start(Duration::ZERO, Duration::from_secs(36_000))?)
}
