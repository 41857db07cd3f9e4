//! What every server is put through.

mod first;
mod outage;
mod renewals;

use crate::table::Row;
use crate::world::World;
use std::thread;

/// All scenarios, those that leave the server alone at the same time.
pub(crate) fn run(world: &World<'_>) -> Vec<Row> {
    let mut rows = thread::scope(|scope| {
        let first = scope.spawn(|| first::run(world));
        let mut renewals: Vec<_> = Vec::new();
        for lifetime in world.product.lifetimes {
            renewals.push(scope.spawn(move || renewals::run(world, *lifetime)));
        }
        let threads = std::iter::once(first).chain(renewals);
        threads.filter_map(|thread| thread.join().ok()).flatten().collect::<Vec<_>>()
    });
    rows.extend(outage::run(world));
    rows.extend((world.product.extras)(world));
    rows
}
