//! The file store between real processes that are killed.
//!
//! This test runs itself again as many children, each of which swaps the record as fast as it can. The
//! parent kills them with SIGKILL at random times and starts others. Nobody may ever read a torn record,
//! nobody may hold a lock after its death, and no swap may be lost.
//!
//! `JEEL_STORE_SECONDS` sets how long it runs, `JEEL_STORE_CHILDREN` with how many children.

#![cfg(all(feature = "os", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "it is a test")]

use jeel_auth_core::share::Version;
use jeel_auth_store::file::FileStore;
use jeel_auth_store::{
    BlockingRecordStore, Identity, RecordKeys, RecordName, Stored, Swap, Swapped,
};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const FOLDER: &str = "JEEL_STORE_TEST_FOLDER";

fn name() -> RecordName {
    let identity = Identity { endpoint: "https://a", client_id: "a", scope: None };
    RecordKeys::from_secret(identity, "0123456789abcdef").unwrap().name().clone()
}

/// A record that shows whether it is whole: its number, and bytes and a length that follow from it.
fn record(number: u64) -> Vec<u8> {
    let length = 8 + usize::try_from(number.wrapping_mul(7919) % 60_000).unwrap();
    let mut record = number.to_be_bytes().to_vec();
    record.resize(length, (number % 251) as u8);
    record
}

/// The number of the record that was found; panics if it is torn.
fn number(stored: &Stored) -> u64 {
    assert_eq!(stored.unreadable, None, "a torn read");
    let Some(number) = stored.sealed.first_chunk() else {
        assert_eq!(stored.version, None, "a torn read");
        return 0;
    };
    let number = u64::from_be_bytes(*number);
    assert!(stored.sealed == record(number), "a torn read");
    number
}

/// A version that no other swap has: children draw theirs from their process id and a count.
fn version(count: u64) -> Version {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&u64::from(std::process::id()).to_be_bytes());
    bytes[8..].copy_from_slice(&count.to_be_bytes());
    Version::new(bytes)
}

/// The child: does nothing unless the parent gave it a folder.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let log = folder.with_extension(format!("{}.log", std::process::id()));
    let mut log = OpenOptions::new().create(true).append(true).open(log).unwrap();
    let store = FileStore::open(folder).unwrap();
    for count in 0.. {
        let found = BlockingRecordStore::load(&store, &name()).unwrap();
        let next = number(&found) + 1;
        let swap = Swap {
            expected: found.version,
            new: version(count),
            sealed: record(next),
            keep: Duration::ZERO,
        };
        match BlockingRecordStore::swap(&store, &name(), swap) {
            Ok(Swapped::Done { .. }) => log.write_all(&next.to_be_bytes()).unwrap(),
            Ok(Swapped::Conflict(found)) => drop(number(&found)),
            // On a busy machine the lock may be out of reach for a while.
            Err(_) => {}
        }
    }
}

#[test]
fn killed_processes_leave_no_torn_record_and_no_lock_behind() {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kill-{}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&folder).unwrap();
    let seconds = setting("JEEL_STORE_SECONDS", 3);
    let children = setting("JEEL_STORE_CHILDREN", 8);
    let mut chance = Chance(0x5eed);
    let mut running: Vec<Child> = (0..children).map(|_| spawn(&folder)).collect();
    let mut kills = 0_u64;
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_micros(chance.below(20_000)));
        let victim = usize::try_from(chance.below(children)).unwrap();
        kill(&mut running[victim]);
        kills += 1;
        running[victim] = spawn(&folder);
    }
    running.iter_mut().for_each(kill);
    let store = FileStore::open(&folder).unwrap();
    let found = BlockingRecordStore::load(&store, &name()).unwrap();
    let last = number(&found);
    check_locks(&store, &found, last);
    let logged = check_logs(&folder, last);
    // A kill between a swap and its line in the log hides at most one swap.
    assert!(last <= logged + kills + children, "{last} {logged} {kills}");
    println!("{kills} kills, {last} swaps, {logged} of them logged");
    fs::remove_dir_all(&folder).unwrap();
}

/// The dead hold no lock: it is free at once.
fn check_locks(store: &FileStore, found: &Stored, last: u64) {
    let lock = File::open(store.path().join(format!("{}.lock", name()))).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
    drop(lock);
    let swap = Swap {
        expected: found.version,
        new: version(u64::MAX),
        sealed: record(last + 1),
        keep: Duration::ZERO,
    };
    let swapped = BlockingRecordStore::swap(store, &name(), swap).unwrap();
    assert!(matches!(swapped, Swapped::Done { .. }));
}

/// No two swaps wrote the same number: each replaced the record that it had read.
fn check_logs(folder: &Path, last: u64) -> u64 {
    let mut numbers = Vec::new();
    let beside = fs::read_dir(folder.parent().unwrap()).unwrap();
    let ours = folder.file_name().unwrap().to_str().unwrap();
    for entry in beside.map(Result::unwrap) {
        let file = entry.file_name();
        if file.to_str().is_some_and(|file| file.starts_with(ours) && file.ends_with(".log")) {
            let bytes = fs::read(entry.path()).unwrap();
            numbers
                .extend(bytes.chunks_exact(8).map(|n| u64::from_be_bytes(n.try_into().unwrap())));
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let logged = numbers.len() as u64;
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, logged, "a swap was lost");
    assert!(numbers.iter().all(|number| *number <= last));
    logged
}

fn spawn(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a child, which must not have ended by itself: that is a torn read.
fn kill(child: &mut Child) {
    let ended = child.try_wait().unwrap();
    assert!(ended.is_none(), "a child failed: {ended:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A generator with a seed, as in core.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % bound
    }
}
