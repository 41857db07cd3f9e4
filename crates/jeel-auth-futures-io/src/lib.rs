//! Token requests for the [Jeel Pay](https://jeel.co) API on any runtime whose sockets are of
//! [`futures_io`]: TCP, TLS by rustls, and HTTP/1.1 as [`jeel_auth::core`] writes and reads it.
//!
//! Applications take `jeel-auth-smol` or `jeel-auth-async-std`, which are this crate with a
//! [`Runtime`] each. Another runtime takes as little:
//!
//! ```
//! use jeel_auth_futures_io::{FuturesIo, Runtime};
//! use std::{io, net::SocketAddr, time::Duration};
//!
//! #[derive(Default)]
//! struct Mine;
//!
//! impl Runtime for Mine {
//!     type TcpStream = smol::net::TcpStream;
//!
//!     async fn connect(&self, address: SocketAddr) -> io::Result<Self::TcpStream> {
//!         smol::net::TcpStream::connect(address).await
//!     }
//!
//!     async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
//!         smol::net::resolve((host, port)).await
//!     }
//!
//!     async fn sleep(&self, duration: Duration) {
//!         smol::Timer::after(duration).await;
//!     }
//!
//!     fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
//!         smol::spawn(task).detach();
//!     }
//! }
//!
//! type TokenSource = jeel_auth::TokenSource<jeel_auth::Async<FuturesIo<Mine>>>;
//! ```
//!
//! **This crate does not** decide anything about tokens, status codes or retries, keep a connection
//! for the next request, follow a redirect, decode a content coding, or speak HTTP/2. **It knows no
//! proxy**: none can be set, and `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY` are not read. Behind a
//! proxy use `jeel-auth-ureq` or `jeel-auth-reqwest`.

mod connect;
mod exchange;
mod runtime;
mod tls;
mod transport;
mod within;

pub use runtime::Runtime;
pub use tls::TlsSetupError;
pub use transport::FuturesIo;
