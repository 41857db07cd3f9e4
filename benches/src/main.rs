//! jeel-auth's speed, measured against what users would pick instead.

mod allocations;
mod by_hand;
mod bytes_study;
mod cached_read;
mod floor;
mod goals;
mod instructions;
mod ours;
mod rounds;
mod scripted;
mod server;
mod subjects;
mod table;
mod world;

use std::io::Write;
use world::Failure;

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match std::env::args().nth(1).as_deref() {
        Some(instructions::COUNTED) => instructions::be_counted(&mut out)?,
        Some("bytes") => writeln!(out, "{}", bytes_study::study()?.markdown())?,
        _ => {
            let counts = instructions::count()?;
            let read = cached_read::study(&counts)?;
            writeln!(out, "{}", read.markdown())?;
        }
    }
    Ok(())
}
