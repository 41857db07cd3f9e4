//! The controls that change the emulator.

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use super::query_number;
use crate::keys::SigningKey;
use crate::rule_json;
use crate::shared::{Shared, State};

/// Sets options from an object. An error changes nothing.
pub(super) fn options(shared: &Shared, json: Value) -> Result<Value, String> {
    let Value::Object(members) = json else { return Err("not a JSON object".to_owned()) };
    shared.update(|state| {
        let before = state.settings.clone();
        for (name, value) in &members {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null => "none".to_owned(),
                _ => return Err(format!("{name}: not a string, a number or null")),
            };
            if let Err(error) = state.set_option(name, &text) {
                state.settings = before;
                return Err(error.to_string());
            }
        }
        Ok(json!({}))
    })
}

/// Sets the secrets of a client. An error does not quote the body, which holds secrets.
pub(super) fn client(shared: &Shared, json: Value) -> Result<Value, String> {
    let id = json.get("id").and_then(Value::as_str).ok_or("`id` must be a string")?;
    let secrets = json.get("secrets").and_then(Value::as_array);
    let secrets = secrets.and_then(|secrets| {
        secrets.iter().map(|secret| secret.as_str().map(str::to_owned)).collect()
    });
    let secrets: Vec<String> = secrets.ok_or("`secrets` must be an array of strings")?;
    shared.update(|state| state.settings.clients.set(id.to_owned(), secrets));
    Ok(json!({}))
}

/// Adds one rule or several. An error adds none.
pub(super) fn rules(shared: &Shared, json: Value) -> Result<Value, String> {
    let rules = match json {
        Value::Array(rules) => rules,
        rule => vec![rule],
    };
    let rules: Result<Vec<_>, _> = rules.into_iter().map(rule_json::from_value).collect();
    let rules = rules.map_err(|error| error.to_string())?;
    let numbers: Vec<u64> =
        shared.update(|state| rules.into_iter().map(|rule| state.rules.add(rule)).collect());
    Ok(json!({ "numbers": numbers }))
}

/// Removes the rule of the query, or all rules and scripted faults.
pub(super) fn remove_rules(shared: &Shared, query: &str) -> Result<Value, String> {
    match query_number(query, "number")? {
        None => shared.update(State::clear_faults),
        Some(number) if shared.update(|state| state.rules.remove(number)) => {}
        Some(number) => return Err(format!("there is no rule {number}")),
    }
    Ok(json!({}))
}

/// Runs a control without a body.
pub(super) async fn act(shared: &Shared, action: &str) -> Result<Value, String> {
    match action {
        "revoke" => shared.update(|state| state.issuer.revoke_all()),
        "rotate-key" => rotate_key(shared).await.map_err(|error| error.to_string())?,
        "hold" => shared.update(|state| state.control_holds = true),
        "release" => shared.update(|state| state.control_holds = false),
        "reset-counts" => shared.update(State::reset_counts),
        _ => shared.update(State::reset),
    }
    Ok(json!({}))
}

/// Makes the key on another thread, because that takes up to a second.
async fn rotate_key(shared: &Shared) -> io::Result<()> {
    let number = shared.read(|state| state.issuer.next_key_number());
    let key: Arc<SigningKey> = tokio::task::spawn_blocking(move || SigningKey::nth(number))
        .await
        .map_err(io::Error::other)??;
    shared.update(|state| state.issuer.set_key(number, key));
    Ok(())
}
