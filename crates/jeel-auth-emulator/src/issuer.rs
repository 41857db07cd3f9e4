//! Issues access tokens, and judges whether a token is valid.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::keys::SigningKey;
use crate::settings::Settings;
use crate::{JwtTimes, Reissue, TokenFormat, Verdict};

/// The issued tokens and the signing key. The issuer never deletes a token, so it can tell a token
/// that expired hours ago from one that it never issued.
pub(crate) struct Issuer {
    /// The `iss` claim.
    pub(crate) name: String,
    pub(crate) issued: u64,
    key_number: usize,
    key: Option<Arc<SigningKey>>,
    tokens: HashMap<String, Issued>,
    /// The token issued last to each client.
    current: HashMap<String, String>,
}

/// The token and lifetime that a token response states.
pub(crate) struct Grant {
    pub(crate) access_token: String,
    pub(crate) expires_in: u64,
}

#[derive(Debug)]
struct Issued {
    client: String,
    at: Instant,
    lifetime: Duration,
    revoked: bool,
}

impl Issued {
    /// The exact time left. Responses and claims round it to whole seconds.
    fn time_left(&self, now: Instant) -> Duration {
        self.lifetime.saturating_sub(now.saturating_duration_since(self.at))
    }

    fn is_valid(&self, now: Instant) -> bool {
        !self.revoked && !self.time_left(now).is_zero()
    }
}

impl Issuer {
    pub(crate) fn new(name: String) -> Self {
        let (tokens, current) = (HashMap::new(), HashMap::new());
        Self { name, issued: 0, key_number: 0, key: None, tokens, current }
    }

    /// Issues a token to a client, or issues its current one again.
    pub(crate) fn grant(
        &mut self,
        settings: &Settings,
        client: &str,
        now: Now,
    ) -> io::Result<Grant> {
        let current = self.current.get(client).and_then(|t| Some((t, self.tokens.get(t)?)));
        let Now { instant: now, wall, .. } = now;
        match (current.filter(|(_, issued)| issued.is_valid(now)), settings.reissue) {
            (None, _) | (_, Reissue::Never | Reissue::SameSecond) => {
                self.issue(settings, client, now, wall)
            }
            (Some((token, issued)), reissue) => {
                let stated = match reissue {
                    Reissue::FullLifetime => issued.lifetime,
                    _ => issued.time_left(now),
                };
                Ok(Grant { access_token: token.clone(), expires_in: stated.as_secs() })
            }
        }
    }

    fn issue(
        &mut self,
        settings: &Settings,
        client: &str,
        now: Instant,
        wall: SystemTime,
    ) -> io::Result<Grant> {
        let lifetime = settings.lifetime;
        let claims = self.claims(settings, client, wall);
        let token = match settings.format {
            TokenFormat::Jwt => self.key()?.sign(&claims)?,
            TokenFormat::Opaque if settings.reissue == Reissue::SameSecond => digest(&claims),
            TokenFormat::Opaque => Uuid::new_v4().simple().to_string(),
        };
        if !self.tokens.contains_key(&token) {
            let issued = Issued { client: client.to_owned(), at: now, lifetime, revoked: false };
            self.tokens.insert(token.clone(), issued);
            self.issued += 1;
        }
        self.current.insert(client.to_owned(), token.clone());
        Ok(Grant { access_token: token, expires_in: lifetime.as_secs() })
    }

    /// The client that a token was issued to.
    pub(crate) fn client_of(&self, token: &str) -> Option<&str> {
        Some(&self.tokens.get(token)?.client)
    }

    /// Judges a token at the protected API.
    pub(crate) fn verdict(&self, token: &str, settings: &Settings, now: Instant) -> Verdict {
        let Some(issued) = self.tokens.get(token) else { return Verdict::Unknown };
        let signed = match settings.format {
            TokenFormat::Jwt => self.key.as_ref().is_some_and(|key| key.verifies(token)),
            TokenFormat::Opaque => true,
        };
        match issued {
            _ if !signed => Verdict::BadSignature,
            Issued { revoked: true, .. } => Verdict::Revoked,
            issued if issued.time_left(now).is_zero() => Verdict::Expired,
            _ => Verdict::Accepted,
        }
    }

    /// Revokes every issued token.
    pub(crate) fn revoke_all(&mut self) {
        self.tokens.values_mut().for_each(|issued| issued.revoked = true);
        self.current.clear();
    }

    /// The number of the key after the current one.
    pub(crate) fn next_key_number(&self) -> usize {
        self.key_number + 1
    }

    /// Sets the key that signs and verifies, and forgets the current tokens.
    pub(crate) fn set_key(&mut self, number: usize, key: Arc<SigningKey>) {
        (self.key_number, self.key) = (number, Some(key));
        self.current.clear();
    }

    /// The current key.
    pub(crate) fn key(&mut self) -> io::Result<Arc<SigningKey>> {
        if let Some(key) = &self.key {
            return Ok(Arc::clone(key));
        }
        let key = SigningKey::nth(self.key_number)?;
        self.key = Some(Arc::clone(&key));
        Ok(key)
    }

    fn claims(&self, settings: &Settings, client: &str, wall: SystemTime) -> Value {
        let seconds = wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let exp = seconds.saturating_add(settings.lifetime.as_secs());
        let (iat, exp) = match settings.jwt_times {
            JwtTimes::Seconds => (Some(seconds), Some(exp)),
            JwtTimes::MillisecondIat => (Some(seconds.saturating_mul(1000)), Some(exp)),
            JwtTimes::ZeroExp => (Some(seconds), Some(0)),
            JwtTimes::Absent => (None, None),
        };
        let mut claims = Map::new();
        let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        add("iss", self.name.as_str().into());
        add("sub", client.into());
        add("client_id", client.into());
        for (name, seconds) in [("iat", iat), ("exp", exp)] {
            seconds.and_then(|seconds| add(name, seconds.into()));
        }
        match settings.reissue {
            // Without `iat`, only this claim tells the seconds apart.
            Reissue::SameSecond => add("nbf", seconds.into()),
            _ => add("jti", Uuid::new_v4().to_string().into()),
        };
        if let Some(scope) = &settings.scope {
            add("scope", scope.as_str().into());
        }
        Value::Object(claims)
    }
}

/// An opaque token that is the same for the same claims.
fn digest(claims: &Value) -> String {
    let text = claims.to_string();
    let half = |number: u64| {
        let mut hasher = DefaultHasher::new();
        (number, &text).hash(&mut hasher);
        hasher.finish()
    };
    format!("{:016x}{:016x}", half(0), half(1))
}

/// One reading of both clocks. All decisions about a request use the same reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) wall: SystemTime,
    /// The time that `Date` states.
    pub(crate) date: SystemTime,
}
