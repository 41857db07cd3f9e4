//! Many tasks, few requests.

use crate::common::{builder, source};
use jeel_auth_emulator::Emulator;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_tasks_on_an_empty_cache_make_one_request() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let mut tasks = JoinSet::new();
    for _ in 0..10_000 {
        let tokens = tokens.clone();
        tasks.spawn(async move { tokens.token().await.unwrap().expose_secret().to_owned() });
    }
    emulator.token_requests_reached(1).await;
    held.release();
    let answers: HashSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(emulator.token_request_count(), 1);
}

/// Lifetimes of four seconds, a server that takes 100 ms: the renewal starts a second before the end,
/// and is back in time on a busy machine too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_roll_over_under_load_and_nobody_waits() {
    const LIFETIMES: u64 = 2;
    let lifetime = Duration::from_secs(4);
    let emulator =
        Emulator::builder().lifetime(lifetime).delay(Duration::from_millis(100)).start().unwrap();
    let tokens = builder(&emulator).build().unwrap();
    tokens.token().await.unwrap();

    let end = Instant::now() + lifetime * u32::try_from(LIFETIMES).unwrap();
    let (answered, waited) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let (tokens, answered, waited) = (tokens.clone(), answered.clone(), waited.clone());
        tasks.spawn(async move {
            while Instant::now() < end {
                let mut asking = Box::pin(tokens.token());
                // A caller that need not wait has the answer at the first poll.
                let first = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(asking.as_mut().poll(context))
                });
                match first.await {
                    std::task::Poll::Ready(token) => drop(token.unwrap()),
                    std::task::Poll::Pending => {
                        waited.fetch_add(1, Ordering::Relaxed);
                        asking.await.unwrap();
                    }
                }
                answered.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    tasks.join_all().await;
    assert!(answered.load(Ordering::Relaxed) > 1_000);
    assert_eq!(waited.load(Ordering::Relaxed), 0);
    // A token is renewed after 2.6 to 3 of its four seconds.
    let requests = emulator.token_request_count();
    assert!((LIFETIMES..=LIFETIMES * 2).contains(&requests), "{requests}");
    assert_eq!(tokens.status().counters.failures, 0);
}
