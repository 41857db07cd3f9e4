//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use jeel_auth_emulator::{Builder, DEFAULT_CLIENT_ID, Emulator, Rule, option_help};

/// The text of `--help`.
pub(crate) fn usage() -> String {
    format!("{BEFORE_OPTIONS}{}{AFTER_OPTIONS}", option_help())
}

const BEFORE_OPTIONS: &str = "\
A local Jeel Pay authorization server and protected API, for tests.

Usage: jeel-auth-emulator [OPTION]...

  --port N                   listen on port N of 127.0.0.1 instead of any free one
  --https                    serve https, with a certificate from the emulator's authority
  --ca-out FILE              write that authority's certificate to FILE, in PEM
  --client-id ID             the id of the first client [emulator-client]
  --client-secret-file FILE  the file that holds its secret; without it the secret is
                             JEELPAY_CLIENT_SECRET, or else 'emulator-secret'
  --client ID=FILE           another client, whose secret is in FILE; repeatable
";

const AFTER_OPTIONS: &str = "\
\x20 --rule JSON                a fault for the requests to a path; repeatable. Example:
                             {\"path\":\"/v1/x\",\"times\":3,\"status\":401}
  --detached                 keep running when standard input ends
  --help                     show this text

On start the program prints shell commands that set the JEELPAY_ variables and
JEEL_EMULATOR_URL, the address of the control endpoint. It runs until its standard input
ends, if that is a pipe or a terminal, or until it receives a signal.
crates/jeel-auth-emulator/README.md describes rules and the control endpoint.
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
    /// The ids of the other clients, and the files of their secrets.
    pub(crate) clients: Vec<(String, PathBuf)>,
    pub(crate) ca_out: Option<PathBuf>,
    pub(crate) detached: bool,
}

/// Reads the arguments that follow the program's name.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut options = Options {
        builder: Emulator::builder().control(true),
        client_id: DEFAULT_CLIENT_ID.to_owned(),
        client_secret_file: None,
        clients: Vec::new(),
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
                    args.next().ok_or(format!("{name}: unknown option or missing value"))?;
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
            set_text(&mut options, name, value)?;
        }
    }
    Ok(options)
}

fn set_text(options: &mut Options, name: &str, value: &str) -> Result<(), String> {
    let builder = options.builder.clone();
    options.builder = match name {
        "--client-id" => {
            value.clone_into(&mut options.client_id);
            builder
        }
        "--client" => {
            let (id, file) = value.split_once('=').ok_or(format!("{name}: expected ID=FILE"))?;
            options.clients.push((id.to_owned(), file.into()));
            builder
        }
        "--port" => {
            let port = value.parse().map_err(|_| format!("{name}: not a port: {value}"))?;
            builder.port(port)
        }
        "--rule" => {
            builder.rule(Rule::from_json(value).map_err(|error| format!("{name}: {error}"))?)
        }
        _ => match name.strip_prefix("--") {
            Some(option) => builder.option(option, value).map_err(|error| format!("--{error}"))?,
            None => return Err(format!("{name}: unknown option")),
        },
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(args: &[&str]) -> Option<String> {
        parse(args.iter().map(OsString::from)).err()
    }

    #[test]
    fn the_usage_lists_every_option() {
        let line = "--port 0 --https --ca-out ca.pem --client-id me --client-secret-file s \
                    --client other=file --lifetime 60 --accepts urlencoded --unread empty-401 \
                    --rate 5/60 --detached --rule {\"path\":\"/\",\"page\":403}";
        let args: Vec<_> = line.split_whitespace().collect();
        assert_eq!(problem(&args), None);
        for option in args.iter().filter(|word| word.starts_with("--")) {
            assert!(usage().contains(option), "{option}");
        }
        assert!(matches!(parse(["--help".into()].into_iter()), Ok(Command::Help)));
    }

    #[test]
    fn an_error_names_the_option_and_the_value() {
        let is = |args: &[&str], text: &str| assert_eq!(problem(args).as_deref(), Some(text));
        is(&["--port"], "--port: unknown option or missing value");
        is(&["--port", "99999"], "--port: not a port: 99999");
        is(&["--secret", "x"], "--secret: unknown option");
        is(&["secret", "x"], "secret: unknown option");
        let accepts = "--accepts: expected one of both, multipart, urlencoded, got json";
        is(&["--accepts", "json"], accepts);
        is(&["--client", "me"], "--client: expected ID=FILE");
        is(&["--rule", "{}"], "--rule: invalid rule: `path` is missing");
        is(&["--ca-out", "ca.pem"], "--ca-out needs --https");
    }
}
