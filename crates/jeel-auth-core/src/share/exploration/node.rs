//! A member with the little of a cache and a driver that it needs.

use super::store::{Message, local};
use super::times::{LIFETIME, RENEWAL, USABLE, policies};
use crate::moment::Moment;
use crate::request::BodyEncoding;
use crate::rng::Rng;
use crate::share::member::Member;
use crate::share::record::{Bearer, Holder, Refusal, RefusalKind};
use crate::share::verdict::{LocalToken, Need, Outcome, Want};
use crate::share::{StoreCallId, Version};
use crate::token::BearerValue;
use std::time::Duration;

/// How long a denial lasts.
pub(super) const HOLD_OFF: u64 = 8;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) index: usize,
    pub(super) holder: Holder,
    pub(super) member: Member,
    pub(super) token: Option<LocalToken>,
    /// The want without a final verdict.
    pub(super) want: Option<Want>,
    pub(super) flight: Option<Flight>,
    /// Oldest first; at most the current call and one that was given up.
    pub(super) messages: Vec<Message>,
    pub(super) stalled: bool,
    /// Its messages wait until an input moves them.
    pub(super) slow: bool,
    /// Until when a verdict holds it off.
    pub(super) held_off: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) sent: u64,
    /// The fence of its lease, if it was cleared.
    pub(super) fence: Option<u64>,
    pub(super) rejected: bool,
}

impl Node {
    pub(super) fn new(index: usize, incarnation: u8) -> Self {
        let holder = Holder::new([16 * u8::try_from(index).unwrap_or(0) + incarnation; 16]);
        let (policy, store) = policies();
        Self {
            index,
            holder,
            member: Member::new(holder, 7, policy, store),
            token: None,
            want: None,
            flight: None,
            messages: Vec::new(),
            stalled: false,
            slow: false,
            held_off: 0,
        }
    }

    pub(super) fn local(&self, now: u64) -> Moment {
        local(self.index, now)
    }

    /// What the age of its token makes it want.
    pub(super) fn due(&self, now: u64) -> Option<Want> {
        let now = self.local(now);
        match &self.token {
            None => Some(Want::First),
            Some(token) if token.unusable_at.reached(now) => Some(Want::Expired),
            Some(token) => token.renew_at.reached(now).then_some(Want::Renewal),
        }
    }

    pub(super) fn want(&mut self, now: u64, want: Want) {
        self.want = Some(want);
        let need = Need { want, at_hand: self.token.clone() };
        self.member.want(self.local(now), need);
    }

    /// A version that no other swap has, in any order of events.
    pub(super) fn version(&self, call: StoreCallId) -> Version {
        let mut bytes = self.holder.to_bytes();
        bytes[..8].copy_from_slice(&call.0.to_be_bytes());
        Version::new(bytes)
    }

    pub(super) fn key(&self) -> impl std::fmt::Debug {
        let member = self.member.key();
        let (token, flight) = (self.token.as_ref().map(|token| token.renew_at), &self.flight);
        let messages: Vec<_> = self.messages.iter().map(Message::key).collect();
        let flight = flight.as_ref().map(|flight| (flight.sent, flight.fence, flight.rejected));
        let state = (self.stalled, self.slow, self.held_off);
        (self.holder, member, token, self.want, flight, messages, state)
    }

    /// A jitter that depends on the past would make every state a new one.
    pub(super) fn forget_chance(&mut self) {
        self.member.set_rng(Rng::new(7));
    }

    pub(super) fn outcome(&self, now: u64, answer: super::Answer, name: u64) -> Outcome {
        match answer {
            super::Answer::Token => {
                let sent = self.flight.as_ref().map_or(now, |flight| flight.sent);
                Outcome::Issued(Box::new(self.issued(sent, now, name)), BodyEncoding::Multipart)
            }
            super::Answer::Denied => Outcome::Refused {
                until: self.local(now).after(Duration::from_secs(HOLD_OFF)),
                refusal: Refusal {
                    kind: RefusalKind::Denied,
                    encoding: BodyEncoding::Multipart,
                    status: 401,
                    code: Some("invalid_client".to_owned()),
                    tx_id: None,
                },
            },
            super::Answer::Failed => Outcome::Failed,
            super::Answer::NotSent => Outcome::NotSent,
        }
    }

    fn issued(&self, sent: u64, now: u64, name: u64) -> LocalToken {
        let sent = self.local(sent);
        let after = |seconds| sent.after(Duration::from_secs(seconds));
        LocalToken {
            bearer: bearer(name),
            received: self.local(now),
            renew_at: after(RENEWAL),
            unusable_at: after(USABLE),
            expires_at: after(LIFETIME),
            dropped_at: after(LIFETIME),
            lifetime: Duration::from_secs(LIFETIME),
            replaces_rejected: self.flight.as_ref().is_some_and(|flight| flight.rejected),
            reissued: false,
        }
    }
}

pub(super) fn bearer(name: u64) -> Bearer {
    let token = format!("token-{name}");
    let value = BearerValue::build(token.len(), |value| value.append(token.as_bytes()));
    Bearer(value.expect("visible ASCII"))
}
