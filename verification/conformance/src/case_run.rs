//! A client on one adapter, with its own recording proxy.

use crate::case::Case;
use crate::exchange::{Exchange, Seen};
use crate::install::Outcome;
use crate::product::Login;
use crate::proxy::Proxy;
use crate::request::Request;
use crate::world::World;
use jeel_auth::Token;
use jeel_auth::core::{Credentials, Endpoint, Error, LoopbackHttp, Policy};
use jeel_auth_scenarios::{Ask, Client, Setup};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

pub(crate) struct CaseRun<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) case: Case,
    pub(crate) proxy: Proxy,
    pub(crate) client: Arc<dyn Client>,
    /// The first token, and the time from which it is no longer usable.
    first: Mutex<Option<(Token, Instant)>>,
    /// Whether the last token arrived after its own renewal time.
    pub(crate) late: AtomicBool,
}

impl<'w> CaseRun<'w> {
    pub(crate) fn new(
        world: &'w World<'w>,
        case: Case,
        login: &Login,
        policy: &Policy,
    ) -> Outcome<Self> {
        let proxy = Proxy::start(&world.runtime, case.scheme, world.tls, world.port);
        let proxy = proxy.map_err(|error| error.to_string())?;
        let url = format!("{}{}", proxy.origin(), world.product.token_path);
        let endpoint = Endpoint::parse(&url, LoopbackHttp::Allowed);
        let endpoint = endpoint.map_err(|error| error.to_string())?;
        let mut setup = Setup::new(endpoint, credentials(login)?);
        setup.encoding = case.encoding.choice();
        setup.policy = policy.clone();
        setup.authority = Some(world.tls.authority.clone());
        let client = case.adapter.connect(&setup).map_err(|error| error.to_string())?;
        Ok(Self {
            world,
            case,
            proxy,
            client,
            first: Mutex::new(None),
            late: AtomicBool::new(false),
        })
    }

    /// Asks with concurrent callers, which must all get the same token.
    pub(crate) fn token(&self, callers: usize) -> Outcome<Token> {
        let mut tokens = Vec::with_capacity(callers);
        for answer in self.client.ask(callers, Ask::new()) {
            tokens.push(answer.map_err(|error| format!("no token: {error}"))?);
        }
        ensure(tokens.len() == callers, || format!("{} of {callers} answered", tokens.len()))?;
        let token = tokens.pop().ok_or("no caller")?;
        let same = |other: &Token| other.expose_secret() == token.expose_secret();
        ensure(tokens.iter().all(same), || "callers got different tokens".to_owned())?;
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_none() {
            let usable_for = self.client.status().usable_for.unwrap_or_default();
            *first = Some((token.clone(), Instant::now() + usable_for));
        }
        Ok(token)
    }

    /// The first token, and the time from which it is no longer usable.
    pub(crate) fn first(&self) -> Outcome<(Token, Instant)> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.clone().ok_or_else(|| "there is no token yet".to_owned())
    }

    /// Asks once more, which must return the first token.
    pub(crate) fn same_token(&self) -> Outcome {
        let (first, _) = self.first()?;
        let same = self.token(1)?.expose_secret() == first.expose_secret();
        ensure(same, || "another token than before".to_owned())
    }

    /// Asks with concurrent callers, which must all get an error with this code.
    pub(crate) fn error(&self, callers: usize, code: &str) -> Outcome<Error> {
        let mut last = Err("no caller was answered".to_owned());
        for answer in self.client.ask(callers, Ask::new()) {
            let error = answer.err().ok_or_else(|| format!("a token instead of {code}"))?;
            ensure(error.code() == code, || format!("{code} expected, got: {error}"))?;
            last = Ok(error);
        }
        last
    }

    /// The encoding of the requests that get tokens in this case.
    pub(crate) fn works(&self) -> Seen {
        self.world.product.answers.works(self.case.encoding)
    }

    /// The first requests, up to the first whose body the server reads.
    pub(crate) fn opening(&self, status: u16) -> Vec<Request> {
        self.world.product.answers.opening(self.case.encoding, status)
    }

    /// The requests up to the first token, and `more` successful requests.
    pub(crate) fn issued(&self, more: usize) -> Vec<Request> {
        self.world.product.answers.issued(self.case.encoding, more)
    }

    /// The requests that the server received, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.proxy.exchanges().into_iter().map(Request::from).collect()
    }

    /// Checks the properties of every run.
    pub(crate) fn is_sound(&self) -> Outcome {
        is_sound(&self.proxy.exchanges(), self.client.status().counters.requests)
    }
}

/// Checks that each token request is correct, and that the server received as many as the cache
/// counted.
pub(crate) fn is_sound(exchanges: &[Exchange], counted: u64) -> Outcome {
    let token_requests = exchanges.iter().filter(|exchange| !exchange.path.starts_with(API));
    for exchange in token_requests.clone() {
        ensure(exchange.flaw.is_none(), || format!("a token request with {:?}", exchange.flaw))?;
    }
    let seen = token_requests.count();
    ensure(seen as u64 == counted, || format!("{counted} sent, {seen} arrived"))
}

pub(crate) fn credentials(login: &Login) -> Outcome<Credentials> {
    let credentials = Credentials::new(login.id.as_str(), login.secret.as_str());
    credentials.map_err(|error| error.to_string())
}

pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The path prefix of protected resources.
pub(crate) const API: &str = "/v1/";
