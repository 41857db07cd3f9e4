//! Tokens with a lifetime of some seconds, through three renewals, with callers that ask
//! constantly.

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
        // On a busy machine, a response may take longer than a short lifetime.
        let one_more = run.late.load(Relaxed) && run.requests() == run.issued(renewals + 1);
        run.issued(if one_more { renewals + 1 } else { renewals })
    })
}

/// The number of tokens that had expired on arrival. The cache counts them as failures; it does not
/// count a body that the server did not read.
fn lifeless(run: &CaseRun<'_>) -> usize {
    usize::try_from(run.client.status().counters.failures).unwrap_or_default()
}

/// All callers get the error, and the server gets no further request.
fn without_a_life(mut clients: Clients<'_>) -> Vec<Row> {
    clients.act(|run| {
        let error = run.error(CALLERS, "malformed_response")?;
        ensure(error.status() == Some(ISSUED), || format!("another status: {error}"))
    });
    clients.expect(|run| run.opening(ISSUED))
}

/// A policy whose back-off is longer than the run.
fn left_alone() -> Policy {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    (policy.backoff_floor, policy.backoff_ceiling) = (LONG, LONG);
    policy
}

/// Tokens in the order in which a caller first got them, with the time.
type Sightings = Mutex<Vec<(String, Instant)>>;

fn through_renewals(run: &CaseRun<'_>, lifetime: Duration) -> Outcome {
    let sightings = Sightings::default();
    thread::scope(|scope| {
        let caller = || keep_asking(run, lifetime, &sightings);
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(caller)).collect();
        callers
            .into_iter()
            .try_for_each(|caller| caller.join().map_err(|_| "a caller panicked".to_owned())?)
    })
}

/// Asks until a caller has seen the last renewal.
fn keep_asking(run: &CaseRun<'_>, lifetime: Duration, sightings: &Sightings) -> Outcome {
    let end = Instant::now() + lifetime * 6 + Duration::from_secs(20);
    loop {
        let asked = Instant::now();
        for answer in run.client.ask(1, Ask::new()) {
            let token = answer.map_err(|error| format!("no token: {error}"))?;
            let number = sighted(sightings, token.expose_secret(), asked, lifetime)?;
            if number > RENEWALS {
                let status = run.client.status();
                run.late.fetch_or(status.in_flight || status.renew_in.is_none(), Relaxed);
                return Ok(());
            }
        }
        ensure(asked < end, || "too few renewals".to_owned())?;
        thread::sleep(REST);
    }
}

/// The number of tokens. Returns an error if an expired token was handed out.
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
/// A back-off is uniform between zero and its bound, so a back-off that is too short is very rare.
const LONG: Duration = Duration::from_secs(30 * 24 * 3600);
