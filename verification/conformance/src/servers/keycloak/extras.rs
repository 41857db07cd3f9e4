//! A secret rotated at run time, a client disabled and enabled again, and a lifespan above the
//! limit.

use super::admin::change;
use crate::case_run::{CaseRun, credentials, ensure};
use crate::clients::Clients;
use crate::install::Outcome;
use crate::product::ISSUED;
use crate::request::Request;
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::{Error, Policy};
use serde_json::json;
use std::thread;
use std::time::Duration;

pub(super) fn run(world: &World<'_>) -> Vec<Row> {
    let mut rows = rotated(world);
    rows.extend(disabled(world));
    rows.extend(ceiling(world));
    rows
}

/// The current token stays. The next request is denied. New credentials end the hold-off at once.
fn rotated(world: &World<'_>) -> Vec<Row> {
    let login = world.client("rotated", 3600);
    let next = login.with_secret(&format!("{} of today", login.secret));
    let policy = Policy::default();
    let mut clients = Clients::new(world, "secret rotated", world.working_cases(), &login, &policy);
    clients.act(|run| run.token(4).map(drop));
    clients.meanwhile(|| change(world, &next, &json!({"secret": next.secret})));
    clients.act(|run| {
        run.same_token()?;
        run.client.reject(&run.first()?.0);
        has_code(&run.error(4, "denied")?, "unauthorized_client")?;
        run.client.set_credentials(credentials(&next)?);
        run.token(4).map(drop)
    });
    clients.expect(|run| denied_once(run))
}

/// The client gets a token as soon as the hold-off has ended.
fn disabled(world: &World<'_>) -> Vec<Row> {
    let login = world.client("disabled", 3600);
    let mut policy = Policy::default();
    policy.denied_floor = HOLD_OFF;
    policy.patience = Duration::ZERO;
    let mut clients =
        Clients::new(world, "disabled, enabled", world.working_cases(), &login, &policy);
    clients.act(|run| run.token(4).map(drop));
    clients.meanwhile(|| change(world, &login, &json!({"enabled": false})));
    clients.act(|run| {
        run.same_token()?;
        run.client.reject(&run.first()?.0);
        has_code(&run.error(4, "denied")?, "invalid_client")
    });
    clients.meanwhile(|| change(world, &login, &json!({"enabled": true})));
    clients.act(|run| {
        if run.client.status().retry_in.is_some() {
            run.error(4, "denied")?;
        }
        thread::sleep(run.client.status().retry_in.unwrap_or_default());
        run.token(4).map(drop)
    });
    clients.expect(|run| denied_once(run))
}

fn has_code(error: &Error, code: &str) -> Outcome {
    ensure(error.oauth_code() == Some(code), || format!("{code} expected: {error}"))
}

/// One denial does not put a proven encoding in doubt.
fn denied_once(run: &CaseRun<'_>) -> Vec<Request> {
    let mut requests = run.opening(ISSUED);
    requests.push(Request::answered(run.works(), UNAUTHORIZED));
    requests.push(Request::answered(run.works(), ISSUED));
    requests
}

/// The realm's longest session limits the lifetime of tokens, for any lifespan of the client.
fn ceiling(world: &World<'_>) -> Vec<Row> {
    let login = world.client("ceiling", 3600);
    let policy = Policy::default();
    let mut clients =
        Clients::new(world, "36000 s ceiling", world.working_cases(), &login, &policy);
    let lifespan = json!({"attributes": {"access.token.lifespan": "100000"}});
    clients.meanwhile(|| change(world, &login, &lifespan));
    clients.act(|run| run.token(4).map(drop).and_then(|()| is_ten_hours(run)));
    clients.expect(|run| run.issued(0))
}

fn is_ten_hours(run: &CaseRun<'_>) -> Outcome {
    let usable_for = run.client.status().usable_for.unwrap_or_default();
    let ten_hours = Duration::from_secs(36_000 - 60)..=Duration::from_secs(36_000);
    ensure(ten_hours.contains(&usable_for), || format!("a token for {usable_for:?}"))
}

const UNAUTHORIZED: u16 = 401;
const HOLD_OFF: Duration = Duration::from_secs(2);
