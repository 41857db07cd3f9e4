//! The challenges of a resource server.

use arbitrary::{Arbitrary, Unstructured};
use jeel_auth_core::Challenge;

/// The bytes are field values with line feeds between them, and once more a list of challenges in
/// good form. Only a 401 rejects a token; a list in one field or in several means the same; and of a
/// list in good form the errors of its Bearer challenges decide.
pub fn challenge(bytes: &[u8]) {
    let values: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let rejects = rejects(&values);
    assert!(!Challenge::from_fields(403, values.iter().copied()).rejects_token());
    if !bytes.contains(&b'"') {
        assert_eq!(rejects, self::rejects(&[&values.join(&b", "[..])]), "one list in one field");
    }
    let invalid: [&[u8]; 1] = [br#"Bearer error="invalid_token""#];
    assert!(self::rejects(&[&values[..], &invalid].concat()), "invalid_token counts most");
    let scope: [&[u8]; 2] = [b"Bearer error=insufficient_scope", b"Basic realm=x"];
    assert!(
        rejects || !self::rejects(&[&scope, &values[..]].concat()),
        "an error counts more than none"
    );

    if let Ok(list) = Unstructured::new(bytes).arbitrary::<Vec<WellFormed>>() {
        must_be_read(&list);
    }
}

fn rejects(values: &[&[u8]]) -> bool {
    Challenge::from_fields(401, values.iter().copied()).rejects_token()
}

#[derive(Arbitrary, Debug)]
struct WellFormed {
    scheme: Scheme,
    content: Content,
    new_field: bool,
}

#[derive(Arbitrary, Debug, PartialEq)]
enum Scheme {
    Bearer,
    Basic,
    BearerX,
}

#[derive(Arbitrary, Debug)]
enum Content {
    Nothing,
    Token68(String),
    Parameters { before: String, error: Option<ErrorCode>, quoted: bool, blanks: u8 },
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
enum ErrorCode {
    InvalidToken,
    InsufficientScope,
}

fn must_be_read(list: &[WellFormed]) {
    let mut fields = vec![String::new()];
    let mut errors = Vec::new();
    for challenge in list {
        match fields.last_mut() {
            Some(field) if !challenge.new_field => {
                field.push_str(if field.is_empty() { "" } else { ", " });
                field.push_str(&challenge.text());
            }
            _ => fields.push(challenge.text()),
        }
        if let (Scheme::Bearer, Content::Parameters { error: Some(error), .. }) =
            (&challenge.scheme, &challenge.content)
        {
            errors.push(*error);
        }
    }
    let fields: Vec<_> = fields.iter().map(String::as_bytes).collect();
    let expected = errors.is_empty() || errors.contains(&ErrorCode::InvalidToken);
    assert_eq!(rejects(&fields), expected, "{list:?}");
}

impl WellFormed {
    fn text(&self) -> String {
        let scheme = format!("{:?}", self.scheme);
        match &self.content {
            Content::Nothing => scheme,
            Content::Token68(any) => {
                let token: String = any.bytes().map(token68).collect();
                format!("{scheme} a{token}==")
            }
            Content::Parameters { before, error, quoted, blanks } => {
                let realm = before.replace('\\', "\\\\").replace('"', "\\\"");
                let blanks = " ".repeat(usize::from(blanks % 3));
                let error = match (error, quoted) {
                    (None, _) => String::new(),
                    (Some(code), true) => {
                        format!(",{blanks}error{blanks}={blanks}\"{}\"", code.text())
                    }
                    (Some(code), false) => format!(",{blanks}error={}", code.text()),
                };
                format!("{scheme} {blanks}realm=\"{realm}\"{blanks}{error}")
            }
        }
    }
}

impl ErrorCode {
    fn text(self) -> &'static str {
        match self {
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

fn token68(byte: u8) -> char {
    "aBeArErzZ09-._+/".chars().nth(usize::from(byte % 16)).unwrap_or('a')
}
