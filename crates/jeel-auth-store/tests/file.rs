//! The file store on a real file system.

#![cfg(all(feature = "os", target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use jeel_auth_core::share::Version;
use jeel_auth_store::file::FileStore;
use jeel_auth_store::{
    BlockingRecordStore, Identity, MOST_SEALED_BYTES, RecordKeys, RecordName, RecordStore, Stored,
    Swap, Swapped,
};
use std::fs::{self, DirBuilder, File, Permissions};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A folder for one test, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("file-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> FileStore {
        FileStore::open(&self.0).unwrap()
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.0.join(format!("{}{ending}", name()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn name() -> RecordName {
    let identity = Identity { endpoint: "https://a", client_id: "a", scope: None };
    RecordKeys::from_secret(identity, "0123456789abcdef").unwrap().name().clone()
}

const fn version(number: u8) -> Version {
    Version::new([number; 16])
}

fn swap(expected: Option<u8>, new: u8) -> Swap {
    let sealed = vec![new; 1000];
    Swap { expected: expected.map(version), new: version(new), sealed, keep: Duration::ZERO }
}

fn load(store: &FileStore) -> Stored {
    BlockingRecordStore::load(store, &name()).unwrap()
}

fn done(store: &FileStore, expected: Option<u8>, new: u8) -> bool {
    let swapped = BlockingRecordStore::swap(store, &name(), swap(expected, new)).unwrap();
    matches!(swapped, Swapped::Done { .. })
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_record_is_swapped_by_version_and_read_back() {
    let place = Place::new();
    let (one, two) = (place.store(), place.store());
    assert_eq!(load(&one).version, None);
    assert!(done(&one, None, 1));
    assert!(!done(&two, None, 2));
    assert!(done(&two, Some(1), 2));
    let conflict = BlockingRecordStore::swap(&one, &name(), swap(Some(1), 3)).unwrap();
    let Swapped::Conflict(found) = conflict else { panic!() };
    assert_eq!((found.version, found.sealed), (Some(version(2)), vec![2; 1000]));
    assert!(load(&one).now.unwrap().at <= load(&two).now.unwrap().at);
}

#[test]
fn an_async_caller_gets_the_same() {
    let place = Place::new();
    let store = place.store();
    futures_lite::future::block_on(async {
        let swapped = RecordStore::swap(&store, &name(), swap(None, 1)).await.unwrap();
        assert!(matches!(swapped, Swapped::Done { now: Some(_) }));
        let found = RecordStore::load(&store, &name()).await.unwrap();
        assert_eq!(found.version, Some(version(1)));
    });
}

#[test]
fn files_and_folders_that_it_creates_are_private() {
    let place = Place::new();
    let store = FileStore::open(place.0.join("a/b")).unwrap();
    assert!(done(&store, None, 1));
    assert_eq!((mode(&place.0.join("a")), mode(store.path())), (0o700, 0o700));
    for entry in fs::read_dir(store.path()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // No temporary file is left.
    assert_eq!(fs::read_dir(store.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_that_others_can_write_is_refused_and_so_is_one_below_it() {
    let place = Place::new();
    for bad in [0o770, 0o707, 0o777] {
        fs::set_permissions(&place.0, Permissions::from_mode(bad)).unwrap();
        assert!(FileStore::open(&place.0).is_err(), "{bad:o}");
        let below = place.0.join("below");
        assert!(FileStore::open(&below).is_err(), "{bad:o}");
        assert!(!below.exists(), "it is not even created");
    }
    fs::set_permissions(&place.0, Permissions::from_mode(0o700)).unwrap();
    assert!(FileStore::open("relative").is_err());
    File::create(place.0.join("file")).unwrap();
    assert!(FileStore::open(place.0.join("file")).is_err());
    assert!(FileStore::open("/proc/self/nothing").is_err());
}

#[test]
fn a_folder_that_becomes_writable_for_others_makes_the_store_unavailable() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    fs::set_permissions(&place.0, Permissions::from_mode(0o777)).unwrap();
    assert!(BlockingRecordStore::load(&store, &name()).is_err());
    assert!(BlockingRecordStore::swap(&store, &name(), swap(Some(1), 2)).is_err());
    fs::set_permissions(&place.0, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(load(&store).version, Some(version(1)));
}

#[test]
fn a_folder_that_was_removed_is_made_again() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    fs::remove_dir_all(&place.0).unwrap();
    assert_eq!(load(&store).version, None);
    assert!(done(&store, None, 2));
}

type Spoil = fn(&Path);

const SPOILS: [(&str, Spoil); 7] = [
    ("empty", |path| fs::write(path, b"").unwrap()),
    ("torn", |path| fs::write(path, &fs::read(path).unwrap()[..19]).unwrap()),
    ("of another format", |path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[3] = b'2';
        fs::write(path, bytes).unwrap();
    }),
    ("too large", |path| {
        let mut bytes = fs::read(path).unwrap();
        bytes.resize(20 + MOST_SEALED_BYTES + 1, 0);
        fs::write(path, bytes).unwrap();
    }),
    ("readable by others", |path| {
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }),
    ("a link", |path| {
        let real = path.with_extension("real");
        fs::rename(path, &real).unwrap();
        symlink(real, path).unwrap();
    }),
    ("a pipe", |path| {
        fs::remove_file(path).unwrap();
        let mkfifo = std::process::Command::new("mkfifo").arg("-m600").arg(path).status();
        assert!(mkfifo.unwrap().success());
        assert!(fs::metadata(path).unwrap().file_type().is_fifo());
    }),
];

#[test]
fn what_is_wrong_with_the_file_makes_it_absent_and_the_next_swap_replaces_it() {
    for (what, spoil) in SPOILS {
        let place = Place::new();
        let store = place.store();
        assert!(done(&store, None, 1));
        spoil(&place.file(""));
        let found = load(&store);
        assert_eq!((found.version, found.sealed.len()), (None, 0), "{what}");
        assert!(found.unreadable.is_some(), "{what}");
        assert!(done(&store, None, 2), "{what}");
        assert_eq!(load(&store).version, Some(version(2)), "{what}");
    }
}

#[test]
fn a_folder_in_place_of_the_file_makes_the_store_unavailable() {
    let place = Place::new();
    let store = place.store();
    DirBuilder::new().mode(0o700).create(place.file("")).unwrap();
    assert!(load(&store).unreadable.is_some());
    assert!(BlockingRecordStore::swap(&store, &name(), swap(None, 1)).is_err());
    assert!(!place.file(".new").exists());
}

#[test]
fn what_is_in_the_place_of_the_temporary_file_is_not_written_through() {
    let place = Place::new();
    let store = place.store();
    let outside = place.0.join("outside");
    fs::write(&outside, b"untouched").unwrap();
    symlink(&outside, place.file(".new")).unwrap();
    assert!(done(&store, None, 1));
    fs::hard_link(&outside, place.file(".new")).unwrap();
    assert!(done(&store, Some(1), 2));
    assert_eq!(fs::read(&outside).unwrap(), b"untouched");
    // What a dead writer left is overwritten.
    fs::write(place.file(".new"), vec![9; 5000]).unwrap();
    assert!(done(&store, Some(2), 3));
    assert_eq!(load(&store).sealed, vec![3; 1000]);
}

#[test]
fn a_lock_file_that_others_can_open_or_that_is_a_link_makes_the_store_unavailable() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    fs::set_permissions(place.file(".lock"), Permissions::from_mode(0o644)).unwrap();
    assert!(BlockingRecordStore::swap(&store, &name(), swap(Some(1), 2)).is_err());
    fs::remove_file(place.file(".lock")).unwrap();
    symlink(place.file(""), place.file(".lock")).unwrap();
    assert!(BlockingRecordStore::swap(&store, &name(), swap(Some(1), 2)).is_err());
    assert_eq!(load(&store).version, Some(version(1)));
}

#[test]
fn a_held_lock_is_waited_for_a_while_and_readers_do_not_wait() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    let lock = File::open(place.file(".lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_eq!(load(&store).version, Some(version(1)));
    let start = Instant::now();
    assert!(BlockingRecordStore::swap(&store, &name(), swap(Some(1), 2)).is_err());
    assert!(start.elapsed() >= Duration::from_millis(500));
    drop(lock);
    assert!(done(&store, Some(1), 2));
}

#[test]
fn a_lock_file_that_was_removed_lets_no_second_writer_in() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    let old = File::open(place.file(".lock")).unwrap();
    fs::remove_file(place.file(".lock")).unwrap();
    rustix::fs::flock(&old, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert!(done(&store, Some(1), 2));
    assert!(place.file(".lock").exists());
}

#[test]
fn a_file_that_belongs_to_somebody_else_is_absent() {
    let place = Place::new();
    let store = place.store();
    assert!(done(&store, None, 1));
    if std::os::unix::fs::chown(place.file(""), Some(12_345), None).is_err() {
        return; // Only root can give a file away.
    }
    assert!(load(&store).unreadable.is_some());
    std::os::unix::fs::chown(&place.0, Some(12_345), None).unwrap();
    assert!(BlockingRecordStore::load(&store, &name()).is_err());
}

#[test]
fn threads_that_swap_together_lose_nothing() {
    let place = Place::new();
    let store = place.store();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let mut made = 0;
                while made < 25 {
                    let found = load(store);
                    let count = found.sealed.first().copied().unwrap_or_default();
                    let new = Version::new([count + 1; 16]);
                    let sealed = vec![count + 1; 50 + usize::from(count)];
                    let swap = Swap { expected: found.version, new, sealed, keep: Duration::ZERO };
                    let swapped = BlockingRecordStore::swap(store, &name(), swap);
                    made += u32::from(matches!(swapped, Ok(Swapped::Done { .. })));
                }
            });
        }
    });
    assert_eq!(load(&store).sealed[0], 100);
}
