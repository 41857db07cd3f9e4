//! The file store: the processes of one user on one Linux host share a token.
//!
//! A record is one file in a folder that nobody else can write. Reading takes no lock. A swap locks a
//! file that is never removed, compares the version, writes a temporary file and renames it. The lock
//! covers microseconds and no network; a killed process leaves it free. Nothing is synced to disk: what
//! a power cut tears does not unseal and counts as absent, which costs one token request.
//!
//! Times are those of the boot clock, which counts suspend and cannot be stepped. A record of another
//! boot keeps its token by the wall clock alone.
//!
//! The store refuses NFS, SMB, 9p, FUSE and other network file systems, where a lock may hang, or hold
//! on one host only. It does not follow symbolic links inside its folder.
//!
//! A file with anything wrong is absent, and a folder with anything wrong makes the store unavailable.
//! No caller of a token gets an error because of it.

mod clock;
mod content;
mod default_folder;
mod folder;
mod lock;

use crate::RecordName;
use crate::record_store::{
    BlockingRecordStore, RecordStore, StoreError, StoreFuture, Stored, Swap, Swapped,
};
use crate::thread::OnThread;
use clock::BootClock;
use folder::Folder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use default_folder::default_folder;

/// Records in the files of a folder. See the [module](self).
#[derive(Clone, Debug)]
pub struct FileStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    clock: BootClock,
}

impl FileStore {
    /// A store in this folder, which is created with mode 0700 if it is missing.
    ///
    /// # Errors
    /// When the folder or one above it belongs to somebody else or others can write it, when it lies on
    /// a network file system, or when it cannot be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        Folder::open(&path)?;
        Ok(Self(Arc::new(Inner { path, clock: BootClock::of_this_boot()? })))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

impl BlockingRecordStore for FileStore {
    fn load(&self, name: &RecordName) -> Result<Stored, StoreError> {
        BlockingRecordStore::load(&*self.0, name)
    }

    fn swap(&self, name: &RecordName, swap: Swap) -> Result<Swapped, StoreError> {
        BlockingRecordStore::swap(&*self.0, name, swap)
    }
}

/// On a short-lived thread, because a lock may take half a second.
impl RecordStore for FileStore {
    fn load<'a>(&'a self, name: &'a RecordName) -> StoreFuture<'a, Stored> {
        Box::pin(async move { OnThread::new(self.0.clone()).load(name).await })
    }

    fn swap<'a>(&'a self, name: &'a RecordName, swap: Swap) -> StoreFuture<'a, Swapped> {
        Box::pin(async move { OnThread::new(self.0.clone()).swap(name, swap).await })
    }
}

impl BlockingRecordStore for Inner {
    fn load(&self, name: &RecordName) -> Result<Stored, StoreError> {
        // Anew each time: a service manager may have replaced the folder.
        let folder = Folder::open(&self.path)?;
        let content = content::read(&folder, name)?;
        // The clock is read after the file, so a record is never younger than it says.
        Ok(content.stored(self.clock.now()))
    }

    fn swap(&self, name: &RecordName, swap: Swap) -> Result<Swapped, StoreError> {
        let folder = Folder::open(&self.path)?;
        let _lock = lock::take(&folder, name)?;
        let content = content::read(&folder, name)?;
        if content.version() != swap.expected {
            return Ok(Swapped::Conflict(content.stored(self.clock.now())));
        }
        content::write(&folder, name, swap.new, &swap.sealed)?;
        Ok(Swapped::Done { now: Some(self.clock.now()) })
    }
}
