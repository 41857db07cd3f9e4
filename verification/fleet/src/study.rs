//! Simulates the three days under both rules, and checks the fleet of caches.

use crate::client::Client;
use crate::figures::Figures;
use crate::naive::Naive;
use crate::ours::Ours;
use crate::scenario::Scenario;
use crate::simulation::simulate;
use std::fmt;
use std::time::Duration;

/// The time within which the fleet must recover from its simultaneous start.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The time within which it must recover from a fault: the longest back-off, the interval of one
/// permit, and a few requests.
const RECOVERY: Duration = Duration::from_secs(75);

/// The counts of both fleets for one seed.
#[derive(PartialEq, Eq)]
pub(crate) struct Study {
    pub(crate) seed: u64,
    pub(crate) ours: Days,
    pub(crate) naive: Days,
}

/// The days of one fleet.
#[derive(PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) ordinary: (Scenario, Figures),
    pub(crate) outage: (Scenario, Figures),
    pub(crate) rotation: (Scenario, Figures),
}

impl Study {
    pub(crate) fn new(caches: usize, hours: u32, seed: u64) -> Self {
        let ours = Days::new::<Ours>(caches, hours, seed);
        ours.check();
        Self { seed, ours, naive: Days::new::<Naive>(caches, hours, seed) }
    }
}

impl Days {
    fn new<C: Client>(caches: usize, hours: u32, seed: u64) -> Self {
        let simulated = |scenario: Scenario| {
            let figures = simulate::<C>(&scenario, seed);
            (scenario, figures)
        };
        let ordinary = simulated(Scenario::ordinary(caches, hours));
        let worst = ordinary.1.busiest_ten_minutes();
        let outage = simulated(Scenario::outage(caches, hours, worst));
        Self { ordinary, outage, rotation: simulated(Scenario::rotation(caches, hours)) }
    }

    fn all(&self) -> [&(Scenario, Figures); 3] {
        [&self.ordinary, &self.outage, &self.rotation]
    }

    /// Checks the properties of the fleet as a whole.
    fn check(&self) {
        let too_many = self.ordinary.1.too_many.since(MINUTE).total();
        assert_eq!(too_many, 0, "a fleet that has spread out exceeds no limit");
        for (scenario, figures) in self.all() {
            let trouble = scenario.trouble().unwrap_or(scenario.length..scenario.length);
            let quiet = figures.waited.within(MINUTE..trouble.start);
            assert!(quiet.iter().all(|waited| *waited == 0), "a caller waits without a fault");
            let recovery = figures.waited.since(trouble.end).settled_after();
            assert!(recovery <= RECOVERY, "{}: recovered after {recovery:?}", scenario.name);
        }
    }
}

impl fmt::Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenario = &self.ours.ordinary.0;
        let (caches, rate, seed) = (scenario.caches, scenario.rate, self.seed);
        let hours = scenario.length.as_secs() / 3600;
        writeln!(f, "{caches} caches, {hours} h, at most {rate} requests a second, seed {seed}")?;
        writeln!(
            f,
            "peak: the busiest second; later, waited, turned away: after the first minute\n"
        )?;
        writeln!(
            f,
            "{:13}{:6}{:>10}{:>9}{:>6}{:>7}{:>8}{:>11}{:>8}{:>12}{:>10}",
            "day",
            "rule",
            "calls",
            "requests",
            "peak",
            "later",
            "429",
            "429 later",
            "waited",
            "turned away",
            "recovery"
        )?;
        for (name, days) in [("ours", &self.ours), ("naive", &self.naive)] {
            for (scenario, figures) in days.all() {
                write_line(f, name, scenario, figures)?;
            }
        }
        Ok(())
    }
}

fn write_line(
    f: &mut fmt::Formatter<'_>,
    rule: &str,
    scenario: &Scenario,
    figures: &Figures,
) -> fmt::Result {
    let later = |counts: &crate::figures::PerSecond| counts.since(MINUTE).total();
    let recovery = scenario.trouble().map_or_else(
        || "-".to_owned(),
        |trouble| format!("{} s", figures.waited.since(trouble.end).settled_after().as_secs()),
    );
    writeln!(
        f,
        "{:13}{rule:6}{:>10}{:>9}{:>6}{:>7}{:>8}{:>11}{:>8}{:>12}{recovery:>10}",
        scenario.name,
        figures.calls,
        figures.requests.total(),
        figures.requests.peak().1,
        figures.requests.since(MINUTE).peak().1,
        figures.too_many.total(),
        later(&figures.too_many),
        later(&figures.waited),
        later(&figures.refused),
    )
}

/// The seed to replay, if one is given.
pub(crate) fn seed() -> Option<u64> {
    let text = std::env::var("JEEL_FLEET_SEED").ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("JEEL_FLEET_SEED is not a number: {text}")))
}

/// Runs a function. If it panics, prints how to replay the failure.
pub(crate) fn replayable<T>(seed: u64, run: impl FnOnce() -> T) -> T {
    struct Replay(u64);
    impl Drop for Replay {
        #[expect(clippy::print_stderr, reason = "the reader of a failure needs the seed")]
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("replay with JEEL_FLEET_SEED={}", self.0);
            }
        }
    }
    let _replay = Replay(seed);
    run()
}
