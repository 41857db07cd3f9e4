//! What can be wrong with a response.

use std::fmt;

/// Why a response was refused; the server, or something on the way, is to blame for each of these.
///
/// It holds nothing that was received. The sections are those of RFC 9112 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseError {
    /// The stream does not begin with `HTTP/1.0 ` or `HTTP/1.1 ` (§2.3), not even after an empty
    /// line: §2.2 lets servers skip that, not clients.
    NotHttp1,
    /// The status line is not a three-digit code and an optional reason phrase (§4).
    BadStatusLine,
    /// The status code is below 100 or above 599. RFC 9110 §15 calls that invalid, and would have it
    /// treated like a 5xx.
    BadStatusCode,
    /// Status 101, which nobody asked for (RFC 9110 §7.8).
    SwitchingProtocols,
    /// More 1xx responses than [`Limits::informational`](super::Limits::informational).
    TooManyInformational,
    /// A CR without LF or an LF without CR in the head or the trailer section (§2.2).
    BadLineEnd,
    /// A field line is malformed: its name is not a token, or is followed by whitespace, or missing;
    /// its value has a control character (§5); or it continues the line before it, which §5.2 would
    /// have clients join, but allows no server to send.
    BadField,
    /// More field lines than [`Limits::fields`](super::Limits::fields).
    TooManyFields,
    /// More bytes in head and trailer section than [`Limits::head_bytes`](super::Limits::head_bytes).
    HeadTooLarge,
    /// Both `Transfer-Encoding` and `Content-Length` (§6.3, 3).
    TransferEncodingAndContentLength,
    /// `Transfer-Encoding` is not exactly `chunked`, or comes in an HTTP/1.0 response (§6.1).
    BadTransferEncoding,
    /// `Content-Length` is not a number below 2⁶⁴, or there are two different ones (§6.3, 5).
    BadContentLength,
    /// More bytes in the body of a 2xx response, or announced for it, than
    /// [`Limits::body_bytes`](super::Limits::body_bytes).
    BodyTooLarge,
    /// A chunk's size, extensions or line ends are malformed, or the line is too long (§7.1).
    BadChunk,
    /// The stream ended before the response did (§8).
    ClosedEarly,
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttp1 => "response is not HTTP/1.0 or HTTP/1.1",
            Self::BadStatusLine => "malformed status line",
            Self::BadStatusCode => "status code is not between 100 and 599",
            Self::SwitchingProtocols => "server switches protocols without being asked",
            Self::TooManyInformational => "too many informational responses",
            Self::BadLineEnd => "line in head or trailers does not end with CR LF",
            Self::BadField => "malformed header or trailer field",
            Self::TooManyFields => "too many header or trailer fields",
            Self::HeadTooLarge => "response head or trailers are too large",
            Self::TransferEncodingAndContentLength => {
                "response has both transfer-encoding and content-length"
            }
            Self::BadTransferEncoding => "transfer-encoding is not chunked alone",
            Self::BadContentLength => "malformed or contradictory content-length",
            Self::BodyTooLarge => "response body is too large",
            Self::BadChunk => "malformed chunk",
            Self::ClosedEarly => "connection closed before the response was complete",
        })
    }
}

impl std::error::Error for ResponseError {}
