//! Runs a scenario: starts its server and its client, and runs the steps.

use crate::adapter::{Adapter, Answer, Ask, Client};
use crate::expect::{Verdict, ensure, is_proper};
use crate::ledger::Ledger;
use crate::scenario::{Call, Condition, Outcome, Scenario, Scheme, Step, Which, Written};
use crate::server::Server;
use jeel_auth::Token;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Runs one scenario with one adapter over one scheme.
///
/// # Errors
/// Returns the difference from the expectation, and the step.
pub fn run(adapter: &Adapter, scheme: Scheme, scenario: &Scenario) -> Result<(), String> {
    let mut run = Run::start(adapter, scheme, scenario)?;
    for (number, Written { step, text }) in scenario.steps.iter().enumerate() {
        run.take(step).map_err(|difference| {
            run.explain(scenario, format!("step {}, {text}: {difference}", number + 1))
        })?;
    }
    let end = scenario.expect.describes(&run.server);
    end.map_err(|difference| run.explain(scenario, format!("at the end: {difference}")))
}

struct Run {
    server: Server,
    client: Arc<dyn Client>,
    ledger: Ledger,
    /// The callers in the background.
    started: Vec<(Call, JoinHandle<Asked>)>,
}

/// A finished call.
struct Asked {
    at: Instant,
    answers: Vec<Answer>,
}

impl Run {
    fn start(adapter: &Adapter, scheme: Scheme, scenario: &Scenario) -> Result<Self, String> {
        let server = Server::start(&scenario.server, scheme)?;
        let setup = scenario.client.setup(&server)?;
        let client = adapter.connect(&setup).map_err(|error| error.to_string())?;
        Ok(Self { server, client, ledger: Ledger::default(), started: Vec::new() })
    }

    fn explain(&self, scenario: &Scenario, difference: String) -> String {
        format!("{}\n{difference}\n{}", scenario.about(), self.server.journal())
    }

    fn take(&mut self, step: &Step) -> Verdict {
        let emulator = self.server.emulator();
        match step {
            Step::Token(call) => return self.judge(call, ask(&self.client, call)),
            Step::Start(call) => self.begin(call.clone()),
            Step::Join => return self.join(),
            Step::KeepAsking { callers, for_ms } => {
                return self.keep_asking(*callers, Duration::from_millis(*for_ms));
            }
            Step::Reject { times, token } => {
                let token = self.token(*token)?;
                (0..*times).for_each(|_| self.client.reject(&token));
            }
            Step::SetCredentials(who) => {
                self.client.set_credentials(who.credentials(self.server.login())?);
            }
            Step::Resource(expected) => {
                let token = self.token(Which::Current)?;
                let status = self.server.call_api(token.expose_secret())?;
                return ensure(status == *expected, || format!("the API answered {status}"));
            }
            Step::Script(faults) => emulator.script_all(faults.iter().map(|fault| fault.fault())),
            Step::Always(fault) => emulator.always(fault.fault()),
            Step::ClearFaults => emulator.clear_faults(),
            Step::Hold => self.server.hold(),
            Step::Release => self.server.release(),
            Step::RotateSecret(secret) => self.server.rotate_secret(secret),
            Step::RotateKey => return emulator.rotate_key().map_err(|error| error.to_string()),
            Step::RevokeAll => emulator.revoke_all(),
            Step::SetLifetimeMs(lifetime) => {
                self.server.set_lifetime(Duration::from_millis(*lifetime));
            }
            Step::SetAccepts(encodings) => emulator.set_accepts((*encodings).into()),
            Step::WaitFor(condition) => return self.wait_for(condition),
            Step::Check(counts) => return counts.describes(&self.server),
        }
        Ok(())
    }

    fn begin(&mut self, call: Call) {
        let (client, asked) = (Arc::clone(&self.client), call.clone());
        self.started.push((call, thread::spawn(move || ask(&client, &asked))));
    }

    fn join(&mut self) -> Verdict {
        for (call, thread) in std::mem::take(&mut self.started) {
            let asked = thread.join().map_err(|_| "the callers panicked".to_owned())?;
            self.judge(&call, asked)?;
        }
        Ok(())
    }

    fn token(&self, which: Which) -> Result<Token, String> {
        let token = match which {
            Which::Current => self.ledger.latest(),
            Which::First => self.ledger.first(),
        };
        token.ok_or_else(|| "no caller got a token yet".to_owned())
    }

    fn judge(&self, call: &Call, asked: Asked) -> Verdict {
        let (expected, got) = (call.callers, asked.answers.len());
        ensure(expected == got, || format!("{got} of {expected} callers got a result"))?;
        for error in asked.answers.iter().filter_map(|answer| answer.as_ref().err()) {
            is_proper(error, &self.server, &self.ledger)?;
        }
        match &call.expect {
            Outcome::Error(failure) => asked.answers.iter().try_for_each(|a| failure.describes(a)),
            Outcome::New => self.handed_out(asked, true),
            Outcome::Same => self.handed_out(asked, false),
        }
    }

    /// Expects that all callers got the same token, which is new or the latest one.
    fn handed_out(&self, asked: Asked, new: bool) -> Verdict {
        let latest = self.ledger.latest();
        for (number, answer) in asked.answers.into_iter().enumerate() {
            let token = answer.map_err(|error| format!("expected a token, got: {error}"))?;
            let same = |other: &Token| other.expose_secret() == token.expose_secret();
            let is_latest = latest.as_ref().is_some_and(same);
            ensure(new || is_latest, || "expected the same token, got another".to_owned())?;
            let entered = self.ledger.enter(token, asked.at, self.server.lifetime())?;
            let first = number == 0;
            ensure(entered == (new && first), || match (new, first) {
                (true, true) => "expected a new token, got an earlier one".to_owned(),
                _ => "the callers got different tokens".to_owned(),
            })?;
        }
        Ok(())
    }

    /// Runs callers that acquire a token in a loop, with a short pause between calls.
    fn keep_asking(&self, callers: usize, time: Duration) -> Verdict {
        let end = Instant::now() + time;
        let caller = || {
            while Instant::now() < end {
                let asked = Instant::now();
                for answer in self.client.ask(1, Ask::new()) {
                    let token = answer.map_err(|error| error.to_string())?;
                    self.ledger.enter(token, asked, self.server.lifetime())?;
                }
                thread::sleep(REST);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..callers).map(|_| scope.spawn(caller)).collect();
            threads.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| Err("a caller panicked".to_owned()))
            })
        })
    }

    fn wait_for(&self, condition: &Condition) -> Verdict {
        let started = Instant::now();
        while !condition.holds(&self.client.status(), &self.server) {
            ensure(started.elapsed() < LONGEST_WAIT, || {
                format!("timed out; the status of the cache is {:?}", self.client.status())
            })?;
            thread::sleep(REST);
        }
        Ok(())
    }
}

fn ask(client: &Arc<dyn Client>, call: &Call) -> Asked {
    let ask = match (call.wait_ms, call.valid_for_ms) {
        (Some(wait), _) => Ask::new().within(Duration::from_millis(wait)),
        (None, Some(valid_for)) => Ask::new().valid_for(Duration::from_millis(valid_for)),
        (None, None) => Ask::new(),
    };
    Asked { at: Instant::now(), answers: client.ask(call.callers, ask) }
}

const REST: Duration = Duration::from_millis(2);
const LONGEST_WAIT: Duration = Duration::from_secs(20);
