//! A secret rotated while running, a client disabled and enabled again, a lifespan over the
//! ceiling.

use super::admin::change;
use crate::install::Outcome;
use crate::product::ISSUED;
use crate::request::Request;
use crate::table::Row;
use crate::trial::{Trial, credentials, ensure};
use crate::troupe::Troupe;
use crate::world::World;
use jeel_auth_driver::core::{Error, Policy};
use serde_json::json;
use std::thread;
use std::time::Duration;

pub(super) fn run(world: &World<'_>) -> Vec<Row> {
    let mut rows = rotated(world);
    rows.extend(disabled(world));
    rows.extend(ceiling(world));
    rows
}

/// The token at hand stays; the next request is denied; new credentials end the hold-off at once.
fn rotated(world: &World<'_>) -> Vec<Row> {
    let login = world.client("rotated", 3600);
    let next = login.with_secret(&format!("{} of today", login.secret));
    let policy = Policy::default();
    let mut troupe = Troupe::new(world, "secret rotated", world.working_cases(), &login, &policy);
    troupe.act(|trial| trial.token(4).map(drop));
    troupe.meanwhile(|| change(world, &next, &json!({"secret": next.secret})));
    troupe.act(|trial| {
        trial.same_token()?;
        trial.client.reject(&trial.first()?.0);
        has_code(&trial.error(4, "denied")?, "unauthorized_client")?;
        trial.client.set_credentials(credentials(&next)?);
        trial.token(4).map(drop)
    });
    troupe.expect(|trial| denied_once(trial))
}

/// As soon as the hold-off is over, the client is back.
fn disabled(world: &World<'_>) -> Vec<Row> {
    let login = world.client("disabled", 3600);
    let mut policy = Policy::default();
    policy.denied_floor = HOLD_OFF;
    policy.patience = Duration::ZERO;
    let mut troupe =
        Troupe::new(world, "disabled, enabled", world.working_cases(), &login, &policy);
    troupe.act(|trial| trial.token(4).map(drop));
    troupe.meanwhile(|| change(world, &login, &json!({"enabled": false})));
    troupe.act(|trial| {
        trial.same_token()?;
        trial.client.reject(&trial.first()?.0);
        has_code(&trial.error(4, "denied")?, "invalid_client")
    });
    troupe.meanwhile(|| change(world, &login, &json!({"enabled": true})));
    troupe.act(|trial| {
        if trial.client.status().retry_in.is_some() {
            trial.error(4, "denied")?;
        }
        thread::sleep(trial.client.status().retry_in.unwrap_or_default());
        trial.token(4).map(drop)
    });
    troupe.expect(|trial| denied_once(trial))
}

fn has_code(error: &Error, code: &str) -> Outcome {
    ensure(error.oauth_code() == Some(code), || format!("{code} expected: {error}"))
}

/// A proven encoding is not put in doubt by one denial.
fn denied_once(trial: &Trial<'_>) -> Vec<Request> {
    let mut requests = trial.opening(ISSUED);
    requests.push(Request::answered(trial.works(), UNAUTHORIZED));
    requests.push(Request::answered(trial.works(), ISSUED));
    requests
}

/// Whatever lifespan a client has, the realm's longest session ends its tokens.
fn ceiling(world: &World<'_>) -> Vec<Row> {
    let login = world.client("ceiling", 3600);
    let policy = Policy::default();
    let mut troupe = Troupe::new(world, "36000 s ceiling", world.working_cases(), &login, &policy);
    let lifespan = json!({"attributes": {"access.token.lifespan": "100000"}});
    troupe.meanwhile(|| change(world, &login, &lifespan));
    troupe.act(|trial| trial.token(4).map(drop).and_then(|()| is_ten_hours(trial)));
    troupe.expect(|trial| trial.issued(0))
}

fn is_ten_hours(trial: &Trial<'_>) -> Outcome {
    let usable_for = trial.client.status().usable_for.unwrap_or_default();
    let ten_hours = Duration::from_secs(36_000 - 60)..=Duration::from_secs(36_000);
    ensure(ten_hours.contains(&usable_for), || format!("a token for {usable_for:?}"))
}

const UNAUTHORIZED: u16 = 401;
const HOLD_OFF: Duration = Duration::from_secs(2);
