//! A connection with or without TLS.

use rustls::{ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use ureq::unversioned::transport::{NextTimeout, TransportAdapter};

/// A connection that the request is sent on.
pub(crate) enum Stream {
    /// Without TLS, or with TLS by ureq.
    Plain(TransportAdapter),
    Tls(Box<StreamOwned<ClientConnection, TransportAdapter>>),
}

impl Stream {
    /// The time that reading and writing may take from now on.
    pub(crate) fn set_timeout(&mut self, timeout: NextTimeout) {
        match self {
            Self::Plain(adapter) => adapter.set_timeout(timeout),
            Self::Tls(stream) => stream.sock.set_timeout(timeout),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(adapter) => adapter.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(adapter) => adapter.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(adapter) => adapter.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
