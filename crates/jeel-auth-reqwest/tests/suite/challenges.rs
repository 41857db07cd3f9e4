//! The middleware and the challenge of a 401.

use crate::common::source;
use jeel_auth_emulator::{Emulator, Response, Rule};
use jeel_auth_reqwest::{JeelAuth, TokenSource, client_builder};
use reqwest_middleware::ClientWithMiddleware;

const PATH: &str = "/v1/payments";

fn api(emulator: &Emulator) -> (TokenSource, ClientWithMiddleware) {
    let tokens = source(emulator);
    let client = JeelAuth::client(&tokens, client_builder().unwrap()).unwrap();
    (tokens, client)
}

/// How many calls and token requests one call costs that gets this response at first.
async fn cost_of(response: Response) -> (u16, u64, u64) {
    let emulator = Emulator::start().unwrap();
    emulator.add_rule(Rule::new(PATH, response).times(1));
    let (tokens, api) = api(&emulator);
    let status = api.get(emulator.resource_url()).send().await.unwrap().status().as_u16();
    let requests = emulator.token_request_count();
    assert_eq!(tokens.status().counters.rejections + 1, requests);
    (status, emulator.resource_request_count(), requests)
}

#[tokio::test]
async fn a_401_that_rejects_the_token_is_repeated_with_another() {
    for response in [
        Response::new(401),
        Response::challenge("Bearer"),
        Response::challenge(r#"Bearer realm="x", error="invalid_token""#),
        Response::challenge("Basic realm=\"x\""),
        Response::challenge("Basic realm=\"x\"")
            .header("WWW-Authenticate", r#"Bearer error="invalid_token""#),
    ] {
        assert_eq!(cost_of(response).await, (200, 2, 2));
    }
}

#[tokio::test]
async fn a_401_about_something_else_and_a_403_are_the_answer() {
    for error in ["insufficient_scope", "invalid_request"] {
        let response = Response::challenge(format!("Bearer error=\"{error}\""));
        assert_eq!(cost_of(response).await, (401, 1, 1), "{error}");
    }
    let in_the_second_field = Response::challenge("Basic realm=\"x\"")
        .header("WWW-Authenticate", r#"Bearer error="insufficient_scope""#);
    assert_eq!(cost_of(in_the_second_field).await, (401, 1, 1));
    let forbidden =
        Response::new(403).header("WWW-Authenticate", r#"Bearer error="invalid_token""#);
    assert_eq!(cost_of(forbidden).await, (403, 1, 1));
}

/// One endpoint that rejects each token stops nothing else.
#[tokio::test]
async fn a_call_is_not_repeated_with_the_token_that_was_rejected() {
    let emulator = Emulator::start().unwrap();
    emulator.add_rule(Rule::new(PATH, Response::challenge("Bearer error=\"invalid_token\"")));
    let (tokens, api) = api(&emulator);
    let call = async || api.get(emulator.resource_url()).send().await.unwrap();
    assert_eq!(call().await.status(), 401);
    assert_eq!((emulator.resource_request_count(), emulator.token_request_count()), (2, 2));
    for calls in 3..10 {
        let response = call().await;
        assert_eq!(response.status(), 401);
        assert!(response.headers().contains_key("WWW-Authenticate"));
        assert_eq!(emulator.resource_request_count(), calls);
    }
    assert_eq!(emulator.token_request_count(), 2);
    let other = format!("{}/v1/other", emulator.api_url());
    assert_eq!(api.get(other).send().await.unwrap().status(), 200);
    assert!(tokens.cached().is_some());
}
