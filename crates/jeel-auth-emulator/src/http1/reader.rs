//! Reads requests from a connection, one after the other.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Request;
use super::chunked::{self, Progress};
use super::request::parse_head;
use crate::delivery::Stream;

/// Why a request could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The connection ended in the middle of the request.
    Lost,
    /// The request is invalid. The server responds with this status and closes the connection.
    Refused(u16),
}

impl From<io::Error> for ReadError {
    fn from(_: io::Error) -> Self {
        Self::Lost
    }
}

/// Reads one connection. The buffer holds bytes that were received and not yet used.
#[derive(Default)]
pub(crate) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads the next request. Returns `None` if the client closed the connection before it.
    pub(crate) async fn next(
        &mut self,
        stream: &mut impl Stream,
    ) -> Result<Option<Request>, ReadError> {
        let Some(mut request) = self.head(stream).await? else { return Ok(None) };
        let length = request.content_length()?;
        if length.is_some_and(|length| length > MAX_BODY) {
            return Err(ReadError::Refused(413));
        }
        if request.expects_continue() {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            stream.flush().await?;
        }
        request.body = match length {
            Some(length) => self.sized_body(stream, length).await?,
            None => self.chunked_body(stream).await?,
        };
        Ok(Some(request))
    }

    async fn head(&mut self, stream: &mut impl Stream) -> Result<Option<Request>, ReadError> {
        loop {
            if let Some((request, length)) = parse_head(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(Some(request));
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(ReadError::Refused(431));
            }
            let idle = self.buffer.is_empty();
            match self.fill(stream).await {
                Err(ReadError::Lost) if idle => return Ok(None),
                other => other?,
            }
        }
    }

    async fn sized_body(
        &mut self,
        stream: &mut impl Stream,
        length: usize,
    ) -> Result<Vec<u8>, ReadError> {
        while self.buffer.len() < length {
            self.fill(stream).await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunked_body(&mut self, stream: &mut impl Stream) -> Result<Vec<u8>, ReadError> {
        loop {
            match chunked::decode(&self.buffer)? {
                Progress::Done(body, consumed) => {
                    self.buffer.drain(..consumed);
                    return Ok(body);
                }
                // The chunked coding may be much longer than the body.
                Progress::More(known) if known.max(self.buffer.len()) > MAX_BODY => {
                    return Err(ReadError::Refused(413));
                }
                Progress::More(_) => self.fill(stream).await?,
            }
        }
    }

    async fn fill(&mut self, stream: &mut impl Stream) -> Result<(), ReadError> {
        match stream.read_buf(&mut self.buffer).await? {
            0 => Err(ReadError::Lost),
            _ => Ok(()),
        }
    }
}

/// Generous limits, because the server is not under test.
const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 1024 * 1024;
