//! A secret that whoever searches for it never holds.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Text that occurs nowhere by chance, kept XOR-ed. In plain it exists only where it was planted.
pub struct Mark {
    masked: Vec<u8>,
    /// By masked byte, where in the mark it stands.
    places: Vec<Vec<usize>>,
}

/// The two marks of one life.
#[derive(Debug)]
#[non_exhaustive]
pub struct Marks {
    /// The client secret.
    pub secret: Mark,
    /// What every token holds.
    pub token: Mark,
}

/// The shortest run that is taken for a part of a mark: sixty random bits. Less than a whole mark,
/// since an allocator writes into what it gets back, encoders split what they write, and a buffer
/// that grew leaves a beginning behind.
pub const SHORTEST: usize = 12;

const MASK: u8 = 0xa5;
/// Without upper case, so that lowering the case hides nothing.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Longer than [`SHORTEST`], shorter than a mark: an encoder that splits at separators leaves it.
const PART: usize = 20;

impl Marks {
    /// New ones. The separators are what each encoder has to escape: JSON the slash, forms all.
    pub fn new() -> Self {
        Self { secret: Mark::new(b"/+&"), token: Mark::new(b"/+~") }
    }

    /// Both, with what they are for.
    pub fn named(&self) -> [(&'static str, &Mark); 2] {
        [("secret", &self.secret), ("token", &self.token)]
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::new()
    }
}

impl Mark {
    /// Random parts with these between them.
    fn new(separators: &[u8]) -> Self {
        let mut masked = Vec::new();
        for part in 0..=separators.len() {
            masked.extend((0..PART).map(|_| random_letter() ^ MASK));
            masked.extend(separators.get(part).map(|separator| separator ^ MASK));
        }
        let mut places = vec![Vec::new(); 256];
        for (at, byte) in masked.iter().enumerate() {
            if let Some(places) = places.get_mut(usize::from(*byte)) {
                places.push(at);
            }
        }
        Self { masked, places }
    }

    /// The plain bytes, one at a time.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        self.masked.iter().map(|byte| byte ^ MASK)
    }

    /// The plain text, in memory of its exact size, for whoever promises to wipe it.
    pub fn planted(&self) -> String {
        let mut text = String::with_capacity(self.masked.len());
        text.extend(self.bytes().map(char::from));
        text
    }

    /// Where parts of the mark stand, and how long they are.
    pub fn find_in(&self, memory: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(rest) = memory.get(at..).filter(|rest| !rest.is_empty()) {
            let length = self.run_at(rest);
            if length >= SHORTEST {
                found.push((at, length));
                at += length;
            } else {
                at += 1;
            }
        }
        found
    }

    /// The longest part of the mark that `memory` begins with.
    fn run_at(&self, memory: &[u8]) -> usize {
        let places = memory.first().and_then(|byte| self.places.get(usize::from(byte ^ MASK)));
        let run = |place: &usize| {
            let part = self.masked.get(*place..).unwrap_or_default();
            part.iter().zip(memory).take_while(|(masked, plain)| **masked == **plain ^ MASK).count()
        };
        places.into_iter().flatten().map(run).max().unwrap_or_default()
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mark").finish_non_exhaustive()
    }
}

/// By the seed that the operating system gives each process's hash maps.
fn random_letter() -> u8 {
    let random = RandomState::new().hash_one(0) % 36;
    usize::try_from(random).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'x')
}
