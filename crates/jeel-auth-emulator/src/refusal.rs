//! How servers refuse: bodies that they did not read, and credentials that they do not know.

use crate::Response;

/// How the token endpoint answers a body that it did not read.
///
/// It reads no body in an encoding that it does not accept, no body with a field missing or there
/// twice, and no chunked one. Such an answer cannot be told from one about wrong credentials, which
/// is why a client cannot learn the right encoding from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnreadBody {
    /// 401 `invalid_client`, to the byte what an unknown client gets. (V: Keycloak 26.7)
    #[default]
    KeycloakInvalidClient,
    /// 401 with no body. (V: Spring Authorization Server 7.0 with multipart off)
    Empty401,
    /// 400 `invalid_request`. (V)
    InvalidRequest400,
    /// 400 `unsupported_grant_type`: the server missed that field first. (V)
    UnsupportedGrantType400,
    /// 400 with no body. (V)
    Empty400,
    /// 422 with a list of missing fields, as validation frameworks write it. (V)
    Unprocessable422,
    /// 415, the only answer that names the reason. (G)
    UnsupportedMediaType415,
    /// 500, each time. (V)
    ServerError500,
}

impl UnreadBody {
    pub(crate) fn response(self) -> Response {
        match self {
            Self::KeycloakInvalidClient => Response::json(401, KEYCLOAK_UNKNOWN_CLIENT),
            Self::Empty401 => Response::new(401),
            Self::InvalidRequest400 => Response::json(400, r#"{"error":"invalid_request"}"#),
            Self::UnsupportedGrantType400 => unsupported_grant_type(),
            Self::Empty400 => Response::new(400),
            Self::Unprocessable422 => Response::json(
                422,
                r#"{"detail":[{"type":"missing","loc":["body","grant_type"],"msg":"Field required"}]}"#,
            ),
            Self::UnsupportedMediaType415 => Response::new(415),
            Self::ServerError500 => server_error(),
        }
    }
}

/// How the token endpoint answers credentials that it read and that are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Denial {
    /// 401, `unauthorized_client` for a wrong secret and `invalid_client` for an unknown client.
    /// (V: Keycloak 26)
    #[default]
    Keycloak,
    /// 401 `invalid_client`. (V)
    InvalidClient401,
    /// 400 `invalid_client`. (V)
    InvalidClient400,
    /// 403 with no body. (V)
    Forbidden403,
    /// 500. (V)
    ServerError500,
}

impl Denial {
    pub(crate) fn response(self, known_client: bool) -> Response {
        match self {
            Self::Keycloak if known_client => Response::json(401, KEYCLOAK_WRONG_SECRET),
            Self::Keycloak => Response::json(401, KEYCLOAK_UNKNOWN_CLIENT),
            Self::InvalidClient401 => Response::json(401, r#"{"error":"invalid_client"}"#),
            Self::InvalidClient400 => Response::json(400, r#"{"error":"invalid_client"}"#),
            Self::Forbidden403 => Response::new(403),
            Self::ServerError500 => server_error(),
        }
    }
}

/// The answer to a form that was read and asks for another grant. (D: RFC 6749 §5.2)
pub(crate) fn unsupported_grant_type() -> Response {
    Response::json(400, r#"{"error":"unsupported_grant_type"}"#)
}

/// What frameworks say when a handler of theirs failed.
pub(crate) fn server_error() -> Response {
    Response::json(500, r#"{"status":500,"error":"Internal Server Error"}"#)
}

const KEYCLOAK_UNKNOWN_CLIENT: &str = r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#;
const KEYCLOAK_WRONG_SECRET: &str = r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#;
