//! Plants known bugs in a copy of the repository, one at a time, and runs the checks meant for each.
//! A plant that no check catches is a failure.
//!
//! ```text
//! cargo run -p jeel-auth-planted                     # all of them
//! cargo run -p jeel-auth-planted -- chunk budget     # by a word of the name or file
//! cargo run -p jeel-auth-planted -- --changed main   # by what changed since `main`
//! cargo run -p jeel-auth-planted -- --list           # what there is
//! ```
//!
//! A plant is data: a file, a text that occurs in it once, its replacement, and the cargo commands
//! that must fail because of it. `plants/*.toml` hold them; [`plant`] describes the members.
//!
//! ```text
//!  tracked files ── Tree::sync ──> target/planted/copy
//!                                       │ each check passes here, or nothing is proved
//!  plants/*.toml ── Plant::apply ──────>│
//!                                       │ it compiles, and each of its checks fails: caught
//!                                       └─ the file is restored
//! ```
//!
//! **It does not** invent bugs: cargo-mutants does that for core. It does not touch the working tree.

mod args;
mod check;
mod plant;
mod report;
mod run;
mod tree;

use args::Args;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to do if standard error cannot be written to.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what the arguments ask for. Returns whether every plant was caught.
fn run(args: impl Iterator<Item = String>) -> Outcome<bool> {
    let args = Args::parse(args)?;
    let root = tree::root();
    let plants = args.select(plant::load(&root)?, &root)?;
    let mut out = std::io::stdout();
    if args.list {
        write!(out, "{}", report::list(&plants))?;
        return Ok(true);
    }
    let results = run::all(&root, &plants, &mut out)?;
    write!(out, "\n{}", report::table(&results))?;
    Ok(results.iter().all(run::Tried::is_caught))
}

/// A result whose error is printed and ends the program.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
