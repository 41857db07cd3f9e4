//! Servers that hand the same token out again.

use super::*;

/// Hands out one token until its end on the server's own clock, which is the monotonic one here.
struct ReissuingServer {
    lifetime: u64,
    /// Whether it wrongly names the whole lifetime each time instead of the seconds left.
    whole: bool,
    number: u32,
    ends: Duration,
}

impl ReissuingServer {
    const fn new(lifetime: u64, whole: bool) -> Self {
        Self { lifetime, whole, number: 0, ends: Duration::ZERO }
    }

    /// The body of its response to a request that reaches it at `now`.
    fn body(&mut self, now: Duration) -> String {
        if now >= self.ends {
            (self.number, self.ends) = (self.number + 1, now + s(self.lifetime));
        }
        let left = (self.ends - now).as_secs();
        let named = if self.whole { self.lifetime } else { left };
        token_body(&format!("t{}", self.number), named)
    }
}

impl World {
    /// Sends, and gets the response after `trip` there and `trip` back.
    fn round_trip(&mut self, server: &mut ReissuingServer, trip: Duration) {
        self.advance_by(trip);
        let body = server.body(self.now.monotonic());
        self.advance_by(trip);
        self.response(200, &body);
    }
}

/// Callers come every half second through `lifetimes` tokens; requests sent, longest wait of a
/// caller.
fn live(lifetimes: u64, server: &mut ReissuingServer, trip: Duration) -> (u64, Duration) {
    let mut world = World::new();
    let end = world.now.after(s(server.lifetime * lifetimes));
    let (mut longest, mut since) = (Duration::ZERO, None);
    while !end.reached(world.now) {
        match world.acquire() {
            Acquire::Ready(token) => {
                let handed_out = token.expose_secret() == format!("t{}", server.number);
                assert!(handed_out && world.now.monotonic() < server.ends, "a dead token");
                since = None;
            }
            Acquire::Wait(_) => {
                let since = *since.get_or_insert(world.now.monotonic());
                longest = longest.max(world.now.monotonic() - since);
            }
            Acquire::Refused(error) => panic!("{error}"),
        }
        if world.poll().is_some() {
            world.round_trip(server, trip);
        } else {
            world.advance_by(ms(500));
        }
    }
    (world.requests(), longest)
}

#[test]
fn such_a_server_costs_at_most_four_requests_a_lifetime_and_nobody_an_error() {
    for lifetime in [20, 60, 100, 3600] {
        for whole in [true, false] {
            for trip in [ms(0), ms(1), ms(300), s(2)] {
                let mut server = ReissuingServer::new(lifetime, whole);
                let (requests, longest) = live(4, &mut server, trip);
                assert!(requests <= 4 * 4, "{requests} of {lifetime} s, {whole}, {trip:?}");
                assert!(longest <= trip * 4 + s(2), "{longest:?} of {lifetime} s, {trip:?}");
            }
        }
    }
}

#[test]
fn once_known_it_costs_two_requests_a_lifetime() {
    let mut server = ReissuingServer::new(3600, true);
    let (requests, _) = live(10, &mut server, ms(100));
    assert_eq!(requests, 1 + 2 * 10 - 1);
}

#[test]
fn the_same_token_keeps_its_first_expiry_with_the_least_leeway() {
    let mut world = World::near_expiry("t1", 3600);
    let usable_for = world.status().usable_for.unwrap();
    let generation = world.generation();
    world.fetch("t1", 3600);
    assert_eq!(world.status().usable_for, Some(usable_for + s(5) - ms(50)));
    assert_eq!((world.state(), world.generation()), (State::Valid, generation));
    let counters = world.status().counters;
    assert_eq!((counters.issued, counters.reissued, counters.failures), (1, 1, 0));
    assert!(matches!(world.events().last(), Some(Event::Reissued { .. })));
}

#[test]
fn a_reissue_without_seconds_left_is_no_failure() {
    let mut world = World::near_expiry("t1", 3600);
    world.fetch("t1", 0);
    assert_eq!((world.state(), world.status().last_error), (State::Valid, None));
}

#[test]
fn it_is_not_asked_again_before_the_server_must_have_dropped_the_token() {
    let mut world = World::new();
    let mut server = ReissuingServer::new(3600, true);
    world.waits();
    world.send();
    world.round_trip(&mut server, s(2));
    world.reach_renewal();
    world.token();
    world.send();
    world.round_trip(&mut server, ms(1));
    while world.state() != State::Expired {
        world.token();
        world.idle();
        world.advance(1);
    }
    let ticket = world.waits();
    world.idle();
    world.reach_wakeup();
    assert_eq!(wait(world.resume(ticket)), ticket);
    world.send();
    world.round_trip(&mut server, ms(1));
    assert_eq!(ready(world.resume(ticket)), "t2");
}

#[test]
fn a_token_over_by_the_wall_clock_alone_and_handed_out_again_proves_that_the_wall_was_stepped() {
    let mut world = World::holding("t1", 36_000);
    world.step_wall(12 * 3600);
    world.waits();
    world.send();
    world.response_token("t1", 36_000);
    assert_eq!(world.token(), "t1");
    world.advance(36_000 - 1);
    assert_eq!(world.token(), "t1");
    world.advance(1);
    assert_eq!(world.state(), State::Expired);
}

#[test]
fn a_wall_clock_stepped_during_the_first_flight_leaves_nobody_without_a_token_for_hours() {
    let (mut world, _) = World::waiting();
    world.step_wall(8 * 3600);
    world.response_token("t1", 36_000);
    world.reach_renewal();
    world.token();
    world.send();
    world.response_token("t1", 36_000);
    world.reach_expiry();
    world.waits();
    assert!(world.cache.next_wakeup().is_none_or(|wakeup| wakeup.remaining(world.now) < s(30)));
}

#[test]
fn a_response_taken_in_late_leaves_nobody_without_a_token_for_long() {
    let (mut world, _) = World::waiting();
    world.advance(1000);
    world.response_token("t1", 3600);
    world.reach_renewal();
    world.token();
    world.send();
    world.response_token("t1", 3600);
    world.reach_expiry();
    world.waits();
    assert!(world.cache.next_wakeup().is_none_or(|wakeup| wakeup.remaining(world.now) < s(30)));
}

#[test]
fn a_server_with_one_token_for_ever_is_served_from_for_ever() {
    let mut world = World::new();
    let mut refused = 0;
    for _ in 0..4 * 3600 {
        refused += u32::from(matches!(world.acquire(), Acquire::Refused(_)));
        if world.poll().is_some() {
            world.response_token("constant", 3600);
        }
        world.advance(1);
    }
    assert_eq!(refused, 0);
    assert!(world.requests() <= 4 * 4, "{}", world.requests());
}

#[test]
fn a_late_rejection_after_its_end_waits_for_the_server_to_drop_it() {
    let mut world = World::new();
    world.waits();
    world.send();
    world.advance(2);
    world.response_token("t1", 3600);
    world.reach_renewal();
    world.fetch("t1", 3600);
    world.reach_expiry();
    world.reject();
    world.waits();
    world.idle();
    world.reach_wakeup();
    world.waits();
    world.send();
}

#[test]
fn rejected_in_its_last_second_and_handed_out_again_it_is_used_to_its_end() {
    let mut world = World::near_expiry("t1", 3600);
    world.fetch("t1", 3600);
    let usable_for = world.status().usable_for.unwrap();
    world.advance_by(usable_for - s(1));
    world.reject();
    world.waits();
    world.send();
    world.response_token("t1", 3600);
    assert_eq!(world.token(), "t1");
    world.advance(1);
    world.waits();
    assert!(world.cache.next_wakeup().is_none_or(|wakeup| wakeup.remaining(world.now) <= s(1)));
}

/// A round trip of leeway: the token must outlive its trip to the API.
#[test]
fn a_token_handed_out_again_is_good_until_one_round_trip_before_its_end() {
    for (took, leeway) in [(ms(0), ms(50)), (ms(300), ms(300)), (s(9), s(5))] {
        let (mut world, _) = World::waiting();
        world.advance_by(took);
        world.response_token("t1", 3600);
        world.reach_renewal();
        world.fetch("t1", 3600);
        let end = s(3600) - took;
        world.reach_expiry();
        assert_eq!(world.state(), State::Expired);
        assert_eq!(world.now.monotonic(), s(1000) + took + end - leeway);
    }
}

/// A suspend stops the monotonic clock alone; the token is as old as the wall clock says.
#[test]
fn a_token_handed_out_again_after_a_suspend_is_not_good_for_longer() {
    let mut world = World::holding("t1", 3600);
    world.step_wall(1000);
    world.reach_renewal();
    let usable_for = world.status().usable_for.unwrap();
    world.fetch("t1", 3600);
    assert_eq!(world.status().usable_for, Some(usable_for + s(5) - ms(50)));
}

/// Its response was made before the suspend, and is read after it.
#[test]
fn a_token_handed_out_again_before_a_suspend_is_over_after_it() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.step_wall(3600);
    world.response_token("t1", 3600);
    assert_eq!(world.state(), State::Expired);
    world.waits();
}
