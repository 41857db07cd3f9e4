//! Other client credentials.

use super::Cache;
use super::event::Event;
use crate::credentials::Credentials;
use crate::moment::Moment;

impl Cache {
    /// Other credentials, such as after a secret was rotated. Equal ones change nothing.
    ///
    /// They end a hold-off and pay for one request. Of the same client, the token at hand stays good,
    /// and so does a token that is on its way. Of another client, both are dropped: the request on its
    /// way is waited for, and its outcome ignored.
    pub fn set_credentials(&mut self, now: Moment, credentials: Credentials) {
        let _ = self.advance(now);
        if credentials.is_same_as(&self.credentials) {
            return;
        }
        let same_client = credentials.client_id() == self.credentials.client_id();
        if same_client {
            self.tokens.end_streak();
        } else {
            self.tokens.forget();
        }
        // A request on the wire cannot be called back. Another one must not be sent beside it.
        if let Some(flight) = &mut self.flight {
            flight.superseded = true;
            flight.foreign |= !same_client;
        }
        self.credentials = credentials;
        self.failures.settle();
        self.pause = None;
        self.encoding.on_other_credentials();
        self.budget.credit();
        self.events.push(Event::CredentialsReplaced);
    }
}
