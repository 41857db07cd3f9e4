//! The first token, or why there is none.

use crate::case::cases;
use crate::install::Outcome;
use crate::product::{ISSUED, Login, Refusal};
use crate::table::Row;
use crate::trial::{Trial, ensure};
use crate::troupe::Troupe;
use crate::world::World;
use jeel_auth_driver::core::Policy;

pub(super) fn run(world: &World<'_>) -> Vec<Row> {
    let school = world.client("school", 3600);
    let wrong_secret = school.with_secret("a secret of yesteryear, too long ago");
    let nobody = Login { id: "nobody here".to_owned(), ..school.clone() };
    let answers = world.product.answers;
    let mut rows = success(world, &school);
    rows.extend(refusal(world, "wrong secret", &wrong_secret, answers.wrong_secret));
    rows.extend(refusal(world, "unknown client", &nobody, answers.unknown_client));
    rows
}

/// A crowd shares one token; after its rejection another one shares the next, and what the first
/// time taught of the encoding is remembered.
fn success(world: &World<'_>, school: &Login) -> Vec<Row> {
    let mut troupe = Troupe::new(world, "success", cases(), school, &Policy::default());
    // Of the settings that bring no token the unread body is all there is.
    let unread = world.product.answers.unread.unwrap_or(world.product.answers.unknown_client);
    let works = |trial: &Trial<'_>| world.product.answers.issues(trial.case.encoding);
    troupe.act(|trial| {
        if !works(trial) {
            return denied(trial, unread);
        }
        let token = trial.token(CROWD)?;
        trial.same_token()?;
        trial.client.reject(&token);
        let next = trial.token(CROWD)?;
        ensure(next.expose_secret() != token.expose_secret(), || "the rejected token".to_owned())
    });
    troupe.expect(|trial| if works(trial) { trial.issued(1) } else { trial.opening(ISSUED) })
}

/// A denial is one error for all who wait, and for who comes later too, without a request.
pub(crate) fn refusal(
    world: &World<'_>,
    scenario: &str,
    login: &Login,
    refusal: Refusal,
) -> Vec<Row> {
    let mut troupe = Troupe::new(world, scenario, cases(), login, &Policy::default());
    troupe.act(|trial| denied(trial, refusal));
    troupe.expect(|trial| trial.opening(refusal.status))
}

fn denied(trial: &Trial<'_>, refusal: Refusal) -> Outcome {
    let error = trial.error(CROWD, "denied")?;
    let held_off = error.retry_in().is_some_and(|wait| wait.as_secs() > 30);
    ensure(held_off, || format!("no hold-off: {error}"))?;
    let quoted = trial.world.product.answers.are_quoted_in(&error, refusal);
    ensure(quoted, || format!("{refusal:?} expected: {error}"))?;
    trial.error(CROWD, "denied").map(drop)
}

/// Callers at once.
const CROWD: usize = 8;
