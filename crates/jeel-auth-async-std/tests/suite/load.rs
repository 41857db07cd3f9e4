//! Many tasks, few requests.

use crate::common::{emulators, source};
use std::collections::HashSet;

#[test]
fn ten_thousand_tasks_on_an_empty_cache_make_one_request() {
    for emulator in emulators() {
        let held = emulator.hold_responses();
        let tokens = source(&emulator);
        let tasks: Vec<_> = (0..10_000)
            .map(|_| {
                let tokens = tokens.clone();
                async_std::task::spawn(async move {
                    tokens.token().await.unwrap().expose_secret().to_owned()
                })
            })
            .collect();
        let answers: HashSet<_> = async_std::task::block_on(async {
            emulator.token_requests_reached(1).await;
            held.release();
            let mut answers = HashSet::new();
            for task in tasks {
                answers.insert(task.await);
            }
            answers
        });
        assert_eq!(answers.len(), 1);
        assert_eq!(emulator.token_request_count(), 1);
    }
}
