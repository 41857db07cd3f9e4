//! Accepts connections and serves their requests.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::delivery::{After, Outgoing, Stream};
use crate::http1::{ReadError, Reader, Request};
use crate::refusal::server_error;
use crate::shared::Shared;
use crate::{Fault, Response, control, resource, token_endpoint};

/// Accepts connections until the future is dropped.
pub(crate) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely there are no file descriptors left. An immediate retry would spin.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let id = shared.update(|state| {
            state.connections += 1;
            state.connections
        });
        tokio::spawn(connect(stream, id, tls.clone(), Arc::clone(&shared)));
    }
}

/// Serves one connection. Errors are ignored, because the client may break its connection.
async fn connect(stream: TcpStream, id: u64, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Otherwise the kernel would merge bytes that are sent one by one.
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
        let (outgoing, keep, body) = match reader.next(&mut stream).await {
            Ok(Some(request)) => {
                let body = request.method != "HEAD";
                (route(shared, id, &request).await, request.keep_alive, body)
            }
            Ok(None) => break After::Close,
            Err(ReadError::Lost) => break After::Drop,
            Err(ReadError::Refused(status)) => (refuse(shared, status), false, true),
        };
        match send(outgoing, &mut stream, keep, body, shared).await? {
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
    outgoing: Outgoing,
    stream: &mut impl Stream,
    keep: bool,
    body: bool,
    shared: &Shared,
) -> io::Result<After> {
    if !outgoing.delay.is_zero() {
        tokio::time::sleep(outgoing.delay).await;
    }
    if outgoing.holdable {
        shared.until(|state| !state.is_holding()).await;
    }
    outgoing.delivery.send(stream, keep, body).await
}

async fn route(shared: &Shared, connection: u64, request: &Request) -> Outgoing {
    match request.path.as_str() {
        token_endpoint::PATH => token_endpoint::respond(shared, connection, request).await,
        path if path.starts_with(resource::PREFIX) => {
            resource::respond(shared, connection, request)
        }
        path if path.starts_with(control::PREFIX) && shared.read(|s| s.settings.control) => {
            let response = control::respond(shared, request).await;
            Outgoing::prompt(stamped(shared, response))
        }
        _ => elsewhere(shared, request),
    }
}

/// Handles a request to a path that is neither an endpoint with records nor a control.
fn elsewhere(shared: &Shared, request: &Request) -> Outgoing {
    let fault = shared.update(|state| state.rule_fault(request)).unwrap_or(Fault::Pass);
    let delay = fault.extra_delay();
    let handle = || match request.path.as_str() {
        "/oauth2/jwks" => key_set(shared),
        _ => Response::json(404, r#"{"error":"not_found"}"#),
    };
    let (_, delivery) = fault.respond(handle, |response| stamped(shared, response));
    Outgoing { delay, holdable: false, delivery }
}

/// The key that verifies tokens, at the path that Spring Authorization Server uses. (G)
fn key_set(shared: &Shared) -> Response {
    match shared.update(|state| state.issuer.key()) {
        Ok(key) => Response::json(200, json!({ "keys": [key.jwk()] }).to_string()),
        Err(_) => server_error(),
    }
}

/// Refuses an invalid request.
fn refuse(shared: &Shared, status: u16) -> Outgoing {
    shared.update(|state| state.refused_requests += 1);
    Outgoing::prompt(stamped(shared, Response::new(status)))
}

fn stamped(shared: &Shared, response: Response) -> Response {
    let date = shared.read(|state| state.now().date);
    response.stamped(&Uuid::new_v4().to_string(), date)
}
