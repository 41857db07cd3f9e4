//! The demonstration against the emulator. It takes about twelve seconds.

use crate::readers::{self, Reads, THREADS};
use crate::{Checked, check};
use jeel_auth_emulator::{Emulator, Response};
use jeel_auth_examples::{CLIENT_ID, CLIENT_SECRET, local_jeel};
use jeel_auth_ureq::{Credentials, Endpoint, Environment, LoopbackHttp, TokenSource, Ureq};
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

/// The time after which a step has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run() -> Checked {
    let jeel = local_jeel(Duration::from_secs(4))?;
    jeel.set_delay(Duration::from_millis(200));
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET)?;
    let source = TokenSource::builder(Environment::Sandbox, credentials, Ureq::new()?)
        .endpoint(Endpoint::parse(&jeel.token_url(), LoopbackHttp::Allowed)?)
        .build()?;

    println!("The emulator is at {}; each response takes 200 ms.\n", jeel.token_url());
    let mut calls = 0;
    first_fetch(&jeel, &source)?;
    calls += 1 + cached_reads(&jeel, &source)?.served;
    calls += renewal(&jeel, &source)?.served;
    calls += rate_limit(&jeel, &source)?.served;
    calls += rejection(&jeel, &source)?;
    figures(&jeel, calls)
}

fn first_fetch(jeel: &Emulator, source: &TokenSource) -> Checked {
    let started = Instant::now();
    source.token()?;
    println!(
        "1. The first caller waits {} ms for a token. Token requests so far: {}.",
        started.elapsed().as_millis(),
        jeel.token_request_count()
    );
    check(jeel.token_request_count() == 1, "one token request for the first caller")
}

fn cached_reads(jeel: &Emulator, source: &TokenSource) -> Result<Reads, Box<dyn Error>> {
    let reads = readers::burst(source, 250_000);
    println!(
        "2. {THREADS} threads read it {} times. Token requests: {}.",
        reads.served,
        jeel.token_request_count()
    );
    check(reads.unserved == 0, "every read served from the cache")?;
    check(jeel.token_request_count() == 1, "no token request for a cached read")?;
    Ok(reads)
}

fn renewal(jeel: &Emulator, source: &TokenSource) -> Result<Reads, Box<dyn Error>> {
    // The next token lives longer, because one second of rate limit must fit between its renewal
    // time and its expiry, even on a slow machine.
    jeel.set_lifetime(Duration::from_secs(10));
    let before = source.status().generation;
    let renewed = || wait_until(|| source.status().generation != before);
    let (renewed, reads) = readers::read_during(source, renewed);
    println!(
        "3. Near its expiry, the token is renewed in the background: {} reads meanwhile, {} of \
         them waited. Token requests: {}.",
        reads.served,
        reads.unserved,
        jeel.token_request_count()
    );
    check(renewed, "a renewal before the expiry")?;
    check(reads.unserved == 0, "a renewal during which no caller waits")?;
    check(jeel.token_request_count() == 2, "one token request for a renewal")?;
    Ok(reads)
}

fn rate_limit(jeel: &Emulator, source: &TokenSource) -> Result<Reads, Box<dyn Error>> {
    jeel.script(Response::new(429).header("Retry-After", "1"));
    let before = source.status().generation;
    let mut refusal = None;
    let renewed = || {
        wait_until(|| {
            refusal = refusal.take().or_else(|| source.status().last_error);
            source.status().generation != before
        })
    };
    let (renewed, reads) = readers::read_during(source, renewed);
    let refusal = refusal.map_or_else(String::new, |error| error.to_string());
    println!(
        "4. The server refuses the next renewal:\n   \"{refusal}\"\n   Callers use the current token: \
         {} reads meanwhile, {} of them waited or failed. Token requests: {}.",
        reads.served,
        reads.unserved,
        jeel.token_request_count()
    );
    check(refusal.contains("429"), "a rate-limited renewal")?;
    check(renewed, "a renewal after the time that the server stated")?;
    check(reads.unserved == 0, "a failed renewal without an effect on callers")?;
    check(jeel.token_request_count() == 4, "one refused and one successful token request")?;
    Ok(reads)
}

fn rejection(jeel: &Emulator, source: &TokenSource) -> Result<u64, Box<dyn Error>> {
    let calls = 8;
    jeel.revoke_all();
    let url = jeel.resource_url();
    let statuses: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> =
            (0..calls).map(|_| scope.spawn(|| call_api(source, &url).ok())).collect();
        callers.into_iter().map(|caller| caller.join().ok().flatten()).collect()
    });
    let rejections = source.status().counters.rejections;
    println!(
        "5. The API rejects the token; {calls} concurrent callers report it and retry. Tokens \
         replaced: {rejections}. Token requests: {}.",
        jeel.token_request_count()
    );
    check(statuses.iter().all(|status| *status == Some(200)), "every retry successful")?;
    check(rejections == 1, "a rejected token replaced once")?;
    check(jeel.token_request_count() == 5, "one token request for all rejections")?;
    Ok(2 * calls)
}

/// Calls the API as an application does. After a 401, it rejects the token and retries once.
fn call_api(source: &TokenSource, url: &str) -> Result<u16, Box<dyn Error>> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let call = |authorization| agent.get(url).header("Authorization", authorization).call();
    let token = source.token()?;
    let response = call(token.authorization())?;
    if response.status() != 401 {
        return Ok(response.status().as_u16());
    }
    source.reject(&token);
    Ok(call(source.token()?.authorization())?.status().as_u16())
}

fn figures(jeel: &Emulator, calls: u64) -> Checked {
    let requests = jeel.token_request_count();
    println!(
        "\n{calls} calls were served with {requests} token requests. A client without a cache \
         would have sent {calls}."
    );
    check(calls > 1_000_000 && requests == 5, "a million calls with five token requests")
}

fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}
