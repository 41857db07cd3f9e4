//! The writable memory of this process, read as a file.

use crate::mark::{Marks, SHORTEST};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// A part of a mark in memory.
#[derive(Debug)]
#[non_exhaustive]
pub struct Find {
    /// The name of the mark.
    pub mark: &'static str,
    /// The name of the region: `[heap]`, `[stack]`, a file, or empty for anonymous memory.
    pub region: String,
    /// Its address.
    pub address: u64,
    /// Its length in bytes.
    pub length: usize,
}

/// The size of a chunk. Chunks overlap at their seams.
const CHUNK: usize = 256 * 1024;
const SEAM: usize = 256;

/// Searches all writable memory of this process.
///
/// # Errors
/// Returns an error if a region cannot be read, because an incomplete search proves nothing.
pub fn search(marks: &Marks) -> io::Result<Vec<Find>> {
    let memory = File::open("/proc/self/mem")?;
    let mut buffer = vec![0; CHUNK + SEAM];
    let mut finds = Vec::new();
    for (region, name) in writable()? {
        let mut start = region.start;
        while start < region.end {
            // The search must not find the last chunk in this buffer.
            buffer.fill(0);
            let left = usize::try_from(region.end - start).unwrap_or(usize::MAX);
            let length = left.min(buffer.len());
            let chunk = buffer.get_mut(..length).unwrap_or_default();
            memory.read_exact_at(chunk, start)?;
            let own = chunk.as_ptr().addr() as u64;
            let own = own..own + (CHUNK + SEAM) as u64;
            for (mark, at, length) in found_in(marks, chunk) {
                let address = start + at as u64;
                if !own.contains(&address) {
                    finds.push(Find { mark, region: name.clone(), address, length });
                }
            }
            start += CHUNK as u64;
        }
    }
    buffer.fill(0);
    Ok(finds)
}

/// Skips finds inside the seam, because the next chunk contains them.
fn found_in(marks: &Marks, chunk: &[u8]) -> Vec<(&'static str, usize, usize)> {
    let found = marks.named().into_iter().flat_map(|(name, mark)| {
        mark.find_in(chunk, SHORTEST).into_iter().map(move |(at, length)| (name, at, length))
    });
    found.filter(|(_, at, _)| *at < CHUNK).collect()
}

/// The readable and writable regions of `/proc/self/maps`, see proc(5).
fn writable() -> io::Result<Vec<(Range<u64>, String)>> {
    let maps = fs::read_to_string("/proc/self/maps")?;
    let regions = maps.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        words.next().filter(|permissions| permissions.starts_with("rw"))?;
        let address = |hex| u64::from_str_radix(hex, 16).ok();
        Some((address(start)?..address(end)?, words.nth(3).unwrap_or_default().to_owned()))
    });
    Ok(regions.collect())
}

// A seam must be longer than a mark, and a mark longer than a find.
const _: () = assert!(SEAM > 4 * SHORTEST);
