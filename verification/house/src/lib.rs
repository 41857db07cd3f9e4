//! The files of this repository, for tests that hold them to the rules in CONTRIBUTING.md.
//!
//! The tests of this crate check sizes of files and functions, the paths in ARCHITECTURE.md, the
//! pages of the crates, the vocabulary, and that README's programs compile as they are pasted.
//!
//! **This crate does not** check behaviour, formatting or lints.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

/// The files below `folder`, which is relative to the root, sorted and relative to the root. Built
/// and generated files are left out.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &str) -> io::Result<Vec<PathBuf>> {
    let root = root();
    let mut found = Vec::new();
    walk(&root.join(folder), &mut found)?;
    let mut files: Vec<PathBuf> =
        found.iter().filter_map(|path| Some(path.strip_prefix(&root).ok()?.to_owned())).collect();
    files.sort();
    Ok(files)
}

/// The Rust files below the folders that hold any.
///
/// # Errors
/// A folder cannot be read.
pub fn rust_files() -> io::Result<Vec<PathBuf>> {
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    Ok(files("")?.into_iter().filter(is_rust).collect())
}

/// The packages: each folder below `crates` and `verification`.
///
/// # Errors
/// A folder cannot be read.
pub fn packages() -> io::Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for folder in ["crates", "verification"] {
        for entry in fs::read_dir(root().join(folder))? {
            packages.push(Path::new(folder).join(entry?.file_name()));
        }
    }
    packages.sort();
    Ok(packages)
}

/// A file's text, its path relative to the root.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read(file: impl AsRef<Path>) -> io::Result<String> {
    fs::read_to_string(root().join(file))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// What git, cargo and the tools of other languages keep, and the fuzz corpora.
const NOT_OURS: [&str; 7] =
    [".git", "Cargo.lock", "__pycache__", "corpus", "node_modules", "package-lock.json", "target"];
