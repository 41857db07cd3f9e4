//! Sets settings by name. The command line and the control endpoint use it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::settings::Settings;
use crate::{
    Denial, Encodings, JwtTimes, RateLimit, Reissue, ResponseShape, RetryAfter, TokenFormat,
    UnreadBody,
};

/// An unknown option, or a value that is not valid for the option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidOption(String);

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidOption {}

/// Sets the setting of this name.
pub(crate) fn apply(settings: &mut Settings, name: &str, value: &str) -> Result<(), InvalidOption> {
    let option = OPTIONS.iter().find(|option| option.name == name);
    let option = option.ok_or_else(|| InvalidOption(format!("{name}: unknown option")))?;
    (option.apply)(settings, value).map_err(|problem| InvalidOption(format!("{name}: {problem}")))
}

/// The options of [`Builder::option`](crate::Builder::option), one paragraph each, with their
/// values and defaults.
pub fn option_help() -> String {
    let mut help = String::new();
    for option in OPTIONS {
        let (name, value, text) = (option.name, option.value, option.help);
        help.push_str(&format!("  {:<27}{text}\n", format!("--{name} {value}")));
        push_words(&mut help, &(option.words)());
    }
    help
}

/// Adds the words in lines of at most 88 bytes.
fn push_words(help: &mut String, words: &[&str]) {
    const INDENT: usize = 29;
    let mut column = 0;
    for (number, word) in words.iter().enumerate() {
        let end = if number + 1 == words.len() { "\n" } else { "," };
        if column == 0 || column + word.len() + 2 > 88 {
            help.push_str(if column == 0 { "" } else { "\n" });
            help.push_str(&" ".repeat(INDENT));
            column = INDENT;
        } else {
            help.push(' ');
            column += 1;
        }
        help.push_str(word);
        help.push_str(end);
        column += word.len() + 1;
    }
}

struct Opt {
    name: &'static str,
    value: &'static str,
    help: &'static str,
    words: fn() -> Vec<&'static str>,
    apply: fn(&mut Settings, &str) -> Result<(), String>,
}

const OPTIONS: &[Opt] = &[
    Opt {
        name: "lifetime",
        value: "SECONDS",
        help: "the lifetime of tokens [3600]",
        words: Vec::new,
        apply: |settings, value| set(&mut settings.lifetime, seconds(value)),
    },
    Opt {
        name: "scope",
        value: "TEXT",
        help: "the scope of tokens [none]",
        words: Vec::new,
        apply: |settings, value| {
            set(&mut settings.scope, Ok((value != NONE).then(|| value.to_owned())))
        },
    },
    Opt {
        name: "format",
        value: "FORMAT",
        help: "the format of tokens [jwt]:",
        words: words::<TokenFormat>,
        apply: |settings, value| set(&mut settings.format, choice(value)),
    },
    Opt {
        name: "jwt-times",
        value: "FORM",
        help: "the times in JWTs [seconds]:",
        words: words::<JwtTimes>,
        apply: |settings, value| set(&mut settings.jwt_times, choice(value)),
    },
    Opt {
        name: "response",
        value: "SHAPE",
        help: "the members of token responses [plain]:",
        words: words::<ResponseShape>,
        apply: |settings, value| set(&mut settings.shape, choice(value)),
    },
    Opt {
        name: "reissue",
        value: "MODE",
        help: "issue the same token again [never]:",
        words: words::<Reissue>,
        apply: |settings, value| set(&mut settings.reissue, choice(value)),
    },
    Opt {
        name: "accepts",
        value: "ENCODING",
        help: "the bodies to read [both]:",
        words: words::<Encodings>,
        apply: |settings, value| set(&mut settings.accepts, choice(value)),
    },
    Opt {
        name: "unread",
        value: "RESPONSE",
        help: "the response to a body not read [keycloak]:",
        words: words::<UnreadBody>,
        apply: |settings, value| set(&mut settings.unread, choice(value)),
    },
    Opt {
        name: "denial",
        value: "RESPONSE",
        help: "the response to wrong credentials [keycloak]:",
        words: words::<Denial>,
        apply: |settings, value| set(&mut settings.denial, choice(value)),
    },
    Opt {
        name: "rate",
        value: "LIMIT",
        help: "N/SECONDS[:FORM], at most N requests in SECONDS [none];\n\
               \x20                            FORM is how a 429 states the wait [seconds]:",
        words: words::<RetryAfter>,
        apply: |settings, value| set(&mut settings.rate_limit, rate_limit(value)),
    },
    Opt {
        name: "delay",
        value: "SECONDS",
        help: "the delay before token responses [0]",
        words: Vec::new,
        apply: |settings, value| set(&mut settings.delay, seconds(value)),
    },
    Opt {
        name: "clock-offset",
        value: "SECONDS",
        help: "how far the server's clock is ahead [0]",
        words: Vec::new,
        apply: |settings, value| set(&mut settings.clock_offset, number(value)),
    },
    Opt {
        name: "date-offset",
        value: "SECONDS",
        help: "how far `Date` is ahead of the server's clock [0]",
        words: Vec::new,
        apply: |settings, value| set(&mut settings.date_offset, number(value)),
    },
];

const NONE: &str = "none";

fn set<T>(setting: &mut T, value: Result<T, String>) -> Result<(), String> {
    *setting = value?;
    Ok(())
}

fn rate_limit(value: &str) -> Result<Option<RateLimit>, String> {
    if value == NONE {
        return Ok(None);
    }
    let (limit, form) = match value.split_once(':') {
        Some((limit, form)) => (limit, choice(form)?),
        None => (value, RetryAfter::Seconds),
    };
    let expected = || format!("expected N/SECONDS or N/SECONDS:FORM, got {value}");
    let (requests, window) = limit.split_once('/').ok_or_else(expected)?;
    Ok(Some(RateLimit::new(number(requests)?, seconds(window)?).retry_after(form)))
}

fn seconds(value: &str) -> Result<Duration, String> {
    let seconds = value.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| format!("not a number of seconds: {value}"))
}

fn number<N: FromStr>(value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("not a number in range: {value}"))
}

fn choice<T: Words>(value: &str) -> Result<T, String> {
    let chosen = T::WORDS.iter().find(|(word, _)| *word == value);
    chosen
        .map(|(_, choice)| *choice)
        .ok_or_else(|| format!("expected one of {}, got {value}", words::<T>().join(", ")))
}

fn words<T: Words>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

/// A type whose values have names on the command line.
trait Words: Copy + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

impl Words for TokenFormat {
    const WORDS: &'static [(&'static str, Self)] = &[("jwt", Self::Jwt), ("opaque", Self::Opaque)];
}

impl Words for JwtTimes {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("seconds", Self::Seconds),
        ("millisecond-iat", Self::MillisecondIat),
        ("zero-exp", Self::ZeroExp),
        ("absent", Self::Absent),
    ];
}

impl Words for ResponseShape {
    const WORDS: &'static [(&'static str, Self)] =
        &[("plain", Self::Plain), ("keycloak", Self::Keycloak)];
}

impl Words for Reissue {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("never", Self::Never),
        ("seconds-left", Self::SecondsLeft),
        ("full-lifetime", Self::FullLifetime),
        ("same-second", Self::SameSecond),
    ];
}

impl Words for Encodings {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("both", Self::Both),
        ("multipart", Self::MultipartOnly),
        ("urlencoded", Self::UrlEncodedOnly),
    ];
}

impl Words for UnreadBody {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("keycloak", Self::KeycloakInvalidClient),
        ("empty-401", Self::Empty401),
        ("invalid-request-400", Self::InvalidRequest400),
        ("unsupported-grant-type-400", Self::UnsupportedGrantType400),
        ("empty-400", Self::Empty400),
        ("unprocessable-422", Self::Unprocessable422),
        ("unsupported-media-type-415", Self::UnsupportedMediaType415),
        ("server-error-500", Self::ServerError500),
    ];
}

impl Words for Denial {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("keycloak", Self::Keycloak),
        ("invalid-client-401", Self::InvalidClient401),
        ("invalid-client-400", Self::InvalidClient400),
        ("forbidden-403", Self::Forbidden403),
        ("server-error-500", Self::ServerError500),
        ("refusal-in-200", Self::RefusalIn200),
    ];
}

impl Words for RetryAfter {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("seconds", Self::Seconds),
        ("http-date", Self::HttpDate),
        ("rfc850-date", Self::Rfc850Date),
        ("asctime-date", Self::AsctimeDate),
        ("utc-date", Self::UtcDate),
        ("offset-date", Self::OffsetDate),
        ("one-digit-day", Self::OneDigitDay),
        ("iso8601-date", Self::Iso8601Date),
        ("fraction", Self::Fraction),
        ("unit", Self::Unit),
        ("quoted", Self::Quoted),
        ("repeated", Self::Repeated),
        ("ratelimit", Self::RateLimit),
        ("ratelimit-reset", Self::RateLimitReset),
        ("x-ratelimit-seconds", Self::XRateLimitSeconds),
        ("x-ratelimit-epoch", Self::XRateLimitEpoch),
        ("x-ratelimit-epoch-ms", Self::XRateLimitEpochMillis),
        ("absent", Self::Absent),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(name: &str, value: &str) -> Option<String> {
        apply(&mut Settings::default(), name, value).err().map(|error| error.to_string())
    }

    #[test]
    fn every_word_of_every_option_is_valid() {
        for option in OPTIONS.iter().filter(|option| option.name != "rate") {
            for word in (option.words)() {
                assert_eq!(problem(option.name, word), None);
            }
        }
        for form in words::<RetryAfter>() {
            assert_eq!(problem("rate", &format!("5/60:{form}")), None);
        }
        assert_eq!((problem("rate", "none"), problem("rate", "5/0.5")), (None, None));
        assert_eq!((problem("lifetime", "1.5"), problem("date-offset", "-3600")), (None, None));
    }

    #[test]
    fn an_error_names_the_option_and_the_value() {
        let is = |name, value, text: &str| assert_eq!(problem(name, value).as_deref(), Some(text));
        is("secret", "x", "secret: unknown option");
        is("accepts", "x", "accepts: expected one of both, multipart, urlencoded, got x");
        is("rate", "5", "rate: expected N/SECONDS or N/SECONDS:FORM, got 5");
        is("rate", "x/60", "rate: not a number in range: x");
        for value in ["-1", "x", "NaN", "1e300"] {
            is("lifetime", value, &format!("lifetime: not a number of seconds: {value}"));
        }
    }

    #[test]
    fn the_help_lists_every_option_and_word_in_short_lines() {
        let help = option_help();
        for option in OPTIONS {
            assert!(help.contains(&format!("--{} {}", option.name, option.value)));
            assert!((option.words)().iter().all(|word| help.contains(word)));
        }
        assert!(help.lines().all(|line| line.len() <= 88), "{help}");
    }
}
