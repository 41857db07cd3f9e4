//! Accepts connections, and takes each from request to request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::delivery::{After, Answer, Stream};
use crate::http1::{ReadError, Reader, Request};
use crate::refusal::server_error;
use crate::shared::Shared;
use crate::{Response, resource, token_endpoint};

/// Serves until it is dropped.
pub(crate) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: trying again at once would only spin.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let id = shared.update(|state| {
            state.connections += 1;
            state.connections
        });
        tokio::spawn(welcome(stream, id, tls.clone(), Arc::clone(&shared)));
    }
}

/// A client that breaks its own connection is none of the server's business.
async fn welcome(stream: TcpStream, id: u64, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Without it, bytes that are sent one by one would arrive in lumps.
    let _ = stream.set_nodelay(true);
    let _ = match tls {
        None => serve(stream, id, &shared).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve(stream, id, &shared).await,
            Err(refused) => Err(refused),
        },
    };
}

async fn serve(mut stream: impl Stream, id: u64, shared: &Shared) -> io::Result<()> {
    let mut reader = Reader::default();
    let after = loop {
        let (answer, keep, body) = match reader.next(&mut stream).await {
            Ok(Some(request)) => {
                let body = request.method != "HEAD";
                (route(shared, id, &request).await, request.keep_alive, body)
            }
            Ok(None) => break After::Close,
            Err(ReadError::Lost) => break After::Drop,
            Err(ReadError::Refused(status)) => (refuse(shared, status), false, true),
        };
        match send(answer, &mut stream, keep, body, shared).await? {
            After::Keep => {}
            other => break other,
        }
    };
    if after == After::Close {
        stream.shutdown().await?;
    }
    Ok(())
}

async fn send(
    answer: Answer,
    stream: &mut impl Stream,
    keep: bool,
    body: bool,
    shared: &Shared,
) -> io::Result<After> {
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    if answer.holdable {
        shared.until(|state| state.holds == 0).await;
    }
    answer.delivery.send(stream, keep, body).await
}

async fn route(shared: &Shared, connection: u64, request: &Request) -> Answer {
    match request.path.as_str() {
        token_endpoint::PATH => token_endpoint::answer(shared, connection, request).await,
        path if path.starts_with(resource::PREFIX) => resource::answer(shared, connection, request),
        "/oauth2/jwks" => Answer::prompt(stamped(shared, key_set(shared))),
        _ => Answer::prompt(stamped(shared, Response::json(404, r#"{"error":"not_found"}"#))),
    }
}

/// The key that tokens verify with, at the path where Spring Authorization Server has it. (G)
fn key_set(shared: &Shared) -> Response {
    match shared.update(|state| state.issuer.key()) {
        Ok(key) => Response::json(200, json!({ "keys": [key.jwk()] }).to_string()),
        Err(_) => server_error(),
    }
}

/// Answers what is no proper request.
fn refuse(shared: &Shared, status: u16) -> Answer {
    shared.update(|state| state.refused_requests += 1);
    Answer::prompt(stamped(shared, Response::new(status)))
}

fn stamped(shared: &Shared, response: Response) -> Response {
    let wall = shared.read(|state| state.settings.wall_clock());
    response.stamped(&Uuid::new_v4().to_string(), wall)
}
