//! A source without a server, for unit tests of applications.

use crate::blocking;
use crate::settings::ConfigError;
use crate::shared::Shared;
use crate::transport::{BoxFuture, OutsideRuntime, Runtime, Transport};
use jeel_auth_core::{
    Action, Cache, Credentials, Environment, Moment, Response, SecretBuffer, SendFailure,
    TokenRequest, TransportKind,
};
use std::fmt::Write;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

/// What the sources of one fixed token share: a cache that was issued the token already.
pub(crate) fn shared(token: &str) -> Result<Arc<Shared>, ConfigError> {
    let credentials = Credentials::new("fixed", "fixed").map_err(|_| ConfigError::fixed_token())?;
    let response = issuing(token);
    let shared = Shared::fixed(|now| {
        let endpoint = Environment::Sandbox.token_endpoint();
        let mut cache = Cache::new(endpoint, credentials, 0);
        answer(&mut cache, now, &response);
        // Nothing that led here is worth tracing.
        while cache.poll_event().is_some() {}
        cache
    });
    match shared.cached() {
        Some(_) => Ok(shared),
        None => Err(ConfigError::fixed_token()),
    }
}

fn answer(cache: &mut Cache, now: Moment, response: &Response) {
    let _ = cache.acquire(now, Duration::ZERO);
    if let Some(Action::Send(request)) = cache.poll_action(now) {
        cache.handle_response(now, request.flight(), response);
    }
}

fn issuing(token: &str) -> Response {
    let mut json = SecretBuffer::with_limit(usize::MAX);
    json.append(br#"{"token_type":"Bearer","access_token":""#);
    for character in token.chars() {
        // Core accepts visible ASCII alone; of that, JSON escapes these two.
        if matches!(character, '"' | '\\') {
            json.append(b"\\");
        }
        let _ = json.write_char(character);
    }
    json.append(br#""}"#);
    Response::new(200, [], json)
}

/// The transport and runtime of a fixed source, which sends nothing.
pub(crate) struct NoRuntime;

fn nothing_is_sent() -> SendFailure {
    SendFailure::new(TransportKind::Abandoned, "a fixed source sends nothing")
}

impl blocking::Transport for NoRuntime {
    fn send(&self, _: &TokenRequest) -> Result<Response, SendFailure> {
        Err(nothing_is_sent())
    }
}

impl Transport for NoRuntime {
    fn send<'a>(&'a self, _: &'a TokenRequest) -> BoxFuture<'a, Result<Response, SendFailure>> {
        Box::pin(async { Err(nothing_is_sent()) })
    }
}

impl Runtime for NoRuntime {
    fn check(&self) -> Result<(), OutsideRuntime> {
        Err(OutsideRuntime::new("real"))
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) {
        drop(task);
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(pending())
    }
}
