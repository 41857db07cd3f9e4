//! The reqwest middleware in front of an API.

use super::new_key::ridden_out;
use crate::case::Case;
use crate::case_run::{API, credentials, ensure, is_sound};
use crate::install::Outcome;
use crate::product::{ISSUED, Login};
use crate::proxy::Proxy;
use crate::request::{Request, Sequence};
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::{Endpoint, Environment, LoopbackHttp, Origin};
use jeel_auth_reqwest::{JeelAuth, Reqwest, TokenSource};
use jeel_auth_scenarios::reqwest_trusting;
use reqwest::redirect::Policy;
use reqwest_middleware::ClientWithMiddleware;
use std::error::Error;
use tokio::runtime::Handle;

/// A client with the middleware, and the result of its calls.
pub(super) struct Middleware<'w> {
    world: &'w World<'w>,
    case: Case,
    parts: Result<Parts, String>,
    result: Outcome,
}

struct Parts {
    proxy: Proxy,
    tokens: TokenSource,
    api: ClientWithMiddleware,
    /// A runtime that also runs between calls, as an application's does. Otherwise the client would
    /// not notice that the server closed a connection.
    runtime: Handle,
}

impl<'w> Middleware<'w> {
    pub(super) fn new(world: &'w World<'w>, case: Case, login: &Login) -> Self {
        let parts = Parts::new(world, case, login).map_err(|error| error.to_string());
        Self { world, case, parts, result: Ok(()) }
    }

    /// Calls the API, which must accept the call.
    pub(super) fn call(&mut self) {
        let call = self.parts.as_ref().map_err(Clone::clone).and_then(Parts::call);
        if self.result.is_ok() {
            self.result = call;
        }
    }

    pub(super) fn row(self) -> Row {
        let Self { world, case, parts, mut result } = self;
        let product = world.product;
        let expected = ridden_out(
            product.answers.opening(case.encoding, ISSUED),
            product.answers.works(case.encoding),
        );
        let mut requests: Vec<Request> = Vec::new();
        if let Ok(parts) = parts {
            let exchanges = parts.proxy.exchanges();
            let sound = is_sound(&exchanges, parts.tokens.status().counters.requests);
            requests = exchanges.into_iter().map(Request::from).collect();
            result = result.and(sound).and_then(|()| {
                let otherwise = || format!("expected {}", Sequence::new(&expected));
                ensure(requests == expected, otherwise)
            });
        }
        Row {
            server: product.name,
            version: product.version,
            scenario: "new key, middleware".to_owned(),
            case,
            requests,
            result,
        }
    }
}

impl Parts {
    fn new(world: &World<'_>, case: Case, login: &Login) -> Result<Self, Box<dyn Error>> {
        let proxy = Proxy::start(&world.runtime, case.scheme, world.tls, world.port)?;
        let url = format!("{}{}", proxy.origin(), world.product.token_path);
        let trusting = || reqwest_trusting(&world.tls.authority);
        let transport = trusting()?.redirect(Policy::none()).build()?;
        let transport = Reqwest::with_client(transport);
        let tokens = TokenSource::builder(Environment::Sandbox, credentials(login)?, transport)
            .endpoint(Endpoint::parse(&url, LoopbackHttp::Allowed)?)
            .api_origin(Origin::parse(&proxy.origin(), LoopbackHttp::Allowed)?)
            .encoding(case.encoding.choice())
            .build()?;
        let api = JeelAuth::client(&tokens, trusting()?)?;
        Ok(Self { proxy, tokens, api, runtime: world.runtime.clone() })
    }

    fn call(&self) -> Outcome {
        let url = format!("{}{API}payments", self.proxy.origin());
        let response = self.runtime.block_on(self.api.get(url).send());
        let status = response.map_err(|error| format!("the API: {error}"))?.status();
        ensure(status.is_success(), || format!("the API answered {status}"))
    }
}
