//! A scenario in many cases at once: acts in parallel, with the world changing in between.

use crate::case::Case;
use crate::install::Outcome;
use crate::product::Login;
use crate::request::{Request, Sequence};
use crate::table::Row;
use crate::trial::{Trial, ensure};
use crate::world::World;
use jeel_auth_driver::core::Policy;
use std::thread;

pub(crate) struct Troupe<'w> {
    world: &'w World<'w>,
    scenario: String,
    parts: Vec<Part<'w>>,
}

struct Part<'w> {
    case: Case,
    trial: Option<Trial<'w>>,
    /// So far. After a failure there are no further acts.
    result: Outcome,
}

impl<'w> Troupe<'w> {
    /// A client for each case.
    pub(crate) fn new(
        world: &'w World<'w>,
        scenario: impl Into<String>,
        cases: Vec<Case>,
        login: &Login,
        policy: &Policy,
    ) -> Self {
        let part = |case: Case| match Trial::new(world, case, login, policy) {
            Ok(trial) => Part { case, trial: Some(trial), result: Ok(()) },
            Err(why) => Part { case, trial: None, result: Err(why) },
        };
        let parts = cases.into_iter().map(part).collect();
        Self { world, scenario: scenario.into(), parts }
    }

    /// All do this at the same time.
    pub(crate) fn act(&mut self, act: impl Fn(&Trial<'w>) -> Outcome + Sync) {
        thread::scope(|scope| {
            for part in self.parts.iter_mut().filter(|part| part.result.is_ok()) {
                let act = &act;
                scope.spawn(move || {
                    if let Some(trial) = &part.trial {
                        part.result = act(trial);
                    }
                });
            }
        });
    }

    /// The world changes; if it cannot, that is everybody's failure.
    pub(crate) fn meanwhile(&mut self, change: impl FnOnce() -> Outcome) {
        if let Err(why) = change() {
            for part in &mut self.parts {
                part.result = Err(why.clone());
            }
        }
    }

    /// The end: exactly these requests were made, in this order.
    pub(crate) fn expect(self, requests: impl Fn(&Trial<'w>) -> Vec<Request>) -> Vec<Row> {
        self.judge(|trial, seen| {
            let expected = requests(trial);
            ensure(seen == expected, || format!("expected {}", Sequence::new(&expected)))
        })
    }

    /// The end: the requests are as they should be.
    pub(crate) fn judge(self, verdict: impl Fn(&Trial<'w>, &[Request]) -> Outcome) -> Vec<Row> {
        let Self { world, scenario, parts } = self;
        let row = |part: Part<'w>| {
            let requests = part.trial.as_ref().map(Trial::requests).unwrap_or_default();
            let result = part.result.and_then(|()| {
                let trial = part.trial.as_ref().ok_or("there is no client")?;
                verdict(trial, &requests).and_then(|()| trial.is_sound())
            });
            Row {
                server: world.product.name,
                version: world.product.version,
                scenario: scenario.clone(),
                case: part.case,
                requests,
                result,
            }
        };
        parts.into_iter().map(row).collect()
    }
}
