//! Benchmarks of jeel-auth and its alternatives.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml
//! ```
//!
//! The program prints all tables and writes docs/speed.md with its pictures. It takes half an hour,
//! mostly for the clean builds of the footprint. With the name of a study, `read`, `herd`,
//! `renewals`, `bytes` or `footprint`, it runs only that study and writes its section. With `check`
//! it checks the counts that CI checks: instructions, allocations, requests, blocked calls. The
//! checks need no peers:
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml --no-default-features -- check
//! ```
//!
//! The token server and its clients run on the same machine, over loopback.

mod allocations;
mod by_hand;
mod bytes_study;
mod cached_read;
mod callers;
mod check;
mod floor;
mod footprint;
mod goals;
mod herd;
mod holder;
mod instructions;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod pictures;
mod plot;
mod renewals;
mod report;
mod rounds;
mod scripted;
mod server;
mod subjects;
mod table;
mod world;

use std::io::Write;
use world::Failure;

/// In the order of the document.
const STUDIES: [&str; 5] = ["read", "herd", "renewals", "bytes", "footprint"];

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match std::env::args().nth(1).as_deref() {
        None => STUDIES.iter().try_for_each(|name| study(name, &mut out)),
        Some("check") => check::run(&mut out),
        Some(instructions::COUNTED) => instructions::be_counted(&mut out),
        Some(name) => study(name, &mut out),
    }
}

/// Runs a study, prints its tables, and writes them into the document.
fn study(name: &str, out: &mut impl Write) -> Result<(), Failure> {
    let (section, tables) = match name {
        "read" => {
            let read = cached_read::study(&instructions::count()?)?;
            report::draw("speed-read.svg", &pictures::read(&read))?;
            (report::READ, read.markdown())
        }
        "herd" => (report::HERD, herd::study()?.markdown()),
        "renewals" => {
            let renewals = renewals::study()?;
            report::draw("speed-rollover.svg", &pictures::rollover(&renewals))?;
            (report::RENEWALS, renewals.markdown())
        }
        "bytes" => (report::BYTES, bytes_study::study()?.markdown()),
        "footprint" => {
            let show = |found: &footprint::Footprints| report::FOOTPRINT.write(&found.markdown());
            (report::FOOTPRINT, footprint::study(show)?.markdown())
        }
        _ => return Err(format!("unknown study: {name}").into()),
    };
    section.write(&tables)?;
    Ok(writeln!(out, "{tables}")?)
}
