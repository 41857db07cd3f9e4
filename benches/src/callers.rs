//! Tasks that acquire tokens repeatedly, and their counts.

use crate::holder::Holder;
use crate::server::Server;
use crate::world::{Failure, runtime};
use hdrhistogram::Histogram;
use http::HeaderValue;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The counts of all callers, from the first token on.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) name: &'static str,
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    /// Calls that were pending at the first poll.
    pub(crate) blocked: u64,
    /// Blocked calls that were still pending at the end of the run.
    pub(crate) unanswered: u64,
    /// Expired tokens handed out, according to the server's time of issue.
    pub(crate) expired: u64,
    /// The duration of calls in microseconds.
    pub(crate) latency: Histogram<u64>,
    pub(crate) requests: u64,
    pub(crate) tokens: usize,
}

/// The parameters of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// The time that the server takes to respond.
    pub(crate) delay: Duration,
    pub(crate) lifetime: Duration,
    pub(crate) length: Duration,
    /// Whether the server responds with 503 after it has issued one token.
    pub(crate) fails_after_first: bool,
}

const TASKS: usize = 64;

/// Each task asks about a thousand times a second. More would measure the wait for a processor.
const PAUSE: Duration = Duration::from_millis(1);

pub(crate) fn drive<H: Holder>(run: Run) -> Result<Tally, Failure> {
    let server = Arc::new(Server::start(run.delay, run.lifetime)?);
    let runtime = runtime()?;
    let tally = runtime.block_on(async {
        let holder = Arc::new(H::new(&server).await?);
        holder.header().await?;
        server.fail(run.fails_after_first);
        let end = Instant::now() + run.length;
        let tasks =
            (0..TASKS).map(|_| tokio::spawn(ask(Arc::clone(&holder), Arc::clone(&server), end)));
        let mut all = Tally::new(H::NAME)?;
        for task in tasks.collect::<Vec<_>>() {
            all.add(&task.await??)?;
        }
        all.requests = server.requests();
        all.tokens = server.tokens_issued();
        Ok::<_, Failure>(all)
    });
    // Tasks that hang are not awaited.
    runtime.shutdown_background();
    tally
}

async fn ask<H: Holder>(
    holder: Arc<H>,
    server: Arc<Server>,
    end: Instant,
) -> Result<Tally, Failure> {
    let mut tally = Tally::new(H::NAME)?;
    while Instant::now() < end {
        let start = Instant::now();
        let answer = answered(&*holder, &mut tally, end).await;
        let took = start.elapsed();
        tally.calls += 1;
        tally.latency.record(u64::try_from(took.as_micros())?)?;
        match answer {
            Some(Ok(value)) if server.end_of(value.as_bytes()) < Some(start) => tally.expired += 1,
            Some(Ok(_)) => {}
            Some(Err(_)) => tally.errors += 1,
            None => tally.unanswered += 1,
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(tally)
}

/// Asks once. Returns `None` if the call is pending at the end of the run.
async fn answered<H: Holder>(
    holder: &H,
    tally: &mut Tally,
    end: Instant,
) -> Option<Result<HeaderValue, Failure>> {
    let mut asking = pin!(holder.header());
    match poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => {
            tally.blocked += 1;
            tokio::time::timeout_at(end.into(), asking).await.ok()
        }
    }
}

impl Tally {
    fn new(name: &'static str) -> Result<Self, Failure> {
        Ok(Self {
            name,
            calls: 0,
            errors: 0,
            blocked: 0,
            unanswered: 0,
            expired: 0,
            latency: Histogram::new(3)?,
            requests: 0,
            tokens: 0,
        })
    }

    fn add(&mut self, other: &Self) -> Result<(), Failure> {
        self.calls += other.calls;
        self.errors += other.errors;
        self.blocked += other.blocked;
        self.unanswered += other.unanswered;
        self.expired += other.expired;
        self.latency.add(&other.latency)?;
        Ok(())
    }
}
