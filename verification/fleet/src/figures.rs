//! Counts for each second.

use std::ops::Range;
use std::time::Duration;

/// Counts for each second of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PerSecond(Vec<u32>);

/// The counts of one simulated day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Calls for a token.
    pub(crate) calls: u64,
    /// Token requests sent.
    pub(crate) requests: PerSecond,
    /// Token requests answered with 429.
    pub(crate) too_many: PerSecond,
    /// Calls that got no token at once, by the second in which they ended.
    pub(crate) waited: PerSecond,
    /// Calls that ended without a token.
    pub(crate) refused: PerSecond,
    pub(crate) longest_wait: Duration,
}

impl PerSecond {
    fn new(length: Duration) -> Self {
        Self(vec![0; usize::try_from(length.as_secs()).expect("a length that fits in memory")])
    }

    pub(crate) fn count(&mut self, at: Duration) {
        self.0[at.as_secs() as usize] += 1;
    }

    pub(crate) fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// The counts from this second on.
    pub(crate) fn since(&self, start: Duration) -> Self {
        Self(self.0[start.as_secs() as usize..].to_vec())
    }

    pub(crate) fn within(&self, range: Range<Duration>) -> &[u32] {
        let [start, end] = [range.start, range.end].map(|at| at.as_secs() as usize);
        &self.0[start..end.min(self.0.len())]
    }

    /// The first second with the highest count, and that count.
    pub(crate) fn peak(&self) -> (usize, u32) {
        let counts = self.0.iter().copied().enumerate();
        counts.max_by_key(|(second, count)| (*count, std::cmp::Reverse(*second))).unwrap_or((0, 0))
    }

    /// The time until the end of the last second with a count.
    pub(crate) fn settled_after(&self) -> Duration {
        let last = self.0.iter().rposition(|count| *count > 0);
        Duration::from_secs(last.map_or(0, |second| second as u64 + 1))
    }
}

impl Figures {
    pub(crate) fn new(length: Duration) -> Self {
        let none = PerSecond::new(length);
        Self {
            calls: 0,
            requests: none.clone(),
            too_many: none.clone(),
            waited: none.clone(),
            refused: none,
            longest_wait: Duration::ZERO,
        }
    }

    /// The ten minutes with the most requests in the middle half of the day.
    pub(crate) fn busiest_ten_minutes(&self) -> Range<Duration> {
        let length = self.requests.0.len() as u64;
        let starts = (length / 4..length * 3 / 4).step_by(60).map(Duration::from_secs);
        let lengths = starts.map(|start| start..start + Duration::from_secs(600));
        let sent =
            |range: &Range<Duration>| self.requests.within(range.clone()).iter().sum::<u32>();
        lengths.max_by_key(sent).expect("a day that is not empty")
    }
}
