//! Issues access tokens, and judges whether a token is valid.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::keys::SigningKey;
use crate::settings::Settings;
use crate::{Reissue, TokenFormat, Verdict};

/// The issued tokens and the signing key. The issuer never deletes a token, so it can tell a token
/// that expired hours ago from one that it never issued.
pub(crate) struct Issuer {
    /// The `iss` claim.
    pub(crate) name: String,
    pub(crate) issued: u64,
    key_number: usize,
    key: Option<Arc<SigningKey>>,
    tokens: HashMap<String, Issued>,
    current: Option<String>,
}

/// The token and lifetime that a token response states.
pub(crate) struct Grant {
    pub(crate) access_token: String,
    pub(crate) expires_in: u64,
}

#[derive(Debug, Clone, Copy)]
struct Issued {
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
        Self { name, issued: 0, key_number: 0, key: None, tokens: HashMap::new(), current: None }
    }

    /// Issues a token, or issues the current one again.
    pub(crate) fn grant(&mut self, settings: &Settings, now: Instant) -> io::Result<Grant> {
        let current = self.current.as_ref().and_then(|t| Some((t, self.tokens.get(t)?)));
        match (current.filter(|(_, issued)| issued.is_valid(now)), settings.reissue) {
            (None, _) | (_, Reissue::Never) => self.issue(settings, now),
            (Some((token, issued)), reissue) => {
                let stated = match reissue {
                    Reissue::FullLifetime => issued.lifetime,
                    _ => issued.time_left(now),
                };
                Ok(Grant { access_token: token.clone(), expires_in: stated.as_secs() })
            }
        }
    }

    fn issue(&mut self, settings: &Settings, now: Instant) -> io::Result<Grant> {
        let lifetime = settings.lifetime;
        let token = match settings.format {
            TokenFormat::Jwt => self.key()?.sign(&self.claims(settings))?,
            TokenFormat::Opaque => Uuid::new_v4().simple().to_string(),
        };
        self.tokens.insert(token.clone(), Issued { at: now, lifetime, revoked: false });
        self.current = Some(token.clone());
        self.issued += 1;
        Ok(Grant { access_token: token, expires_in: lifetime.as_secs() })
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
        self.current = None;
    }

    /// The number of the key after the current one.
    pub(crate) fn next_key_number(&self) -> usize {
        self.key_number + 1
    }

    /// Sets the key that signs and verifies, and forgets the current token.
    pub(crate) fn set_key(&mut self, number: usize, key: Arc<SigningKey>) {
        (self.key_number, self.key) = (number, Some(key));
        self.current = None;
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

    fn claims(&self, settings: &Settings) -> Value {
        let since_epoch = settings.wall_clock().duration_since(UNIX_EPOCH).unwrap_or_default();
        let iat = since_epoch.as_secs();
        let mut claims = json!({
            "iss": self.name,
            "sub": settings.client_id,
            "client_id": settings.client_id,
            "iat": iat,
            "exp": iat.saturating_add(settings.lifetime.as_secs()),
            "jti": Uuid::new_v4().to_string(),
        });
        if let (Some(scope), Some(claims)) = (&settings.scope, claims.as_object_mut()) {
            claims.insert("scope".to_owned(), scope.as_str().into());
        }
        claims
    }
}

/// One reading of both clocks. All decisions about a request use the same reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) wall: SystemTime,
}
