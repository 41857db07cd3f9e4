//! What is printed.

use crate::plant::Plant;
use crate::run::{Tried, Verdict};

impl Verdict {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Caught => "caught",
            Self::Hung => "caught, hangs",
            Self::Lives => "LIVES",
            Self::DoesNotCompile => "DOES NOT COMPILE",
            Self::DoesNotFit => "DOES NOT FIT",
        }
    }
}

/// One line for each plant, and their number.
pub(crate) fn list(plants: &[Plant]) -> String {
    let width = width(plants.iter());
    let line = |plant: &Plant| {
        let Plant { name, file, breaks, .. } = plant;
        format!("{name:<width$}  {breaks} ({file})\n")
    };
    let lines: String = plants.iter().map(line).collect();
    format!("{lines}\n{} plants\n", plants.len())
}

/// One line for each plant that was tried, and how many were caught.
pub(crate) fn table(tried: &[Tried<'_>]) -> String {
    let width = width(tried.iter().map(|tried| tried.plant));
    let line = |tried: &Tried<'_>| {
        let Plant { name, breaks, .. } = tried.plant;
        let (words, seconds) = (tried.verdict.words(), tried.took.as_secs());
        format!("| {name:<width$} | {words:<16} | {seconds:>4} s | {breaks} |\n")
    };
    let lines: String = tried.iter().map(line).collect();
    let caught = tried.iter().filter(|tried| tried.is_caught()).count();
    let seconds: u64 = tried.iter().map(|tried| tried.took.as_secs()).sum();
    let all = tried.len();
    format!("{lines}\n{caught} of {all} caught in {seconds} s\n")
}

fn width<'a>(plants: impl Iterator<Item = &'a Plant>) -> usize {
    plants.map(|plant| plant.name.len()).max().unwrap_or(0)
}
