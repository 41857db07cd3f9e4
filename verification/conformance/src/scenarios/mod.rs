//! The scenarios for every server.

mod first;
mod middleware;
pub(crate) mod new_key;
mod outage;
mod renewals;

pub(crate) use first::refusal;

use crate::table::Row;
use crate::world::World;

/// Runs all scenarios one after another. The cases of a scenario run concurrently. Concurrent
/// scenarios would only test a server that is short of CPU.
pub(crate) fn run(world: &World<'_>) -> Vec<Row> {
    let mut rows = first::run(world);
    for lifetime in world.product.lifetimes {
        rows.extend(renewals::run(world, *lifetime));
    }
    rows.extend(outage::run(world));
    rows.extend((world.product.extras)(world));
    rows
}
