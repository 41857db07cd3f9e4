//! The program: its output, its secret, and its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::client::{Client, dial, request, urlencoded};

fn start(args: &[&str], secret: Option<&str>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jeel-auth-emulator"));
    command.args(args).env_remove("JEELPAY_CLIENT_SECRET");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(secret) = secret {
        command.env("JEELPAY_CLIENT_SECRET", secret);
    }
    command.spawn().unwrap()
}

/// The value in the next line, which must set this variable.
fn exported(lines: &mut impl BufRead, name: &str) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let value = line.strip_prefix(&format!("export {name}='")).unwrap();
    value.strip_suffix("'\n").unwrap().to_owned()
}

#[test]
fn it_prints_its_urls_and_ends_with_its_input() {
    let mut program = start(&["--accepts", "urlencoded"], None);
    let mut lines = BufReader::new(program.stdout.take().unwrap());
    let url = exported(&mut lines, "JEELPAY_AUTH_URL");
    assert!(url.ends_with("/oauth2/token"));
    assert!(url.starts_with(&exported(&mut lines, "JEELPAY_API_URL")));
    let id = exported(&mut lines, "JEELPAY_CLIENT_ID");
    assert_eq!(exported(&mut lines, "JEELPAY_ALLOW_LOOPBACK_HTTP"), "true");
    let secret = exported(&mut lines, "JEELPAY_CLIENT_SECRET");
    assert_eq!(Client::over(dial(&url)).exchange(urlencoded(&id, &secret)).status, 200);
    let control = exported(&mut lines, "JEEL_EMULATOR_URL");
    let status = Client::over(dial(&control)).exchange(request("GET", "/emulator/status"));
    assert_eq!(status.json()["tokens_issued"], 1);
    drop(program.stdin.take());
    let end = program.wait_with_output().unwrap();
    assert!(end.status.success());
    let message = String::from_utf8(end.stderr).unwrap();
    assert!(message.contains("standard input ended"), "it does not end silently: {message}");
}

#[test]
fn it_keeps_running_without_a_live_input() {
    for input in ["/dev/null", "Cargo.toml"] {
        let input = std::fs::File::open(input).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_jeel-auth-emulator"));
        let command = command.args(["--format", "opaque"]).stdin(input);
        let mut program = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap());
        let url = exported(&mut lines, "JEELPAY_AUTH_URL");
        // An end of input would close this connection.
        let mut client = Client::over(dial(&url));
        assert_eq!(client.exchange(urlencoded("emulator-client", "emulator-secret")).status, 200);
        let report =
            client.exchange(request("GET", "/emulator/wait?token_requests=2&timeout_ms=50"));
        assert_eq!(report.json()["reached"], false);
        assert!(program.try_wait().unwrap().is_none());
        program.kill().unwrap();
        program.wait().unwrap();
    }
}

#[test]
fn clients_and_rules_come_from_options() {
    let file = std::env::temp_dir().join(format!("jeel-auth-emulator-{}", std::process::id()));
    std::fs::write(&file, "s3cret\n").unwrap();
    let client = format!("other={}", file.display());
    let rule = r#"{"path":"/oauth2/token","times":1,"page":407}"#;
    let mut program = start(&["--client", &client, "--rule", rule, "--lifetime", "60"], None);
    let mut lines = BufReader::new(program.stdout.take().unwrap());
    let mut client = Client::over(dial(&exported(&mut lines, "JEELPAY_AUTH_URL")));
    std::fs::remove_file(&file).unwrap();
    let good = urlencoded("other", "s3cret");
    assert_eq!(client.exchange(&good).status, 407);
    assert_eq!(client.exchange(&good).json()["expires_in"], 60);
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}

#[test]
fn a_secret_from_the_environment_is_used_and_not_printed() {
    let mut program = start(&["--client-id", "it's me"], Some("s3cret"));
    let mut lines = BufReader::new(program.stdout.take().unwrap());
    let url = exported(&mut lines, "JEELPAY_AUTH_URL");
    exported(&mut lines, "JEELPAY_API_URL");
    assert_eq!(exported(&mut lines, "JEELPAY_CLIENT_ID"), r"it'\''s me");
    exported(&mut lines, "JEELPAY_ALLOW_LOOPBACK_HTTP");
    assert_eq!(Client::over(dial(&url)).exchange(urlencoded("it's me", "s3cret")).status, 200);
    exported(&mut lines, "JEEL_EMULATOR_URL");
    drop(program.stdin.take());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(program.wait().unwrap().success());
}

#[test]
fn a_wrong_option_ends_it_with_a_message_and_help_without_one() {
    let failed = start(&["--prot", "1"], None).wait_with_output().unwrap();
    assert!(!failed.status.success());
    let message = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(message, "jeel-auth-emulator: --prot: unknown option\n");
    let help = start(&["--help"], None).wait_with_output().unwrap();
    assert!(help.status.success() && help.stderr.is_empty());
    assert!(String::from_utf8(help.stdout).unwrap().contains("Usage: jeel-auth-emulator"));
}
