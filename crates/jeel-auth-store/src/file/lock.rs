//! The lock of a swap.

use super::folder::{Folder, is_private_file};
use crate::RecordName;
use crate::record_store::StoreError;
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock, fstat, openat, statat};
use rustix::io::Errno;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// The lock while it is held. Closing it frees it, and so does the end of the process.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not read")] OwnedFd);

/// Takes the lock, or fails after half a second.
///
/// `flock` on a separate file: closing another descriptor of the file does not free it, as it would a
/// POSIX lock, and a rename does not let a second holder in. A stopped process, or a child that was
/// forked at that moment, may hold it for long, so the wait must end.
pub(super) fn take(folder: &Folder, name: &RecordName) -> Result<Lock, StoreError> {
    let path = format!("{name}.lock");
    let end = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(1);
    loop {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file =
            openat(folder, path.as_str(), flags, Mode::RUSR | Mode::WUSR).map_err(unavailable)?;
        let stat = fstat(&file).map_err(unavailable)?;
        if !is_private_file(&stat) {
            return Err(StoreError::new("the store's lock file can be opened by others"));
        }
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // Removed by hand meanwhile: another process would lock another file.
            Ok(()) if is_still(folder, &path, &stat) => return Ok(Lock(file)),
            Ok(()) | Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(unavailable(error)),
        }
        if Instant::now() >= end {
            return Err(StoreError::new("the store's lock is held by another process"));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn is_still(folder: &Folder, path: &str, stat: &rustix::fs::Stat) -> bool {
    statat(folder, path, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|now| (now.st_dev, now.st_ino) == (stat.st_dev, stat.st_ino))
}

fn unavailable(error: Errno) -> StoreError {
    StoreError::because("the store's lock file cannot be opened", io::Error::from(error))
}

const PATIENCE: Duration = Duration::from_millis(500);

/// A swap takes microseconds, so a longer pause would only add to the wait.
const LONGEST_PAUSE: Duration = Duration::from_millis(16);
