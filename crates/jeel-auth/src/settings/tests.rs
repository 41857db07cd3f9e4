//! Each setting, right and wrong; no error ever shows a value.

use super::*;
use jeel_auth_core::BodyEncoding;
use std::path::PathBuf;

const SECRET: &str = "hush-hush";

fn settings(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    Settings::from_lookup(&|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    })
}

/// The complete minimum, and what comes on top or instead.
fn with(more: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let minimum = [
        ("JEELPAY_ENV", "sandbox"),
        ("JEELPAY_CLIENT_ID", "school"),
        ("JEELPAY_CLIENT_SECRET", SECRET),
    ];
    settings(&[more, &minimum].concat())
}

#[test]
fn the_minimum_means_jeels_sandbox_and_auto() {
    let settings = with(&[]).unwrap();
    assert_eq!(settings.endpoint, Environment::Sandbox.token_endpoint());
    assert_eq!(settings.api_origin, Some(Environment::Sandbox.api_origin()));
    assert_eq!(settings.encoding, EncodingChoice::Auto);
    assert_eq!(settings.credentials.expose_client_secret(), SECRET);
}

#[test]
fn urls_replace_the_environments() {
    let settings = with(&[
        ("JEELPAY_AUTH_URL", "https://auth.example/token"),
        ("JEELPAY_API_URL", "https://api.example"),
        ("JEELPAY_BODY_ENCODING", "urlencoded"),
    ]);
    let settings = settings.unwrap();
    assert_eq!(settings.endpoint.to_string(), "https://auth.example/token");
    assert_eq!(settings.api_origin.unwrap().to_string(), "https://api.example");
    assert_eq!(settings.encoding, EncodingChoice::Always(BodyEncoding::UrlEncoded));
}

#[test]
fn a_token_url_alone_needs_no_environment_and_names_no_api() {
    let settings = settings(&[
        ("JEELPAY_AUTH_URL", "https://auth.example"),
        ("JEELPAY_CLIENT_ID", "school"),
        ("JEELPAY_CLIENT_SECRET", SECRET),
    ]);
    assert_eq!(settings.unwrap().api_origin, None);
}

#[test]
fn plain_http_to_loopback_must_be_allowed_by_name() {
    let url = ("JEELPAY_AUTH_URL", "http://127.0.0.1:8080");
    let error = with(&[url]).unwrap_err();
    assert!(error.to_string().contains("JEELPAY_ALLOW_LOOPBACK_HTTP"), "{error}");
    assert!(with(&[url, ("JEELPAY_ALLOW_LOOPBACK_HTTP", "true")]).is_ok());
    let elsewhere =
        [("JEELPAY_AUTH_URL", "http://10.0.0.1"), ("JEELPAY_ALLOW_LOOPBACK_HTTP", "true")];
    assert_eq!(with(&elsewhere).unwrap_err().variable(), Some("JEELPAY_AUTH_URL"));
}

#[test]
fn every_wrong_setting_names_its_variable_and_never_its_value() {
    let too_long = SECRET.repeat(10_000);
    for (variable, value) in [
        ("JEELPAY_ENV", "hush-hush-prod"),
        ("JEELPAY_ENV", "Sandbox-hush-hush"),
        ("JEELPAY_AUTH_URL", "hush-hush"),
        ("JEELPAY_AUTH_URL", "http://hush-hush.example"),
        ("JEELPAY_AUTH_URL", "https://hush-hush@auth.example"),
        ("JEELPAY_API_URL", "https://api.example/hush-hush"),
        ("JEELPAY_BODY_ENCODING", "hush-hush"),
        ("JEELPAY_ALLOW_LOOPBACK_HTTP", "hush-hush"),
        ("JEELPAY_CLIENT_SECRET", too_long.as_str()),
    ] {
        let error = with(&[(variable, value)]).unwrap_err();
        assert_eq!(error.variable(), Some(variable), "{error}");
        assert!(error.to_string().contains(variable), "{error}");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("hush"), "{text}");
        }
    }
}

#[test]
fn what_is_missing_or_empty_is_named() {
    for missing in ["JEELPAY_ENV", "JEELPAY_CLIENT_ID", "JEELPAY_CLIENT_SECRET"] {
        let error = with(&[(missing, "")]).unwrap_err();
        assert_eq!(error.variable(), Some(missing));
        assert!(error.to_string().starts_with(&format!("{missing} is not set")), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_malformed() {
    use std::os::unix::ffi::OsStringExt;

    let lookup = |name: &str| match name {
        "JEELPAY_CLIENT_SECRET" => Some(OsString::from_vec(vec![0xff])),
        "JEELPAY_ENV" => Some("sandbox".into()),
        _ => Some("".into()),
    };
    let lookup =
        |name: &str| if name == "JEELPAY_CLIENT_ID" { Some("x".into()) } else { lookup(name) };
    let error = Settings::from_lookup(&lookup).unwrap_err();
    assert_eq!(error.variable(), Some("JEELPAY_CLIENT_SECRET"));
}

/// A file of this test's own that is gone when it ends.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("jeel-auth-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn from_file(content: &[u8], name: &str) -> Result<Settings, ConfigError> {
    let file = TempFile::new(name, content);
    with(&[("JEELPAY_CLIENT_SECRET", ""), ("JEELPAY_CLIENT_SECRET_FILE", file.path())])
}

#[test]
fn a_secret_file_is_read_without_its_last_line_break() {
    for (content, secret) in
        [(&b"hush"[..], "hush"), (b"hush\n", "hush"), (b"hush\r\n", "hush"), (b"hu sh\n", "hu sh")]
    {
        let settings = from_file(content, "good").unwrap();
        assert_eq!(settings.credentials.expose_client_secret(), secret);
    }
}

#[test]
fn a_secret_file_of_the_longest_length_is_read_and_a_longer_one_refused() {
    let longest = "x".repeat(64 * 1024);
    let settings = from_file(format!("{longest}\r\n").as_bytes(), "longest").unwrap();
    assert_eq!(settings.credentials.expose_client_secret(), longest);
    for longer in ["x".repeat(64 * 1024 + 1), "x".repeat(1 << 20)] {
        let error = from_file(longer.as_bytes(), "longer").unwrap_err();
        assert_eq!(error.variable(), Some("JEELPAY_CLIENT_SECRET_FILE"));
    }
}

#[test]
fn a_secret_file_that_is_missing_empty_or_no_text_is_an_error() {
    let variable = Some("JEELPAY_CLIENT_SECRET_FILE");
    for content in [&b""[..], b"\n", b"\xff"] {
        assert_eq!(from_file(content, "bad").unwrap_err().variable(), variable);
    }
    let missing = [("JEELPAY_CLIENT_SECRET", ""), ("JEELPAY_CLIENT_SECRET_FILE", "/nowhere/key")];
    assert_eq!(with(&missing).unwrap_err().variable(), variable);
}

#[test]
fn a_value_and_a_file_for_the_same_thing_are_one_too_many() {
    let error = with(&[("JEELPAY_CLIENT_SECRET_FILE", "/anywhere")]).unwrap_err();
    assert!(error.to_string().contains("JEELPAY_CLIENT_SECRET_FILE are both set"), "{error}");
}

#[test]
fn a_secret_file_with_what_an_editor_left_in_it_is_refused_with_the_reason() {
    for (content, words) in [
        (&b"hush\n\n"[..], "ends with white space"),
        (b"hush ", "ends with white space"),
        (b" hush", "starts with white space"),
        (b"\xef\xbb\xbfhush", "starts with a byte order mark"),
    ] {
        let error = from_file(content, "flaw").unwrap_err();
        assert_eq!(error.variable(), Some("JEELPAY_CLIENT_SECRET_FILE"));
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[test]
fn a_word_that_chooses_nothing_is_shown_with_those_that_do() {
    for (variable, value, accepted) in [
        ("JEELPAY_ENV", "Production", "sandbox or production"),
        ("JEELPAY_BODY_ENCODING", "form", "auto, multipart or urlencoded"),
        ("JEELPAY_ALLOW_LOOPBACK_HTTP", "yes", "true or false"),
    ] {
        let error = with(&[(variable, value)]).unwrap_err();
        assert_eq!(error.to_string(), format!("{variable} is {value:?}; it should be {accepted}"));
    }
    for hidden in ["hush-hush", "xhush-hushx", "4711", "a-word-that-is-far-too-long-for-a-word"] {
        let error = with(&[("JEELPAY_ENV", hidden)]).unwrap_err();
        assert!(!error.to_string().contains(hidden), "{error}");
    }
}

#[test]
fn an_unreadable_secret_file_is_named_with_the_reason() {
    let missing = [("JEELPAY_CLIENT_SECRET", ""), ("JEELPAY_CLIENT_SECRET_FILE", "/nowhere/key")];
    let text = with(&missing).unwrap_err().to_string();
    for part in ["JEELPAY_CLIENT_SECRET_FILE", "/nowhere/key", "No such file"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn production_and_a_url_of_this_machine_contradict_each_other() {
    let loopback = ("JEELPAY_ALLOW_LOOPBACK_HTTP", "true");
    for url in [("JEELPAY_AUTH_URL", "http://127.0.0.1:8080"), ("JEELPAY_API_URL", "http://[::1]")]
    {
        let error = with(&[("JEELPAY_ENV", "production"), url, loopback]).unwrap_err();
        assert_eq!(error.variable(), Some("JEELPAY_ENV"), "{error}");
        assert!(with(&[url, loopback]).is_ok(), "the sandbox may be on this machine");
    }
}

#[test]
fn a_scope_is_read_and_a_malformed_one_refused() {
    let settings = with(&[("JEELPAY_SCOPE", "payments refunds")]).unwrap();
    assert_eq!(settings.scope.unwrap().as_str(), "payments refunds");
    assert!(with(&[]).unwrap().scope.is_none());
    for bad in ["a  b", " a", "a\"b"] {
        let error = with(&[("JEELPAY_SCOPE", bad)]).unwrap_err();
        assert_eq!(error.variable(), Some("JEELPAY_SCOPE"), "{error}");
    }
}
