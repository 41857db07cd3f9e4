//! The simulation with a hundred caches and six hours.

use crate::ours::Ours;
use crate::picture;
use crate::scenario::Scenario;
use crate::simulation::simulate;
use crate::study::{Study, replayable, seed};

fn seeds() -> std::ops::Range<u64> {
    seed().map_or(1..4, |seed| seed..seed + 1)
}

#[test]
fn a_fleet_started_together_spreads_out_and_recovers_from_faults() {
    for seed in seeds() {
        replayable(seed, || Study::new(100, 6, seed));
    }
}

#[test]
fn the_same_seed_gives_the_same_table_and_picture() {
    let [first, second] = [(), ()].map(|()| Study::new(100, 6, 1));
    assert!(first == second);
    assert_eq!(first.to_string(), second.to_string());
    assert_eq!(picture::draw(&first), picture::draw(&second));
}

/// A call that a lease answers has no effect on the cache.
#[test]
fn calls_that_a_lease_answers_change_nothing() {
    let days = [Scenario::ordinary(20, 3), Scenario::rotation(20, 3)];
    for (seed, day) in seeds().flat_map(|seed| days.clone().map(|day| (seed, day))) {
        let asked = Scenario { leases: false, ..day.clone() };
        replayable(seed, || {
            assert_eq!(simulate::<Ours>(&day, seed), simulate::<Ours>(&asked, seed))
        });
    }
}
