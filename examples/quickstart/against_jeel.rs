//! The demonstration against the configured endpoint, with two token requests.

use crate::readers::{self, THREADS};
use crate::{Checked, check};
use jeel_auth_ureq::{TokenSource, Ureq};
use std::time::Instant;

pub(crate) fn run() -> Checked {
    let source = TokenSource::from_env(Ureq::new()?)?;
    let started = Instant::now();
    source.token()?;
    let status = source.status();
    println!("1. The first caller waits {} ms for a token.", started.elapsed().as_millis());
    println!(
        "   It is usable for {} s and will be renewed in {} s; the request was {}.",
        status.usable_for.unwrap_or_default().as_secs(),
        status.renew_in.unwrap_or_default().as_secs(),
        status.proven_encoding.map_or_else(String::new, |encoding| encoding.to_string())
    );

    let reads = readers::burst(&source, 250_000);
    println!(
        "2. {THREADS} threads read it {} times. Token requests: {}.",
        reads.served,
        source.status().counters.requests
    );
    check(reads.unserved == 0, "every read served from the cache")?;

    let before = source.status().counters;
    let token = source.token()?;
    for _ in 0..10_000 {
        source.reject(&token);
    }
    source.token()?;
    let after = source.status().counters;
    println!("3. Ten thousand rejections of that token lead to one token request.");
    check(after.rejections == before.rejections + 1, "a rejected token replaced once")?;
    check(after.requests == before.requests + 1, "one token request for all rejections")?;

    println!(
        "\n{} calls were served with {} token requests. Without JEELPAY_* variables, the quickstart \
         uses the emulator and also shows a renewal and a rate limit.",
        reads.served + 3,
        after.requests
    );
    Ok(())
}
