//! The table of results.

use crate::case::Case;
use crate::request::{Request, Sequence};
use std::fmt::{self, Write};

/// One scenario in one case.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) server: &'static str,
    pub(crate) version: &'static str,
    pub(crate) scenario: String,
    pub(crate) case: Case,
    pub(crate) requests: Vec<Request>,
    pub(crate) result: Result<(), String>,
}

/// A line of the table, which combines rows that agree.
struct Line<'a> {
    row: &'a Row,
    requests: Sequence,
    schemes: Vec<String>,
    adapters: Vec<&'static str>,
    rows: usize,
}

impl<'a> Line<'a> {
    fn new(row: &'a Row) -> Self {
        Self {
            row,
            requests: Sequence::new(&row.requests),
            schemes: vec![row.case.scheme.to_string()],
            adapters: vec![row.case.adapter.name()],
            rows: 1,
        }
    }

    /// Adds a row if it differs only in scheme or adapter. A failure has its own line.
    fn merge(&mut self, other: &Row) -> bool {
        let row = self.row;
        let of_same = row.server == other.server
            && row.version == other.version
            && row.scenario == other.scenario
            && row.case.encoding == other.case.encoding;
        let passed = row.result.is_ok() && other.result.is_ok();
        if !of_same || !passed || !self.requests.merge(&Sequence::new(&other.requests)) {
            return false;
        }
        let (scheme, adapter) = (other.case.scheme.to_string(), other.case.adapter.name());
        if !self.schemes.contains(&scheme) {
            self.schemes.push(scheme);
        }
        if !self.adapters.contains(&adapter) {
            self.adapters.push(adapter);
        }
        self.rows += 1;
        true
    }

    fn cells(&self) -> [String; 8] {
        let row = self.row;
        let result = match &row.result {
            Ok(()) => "ok".to_owned(),
            Err(_) => "FAILED".to_owned(),
        };
        // Whether each adapter is present with each scheme.
        let whole = self.rows == self.schemes.len() * self.adapters.len();
        let adapters = self.adapters.join(" ");
        let adapters = if whole { adapters } else { format!("{adapters} (not each)") };
        [
            row.server.to_owned(),
            row.version.to_owned(),
            self.schemes.join(" "),
            row.scenario.clone(),
            row.case.encoding.to_string(),
            adapters,
            self.requests.to_string(),
            result,
        ]
    }
}

/// All rows as a text table, followed by the failures. Rows that differ only in scheme or adapter
/// share a line.
pub(crate) fn table(rows: &[Row]) -> Result<String, fmt::Error> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for row in rows {
        if !lines.iter_mut().any(|line| line.merge(row)) {
            lines.push(Line::new(row));
        }
    }
    let mut cells = vec![HEADINGS.map(str::to_owned)];
    cells.extend(lines.iter().map(Line::cells));
    let mut text = String::new();
    for line in &cells {
        for (column, cell) in line.iter().enumerate() {
            let cells = cells.iter().filter_map(|line| line.get(column));
            let width = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            write!(text, "{cell:width$}  ")?;
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    for row in rows {
        if let Err(why) = &row.result {
            let Row { server, scenario, case, requests, .. } = row;
            let (scheme, encoding, adapter) = (case.scheme, case.encoding, case.adapter.name());
            writeln!(
                text,
                "\nFAILED: {server}, {scheme}, {scenario}, {encoding}, {adapter}: {why}"
            )?;
            writeln!(text, "  seen: {}", Sequence::new(requests))?;
        }
    }
    Ok(text)
}

const HEADINGS: [&str; 8] =
    ["server", "version", "scheme", "scenario", "encoding", "adapter", "token requests", "result"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::cases;
    use crate::exchange::Seen;

    fn rows(result: impl Fn(&Case) -> Result<(), String>) -> Vec<Row> {
        let row = |case: Case| Row {
            server: "Server",
            version: "1.2",
            scenario: "success".to_owned(),
            case,
            requests: vec![Request::answered(Seen::Multipart, 200)],
            result: result(&case),
        };
        cases().into_iter().map(row).collect()
    }

    #[test]
    fn rows_that_agree_are_one_line() {
        let text = table(&rows(|_| Ok(()))).unwrap();
        assert_eq!(text.lines().count(), 1 + 3, "{text}");
        assert!(text.contains("http https  success   Auto        ureq reqwest async-std smol"));
    }

    #[test]
    fn a_row_that_differs_has_its_own_line() {
        let mut rows = rows(|case| match case.adapter.name() {
            "smol" => Err("too many".to_owned()),
            _ => Ok(()),
        });
        if let Some(row) = rows.first_mut() {
            row.requests.push(Request::answered(Seen::Multipart, 401));
        }
        let text = table(&rows).unwrap();
        assert_eq!(text.matches("smol").count(), 6 + 6, "{text}");
        assert!(text.contains("multipart 200, multipart 401"), "{text}");
        assert!(text.contains("(not each)"), "{text}");
    }
}
