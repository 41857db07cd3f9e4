//! Runs a scenario in many cases concurrently, with changes of the server between the steps.

use crate::case::Case;
use crate::case_run::{CaseRun, ensure};
use crate::install::Outcome;
use crate::product::Login;
use crate::request::{Request, Sequence};
use crate::table::Row;
use crate::world::World;
use jeel_auth::core::Policy;
use std::thread;

pub(crate) struct Clients<'w> {
    world: &'w World<'w>,
    scenario: String,
    parts: Vec<Part<'w>>,
}

struct Part<'w> {
    case: Case,
    run: Option<CaseRun<'w>>,
    /// The result of the steps before. After a failure, the case runs no further step.
    result: Outcome,
}

impl<'w> Clients<'w> {
    /// A client for each case.
    pub(crate) fn new(
        world: &'w World<'w>,
        scenario: impl Into<String>,
        cases: Vec<Case>,
        login: &Login,
        policy: &Policy,
    ) -> Self {
        let part = |case: Case| match CaseRun::new(world, case, login, policy) {
            Ok(run) => Part { case, run: Some(run), result: Ok(()) },
            Err(why) => Part { case, run: None, result: Err(why) },
        };
        let parts = cases.into_iter().map(part).collect();
        Self { world, scenario: scenario.into(), parts }
    }

    /// Runs a step in all cases concurrently.
    pub(crate) fn act(&mut self, act: impl Fn(&CaseRun<'w>) -> Outcome + Sync) {
        thread::scope(|scope| {
            for part in self.parts.iter_mut().filter(|part| part.result.is_ok()) {
                let act = &act;
                scope.spawn(move || {
                    if let Some(run) = &part.run {
                        part.result = act(run);
                    }
                });
            }
        });
    }

    /// Changes the server. If that fails, all cases fail.
    pub(crate) fn meanwhile(&mut self, change: impl FnOnce() -> Outcome) {
        if let Err(why) = change() {
            for part in &mut self.parts {
                part.result = Err(why.clone());
            }
        }
    }

    /// Ends the scenario, and expects exactly these requests in this order.
    pub(crate) fn expect(self, requests: impl Fn(&CaseRun<'w>) -> Vec<Request>) -> Vec<Row> {
        self.judge(|run, seen| {
            let expected = requests(run);
            ensure(seen == expected, || format!("expected {}", Sequence::new(&expected)))
        })
    }

    /// Ends the scenario, and checks the requests.
    pub(crate) fn judge(self, verdict: impl Fn(&CaseRun<'w>, &[Request]) -> Outcome) -> Vec<Row> {
        let Self { world, scenario, parts } = self;
        let row = |part: Part<'w>| {
            let requests = part.run.as_ref().map(CaseRun::requests).unwrap_or_default();
            let result = part.result.and_then(|()| {
                let run = part.run.as_ref().ok_or("there is no client")?;
                verdict(run, &requests).and_then(|()| run.is_sound())
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
