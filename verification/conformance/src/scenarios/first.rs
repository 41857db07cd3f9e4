//! The first token, and denials.

use crate::case::cases;
use crate::case_run::{CaseRun, ensure};
use crate::clients::Clients;
use crate::install::Outcome;
use crate::product::{ISSUED, Login, Refusal};
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::Policy;

pub(super) fn run(world: &World<'_>) -> Vec<Row> {
    let school = world.client("school", 3600);
    let wrong_secret = school.with_secret("a secret that was replaced long ago");
    let nobody = Login { id: "nobody here".to_owned(), ..school.clone() };
    let answers = world.product.answers;
    let mut rows = success(world, &school);
    rows.extend(refusal(world, "wrong secret", &wrong_secret, answers.wrong_secret));
    rows.extend(refusal(world, "unknown client", &nobody, answers.unknown_client));
    rows
}

/// Concurrent callers share one token. After its rejection, others share the next token, and the
/// cache remembers the encoding.
fn success(world: &World<'_>, school: &Login) -> Vec<Row> {
    let mut clients = Clients::new(world, "success", cases(), school, &Policy::default());
    // A setting that gets no token gets the refusal of an unread body.
    let unread = world.product.answers.unread.unwrap_or(world.product.answers.unknown_client);
    let works = |run: &CaseRun<'_>| world.product.answers.issues(run.case.encoding);
    clients.act(|run| {
        if !works(run) {
            return denied(run, unread);
        }
        let token = run.token(CROWD)?;
        run.same_token()?;
        run.client.reject(&token);
        let next = run.token(CROWD)?;
        ensure(next.expose_secret() != token.expose_secret(), || "the rejected token".to_owned())
    });
    clients.expect(|run| if works(run) { run.issued(1) } else { run.opening(ISSUED) })
}

/// A denial is one error for all waiting callers. Later callers get it too, without a request.
pub(crate) fn refusal(
    world: &World<'_>,
    scenario: &str,
    login: &Login,
    refusal: Refusal,
) -> Vec<Row> {
    let mut clients = Clients::new(world, scenario, cases(), login, &Policy::default());
    clients.act(|run| denied(run, refusal));
    clients.expect(|run| run.opening(refusal.status))
}

fn denied(run: &CaseRun<'_>, refusal: Refusal) -> Outcome {
    let error = run.error(CROWD, "denied")?;
    let held_off = error.retry_in().is_some_and(|wait| wait.as_secs() > 30);
    ensure(held_off, || format!("no hold-off: {error}"))?;
    let quoted = run.world.product.answers.are_quoted_in(&error, refusal);
    ensure(quoted, || format!("{refusal:?} expected: {error}"))?;
    run.error(CROWD, "denied").map(drop)
}

/// The number of concurrent callers.
const CROWD: usize = 8;
