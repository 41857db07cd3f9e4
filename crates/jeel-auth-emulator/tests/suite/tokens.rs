//! Tokens: their content, their lifetime, and what ends them early.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jeel_auth_emulator::{Emulator, JwtTimes, Reissue, ResponseShape, TokenFormat, Verdict};
use serde_json::Value;

use crate::client::{Client, call_api, get_token};

/// The header and the claims of a JWT.
fn decoded(token: &str) -> [Value; 2] {
    let mut parts = token.split('.');
    [(); 2].map(|()| {
        let bytes = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    })
}

fn published_key(emulator: &Emulator) -> Value {
    let request = "GET /oauth2/jwks HTTP/1.1\r\nHost: a\r\n\r\n";
    Client::connect(emulator).exchange(request).json()["keys"][0].clone()
}

fn last_verdict(emulator: &Emulator) -> Option<Verdict> {
    emulator.resource_requests().last().unwrap().verdict
}

#[test]
fn a_plain_response_has_the_documented_members() {
    let emulator = Emulator::builder().lifetime(Duration::from_millis(1_991_900)).start().unwrap();
    let response = get_token(&emulator);
    let json = response.json();
    assert_eq!(json.as_object().unwrap().len(), 3);
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 1991);
    assert_eq!(response.field("content-type"), Some("application/json"));
    assert_eq!(response.field("cache-control"), Some("no-store"));
    assert!(response.field("date").is_some());
}

#[test]
fn a_keycloak_response_has_three_more_members_and_no_date() {
    let emulator = Emulator::builder().response_shape(ResponseShape::Keycloak).start().unwrap();
    let response = get_token(&emulator);
    assert_eq!(response.field("date"), None);
    let json = response.json();
    assert_eq!(json["refresh_expires_in"], 0);
    assert_eq!(json["not-before-policy"], 0);
    assert_eq!(json["scope"], "email profile");
}

#[test]
fn a_jwt_has_the_claims_of_its_response_and_verifies_with_the_published_key() {
    let emulator = Emulator::builder().scope("payments").start().unwrap();
    let response = get_token(&emulator).json();
    let token = response["access_token"].as_str().unwrap();
    let [header, claims] = decoded(token);
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    assert_eq!((&claims["scope"], &response["scope"]), (&"payments".into(), &"payments".into()));
    assert_eq!(claims["iss"], emulator.api_url());

    let key = published_key(&emulator);
    assert_eq!((&header["alg"], &header["kid"]), (&"RS256".into(), &key["kid"]));
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        rsa::BoxedUint::from_be_slice(&bytes, 8 * u32::try_from(bytes.len()).unwrap()).unwrap()
    };
    let key = rsa::PublicKey::new(number("n"), number("e")).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.pkcs1v15_verify::<rsa::sha2::Sha256>(signed.as_bytes(), &signature).unwrap();
}

#[test]
fn the_api_echoes_a_request_with_a_valid_token() {
    let emulator = Emulator::start().unwrap();
    let token = get_token(&emulator).token();
    let response = Client::connect(&emulator).exchange(format!(
        "POST /v1/payments?page=2 HTTP/1.1\r\nHost: a\r\nAuthorization: bearer {token}\r\n\
         Content-Length: 2\r\n\r\nhi"
    ));
    assert_eq!(response.body, r#"{"body":"hi","method":"POST","path":"/v1/payments"}"#);
    assert_eq!(last_verdict(&emulator), Some(Verdict::Accepted));
}

#[test]
fn the_api_rejects_a_foreign_token_and_challenges_a_request_without_one() {
    let emulator = Emulator::start().unwrap();
    let other = get_token(&Emulator::start().unwrap()).token();
    let response = call_api(&emulator, &other);
    assert_eq!(response.status, 401);
    assert_eq!(response.field("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
    assert_eq!(last_verdict(&emulator), Some(Verdict::Unknown));

    let bare = "GET /v1/payments HTTP/1.1\r\nHost: a\r\n\r\n";
    let response = Client::connect(&emulator).exchange(bare);
    assert_eq!((response.status, response.field("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(last_verdict(&emulator), Some(Verdict::Missing));
}

#[test]
fn a_token_is_rejected_from_its_expiry_on() {
    let emulator = Emulator::start().unwrap();
    let good = get_token(&emulator).token();
    emulator.set_lifetime(Duration::ZERO);
    let expired = get_token(&emulator);
    assert_eq!(expired.json()["expires_in"], 0);
    assert_eq!(call_api(&emulator, &expired.token()).status, 401);
    assert_eq!(last_verdict(&emulator), Some(Verdict::Expired));
    assert_eq!(call_api(&emulator, &good).status, 200, "each token keeps its lifetime");
}

#[test]
fn revocation_ends_earlier_tokens_and_no_later_one() {
    let emulator = Emulator::builder().token_format(TokenFormat::Opaque).start().unwrap();
    let tokens = [get_token(&emulator).token(), get_token(&emulator).token()];
    emulator.revoke_all();
    for token in tokens {
        assert_eq!(call_api(&emulator, &token).status, 401);
        assert_eq!(last_verdict(&emulator), Some(Verdict::Revoked));
    }
    assert_eq!(call_api(&emulator, &get_token(&emulator).token()).status, 200);
}

#[test]
fn a_new_key_ends_all_tokens_and_is_published() {
    let emulator = Emulator::builder().reissue(Reissue::SecondsLeft).start().unwrap();
    let (old, old_key) = (get_token(&emulator).token(), published_key(&emulator));
    emulator.rotate_key().unwrap();
    assert_eq!(call_api(&emulator, &old).status, 401);
    assert_eq!(last_verdict(&emulator), Some(Verdict::BadSignature));

    let new = get_token(&emulator).token();
    assert_eq!(call_api(&emulator, &new).status, 200);
    let new_key = published_key(&emulator);
    assert_eq!(decoded(&new)[0]["kid"], new_key["kid"]);
    assert!(old_key["kid"] != new_key["kid"] && old_key["n"] != new_key["n"]);
}

#[test]
fn by_default_each_request_gets_a_new_token() {
    let emulator = Emulator::start().unwrap();
    assert_ne!(get_token(&emulator).token(), get_token(&emulator).token());
    assert_eq!(emulator.tokens_issued(), 2);
}

#[test]
fn a_reissued_token_states_the_seconds_left_or_wrongly_its_full_lifetime() {
    for (reissue, right) in [(Reissue::SecondsLeft, true), (Reissue::FullLifetime, false)] {
        let emulator = Emulator::builder().reissue(reissue).start().unwrap();
        let (first, second) = (get_token(&emulator), get_token(&emulator));
        assert_eq!(first.token(), second.token());
        assert_eq!(first.json()["expires_in"], 3600);
        // Time passes between the two requests, and the rest is rounded down.
        assert_eq!(second.json()["expires_in"].as_u64().unwrap() < 3600, right, "{reissue:?}");
        assert_eq!(emulator.tokens_issued(), 1);

        emulator.revoke_all();
        assert_ne!(get_token(&emulator).token(), first.token(), "a revoked token is not reissued");
    }
}

#[test]
fn a_wrong_clock_changes_dates_and_claims_and_no_lifetime() {
    let day = 24 * 60 * 60;
    let emulator = Emulator::builder().clock_offset(-2 * day).start().unwrap();
    let response = get_token(&emulator);
    let yesterday = SystemTime::now() - Duration::from_secs(day.unsigned_abs());
    assert!(httpdate::parse_http_date(response.field("date").unwrap()).unwrap() < yesterday);
    let [_, claims] = decoded(&response.token());
    let exp = Duration::from_secs(claims["exp"].as_u64().unwrap());
    assert!(UNIX_EPOCH + exp < yesterday);
    assert_eq!(call_api(&emulator, &response.token()).status, 200);
}

#[test]
fn the_same_token_is_issued_within_a_second_even_if_it_was_revoked() {
    for format in [TokenFormat::Jwt, TokenFormat::Opaque] {
        let builder = Emulator::builder().token_format(format).reissue(Reissue::SameSecond);
        let emulator = builder.start().unwrap();
        // A second may end between the two requests, so the test repeats until none does.
        let same = loop {
            let first = get_token(&emulator).token();
            emulator.revoke_all();
            if get_token(&emulator).token() == first {
                break first;
            }
        };
        assert_eq!(call_api(&emulator, &same).status, 401, "{format:?}");
        assert_eq!(last_verdict(&emulator), Some(Verdict::Revoked));
        let other = loop {
            let token = get_token(&emulator).token();
            if token != same {
                break token;
            }
        };
        assert_eq!(call_api(&emulator, &other).status, 200, "{format:?}");
    }
}

#[test]
fn a_date_ahead_of_the_clock_changes_no_claim() {
    let emulator = Emulator::builder().date_offset(3 * 3600).start().unwrap();
    let response = get_token(&emulator);
    let date = httpdate::parse_http_date(response.field("date").unwrap()).unwrap();
    let date = date.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let [_, claims] = decoded(&response.token());
    let (iat, exp) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(iat + 2 * 3600 < date && exp < date, "the token is over according to `Date`");
}

#[test]
fn a_jwt_can_state_its_times_wrongly_or_not_at_all() {
    let claims = |times| {
        let emulator = Emulator::builder().jwt_times(times).start().unwrap();
        let token = get_token(&emulator).token();
        assert_eq!(call_api(&emulator, &token).status, 200, "{times:?}");
        let [_, claims] = decoded(&token);
        (claims["iat"].as_u64(), claims["exp"].as_u64())
    };
    let (Some(iat), Some(exp)) = claims(JwtTimes::MillisecondIat) else { panic!("no times") };
    assert!(iat > exp && iat / 1000 < exp);
    assert!(matches!(claims(JwtTimes::ZeroExp), (Some(1..), Some(0))));
    assert_eq!(claims(JwtTimes::Absent), (None, None));
}
