//! Keycloak's admin API.

use crate::install::Outcome;
use crate::product::Login;
use crate::world::World;
use serde_json::{Value, json};
use ureq::http::Request;

/// The administrator that the server creates at its first start. It listens on loopback only.
pub(super) const NAME: &str = "admin";
pub(super) const PASSWORD: &str = "admin";

/// Creates the realm with its clients, and deletes that of an earlier run.
pub(super) fn provision(world: &World<'_>) -> Outcome {
    let known = call(world, "GET", "/jeel", None);
    if known.is_ok() {
        call(world, "DELETE", "/jeel", None)?;
    }
    let clients: Vec<Value> = world.clients().iter().map(client).collect();
    let realm =
        json!({"realm": "jeel", "enabled": true, "sslRequired": "none", "clients": clients});
    call(world, "POST", "", Some(&realm))
}

fn client(login: &Login) -> Value {
    json!({
        "id": id(login),
        "clientId": login.id,
        "secret": login.secret,
        "protocol": "openid-connect",
        "publicClient": false,
        "clientAuthenticatorType": "client-secret",
        "serviceAccountsEnabled": true,
        "standardFlowEnabled": false,
        "directAccessGrantsEnabled": false,
        "attributes": {"access.token.lifespan": login.lifetime.to_string()},
    })
}

fn id(login: &Login) -> String {
    login.name.replace(' ', "-")
}

/// Changes some of a client's settings.
pub(super) fn change(world: &World<'_>, login: &Login, settings: &Value) -> Outcome {
    call(world, "PUT", &format!("/jeel/clients/{}", id(login)), Some(settings))
}

fn call(world: &World<'_>, method: &str, path: &str, body: Option<&Value>) -> Outcome {
    let wrong = |error: String| format!("Keycloak's admin API, {method} {path}: {error}");
    let request = Request::builder()
        .method(method)
        .uri(format!("{}/admin/realms{path}", world.url()))
        .header("Authorization", format!("Bearer {}", token(world).map_err(wrong)?))
        .header("Content-Type", "application/json")
        .body(body.map(Value::to_string).unwrap_or_default());
    let request = request.map_err(|error| wrong(error.to_string()))?;
    // The body of an error response has the reason.
    let config = ureq::config::Config::builder().http_status_as_error(false).build();
    let mut response = config.new_agent().run(request).map_err(|error| wrong(error.to_string()))?;
    if response.status().is_success() {
        return Ok(());
    }
    let why = response.body_mut().read_to_string().unwrap_or_default();
    Err(wrong(format!("{} {why}", response.status())))
}

/// Gets a token of the administrator for one call. It lives one minute.
fn token(world: &World<'_>) -> Outcome<String> {
    let url = format!("{}/realms/master/protocol/openid-connect/token", world.url());
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", NAME),
        ("password", PASSWORD),
    ];
    let mut response = ureq::post(&url).send_form(form).map_err(|error| error.to_string())?;
    let text = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
    let response: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let token = response.get("access_token").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| "no token".to_owned())
}
