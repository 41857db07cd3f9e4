//! The copy of the repository in which bugs are planted.

use crate::Outcome;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}

/// Makes `copy` hold the files that git knows or would take, as they are in the working tree. A file
/// that is the same already is not written, so cargo rebuilds only what changed.
pub(crate) fn sync(root: &Path, copy: &Path) -> Outcome<()> {
    let files = files(root)?;
    for file in &files {
        let bytes = fs::read(root.join(file))?;
        let to = copy.join(file);
        if fs::read(&to).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, bytes)?;
    }
    Ok(remove_others(copy, copy, &files)?)
}

fn files(root: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(args).current_dir(root).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let names = String::from_utf8(output.stdout)?;
    let files = names.split('\0').map(PathBuf::from);
    // What was deleted and not yet committed is still listed.
    Ok(files.filter(|file| root.join(file).is_file()).collect())
}

fn remove_others(copy: &Path, folder: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(copy, &path, files)?;
        } else if path.strip_prefix(copy).is_ok_and(|file| !files.contains(file)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
