//! Why the machine decides as it does.
//!
//! # What Jeel says
//!
//! The API documentation and the integration guide of Jeel Pay name the two environments, a `POST`
//! to `/oauth2/token` with `client_id`, `client_secret` and `grant_type=client_credentials`, and a
//! response of `access_token`, `token_type` and `expires_in`. The endpoint is rate-limited; caching is
//! mandatory, renewing about 30 s early is advised; every response carries a `tx_id` that support asks
//! for. The two documents disagree on one thing: the first says `multipart/form-data`, the second
//! `application/x-www-form-urlencoded` "and not multipart". Both are official, so a client must work
//! with a server that takes either alone.
//!
//! # Body encoding: settled by evidence
//!
//! No response says "wrong encoding" reliably. Right credentials in a multipart body are answered 401
//! `invalid_client` by Keycloak 26.7, the very bytes it sends for an unknown client; 401 with an
//! empty body by Spring Authorization Server 7.0 with multipart off; 400, 422 or 500 by others. So
//! with [`EncodingChoice::Auto`](crate::EncodingChoice::Auto):
//!
//! - only a token proves an encoding, and a proven one is remembered;
//! - while none is proven, a refusal that time would not cure (any 4xx but 408 and 429, or a success
//!   that holds an `error`) makes the other be tried at once; refused as well, that is one denial,
//!   and its error names both responses;
//! - while none is proven, retries after other failures alternate, which costs no extra request;
//! - the second denial in a row, or one 415, puts a proven encoding in doubt again;
//! - 429, 503 and time-outs never cause an extra request.
//!
//! # Two clocks
//!
//! A suspended machine may stop its monotonic clock; NTP and administrators step the wall clock. A
//! token's deadlines are kept on both, and the earlier wins; a step forward costs one renewal, a
//! step back nothing at first: until the wall clock has caught up with where it was, it tells nothing,
//! and a suspend in that time goes unseen where the monotonic clock stands still. A token that ended
//! meanwhile meets a 401 then, which replaces it. Lifetimes count from when the request was *sent*. A flight's deadline and the
//! request budget live on the monotonic clock alone: a stepped wall clock must neither cost a token
//! that is on its way nor mint permits.
//!
//! A JWT is not verified, but what it says about itself can make the expiry earlier: the lifetime is
//! the least of `expires_in`, `exp - iat`, and `exp - Date` where the response has a `Date`. `exp` is
//! never compared with our own clock, which may be wrong. A `Date` or `iat` by which a token is over
//! when it is issued is not credible and is ignored: gateways write local time as GMT, and some issuers
//! write `iat` in milliseconds. If two different tokens in a row arrive old because of their `Date`,
//! `exp - Date` is no longer used.
//!
//! # Servers that hand the same token out again
//!
//! Some servers answer with the token at hand until it expires, with the seconds left or, wrongly,
//! with its whole lifetime again. The same token keeps its first expiry, is good until then without
//! a leeway, and is not renewed before the server must have dropped it: its first receipt plus its
//! lifetime. Between the one and the other lies a round trip, in which callers wait and get no error.
//! Such a server costs two requests a lifetime: one at the renewal time, which finds out, and one
//! when the token is gone.
//!
//! If such a token was over by the wall clock alone when it was asked for, the wall clock was stepped:
//! a server does not hand out what it holds to be expired. The deadlines then follow the wall.
//!
//! # Rejections
//!
//! A rejection names a generation, and only the token at hand can be invalidated by it. If the
//! replacement is rejected as well within [`Policy::fresh_for`](crate::Policy::fresh_for), asking
//! again does not help, and callers get an error during a cool-down that doubles. A server that
//! hands the rejected token back is treated alike; after the cool-down that token is given another
//! chance, because the API may have been wrong.
//!
//! # The request budget
//!
//! A bucket holds at most `burst` permits, gains one per `interval`, and one for each credit: a
//! token that reached its renewal time, a token that reached its expiry, new credentials. Each
//! request draws one. In a window of length `W` the bucket can give what it held at its start, at
//! most `burst`; what it gained, `W / interval`; and what was credited, `2T + C`. Nothing else lets
//! a request out, which is the theorem. And as a credit leaves at least one permit in the bucket,
//! the first request after an expiry or after new credentials is never refused for lack of budget.
//!
//! # Redirects, pages and refusals inside a success
//!
//! A token request is never redirected: a 307 would carry the secret elsewhere, and a 302 leads to a
//! login page for people. The error names the host, and nothing is followed.
//!
//! Proxies, firewalls and portals answer in the place of the server: with HTML, or with 403, 404, 405,
//! 407, 421, 451 or 511 without JSON. That says nothing about the credentials. It is
//! [`ErrorKind::Blocked`](crate::ErrorKind::Blocked) and no denial, and callers hear of it at once.
//!
//! Some servers refuse inside a success: `{"success":false}`. A 2xx with a JSON object and without an
//! `access_token` is a denial, and the error names the members that came.
//!
//! # Waits that a server asks for
//!
//! `Retry-After` counts on any status but 2xx. It is read in the spellings that servers send: seconds,
//! a fraction, a unit, quotes; the three HTTP dates, and UTC, an offset, one-digit days or RFC 3339 in
//! their place. Of repeated fields the longest counts. A number over 10^9 is a moment: seconds since
//! the epoch, or milliseconds over 10^12. A 429 without it may name the reset of the limit in
//! `RateLimit`, `RateLimit-Reset` or `X-RateLimit-Reset`, unless the response says that requests
//! remain.
//!
//! # Rejections of the API
//!
//! Not each 401 rejects the token. [`Challenge`](crate::Challenge) reads the `WWW-Authenticate` fields
//! (RFC 6750 §3): a Bearer challenge with another error than `invalid_token` is about the request, and
//! a new token would not help. A 401 without a Bearer challenge rejects the token, as Jeel documents.
//! A 403 never does.
//!
//! # Secrets
//!
//! The client secret lives in [`Credentials`](crate::Credentials) and in the body of a request on its
//! way; a token in [`AccessToken`](crate::AccessToken). Each is written once into memory of its final
//! size and wiped on drop. Errors quote a server only as bounded printable ASCII, and not at all if
//! eight characters in a row are also in the secret (as it is or urlencoded) or in a token. Not covered:
//! the environment block and the files that a secret came from, copies that an HTTP or TLS library
//! makes, memory that the operating system swaps out.
