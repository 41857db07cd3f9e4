//! No state without a way out.

use super::world::{World, token_body};
use crate::Response;
use crate::cache::{Acquire, Action};
use crate::request::{BodyEncoding, TokenRequest};
use std::time::Duration;

/// A server that is healthy from here on: which encoding it refuses, and how.
type Server = Option<(BodyEncoding, Refusal)>;

#[derive(Clone, Copy, Debug)]
enum Refusal {
    Status(u16),
    Page,
}

const SERVERS: [Server; 9] = {
    use BodyEncoding::{Multipart, UrlEncoded};
    [
        None,
        Some((Multipart, Refusal::Status(401))),
        Some((UrlEncoded, Refusal::Status(401))),
        Some((Multipart, Refusal::Status(500))),
        Some((UrlEncoded, Refusal::Status(500))),
        Some((Multipart, Refusal::Status(302))),
        Some((UrlEncoded, Refusal::Status(302))),
        Some((Multipart, Refusal::Page)),
        Some((UrlEncoded, Refusal::Page)),
    ]
};

/// Neither a rate limit's hour and its jitter, nor the rejections' quarter of an hour.
const LONGEST_WAIT: Duration = Duration::from_secs(3960);

impl World {
    /// With a healthy server a caller who keeps coming back is answered, and each wait has an end.
    pub(super) fn must_have_a_way_out(&self) {
        for server in SERVERS {
            self.must_get_out_by(server);
        }
    }

    fn must_get_out_by(&self, server: Server) {
        let mut cache = self.cache.clone();
        let mut now = self.now;
        let mut under_way = self.flight.map(|flight| (flight, None));
        for step in 0.. {
            assert!(step < 60, "{:?}: no way out with {server:?}", self.trace);
            if let Acquire::Ready(_) = cache.acquire(now, Duration::ZERO) {
                return;
            }
            if let Some(Action::Send(request)) = cache.poll_action(now) {
                under_way = Some((request.flight(), Some(request)));
            }
            if let Some((flight, request)) = under_way.take() {
                let response = respond(server, request.as_ref(), step);
                cache.handle_response(now, flight, &response);
            } else if let Some(wakeup) = cache.next_wakeup() {
                let wait = wakeup.remaining(now);
                assert!(wait <= LONGEST_WAIT, "{:?}: {wait:?}", self.trace);
                now = now.after(wait);
            }
        }
    }
}

fn respond(server: Server, request: Option<&TokenRequest>, step: u32) -> Response {
    match (server, request) {
        (Some((refused, refusal)), Some(request)) if request.encoding() == refused => match refusal
        {
            Refusal::Status(status) => Response::new(status, [], b""),
            Refusal::Page => Response::new(200, [], b"<html>"),
        },
        _ => Response::new(200, [], token_body(&format!("out-{step}"), 20)),
    }
}
