//! Goals, and whether they are met.

use crate::table::Table;

/// The goals of a study, each met or missed.
#[derive(Debug)]
pub(crate) struct Goals {
    table: Table,
}

impl Goals {
    pub(crate) fn new() -> Self {
        Self { table: Table::new(&["goal", "reach", "measured", ""]) }
    }

    pub(crate) fn at_most(&mut self, what: &str, reach: f64, measured: f64, unit: &str) {
        self.push(
            what,
            format!("≤ {reach}{unit}"),
            format!("{measured:.2}{unit}"),
            measured <= reach,
        );
    }

    pub(crate) fn at_least(&mut self, what: &str, reach: f64, measured: f64, unit: &str) {
        self.push(
            what,
            format!("≥ {reach}{unit}"),
            format!("{measured:.1}{unit}"),
            measured >= reach,
        );
    }

    pub(crate) fn exactly(&mut self, what: &str, reach: u64, measured: u64) {
        self.push(what, reach.to_string(), measured.to_string(), measured == reach);
    }

    fn push(&mut self, what: &str, reach: String, measured: String, is_met: bool) {
        let verdict = if is_met { "met" } else { "**missed**" };
        self.table.row([what.to_owned(), reach, measured, verdict.to_owned()]);
    }
}

impl std::fmt::Display for Goals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.table.fmt(f)
    }
}
