//! One access token for many processes: where the record is kept that they share.
//!
//! The sources of `jeel-auth` do not use a store yet.
//!
//! A [store](RecordStore) does two things: it loads a record, and it swaps a record if the version is
//! still the expected one. Everything else is decided by
//! [`jeel_auth_core::share`]. **This crate does not** decide when a token is asked for, does not lock
//! anything for longer than one swap, and does not read a clock or the environment except for the file
//! store.
//!
//! | store | who shares | needs |
//! |---|---|---|
//! | [`MemoryStore`] | sources in one process | nothing |
//! | [`FileStore`](file::FileStore) | the processes of one user on one Linux host | a folder that nobody else can write |
//!
//! # What a store sees
//!
//! A record is sealed before it reaches a store: XChaCha20-Poly1305, with a key that is derived from
//! the client secret by HKDF-SHA-256. Its name is derived in the same way, so clients with different
//! secrets never meet in one record.
//!
//! Sealing protects backups, snapshots, a Redis that others read, and a file with a wrong mode. It does
//! not protect against someone with the client secret, who can ask for a token anyway, nor against root
//! or the same user. A name and a sealed record let anybody who sees them try guesses of the secret
//! without being noticed. A secret of fewer than 16 characters is therefore refused, unless a
//! [`StoreKey`] is given: then both are derived from that key as well.
//!
//! Someone who can write to a store can replay an old record or delete it. That costs a request or a
//! rejected call, never a wrong token.
//!
//! # An example
//!
//! ```
//! use jeel_auth_store::{BlockingRecordStore, Identity, MemoryStore, RecordKeys};
//!
//! let identity = Identity {
//!     endpoint: "https://auth.sandbox.jeel.co/oauth2/token",
//!     client_id: "school-42",
//!     scope: None,
//! };
//! let keys = RecordKeys::from_secret(identity, "a long client secret")?;
//! let store = MemoryStore::new();
//! assert_eq!(BlockingRecordStore::load(&store, keys.name())?.version, None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod keys;
mod memory;
mod record_store;
mod seal;
#[cfg(feature = "os")]
mod sealed_store;
#[cfg(feature = "os")]
mod thread;

#[cfg(all(feature = "os", target_os = "linux"))]
pub mod file;

pub use keys::{Identity, KeyError, RecordKeys, RecordName, SealingKey, StoreKey};
pub use memory::MemoryStore;
pub use record_store::{
    BlockingRecordStore, RecordStore, StoreError, StoreFuture, Stored, Swap, Swapped,
};
pub use seal::{MOST_SEALED_BYTES, NONCE_BYTES, seal, unseal};
#[cfg(feature = "os")]
pub use sealed_store::{Performed, SealedStore};
#[cfg(feature = "os")]
pub use thread::OnThread;
