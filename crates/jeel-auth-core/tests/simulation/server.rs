//! An authorization server, honest or hostile.

use crate::dice::Dice;
use jeel_auth_core::{BodyEncoding, TokenRequest, TransportKind};
use std::time::Duration;

/// Whether it hands the same token out until that expires, and what lifetime it names then.
#[derive(Clone, Copy, PartialEq)]
enum Reissue {
    Never,
    SecondsLeft,
    WholeLifetime,
}

pub(crate) struct Server {
    pub(crate) secret: String,
    pub(crate) hostile: bool,
    reads: Vec<BodyEncoding>,
    reissue: Reissue,
    lifetime: u64,
    tokens: Vec<String>,
    expires: Duration,
}

/// What becomes of a request.
pub(crate) enum Outcome {
    Response { status: u16, fields: Vec<(&'static str, String)>, body: String },
    Failed(TransportKind, String),
    Lost,
}

impl Server {
    pub(crate) fn new(secret: &str, dice: &mut Dice) -> Self {
        let mut server = Self {
            secret: secret.to_owned(),
            hostile: true,
            reads: Vec::new(),
            reissue: Reissue::Never,
            lifetime: 0,
            tokens: vec!["t0k3n-none".to_owned()],
            expires: Duration::ZERO,
        };
        server.replace(dice);
        server
    }

    /// Another server at the same address.
    pub(crate) fn replace(&mut self, dice: &mut Dice) {
        use BodyEncoding::{Multipart, UrlEncoded};
        let reads: [&[_]; 3] = [&[Multipart], &[UrlEncoded], &[Multipart, UrlEncoded]];
        self.reads = dice.pick(&reads).to_vec();
        let ways = [Reissue::Never, Reissue::SecondsLeft, Reissue::WholeLifetime];
        self.reissue = dice.pick(&ways);
        self.lifetime = dice.pick(&[20, 60, 300, 1991, 3600, 36_000]);
        self.revoke();
    }

    /// The current token is good no longer, and not handed out again.
    pub(crate) const fn revoke(&mut self) {
        self.expires = Duration::ZERO;
    }

    pub(crate) fn answer(
        &mut self,
        request: &TokenRequest,
        now: Duration,
        dice: &mut Dice,
    ) -> (Duration, Outcome) {
        if !self.hostile {
            return (dice.millis(300), self.honest(request, now));
        }
        let delay = if dice.one_in(8) { dice.millis(30_000) } else { dice.millis(1500) };
        let outcome = match dice.below(10) {
            0..5 => self.honest(request, now),
            5 => Outcome::Lost,
            6 => Outcome::Failed(dice.pick(&TRANSPORT), sent_secret(request)),
            7 => self.forged(dice),
            _ => nonsense(&sent_secret(request), dice),
        };
        (delay, outcome)
    }

    fn honest(&mut self, request: &TokenRequest, now: Duration) -> Outcome {
        let body = String::from_utf8_lossy(request.body());
        if !self.reads.contains(&request.encoding()) || !body.contains(&self.secret) {
            return response(401, r#"{"error":"invalid_client"}"#.to_owned());
        }
        if self.reissue == Reissue::Never || now >= self.expires {
            self.tokens.push(format!("t0k3n-{}", self.tokens.len()));
            self.expires = now + Duration::from_secs(self.lifetime);
        }
        let named = match self.reissue {
            Reissue::SecondsLeft => (self.expires - now).as_secs(),
            Reissue::Never | Reissue::WholeLifetime => self.lifetime,
        };
        response(200, token(self.tokens.last().unwrap(), &named.to_string()))
    }

    /// A token old or new with any lifetime.
    fn forged(&mut self, dice: &mut Dice) -> Outcome {
        if dice.one_in(2) {
            self.tokens.push(format!("t0k3n-{}", self.tokens.len()));
        }
        let last = self.tokens.len() - 1;
        let which = last - dice.below(3).min(last as u64) as usize;
        let named = ["0", "1", "7", "\"90\"", "600.5", "1e30", "-1", "\"x\"", "null"];
        response(200, token(&self.tokens[which], dice.pick(&named)))
    }
}

const TRANSPORT: [TransportKind; 4] =
    [TransportKind::Connect, TransportKind::Tls, TransportKind::Broken, TransportKind::TimedOut];

/// Anything at all, with what the client sent in it.
fn nonsense(secret: &str, dice: &mut Dice) -> Outcome {
    let status = dice.pick(&[
        0, 100, 200, 204, 301, 302, 400, 401, 403, 404, 405, 408, 415, 422, 429, 429, 500, 500,
        502, 503, 503, 999,
    ]);
    let echo = format!(r#"{{"error":"bad {}"}}"#, secret);
    let body = match dice.below(5) {
        0 => String::new(),
        1 => "<html>".to_owned(),
        2 => r#"{"error":"server_error"}"#.to_owned(),
        3 => r#"{"error":"invalid_request"}"#.to_owned(),
        _ => echo.clone(),
    };
    let mut fields = vec![("tx_id", echo), ("Location", "https://x.example/".to_owned())];
    if dice.one_in(2) {
        let after = ["0", "1", "15", "600", "99999999999", "soon"];
        fields.push(("Retry-After", dice.pick(&after).to_owned()));
    }
    Outcome::Response { status, fields, body }
}

const fn response(status: u16, body: String) -> Outcome {
    Outcome::Response { status, fields: Vec::new(), body }
}

fn token(token: &str, lifetime: &str) -> String {
    format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{lifetime}}}"#)
}

/// The secret as it stands in the body, which the hostile throw back.
fn sent_secret(request: &TokenRequest) -> String {
    let body = String::from_utf8_lossy(request.body());
    let start = body.find("hush-").unwrap();
    let end = body[start..].find(['&', '\r']).unwrap();
    body[start..start + end].to_owned()
}
