//! The folder where none is given.

use crate::record_store::StoreError;
use std::ffi::OsString;
use std::path::PathBuf;

/// The folder of a user who named none: in the service manager's runtime or cache directory, else in the
/// user's runtime directory, which is gone at reboot, else in the state directory. Never in a folder for
/// temporary files.
///
/// `variable` reads the environment; `uid` is the effective user.
///
/// # Errors
/// For a system user (uid 1 to 999, or nobody) without such a directory: its home may be what a web
/// server shows. A path must be given then.
pub fn default_folder(
    variable: impl Fn(&str) -> Option<OsString>,
    uid: u32,
) -> Result<PathBuf, StoreError> {
    let absolute = |name: &str| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        // A service manager lists several directories with colons between.
        let first = value.to_str().and_then(|list| list.split(':').next()).map(PathBuf::from);
        first.filter(|path| path.is_absolute())
    };
    let directories = ["RUNTIME_DIRECTORY", "CACHE_DIRECTORY", "XDG_RUNTIME_DIR"];
    if let Some(directory) = directories.into_iter().find_map(absolute) {
        return Ok(directory.join("jeel-auth"));
    }
    if (1..1000).contains(&uid) || uid >= NOBODY {
        return Err(StoreError::new("a system user has no default folder: name one"));
    }
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .ok_or(StoreError::new("neither XDG_RUNTIME_DIR nor HOME is set: name a folder"))?;
    Ok(state.join("jeel-auth"))
}

/// The users nobody of Linux distributions are 65534 and above.
const NOBODY: u32 = 65_534;

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn folder(variables: &[(&str, &str)], uid: u32) -> Option<PathBuf> {
        let variable = |name: &str| {
            let value = variables.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| OsString::from(value))
        };
        default_folder(variable, uid).ok()
    }

    #[test]
    fn the_first_directory_that_is_given_is_taken() {
        let home = ("HOME", "/home/u");
        let xdg = ("XDG_RUNTIME_DIR", "/run/user/1000");
        for (variables, expected) in [
            (vec![home], "/home/u/.local/state/jeel-auth"),
            (vec![home, ("XDG_STATE_HOME", "/s")], "/s/jeel-auth"),
            (vec![home, xdg], "/run/user/1000/jeel-auth"),
            (vec![home, xdg, ("CACHE_DIRECTORY", "/c")], "/c/jeel-auth"),
            (vec![home, ("RUNTIME_DIRECTORY", "/run/a:/run/b")], "/run/a/jeel-auth"),
            (vec![home, ("XDG_RUNTIME_DIR", "")], "/home/u/.local/state/jeel-auth"),
            (vec![home, ("XDG_RUNTIME_DIR", "relative")], "/home/u/.local/state/jeel-auth"),
        ] {
            let found = folder(&variables, 1000);
            assert_eq!(found.as_deref(), Some(Path::new(expected)), "{variables:?}");
        }
        assert_eq!(folder(&[], 1000), None);
        assert_eq!(folder(&[("TMPDIR", "/tmp")], 1000), None);
    }

    #[test]
    fn a_system_user_has_none_but_its_service_managers() {
        let home = ("HOME", "/var/www");
        for uid in [1, 33, 999, 65_534] {
            assert_eq!(folder(&[home], uid), None, "{uid}");
            assert!(folder(&[home, ("RUNTIME_DIRECTORY", "/run/a")], uid).is_some());
        }
        assert!(folder(&[("HOME", "/root")], 0).is_some());
    }
}
