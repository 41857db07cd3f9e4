//! One suite of scenarios that every adapter passes, over real sockets and real TLS, against the
//! emulator: a behaviour that differs between adapters is a bug.
//!
//! The scenarios are data, in `scenarios/*.json`, for any language to run; this crate is the runner
//! for Rust. `cargo test -p jeel-auth-scenarios` lists and runs one test for each adapter, scheme and
//! scenario, such as `ureq::https::states::rollover`.
//!
//! Other suites drive the adapters in the same way: a [`Setup`] makes a [`Client`] of an [`Adapter`].
//!
//! **It does not** test decisions for themselves, which is done in core without a socket, nor measure
//! speed. It has no expectation that depends on the adapter.
//!
//! ```text
//!  scenarios/*.json ── load ──> Scenario ──> run ──> Client ──> adapter ──┐
//!                                             │                           │ http, https
//!                                             ├──── Server (the emulator) <┘
//!                                             └──── expect: answers, counts, what always holds
//! ```
//!
//! # The format
//!
//! A file is a topic and an array of scenarios. A scenario is an object:
//!
//! | member | |
//! |---|---|
//! | `name`, `about` | its name in the topic, and what must hold, in a sentence |
//! | `schemes` | what it runs over: `http`, `https`; both if absent |
//! | `server` | the emulator's settings, below |
//! | `client` | the client's settings, below |
//! | `steps` | what happens, in order |
//! | `expect` | what the server has counted at the end |
//! | `cases` | objects by name: the scenario stands for one of each, with the case's `x` in place of every `"$x"`, and null where the case has none |
//!
//! Members that are not known are an error. Times are milliseconds.
//!
//! ## Server
//!
//! Each setting has the emulator's default. `client_id`, `client_secret` (a text, or
//! `{"repeat": "x", "times": 65536}`), `lifetime_ms`, `delay_ms`, `clock_offset_s`; `accepts`:
//! `both`, `multipart_only`, `url_encoded_only`; `unread`: `keycloak_invalid_client`, `empty401`,
//! `invalid_request400`, `unsupported_grant_type400`, `empty400`, `unprocessable422`,
//! `unsupported_media_type415`, `server_error500`; `denial`: `keycloak`, `invalid_client401`,
//! `invalid_client400`, `forbidden403`, `server_error500`; `reissue`: `never`, `seconds_left`,
//! `full_lifetime`; `token_format`: `jwt`, `opaque`; `response_shape`: `plain`, `keycloak`;
//! `certificate` (where it speaks https): `valid`, `wrong_name`, `expired`; `rate_limit`:
//! `{"requests", "window_ms", "retry_after": "seconds" | "http_date" | "absent", "unavailable"}`, the
//! last for 503 instead of 429.
//!
//! ## Client
//!
//! - `encoding`: `auto`, `multipart`, `urlencoded`.
//! - `credentials`: `right`, `wrong_secret`, `unknown_client`.
//! - `policy`: numbers of the policy other than the default ones: `request_timeout_ms`,
//!   `caller_wait_ms`, `backoff_floor_ms`, `backoff_ceiling_ms`, `denied_floor_ms`, `patience_ms`,
//!   `fleet_spread_ms`, `burst`. A back-off is drawn from zero up to its bound: one that must outlast
//!   the scenario has a bound of thirty days, so that a short draw is one in a million.
//! - `target`: `server`; `other_scheme`, its port in the scheme that it does not speak;
//!   `closed_port`, where nobody listens; `silent_port`, where connections are taken and nothing is
//!   ever said.
//! - `distrusts_server`: true for a client that trusts only the authorities of the machine. Otherwise
//!   it trusts the server's.
//!
//! ## Steps
//!
//! | step | |
//! |---|---|
//! | `{"token": {"callers", "wait_ms", "valid_for_ms", "expect"}}` | so many callers (1) ask at once, each with its time to wait or with the time the token must be good for, and all get what is expected |
//! | `{"start": …}`, `"join"` | the same in the background, and its end |
//! | `{"keep_asking": {"callers", "for_ms"}}` | callers ask in a loop; every answer is a token, never an expired one |
//! | `{"reject": {"times", "token"}}` | the `current` or the `first` token is rejected, once or more often |
//! | `{"set_credentials": …}` | the client is given the `right`, a `wrong_secret` ... |
//! | `{"resource": 200}` | the current token is presented to the API, with this status in return |
//! | `{"script": [fault, …]}`, `{"always": fault}`, `"clear_faults"` | what befalls the next token requests, or all |
//! | `"hold"`, `"release"` | responses to token requests are held back, and let go |
//! | `{"rotate_secret": "…"}`, `"rotate_key"`, `"revoke_all"`, `{"set_accepts": …}`, `{"set_lifetime_ms": …}` | the server changes |
//! | `{"wait_for": {"state", "last_error", "token_requests"}}` | until the cache is in this state, its last error has this code, and there were at least so many requests |
//! | `{"check": {…}}` | what the server has counted so far, as in `expect` |
//!
//! What callers get: `"new"`, one token for all that was not seen before; `"same"`, the latest one
//! seen; or `{"error": {"code", "status", "oauth_code", "other_status", "other_oauth_code",
//! "location_host", "retry_in_ms"}}`, of which all but the code may be absent; the code may be a list of
//! which any will do, for all adapters alike. Numbers of the kind of
//! `retry_in_ms` are a number or `{"at_least", "at_most"}`.
//!
//! Faults are the emulator's: `"pass"`, `"hang"`, `"reset"`, `"close"`, `"endless_body"`,
//! `"endless_headers"`, `"endless_informational"`, `"huge_chunk"`, `"zero_lifetime"`,
//! `"no_lifetime"`, `{"truncate_head": n}`, `{"truncate_body": n}`, `{"slow_drip_ms": n}`,
//! `{"oversized": n}`, `{"raw": "…"}`, `{"response": {"status", "fields": [[name, value], …], "body"}}`.
//!
//! What the server counts: `token_requests`, `tokens_issued`; `encodings` (`multipart`, `urlencoded`,
//! `other`) and `statuses` (null where no response was sent) of the token requests in order;
//! `refused_requests`, those that were no proper HTTP, 0 unless it says otherwise.
//!
//! ## What holds in every scenario
//!
//! A runner checks these without being told. No token is handed out after its life at the server.
//! Every error about a response has that response's `tx_id`; no error holds a secret or a token. Every
//! token request is a `POST` with a `Content-Length` and no query, has `Accept: application/json`,
//! `Accept-Encoding: identity`, one `Content-Type`, `Host` and `User-Agent`, and neither
//! `Authorization` nor a cookie.

mod adapter;
mod adapters;
mod client;
mod expect;
mod ledger;
mod load;
mod run;
mod scenario;
mod server;
mod setup;

pub use adapter::{Adapter, Answer, Ask, Client, Connected};
pub use adapters::{ADAPTERS, reqwest_trusting};
pub use load::scenarios;
pub use run::run;
pub use scenario::{Scenario, Scheme};
pub use setup::Setup;
