//! Reads the three fields of a token request from either encoding.

use crate::http1::Request;

/// The encoding of a token request's body, according to its `Content-Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyEncoding {
    /// `multipart/form-data`.
    Multipart,
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// Another type, or none.
    Other,
}

impl BodyEncoding {
    pub(crate) fn of(request: &Request) -> Self {
        let media_type = request.field("content-type").unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "multipart/form-data" => Self::Multipart,
            "application/x-www-form-urlencoded" => Self::UrlEncoded,
            _ => Self::Other,
        }
    }
}

/// A form that has each field at most once. Values are bytes, which are compared without decoding.
pub(crate) struct Form {
    pub(crate) scope: Option<Vec<u8>>,
    pub(crate) client_id: Vec<u8>,
    pub(crate) client_secret: Vec<u8>,
    pub(crate) grant_type: Vec<u8>,
}

impl Form {
    /// Reads the body. Returns `None` if a server could not read these fields from it.
    pub(crate) async fn read(request: &Request) -> Option<Self> {
        if request.chunked {
            return None;
        }
        match BodyEncoding::of(request) {
            BodyEncoding::UrlEncoded => {
                let pairs = form_urlencoded::parse(&request.body);
                Self::from_pairs(pairs.map(|(k, v)| (k.into_owned(), v.into_owned().into_bytes())))
            }
            BodyEncoding::Multipart => {
                Self::from_pairs(multipart_pairs(request).await?.into_iter())
            }
            BodyEncoding::Other => None,
        }
    }

    /// Ignores unknown fields and refuses repeated ones. (RFC 6749 §3.2)
    fn from_pairs(pairs: impl Iterator<Item = (String, Vec<u8>)>) -> Option<Self> {
        let (mut client_id, mut client_secret, mut grant_type) = (None, None, None);
        let mut scope = None;
        for (name, value) in pairs {
            let field = match name.as_str() {
                "client_id" => &mut client_id,
                "client_secret" => &mut client_secret,
                "grant_type" => &mut grant_type,
                "scope" => &mut scope,
                _ => continue,
            };
            if field.replace(value).is_some() {
                return None;
            }
        }
        let (client_id, client_secret) = (client_id?, client_secret?);
        Some(Self { scope, client_id, client_secret, grant_type: grant_type? })
    }
}

/// The parts that are fields. A part with a file name is a file to most servers, not a field.
async fn multipart_pairs(request: &Request) -> Option<Vec<(String, Vec<u8>)>> {
    let boundary = multer::parse_boundary(request.field("content-type")?).ok()?;
    let mut parts = multer::Multipart::with_reader(request.body.as_slice(), boundary);
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().filter(|_| part.file_name().is_none()).map(str::to_owned);
        let value = part.bytes().await.ok()?;
        pairs.extend(name.map(|name| (name, value.to_vec())));
    }
    Some(pairs)
}
