//! A client that sends and receives raw bytes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jeel_auth_emulator::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Emulator};
use serde_json::Value;

pub(crate) trait Transport: Read + Write {}
impl<T: Read + Write> Transport for T {}

pub(crate) struct Client {
    stream: Box<dyn Transport>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn connect(emulator: &Emulator) -> Self {
        Self::over(dial(emulator.api_url()))
    }

    pub(crate) fn over(stream: impl Transport + 'static) -> Self {
        Self { stream: Box::new(stream), buffer: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
        self.stream.flush().unwrap();
    }

    /// Reads one response, which must state its length.
    pub(crate) fn response(&mut self) -> Received {
        let end = loop {
            match self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => assert!(self.read_some().unwrap() > 0, "no whole head"),
            }
        };
        let head = String::from_utf8(self.buffer.drain(..end).collect()).unwrap();
        let status = head[9..12].parse().unwrap();
        let mut received = Received { status, head, body: String::new() };
        let length = received.field("content-length").map_or(0, |l| l.parse().unwrap());
        while self.buffer.len() < length {
            assert!(self.read_some().unwrap() > 0, "no whole body");
        }
        received.body = String::from_utf8(self.buffer.drain(..length).collect()).unwrap();
        received
    }

    pub(crate) fn exchange(&mut self, request: impl AsRef<[u8]>) -> Received {
        self.send(request);
        self.response()
    }

    /// All bytes until the end of the connection, and the error that ended it, if any.
    pub(crate) fn rest(mut self) -> (Vec<u8>, io::Result<()>) {
        let end = loop {
            match self.read_some() {
                Ok(0) => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        (self.buffer, end)
    }

    pub(crate) fn read_some(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 16 * 1024];
        let n = self.stream.read(&mut chunk)?;
        self.buffer.extend_from_slice(&chunk[..n]);
        Ok(n)
    }

    pub(crate) fn received(&self) -> &[u8] {
        &self.buffer
    }
}

impl Received {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// Connects to a base URL. The read timeout makes a test fail instead of hang.
pub(crate) fn dial(url: &str) -> TcpStream {
    let (_, authority) = url.split_once("://").unwrap();
    let stream = TcpStream::connect(authority.split('/').next().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

pub(crate) fn post(path: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: emulator\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

pub(crate) fn urlencoded(id: &str, secret: &str) -> String {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", id)
        .append_pair("client_secret", secret)
        .append_pair("grant_type", "client_credentials")
        .finish();
    post("/oauth2/token", "application/x-www-form-urlencoded; charset=utf-8", &body)
}

pub(crate) fn multipart(id: &str, secret: &str) -> String {
    let fields =
        [("client_id", id), ("client_secret", secret), ("grant_type", "client_credentials")];
    let part = |(name, value)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = fields.map(part).concat() + "--edge--\r\n";
    post("/oauth2/token", "multipart/form-data; boundary=edge", &body)
}

/// A valid token request.
pub(crate) fn good() -> String {
    urlencoded(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET)
}

pub(crate) fn get_token(emulator: &Emulator) -> Received {
    Client::connect(emulator).exchange(good())
}

/// A request without a body.
pub(crate) fn request(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: emulator\r\n\r\n")
}

pub(crate) fn call_api(emulator: &Emulator, token: &str) -> Received {
    Client::connect(emulator).exchange(format!(
        "GET /v1/payments HTTP/1.1\r\nHost: emulator\r\nAuthorization: Bearer {token}\r\n\r\n"
    ))
}
