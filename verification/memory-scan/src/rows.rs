//! Finds what is shown in pieces: libraries log bytes in rows, as text, in hexadecimal or as numbers.

use crate::mark::{Mark, Marks, SHORTEST_SHOWN};
use std::cell::RefCell;
use zeroize::Zeroizing;

/// Counts the parts of marks in a text: as it stands, read as a row of a dump, and joined to the
/// texts before it on this thread.
pub(crate) fn find(text: &[u8], marks: &Marks) -> usize {
    let count =
        |text: &[u8]| marks.named().map(|(_, mark)| mark.find_in(text, SHORTEST_SHOWN).len());
    let direct: usize = count(text).into_iter().sum();
    let joined = ENDS.try_with(|ends| {
        let mut ends = ends.borrow_mut();
        let found = ends.iter_mut().zip(READINGS).map(|(end, read)| end.join(&read(text), marks));
        found.sum()
    });
    // A thread at its end joins nothing.
    if direct > 0 { direct } else { joined.unwrap_or(0) }
}

thread_local! {
    static ENDS: RefCell<[End; READINGS.len()]> = const { RefCell::new([const { End::none() }; READINGS.len()]) };
}

/// The end of the texts so far, in one reading: too short to be a find.
struct End(Vec<u8>);

impl End {
    const fn none() -> Self {
        Self(Vec::new())
    }

    /// Counts the parts of marks that end in `more`, and keeps its end.
    fn join(&mut self, more: &[u8], marks: &Marks) -> usize {
        let before = self.0.len();
        let mut joined = Zeroizing::new(Vec::with_capacity(before + more.len()));
        joined.extend_from_slice(&self.0);
        joined.extend_from_slice(more);
        let ends_in_more = |(at, length): &(usize, usize)| at + length > before;
        let found = |(_, mark): (_, &Mark)| {
            mark.find_in(&joined, SHORTEST_SHOWN).iter().filter(|f| ends_in_more(f)).count()
        };
        let found = marks.named().map(found).into_iter().sum();
        let start = joined.len().saturating_sub(SHORTEST_SHOWN - 1);
        self.0.clear();
        self.0.extend_from_slice(joined.get(start..).unwrap_or_default());
        found
    }
}

/// What a text may show.
type Reading = fn(&[u8]) -> Zeroizing<Vec<u8>>;

const READINGS: [Reading; 4] = [as_it_stands, last_column, hexadecimal, numbers];

fn as_it_stands(text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.to_vec())
}

/// A dump has the text beside the numbers.
fn last_column(text: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(words(text).next_back().unwrap_or_default().to_vec())
}

/// `6a65 656c` or `6a 65 65 6c`.
fn hexadecimal(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let is_hex =
        |word: &&[u8]| word.len().is_multiple_of(2) && word.iter().all(u8::is_ascii_hexdigit);
    let pairs = words(text).filter(is_hex).flat_map(|word| word.chunks(2));
    collect(text.len(), pairs.map(|pair| parse(pair, 16)))
}

/// `[106, 101, 101, 108]`.
fn numbers(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let words = text.split(|byte| !byte.is_ascii_digit()).filter(|word| !word.is_empty());
    collect(text.len(), words.map(|word| parse(word, 10)))
}

fn words(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn parse(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// Collects into memory that does not move, so that all of it is wiped.
fn collect(room: usize, bytes: impl Iterator<Item = Option<u8>>) -> Zeroizing<Vec<u8>> {
    let mut collected = Zeroizing::new(Vec::with_capacity(room));
    collected.extend(bytes.flatten());
    collected
}
