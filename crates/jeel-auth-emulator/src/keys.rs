//! RS256: the keys that sign access tokens, and the JWTs made with them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::sha2::Sha256;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

/// One RSA key pair.
pub(crate) struct SigningKey {
    kid: String,
    pair: rsa::PrivateKey,
}

impl SigningKey {
    /// The n-th key of the process, generated on first use.
    ///
    /// All emulators of a process share the keys, because generating one takes up to a second. They
    /// do not accept each other's tokens, because each accepts only tokens that it issued.
    pub(crate) fn nth(n: usize) -> io::Result<Arc<Self>> {
        static KEYS: Mutex<Vec<Arc<SigningKey>>> = Mutex::new(Vec::new());
        let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(key) = keys.get(n) {
                return Ok(Arc::clone(key));
            }
            let kid = format!("emulator-key-{}", keys.len());
            let pair = rsa::PrivateKey::new(&mut getrandom::SysRng, BITS);
            let pair = pair.map_err(io::Error::other)?;
            keys.push(Arc::new(Self { kid, pair }));
        }
    }

    /// Makes a JWT with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> io::Result<String> {
        let header = json!({ "alg": "RS256", "kid": self.kid, "typ": "JWT" });
        let mut token = [base64url(header.to_string()), base64url(claims.to_string())].join(".");
        let signature = self.pair.pkcs1v15_sign::<Sha256>(token.as_bytes());
        let signature = signature.map_err(io::Error::other)?;
        token.push('.');
        token.push_str(&base64url(signature));
        Ok(token)
    }

    /// Whether `token` is a JWT that this key signed.
    pub(crate) fn verifies(&self, token: &str) -> bool {
        let Some((signed, signature)) = token.rsplit_once('.') else { return false };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let key = self.pair.as_public_key();
        key.pkcs1v15_verify::<Sha256>(signed.as_bytes(), &signature).is_ok()
    }

    /// The public half, as a JSON Web Key. (RFC 7517)
    pub(crate) fn jwk(&self) -> Value {
        let (n, e) = (base64url(self.pair.n_bytes()), base64url(self.pair.e_bytes()));
        json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": n, "e": e })
    }
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

const BITS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_verifies_with_its_own_key_and_unaltered() {
        let (key, other) = (SigningKey::nth(0).unwrap(), SigningKey::nth(1).unwrap());
        let token = key.sign(&json!({ "sub": "someone" })).unwrap();
        assert!(key.verifies(&token));
        assert!(!other.verifies(&token));
        let forged = token.replacen('.', ".A", 1);
        assert!(!key.verifies(&forged));
        assert!(!key.verifies("no.jwt") && !key.verifies(""));
    }

    #[test]
    fn the_exponent_of_a_published_key_is_that_of_rsa() {
        assert_eq!(SigningKey::nth(0).unwrap().jwk()["e"], "AQAB");
    }
}
