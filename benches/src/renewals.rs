//! Study 3: the calls while a token is renewed, lives four seconds, or cannot be renewed.

use crate::callers::{Run, Tally, drive};
use crate::goals::Goals;
use crate::holder::{Holder, Ours};
#[cfg(feature = "peers")]
use crate::peers::{Aws, Azure, BehindALock, Google, Yup};
use crate::table::{Table, short};
use crate::world::Failure;
use std::time::Duration;

/// The results of this study.
#[derive(Debug)]
pub(crate) struct Renewals {
    pub(crate) rollover: Vec<Tally>,
    short_lived: Vec<Tally>,
    outage: Vec<Tally>,
}

pub(crate) fn study() -> Result<Renewals, Failure> {
    Ok(Renewals {
        rollover: all(Which::Rollover)?,
        short_lived: all(Which::ShortLived)?,
        outage: all(Which::Outage)?,
    })
}

/// The kind of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Rollover,
    ShortLived,
    Outage,
}

fn all(which: Which) -> Result<Vec<Tally>, Failure> {
    #[cfg(not(feature = "peers"))]
    return Ok(vec![one::<Ours>(which)?]);
    #[cfg(feature = "peers")]
    return Ok(vec![
        one::<Ours>(which)?,
        one::<Google>(which)?,
        one::<Azure>(which)?,
        one::<Yup>(which)?,
        one::<Aws>(which)?,
        one::<BehindALock>(which)?,
    ]);
}

pub(crate) fn one<H: Holder>(which: Which) -> Result<Tally, Failure> {
    drive::<H>(which.run::<H>())
}

impl Which {
    /// The lifetimes let each cache renew by its own rule within the run.
    pub(crate) fn run<H: Holder>(self) -> Run {
        let seconds = Duration::from_secs;
        let run = Run {
            delay: Duration::from_millis(200),
            lifetime: H::ROLLOVER,
            length: seconds(14),
            fails_after_first: false,
        };
        match self {
            Self::Rollover => run,
            Self::ShortLived => {
                let (delay, lifetime) = (Duration::from_millis(50), seconds(4));
                Run { delay, lifetime, length: seconds(20), ..run }
            }
            Self::Outage => {
                let (lifetime, length) = H::OUTAGE;
                Run { lifetime, length, fails_after_first: true, ..run }
            }
        }
    }
}

impl Renewals {
    pub(crate) fn markdown(&self) -> String {
        let rollover = table("rollover: 64 tasks, the server takes 200 ms", &self.rollover);
        let short_lived = table("tokens live 4 s, for 20 s", &self.short_lived);
        let outage = table("503 inside the margin", &self.outage);
        format!("{rollover}\n{short_lived}\n{outage}\n{}\n", self.goals())
    }

    fn goals(&self) -> Goals {
        let mut goals = Goals::new();
        if let Some(ours) = self.rollover.first() {
            goals.exactly("rollover: requests", ours.tokens as u64, ours.requests);
            goals.exactly("rollover: blocked calls", 0, ours.blocked);
            goals.at_most("rollover: longest call", 2.0, milliseconds(ours.latency.max()), " ms");
        }
        if let Some(ours) = self.short_lived.first() {
            goals.exactly("tokens of 4 s: requests", ours.tokens as u64, ours.requests);
            goals.exactly("tokens of 4 s: expired ones handed out", 0, ours.expired);
            goals.exactly("tokens of 4 s: blocked calls", 0, ours.blocked);
        }
        if let Some(ours) = self.outage.first() {
            goals.exactly("503 inside the margin: errors", 0, ours.errors);
            goals.exactly("503 inside the margin: blocked calls", 0, ours.blocked);
            let budget = budget(Which::Outage.run::<Ours>().length);
            goals.at_most("503 inside the margin: requests", budget, ours.requests as f64, "");
        }
        goals
    }
}

/// The requests that the default policy allows while one token reaches its renewal time.
pub(crate) fn budget(length: Duration) -> f64 {
    5.0 + (length.as_secs() / 12) as f64 + 2.0
}

fn table(what: &str, tallies: &[Tally]) -> Table {
    let mut table = Table::new(&[
        what,
        "requests",
        "tokens",
        "calls",
        "errors",
        "expired",
        "blocked",
        "unanswered",
        "p50, ms",
        "p99",
        "p99.9",
        "max",
    ]);
    for tally in tallies {
        let latency = |quantile| {
            let micros = tally.latency.value_at_quantile(quantile);
            short(milliseconds(micros))
        };
        table.row([
            tally.name.to_owned(),
            tally.requests.to_string(),
            tally.tokens.to_string(),
            tally.calls.to_string(),
            tally.errors.to_string(),
            tally.expired.to_string(),
            tally.blocked.to_string(),
            tally.unanswered.to_string(),
            latency(0.5),
            latency(0.99),
            latency(0.999),
            short(milliseconds(tally.latency.max())),
        ]);
    }
    table
}

fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
