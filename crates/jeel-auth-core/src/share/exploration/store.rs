//! The store of the exploration: honest, with a network that is not.

use crate::moment::Moment;
use crate::secret_buffer::SecretBuffer;
use crate::share::record::Record;
use crate::share::{StoreCallId, StoreOperation, StoreResponse, StoreTime, StoredRecord, Version};
use std::time::Duration;

/// The store's clock is ahead of the members' by this.
pub(super) const AHEAD: u64 = 500;

#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) record: Option<(Version, SecretBuffer)>,
}

/// A call on its way, or its response.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: StoreCallId,
    pub(super) operation: StoreOperation,
    /// The version that the driver drew.
    pub(super) version: Version,
    /// When the member made it.
    pub(super) made: u64,
    pub(super) response: Option<StoreResponse>,
}

/// What a swap did.
pub(super) struct Change {
    pub(super) before: Option<Record>,
    pub(super) after: Record,
}

impl Message {
    pub(super) fn key(&self) -> impl std::fmt::Debug {
        let swap = match &self.operation {
            StoreOperation::Load => None,
            StoreOperation::Swap { expected, record, .. } => {
                Some((*expected, Record::decode(record)))
            }
        };
        (self.id, swap, self.made, self.response.clone())
    }
}

impl Store {
    pub(super) fn record(&self) -> Option<Record> {
        self.record.as_ref().and_then(|(_, bytes)| Record::decode(bytes))
    }

    /// Does what a message asks for, at a time of the world.
    pub(super) fn serve(&mut self, now: u64, message: &Message) -> (StoreResponse, Option<Change>) {
        let time = Some(StoreTime { epoch: 0, at: Duration::from_secs(now + AHEAD) });
        let current = self.record.as_ref().map(|(version, _)| *version);
        match &message.operation {
            StoreOperation::Swap { expected, record, .. } if *expected == current => {
                let before = self.record();
                self.record = Some((message.version, record.clone()));
                let after = self.record().expect("members write records");
                let swapped = StoreResponse::Swapped { version: message.version, now: time };
                (swapped, Some(Change { before, after }))
            }
            _ => {
                let record = self.record.as_ref().map(|(_, bytes)| bytes.clone());
                let stored = StoredRecord { version: current, record, now: time };
                (StoreResponse::Found(stored), None)
            }
        }
    }
}

/// What the clocks of a member say at a time of the world. No two members agree.
pub(super) const fn local(member: usize, now: u64) -> Moment {
    let member = member as u64;
    Moment::new(
        Duration::from_secs(now + 1000 * (member + 1)),
        Duration::from_secs(1_800_000_000 + now + 2 * member),
    )
}
