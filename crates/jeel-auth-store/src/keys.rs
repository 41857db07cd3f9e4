//! The name of a record and the key that seals it, derived from the client secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use jeel_auth_core::share::FORMAT;
use sha2::Sha256;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// What a token belongs to, beside the client secret.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "another field would be another name")]
pub struct Identity<'a> {
    /// The URL of the token endpoint.
    pub endpoint: &'a str,
    /// The client identifier (RFC 6749 §2.2).
    pub client_id: &'a str,
    /// The scope that is asked for (RFC 6749 §3.3).
    pub scope: Option<&'a str>,
}

/// The name of a record and the key that seals it.
///
/// Both come from HKDF-SHA-256 (RFC 5869) over the length-prefixed identity and the record's format.
/// Another secret is another record: clients with different secrets neither read nor disturb each other.
#[derive(Clone, Debug)]
pub struct RecordKeys {
    name: RecordName,
    key: SealingKey,
}

impl RecordKeys {
    /// The keys that a client secret gives.
    ///
    /// # Errors
    /// [`KeyError::SecretTooShort`] if the secret has fewer than 16 characters: anybody who sees the name
    /// could find it by trying guesses. Use [`with_store_key`](Self::with_store_key).
    pub fn from_secret(identity: Identity<'_>, client_secret: &str) -> Result<Self, KeyError> {
        if client_secret.chars().count() < SHORTEST_SECRET {
            return Err(KeyError::SecretTooShort);
        }
        Ok(Self::derive(identity, client_secret, b"jeel-auth record"))
    }

    /// The keys that a client secret gives together with a key for the store.
    ///
    /// The extraction of HKDF is a hash of the secret keyed with the store key, so nobody without that
    /// key can try secrets.
    pub fn with_store_key(identity: Identity<'_>, client_secret: &str, key: &StoreKey) -> Self {
        Self::derive(identity, client_secret, &*key.0)
    }

    /// The record's name.
    pub const fn name(&self) -> &RecordName {
        &self.name
    }

    /// The key that seals the record.
    pub const fn key(&self) -> &SealingKey {
        &self.key
    }

    fn derive(identity: Identity<'_>, client_secret: &str, salt: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(salt), client_secret.as_bytes());
        let mut name = [0; 16];
        let mut key = Zeroizing::new([0; 32]);
        expand(&hkdf, "name", identity, &mut name);
        expand(&hkdf, "key", identity, &mut *key);
        Self { name: RecordName::new(name), key: SealingKey(key) }
    }
}

/// Fills `out`. The lengths come first, so that no two identities give the same bytes.
fn expand(hkdf: &Hkdf<Sha256>, purpose: &str, identity: Identity<'_>, out: &mut [u8]) {
    let Identity { endpoint, client_id, scope } = identity;
    let presence = [FORMAT, u8::from(scope.is_some())];
    let parts = [purpose, endpoint, client_id, scope.unwrap_or_default()];
    let [purpose, endpoint, client_id, scope] = parts.map(str::as_bytes);
    let [a, b, c, d] = parts.map(|part| (part.len() as u64).to_be_bytes());
    let info: [&[u8]; 9] = [&presence, &a, purpose, &b, endpoint, &c, client_id, &d, scope];
    // The only error is an output of more than 255 hashes.
    let _ = hkdf.expand_multi_info(&info, out);
}

/// The name of a record: 32 hexadecimal digits.
///
/// It is not a secret, but it lets anybody who sees it try client secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordName(String);

impl RecordName {
    fn new(bytes: [u8; 16]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digits: safe as a file name and in a key of any store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that seals a record. It is wiped when it is dropped.
#[derive(Clone)]
pub struct SealingKey(pub(crate) Zeroizing<[u8; 32]>);

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A key for the store, beside the client secret: 32 random bytes that all members are given.
///
/// ```
/// use jeel_auth_store::StoreKey;
///
/// // openssl rand -base64 32
/// assert!(StoreKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").is_ok());
/// assert!(StoreKey::from_base64("c2hvcnQ=").is_err());
/// ```
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl StoreKey {
    /// A key from its 32 bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key from base64 (RFC 4648 §4), as it stands in a variable or a file. White space around it is
    /// ignored.
    ///
    /// # Errors
    /// [`KeyError::NotAStoreKey`] if it is not the base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 33]);
        let length = STANDARD.decode_slice(text.trim_ascii(), &mut *bytes);
        match (length, bytes.first_chunk()) {
            (Ok(32), Some(key)) => Ok(Self(Zeroizing::new(*key))),
            _ => Err(KeyError::NotAStoreKey),
        }
    }
}

impl Zeroize for StoreKey {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A secret of this many random characters cannot be found by trying.
const SHORTEST_SECRET: usize = 16;

/// Why no keys were derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The client secret has fewer than 16 characters.
    SecretTooShort,
    /// The store key is not the base64 of 32 bytes.
    NotAStoreKey,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretTooShort => {
                "the client secret has fewer than 16 characters; give a store key to share tokens"
            }
            Self::NotAStoreKey => "the store key is not 32 bytes in base64",
        })
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SECRET: &str = "0123456789abcdef";

    const fn identity<'a>(endpoint: &'a str, id: &'a str, scope: Option<&'a str>) -> Identity<'a> {
        Identity { endpoint, client_id: id, scope }
    }

    #[test]
    fn each_part_of_an_identity_makes_another_name_and_another_key() {
        let identities = [
            identity("https://a", "b", None),
            identity("https://a", "c", None),
            identity("https://ab", "", None),
            identity("https://", "ab", None),
            identity("https://a", "b", Some("")),
            identity("https://a", "b", Some("read")),
            identity("https://a", "bread", None),
        ];
        let own = StoreKey::new([7; 32]);
        let mut keys: Vec<_> =
            identities.iter().map(|id| RecordKeys::from_secret(*id, SECRET).unwrap()).collect();
        keys.push(RecordKeys::from_secret(identities[0], "0123456789abcdeF").unwrap());
        keys.push(RecordKeys::with_store_key(identities[0], SECRET, &own));
        keys.push(RecordKeys::with_store_key(identities[0], "short", &own));
        let names: BTreeSet<_> = keys.iter().map(|keys| keys.name().as_str().to_owned()).collect();
        let sealing: BTreeSet<_> = keys.iter().map(|keys| *keys.key().0).collect();
        assert_eq!((names.len(), sealing.len()), (keys.len(), keys.len()));
        assert!(names.iter().all(|name| name.len() == 32));
    }

    #[test]
    fn the_name_is_the_same_in_each_release_and_language() {
        let keys = RecordKeys::from_secret(identity("https://a/token", "b", None), SECRET).unwrap();
        assert_eq!(keys.name().as_str(), NAME);
    }

    // By Python's hmac, as RFC 5869 §2 says.
    const NAME: &str = "e4fd2c480f2a3bb3a291647da04a2e55";

    #[test]
    fn a_short_secret_needs_a_store_key() {
        let identity = identity("https://a", "b", None);
        let short = RecordKeys::from_secret(identity, &SECRET[1..]).unwrap_err();
        assert_eq!(short, KeyError::SecretTooShort);
        assert!(short.to_string().contains("store key"));
        // Characters are meant, not bytes.
        assert!(RecordKeys::from_secret(identity, "éééééééé").is_err());
    }

    #[test]
    fn a_store_key_is_the_base64_of_32_bytes() {
        let good = STANDARD.encode([9; 32]);
        assert!(StoreKey::from_base64(&format!(" {good}\r\n")).is_ok());
        for bad in ["", "!", &STANDARD.encode([9; 31]), &STANDARD.encode([9; 33]), &good[1..]] {
            assert_eq!(StoreKey::from_base64(bad).unwrap_err(), KeyError::NotAStoreKey);
        }
        assert!(StoreKey::from_base64(&"A".repeat(100_000)).is_err());
    }

    #[test]
    fn no_key_is_shown() {
        let keys = RecordKeys::from_secret(identity("https://a", "b", None), SECRET).unwrap();
        let shown = format!("{keys:?} {:?}", StoreKey::new([65; 32]));
        assert!(!shown.contains("65, 65") && shown.contains("[redacted]"), "{shown}");
        assert!(!shown.contains(&format!("{:?}", keys.key().0)), "{shown}");
    }
}
