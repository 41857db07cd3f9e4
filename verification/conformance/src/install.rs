//! Installs servers into the cache folder, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A result whose error is a message.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The folder that holds the servers, each in its own folder.
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

    /// Installs into an empty folder, unless the same recipe was installed before.
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

/// The folder of this crate with a server's files.
pub(crate) fn files(server: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("servers").join(server)
}

/// The text of a file.
pub(crate) fn text(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Runs a command of an installation.
///
/// # Errors
/// Returns the command's output if it fails, or its name if it is not on this machine.
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
    fn the_same_recipe_is_installed_once() {
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
    fn the_error_names_a_missing_tool() {
        let why = run(&mut Command::new("no-such-tool-here")).unwrap_err();
        assert!(why.contains("no-such-tool-here cannot be run here"), "{why}");
    }
}
