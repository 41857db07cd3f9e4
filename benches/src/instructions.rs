//! Counts the instructions of a call with callgrind.
//!
//! This program runs itself under valgrind with the argument [`COUNTED`]. There it calls each
//! subject a number of times, and then twice as often. Callgrind counts only within [`counted`] and
//! dumps its totals at each return. The difference excludes work that is done only once.
//!
//! Valgrind hides the vDSO, so a clock reading is a system call, whose instructions in the kernel
//! are not counted. That is the same for the base and all subjects.

use crate::rounds::{Op, just};
use crate::subjects::{near_expiry, server, subjects};
use crate::world::{Failure, runtime};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// The instructions per call by the subject's name. Empty without valgrind.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, f64>);

/// The argument of a run under valgrind.
pub(crate) const COUNTED: &str = "counted";

impl Counts {
    /// The count of a subject, NaN if it was not counted.
    pub(crate) fn of(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(f64::NAN)
    }
}

/// Counts all subjects, or none without valgrind.
pub(crate) fn count() -> Result<Counts, Failure> {
    let folder = std::env::temp_dir().join(format!("jeel-auth-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let counts = run(&folder);
    std::fs::remove_dir_all(&folder)?;
    counts
}

fn run(folder: &Path) -> Result<Counts, Failure> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .arg("--tool=callgrind")
        .args(
            ["--toggle-collect=", "--dump-after="].map(|option| format!("{option}{COUNTED_CALLS}")),
        )
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(std::env::current_exe()?)
        .arg(COUNTED)
        .stderr(Stdio::null());
    let Ok(output) = valgrind.output() else { return Ok(Counts::default()) };
    if !output.status.success() {
        return Err(format!("valgrind: {}", output.status).into());
    }
    let names = String::from_utf8(output.stdout)?;
    let mut counts = BTreeMap::new();
    for (index, name) in names.lines().enumerate() {
        let [once, twice] = [1, 2].map(|part| total(folder, 2 * index + part));
        counts.insert(name.to_owned(), (twice? - once?) / f64::from(TIMES));
    }
    Ok(Counts(counts))
}

const TIMES: u32 = 1000;
/// The name of the function in callgrind. With a pattern, callgrind would toggle but not dump.
const COUNTED_CALLS: &str = "benches::instructions::counted_calls";

/// The total of one dump.
fn total(folder: &Path, dump: usize) -> Result<f64, Failure> {
    let text = std::fs::read_to_string(folder.join(format!("out.{dump}")))?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    Ok(total.ok_or("a dump without a summary")?.trim().parse()?)
}

/// Runs under valgrind, and prints the names in the order of the dumps.
pub(crate) fn be_counted(out: &mut impl std::io::Write) -> Result<(), Failure> {
    let (runtime, server) = (runtime()?, server()?);
    let _inside = runtime.enter();
    for subject in subjects() {
        let op = subject.make(&runtime, &server)?;
        twice(&op);
        writeln!(out, "{}", subject.name)?;
    }
    for (name, op, still_so) in near_expiry()? {
        twice(&op);
        still_so()?;
        writeln!(out, "{name}")?;
    }
    Ok(())
}

fn twice(op: &Op) {
    counted_calls(op, TIMES);
    counted_calls(op, 2 * TIMES);
}

#[inline(never)]
fn counted_calls(op: &Op, times: u32) {
    just(op, times);
    std::hint::black_box(());
}
