//! A secret that the search never holds in plain text.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Random text, stored XOR-ed. The plain text exists only where it was planted.
pub struct Mark {
    masked: Vec<u8>,
    /// The positions in the mark of each masked byte.
    places: Vec<Vec<usize>>,
}

/// The two marks of one run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Marks {
    /// The client secret.
    pub secret: Mark,
    /// A part of every token.
    pub token: Mark,
}

/// The length of the shortest find in memory: sixty random bits. It is less than a whole mark, because
/// an allocator overwrites parts of freed memory, encoders split their output, and a buffer that
/// grows leaves a prefix. It is more than a register holds that a thread stored on its stack: such
/// eight bytes are beyond the reach of code without `unsafe`.
pub const SHORTEST: usize = 12;

/// The length of the shortest find in a text. No error, log or trace may show more of a secret than
/// one byte less.
pub const SHORTEST_SHOWN: usize = 8;

const MASK: u8 = 0xa5;
/// Without upper case, so that a conversion to lower case hides no mark.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// The length of a part between separators, which an encoder leaves unchanged. It is longer than
/// [`SHORTEST`].
const PART: usize = 20;

impl Marks {
    /// Makes new marks. Their separators need escaping: the slash in JSON, all of them in forms.
    pub fn new() -> Self {
        Self { secret: Mark::new(b"/+&"), token: Mark::new(b"/+~") }
    }

    /// Both marks with their names.
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
    /// Random parts with these separators.
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

    /// The plain text in an allocation of its exact size. The caller must wipe it.
    pub fn planted(&self) -> String {
        let mut text = String::with_capacity(self.masked.len());
        text.extend(self.bytes().map(char::from));
        text
    }

    /// The positions and lengths of parts of the mark, of at least `shortest` bytes.
    pub fn find_in(&self, memory: &[u8], shortest: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(rest) = memory.get(at..).filter(|rest| !rest.is_empty()) {
            let length = self.run_at(rest);
            if length >= shortest {
                found.push((at, length));
                at += length;
            } else {
                at += 1;
            }
        }
        found
    }

    /// The length of the longest part of the mark at the start of `memory`.
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

/// Random numbers from the seed of the standard library's hash maps.
fn random_letter() -> u8 {
    let random = RandomState::new().hash_one(0) % 36;
    usize::try_from(random).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'x')
}
