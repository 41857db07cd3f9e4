//! What `JEELPAY_STORE` says.

use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Where tokens are shared, as a setting says it.
///
/// ```
/// use jeel_auth_store::StoreConfig;
///
/// assert!(matches!(StoreConfig::parse("file"), Ok(StoreConfig::File { folder: None })));
/// assert!(matches!(StoreConfig::parse("file:/run/school"), Ok(StoreConfig::File { .. })));
/// assert!(StoreConfig::parse("memcached://cache").is_err());
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum StoreConfig {
    /// `off`: each process has its own token.
    Off,
    /// `file` or `file:/folder`.
    File {
        /// The folder; `None` for the default one.
        folder: Option<PathBuf>,
    },
    /// `redis://..`, `rediss://..`, `valkey://..`, `valkeys://..` or `redis+unix:..`: what the
    /// crate `jeel-auth-redis` opens.
    Redis(StoreUrl),
}

/// The URL of a store. It may hold a password, which is wiped and never shown.
#[derive(Clone)]
pub struct StoreUrl(Zeroizing<String>);

impl StoreUrl {
    /// The whole URL, with its password.
    pub fn expose_url(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split_once(':').map_or("", |(scheme, _)| scheme);
        write!(f, "{scheme}:[redacted]")
    }
}

impl StoreConfig {
    /// The value of `JEELPAY_STORE`.
    ///
    /// # Errors
    /// When it names no store that is known, or a file store without an absolute path. The error does
    /// not repeat the value, which may hold a password.
    pub fn parse(value: &str) -> Result<Self, ConfigError> {
        let value = value.trim_ascii();
        let (scheme, rest) = value.split_once(':').unwrap_or((value, ""));
        match scheme {
            "off" | "none" if rest.is_empty() => Ok(Self::Off),
            "file" if value == "file" => Ok(Self::File { folder: None }),
            "file" => folder(rest).map(|folder| Self::File { folder: Some(folder) }),
            "redis" | "rediss" | "valkey" | "valkeys" | "redis+unix" | "valkey+unix" => {
                if rest.is_empty() {
                    return Err(ConfigError::UnknownStore);
                }
                Ok(Self::Redis(StoreUrl(Zeroizing::new(value.to_owned()))))
            }
            _ => Err(ConfigError::UnknownStore),
        }
    }
}

/// `file:/path` and the `file:///path` of RFC 8089.
fn folder(rest: &str) -> Result<PathBuf, ConfigError> {
    let path = rest.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(rest);
    let absolute = path.starts_with('/') && !path.starts_with("//");
    absolute.then(|| PathBuf::from(path)).ok_or(ConfigError::RelativeFolder)
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("Off"),
            Self::File { folder } => f.debug_struct("File").field("folder", folder).finish(),
            Self::Redis(url) => f.debug_tuple("Redis").field(url).finish(),
        }
    }
}

/// Why a setting names no store. It never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The value names no store that is known.
    UnknownStore,
    /// The folder is not an absolute path.
    RelativeFolder,
    /// `file` was asked for on a system other than Linux, where it is not tested.
    FileUnsupported,
    /// `redis` was asked for, and the crate `jeel-auth-redis` is not part of this program.
    RedisMissing,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownStore => {
                "JEELPAY_STORE names no known store; use off, file, file:/folder or redis://host"
            }
            Self::RelativeFolder => "the folder of JEELPAY_STORE is not an absolute path",
            Self::FileUnsupported => {
                "JEELPAY_STORE asks for a file, which is tested on Linux only; use redis://host"
            }
            Self::RedisMissing => {
                "JEELPAY_STORE asks for Redis, which this program was built without; \
                 add the crate jeel-auth-redis"
            }
        })
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn each_spelling_names_its_store() {
        for off in ["off", "none", " off\n"] {
            assert!(matches!(StoreConfig::parse(off), Ok(StoreConfig::Off)), "{off}");
        }
        for (value, path) in [("file:/a/b", "/a/b"), ("file:///a", "/a")] {
            let Ok(StoreConfig::File { folder }) = StoreConfig::parse(value) else { panic!() };
            assert_eq!(folder.as_deref(), Some(Path::new(path)));
        }
        for redis in ["redis://h", "rediss://u:p@h:1/2", "redis+unix:/run/r", "valkey://h"] {
            let Ok(StoreConfig::Redis(url)) = StoreConfig::parse(redis) else { panic!("{redis}") };
            assert_eq!(url.expose_url(), redis);
        }
    }

    #[test]
    fn a_value_that_names_no_store_is_an_error_that_does_not_repeat_it() {
        for bad in ["", "files", "/tmp", "redis", "redis:", "mysql://u:hush@h", "off:x", "FILE"] {
            let error = StoreConfig::parse(bad).unwrap_err();
            assert_eq!(error, ConfigError::UnknownStore, "{bad}");
            assert!(!error.to_string().contains("hush"));
        }
        for bad in ["file:", "file:a/b", "file://host/a", "file:////a"] {
            let error = StoreConfig::parse(bad).unwrap_err();
            assert_eq!(error, ConfigError::RelativeFolder, "{bad}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?}", StoreConfig::parse("redis://user:hush-hush@host/0"));
        assert_eq!(shown, "Ok(Redis(redis:[redacted]))");
    }
}
