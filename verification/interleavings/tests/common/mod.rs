//! Running a model, and a token endpoint for models.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use jeel_auth_interleavings::core::{
    Action, BodyEncoding, Cache, Credentials, EncodingChoice, Environment, Moment, Policy,
    Response, SendFailure, TokenRequest, TransportKind,
};
use jeel_auth_interleavings::{
    BoxFuture, Runtime, Stepped, Token, Transport, blocking, threads_over, time,
};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner, future, thread};
use std::collections::VecDeque;
use std::env;
use std::sync::Arc;
use std::time::Duration;

/// Interleavings of each model and scheduler, unless `JEEL_INTERLEAVINGS` names another number.
const INTERLEAVINGS: usize = 1500;

/// Preemptions at the worst places that the second scheduler tries to place.
const DEPTH: usize = 3;

/// Runs a model under schedules picked at random, and under schedules picked by priorities (PCT),
/// which find rare orders sooner. A schedule that fails is printed, to be replayed.
pub fn explore(model: fn()) {
    let number = env::var("JEEL_INTERLEAVINGS").map(|number| number.parse().unwrap());
    let number = number.unwrap_or(INTERLEAVINGS);
    run(RandomScheduler::new(number), model);
    run(PctScheduler::new(DEPTH, number), model);
}

/// Runs a model under every schedule there is; returns how many.
pub fn exhaust(model: fn()) -> usize {
    run(DfsScheduler::new(None, false), model)
}

fn run(scheduler: impl Scheduler + 'static, model: fn()) -> usize {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    Runner::new(scheduler, config).run(move || {
        time::begin();
        model();
    })
}

/// Runs `f` on this many threads and collects what they return, by number.
pub fn herd<R: Send + 'static>(
    threads: usize,
    f: impl Fn(usize) -> R + Clone + Send + 'static,
) -> Vec<R> {
    let spawn = |number| {
        let f = f.clone();
        thread::spawn(move || f(number))
    };
    let threads: Vec<_> = (0..threads).map(spawn).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long the server's tokens live.
pub const LIFETIME: Duration = seconds(100);

/// The answer to one request.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Token number n, for request number n.
    Token,
    Status(u16),
    Broken,
}

/// A token endpoint, which clones share. It issues tokens after the scripted answers, and fails the
/// model when two requests are under way at once.
#[derive(Clone, Debug, Default)]
pub struct Server(Arc<Stepped<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    script: VecDeque<Answer>,
    /// When each request came.
    came: Vec<Duration>,
    under_way: bool,
    /// The only secret that is accepted, or `None` for all.
    secret: Option<&'static str>,
}

impl Server {
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives these answers to the first requests.
    pub fn scripted(answers: &[Answer]) -> Self {
        let server = Self::default();
        server.0.peek(|inside| inside.script.extend(answers));
        server
    }

    /// Denies every other secret.
    pub fn accepting(secret: &'static str) -> Self {
        let server = Self::default();
        server.0.peek(|inside| inside.secret = Some(secret));
        server
    }

    pub fn requests(&self) -> usize {
        self.0.peek(|inside| inside.came.len())
    }

    /// When the request for this token came, which is not before it was sent.
    pub fn issued(&self, token: &Token) -> Duration {
        self.0.peek(|inside| *inside.came.get(number(token) - 1).unwrap())
    }

    fn begin(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let sent = String::from_utf8_lossy(request.body());
        self.0.step(|inside| {
            assert!(!inside.under_way, "two requests at once");
            inside.under_way = true;
            inside.came.push(time::peek());
            let denied = inside.secret.is_some_and(|secret| !sent.contains(secret));
            let usual = if denied { Answer::Status(401) } else { Answer::Token };
            respond(inside.script.pop_front().unwrap_or(usual), inside.came.len())
        })
    }

    /// A request is over for the server, before the driver knows.
    fn end(&self) {
        self.0.step(|inside| inside.under_way = false);
    }
}

/// The number of the request that a token answered, beginning with 1.
pub fn number(token: &Token) -> usize {
    token.expose_secret().strip_prefix("token-").unwrap().parse().unwrap()
}

fn respond(answer: Answer, number: usize) -> Result<Response, SendFailure> {
    match answer {
        Answer::Token => {
            let lifetime = LIFETIME.as_secs();
            let json = format!(
                r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{lifetime}}}"#
            );
            Ok(Response::new(200, [], json.as_bytes()))
        }
        Answer::Status(status) => Ok(Response::new(status, [], b"")),
        Answer::Broken => Err(SendFailure::new(TransportKind::Broken, "cut")),
    }
}

impl blocking::Transport for Server {
    fn send(&self, request: &TokenRequest) -> Result<Response, SendFailure> {
        let response = self.begin(request);
        self.end();
        response
    }
}

/// What a runtime does with its tasks.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Runs,
    /// It drops every task sooner or later, unless the task is done by then.
    ShutsDown,
    /// It drops every task at once.
    IsDown,
}

/// The server, as tasks see it.
#[derive(Debug)]
pub struct OnTasks(pub Server, pub Fate);

impl Transport for OnTasks {
    fn send<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, Result<Response, SendFailure>> {
        /// Hangs up also when the task is dropped half-way.
        struct Call<'a>(&'a Server);
        impl Drop for Call<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        Box::pin(async {
            let response = self.0.begin(request);
            let _call = Call(&self.0);
            future::yield_now().await;
            response
        })
    }
}

impl Runtime for OnTasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        match self.1 {
            Fate::Runs => drop(future::spawn(task)),
            Fate::ShutsDown => {
                let task = future::spawn(task);
                drop(thread::spawn(move || task.abort()));
            }
            Fate::IsDown => drop(task),
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(time::sleep(duration))
    }
}

pub fn credentials(secret: &'static str) -> Credentials {
    Credentials::new("school", secret).unwrap()
}

/// Without the random spread.
pub fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.renewal_margin = seconds(20);
    policy.fleet_spread = Duration::ZERO;
    policy
}

pub fn cache(policy: Policy) -> Cache {
    Cache::new(Environment::Sandbox.token_endpoint(), credentials("hush"), 7)
        .with_policy(policy)
        .with_encoding(EncodingChoice::Always(BodyEncoding::Multipart))
}

/// A source that holds a token already, so that no flight adds to the orders of a model.
pub fn source_with_token(server: &Server) -> blocking::TokenSource {
    threads_over(cache_with_token(server), server.clone())
}

pub fn cache_with_token(server: &Server) -> Cache {
    let mut cache = cache(policy());
    let now = Moment::new(time::peek(), time::peek());
    let _ = cache.acquire(now, Duration::ZERO);
    let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
    let response = blocking::Transport::send(server, &request).unwrap();
    cache.handle_response(now, request.flight(), &response);
    cache
}

pub fn source(server: &Server) -> blocking::TokenSource {
    threads_over(cache(policy()), server.clone())
}
