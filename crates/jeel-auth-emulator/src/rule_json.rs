//! Reads rules in JSON, the form of the command line and the control endpoint.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Fault, Response, Rule};

/// An error in the JSON form of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRule(String);

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid rule: {}", self.0)
    }
}

impl std::error::Error for InvalidRule {}

pub(crate) fn parse(text: &str) -> Result<Rule, InvalidRule> {
    let value = serde_json::from_str(text).map_err(|error| InvalidRule(error.to_string()))?;
    from_value(value)
}

/// Reads a rule.
pub(crate) fn from_value(value: Value) -> Result<Rule, InvalidRule> {
    let Value::Object(mut members) = value else {
        return Err(InvalidRule("not a JSON object".to_owned()));
    };
    rule(&mut members).map_err(InvalidRule)
}

fn rule(members: &mut Map<String, Value>) -> Result<Rule, String> {
    let path = text(members, "path")?.ok_or("`path` is missing")?;
    let method = text(members, "method")?;
    let times = number(members, "times")?;
    let kinds = ["status", "page", "fault"].map(|name| members.contains_key(name));
    let fault = match kinds {
        [true, false, false] => response(members)?.into(),
        [false, true, false] => page(members)?.into(),
        [false, false, true] => fault(members)?,
        _ => return Err("exactly one of `status`, `page` and `fault` is needed".to_owned()),
    };
    if let Some(name) = members.keys().next() {
        return Err(format!("unknown member `{name}`"));
    }
    let rule = Rule::new(path, fault);
    let rule = method.into_iter().fold(rule, Rule::method);
    Ok(times.into_iter().fold(rule, Rule::times))
}

fn page(members: &mut Map<String, Value>) -> Result<Response, String> {
    let page = Response::page(status(members, "page")?);
    with_fields(members, page)
}

fn response(members: &mut Map<String, Value>) -> Result<Response, String> {
    let response = Response::new(status(members, "status")?);
    let response = match members.remove("body") {
        None => response,
        Some(Value::String(text)) => response.body(text),
        Some(json) => response.header("Content-Type", "application/json").body(json.to_string()),
    };
    with_fields(members, response)
}

/// Adds header fields and padding.
fn with_fields(members: &mut Map<String, Value>, response: Response) -> Result<Response, String> {
    const EXPECTED: &str =
        "`headers` must be an object of strings, or an array of pairs of strings";
    let fields: Vec<(String, Value)> = match members.remove("headers") {
        None => Vec::new(),
        Some(Value::Object(fields)) => fields.into_iter().collect(),
        Some(pairs) => serde_json::from_value(pairs).map_err(|_| EXPECTED)?,
    };
    let mut response = response;
    for (name, value) in fields {
        response = response.header(name, value.as_str().ok_or(EXPECTED)?);
    }
    Ok(match number(members, "pad_to")? {
        Some(length) => response.padded(limited("pad_to", length)?),
        None => response,
    })
}

fn status(members: &mut Map<String, Value>, name: &str) -> Result<u16, String> {
    let status = number(members, name)?.and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (200..1000).contains(status));
    status.ok_or_else(|| format!("`{name}` must be a status code from 200 to 999"))
}

/// A fault is a word, or an object whose one member is a word with an argument.
fn fault(members: &mut Map<String, Value>) -> Result<Fault, String> {
    let (name, argument) = match members.remove("fault") {
        Some(Value::String(name)) => (name, None),
        Some(Value::Object(fault)) if fault.len() == 1 => {
            let (name, argument) = fault.into_iter().next().unwrap_or_default();
            (name, Some(argument))
        }
        _ => return Err("`fault` must be a string, or an object with one member".to_owned()),
    };
    match argument {
        None => plain_fault(&name),
        Some(Value::String(text)) if name == "raw" => Some(Fault::Raw(text.into_bytes())),
        Some(argument) => {
            let number = argument.as_u64().ok_or(format!("`{name}` needs a whole number"))?;
            fault_with(&name, limited(&name, number)?)
        }
    }
    .ok_or_else(|| format!("unknown fault `{name}`, or a wrong kind of argument"))
}

fn plain_fault(name: &str) -> Option<Fault> {
    Some(match name {
        "pass" => Fault::Pass,
        "hang" => Fault::Hang,
        "reset" => Fault::Reset,
        "close" => Fault::Close,
        "gzip" => Fault::Gzip,
        "endless-body" => Fault::EndlessBody,
        "endless-headers" => Fault::EndlessHeaders,
        "endless-informational" => Fault::EndlessInformational,
        "huge-chunk" => Fault::HugeChunk,
        "zero-lifetime" => Fault::ZeroLifetime,
        "no-lifetime" => Fault::NoLifetime,
        _ => return None,
    })
}

fn fault_with(name: &str, number: usize) -> Option<Fault> {
    let milliseconds = || Duration::from_millis(number as u64);
    Some(match name {
        "delay-ms" => Fault::Delay(milliseconds()),
        "slow-drip-ms" => Fault::SlowDrip(milliseconds()),
        "truncate-head" => Fault::TruncateHead(number),
        "truncate-body" => Fault::TruncateBody(number),
        "oversized" => Fault::Oversized(number),
        "chunk-extension" => Fault::ChunkExtension(number),
        _ => return None,
    })
}

fn limited(name: &str, number: u64) -> Result<usize, String> {
    let number = usize::try_from(number).ok().filter(|number| *number <= MAX_NUMBER);
    number.ok_or_else(|| format!("`{name}` must be at most {MAX_NUMBER}"))
}

fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` must be a string")),
    }
}

fn number(members: &mut Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    let number = |value: Value| value.as_u64().ok_or(format!("`{name}` must be a whole number"));
    members.remove(name).map(number).transpose()
}

/// In bytes or milliseconds. It keeps a mistake from using up the memory.
const MAX_NUMBER: usize = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_response_has_fields_a_body_and_padding() {
        let text = r#"{"path":"/v1/x","method":"GET","times":3,"status":401,"pad_to":5,
            "headers":{"WWW-Authenticate":"Bearer error=\"invalid_token\""},"body":"no"}"#;
        let response = Response::challenge(r#"Bearer error="invalid_token""#).body("no   ");
        let expected = Rule::new("/v1/x", response).method("GET").times(3);
        assert_eq!(parse(text), Ok(expected));

        let text = r#"{"path":"/a","status":429,"body":{"a":1},
            "headers":[["Retry-After","1"],["Retry-After","2"]]}"#;
        let response = Response::json(429, r#"{"a":1}"#);
        let response = response.header("Retry-After", "1").header("Retry-After", "2");
        assert_eq!(parse(text), Ok(Rule::new("/a", response)));
        let page = Rule::new("/a", Response::page(407));
        assert_eq!(parse(r#"{"path":"/a","page":407}"#), Ok(page));
    }

    #[test]
    fn a_fault_is_a_word_or_a_word_with_an_argument() {
        let fault = |fault: &str| parse(&format!(r#"{{"path":"/a","fault":{fault}}}"#));
        let rule = |fault| Ok(Rule::new("/a", fault));
        assert_eq!(fault("\"hang\""), rule(Fault::Hang));
        assert_eq!(fault("{\"chunk-extension\":300}"), rule(Fault::ChunkExtension(300)));
        assert_eq!(fault("{\"delay-ms\":20}"), rule(Fault::Delay(Duration::from_millis(20))));
        assert_eq!(fault("{\"raw\":\"x\"}"), rule(Fault::Raw(b"x".to_vec())));
        for wrong in ["\"raw\"", "\"oversized\"", "\"what\"", "{\"hang\":1}", "{\"raw\":1}"] {
            assert!(fault(wrong).unwrap_err().to_string().contains("unknown fault"), "{wrong}");
        }
    }

    #[test]
    fn an_error_names_the_member() {
        let is = |text: &str, expected: &str| assert_eq!(problem(text), expected);
        is("[]", "invalid rule: not a JSON object");
        is(r#"{"fault":"hang"}"#, "invalid rule: `path` is missing");
        is(r#"{"path":1}"#, "invalid rule: `path` must be a string");
        let one = "invalid rule: exactly one of `status`, `page` and `fault` is needed";
        is(r#"{"path":"/"}"#, one);
        is(r#"{"path":"/","page":403,"status":403}"#, one);
        is(r#"{"path":"/","page":403,"tmies":1}"#, "invalid rule: unknown member `tmies`");
        let status = "invalid rule: `status` must be a status code from 200 to 999";
        is(r#"{"path":"/","status":100}"#, status);
        is(r#"{"path":"/","status":70000}"#, status);
        let most = "invalid rule: `oversized` must be at most 100000000";
        is(r#"{"path":"/","fault":{"oversized":100000001}}"#, most);
    }
}
