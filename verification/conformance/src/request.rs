//! The requests that reached a server, in order, with the status of each response.

use crate::exchange::{Exchange, Seen};

/// A request as the proxy recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) seen: Seen,
    pub(crate) status: Option<u16>,
}

impl Request {
    pub(crate) const fn answered(seen: Seen, status: u16) -> Self {
        Self { seen, status: Some(status) }
    }

    /// The request in the table, without its count.
    fn name(self) -> String {
        let what = match self.seen {
            Seen::Multipart => "multipart",
            Seen::UrlEncoded => "urlencoded",
            Seen::Other => "API",
            Seen::Nothing => "",
        };
        self.status.map_or_else(|| "unanswered".to_owned(), |status| format!("{what} {status}"))
    }
}

impl From<Exchange> for Request {
    fn from(exchange: Exchange) -> Self {
        Self { seen: exchange.seen, status: exchange.status }
    }
}

/// Requests in which equal neighbours are combined: the request, and its minimum and maximum count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sequence(Vec<(String, usize, usize)>);

impl Sequence {
    pub(crate) fn new(requests: &[Request]) -> Self {
        let mut runs: Vec<(String, usize, usize)> = Vec::new();
        for name in requests.iter().map(|request| request.name()) {
            match runs.last_mut() {
                Some((last, least, most)) if *last == name => {
                    *least += 1;
                    *most += 1;
                }
                _ => runs.push((name, 1, 1)),
            }
        }
        Self(runs)
    }

    /// Merges a sequence that differs only in the number of tries at a stopped server, because that
    /// number depends on the jitter of the back-off.
    pub(crate) fn merge(&mut self, other: &Self) -> bool {
        let alike = |((one, least, most), (other, low, high)): (&Run, &Run)| {
            one == other && (one == "unanswered" || (least, most) == (low, high))
        };
        if self.0.len() != other.0.len() || !self.0.iter().zip(&other.0).all(alike) {
            return false;
        }
        for ((_, least, most), (_, low, high)) in self.0.iter_mut().zip(&other.0) {
            (*least, *most) = ((*least).min(*low), (*most).max(*high));
        }
        true
    }
}

type Run = (String, usize, usize);

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (number, (name, least, most)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{name}")?;
            match (least, most) {
                (1, 1) => {}
                (least, most) if least == most => write!(f, " ×{least}")?,
                (least, most) => write!(f, " ×{least}–{most}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNREAD: Request = Request::answered(Seen::Multipart, 401);
    const ISSUED: Request = Request::answered(Seen::UrlEncoded, 200);
    const REFUSED: Request = Request { seen: Seen::Nothing, status: None };

    #[test]
    fn equal_requests_in_a_row_are_counted() {
        let sequence = Sequence::new(&[UNREAD, ISSUED, ISSUED, ISSUED]);
        assert_eq!(sequence.to_string(), "multipart 401, urlencoded 200 ×3");
        assert_eq!(Sequence::new(&[]).to_string(), "none");
    }

    #[test]
    fn only_tries_of_a_stopped_server_may_differ_in_number() {
        let mut one = Sequence::new(&[ISSUED, REFUSED, ISSUED]);
        assert!(one.merge(&Sequence::new(&[ISSUED, REFUSED, REFUSED, REFUSED, ISSUED])));
        assert_eq!(one.to_string(), "urlencoded 200, unanswered ×1–3, urlencoded 200");
        assert!(!one.merge(&Sequence::new(&[ISSUED, REFUSED, ISSUED, ISSUED])));
        assert!(!one.merge(&Sequence::new(&[ISSUED, ISSUED])));
    }
}
