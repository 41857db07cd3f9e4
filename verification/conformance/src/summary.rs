//! The short table "works with" of the project's README.

use crate::case::{Encoding, Scheme};
use crate::product::ISSUED;
use crate::table::Row;
use std::fmt::{self, Write};

/// One line for each server, in Markdown.
pub(crate) fn summary(rows: &[Row]) -> Result<String, fmt::Error> {
    let mut text = String::from(HEAD);
    let mut servers: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        if !servers.contains(&(row.server, row.version)) {
            servers.push((row.server, row.version));
        }
    }
    for (server, version) in servers {
        let of_server: Vec<&Row> = rows.iter().filter(|row| row.server == server).collect();
        let passed = of_server.iter().filter(|row| row.result.is_ok()).count();
        let reads = match (
            is_read(&of_server, Encoding::Multipart),
            is_read(&of_server, Encoding::UrlEncoded),
        ) {
            (true, true) => "both",
            (true, false) => "multipart",
            (false, true) => "urlencoded",
            (false, false) => "neither",
        };
        let cost = to_the_first_token(&of_server);
        let all = of_server.len();
        writeln!(text, "| {server} | {version} | {reads} | {cost} | {passed} of {all} |")?;
    }
    Ok(text)
}

fn is_read(rows: &[&Row], encoding: Encoding) -> bool {
    first_row(rows, encoding).is_some_and(|row| issued_at(row).is_some())
}

/// The number of requests that the default setting needs for the first token.
fn to_the_first_token(rows: &[&Row]) -> String {
    let requests = first_row(rows, Encoding::Auto).and_then(issued_at);
    requests.map_or_else(|| "no token".to_owned(), |at| (at + 1).to_string())
}

/// The first row of this encoding over https. All rows of an encoding agree, or the run has failed.
fn first_row<'a>(rows: &[&'a Row], encoding: Encoding) -> Option<&'a Row> {
    let is_first = |row: &&&Row| row.case.encoding == encoding && row.case.scheme == Scheme::Https;
    rows.iter().find(is_first).copied()
}

fn issued_at(row: &Row) -> Option<usize> {
    row.requests.iter().position(|request| request.status == Some(ISSUED))
}

const HEAD: &str = "\
| server | version | reads | requests to the first token | cases passed |
|---|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::cases;
    use crate::exchange::Seen;
    use crate::request::Request;

    #[test]
    fn a_server_that_reads_one_encoding_costs_one_more_request() {
        let unread = Request::answered(Seen::Multipart, 401);
        let issued = Request::answered(Seen::UrlEncoded, ISSUED);
        let rows = cases().into_iter().map(|case| Row {
            server: "Server",
            version: "1.2",
            scenario: "success".to_owned(),
            case,
            requests: match case.encoding {
                Encoding::Auto => vec![unread, issued],
                Encoding::Multipart => vec![unread],
                Encoding::UrlEncoded => vec![issued],
            },
            result: Ok(()),
        });
        let text = summary(&rows.collect::<Vec<_>>()).unwrap();
        assert_eq!(text, format!("{HEAD}| Server | 1.2 | urlencoded | 2 | 24 of 24 |\n"));
    }
}
