//! Token requests for the [Jeel Pay](https://jeel.co) API on any runtime whose sockets implement
//! [`futures_io`]: TCP, TLS by rustls, and HTTP/1.1 as [`jeel_auth::core`] writes and reads it.
//!
//! Applications take `jeel-auth-smol` or `jeel-auth-async-std`, which are this crate with a runtime
//! each. For another runtime, implement [`Runtime`] and [`Sockets`]:
//!
//! ```
//! use jeel_auth::TokenSource;
//! use jeel_auth_futures_io::{BoxFuture, FuturesIo, Runtime, Sockets};
//! use std::{io, net::SocketAddr, time::Duration};
//!
//! #[derive(Default)]
//! struct Mine;
//!
//! impl Runtime for Mine {
//!     fn spawn(&self, task: BoxFuture<'static, ()>) {
//!         smol::spawn(task).detach();
//!     }
//!
//!     fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
//!         Box::pin(async move {
//!             smol::Timer::after(duration).await;
//!         })
//!     }
//! }
//!
//! impl Sockets for Mine {
//!     type TcpStream = smol::net::TcpStream;
//!
//!     async fn connect(&self, address: SocketAddr) -> io::Result<Self::TcpStream> {
//!         smol::net::TcpStream::connect(address).await
//!     }
//!
//!     async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
//!         smol::net::resolve((host, port)).await
//!     }
//! }
//!
//! fn source() -> Result<TokenSource, jeel_auth::ConfigError> {
//!     TokenSource::from_env(FuturesIo::<Mine>::new()?)
//! }
//! ```
//!
//! **This crate does not** decide anything about tokens, status codes or retries, reuse a
//! connection, follow a redirect, decode a content coding, or speak HTTP/2. **It does not support
//! proxies**: none can be set, and `HTTP_PROXY`, `HTTPS_PROXY` and `ALL_PROXY` are not read. Behind a
//! proxy use `jeel-auth-ureq` or `jeel-auth-reqwest`.

mod connect;
mod exchange;
mod sockets;
mod tls;
mod transport;
mod within;

pub use jeel_auth::{BoxFuture, Runtime};
pub use sockets::Sockets;
pub use transport::FuturesIo;
