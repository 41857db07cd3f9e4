//! The control endpoint: HTTP requests under `/emulator/` that change and observe the emulator.

mod changes;
mod reports;

use serde_json::{Value, json};

use crate::Response;
use crate::http1::Request;
use crate::shared::Shared;

pub(crate) const PREFIX: &str = "/emulator/";

/// Handles a request to the control endpoint. It is not recorded, and no fault applies to it.
pub(crate) async fn respond(shared: &Shared, request: &Request) -> Response {
    let name = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let result = match (request.method.as_str(), name) {
        ("GET", "status") => Ok(reports::status(shared)),
        ("GET", "requests") => Ok(reports::requests(shared)),
        ("GET", "rules") => Ok(reports::rules(shared)),
        ("GET", "wait") => reports::wait(shared, &request.query).await,
        ("PUT", "options") => json_body(request).and_then(|json| changes::options(shared, json)),
        ("PUT", "clients") => json_body(request).and_then(|json| changes::client(shared, json)),
        ("POST", "rules") => json_body(request).and_then(|json| changes::rules(shared, json)),
        ("DELETE", "rules") => changes::remove_rules(shared, &request.query),
        ("POST", action) if ACTIONS.contains(&action) => changes::act(shared, action).await,
        (_, name) => return not_found(name),
    };
    match result {
        Ok(json) => Response::json(200, json.to_string()),
        Err(problem) => error(400, &problem),
    }
}

fn json_body(request: &Request) -> Result<Value, String> {
    serde_json::from_slice(&request.body)
        .map_err(|problem| format!("the body is not JSON: {problem}"))
}

/// The value of a number in the query, `None` if it is absent.
fn query_number(query: &str, name: &str) -> Result<Option<u64>, String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value);
    let problem = || format!("`{name}` must be a whole number");
    value.map(|text| text.parse().map_err(|_| problem())).transpose()
}

fn not_found(name: &str) -> Response {
    let methods: Vec<_> =
        ENDPOINTS.iter().filter(|(_, known)| *known == name).map(|(method, _)| *method).collect();
    match methods.as_slice() {
        [] if ACTIONS.contains(&name) => error(405, "wrong method").header("Allow", "POST"),
        [] => error(404, "there is no such control"),
        methods => error(405, "wrong method").header("Allow", methods.join(", ")),
    }
}

fn error(status: u16, problem: &str) -> Response {
    Response::json(status, json!({ "error": problem }).to_string())
}

/// The controls that need a method other than POST or a body.
const ENDPOINTS: [(&str, &str); 8] = [
    ("GET", "status"),
    ("GET", "requests"),
    ("GET", "wait"),
    ("GET", "rules"),
    ("POST", "rules"),
    ("DELETE", "rules"),
    ("PUT", "options"),
    ("PUT", "clients"),
];

/// The controls without a body.
const ACTIONS: [&str; 6] = ["revoke", "rotate-key", "hold", "release", "reset-counts", "reset"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_describes_every_control() {
        let manual = include_str!("../../README.md");
        for (method, name) in ENDPOINTS {
            assert!(manual.contains(&format!("`{method} /emulator/{name}")), "{method} {name}");
        }
        for action in ACTIONS {
            assert!(manual.contains(&format!("`POST /emulator/{action}`")), "{action}");
        }
    }

    #[test]
    fn a_number_is_read_from_the_query() {
        let read = |query| query_number(query, "n");
        assert_eq!((read(""), read("m=1&n=2")), (Ok(None), Ok(Some(2))));
        assert!(read("n=-1").is_err() && read("n").is_err());
    }
}
