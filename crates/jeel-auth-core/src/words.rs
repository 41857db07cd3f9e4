//! The words of settings and states, as text: the same in variables, logs and other languages.

use crate::cache::{EncodingChoice, State};
use crate::endpoint::Environment;
use crate::request::BodyEncoding;
use std::fmt;
use std::str::FromStr;

/// A text that is none of the words that a setting knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    expected: &'static str,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it should be {}", self.expected)
    }
}

impl std::error::Error for UnknownWord {}

/// The values of `JEELPAY_ENV`: `sandbox` and `production`.
impl FromStr for Environment {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "sandbox" => Ok(Self::Sandbox),
            "production" => Ok(Self::Production),
            _ => Err(UnknownWord { expected: "sandbox or production" }),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        })
    }
}

/// The values of `JEELPAY_BODY_ENCODING`: `auto`, `multipart` and `urlencoded`.
impl FromStr for EncodingChoice {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "auto" => Ok(Self::Auto),
            "multipart" => Ok(Self::Always(BodyEncoding::Multipart)),
            "urlencoded" => Ok(Self::Always(BodyEncoding::UrlEncoded)),
            _ => Err(UnknownWord { expected: "auto, multipart or urlencoded" }),
        }
    }
}

impl fmt::Display for EncodingChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Auto => "auto",
            Self::Always(BodyEncoding::Multipart) => "multipart",
            Self::Always(BodyEncoding::UrlEncoded) => "urlencoded",
        })
    }
}

/// `no_token`, `valid`, `near_expiry` and `expired`.
impl FromStr for State {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "no_token" => Ok(Self::NoToken),
            "valid" => Ok(Self::Valid),
            "near_expiry" => Ok(Self::NearExpiry),
            "expired" => Ok(Self::Expired),
            _ => Err(UnknownWord { expected: "no_token, valid, near_expiry or expired" }),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoToken => "no_token",
            Self::Valid => "valid",
            Self::NearExpiry => "near_expiry",
            Self::Expired => "expired",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::{Debug, Display};

    fn comes_back<T>(values: &[T])
    where
        T: Display + FromStr<Err = UnknownWord> + PartialEq + Debug,
    {
        for value in values {
            let word = value.to_string();
            assert_eq!(word.parse::<T>().as_ref(), Ok(value));
            assert!(word.to_uppercase().parse::<T>().is_err(), "{word}");
            // The error of a wrong word names each right one.
            assert!("".parse::<T>().unwrap_err().to_string().contains(&word), "{word}");
        }
    }

    #[test]
    fn each_word_is_read_as_it_is_shown_and_no_other_is() {
        comes_back(&[Environment::Sandbox, Environment::Production]);
        comes_back(&[State::NoToken, State::Valid, State::NearExpiry, State::Expired]);
        comes_back(&[
            EncodingChoice::Auto,
            EncodingChoice::Always(BodyEncoding::Multipart),
            EncodingChoice::Always(BodyEncoding::UrlEncoded),
        ]);
    }
}
