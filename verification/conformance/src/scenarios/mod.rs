//! What every server is put through.

mod first;
mod middleware;
pub(crate) mod new_key;
mod outage;
mod renewals;

pub(crate) use first::refusal;

use crate::table::Row;
use crate::world::World;

/// All scenarios. The cases of each are run at the same time, the scenarios one after another: a
/// server that is short of CPU would be tested for that alone.
pub(crate) fn run(world: &World<'_>) -> Vec<Row> {
    let mut rows = first::run(world);
    for lifetime in world.product.lifetimes {
        rows.extend(renewals::run(world, *lifetime));
    }
    rows.extend(outage::run(world));
    rows.extend((world.product.extras)(world));
    rows
}
