//! The server is stopped and started again.

use crate::case_run::{CaseRun, ensure};
use crate::clients::Clients;
use crate::exchange::Seen;
use crate::install::Outcome;
use crate::product::ISSUED;
use crate::request::Request;
use crate::table::Row;
use crate::world::{OUTAGE, World};
use jeel_auth::core::{ErrorKind, Policy};
use jeel_auth_scenarios::Ask;
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn run(world: &World<'_>) -> Vec<Row> {
    let client = world.client(OUTAGE, 5);
    let started = Instant::now();
    let policy = policy();
    let cases = world.working_cases();
    let mut clients = Clients::new(world, "stopped, started", cases, &client, &policy);
    clients.act(|run| run.token(4).map(drop));
    clients.meanwhile(|| {
        world.stop();
        Ok(())
    });
    clients.act(to_the_end_of_the_token);
    clients.meanwhile(|| world.start());
    clients.act(to_the_next_token);
    let most = allowed(&policy, started.elapsed());
    clients.judge(|run, seen| as_expected(run, seen, most))
}

/// Short back-offs, to keep the run short. The budget bounds the number of attempts.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.backoff_ceiling = Duration::from_secs(1);
    policy.interval = Duration::from_secs(2);
    policy
}

/// The bound of the budget: burst + W/interval + 2T + C. This scenario has two tokens.
fn allowed(policy: &Policy, window: Duration) -> usize {
    let gained = window.as_secs() / policy.interval.as_secs().max(1);
    policy.burst.get() as usize + usize::try_from(gained).unwrap_or(usize::MAX) + 2 * 2
}

/// Callers get the token until it expires. After that, they get an error with the cause.
fn to_the_end_of_the_token(run: &CaseRun<'_>) -> Outcome {
    let (_, end) = run.first()?;
    loop {
        let asked = Instant::now();
        if asked + MARGIN >= end {
            break;
        }
        run.same_token()?;
        thread::sleep(REST);
    }
    thread::sleep((end + MARGIN).saturating_duration_since(Instant::now()));
    for answer in run.client.ask(4, Ask::new().within(Duration::from_millis(500))) {
        let error = answer.err().ok_or("a token after its end")?;
        let known = matches!(
            error.kind(),
            ErrorKind::Transport(_) | ErrorKind::BudgetExhausted | ErrorKind::WaitTimedOut
        );
        ensure(known, || format!("an error of another kind: {error}"))?;
    }
    Ok(())
}

/// One request gets a token as soon as the hold-off has ended.
fn to_the_next_token(run: &CaseRun<'_>) -> Outcome {
    let end = Instant::now() + Duration::from_secs(30);
    while let Some(error) = run.client.ask(1, Ask::new()).into_iter().find_map(Result::err) {
        ensure(Instant::now() < end, || format!("still no token: {error}"))?;
        thread::sleep(REST);
    }
    Ok(())
}

/// Expects the requests for the first token, unanswered requests within the budget, and one
/// successful request.
fn as_expected(run: &CaseRun<'_>, seen: &[Request], most: usize) -> Outcome {
    let opening = run.opening(ISSUED);
    let rest = seen.strip_prefix(opening.as_slice()).ok_or("another first token")?;
    let (last, tries) = rest.split_last().ok_or("nothing after the first token")?;
    let next = Request::answered(run.works(), ISSUED);
    ensure(*last == next, || "the last request was no success".to_owned())?;
    let unanswered = |request: &Request| {
        request.status.is_none() && [Seen::Nothing, run.works()].contains(&request.seen)
    };
    ensure(tries.iter().all(unanswered), || "a stopped server answered".to_owned())?;
    let count = tries.len();
    ensure((1..=most).contains(&count), || format!("{count} tries, at most {most} allowed"))
}

/// The time around the expiry of the token in which a caller may get a token or an error.
const MARGIN: Duration = Duration::from_millis(150);
const REST: Duration = Duration::from_millis(50);
