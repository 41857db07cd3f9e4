//! A local Jeel Pay authorization server, with a protected API, for tests.
//!
//! The emulator serves HTTP/1.1, plain or over TLS, on a real socket of 127.0.0.1. It reproduces
//! faults of servers, proxies and networks on demand. It shares no code with a client, so it does
//! not accept a request because of a bug that both have.
//!
//! ```
//! use jeel_auth_emulator::{Emulator, Response};
//!
//! let emulator = Emulator::start()?;
//! assert!(emulator.token_url().starts_with("http://127.0.0.1:"));
//!
//! // The next two token requests fail; later requests get a token.
//! emulator.script_all([Response::new(503), Response::new(502)]);
//!
//! // ... run the client under test with `emulator.token_url()` ...
//!
//! assert_eq!(emulator.token_request_count(), 0);
//! # std::io::Result::Ok(())
//! ```
//!
//! The program `jeel-auth-emulator` offers the same to clients in any language; see [`program`].
//!
//! # Limits
//!
//! The emulator is not secure: any process that reaches the port can get a token. It knows one
//! grant, and has no users, no discovery and no HTTP/2. Jeel does not document all of its
//! behaviour; the emulator guesses the rest and marks each guess.
//!
//! # Evidence for each behaviour
//!
//! **D** documented by Jeel, or by an RFC that Jeel follows. **S** seen in Jeel's published
//! samples. **V** verified on a stock server of the likely kind. **G** a guess.
//!
//! | behaviour | evidence |
//! |---|---|
//! | `POST /oauth2/token` with `client_id`, `client_secret`, `grant_type=client_credentials` | D |
//! | the body as `multipart/form-data`, or urlencoded, or either: [`Encodings`] | D, D, G |
//! | `{"access_token", "token_type", "expires_in"}`, the access token a JWT | D |
//! | Keycloak's further members, and no `Date`: [`ResponseShape::Keycloak`] | S, V |
//! | RS256, the claims, `/oauth2/jwks`, opaque tokens: [`TokenFormat`] | G |
//! | wrong or missing times in JWTs: [`JwtTimes`] | G |
//! | a field `tx_id` in every response | D |
//! | the response to a body that was not read: [`UnreadBody`] | V, its 415 G |
//! | a chunked body is not read | G |
//! | wrong credentials: [`Denial`] | V |
//! | a query in the URL and an `Authorization` field are ignored | G |
//! | a requested `scope` is recorded and ignored | G |
//! | several clients, each with one or more secrets: [`Emulator::set_client`] | G |
//! | a rate limit; its figures and its forms: [`RateLimit`], [`RetryAfter`] | D; G, some D |
//! | a valid token is issued again: [`Reissue`] | G |
//! | the API responds with 401 to an expired or invalid token | D |
//! | secret rotation, revocation, key rotation | G |
//! | a wrong clock of the server or of its `Date`: [`Builder::clock_offset`], [`Builder::date_offset`] | G |
//! | pages of proxies, firewalls and portals: [`Response::page`] | G |
//! | faults on the wire: [`Fault`], [`Certificate`] | G, some V |
//! | rules for a path, and the control endpoint: [`Rule`], [`program`] | none; for tests only |

#[doc = include_str!("../README.md")]
pub mod program {}

mod behaviour;
mod builder;
mod clients;
mod control;
mod controls;
mod delivery;
mod emulator;
mod fault;
mod form;
mod gzip;
mod http1;
mod issuer;
mod keys;
mod options;
mod pages;
mod rate_limit;
mod record;
mod refusal;
mod resource;
mod response;
mod retry_after;
mod rule;
mod rule_json;
mod server;
mod settings;
mod shared;
mod tls;
mod token_endpoint;

pub use behaviour::{Encodings, JwtTimes, Reissue, ResponseShape, TokenFormat};
pub use builder::Builder;
pub use clients::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET};
pub use controls::HeldResponses;
pub use emulator::Emulator;
pub use fault::Fault;
pub use form::BodyEncoding;
pub use options::{InvalidOption, option_help};
pub use rate_limit::RateLimit;
pub use record::{ResourceRequestRecord, TokenRequestRecord, Verdict};
pub use refusal::{Denial, UnreadBody};
pub use response::Response;
pub use retry_after::RetryAfter;
pub use rule::{Rule, RuleRecord};
pub use rule_json::InvalidRule;
pub use tls::Certificate;
