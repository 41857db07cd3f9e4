//! The clients that the server knows, and their secrets.

use std::fmt;

/// The known clients. The first one is the client of
/// [`Builder::credentials`](crate::Builder::credentials).
#[derive(Debug, Clone)]
pub(crate) struct Clients(Vec<Client>);

#[derive(Debug, Clone)]
struct Client {
    id: String,
    /// Each of them authenticates the client.
    secrets: Vec<Secret>,
}

impl Clients {
    pub(crate) fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self(vec![Client { id: id.into(), secrets: vec![Secret(secret.into())] }])
    }

    /// Replaces the credentials of the first client.
    pub(crate) fn set_first(&mut self, id: String, secret: String) {
        self.0.retain(|client| client.id != id);
        let others = self.0.split_off(1.min(self.0.len()));
        *self = Self::new(id, secret);
        self.0.extend(others);
    }

    /// Replaces the secrets of the first client by one secret.
    pub(crate) fn rotate_first(&mut self, secret: String) {
        if let Some(client) = self.0.first_mut() {
            client.secrets = vec![Secret(secret)];
        }
    }

    /// Sets the secrets of a client, which may be new. Without secrets, the client is removed.
    pub(crate) fn set(&mut self, id: String, secrets: Vec<String>) {
        let secrets: Vec<_> = secrets.into_iter().map(Secret).collect();
        match self.0.iter_mut().find(|client| client.id == id) {
            _ if secrets.is_empty() => self.0.retain(|client| client.id != id),
            Some(client) => client.secrets = secrets,
            None => self.0.push(Client { id, secrets }),
        }
    }

    /// The id of a known client.
    pub(crate) fn known(&self, id: &[u8]) -> Option<&str> {
        Some(&self.find(id)?.id)
    }

    /// Whether the secret is one of the client's, byte for byte.
    pub(crate) fn authenticates(&self, id: &[u8], secret: &[u8]) -> bool {
        let client = self.find(id);
        client.is_some_and(|client| client.secrets.iter().any(|known| known.matches(secret)))
    }

    fn find(&self, id: &[u8]) -> Option<&Client> {
        self.0.iter().find(|client| client.id.as_bytes() == id)
    }
}

/// A client secret. It can be compared but not displayed.
#[derive(Clone)]
struct Secret(String);

impl Secret {
    fn matches(&self, presented: &[u8]) -> bool {
        self.0.as_bytes() == presented
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The default client id.
pub const DEFAULT_CLIENT_ID: &str = "emulator-client";

/// The default client secret. It is public and protects nothing.
pub const DEFAULT_CLIENT_SECRET: &str = "emulator-secret";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_can_be_added_changed_and_removed() {
        let mut clients = Clients::new("a", "1");
        clients.set("b".into(), vec!["2".into(), "3".into()]);
        let known = |clients: &Clients, id: &str, secret: &str| {
            clients.authenticates(id.as_bytes(), secret.as_bytes())
        };
        assert!(
            known(&clients, "a", "1") && known(&clients, "b", "2") && known(&clients, "b", "3")
        );
        assert!(!known(&clients, "a", "2") && !known(&clients, "c", "1"));
        clients.set("b".into(), vec!["3".into()]);
        assert!(!known(&clients, "b", "2") && known(&clients, "b", "3"));
        clients.set("b".into(), Vec::new());
        assert_eq!((clients.known(b"a"), clients.known(b"b")), (Some("a"), None));
    }

    #[test]
    fn the_first_client_can_be_renamed_even_to_the_id_of_another() {
        let mut clients = Clients::new("a", "1");
        clients.set("b".into(), vec!["2".into()]);
        clients.set_first("c".into(), "3".into());
        assert_eq!((clients.known(b"a"), clients.known(b"b")), (None, Some("b")));
        clients.set_first("b".into(), "4".into());
        assert!(clients.authenticates(b"b", b"4") && !clients.authenticates(b"b", b"2"));
        assert_eq!(clients.known(b"c"), None);
    }
}
