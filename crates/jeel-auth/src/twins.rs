//! Several sources of one client in one process.

use crate::observe::harmlessly;
use jeel_auth_core::Endpoint;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// One source's place among those of its client. It is given up when the source is gone.
#[derive(Debug)]
pub(crate) struct Place {
    _count: Arc<()>,
}

/// How many sources there are, by endpoint and client id.
type Sources = HashMap<(String, String), Weak<()>>;

static SOURCES: Mutex<Option<Sources>> = Mutex::new(None);

impl Place {
    /// Registers a source. Warns once per client when there is another one: each has its own token
    /// and its own request budget, which is seldom meant. The commonest cause is a source that is
    /// made per request and not once.
    pub(crate) fn take(endpoint: &Endpoint, client_id: &str) -> Self {
        let count = Self::register(endpoint, client_id);
        // This one and its first twin; a third says nothing new.
        if Arc::strong_count(&count) == 2 {
            // Without the lock: a subscriber may make a source.
            harmlessly(|| {
                tracing::warn!(
                    target: "jeel_auth", %endpoint, client_id,
                    "several sources of one client: each has its own token and request budget"
                );
            });
        }
        Self { _count: count }
    }

    fn register(endpoint: &Endpoint, client_id: &str) -> Arc<()> {
        let mut sources = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = sources.get_or_insert_default();
        sources.retain(|_, count| count.strong_count() > 0);
        let key = (endpoint.to_string(), client_id.to_owned());
        let known = sources.get(&key).and_then(Weak::upgrade);
        let count = known.unwrap_or_default();
        sources.insert(key, Arc::downgrade(&count));
        count
    }
}
