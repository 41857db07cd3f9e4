//! Memory that is wiped, and never shown.

use std::fmt;
use zeroize::Zeroizing;

/// Secret text: redacted in `Debug`, wiped on drop, written once into memory of its final size, so
/// that no copy is left behind by a buffer that grew.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes over the string's own buffer; nothing is copied.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_shown() {
        assert_eq!(format!("{:?}", SecretText::new("hush".to_owned())), "[redacted]");
    }
}
