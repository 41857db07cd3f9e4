//! The command line.

use crate::Outcome;
use crate::plant::Plant;
use std::path::Path;
use std::process::Command;

/// Which plants are wanted, and for what.
#[derive(Debug, Default)]
pub(crate) struct Args {
    /// Whether the plants are listed and nothing is run.
    pub(crate) list: bool,
    words: Vec<String>,
    changed: Option<String>,
}

impl Args {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut parsed = Self::default();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--list" => parsed.list = true,
                "--changed" => parsed.changed = Some(args.next().ok_or(USAGE)?),
                option if option.starts_with('-') => return Err(USAGE.into()),
                _ => parsed.words.push(arg),
            }
        }
        Ok(parsed)
    }

    /// Keeps the plants that the words and the change select. A word that selects nothing is an
    /// error, because a misspelt name would pass as a success.
    pub(crate) fn select(&self, plants: Vec<Plant>, root: &Path) -> Outcome<Vec<Plant>> {
        for word in &self.words {
            if !plants.iter().any(|plant| plant.is_named_by(word)) {
                return Err(format!("no plant has {word:?} in its name or file").into());
            }
        }
        let changed = self.changed.as_deref().map(|from| changed(root, from)).transpose()?;
        let is_wanted = |plant: &Plant| {
            let named = self.words.is_empty() || self.words.iter().any(|w| plant.is_named_by(w));
            named && changed.as_ref().is_none_or(|files| plant.is_touched_by(files))
        };
        Ok(plants.into_iter().filter(is_wanted).collect())
    }
}

/// The files that differ between the working tree and the point where it left `from`.
fn changed(root: &Path, from: &str) -> Outcome<Vec<String>> {
    let output = Command::new("git")
        .args(["diff", "--name-only", "--merge-base", from])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

const USAGE: &str = "jeel-auth-planted [--list] [--changed REF] [WORD]...";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Outcome<Args> {
        Args::parse(args.iter().map(|&arg| arg.to_owned()))
    }

    #[test]
    fn an_unknown_option_or_a_missing_value_is_refused() {
        for bad in [&["--changed"][..], &["--all"], &["chunk", "-x"]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_word_that_selects_nothing_is_an_error() {
        let root = crate::tree::root();
        let plants = || crate::plant::load(&root).unwrap();
        let some = parse(&["chunked.rs"]).unwrap().select(plants(), &root).unwrap();
        assert!(!some.is_empty() && some.len() < plants().len());
        assert!(parse(&["chunked.rs", "misspelt"]).unwrap().select(plants(), &root).is_err());
    }
}
