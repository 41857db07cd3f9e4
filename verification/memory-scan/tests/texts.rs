//! What counts as shown.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jeel_auth_memory_scan::{Marks, SHORTEST_SHOWN, Texts};
use std::sync::Arc;

/// How many places are found in these texts, which a new thread shows one after another.
fn found(marks: &Arc<Marks>, texts: impl IntoIterator<Item = String> + Send) -> usize {
    std::thread::scope(|scope| {
        let search = || {
            let searched = Texts::new(marks);
            texts.into_iter().for_each(|text| searched.search(text.as_bytes()));
            searched.counts().1
        };
        scope.spawn(search).join().unwrap()
    })
}

/// The secret in pieces of this size.
fn rows(marks: &Marks, size: usize) -> Vec<Vec<u8>> {
    let secret: Vec<u8> = marks.secret.bytes().collect();
    secret.chunks(size).map(<[u8]>::to_vec).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn eight_characters_are_found_and_seven_are_not() {
    let marks = Arc::new(Marks::new());
    let secret = marks.secret.planted();
    for start in 0..secret.len() - SHORTEST_SHOWN {
        let part = |length| format!("<{}>", &secret[start..start + length]);
        assert_eq!(found(&marks, [part(SHORTEST_SHOWN)]), 1, "from {start}");
        assert_eq!(found(&marks, [part(SHORTEST_SHOWN - 1)]), 0, "from {start}");
    }
}

#[test]
fn rows_are_joined_however_short_they_are() {
    let marks = Arc::new(Marks::new());
    for size in 1..=20 {
        let rows = rows(&marks, size);
        let plain = rows.iter().map(|row| text(row));
        assert!(found(&marks, plain) > 0, "{size}");
        let numbers = rows.iter().map(|row| format!("{row:?}"));
        assert!(found(&marks, numbers) > 0, "{size}");
        let column = rows.iter().map(|row| format!("at 7: -- {}", text(row)));
        assert!(found(&marks, column) > 0, "{size}");
    }
}

#[test]
fn hexadecimal_is_read_in_groups_of_any_size() {
    let marks = Arc::new(Marks::new());
    for group in [1, 2, 4, 16] {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let row = |row: &Vec<u8>| row.chunks(group).map(hex).collect::<Vec<_>>().join(" ");
        let dump: Vec<_> = rows(&marks, 4).iter().map(row).collect();
        assert!(found(&marks, dump) > 0, "{group}");
    }
}

#[test]
fn what_shows_nothing_is_not_found() {
    let marks = Arc::new(Marks::new());
    let texts = ["6a65 656c ..jeel", "[106, 101]", "deadbeef", "", "a token of 62 bytes"];
    assert_eq!(found(&marks, texts.map(str::to_owned)), 0);
}

#[test]
fn what_is_logged_or_traced_is_searched_at_every_level() {
    let marks = Arc::new(Marks::new());
    let texts = Texts::of_this_process(&marks).unwrap();
    let secret = marks.secret.planted();
    log::trace!("row {}", &secret[..4]);
    log::trace!("row {}", &secret[4..10]);
    assert_eq!(texts.counts(), (2, 1));
    tracing::trace!("{}", &secret[..SHORTEST_SHOWN]);
    assert_eq!(texts.counts(), (3, 2));
}
