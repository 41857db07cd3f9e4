//! Tokens of a few seconds, through three renewals, under callers that never stop asking.

use crate::case_run::{CaseRun, ensure};
use crate::clients::Clients;
use crate::install::Outcome;
use crate::product::{ISSUED, Left, Lifetime};
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::Policy;
use jeel_auth_scenarios::Ask;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn run(world: &World<'_>, lifetime: Lifetime) -> Vec<Row> {
    let Lifetime { seconds, left } = lifetime;
    let client = world.client(&format!("of {seconds} s"), seconds);
    let cases = world.working_cases();
    if left == Left::None {
        let scenario = format!("no time left, {seconds} s");
        return without_a_life(Clients::new(world, scenario, cases, &client, &left_alone()));
    }
    let scenario = format!("3 renewals, {seconds} s");
    let mut clients = Clients::new(world, scenario, cases, &client, &Policy::default());
    clients.act(|run| through_renewals(run, Duration::from_secs(seconds)));
    clients.expect(|run| {
        let lifeless = if left == Left::NotAlways { lifeless(run) } else { 0 };
        let renewals = RENEWALS + lifeless;
        // A response that takes most of a second, on a busy machine, leaves a short life no time.
        let one_more = run.late.load(Relaxed) && run.requests() == run.issued(renewals + 1);
        run.issued(if one_more { renewals + 1 } else { renewals })
    })
}

/// How many tokens came without a life: failures by the cache's own count, in which a body that the
/// server did not read is none.
fn lifeless(run: &CaseRun<'_>) -> usize {
    usize::try_from(run.client.status().counters.failures).unwrap_or_default()
}

/// Everybody is told, and the server is left alone.
fn without_a_life(mut clients: Clients<'_>) -> Vec<Row> {
    clients.act(|run| {
        let error = run.error(CALLERS, "malformed_response")?;
        ensure(error.status() == Some(ISSUED), || format!("another status: {error}"))
    });
    clients.expect(|run| run.opening(ISSUED))
}

/// After a failure, for longer than the run takes.
fn left_alone() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    (policy.backoff_floor, policy.backoff_ceiling) = (LONG, LONG);
    policy
}

/// Tokens in the order in which they were first seen, and when that was.
type Sightings = Mutex<Vec<(String, Instant)>>;

fn through_renewals(run: &CaseRun<'_>, lifetime: Duration) -> Outcome {
    let sightings = Sightings::default();
    thread::scope(|scope| {
        let caller = || keep_asking(run, lifetime, &sightings);
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(caller)).collect();
        callers
            .into_iter()
            .try_for_each(|caller| caller.join().map_err(|_| "a caller died".to_owned())?)
    })
}

/// Asks until the last renewal has been seen by anyone.
fn keep_asking(run: &CaseRun<'_>, lifetime: Duration, sightings: &Sightings) -> Outcome {
    let end = Instant::now() + lifetime * 6 + Duration::from_secs(20);
    loop {
        let asked = Instant::now();
        for answer in run.client.ask(1, Ask::Token) {
            let token = answer.map_err(|error| format!("no token: {error}"))?;
            let number = sighted(sightings, token.expose_secret(), asked, lifetime)?;
            if number > RENEWALS {
                let status = run.client.status();
                run.late.fetch_or(status.in_flight || status.renew_in.is_none(), Relaxed);
                return Ok(());
            }
        }
        ensure(asked < end, || "in vain: too few renewals".to_owned())?;
        thread::sleep(REST);
    }
}

/// How many tokens there were until now; an error for one that was handed out when it was over.
fn sighted(
    sightings: &Sightings,
    token: &str,
    asked: Instant,
    lifetime: Duration,
) -> Result<usize, String> {
    let mut sightings = sightings.lock().unwrap_or_else(PoisonError::into_inner);
    match sightings.iter().find(|(known, _)| known == token) {
        Some((_, since)) => ensure(asked <= *since + lifetime, || "an expired token".to_owned())?,
        None => sightings.push((token.to_owned(), Instant::now())),
    }
    Ok(sightings.len())
}

const RENEWALS: usize = 3;
const CALLERS: usize = 4;
const REST: Duration = Duration::from_millis(20);
/// A back-off is drawn from nothing up to its bound: a short draw is one in a million.
const LONG: Duration = Duration::from_secs(30 * 24 * 3600);
