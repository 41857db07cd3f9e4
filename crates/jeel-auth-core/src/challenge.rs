//! The challenges with which a resource server refuses a request.

/// What a resource server's response says of the token that the request carried.
///
/// It is read from the status code and the `WWW-Authenticate` fields (RFC 9110 §11.6.1, RFC 6750 §3)
/// and answers one question: does the response reject the token? Only then is another token of use.
///
/// | response | rejects the token |
/// |---|---|
/// | 401 without a `Bearer` challenge | yes: Jeel documents it |
/// | 401 with a `Bearer` challenge without `error`, or with `error="invalid_token"` | yes |
/// | 401 with a `Bearer` challenge that names another error | no |
/// | any other status code, 403 among them | no |
///
/// ```
/// use jeel_auth_core::Challenge;
///
/// let expired = [br#"Basic realm="x", Bearer error="invalid_token""#.as_slice()];
/// assert!(Challenge::from_fields(401, expired).rejects_token());
///
/// let scope = [br#"Bearer error="insufficient_scope", scope="refunds""#.as_slice()];
/// assert!(!Challenge::from_fields(401, scope).rejects_token());
/// assert!(!Challenge::from_fields(403, expired).rejects_token());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Challenge {
    rejects_token: bool,
}

impl Challenge {
    /// A 401 without a challenge, which rejects the token.
    pub const ABSENT: Self = Self { rejects_token: true };

    /// Reads the status code and the values of all `WWW-Authenticate` fields, in order.
    ///
    /// A value may be any bytes. Of several `Bearer` challenges, one with `invalid_token` counts most,
    /// then one with another error.
    pub fn from_fields<'a>(status: u16, values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut challenges = Challenges::default();
        if status == 401 {
            values.into_iter().for_each(|value| challenges.read(value));
        }
        let rejects_token = challenges.has_invalid_token || !challenges.has_other_error;
        Self { rejects_token: status == 401 && rejects_token }
    }

    /// Whether the response rejects the token.
    pub const fn rejects_token(self) -> bool {
        self.rejects_token
    }
}

/// The challenges up to now.
#[derive(Default)]
struct Challenges {
    /// Whether the latest scheme is `Bearer`.
    in_bearer: bool,
    has_invalid_token: bool,
    has_other_error: bool,
}

impl Challenges {
    /// Reads one field value: schemes, each followed by one token68 or by parameters.
    ///
    /// The parser never fails. It skips what fits nowhere, and takes spaces, commas and semicolons
    /// for separators, because servers leave commas out. The latest scheme outlives the value:
    /// repeated fields are one list (RFC 9110 §5.3).
    fn read(&mut self, value: &[u8]) {
        let mut rest = value;
        let mut after_comma = true;
        loop {
            after_comma |= skip_separators(&mut rest);
            let name = take_while(&mut rest, is_token_character);
            if name.is_empty() {
                return;
            }
            let is_bearer = name.eq_ignore_ascii_case(b"bearer");
            if let Some(value) = parameter_value(&mut rest) {
                self.parameter(name, value);
            } else if after_comma || is_bearer {
                self.in_bearer = is_bearer;
                skip_token68(&mut rest);
            }
            after_comma = false;
        }
    }

    fn parameter(&mut self, name: &[u8], value: &[u8]) {
        let value = value.trim_ascii();
        if !self.in_bearer || !name.eq_ignore_ascii_case(b"error") || value.is_empty() {
            return;
        }
        if unescaped(value).map(|byte| byte.to_ascii_lowercase()).eq(*b"invalid_token") {
            self.has_invalid_token = true;
        } else {
            self.has_other_error = true;
        }
    }
}

/// Skips all bytes that begin neither a scheme nor a parameter, quoted strings as a whole, and says
/// whether one of them was a comma.
fn skip_separators(rest: &mut &[u8]) -> bool {
    let mut comma = false;
    while let [byte, tail @ ..] = rest
        && !is_token_character(*byte)
    {
        comma |= *byte == b',';
        *rest = tail;
        if *byte == b'"' {
            quoted(rest);
        }
    }
    comma
}

/// `BWS "=" BWS ( token / quoted-string )` (RFC 9110 §11.2), without quotes; nothing is consumed if
/// it does not follow.
///
/// An unquoted value may have any byte but a separator: servers send unquoted URLs.
fn parameter_value<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut after = trim_start(rest).strip_prefix(b"=")?;
    after = trim_start(after);
    let value = match after.strip_prefix(b"\"") {
        Some(tail) => {
            after = tail;
            quoted(&mut after)
        }
        None => {
            let value = take_while(&mut after, |byte| !matches!(byte, b' ' | b'\t' | b',' | b';'));
            // No quotation marks in HTTP, but servers send them.
            value.strip_prefix(b"'").and_then(|value| value.strip_suffix(b"'")).unwrap_or(value)
        }
    };
    *rest = after;
    Some(value)
}

/// The rest of a quoted string (RFC 9110 §5.6.4) after its opening quote, escapes and all. An
/// unterminated one ends with the input.
fn quoted<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let mut escaped = false;
    let end = rest.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    let content = rest.split_off(..end.unwrap_or(rest.len())).unwrap_or_default();
    rest.split_off_first();
    content
}

/// Skips a token68 (RFC 9110 §11.2) after a scheme. It is one only if the challenge ends after it.
fn skip_token68(rest: &mut &[u8]) {
    let Some(mut after) = rest.strip_prefix(b" ") else { return };
    after = trim_start(after);
    take_while(&mut after, |byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    take_while(&mut after, |byte| byte == b'=');
    if matches!(trim_start(after), [] | [b',', ..]) {
        *rest = after;
    }
}

/// The bytes of a quoted string's content, each quoted pair as the byte that it stands for.
fn unescaped(content: &[u8]) -> impl Iterator<Item = u8> {
    let mut escaped = false;
    content.iter().copied().filter(move |byte| {
        escaped = *byte == b'\\' && !escaped;
        !escaped
    })
}

fn take_while<'a>(rest: &mut &'a [u8], wanted: impl Fn(u8) -> bool) -> &'a [u8] {
    let end = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
    rest.split_off(..end).unwrap_or_default()
}

/// Without leading optional whitespace (RFC 9110 §5.6.3).
fn trim_start(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    take_while(&mut rest, |byte| matches!(byte, b' ' | b'\t'));
    rest
}

/// `tchar` (RFC 9110 §5.6.2).
const fn is_token_character(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
            | b'|' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'
    )
}

#[cfg(test)]
mod tests;
