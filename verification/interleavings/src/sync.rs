//! Replaces `sync`.

use crate::step::Stepped;
use crate::time;
use shuttle::future::block_on;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

pub(crate) use crate::time::Instant;
pub(crate) use shuttle::sync::atomic::{AtomicPtr, Ordering};
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
pub(crate) use shuttle::{thread, thread_local};
pub(crate) use std::sync::PoisonError;

/// As arc-swap's: loads and stores are one step each.
pub(crate) struct ArcSwapOption<T>(Stepped<Option<Arc<T>>>);

impl<T> ArcSwapOption<T> {
    pub(crate) fn empty() -> Self {
        Self(Stepped::new(None))
    }

    pub(crate) fn load(&self) -> Option<Arc<T>> {
        self.0.step(|value| value.clone())
    }

    pub(crate) fn load_full(&self) -> Option<Arc<T>> {
        self.load()
    }

    pub(crate) fn store(&self, value: Option<Arc<T>>) {
        drop(self.0.step(|old| std::mem::replace(old, value)));
    }
}

/// As event-listener's: each listener is notified at most once, in the order of arrival.
pub(crate) struct Event(Stepped<Vec<Place>>);

/// A listener's place in the queue.
type Place = Arc<Stepped<Heard>>;

#[derive(Default)]
struct Heard {
    notified: bool,
    waker: Option<Waker>,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self(Stepped::new(Vec::new()))
    }

    pub(crate) fn listen(&self) -> EventListener {
        let place = Place::default();
        self.0.step(|places| places.push(Arc::clone(&place)));
        EventListener(place)
    }

    /// Returns how many were notified.
    pub(crate) fn notify(&self, number: usize) -> usize {
        let (number, wakers): (_, Vec<_>) = self.0.step(|places| {
            // A listener that was dropped is in no queue.
            places.retain(|place| Arc::strong_count(place) > 1);
            let number = number.min(places.len());
            let wakers = places.drain(..number).filter_map(|place| place.peek(Heard::notify));
            (number, wakers.collect())
        });
        wakers.into_iter().for_each(Waker::wake);
        number
    }
}

impl Heard {
    fn notify(&mut self) -> Option<Waker> {
        self.notified = true;
        self.waker.take()
    }

    fn poll(&mut self, waker: &Waker) -> Poll<()> {
        if self.notified {
            return Poll::Ready(());
        }
        self.waker = Some(waker.clone());
        Poll::Pending
    }
}

/// Began to listen when it was made.
pub(crate) struct EventListener(Place);

impl Future for EventListener {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.step(|heard| heard.poll(context.waker()))
    }
}

pub(crate) trait Listener {
    fn wait_timeout(self, timeout: Duration) -> Option<()>;
}

impl Listener for EventListener {
    fn wait_timeout(mut self, timeout: Duration) -> Option<()> {
        let mut sleep = pin!(time::sleep(timeout));
        block_on(poll_fn(|context| {
            if Pin::new(&mut self).poll(context).is_ready() {
                return Poll::Ready(Some(()));
            }
            sleep.as_mut().poll(context).map(|()| None)
        }))
    }
}
