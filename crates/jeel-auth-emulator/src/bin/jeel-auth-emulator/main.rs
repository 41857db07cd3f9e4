//! The emulator as a program, for clients in any language.

mod args;
mod input;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use args::{Command, Options};
use jeel_auth_emulator::{DEFAULT_CLIENT_SECRET, Emulator};

#[expect(clippy::print_stderr, reason = "a program reports its errors on standard error")]
fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("jeel-auth-emulator: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    let mut out = io::stdout().lock();
    let options = match command {
        Command::Help => return out.write_all(args::usage().as_bytes()).map_err(|e| e.to_string()),
        Command::Run(options) => *options,
    };
    let secret = client_secret(&options)?;
    let mut builder = options.builder.credentials(&options.client_id, &secret);
    for (id, path) in &options.clients {
        builder = builder.client(id, secret_in(path)?);
    }
    let emulator = builder.start().map_err(|e| format!("cannot start: {e}"))?;
    if let (Some(path), Some(pem)) = (&options.ca_out, emulator.ca_pem()) {
        std::fs::write(path, pem).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let secret = (secret == DEFAULT_CLIENT_SECRET).then_some(DEFAULT_CLIENT_SECRET);
    announce(&mut out, &emulator, &options.client_id, secret).map_err(|e| e.to_string())?;
    input::wait_for_end(options.detached);
    Ok(())
}

/// Reads the secret from a file or the environment. It never comes from the command line, which
/// every user of the machine can read.
fn client_secret(options: &Options) -> Result<String, String> {
    match (&options.client_secret_file, std::env::var("JEELPAY_CLIENT_SECRET")) {
        (Some(path), _) => secret_in(path),
        (None, Ok(secret)) => Ok(secret),
        (None, Err(_)) => Ok(DEFAULT_CLIENT_SECRET.to_owned()),
    }
}

/// Reads a secret from a file, without line breaks at its end.
fn secret_in(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|e| format!("{}: {e}", path.display()))
}

/// Prints shell commands that set the client's variables. The only secret printed is the public
/// default.
fn announce(
    out: &mut impl Write,
    emulator: &Emulator,
    client_id: &str,
    public_secret: Option<&str>,
) -> io::Result<()> {
    writeln!(out, "export JEELPAY_AUTH_URL={}", quoted(&emulator.token_url()))?;
    writeln!(out, "export JEELPAY_API_URL={}", quoted(emulator.api_url()))?;
    writeln!(out, "export JEELPAY_CLIENT_ID={}", quoted(client_id))?;
    if emulator.ca_pem().is_none() {
        // Clients refuse plain http unless it is allowed explicitly.
        writeln!(out, "export JEELPAY_ALLOW_LOOPBACK_HTTP='true'")?;
    }
    if let Some(secret) = public_secret {
        writeln!(out, "export JEELPAY_CLIENT_SECRET={}", quoted(secret))?;
    }
    if let Some(url) = emulator.control_url() {
        writeln!(out, "export JEEL_EMULATOR_URL={}", quoted(&url))?;
    }
    out.flush()
}

/// Quotes `text` for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
