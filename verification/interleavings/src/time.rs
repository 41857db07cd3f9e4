//! Time that passes only when a test says so.

use crate::step::Stepped;
use shuttle::future::block_on;
use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

#[derive(Default)]
struct Time {
    now: Duration,
    /// The sleepers, and until when each sleeps. A sleeper that was dropped is woken in vain.
    sleepers: Vec<(Duration, Waker)>,
    /// The threads that wait for a sleeper.
    watchers: Vec<Waker>,
}

thread_local! {
    /// All threads of a model run on one real thread.
    static TIME: RefCell<Arc<Stepped<Time>>> = RefCell::default();
}

/// Time begins anew: for the beginning of a model.
pub fn begin() {
    TIME.set(Arc::default());
}

/// The time since the beginning. To read it is a step.
pub fn now() -> Duration {
    time().step(|time| time.now)
}

/// The time since the beginning, for checks: not a step.
pub fn peek() -> Duration {
    time().peek(|time| time.now)
}

/// Lets time pass.
pub fn pass(by: Duration) {
    time().step(|time| time.pass(by)).into_iter().for_each(Waker::wake);
}

/// Waits until somebody sleeps for no longer than `limit`, and lets that time pass.
pub fn pass_a_sleep_within(limit: Duration) {
    let wakers = block_on(poll_fn(|context| {
        time().step(|time| {
            let left = time.sleepers.iter().filter_map(|(until, _)| until.checked_sub(time.now));
            match left.filter(|left| !left.is_zero() && *left <= limit).min() {
                Some(left) => Poll::Ready(time.pass(left)),
                None => {
                    time.watchers.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
    }));
    wakers.into_iter().for_each(Waker::wake);
}

/// Ends after `duration`.
pub async fn sleep(duration: Duration) {
    let until = now().saturating_add(duration);
    poll_fn(|context| {
        let time = time();
        time.step(|time| {
            if time.now >= until {
                return Poll::Ready(());
            }
            time.sleepers.push((until, context.waker().clone()));
            time.watchers.drain(..).for_each(Waker::wake);
            Poll::Pending
        })
    })
    .await;
}

impl Time {
    /// Returns the wakers of the sleepers that are due.
    fn pass(&mut self, by: Duration) -> Vec<Waker> {
        self.now = self.now.saturating_add(by);
        let due = |sleeper: &mut (Duration, Waker)| sleeper.0 <= self.now;
        self.sleepers.extract_if(.., due).map(|(_, waker)| waker).collect()
    }
}

fn time() -> Arc<Stepped<Time>> {
    TIME.with_borrow(Arc::clone)
}

/// Replaces the standard library's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Self {
        Self(now())
    }

    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}
