//! `Serialize` for [`Status`](crate::Status) and what it holds.
//!
//! By hand, because the derived form of a `Duration` is two numbers and that of an error would be
//! its private parts. Durations are numbers of seconds, with a fraction.

use crate::cache::{Counters, State, Status};
use crate::error::{Blame, Error};
use crate::request::BodyEncoding;
use crate::token::Generation;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::time::Duration;

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Status", 10)?;
        fields.serialize_field("state", &self.state)?;
        fields.serialize_field("generation", &self.generation)?;
        fields.serialize_field("usable_for", &seconds(self.usable_for))?;
        fields.serialize_field("renew_in", &seconds(self.renew_in))?;
        fields.serialize_field("in_flight", &self.in_flight)?;
        fields.serialize_field("retry_in", &seconds(self.retry_in))?;
        fields.serialize_field("last_error", &self.last_error)?;
        fields.serialize_field("proven_encoding", &self.proven_encoding)?;
        fields.serialize_field("permits", &self.permits)?;
        fields.serialize_field("counters", &self.counters)?;
        fields.end()
    }
}

impl Serialize for Counters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Counters", 5)?;
        fields.serialize_field("requests", &self.requests)?;
        fields.serialize_field("issued", &self.issued)?;
        fields.serialize_field("reissued", &self.reissued)?;
        fields.serialize_field("failures", &self.failures)?;
        fields.serialize_field("rejections", &self.rejections)?;
        fields.end()
    }
}

/// What an error says, in words and in parts.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Error", 7)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("blame", &self.blame())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.serialize_field("retry_in", &seconds(self.retry_in()))?;
        fields.serialize_field("status", &self.status())?;
        fields.serialize_field("oauth_code", &self.oauth_code())?;
        fields.serialize_field("tx_id", &self.tx_id())?;
        fields.end()
    }
}

/// In snake case.
impl Serialize for Blame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Configuration => "configuration",
            Self::AuthorizationServer => "authorization_server",
            Self::Network => "network",
            Self::Caller => "caller",
        })
    }
}

/// Its word, as [`Display`](std::fmt::Display) shows it.
impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Its media type.
impl Serialize for BodyEncoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.media_type())
    }
}

/// Its number.
impl Serialize for Generation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.to_u64())
    }
}

fn seconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use crate::{Acquire, Cache, Credentials, Environment, Moment, Response};
    use serde_json::{Value, json};
    use std::time::Duration;

    #[test]
    fn a_status_is_json_with_seconds_and_words_and_no_secret() {
        let now = Moment::new(Duration::ZERO, Duration::from_secs(1_800_000_000));
        let credentials = Credentials::new("school", "hush").unwrap();
        let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, 7);
        assert!(matches!(cache.acquire(now, Duration::ZERO), Acquire::Wait(_)));
        let Some(crate::Action::Send(request)) = cache.poll_action(now) else { panic!() };
        cache.handle_response(now, request.flight(), &Response::new(503, [], b""));
        let status = serde_json::to_value(cache.status(now)).unwrap();
        assert_eq!(status["state"], "no_token");
        assert_eq!(status["usable_for"], Value::Null);
        assert!(status["retry_in"].as_f64().is_some());
        assert_eq!(status["counters"]["requests"], json!(1));
        let error = &status["last_error"];
        assert_eq!((&error["code"], &error["status"]), (&json!("server_error"), &json!(503)));
        assert_eq!(error["blame"], "authorization_server");
        assert!(!status.to_string().contains("hush"));
    }
}
