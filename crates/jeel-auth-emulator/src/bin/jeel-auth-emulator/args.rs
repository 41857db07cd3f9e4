//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jeel_auth_emulator::{
    Builder, DEFAULT_CLIENT_ID, Emulator, Encodings, RateLimit, Reissue, UnreadBody,
};

pub(crate) const USAGE: &str = "\
A local Jeel Pay authorization server and protected API, for tests.

Usage: jeel-auth-emulator [OPTION]...

  --port N                   listen on port N of 127.0.0.1 instead of any free one
  --https                    serve https, with a certificate from the emulator's authority
  --ca-out FILE              write that authority's certificate to FILE, in PEM
  --client-id ID             the id of the client [emulator-client]
  --client-secret-file FILE  the file that holds the client's secret; without it the secret
                             is JEELPAY_CLIENT_SECRET, or else 'emulator-secret'
  --lifetime SECONDS         the lifetime of tokens [3600]
  --accepts ENCODING         the bodies to read: both, multipart, urlencoded [both]
  --unread RESPONSE          the response to a body not read: keycloak, empty-401,
                             invalid-request-400, unsupported-grant-type-400, empty-400,
                             unprocessable-422, unsupported-media-type-415,
                             server-error-500 [keycloak]
  --reissue MODE             issue the same token until it expires: never, seconds-left,
                             full-lifetime [never]
  --rate N/SECONDS           at most N token requests in any SECONDS
  --detached                 keep running when standard input ends
  --help                     show this text

On start the program prints shell commands that set the JEELPAY_ variables. It runs until
its standard input ends, or until Ctrl-C.
";

/// A parsed command line.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run(Box<Options>),
}

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) builder: Builder,
    pub(crate) client_id: String,
    pub(crate) client_secret_file: Option<PathBuf>,
    pub(crate) ca_out: Option<PathBuf>,
    pub(crate) detached: bool,
}

/// Reads the arguments that follow the program's name.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut options = Options {
        builder: Emulator::builder(),
        client_id: DEFAULT_CLIENT_ID.to_owned(),
        client_secret_file: None,
        ca_out: None,
        detached: false,
    };
    let mut args = args;
    let mut https = false;
    while let Some(arg) = args.next() {
        let name = arg.to_str().ok_or("an option is not valid UTF-8")?;
        match name {
            "--help" | "-h" => return Ok(Command::Help),
            "--https" => https = true,
            "--detached" => options.detached = true,
            _ => {
                let value =
                    args.next().ok_or(format!("unknown option or missing value: {name}"))?;
                options = set(options, name, value)?;
            }
        }
    }
    match (https, &options.ca_out) {
        (false, Some(_)) => return Err("--ca-out needs --https".to_owned()),
        (true, _) => options.builder = options.builder.https(),
        (false, None) => {}
    }
    Ok(Command::Run(Box::new(options)))
}

fn set(mut options: Options, name: &str, value: OsString) -> Result<Options, String> {
    match name {
        "--ca-out" => options.ca_out = Some(value.into()),
        "--client-secret-file" => options.client_secret_file = Some(value.into()),
        _ => {
            let value = value.to_str().ok_or(format!("{name}: the value is not valid UTF-8"))?;
            if name == "--client-id" {
                value.clone_into(&mut options.client_id);
            } else {
                options.builder = configure(options.builder, name, value)?;
            }
        }
    }
    Ok(options)
}

fn configure(builder: Builder, name: &str, value: &str) -> Result<Builder, String> {
    Ok(match name {
        "--port" => builder.port(number(name, value)?),
        "--lifetime" => builder.lifetime(Duration::from_secs(number(name, value)?)),
        "--accepts" => builder.accepts(choice(name, value, &ENCODINGS)?),
        "--unread" => builder.unread(choice(name, value, &UNREAD)?),
        "--reissue" => builder.reissue(choice(name, value, &REISSUE)?),
        "--rate" => {
            let (requests, seconds) =
                value.split_once('/').ok_or(format!("{name}: expected N/SECONDS, got {value}"))?;
            let window = Duration::from_secs(number(name, seconds)?);
            builder.rate_limit(RateLimit::new(number(name, requests)?, window))
        }
        _ => return Err(format!("unknown option: {name}")),
    })
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("{name}: not a number in range: {value}"))
}

fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let chosen = choices.iter().find(|(word, _)| *word == value);
    chosen.map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        format!("{name}: expected one of {}, got {value}", words.join(", "))
    })
}

const ENCODINGS: [(&str, Encodings); 3] = [
    ("both", Encodings::Both),
    ("multipart", Encodings::MultipartOnly),
    ("urlencoded", Encodings::UrlEncodedOnly),
];

const UNREAD: [(&str, UnreadBody); 8] = [
    ("keycloak", UnreadBody::KeycloakInvalidClient),
    ("empty-401", UnreadBody::Empty401),
    ("invalid-request-400", UnreadBody::InvalidRequest400),
    ("unsupported-grant-type-400", UnreadBody::UnsupportedGrantType400),
    ("empty-400", UnreadBody::Empty400),
    ("unprocessable-422", UnreadBody::Unprocessable422),
    ("unsupported-media-type-415", UnreadBody::UnsupportedMediaType415),
    ("server-error-500", UnreadBody::ServerError500),
];

const REISSUE: [(&str, Reissue); 3] = [
    ("never", Reissue::Never),
    ("seconds-left", Reissue::SecondsLeft),
    ("full-lifetime", Reissue::FullLifetime),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: &str) -> Option<String> {
        parse(line.split_whitespace().map(OsString::from)).err()
    }

    #[test]
    fn the_usage_lists_every_option_and_value() {
        let words =
            |choices: &[&str]| choices.iter().for_each(|w| assert!(USAGE.contains(w), "{w}"));
        words(&ENCODINGS.map(|(word, _)| word));
        words(&UNREAD.map(|(word, _)| word));
        words(&REISSUE.map(|(word, _)| word));
        let line = "--port 0 --https --ca-out ca.pem --client-id me --client-secret-file s \
                    --lifetime 60 --accepts urlencoded --unread empty-401 --reissue never \
                    --rate 5/60 --detached";
        assert_eq!(problem(line), None);
        for option in line.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(USAGE.contains(option), "{option}");
        }
        assert!(matches!(parse(["--help".into()].into_iter()), Ok(Command::Help)));
    }

    #[test]
    fn an_error_names_the_option_and_the_value() {
        let is = |line, text: &str| assert_eq!(problem(line).as_deref(), Some(text));
        is("--port", "unknown option or missing value: --port");
        is("--port 99999", "--port: not a number in range: 99999");
        is("--secret x", "unknown option: --secret");
        is("--accepts json", "--accepts: expected one of both, multipart, urlencoded, got json");
        is("--rate 5", "--rate: expected N/SECONDS, got 5");
        is("--ca-out ca.pem", "--ca-out needs --https");
    }
}
