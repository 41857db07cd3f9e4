//! Runs the checks on the tree as it is, then on the tree with each plant in it.

use crate::Outcome;
use crate::check::{Bench, Check, Ended, tail};
use crate::plant::Plant;
use crate::tree;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// A plant and what became of it.
#[derive(Debug)]
pub(crate) struct Tried<'a> {
    pub(crate) plant: &'a Plant,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
}

impl Tried<'_> {
    pub(crate) fn is_caught(&self) -> bool {
        matches!(self.verdict, Verdict::Caught | Verdict::Hung)
    }
}

/// What became of a plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Each of its checks failed.
    Caught,
    /// Each of its checks failed, one of them because it did not end.
    Hung,
    /// One of its checks passed.
    Lives,
    /// It cannot be compiled, so the checks say nothing about it.
    DoesNotCompile,
    /// Its text to find is not in the file exactly once.
    DoesNotFit,
}

/// Tries all plants. Returns an error if a check fails without a plant, because then its failure with
/// one proves nothing.
pub(crate) fn all<'a>(
    root: &Path,
    plants: &'a [Plant],
    out: &mut impl Write,
) -> Outcome<Vec<Tried<'a>>> {
    let folder = root.join("target/planted");
    let logs = folder.join("logs");
    fs::create_dir_all(&logs)?;
    let mut bench =
        Bench { copy: folder.join("copy"), target: folder.join("target"), log: logs.clone() };
    fs::create_dir_all(&bench.copy)?;
    tree::sync(root, &bench.copy)?;
    bench.log = fresh_log(&logs, "unplanted")?;
    let limits = unplanted(&bench, plants, out)?;
    let mut tried = Vec::new();
    for plant in plants {
        bench.log = fresh_log(&logs, &plant.name)?;
        let start = Instant::now();
        let verdict = one(&bench, plant, &limits)?;
        let took = start.elapsed();
        writeln!(out, "{:<16} {:>4} s  {}", verdict.words(), took.as_secs(), plant.name)?;
        let this = Tried { plant, verdict, took };
        if !this.is_caught() {
            write!(out, "{}", tail(&bench.log))?;
        }
        tried.push(this);
    }
    Ok(tried)
}

/// How long each check may run with a plant in the tree.
type Limits<'a> = BTreeMap<&'a Check, Duration>;

/// Runs each check once on the tree as it is.
fn unplanted<'a>(bench: &Bench, plants: &'a [Plant], out: &mut impl Write) -> Outcome<Limits<'a>> {
    let mut limits = BTreeMap::new();
    for check in plants.iter().flat_map(|plant| &plant.checks) {
        if limits.contains_key(check) {
            continue;
        }
        let is_built = bench.build(check)?;
        let start = Instant::now();
        if !is_built || bench.run(check, Duration::MAX)? != Ended::Passed {
            let tail = tail(&bench.log);
            return Err(format!("fails without a plant: cargo {}\n{tail}", check.text).into());
        }
        let took = start.elapsed();
        writeln!(out, "{:<16} {:>4} s  cargo {}", "passes", took.as_secs(), check.text)?;
        limits.insert(check, took * SLOWER + SPARE);
    }
    Ok(limits)
}

/// A plant may make a check hang. A busy machine must not look like that.
const SLOWER: u32 = 10;
const SPARE: Duration = Duration::from_secs(60);

fn one(bench: &Bench, plant: &Plant, limits: &Limits<'_>) -> Outcome<Verdict> {
    let file = bench.copy.join(&plant.file);
    let text = fs::read_to_string(&file)?;
    let Ok(planted) = plant.apply(&text) else {
        return Ok(Verdict::DoesNotFit);
    };
    fs::write(&file, planted)?;
    let verdict = checked(bench, plant, limits);
    fs::write(&file, text)?;
    verdict
}

fn checked(bench: &Bench, plant: &Plant, limits: &Limits<'_>) -> Outcome<Verdict> {
    let mut verdict = Verdict::Caught;
    for check in &plant.checks {
        if !bench.build(check)? {
            return Ok(Verdict::DoesNotCompile);
        }
        let limit = limits.get(check).copied().unwrap_or(SPARE);
        match bench.run(check, limit)? {
            Ended::Passed => return Ok(Verdict::Lives),
            Ended::Failed => {}
            Ended::Hung => verdict = Verdict::Hung,
        }
    }
    Ok(verdict)
}

/// The path of an empty log.
fn fresh_log(logs: &Path, name: &str) -> std::io::Result<std::path::PathBuf> {
    let path = logs.join(format!("{name}.log"));
    fs::write(&path, "")?;
    Ok(path)
}
