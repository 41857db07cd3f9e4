//! Running a model, and a token endpoint for models.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use jeel_auth_interleavings::core::{
    BodyEncoding, Cache, Credentials, EncodingChoice, Environment, Policy, Response, SendFailure,
    TokenRequest, TransportKind,
};
use jeel_auth_interleavings::{
    AsyncTransport, Blocking, BlockingTransport, Received, Stepped, Token, TokenSource,
    source_over, time,
};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner, future, thread};
use std::collections::VecDeque;
use std::env;
use std::future::Future;
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

/// What one request is answered with.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Token number n, for request number n.
    Token,
    Status(u16),
    Broken,
}

/// A token endpoint; clones are one. It answers with tokens, but for what is scripted, and fails the
/// model when two requests are under way at once.
#[derive(Clone, Debug, Default)]
pub struct Server(Arc<Stepped<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    script: VecDeque<Answer>,
    /// When each request came.
    came: Vec<Duration>,
    under_way: bool,
    /// The one secret that is accepted, if not all are.
    secret: Option<&'static str>,
}

impl Server {
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the first requests so.
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

    fn begin(&self, request: &TokenRequest) -> Result<Canned, SendFailure> {
        let sent = String::from_utf8_lossy(request.body());
        self.0.step(|inside| {
            assert!(!inside.under_way, "two requests at once");
            inside.under_way = true;
            inside.came.push(time::peek());
            let denied = inside.secret.is_some_and(|secret| !sent.contains(secret));
            let usual = if denied { Answer::Status(401) } else { Answer::Token };
            Canned::new(inside.script.pop_front().unwrap_or(usual), inside.came.len())
        })
    }

    /// A request is over for the server, before the driver knows.
    fn end(&self) {
        self.0.step(|inside| inside.under_way = false);
    }
}

/// Whose request a token answered, beginning with 1.
pub fn number(token: &Token) -> usize {
    token.expose_secret().strip_prefix("token-").unwrap().parse().unwrap()
}

pub struct Canned(u16, String);

impl Canned {
    fn new(answer: Answer, number: usize) -> Result<Self, SendFailure> {
        let lifetime = LIFETIME.as_secs();
        match answer {
            Answer::Token => Ok(Self(
                200,
                format!(
                    r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{lifetime}}}"#
                ),
            )),
            Answer::Status(status) => Ok(Self(status, String::new())),
            Answer::Broken => Err(SendFailure::new(TransportKind::Broken, "cut")),
        }
    }
}

impl Received for Canned {
    fn response(&self) -> Response<'_> {
        Response::new(self.0, [], self.1.as_bytes())
    }
}

impl BlockingTransport for Server {
    type Received = Canned;

    fn with_defaults() -> Result<Self, String> {
        Ok(Self::new())
    }

    fn send(&self, request: &TokenRequest) -> Result<Canned, SendFailure> {
        let answer = self.begin(request);
        self.end();
        answer
    }
}

/// What becomes of the tasks that a runtime is given.
#[derive(Clone, Copy, Debug)]
pub enum Runtime {
    Up,
    /// It drops every task sooner or later, if it is not done by then.
    ShuttingDown,
    /// It drops every task at once.
    Down,
}

/// The server, as tasks see it.
#[derive(Debug)]
pub struct OnTasks(pub Server, pub Runtime);

impl AsyncTransport for OnTasks {
    type Received = Canned;

    fn with_defaults() -> Result<Self, String> {
        Ok(Self(Server::new(), Runtime::Up))
    }

    async fn send(&self, request: &TokenRequest) -> Result<Canned, SendFailure> {
        /// Hangs up also when the task is dropped half-way.
        struct Call<'a>(&'a Server);
        impl Drop for Call<'_> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        let answer = self.0.begin(request);
        let _call = Call(&self.0);
        future::yield_now().await;
        answer
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match self.1 {
            Runtime::Up => drop(future::spawn(task)),
            Runtime::ShuttingDown => {
                let task = future::spawn(task);
                drop(thread::spawn(move || task.abort()));
            }
            Runtime::Down => drop(task),
        }
    }

    async fn sleep(&self, duration: Duration) {
        time::sleep(duration).await;
    }
}

pub fn credentials(secret: &'static str) -> Credentials {
    Credentials::new("school", secret).unwrap()
}

/// Nothing is left to chance but what a test wants to be.
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

pub type Threads = TokenSource<Blocking<Server>>;

pub fn source(server: &Server) -> Threads {
    source_over(cache(policy()), server.clone())
}
