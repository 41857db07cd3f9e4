//! The committed list of a library's items.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file of `docs/api` and its text, which is empty if there is no file yet.
#[derive(Debug)]
pub(crate) struct Snapshot {
    path: PathBuf,
    text: String,
}

impl Snapshot {
    pub(crate) fn of(root: &Path, library: &str) -> io::Result<Self> {
        let path = root.join(FOLDER).join(format!("{library}.txt"));
        let text = if path.is_file() { fs::read_to_string(&path)? } else { String::new() };
        Ok(Self { path, text })
    }

    /// The items that were removed and added, if any.
    pub(crate) fn difference(&self, api: &str) -> Option<String> {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) =
            (self.text.lines().collect(), api.lines().collect());
        let removed = old.difference(&new).map(|item| format!("- {item}\n"));
        let added = new.difference(&old).map(|item| format!("+ {item}\n"));
        let difference: String = removed.chain(added).collect();
        (!difference.is_empty()).then_some(difference)
    }

    pub(crate) fn write(&self, api: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, api)
    }
}

/// Removes the snapshots of libraries that are gone.
pub(crate) fn remove_others(root: &Path, libraries: &[String]) -> io::Result<()> {
    for entry in fs::read_dir(root.join(FOLDER))? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.display().to_string());
        if name.is_some_and(|name| !libraries.contains(&name)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

const FOLDER: &str = "docs/api";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_was_removed_and_what_was_added() {
        let snapshot = Snapshot { path: PathBuf::new(), text: "a\nb\n".to_owned() };
        assert_eq!(snapshot.difference("a\nb\n"), None);
        assert_eq!(snapshot.difference("b\nc\n").unwrap(), "- a\n+ c\n");
    }
}
