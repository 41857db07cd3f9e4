//! After thousands of requests, no secret is left in memory that jeel-auth owns. The tests count
//! what libraries keep.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "these tests print their figures")]

use jeel_auth_memory_scan::{
    Adapter, ECHOES, Emulated, Find, Marks, Outcome, QUIET, Texts, emulate, from_file, search,
    through, with_tasks, with_threads,
};
use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// The variable that tells a child process its role.
const CHILD: &str = "JEEL_AUTH_SCAN_CHILD";

const CYCLES: usize = 4_000;

/// A command that runs this test binary for one test.
fn process(test: &str, child: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, child);
    command
}

/// Runs a function in a separate process, where nothing else runs.
fn alone(test: &str, life: impl FnOnce() -> Outcome) {
    if env::var_os(CHILD).is_some() {
        return life().unwrap();
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.secret"));
    let output = process(test, test)
        .env("JEELPAY_CLIENT_ID", "school")
        .env("JEELPAY_CLIENT_SECRET_FILE", file)
        .env("JEELPAY_ENV", "sandbox")
        .env_remove("JEELPAY_CLIENT_SECRET")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    shown.lines().filter(|line| line.starts_with('|')).for_each(|line| println!("{line}"));
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
}

/// Prints one row of the table, and each find.
fn report(life: &str, requests: usize, texts: &Texts, finds: &[Find]) {
    let of = |mark| finds.iter().filter(|find| find.mark == mark).count();
    let longest = finds.iter().map(|find| find.length).max().unwrap_or(0);
    let (searched, shown) = texts.counts();
    // Starts a new line, because the test harness may have printed on this one.
    println!(
        "\n| {life:<24} | requests {requests:>5} | secret {:>4} | token {:>4} | longest {longest:>3} \
         | texts {searched:>6}, with a mark {shown} |",
        of("secret"),
        of("token")
    );
    let mut places = BTreeMap::new();
    for find in finds {
        *places.entry((find.mark, find.region.as_str(), find.length)).or_insert(0) += 1;
    }
    for ((mark, region, length), count) in places {
        println!("|     {count} × {length} bytes of the {mark} in {region:?}");
    }
}

/// A run after which no mark may be found.
fn must_leave_nothing(test: &str, life: impl FnOnce(&Arc<Marks>, &Texts) -> Outcome<usize>) {
    alone(test, || {
        let marks = Arc::new(Marks::new());
        let texts = Texts::of_this_process(&marks)?;
        let requests = life(&marks, &texts)?;
        let finds = search(&marks)?;
        report(test, requests, &texts, &finds);
        assert!(requests > 100, "only {requests} requests");
        assert!(finds.is_empty(), "{} copies are left: {finds:#x?}", finds.len());
        assert_eq!(texts.counts().1, 0, "a mark in a text");
        Ok(())
    });
}

#[test]
fn a_copy_is_found_in_live_and_in_freed_memory() {
    alone("a_copy_is_found_in_live_and_in_freed_memory", || {
        let marks = Arc::new(Marks::new());
        assert_eq!(search(&marks)?.len(), 0);
        let live = marks.secret.planted();
        drop(marks.token.planted());
        let finds = search(&marks)?;
        let whole = |find: &&Find| find.mark == "secret" && find.length == live.len();
        assert_eq!(finds.iter().filter(whole).count(), 1, "{finds:#x?}");
        assert!(finds.iter().any(|find| find.mark == "token"), "{finds:#x?}");
        assert!(finds.iter().all(|find| find.region == "[heap]" || find.region.is_empty()));
        Ok(())
    });
}

#[test]
fn threads_leave_nothing() {
    must_leave_nothing("threads_leave_nothing", |marks, texts| {
        with_threads(marks, texts, QUIET, CYCLES)
    });
}

#[test]
fn tasks_leave_nothing() {
    must_leave_nothing("tasks_leave_nothing", |marks, texts| {
        with_tasks(marks, texts, QUIET, CYCLES)
    });
}

#[test]
fn a_secret_file_leaves_nothing() {
    must_leave_nothing("a_secret_file_leaves_nothing", |marks, texts| {
        let file = env::var_os("JEELPAY_CLIENT_SECRET_FILE").ok_or("no file")?;
        from_file(marks, texts, QUIET, Path::new(&file), 500)
    });
}

#[test]
fn a_server_that_repeats_the_secret_leaves_nothing() {
    must_leave_nothing("a_server_that_repeats_the_secret_leaves_nothing", |marks, texts| {
        with_threads(marks, texts, ECHOES, CYCLES)
    });
}

/// The copies of the secret and of tokens that the libraries may keep in one run: twice the most
/// that was seen in five runs. What is ours leaves none, so over plain http, where smol has no
/// library between it and the socket, nothing may be left.
const fn most(adapter: Adapter, https: bool) -> [usize; 2] {
    match (adapter, https) {
        (Adapter::Ureq, false) => [28, 4],
        (Adapter::Ureq, true) => [0, 4],
        (Adapter::Reqwest, false) => [0, 64],
        (Adapter::Reqwest, true) => [0, 20],
        (Adapter::Smol, false) => [0, 0],
        (_, _) => [0, 8],
    }
}

/// Runs an adapter against an emulator and counts the finds. They are the library's, because the
/// other tests show that jeel-auth leaves none.
fn count_what_stays(test: &str, adapter: Adapter, scheme: &str) {
    alone(test, || {
        let marks = Arc::new(Marks::new());
        let texts = Texts::of_this_process(&marks)?;
        let emulated = Emulated::start(&mut process("emulator", scheme), &marks)?;
        let requests = through(adapter, &emulated, &marks, &texts)?;
        drop(emulated);
        let finds = search(&marks)?;
        report(&format!("{adapter:?}, {scheme}"), requests, &texts, &finds);
        assert!(requests > 100, "only {requests} requests");
        assert_eq!(texts.counts().1, 0, "a mark was shown");
        for (mark, most) in ["secret", "token"].into_iter().zip(most(adapter, scheme == "https")) {
            let count = finds.iter().filter(|find| find.mark == mark).count();
            assert!(count <= most, "{count} copies of the {mark}, and not {most}");
        }
        Ok(())
    });
}

#[test]
fn what_ureq_keeps_over_http_is_counted() {
    count_what_stays("what_ureq_keeps_over_http_is_counted", Adapter::Ureq, "http");
}

#[test]
fn what_ureq_keeps_over_https_is_counted() {
    count_what_stays("what_ureq_keeps_over_https_is_counted", Adapter::Ureq, "https");
}

#[test]
fn what_reqwest_keeps_over_http_is_counted() {
    count_what_stays("what_reqwest_keeps_over_http_is_counted", Adapter::Reqwest, "http");
}

#[test]
fn what_reqwest_keeps_over_https_is_counted() {
    count_what_stays("what_reqwest_keeps_over_https_is_counted", Adapter::Reqwest, "https");
}

#[test]
fn what_smol_keeps_over_http_is_counted() {
    count_what_stays("what_smol_keeps_over_http_is_counted", Adapter::Smol, "http");
}

#[test]
fn what_smol_keeps_over_https_is_counted() {
    count_what_stays("what_smol_keeps_over_https_is_counted", Adapter::Smol, "https");
}

/// Not a test, but the emulator that the other tests start.
#[test]
fn emulator() {
    if let Ok(scheme @ ("http" | "https")) = env::var(CHILD).as_deref() {
        emulate(scheme == "https").unwrap();
    }
}
