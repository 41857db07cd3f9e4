//! No adapter at all: the core machine, `std::net::TcpStream`, and the loop between them.
//!
//! It speaks plain http, so it reaches a local Jeel only. Takes the `JEELPAY_*` variables that
//! `cargo run -p jeel-auth-emulator` prints.

#![allow(clippy::print_stdout, reason = "showing is what it is for")]

use jeel_auth_core::http1::{Progress, Response, ResponseReader};
use jeel_auth_core::{
    Acquire, Action, Cache, Credentials, Endpoint, LoopbackHttp, Moment, Response, SendFailure,
    TokenRequest, TransportKind,
};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Instant, SystemTime};
use std::{env, thread};

fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let endpoint = Endpoint::parse(&variable("JEELPAY_AUTH_URL")?, LoopbackHttp::Allowed)?;
    let credentials =
        Credentials::new(variable("JEELPAY_CLIENT_ID")?, variable("JEELPAY_CLIENT_SECRET")?)?;
    let mut cache = Cache::new(endpoint, credentials, 42);

    let started = Instant::now();
    let now = || {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Moment::new(started.elapsed(), wall)
    };

    let mut answer = cache.acquire(now(), Duration::ZERO);
    let token = loop {
        let ticket = match answer {
            Acquire::Ready(token) => break token,
            Acquire::Refused(error) => return Err(error.into()),
            Acquire::Wait(ticket) => ticket,
        };
        if let Some(Action::Send(request)) = cache.poll_action(now()) {
            match send(&request) {
                Ok(response) => {
                    let response =
                        Response::new(response.status(), response.fields(), response.body());
                    cache.handle_response(now(), request.flight(), &response);
                }
                Err(error) => {
                    let failure = SendFailure::new(TransportKind::Broken, error);
                    cache.handle_send_failed(now(), request.flight(), &failure);
                }
            }
        } else if let Some(wakeup) = cache.next_wakeup() {
            thread::sleep(wakeup.remaining(now()));
        }
        answer = cache.resume(now(), ticket);
    };
    println!("a token of {} bytes", token.expose_secret().len());
    println!("{:?}", cache.status(now()));
    Ok(())
}

fn send(request: &TokenRequest) -> Result<Response, Box<dyn Error>> {
    let origin = request.endpoint().origin();
    if origin.is_https() {
        return Err("this example speaks plain http to a local Jeel only".into());
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
    reader.into_response().ok_or_else(|| "no whole response".into())
}
