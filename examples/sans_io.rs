//! Without an adapter: the cache of `jeel-auth-core`, `std::net::TcpStream`, and the loop between
//! them.
//!
//! The example uses plain http, so it works only with the emulator. It reads the `JEELPAY_*`
//! variables that `cargo run -p jeel-auth-emulator` prints.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use jeel_auth_core::http1::{Progress, ResponseReader};
use jeel_auth_core::{
    AccessToken, Acquire, Action, Cache, Credentials, Endpoint, LoopbackHttp, Moment, Response,
    SendFailure, TokenRequest, TransportKind,
};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let endpoint = Endpoint::parse(&variable("JEELPAY_AUTH_URL")?, LoopbackHttp::Allowed)?;
    let credentials =
        Credentials::new(variable("JEELPAY_CLIENT_ID")?, variable("JEELPAY_CLIENT_SECRET")?)?;
    let mut cache = Cache::new(endpoint, credentials, 42);

    let started = Instant::now();
    let read_clocks = || {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Moment::new(started.elapsed(), wall)
    };

    let token = acquire(&mut cache, read_clocks)?;
    println!("a token of {} bytes", token.expose_secret().len());
    println!("{:?}", cache.status(read_clocks()));
    Ok(())
}

/// Drives the cache until it has a token.
fn acquire(
    cache: &mut Cache,
    read_clocks: impl Fn() -> Moment,
) -> Result<AccessToken, Box<dyn Error>> {
    let mut ticket = None;
    loop {
        // Each turn reads the clocks once: for an input, and for the polls that follow it.
        let now = read_clocks();
        let acquired = match ticket {
            None => cache.acquire(now, Duration::ZERO),
            Some(ticket) => cache.resume(now, ticket),
        };
        match acquired {
            Acquire::Ready(token) => return Ok(token),
            Acquire::Refused(error) => return Err(error.into()),
            Acquire::Wait(waiting) => ticket = Some(waiting),
        }
        if let Some(Action::Send(request)) = cache.poll_action(now) {
            let result = send(&request);
            // Sending takes time, so the result is a new input with a new reading.
            let now = read_clocks();
            match result {
                Ok(response) => cache.handle_response(now, request.flight(), &response),
                Err(error) => {
                    let failure = SendFailure::new(TransportKind::Broken, error);
                    cache.handle_send_failed(now, request.flight(), &failure);
                }
            }
        } else if let Some(wakeup) = cache.next_wakeup() {
            thread::sleep(wakeup.remaining(now));
        }
    }
}

fn send(request: &TokenRequest) -> Result<Response, Box<dyn Error>> {
    let origin = request.endpoint().origin();
    if origin.is_https() {
        return Err("this example supports only plain http to the emulator".into());
    }
    let mut stream = TcpStream::connect((origin.host(), origin.port()))?;
    stream.set_read_timeout(Some(request.timeout()))?;
    let mut wire = Vec::new();
    request.write_http1(&mut wire);
    stream.write_all(&wire)?;

    let mut reader = ResponseReader::new(request.response_limits());
    let mut chunk = [0; 4096];
    loop {
        let length = stream.read(&mut chunk)?;
        let progress = match chunk.get(..length) {
            None | Some([]) => {
                reader.end()?;
                break;
            }
            Some(bytes) => reader.read(bytes)?,
        };
        if let Progress::Complete { .. } = progress {
            break;
        }
    }
    reader.into_response().ok_or_else(|| "the response is incomplete".into())
}
