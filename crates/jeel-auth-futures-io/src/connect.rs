//! A TCP connection to an origin, by the first of its addresses that accepts one.

use crate::sockets::Sockets;
use crate::within::within;
use jeel_auth::core::{Origin, SendFailure, TransportKind};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Tries the addresses one after another, which may take `time` in all.
///
/// In turn and not at once: a token request in the background is in no hurry, and one connection is
/// enough for a server that should be asked rarely.
pub(crate) async fn connect<R: Sockets>(
    runtime: &R,
    origin: &Origin,
    time: Duration,
) -> Result<R::TcpStream, SendFailure> {
    let start = Instant::now();
    let addresses = resolve(runtime, origin).await?;
    let mut first_failure = None;
    for (tried, address) in addresses.iter().enumerate() {
        let left = time.saturating_sub(start.elapsed());
        let share = share(left, addresses.len() - tried);
        let failure = match within(runtime, share, runtime.connect(*address)).await {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => refused(address, &error),
            None => SendFailure::new(TransportKind::TimedOut, format_args!("{address}: no answer")),
        };
        // RFC 6724 sorts the addresses that cannot be reached from here to the end, so the first
        // failure says most.
        first_failure.get_or_insert(failure);
    }
    Err(first_failure
        .unwrap_or_else(|| SendFailure::new(TransportKind::Connect, "the host has no address")))
}

async fn resolve<R: Sockets>(runtime: &R, origin: &Origin) -> Result<Vec<SocketAddr>, SendFailure> {
    let mut addresses = runtime.resolve(origin.host(), origin.port()).await.map_err(|error| {
        let words = format!("cannot resolve {}: {error}", origin.host());
        SendFailure::new(TransportKind::Resolve, words)
    })?;
    // Without TLS the secret must not leave this machine, also if `localhost` resolves elsewhere.
    addresses.retain(|address| origin.is_https() || address.ip().is_loopback());
    Ok(addresses)
}

/// How long one address may take, so that a silent one leaves time for the others: an equal part of
/// the time that is left. If a name has very many addresses, the last ones are not tried.
fn share(left: Duration, addresses: usize) -> Duration {
    let parts = u32::try_from(addresses).unwrap_or(u32::MAX);
    let equal = left.checked_div(parts).unwrap_or_default();
    equal.max(LEAST_SHARE).min(left)
}

/// Less would miss a healthy server at the other end of the world that has to be asked twice.
const LEAST_SHARE: Duration = Duration::from_millis(500);

fn refused(address: &SocketAddr, error: &io::Error) -> SendFailure {
    let kind = match error.kind() {
        io::ErrorKind::TimedOut => TransportKind::TimedOut,
        // A reset too: nothing was sent yet.
        _ => TransportKind::Connect,
    };
    SendFailure::new(kind, format_args!("{address}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_shared_by_the_addresses_that_are_left() {
        let seconds = Duration::from_secs;
        assert_eq!(share(seconds(5), 1), seconds(5));
        assert_eq!(share(seconds(6), 3), seconds(2));
        // Refused at once, the first one leaves its share to the others.
        assert_eq!(share(seconds(6), 2), seconds(3));
    }

    #[test]
    fn a_share_is_never_too_short_to_be_of_use_nor_longer_than_what_is_left() {
        assert_eq!(share(Duration::from_secs(5), 100), LEAST_SHARE);
        assert_eq!(share(Duration::from_millis(80), 2), Duration::from_millis(80));
        assert_eq!(share(Duration::ZERO, 2), Duration::ZERO);
        assert_eq!(share(Duration::MAX, usize::MAX), Duration::MAX / u32::MAX);
    }
}
