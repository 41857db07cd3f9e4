//! Sealing a record: a function of key, nonce and bytes.
//!
//! Nothing here does IO or draws random numbers, so that a layer for another language exports it as it
//! is and supplies the nonce. A nonce of 24 random bytes never repeats in practice.
//!
//! ```text
//! format 1 │ nonce 24 │ ciphertext │ tag 16
//! ```
//!
//! The format, the record's name and its version are authenticated with it: a sealed record that is
//! copied to another name or given another version does not unseal.

use crate::{RecordName, SealingKey};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use jeel_auth_core::SecretBuffer;
use jeel_auth_core::share::{FORMAT, MOST_BYTES, Version};

/// The size of a nonce.
pub const NONCE_BYTES: usize = 24;

/// The most bytes that a sealed record has. A store returns no larger one.
pub const MOST_SEALED_BYTES: usize = 1 + NONCE_BYTES + MOST_BYTES + TAG_BYTES;

const TAG_BYTES: usize = 16;

/// Seals a record; `None` if it is too large. The nonce must be drawn at random for each call.
#[must_use]
pub fn seal(
    key: &SealingKey,
    nonce: &[u8; NONCE_BYTES],
    name: &RecordName,
    version: Version,
    record: &[u8],
) -> Option<Vec<u8>> {
    if record.len() > MOST_BYTES {
        return None;
    }
    // All of it at once: a vector that grows would leave the record behind in the clear.
    let mut out = Vec::with_capacity(1 + NONCE_BYTES + record.len() + TAG_BYTES);
    out.push(FORMAT);
    out.extend_from_slice(nonce);
    out.extend_from_slice(record);
    let (_, body) = out.split_at_mut_checked(1 + NONCE_BYTES)?;
    let cipher = XChaCha20Poly1305::new((&*key.0).into());
    let data = associated_data(name, version);
    match cipher.encrypt_inout_detached(&XNonce::from(*nonce), &data, body.into()) {
        Ok(tag) => {
            out.extend_from_slice(&tag);
            Some(out)
        }
        Err(_) => None,
    }
}

/// Unseals a record, which may come from anywhere. `None` if it was not sealed with this key for this
/// name and version.
#[must_use]
pub fn unseal(
    key: &SealingKey,
    name: &RecordName,
    version: Version,
    sealed: &[u8],
) -> Option<SecretBuffer> {
    if sealed.len() > MOST_SEALED_BYTES {
        return None;
    }
    let (&format, rest) = sealed.split_first()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>()?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
    let mut record = body.to_vec();
    let cipher = XChaCha20Poly1305::new((&*key.0).into());
    let data = associated_data(name, version);
    let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
    let fine = format == FORMAT
        && cipher.decrypt_inout_detached(&nonce, &data, record.as_mut_slice().into(), &tag).is_ok();
    fine.then(|| SecretBuffer::from(record))
}

fn associated_data(name: &RecordName, version: Version) -> Vec<u8> {
    [&[FORMAT], name.as_str().as_bytes(), &version.to_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, RecordKeys};

    fn keys(id: &str) -> RecordKeys {
        let identity = Identity { endpoint: "https://a", client_id: id, scope: None };
        RecordKeys::from_secret(identity, "0123456789abcdef").unwrap()
    }

    #[test]
    fn what_was_sealed_unseals_and_shows_nothing() {
        let (keys, version) = (keys("a"), Version::new([1; 16]));
        for record in [b"".to_vec(), b"token".to_vec(), vec![b'x'; MOST_BYTES]] {
            let sealed = seal(keys.key(), &[7; 24], keys.name(), version, &record).unwrap();
            assert_eq!(sealed.len(), record.len() + 41);
            assert!(record.is_empty() || !sealed.windows(record.len()).any(|w| w == record));
            let unsealed = unseal(keys.key(), keys.name(), version, &sealed).unwrap();
            assert_eq!(*unsealed, *record);
        }
        assert!(
            seal(keys.key(), &[7; 24], keys.name(), version, &vec![0; MOST_BYTES + 1]).is_none()
        );
        assert!(
            unseal(keys.key(), keys.name(), version, &vec![1; MOST_SEALED_BYTES + 1]).is_none()
        );
    }

    #[test]
    fn no_cut_flip_key_name_or_version_but_its_own_unseals() {
        let (own, other) = (keys("a"), keys("b"));
        let version = Version::new([1; 16]);
        let sealed = seal(own.key(), &[7; 24], own.name(), version, b"record").unwrap();
        for end in 0..sealed.len() {
            assert!(unseal(own.key(), own.name(), version, &sealed[..end]).is_none(), "{end}");
        }
        for at in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[at / 8] ^= 1 << (at % 8);
            assert!(unseal(own.key(), own.name(), version, &bad).is_none(), "{at}");
        }
        assert!(unseal(other.key(), own.name(), version, &sealed).is_none());
        assert!(unseal(own.key(), other.name(), version, &sealed).is_none());
        assert!(unseal(own.key(), own.name(), Version::new([2; 16]), &sealed).is_none());
    }
}
