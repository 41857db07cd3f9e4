//! A suite of scenarios that every adapter passes against the emulator, over real sockets and TLS.
//! A behaviour that differs between adapters is a bug.
//!
//! The scenarios are data in `scenarios/*.json`, which any language can run. This crate is the
//! runner for Rust. `cargo test -p jeel-auth-scenarios` lists and runs one test for each adapter,
//! scheme and scenario, for example `ureq::https::states::rollover`.
//!
//! Other suites use the adapters in the same way: an [`Adapter`] makes a [`Client`] from a
//! [`Setup`].
//!
//! The suite does not test single decisions, which the tests of `jeel-auth-core` cover without a
//! socket, and does not measure speed. No expectation depends on the adapter.
//!
//! ```text
//!  scenarios/*.json ── load ──> Scenario ──> run ──> Client ──> adapter ──┐
//!                                             │                           │ http, https
//!                                             ├──── Server (the emulator) <┘
//!                                             └──── expect: results, counts, general properties
//! ```
//!
//! # The format
//!
//! A file is a topic. It contains an array of scenarios. A scenario is an object:
//!
//! | member | meaning |
//! |---|---|
//! | `name`, `about` | its name in the topic, and one sentence that states the expected behaviour |
//! | `schemes` | `http`, `https`, or both; both if absent |
//! | `server` | the settings of the emulator, see below |
//! | `client` | the settings of the client, see below |
//! | `steps` | the steps, in order |
//! | `expect` | the counts of the server at the end |
//! | `cases` | an object of objects; the scenario runs once per case, with the case's `x` in place of every `"$x"`, or null if the case has no `x` |
//!
//! Unknown members are an error. Times are in milliseconds.
//!
//! ## Server
//!
//! Each setting has the emulator's default. `client_id`, `client_secret` (a text, or `{"repeat":
//! "x", "times": 65536}`), `lifetime_ms`, `delay_ms`, `clock_offset_s`, `date_offset_s`; `accepts`:
//! `both`, `multipart_only`, `url_encoded_only`; `unread`: `keycloak_invalid_client`, `empty401`,
//! `invalid_request400`, `unsupported_grant_type400`, `empty400`, `unprocessable422`,
//! `unsupported_media_type415`, `server_error500`; `denial`: `keycloak`, `invalid_client401`,
//! `invalid_client400`, `forbidden403`, `server_error500`, `refusal_in200`; `reissue`: `never`,
//! `seconds_left`, `full_lifetime`, `same_second`; `token_format`: `jwt`, `opaque`; `jwt_times`:
//! `seconds`, `millisecond_iat`, `zero_exp`, `absent`; `response_shape`: `plain`, `keycloak`;
//! `certificate` (with https): `valid`, `wrong_name`, `expired`; `rate_limit`: `{"requests",
//! "window_ms", "retry_after", "unavailable"}`, where `unavailable` means 503 instead of 429, and
//! `retry_after` is `seconds`, `http_date`, `rfc850_date`, `asctime_date`, `utc_date`,
//! `offset_date`, `one_digit_day`, `iso8601_date`, `fraction`, `unit`, `quoted`, `repeated`,
//! `rate_limit`, `rate_limit_reset`, `x_rate_limit_seconds`, `x_rate_limit_epoch`,
//! `x_rate_limit_epoch_millis` or `absent`.
//!
//! ## Client
//!
//! - `encoding`: `auto`, `multipart`, `urlencoded`.
//! - `credentials`: `right`, `wrong_secret`, `unknown_client`.
//! - `policy`: values that replace the defaults: `request_timeout_ms`, `caller_wait_ms`,
//!   `backoff_floor_ms`, `backoff_ceiling_ms`, `backoff_ceiling_without_token_ms`,
//!   `denied_floor_ms`, `not_soon_floor_ms`, `not_soon_ceiling_ms`, `patience_ms`,
//!   `fleet_spread_ms`, `burst`. A back-off is uniform between zero and its bound. A back-off that must outlast the
//!   scenario has a bound of thirty days, so that a short one is very rare.
//! - `target`: `server`; `other_scheme`, the server's port with the other scheme; `closed_port`, which
//!   refuses connections; `silent_port`, which accepts connections and sends nothing.
//! - `distrusts_server`: true for a client that trusts only the authorities of the machine. Otherwise
//!   the client trusts the server's authority.
//!
//! ## Steps
//!
//! | step | meaning |
//! |---|---|
//! | `{"token": {"callers", "wait_ms", "valid_for_ms", "expect"}}` | concurrent callers (default 1) acquire a token, with this time to wait or this minimum validity, and all get the expected result |
//! | `{"start": …}`, `"join"` | the same in the background, and the wait for its end |
//! | `{"keep_asking": {"callers", "for_ms"}}` | callers acquire a token in a loop; each must get a token that has not expired |
//! | `{"reject": {"times", "token"}}` | rejects the `current` or the `first` token, once or several times |
//! | `{"set_credentials": …}` | sets the credentials of the client: `right`, `wrong_secret` or `unknown_client` |
//! | `{"resource": 200}` | calls the API with the current token and expects this status |
//! | `{"script": [fault, …]}`, `{"always": fault}`, `"clear_faults"` | sets faults for the next token requests, one each, or for all |
//! | `"hold"`, `"release"` | holds back responses to token requests, and sends them |
//! | `{"rotate_secret": "…"}`, `"rotate_key"`, `"revoke_all"`, `{"set_accepts": …}`, `{"set_lifetime_ms": …}` | changes the server |
//! | `{"wait_for": {"state", "last_error", "token_requests"}}` | waits until the cache has this state, its last error has this code, and there are at least this many requests |
//! | `{"check": {…}}` | compares the counts of the server, as `expect` does |
//!
//! The expected result of callers is `"new"`, one token for all that was not seen before; `"same"`,
//! the token seen last; or `{"error": {"code", "status", "oauth_code", "other_status",
//! "other_oauth_code", "location_host", "retry_in_ms"}}`, in which only the code is required. The
//! code may be a list of alternatives, for all adapters. Values like `retry_in_ms` are a number or
//! `{"at_least", "at_most"}`.
//!
//! The faults are the emulator's: `"pass"`, `"hang"`, `"reset"`, `"close"`, `"gzip"`,
//! `"endless_body"`, `"endless_headers"`, `"endless_informational"`, `"huge_chunk"`,
//! `"zero_lifetime"`, `"no_lifetime"`, `{"truncate_head": n}`, `{"truncate_body": n}`,
//! `{"slow_drip_ms": n}`, `{"oversized": n}`, `{"chunk_extension": n}`, `{"raw": "…"}`,
//! `{"response": {"status", "fields": [[name, value], …], "body", "pad_to"}}`, and `{"page":
//! {"status", "fields", "pad_to"}}` for a web page of a proxy or a firewall.
//!
//! The counts are `token_requests`, `tokens_issued`, `connections`; `encodings` (`multipart`, `urlencoded`,
//! `other`) and `statuses` (null if no response was sent) of the token requests in order;
//! `refused_requests`, which were not valid HTTP and are 0 unless the scenario states another
//! number.
//!
//! ## Properties of every scenario
//!
//! A runner always checks these. No token is handed out after it expired at the server. Every error
//! about a response has the `tx_id` of the response. No error contains a secret or a token. Every
//! token request is a `POST` with a `Content-Length` and without a query. It has
//! `Accept: application/json`, `Accept-Encoding: identity`, one `Content-Type`, `Host` and
//! `User-Agent`, and neither `Authorization` nor a cookie.

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
