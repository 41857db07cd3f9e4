//! The file of a record.
//!
//! ```text
//! "JAS1" │ version 16 │ sealed record
//! ```

use super::folder::{Folder, is_private_file};
use crate::record_store::{StoreError, Stored};
use crate::{MOST_SEALED_BYTES, RecordName};
use jeel_auth_core::share::{StoreTime, Version};
use rustix::fs::{AtFlags, Mode, OFlags, fstat, ftruncate, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};

/// What a file holds; nothing if it is absent or unreadable.
#[derive(Debug, Default)]
pub(super) struct Content {
    record: Option<(Version, Vec<u8>)>,
    unreadable: Option<&'static str>,
}

impl Content {
    pub(super) fn version(&self) -> Option<Version> {
        self.record.as_ref().map(|(version, _)| *version)
    }

    pub(super) fn stored(self, now: StoreTime) -> Stored {
        let (version, sealed) = self.record.unzip();
        let sealed = sealed.unwrap_or_default();
        Stored { version, sealed, now: Some(now), unreadable: self.unreadable }
    }

    const fn unreadable(why: &'static str) -> Self {
        Self { record: None, unreadable: Some(why) }
    }

    fn parse(bytes: &[u8]) -> Self {
        let rest = bytes.strip_prefix(MAGIC);
        match rest.and_then(|rest| rest.split_first_chunk()) {
            Some((version, sealed)) => {
                let record = Some((Version::new(*version), sealed.to_vec()));
                Self { record, unreadable: None }
            }
            None => Self::unreadable("the store's file is torn or of another format"),
        }
    }
}

/// Reads the file. What is wrong with it makes it absent: the next swap replaces it.
pub(super) fn read(folder: &Folder, name: &RecordName) -> Result<Content, StoreError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(folder, name.as_str(), flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(Content::default()),
        Err(Errno::LOOP) => return Ok(Content::unreadable("the store's file is a symbolic link")),
        Err(error) => return Err(unavailable("the store's file cannot be opened")(error)),
    };
    let stat = fstat(&file).map_err(unavailable("the store's file cannot be looked at"))?;
    if !is_private_file(&stat) {
        return Ok(Content::unreadable("the store's file can be opened by others"));
    }
    let most = MAGIC.len() + VERSION_BYTES + MOST_SEALED_BYTES;
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::from(file)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| StoreError::because("the store's file cannot be read", error))?;
    if bytes.len() > most {
        return Ok(Content::unreadable("the store's file is too large"));
    }
    Ok(Content::parse(&bytes))
}

/// Replaces the file at once. The lock is held.
pub(super) fn write(
    folder: &Folder,
    name: &RecordName,
    version: Version,
    sealed: &[u8],
) -> Result<(), StoreError> {
    if sealed.len() > MOST_SEALED_BYTES {
        return Err(StoreError::new("the record is too large"));
    }
    // One temporary name suffices, because it is written under the lock.
    let temporary = format!("{name}.new");
    let bytes = [MAGIC, &version.to_bytes(), sealed].concat();
    let written = open_temporary(folder, &temporary).and_then(|mut file| {
        let written = file.write_all(&bytes);
        written.map_err(|error| StoreError::because("the store's file cannot be written", error))
    });
    let renamed = written.and_then(|()| {
        renameat(folder, temporary.as_str(), folder, name.as_str())
            .map_err(unavailable("the store's file cannot be replaced"))
    });
    if renamed.is_err() {
        // A full disk is not made fuller.
        let _ = unlinkat(folder, temporary.as_str(), AtFlags::empty());
    }
    renamed
}

/// An empty private file: the one that a dead writer left, or a new one.
fn open_temporary(folder: &Folder, path: &str) -> Result<File, StoreError> {
    const CANNOT: &str = "the store's temporary file cannot be opened";
    let flags =
        OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    if let Ok(file) = openat(folder, path, flags, mode) {
        let stat = fstat(&file).map_err(unavailable(CANNOT))?;
        if is_private_file(&stat) && stat.st_nlink == 1 {
            ftruncate(&file, 0).map_err(unavailable(CANNOT))?;
            return Ok(file.into());
        }
    }
    // Something else is in the way.
    let _ = unlinkat(folder, path, AtFlags::empty());
    let file = openat(folder, path, flags | OFlags::EXCL, mode).map_err(unavailable(CANNOT))?;
    Ok(file.into())
}

fn unavailable(what: &'static str) -> impl Fn(Errno) -> StoreError {
    move |error| StoreError::because(what, io::Error::from(error))
}

const MAGIC: &[u8] = b"JAS1";
const VERSION_BYTES: usize = 16;
