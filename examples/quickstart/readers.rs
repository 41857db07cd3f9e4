//! Threads that read the token without waiting.

use jeel_auth_ureq::{Ask, TokenSource};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

pub(crate) const THREADS: u64 = 4;

/// The results of their reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    pub(crate) served: u64,
    /// Reads that would have had to wait, or that failed.
    pub(crate) unserved: u64,
}

/// Runs `action` while several threads read a token repeatedly. They never wait: a read that would
/// have to wait counts as unserved.
pub(crate) fn read_during<R>(source: &TokenSource, action: impl FnOnce() -> R) -> (R, Reads) {
    let over = AtomicBool::new(false);
    let (served, unserved) = (AtomicU64::new(0), AtomicU64::new(0));
    let result = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !over.load(Relaxed) {
                    let count = match source.token_with(Ask::new().within(Duration::ZERO)) {
                        Ok(_) => &served,
                        Err(_) => &unserved,
                    };
                    count.fetch_add(1, Relaxed);
                    thread::sleep(Duration::from_micros(50));
                }
            });
        }
        let result = action();
        over.store(true, Relaxed);
        result
    });
    (result, Reads { served: served.load(Relaxed), unserved: unserved.load(Relaxed) })
}

/// Reads the token many times on each thread.
pub(crate) fn burst(source: &TokenSource, each: u64) -> Reads {
    let served = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| (0..each).filter(|_| source.cached().is_some()).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0) as u64).sum()
    });
    Reads { served, unserved: THREADS * each - served }
}
