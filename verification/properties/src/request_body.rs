//! Request bodies, decoded by independent parsers.

use jeel_auth_core::{
    Acquire, Action, BodyEncoding, Cache, Credentials, EncodingChoice, Environment, Moment, Scope,
    TokenRequest,
};
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The bytes are a seed, and then a client id, a secret and, if it is one, a scope, separated by 0xff.
/// Both encodings decode to the same values, byte for byte.
pub fn request_body(bytes: &[u8]) {
    let Some((seed, values)) = bytes.split_first_chunk() else { return };
    let seed = u64::from_le_bytes(*seed);
    let mut values = values.splitn(3, |byte| *byte == 0xff);
    let mut value = || std::str::from_utf8(values.next()?).ok();
    let (Some(id), Some(secret)) = (value(), value()) else { return };
    let scope = value().and_then(|scope| scope.parse::<Scope>().ok());
    let Ok(credentials) = Credentials::new(id, secret) else { return };
    let mut expected =
        vec![("client_id", id), ("client_secret", secret), ("grant_type", "client_credentials")];
    expected.extend(scope.as_ref().map(|scope| ("scope", scope.as_str())));

    let request = |encoding| request(seed, &credentials, scope.clone(), encoding);
    let urlencoded = request(BodyEncoding::UrlEncoded);
    let fields: Vec<_> = form_urlencoded::parse(urlencoded.body()).collect();
    let fields = fields.iter().map(|(name, value)| (&**name, &**value));
    assert!(fields.eq(expected.iter().copied()));

    let fields = read_multipart(&request(BodyEncoding::Multipart));
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert!(fields.eq(expected));
}

fn request(
    seed: u64,
    credentials: &Credentials,
    scope: Option<Scope>,
    encoding: BodyEncoding,
) -> TokenRequest {
    let now = Moment::new(Duration::ZERO, Duration::ZERO);
    let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials.clone(), seed)
        .with_encoding(EncodingChoice::Always(encoding));
    if let Some(scope) = scope {
        cache = cache.with_scope(scope);
    }
    assert!(matches!(cache.acquire(now, Duration::ZERO), Acquire::Wait(_)));
    let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
    request
}

/// Decodes a multipart body with multer.
fn read_multipart(request: &TokenRequest) -> Vec<(String, String)> {
    let fields = request.fields();
    let content_type = fields.iter().find(|(name, _)| *name == "Content-Type").expect("a type").1;
    let boundary = multer::parse_boundary(content_type).expect("a boundary");
    let body = request.body().to_vec();
    let stream = futures_util::stream::once(async { Ok::<_, Infallible>(body) });
    let mut reading = pin!(async move {
        let mut form = multer::Multipart::new(stream, boundary);
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await.expect("a well-formed body") {
            let name = field.name().expect("a name").to_owned();
            // Not `text`, because it removes a byte order mark.
            let value = field.bytes().await.expect("a whole value");
            fields.push((name, String::from_utf8(value.to_vec()).expect("UTF-8")));
        }
        fields
    });
    // The body is complete, so the parser never waits.
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(fields) = reading.as_mut().poll(&mut context) {
            return fields;
        }
    }
}
