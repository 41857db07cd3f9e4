//! The checks of CI. They check counts, which do not depend on the load of the machine, and no
//! times.

use crate::allocations;
use crate::bytes_study;
use crate::herd;
use crate::holder::Ours;
use crate::instructions::{self, Counts};
use crate::renewals::{self, Which};
use crate::subjects::{Kind, near_expiry, server, subjects};
use crate::world::{Failure, runtime};
use std::io::Write;
use std::thread::spawn;

/// The limits of instructions per read: the measured counts and a small tolerance for other
/// compilers. Lower the limits when the counts get lower.
const MOST_INSTRUCTIONS: [(&str, f64); 6] = [
    ("jeel-auth-ureq", 125.0),
    ("jeel-auth-reqwest", 140.0),
    ("jeel-auth-smol", 140.0),
    ("jeel-auth-async-std", 140.0),
    ("jeel-auth-ureq, borrowed", 82.0),
    ("jeel-auth-reqwest, borrowed", 97.0),
];

/// The numbers of passed and failed checks.
struct Checks<'a, W> {
    out: &'a mut W,
    passed: usize,
    failed: usize,
}

impl<W: Write> Checks<'_, W> {
    fn at_most(&mut self, what: &str, most: f64, measured: f64) -> Result<(), Failure> {
        // NaN, which means not measured, fails.
        let holds = measured <= most;
        *(if holds { &mut self.passed } else { &mut self.failed }) += 1;
        let verdict = if holds { "ok    " } else { "FAILED" };
        Ok(writeln!(self.out, "{verdict} {what}: {measured}, at most {most}")?)
    }
}

/// Runs all checks. Returns an error if one fails.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Failure> {
    let mut checks = Checks { out, passed: 0, failed: 0 };
    // Some checks mostly wait, so they run concurrently with the others.
    let rollover = spawn(|| renewals::one::<Ours>(Which::Rollover));
    let outage = spawn(|| renewals::one::<Ours>(Which::Outage));
    let counts = spawn(instructions::count);
    allocations(&mut checks)?;
    let panicked = |_| "a check panicked";
    instruction_counts(&mut checks, &counts.join().map_err(panicked)??)?;
    let tally = rollover.join().map_err(panicked)??;
    checks.at_most("rollover: requests over tokens", tally.tokens as f64, tally.requests as f64)?;
    checks.at_most("rollover: blocked calls", 0.0, tally.blocked as f64)?;
    checks.at_most("rollover: expired tokens", 0.0, tally.expired as f64)?;
    checks.at_most("rollover: errors", 0.0, tally.errors as f64)?;
    let tally = outage.join().map_err(panicked)??;
    let budget = renewals::budget(Which::Outage.run::<Ours>().length);
    checks.at_most("503 inside the margin: requests", budget, tally.requests as f64)?;
    checks.at_most("503 inside the margin: blocked calls", 0.0, tally.blocked as f64)?;
    checks.at_most("503 inside the margin: errors", 0.0, tally.errors as f64)?;

    let herd = herd::ours(10_000)?;
    checks.at_most("herd of 10,000: requests", 1.0, herd.requests as f64)?;
    checks.at_most("herd of 10,000: errors", 0.0, herd.errors as f64)?;
    let Checks { passed, failed, .. } = checks;
    writeln!(out, "speed: {passed} passed, {failed} failed")?;
    if failed == 0 { Ok(()) } else { Err("a check failed".into()) }
}

fn allocations(checks: &mut Checks<'_, impl Write>) -> Result<(), Failure> {
    let (runtime, server) = (runtime()?, server()?);
    let _inside = runtime.enter();
    for subject in subjects() {
        if matches!(subject.kind, Kind::Owned | Kind::Borrowed) {
            let op = subject.make(&runtime, &server)?;
            let what = format!("{}: allocations", subject.name);
            checks.at_most(&what, 0.0, allocations::per_call(&op))?;
        }
    }
    for (what, most, measured) in bytes_study::allocations_of_ours() {
        checks.at_most(&format!("{what}: allocations"), most, measured)?;
    }
    for (name, op, still_so) in near_expiry()? {
        let measured = allocations::per_call(&op);
        still_so()?;
        checks.at_most(&format!("{name}: allocations"), 0.0, measured)?;
    }
    Ok(())
}

fn instruction_counts(checks: &mut Checks<'_, impl Write>, counts: &Counts) -> Result<(), Failure> {
    for (name, most) in MOST_INSTRUCTIONS {
        checks.at_most(&format!("{name}: instructions"), most, counts.of(name))?;
    }
    let valid = counts.of("valid");
    for name in ["near expiry, renewal in flight", "near expiry, in back-off"] {
        checks.at_most(&format!("{name}: instructions"), 1.1 * valid, counts.of(name))?;
    }
    Ok(())
}
