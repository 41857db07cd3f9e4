//! The scope of an access token request.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The scope that a token request asks for (RFC 6749 §3.3): scope tokens separated by single spaces.
///
/// The grammar is `scope-token *( SP scope-token )`, where a scope token is one or more of
/// `%x21 / %x23-5B / %x5D-7E`: printable ASCII except space, `"` and `\`. A scope has at most 4 KiB.
/// It is not a secret, and cloning it is cheap.
///
/// ```
/// use jeel_auth_core::{Scope, ScopeError};
///
/// let scope: Scope = "payments:read payments:write".parse()?;
/// assert_eq!(scope.as_str(), "payments:read payments:write");
/// assert_eq!("a  b".parse::<Scope>(), Err(ScopeError::Spacing));
/// # Ok::<(), ScopeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope(Arc<str>);

impl Scope {
    /// The scope as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if text.len() > LONGEST {
            return Err(ScopeError::TooLong);
        }
        if !text.bytes().all(|byte| byte == b' ' || is_scope_character(byte)) {
            return Err(ScopeError::Character);
        }
        if text.split(' ').any(str::is_empty) {
            return Err(ScopeError::Spacing);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScopeError {
    /// The text is empty. To send no scope, set none.
    Empty,
    /// The text is longer than 4 KiB.
    TooLong,
    /// A character is not allowed in a scope: a control character, `"`, `\`, or not ASCII.
    Character,
    /// A space at the start or the end, or two spaces in a row.
    Spacing,
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the scope is empty",
            Self::TooLong => "the scope is longer than 4 KiB",
            Self::Character => {
                "the scope has a character other than printable ASCII, or a \" or \\"
            }
            Self::Spacing => "the scope must have one space between its parts and none around them",
        })
    }
}

impl std::error::Error for ScopeError {}

const fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

/// The longest scope, in bytes.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_allowed_where_rfc_6749_says() {
        for byte in 0..=0x7f_u8 {
            let text = format!("a{}b", char::from(byte));
            let allowed = matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
            let expected = if allowed { Ok(text.clone()) } else { Err(ScopeError::Character) };
            assert_eq!(text.parse::<Scope>().map(|scope| scope.to_string()), expected, "{byte:#x}");
        }
        assert_eq!("é".parse::<Scope>(), Err(ScopeError::Character));
    }

    #[test]
    fn only_single_spaces_between_tokens_pass() {
        for bad in [" ", " a", "a ", "a  b", "  "] {
            assert_eq!(bad.parse::<Scope>(), Err(ScopeError::Spacing), "{bad:?}");
        }
        assert_eq!("".parse::<Scope>(), Err(ScopeError::Empty));
        assert!("a b c".parse::<Scope>().is_ok());
    }

    #[test]
    fn the_length_bound_is_inclusive() {
        assert!("x".repeat(LONGEST).parse::<Scope>().is_ok());
        assert_eq!("x".repeat(LONGEST + 1).parse::<Scope>(), Err(ScopeError::TooLong));
    }
}
