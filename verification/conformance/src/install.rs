//! The cache folder, and what is installed there once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Nothing, or what went wrong, for people.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Where servers are installed, each in a folder of its own.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn new(root: PathBuf) -> Outcome<Self> {
        fs::create_dir_all(&root).and_then(|()| fs::canonicalize(&root)).map_or_else(
            |error| Err(format!("the cache folder {}: {error}", root.display())),
            |root| Ok(Self { root }),
        )
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Installs into an empty folder, unless that was done before by the same recipe.
    pub(crate) fn install(
        &self,
        name: &str,
        recipe: &str,
        install: impl FnOnce(&Path) -> Outcome,
    ) -> Outcome {
        let folder = self.folder(name);
        let stamp = folder.join("installed-by");
        if fs::read_to_string(&stamp).is_ok_and(|by| by == recipe) {
            return Ok(());
        }
        let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(wrong)?;
        }
        fs::create_dir_all(&folder).map_err(wrong)?;
        install(&folder)?;
        fs::write(stamp, recipe).map_err(wrong)
    }
}

/// Where this crate keeps a server's own files.
pub(crate) fn files(server: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("servers").join(server)
}

/// The text of one of them.
pub(crate) fn text(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Runs a command of an installation to its end.
///
/// # Errors
/// What it printed, if it failed; its name, if this machine does not have it.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{name} cannot be run here: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{name} failed: {}\n{out}{err}", output.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_recipe_is_followed_once() {
        let root = std::env::temp_dir().join(format!("jeel-install-{}", std::process::id()));
        let cache = Cache::new(root.clone()).unwrap();
        let mut times = 0;
        for recipe in ["one", "one", "two"] {
            let install = |folder: &Path| {
                times += 1;
                assert!(!folder.join("leftover").exists());
                fs::write(folder.join("leftover"), "").map_err(|error| error.to_string())
            };
            cache.install("it", recipe, install).unwrap();
        }
        assert!(cache.install("it", "three", |_| Err("no network".to_owned())).is_err());
        cache.install("it", "three", |_| Ok(())).unwrap();
        fs::remove_dir_all(root).unwrap();
        assert_eq!(times, 2);
    }

    #[test]
    fn a_tool_that_is_missing_is_named() {
        let why = run(&mut Command::new("no-such-tool-here")).unwrap_err();
        assert!(why.contains("no-such-tool-here cannot be run here"), "{why}");
    }
}
