//! A planted bug, as data.
//!
//! ```toml
//! [[plant]]
//! name = "chunk-limit-off-by-one"
//! breaks = "A chunk that fills the body's limit exactly is refused."
//! file = "crates/jeel-auth-core/src/http1/chunked.rs"
//! find = ".filter(|size| *size <= room && !self.is_cut)"
//! replace = ".filter(|size| *size < room && !self.is_cut)"
//! checks = ["test -p jeel-auth-core --lib http1"]
//! # Optional: files besides `file` whose change makes CI try the plant again, usually its tests.
//! also = ["crates/jeel-auth-core/src/http1/tests.rs"]
//! ```
//!
//! Every check in the list must fail, so each is known to be worth its time.

use crate::Outcome;
use crate::check::Check;
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// A bug that the checks meant for it must catch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plant {
    pub(crate) name: String,
    /// One sentence about what is broken.
    pub(crate) breaks: String,
    /// The changed file, from the repository's root.
    pub(crate) file: String,
    /// A text that occurs in the file exactly once.
    find: String,
    replace: String,
    pub(crate) checks: Vec<Check>,
    #[serde(default)]
    also: Vec<String>,
    /// The file of `plants` that holds it.
    #[serde(skip)]
    held_in: String,
}

impl Plant {
    /// The file's text with the bug in it.
    pub(crate) fn apply(&self, text: &str) -> Result<String, String> {
        match text.matches(&self.find).count() {
            1 => Ok(text.replacen(&self.find, &self.replace, 1)),
            n => Err(format!("{}: its text to find occurs {n} times in {}", self.name, self.file)),
        }
    }

    pub(crate) fn is_named_by(&self, word: &str) -> bool {
        self.name.contains(word) || self.file.contains(word)
    }

    /// Whether a change of these files can change what becomes of the plant.
    pub(crate) fn is_touched_by(&self, files: &[String]) -> bool {
        let mut own = self.also.iter().chain([&self.file, &self.held_in]);
        own.any(|file| files.contains(file))
    }
}

/// Reads all plants, in the order of their files, so that neighbours rebuild the same crates.
pub(crate) fn load(root: &Path) -> Outcome<Vec<Plant>> {
    let folder = root.join(FOLDER);
    let names = fs::read_dir(&folder)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    let mut plants = Vec::new();
    for name in names {
        let held_in = format!("{FOLDER}/{}", name.display());
        let text = fs::read_to_string(folder.join(&name))?;
        let bed: Bed = toml::from_str(&text).map_err(|error| format!("{held_in}: {error}"))?;
        let held = bed.plant.into_iter();
        plants.extend(held.map(|plant| Plant { held_in: held_in.clone(), ..plant }));
    }
    plants.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(plants)
}

const FOLDER: &str = "verification/planted/plants";

/// One file of plants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bed {
    plant: Vec<Plant>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Nothing is built here, so a change that moves a planted line learns of it at once.
    #[test]
    fn what_each_plant_replaces_occurs_in_its_file_exactly_once() {
        let root = crate::tree::root();
        let plants = load(&root).unwrap();
        assert!(!plants.is_empty());
        let wrong: Vec<String> = plants.iter().filter_map(|plant| misfit(&root, plant)).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn misfit(root: &Path, plant: &Plant) -> Option<String> {
        for also in &plant.also {
            if !root.join(also).is_file() {
                return Some(format!("{}: there is no {also}", plant.name));
            }
        }
        let Ok(text) = fs::read_to_string(root.join(&plant.file)) else {
            return Some(format!("{}: there is no {}", plant.name, plant.file));
        };
        match plant.apply(&text) {
            Ok(changed) if changed == text => Some(format!("{}: changes nothing", plant.name)),
            Ok(_) => None,
            Err(error) => Some(error),
        }
    }

    #[test]
    fn each_plant_has_a_name_of_one_word_a_sentence_and_a_check() {
        let mut names = HashSet::new();
        for plant in load(&crate::tree::root()).unwrap() {
            let name = &plant.name;
            assert!(names.insert(name.clone()), "{name} is there twice");
            assert!(!name.contains(char::is_whitespace), "{name}");
            assert!(plant.breaks.ends_with('.'), "{name}: {}", plant.breaks);
            assert!(!plant.checks.is_empty(), "{name} has no check");
        }
    }

    #[test]
    fn a_text_that_occurs_twice_or_never_is_refused() {
        let held = "[[plant]]\nname = 'n'\nbreaks = 'b'\nfile = 'f'\nfind = 'ab'\n\
                    replace = 'x'\nchecks = ['test']\n";
        let bed: Bed = toml::from_str(held).unwrap();
        let plant = &bed.plant[0];
        assert_eq!(plant.apply("-ab-").unwrap(), "-x-");
        assert!(plant.apply("ab ab").unwrap_err().contains("2 times"));
        assert!(plant.apply("a b").unwrap_err().contains("0 times"));
    }
}
