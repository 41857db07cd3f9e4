//! Compares the public API of each published library with its snapshot in `docs/api`, so that a change
//! of the API is seen in review.
//!
//! ```text
//! cargo run -p jeel-auth-public-api               # prints the differences; fails if there are any
//! cargo run -p jeel-auth-public-api -- --write    # writes the snapshots
//! cargo run -p jeel-auth-public-api -- jeel-auth  # one of them
//! ```
//!
//! An API is the list of its items from rustdoc's JSON, with all features, one item a line. Of the auto
//! traits only a missing `Send` or `Sync` is listed. The toolchain is pinned, because derived
//! implementations and the JSON format differ between versions; install it with
//! `rustup toolchain install` and the version that the error names.
//!
//! **It does not** say whether a difference is breaking, and does not see behaviour.

mod listing;
mod snapshot;

use snapshot::Snapshot;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
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

/// Compares or writes all snapshots. Returns whether they are up to date.
fn run(args: impl Iterator<Item = String>) -> Outcome<bool> {
    let (options, names): (Vec<_>, Vec<_>) = args.partition(|arg| arg.starts_with('-'));
    let write = match options.as_slice() {
        [] => false,
        [option] if option == "--write" => true,
        _ => return Err(USAGE.into()),
    };
    let root = root();
    let libraries = libraries(&root)?;
    if let Some(name) = names.iter().find(|name| !libraries.contains(name)) {
        return Err(format!("{USAGE}\nthere is no library {name}").into());
    }
    let mut current = true;
    for library in libraries.iter().filter(|name| names.is_empty() || names.contains(name)) {
        let snapshot = Snapshot::of(&root, library)?;
        let api = listing::of(&root, library)?;
        if write {
            snapshot.write(&api)?;
        } else if let Some(difference) = snapshot.difference(&api) {
            current = false;
            write!(std::io::stdout(), "{library}\n{difference}")?;
        }
    }
    if write {
        snapshot::remove_others(&root, &libraries)?;
    } else if !current {
        writeln!(
            std::io::stderr(),
            "\nIf this is meant: cargo run -p jeel-auth-public-api -- --write"
        )?;
    }
    Ok(current)
}

const USAGE: &str = "jeel-auth-public-api [--write] [LIBRARY]...";

/// The published packages that have a library, in order.
fn libraries(root: &Path) -> Outcome<Vec<String>> {
    let mut libraries = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let entry = entry?;
        if entry.path().join("src/lib.rs").is_file() {
            libraries.push(entry.file_name().display().to_string());
        }
    }
    libraries.sort();
    Ok(libraries)
}

/// The repository's root.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

/// A result whose error is printed and ends the program.
type Outcome<T> = Result<T, Box<dyn Error>>;
