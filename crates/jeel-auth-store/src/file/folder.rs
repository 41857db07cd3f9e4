//! The folder, and what it must be.

use crate::record_store::StoreError;
use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, fstatfs, lstat, open};
use rustix::process::geteuid;
use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// An open folder that belongs to this user and that nobody else can write.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder, and creates it if it is missing.
    ///
    /// Every folder above it is checked as well: who can rename one of those can replace this one.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.is_absolute() {
            return Err(StoreError::new("the store's folder is not an absolute path"));
        }
        let existing = path.ancestors().find(|folder| folder.exists()).unwrap_or(path);
        let existing = existing.canonicalize().map_err(unavailable)?;
        for folder in existing.ancestors().skip(usize::from(path.exists())) {
            check_ancestor(&lstat(folder).map_err(unavailable)?)?;
        }
        create(path)?;
        let path = path.canonicalize().map_err(unavailable)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = open(&path, flags, Mode::empty()).map_err(unavailable)?;
        check_own(&fstat(&folder).map_err(unavailable)?)?;
        // Before a lock is tried: on some of these it hangs where not even SIGKILL helps.
        if NETWORK_FILE_SYSTEMS.contains(&file_system(&folder)?) {
            return Err(StoreError::new("the store's folder is on a network file system"));
        }
        Ok(Self(folder))
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Whether a file is an ordinary one of this user's that nobody else can open.
pub(super) fn is_private_file(stat: &Stat) -> bool {
    let mode = Mode::from_raw_mode(stat.st_mode);
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_uid == geteuid().as_raw()
        && !mode.intersects(Mode::RWXG | Mode::RWXO)
}

fn create(path: &Path) -> Result<(), StoreError> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(StoreError::because("the store's folder cannot be created", error))
        }
        _ => Ok(()),
    }
}

/// A folder above belongs to this user or to root, and others cannot rename what is in it.
fn check_ancestor(stat: &Stat) -> Result<(), StoreError> {
    let mode = Mode::from_raw_mode(stat.st_mode);
    let owned = stat.st_uid == geteuid().as_raw() || stat.st_uid == 0;
    let kept = !mode.intersects(Mode::WGRP | Mode::WOTH) || mode.contains(Mode::SVTX);
    (owned && kept).then_some(()).ok_or(StoreError::new(
        "a folder above the store's belongs to somebody else or can be written by others",
    ))
}

fn check_own(stat: &Stat) -> Result<(), StoreError> {
    let others = Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH);
    if stat.st_uid != geteuid().as_raw() {
        return Err(StoreError::new("the store's folder belongs to somebody else"));
    }
    if others {
        return Err(StoreError::new("the store's folder can be written by others"));
    }
    Ok(())
}

fn unavailable(error: impl Into<io::Error>) -> StoreError {
    StoreError::because("the store's folder cannot be opened", error.into())
}

#[expect(clippy::useless_conversion, reason = "its type differs between architectures")]
fn file_system(folder: &OwnedFd) -> Result<u32, StoreError> {
    let kind = fstatfs(folder).map_err(unavailable)?.f_type;
    // The low half is the magic number; on some architectures the type is signed.
    Ok(u32::try_from(i64::from(kind) & 0xffff_ffff).unwrap_or_default())
}

/// The magic numbers of statfs(2).
const NETWORK_FILE_SYSTEMS: [u32; 14] = [
    0x0000_6969, // NFS
    0x0000_517b, // SMB
    0xff53_4d42, // CIFS
    0xfe53_4d42, // SMB2
    0x0102_1997, // 9p
    0x6573_5546, // FUSE
    0x5346_414f, // AFS
    0x00c3_6400, // Ceph
    0x0bd0_0bd0, // Lustre
    0x4750_4653, // GPFS
    0x7375_7245, // Coda
    0x0000_564c, // NCP
    0x786f_4256, // VirtualBox shared folders
    0x0116_1970, // GFS2
];

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(uid: u32, mode: u32) -> Stat {
        let mut stat = lstat("/").unwrap();
        stat.st_uid = uid;
        stat.st_mode = mode;
        stat
    }

    #[test]
    fn a_folder_above_is_ours_or_roots_and_kept_from_others() {
        let own = geteuid().as_raw();
        for (uid, mode) in [(0, 0o755), (own, 0o700), (0, 0o1777), (own, 0o755)] {
            assert!(check_ancestor(&stat(uid, mode)).is_ok(), "{uid} {mode:o}");
        }
        for (uid, mode) in [(own + 1, 0o755), (0, 0o777), (0, 0o775), (own, 0o722)] {
            assert!(check_ancestor(&stat(uid, mode)).is_err(), "{uid} {mode:o}");
        }
    }

    #[test]
    fn the_folder_itself_is_ours_alone_to_write() {
        let own = geteuid().as_raw();
        for mode in [0o700, 0o755, 0o750] {
            assert!(check_own(&stat(own, mode)).is_ok(), "{mode:o}");
        }
        for (uid, mode) in [(own + 1, 0o700), (own, 0o770), (own, 0o702), (own, 0o1777)] {
            assert!(check_own(&stat(uid, mode)).is_err(), "{uid} {mode:o}");
        }
    }

    #[test]
    fn a_network_file_system_is_known_by_its_number() {
        let root = open("/proc", OFlags::RDONLY, Mode::empty()).unwrap();
        assert_eq!(file_system(&root).unwrap(), 0x9fa0);
        assert!(NETWORK_FILE_SYSTEMS.contains(&0x6969));
    }
}
