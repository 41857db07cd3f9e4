//! Configuration from the environment.

mod error;

use jeel_auth_core::{
    Credentials, CredentialsError, EncodingChoice, Endpoint, EndpointError, Environment,
    LoopbackHttp, Origin, Scope,
};
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;
use zeroize::Zeroizing;

pub use error::ConfigError;
use error::Problem;

/// Where to go, as whom.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    pub(crate) api_origin: Option<Origin>,
    pub(crate) credentials: Credentials,
    pub(crate) encoding: EncodingChoice,
    pub(crate) scope: Option<Scope>,
}

impl Settings {
    pub(crate) fn new(environment: Environment, credentials: Credentials) -> Self {
        Self {
            endpoint: environment.token_endpoint(),
            api_origin: Some(environment.api_origin()),
            credentials,
            encoding: EncodingChoice::Auto,
            scope: None,
        }
    }

    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&|name| env::var_os(name))
    }

    fn from_lookup(lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let variables = Variables { lookup };
        let loopback = match variables.word("JEELPAY_ALLOW_LOOPBACK_HTTP", "true or false")? {
            Some(true) => LoopbackHttp::Allowed,
            Some(false) | None => LoopbackHttp::Refused,
        };
        let environment: Option<Environment> =
            variables.word("JEELPAY_ENV", "sandbox or production")?;
        let endpoint = variables.url("JEELPAY_AUTH_URL", |url| Endpoint::parse(url, loopback))?;
        let api_origin = variables.url("JEELPAY_API_URL", |url| Origin::parse(url, loopback))?;
        let plain_http = [endpoint.as_ref().map(Endpoint::origin), api_origin.as_ref()];
        let plain_http = plain_http.into_iter().flatten().any(|origin| !origin.is_https());
        if plain_http && environment == Some(Environment::Production) {
            return Err(ConfigError(Problem::LoopbackProduction));
        }
        let endpoint = endpoint
            .or_else(|| environment.map(Environment::token_endpoint))
            .ok_or(ConfigError::missing("JEELPAY_ENV", "sandbox or production"))?;
        let encoding = variables.word("JEELPAY_BODY_ENCODING", "auto, multipart or urlencoded")?;
        Ok(Self {
            endpoint,
            api_origin: api_origin.or_else(|| environment.map(Environment::api_origin)),
            credentials: variables.credentials()?,
            encoding: encoding.unwrap_or_default(),
            scope: variables.scope()?,
        })
    }
}

/// The variables, by a look-up that tests replace.
struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
}

/// A variable that has a twin which names a file with the value.
struct Twins {
    value: &'static str,
    file: &'static str,
    expected: &'static str,
}

const CLIENT_ID: Twins = Twins {
    value: "JEELPAY_CLIENT_ID",
    file: "JEELPAY_CLIENT_ID_FILE",
    expected: "the client id that Jeel gave you",
};

const CLIENT_SECRET: Twins = Twins {
    value: "JEELPAY_CLIENT_SECRET",
    file: "JEELPAY_CLIENT_SECRET_FILE",
    expected: "the client secret that Jeel gave you",
};

impl Variables<'_> {
    fn credentials(&self) -> Result<Credentials, ConfigError> {
        let (id, id_variable) = self.value_or_file(&CLIENT_ID)?;
        let (secret, secret_variable) = self.value_or_file(&CLIENT_SECRET)?;
        Credentials::new(id, secret).map_err(|error| {
            let variable = match error {
                CredentialsError::EmptyId | CredentialsError::IdTooLong => id_variable,
                _ => secret_variable,
            };
            ConfigError(Problem::Credentials { variable, error })
        })
    }

    /// The value and the name of the variable that gave it.
    fn value_or_file(&self, twins: &Twins) -> Result<(String, &'static str), ConfigError> {
        match (self.text(twins.value, twins.expected)?, self.raw(twins.file)) {
            (Some(value), Some(_)) => {
                drop(Zeroizing::new(value));
                Err(ConfigError(Problem::Both { one: twins.value, other: twins.file }))
            }
            (Some(value), None) => Ok((value, twins.value)),
            (None, Some(path)) => {
                let text = read_secret_file(twins, Path::new(&path))?;
                Ok((text, twins.file))
            }
            (None, None) => Err(ConfigError::missing(twins.value, twins.expected)),
        }
    }

    fn word<T: FromStr>(
        &self,
        variable: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.text(variable, expected)? else { return Ok(None) };
        value.parse().map(Some).map_err(|_| {
            if self.may_be_shown(&value) {
                ConfigError(Problem::Word { variable, value, expected })
            } else {
                drop(Zeroizing::new(value));
                ConfigError::malformed(variable, expected)
            }
        })
    }

    /// Whether a value looks like a word that chooses something, and not like a secret in the wrong
    /// variable.
    fn may_be_shown(&self, value: &str) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
        let secret = self.raw(CLIENT_SECRET.value);
        let secret = secret.as_deref().and_then(|secret| secret.to_str());
        let holds_secret = secret.is_some_and(|secret| value.contains(secret));
        value.len() <= LONGEST_WORD && value.bytes().all(is_word) && !holds_secret
    }

    fn scope(&self) -> Result<Option<Scope>, ConfigError> {
        let variable = "JEELPAY_SCOPE";
        let Some(scope) = self.text(variable, "scope tokens with a space between them")? else {
            return Ok(None);
        };
        let parsed = scope.parse();
        parsed.map(Some).map_err(|error| ConfigError(Problem::Scope { variable, error }))
    }

    fn url<T>(
        &self,
        variable: &'static str,
        parse: impl FnOnce(&str) -> Result<T, EndpointError>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(url) = self.text(variable, "an https URL")? else { return Ok(None) };
        parse(&url).map(Some).map_err(|error| ConfigError(Problem::Url { variable, error }))
    }

    fn text(
        &self,
        variable: &'static str,
        expected: &'static str,
    ) -> Result<Option<String>, ConfigError> {
        let text = self.raw(variable).map(OsString::into_string).transpose();
        text.map_err(|_| ConfigError::malformed(variable, expected))
    }

    fn raw(&self, variable: &str) -> Option<OsString> {
        (self.lookup)(variable).filter(|value| !value.is_empty())
    }
}

/// In bytes.
const LONGEST_WORD: usize = 24;

/// What an editor or a shell leaves in a file, and no authorization server takes for part of a secret.
fn flaw_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Some("starts with a byte order mark");
    }
    if bytes.first().is_some_and(u8::is_ascii_whitespace) {
        return Some("starts with white space");
    }
    bytes.last().is_some_and(u8::is_ascii_whitespace).then_some("ends with white space")
}

/// The longest file read: a secret of the longest length and a line break. A mounted secret is a
/// file of known size, and `/dev/zero` is not one.
const LONGEST_FILE: usize = 64 * 1024 + 2;

/// A file's text without the one line break that editors put at its end. Read into one buffer that
/// does not move, so that no copy stays behind.
fn read_secret_file(twins: &Twins, path: &Path) -> Result<String, ConfigError> {
    let read = || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_FILE + 1));
        let most = u64::try_from(LONGEST_FILE + 1).unwrap_or(u64::MAX);
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let mut bytes: Zeroizing<Vec<u8>> = read().map_err(|error: io::Error| {
        let path = path.display().to_string();
        ConfigError(Problem::File { variable: twins.file, path, error: error.to_string() })
    })?;
    for line_break in [b'\n', b'\r'] {
        bytes.pop_if(|last| *last == line_break);
    }
    if let Some(flaw) = flaw_of(&bytes) {
        return Err(ConfigError(Problem::Flaw { variable: twins.file, flaw }));
    }
    String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        ConfigError::malformed(twins.file, twins.expected)
    })
}

#[cfg(test)]
mod tests;
