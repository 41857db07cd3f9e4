//! One token for many threads.

use crate::sync::thread_local;
use crate::token::Token;
use jeel_auth_core::{AccessToken, Generation};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Copies of one token that share its memory and no reference counter: threads that cloned the same
/// copy would wait for each other.
pub(crate) struct Copies([Token; COPIES]);

const COPIES: usize = 8;

/// The number of threads that have read. Each takes the next copy, in a circle.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static COPY: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl Copies {
    pub(crate) fn new(access: &AccessToken) -> Self {
        Self([(); COPIES].map(|()| Token::new(access.clone())))
    }

    /// The copy that this thread keeps to.
    pub(crate) fn mine(&self) -> Token {
        self.get(COPY.try_with(|number| *number).unwrap_or_default())
    }

    fn get(&self, number: usize) -> Token {
        let Self([first, ..]) = self;
        self.0.get(number % COPIES).unwrap_or(first).clone()
    }

    pub(crate) fn generation(&self) -> Generation {
        let Self([first, ..]) = self;
        first.generation()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use jeel_auth_core::{Acquire, Action, Cache, Credentials, Environment, Moment, Response};
    use std::collections::HashSet;
    use std::ptr;
    use std::time::Duration;

    /// A token as core issues it.
    pub(crate) fn access(name: &str) -> AccessToken {
        let now = Moment::new(Duration::ZERO, Duration::from_secs(1_800_000_000));
        let credentials = Credentials::new("school", "hush").unwrap();
        let mut cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, 7);
        assert!(matches!(cache.acquire(now, Duration::ZERO), Acquire::Wait(_)));
        let Some(Action::Send(request)) = cache.poll_action(now) else { panic!("no request") };
        let body = format!(r#"{{"access_token":"{name}","token_type":"Bearer"}}"#);
        cache.handle_response(now, request.flight(), &Response::new(200, [], body.as_bytes()));
        cache.lease(now).unwrap().token
    }

    #[test]
    fn copies_share_the_tokens_memory_and_no_counter() {
        let copies = Copies::new(&access("a"));
        let tokens = [0, 1, 2, 3].map(|number| copies.get(number));
        let memory: HashSet<_> =
            tokens.iter().map(|token| token.expose_secret().as_ptr()).collect();
        assert_eq!(memory.len(), 1);
        let counted = tokens.iter().map(|token| ptr::from_ref(token.authorization()));
        assert_eq!(counted.collect::<HashSet<_>>().len(), tokens.len());
    }

    #[test]
    fn a_thread_keeps_to_its_copy() {
        let copies = Copies::new(&access("a"));
        let mine = || ptr::from_ref(copies.mine().authorization());
        assert_eq!(mine(), mine());
    }

    /// The proof that a header value can be made of every token: the characters at both ends of what
    /// core lets in, and all between them.
    #[test]
    fn every_character_of_a_token_is_one_of_a_header_value() {
        let visible: String = ('!'..='~').filter(|c| !matches!(c, '"' | '\\')).collect();
        let token = Token::new(access(&visible));
        assert_eq!(token.authorization().as_bytes(), format!("Bearer {visible}").as_bytes());
        assert!(token.authorization().is_sensitive());
    }
}
