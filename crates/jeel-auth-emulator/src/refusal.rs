//! How servers refuse bodies that they did not read, and credentials that are wrong.

use crate::Response;

/// The response of the token endpoint to a body that it did not read.
///
/// The endpoint does not read a body in an encoding that it does not accept, a body in which a
/// field is missing or repeated, or a chunked body. Most of these responses also occur for wrong
/// credentials, so a client cannot learn the right encoding from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnreadBody {
    /// 401 `invalid_client`, the same bytes as for an unknown client. (V: Keycloak 26.7)
    #[default]
    KeycloakInvalidClient,
    /// 401 without a body. (V: Spring Authorization Server 7.0 with multipart off)
    Empty401,
    /// 400 `invalid_request`. (V)
    InvalidRequest400,
    /// 400 `unsupported_grant_type`, because the server looks for that field first. (V)
    UnsupportedGrantType400,
    /// 400 without a body. (V)
    Empty400,
    /// 422 with a list of missing fields, as validation frameworks write it. (V)
    Unprocessable422,
    /// 415, the only response that names the reason. (G)
    UnsupportedMediaType415,
    /// 500. (V)
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

/// The response of the token endpoint to wrong credentials.
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
    /// 403 without a body. (V)
    Forbidden403,
    /// 500. (V)
    ServerError500,
    /// 200 with a JSON object that reports the refusal. (G)
    RefusalIn200,
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
            Self::RefusalIn200 => Response::json(200, REFUSAL_IN_200),
        }
    }
}

/// The response to a form that asks for another grant. (D: RFC 6749 §5.2)
pub(crate) fn unsupported_grant_type() -> Response {
    Response::json(400, r#"{"error":"unsupported_grant_type"}"#)
}

/// The response of common frameworks when a handler fails.
pub(crate) fn server_error() -> Response {
    Response::json(500, r#"{"status":500,"error":"Internal Server Error"}"#)
}

const KEYCLOAK_UNKNOWN_CLIENT: &str = r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#;
const KEYCLOAK_WRONG_SECRET: &str = r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#;
const REFUSAL_IN_200: &str = r#"{"success":false,"errorCode":"INVALID_CLIENT"}"#;
