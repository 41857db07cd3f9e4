//! A recording proxy in front of a server. It opens one connection to the server for each
//! connection of a client, removes TLS if it serves https, and does not change the bytes.

use crate::case::Scheme;
use crate::exchange::{Exchange, Journal, Tap};
use crate::tls::Tls;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A proxy that listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    scheme: Scheme,
    journal: Journal,
    listening: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and forwards to a server on the port `server`.
    pub(crate) fn start(
        runtime: &Handle,
        scheme: Scheme,
        tls: &Tls,
        server: u16,
    ) -> io::Result<Self> {
        let journal = Journal::default();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let acceptor = (scheme == Scheme::Https).then(|| tls.acceptor.clone());
        let listening = runtime.spawn(listen(listener, acceptor, server, journal.clone()));
        Ok(Self { address, scheme, journal, listening })
    }

    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The exchanges, in order.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.journal.exchanges()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    server: u16,
    journal: Journal,
) {
    while let Ok((client, _)) = listener.accept().await {
        let (acceptor, journal) = (acceptor.clone(), journal.clone());
        tokio::spawn(async move {
            // Connect to the server first, so that a stopped server also fails the TLS handshake.
            let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else {
                return journal.refused();
            };
            // An error ends both connections and needs no report.
            let _ended = match acceptor {
                None => relay(client, server, Tap::new(journal)).await,
                Some(acceptor) => match acceptor.accept(client).await {
                    Ok(client) => relay(client, server, Tap::new(journal)).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

/// Copies bytes in both directions until either side ends.
async fn relay<C>(mut client: C, mut server: TcpStream, mut tap: Tap) -> io::Result<()>
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let (mut up, mut down) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        tokio::select! {
            length = client.read(&mut up) => match up.get(..length?) {
                None | Some([]) => return server.shutdown().await,
                Some(bytes) => {
                    tap.sent(bytes);
                    server.write_all(bytes).await?;
                }
            },
            length = server.read(&mut down) => match down.get(..length?) {
                None | Some([]) => return client.shutdown().await,
                Some(bytes) => {
                    tap.received(bytes);
                    client.write_all(bytes).await?;
                    client.flush().await?;
                }
            },
        }
    }
}

const BUFFER: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;
    use tokio::runtime::Runtime;

    #[test]
    fn a_proxy_records_what_went_through_and_who_was_not_there() {
        let runtime = Runtime::new().unwrap();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let tls = Tls::new().unwrap();
        let proxy = Proxy::start(runtime.handle(), Scheme::Http, &tls, port).unwrap();
        let served = thread::spawn(move || {
            let (mut client, _) = server.accept().unwrap();
            let mut request = vec![0; REQUEST.len()];
            client.read_exact(&mut request).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\nthe body").unwrap();
            request
        });
        assert_eq!(call(&proxy), "HTTP/1.1 200 OK\r\n\r\nthe body");
        assert_eq!(served.join().unwrap(), REQUEST);
        assert_eq!(call(&proxy), "", "the server is gone");
        let statuses = proxy.exchanges().into_iter().map(|exchange| exchange.status);
        assert_eq!(statuses.collect::<Vec<_>>(), [Some(200), None]);
    }

    fn call(proxy: &Proxy) -> String {
        let mut client = TcpStream::connect(proxy.address).unwrap();
        let mut response = String::new();
        // Both fail if the connection was reset.
        let _sent = client.write_all(REQUEST);
        let _read = client.read_to_string(&mut response);
        response
    }

    const REQUEST: &[u8] = b"POST /token HTTP/1.1\r\nContent-Length: 1\r\n\r\na";
}
