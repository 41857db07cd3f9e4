//! A local Jeel Pay authorization server, with a protected API, for tests.
//!
//! It speaks HTTP/1.1, plain or over TLS, on a real socket of 127.0.0.1, and it does on demand what
//! servers, proxies and networks do to clients at their worst. It shares no code with any client:
//! what it reads and refuses is a second opinion.
//!
//! ```
//! use jeel_auth_emulator::{Emulator, Response};
//!
//! let emulator = Emulator::start()?;
//! assert!(emulator.token_url().starts_with("http://127.0.0.1:"));
//!
//! // The next two token requests meet an outage, the ones after it do not.
//! emulator.script_all([Response::new(503), Response::new(502)]);
//!
//! // ... the client under test does its work with `emulator.token_url()` ...
//!
//! assert_eq!(emulator.token_request_count(), 0);
//! # std::io::Result::Ok(())
//! ```
//!
//! The same from a shell, for clients in any language: `jeel-auth-emulator --help`.
//!
//! # What it is not
//!
//! It is not secure and not meant to be: whoever reaches the port can have a token. It knows one
//! client and one grant, has no users, no discovery and no HTTP/2. Where Jeel's own behaviour is not
//! known it is a guess, and marked as one.
//!
//! # What is known of each behaviour
//!
//! **D** documented by Jeel (or by an RFC that Jeel follows), **S** seen in Jeel's published samples,
//! **V** verified on a stock server of the likely kind, **G** a guess.
//!
//! | behaviour | |
//! |---|---|
//! | `POST /oauth2/token` with `client_id`, `client_secret`, `grant_type=client_credentials` | D |
//! | the body as `multipart/form-data`, or urlencoded, or either: [`Encodings`] | D, D, G |
//! | `{"access_token", "token_type", "expires_in"}`, the access token a JWT | D |
//! | Keycloak's further members, and no `Date`: [`ResponseShape::Keycloak`] | S, V |
//! | RS256, the claims, `/oauth2/jwks`, opaque tokens: [`TokenFormat`] | G |
//! | a header `tx_id` on every response | D |
//! | a body not read is answered like missing credentials: [`UnreadBody`] | V, its 415 G |
//! | a chunked body is not read | G |
//! | wrong credentials: [`Denial`] | V |
//! | a query in the URL and an `Authorization` header are ignored | G |
//! | a rate limit; its figures and `Retry-After`: [`RateLimit`] | D; G |
//! | a token issued twice: [`Reissue`] | G |
//! | the API answers 401 to an expired or invalid token | D |
//! | secret rotation, revocation, key rotation | G |
//! | a wrong server clock: [`Builder::clock_offset`] | G |
//! | faults on the wire: [`Fault`], [`Certificate`] | G, some V |

mod behaviour;
mod builder;
mod controls;
mod delivery;
mod emulator;
mod fault;
mod form;
mod http1;
mod issuer;
mod keys;
mod rate_limit;
mod record;
mod refusal;
mod resource;
mod response;
mod server;
mod settings;
mod shared;
mod tls;
mod token_endpoint;

pub use behaviour::{Encodings, Reissue, ResponseShape, TokenFormat};
pub use builder::Builder;
pub use controls::HeldReplies;
pub use emulator::Emulator;
pub use fault::Fault;
pub use form::BodyEncoding;
pub use rate_limit::{RateLimit, RetryAfter};
pub use record::{ResourceRequestRecord, TokenRequestRecord, Verdict};
pub use refusal::{Denial, UnreadBody};
pub use response::Response;
pub use settings::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET};
pub use tls::Certificate;
