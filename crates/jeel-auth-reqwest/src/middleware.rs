//! The `Authorization` field on calls to Jeel's API, and nowhere else.

use crate::elsewhere::Elsewhere;
use crate::{Challenge, Error, Token, TokenSource};
use async_trait::async_trait;
use http::{Extensions, header};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request, Response, Url};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use std::fmt;
use std::sync::Arc;

/// A middleware that puts the access token on calls to Jeel's API.
///
/// ```no_run
/// use jeel_auth_reqwest::{JeelAuth, TxId, client_builder};
///
/// # async fn call() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = jeel_auth_reqwest::from_env()?;
/// let origin = tokens.api_origin().ok_or("JEELPAY_API_URL is not set")?;
/// let api = JeelAuth::client(&tokens, client_builder()?)?;
/// let response = api.get(format!("{origin}/v1/payments")).send().await?;
/// println!("{} (tx_id {:?})", response.status(), response.tx_id());
/// # Ok(())
/// # }
/// ```
///
/// What it does with a request:
///
/// | request | |
/// |---|---|
/// | to [`TokenSource::api_origin`]: same scheme, host and port | gets the field |
/// | to anywhere else | passes as it is; one debug event for each such origin names both |
/// | with an `Authorization` field already | passes as it is, and so does its 401 |
/// | answered by a 401 that rejects our token | the token is rejected; if there is another one, the request is sent once more with that |
/// | ... and there is no other one yet, or the body is a stream | the 401 is the answer |
/// | ... and answered so again | that token is rejected too, and the 401 is the answer |
/// | answered by a 401 whose challenge names something else | the 401 is the answer: see [`Challenge`] |
/// | for which there is no token, at first or after a 401 | fails with [`reqwest_middleware::Error::Middleware`]; [`token_error`](Self::token_error) says why |
///
/// After a 401 without a token the error is the answer, and not the 401: it has the cause, such as a
/// secret that was rotated, and the time of the next attempt. The API did not process the request in
/// either case.
///
/// Ten thousand late 401s for one token cost one token request. `Retry-After`, 5xx and broken
/// connections are left to you and your other middleware.
///
/// # Redirects
///
/// reqwest takes `Authorization` off a redirect to another origin, but puts it back on when that
/// origin redirects once more within itself: it compares each hop with the one before. The client
/// made here therefore follows a redirect of the API's within the API's origin only. Of any other
/// you get the 3xx response, and can follow it with a client without a token. Requests to other
/// origins keep reqwest's default, ten redirects.
#[derive(Clone, Debug)]
pub struct JeelAuth {
    tokens: TokenSource,
    api: Url,
    elsewhere: Arc<Elsewhere>,
}

impl JeelAuth {
    /// A client that calls the API with the source's tokens. Of the builder's settings, `redirect`
    /// is [replaced](Self#redirects).
    ///
    /// # Errors
    /// [`SetupError::NoApiOrigin`], and [`SetupError::Client`] where the builder cannot be built.
    pub fn client(
        tokens: &TokenSource,
        http: ClientBuilder,
    ) -> std::result::Result<ClientWithMiddleware, SetupError> {
        let (auth, client) = Self::with_client(tokens, http)?;
        Ok(reqwest_middleware::ClientBuilder::new(client).with(auth).build())
    }

    /// As [`client`](Self::client), in two parts, to put other middleware before or after.
    ///
    /// Attach the middleware to this client and no other, whose redirects might
    /// [give the token away](Self#redirects). Middleware attached after it sees the token; one
    /// attached before it does not, and may repeat a whole call with a newer token.
    ///
    /// # Errors
    /// As [`client`](Self::client).
    pub fn with_client(
        tokens: &TokenSource,
        http: ClientBuilder,
    ) -> std::result::Result<(Self, Client), SetupError> {
        let origin = tokens.api_origin().ok_or(SetupError::NoApiOrigin)?;
        let api = Url::parse(&origin.to_string()).map_err(|_| SetupError::NoApiOrigin)?;
        let http = http.redirect(within_origin_of(api.clone())).build();
        let client = http.map_err(SetupError::Client)?;
        Ok((Self { tokens: tokens.clone(), api, elsewhere: Arc::default() }, client))
    }

    /// Why there was no token, where that is what a call failed by.
    pub fn token_error(error: &reqwest_middleware::Error) -> Option<&Error> {
        match error {
            reqwest_middleware::Error::Middleware(error) => error.downcast_ref(),
            reqwest_middleware::Error::Reqwest(_) => None,
        }
    }

    async fn token(&self) -> Result<Token> {
        self.tokens.token().await.map_err(reqwest_middleware::Error::middleware)
    }

    fn is_for_us(&self, request: &Request) -> bool {
        if request.headers().contains_key(header::AUTHORIZATION) {
            return false;
        }
        let same = same_origin(request.url(), &self.api);
        if !same {
            self.elsewhere.note(request.url(), &self.api);
        }
        same
    }

    /// Whether the API rejects the token by this response. A 401 from elsewhere says nothing about it.
    fn rejects_token(&self, response: &Response) -> bool {
        let fields = response.headers().get_all(header::WWW_AUTHENTICATE);
        let values = fields.iter().map(|value| value.as_bytes());
        same_origin(response.url(), &self.api)
            && Challenge::from_fields(response.status().as_u16(), values).rejects_token()
    }
}

/// Why no client could be set up.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// The source has no API origin, because only a token URL was configured: name it, by
    /// `JEELPAY_API_URL` or [`Builder::api_origin`](crate::Builder::api_origin).
    NoApiOrigin,
    /// reqwest refuses the builder's settings.
    Client(reqwest::Error),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoApiOrigin => f.write_str("the API's origin is not configured"),
            Self::Client(_) => f.write_str("the HTTP client cannot be built"),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => Some(error),
            Self::NoApiOrigin => None,
        }
    }
}

#[async_trait]
impl Middleware for JeelAuth {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !self.is_for_us(&request) {
            return next.run(request, extensions).await;
        }
        let token = self.token().await?;
        let again = request.try_clone();
        let response = next.clone().run(signed(request, &token), extensions).await?;
        if !self.rejects_token(&response) {
            return Ok(response);
        }
        self.tokens.reject(&token);
        let Some(again) = again else { return Ok(response) };
        let another = self.token().await?;
        if another.generation() == token.generation() {
            return Ok(response);
        }
        // The connection is free for the second try.
        drop(response);
        let response = next.run(signed(again, &another), extensions).await?;
        if self.rejects_token(&response) {
            self.tokens.reject(&another);
        }
        Ok(response)
    }
}

fn signed(mut request: Request, token: &Token) -> Request {
    request.headers_mut().insert(header::AUTHORIZATION, token.authorization().clone());
    request
}

/// Both URLs are parsed by the same rules, so that no spelling of a host can differ from what is
/// connected to.
fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

fn within_origin_of(api: Url) -> Policy {
    Policy::custom(move |attempt| {
        let from_api = attempt.previous().iter().any(|url| same_origin(url, &api));
        if from_api && !same_origin(attempt.url(), &api) {
            return attempt.stop();
        }
        Policy::default().redirect(attempt)
    })
}
