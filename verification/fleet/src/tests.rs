//! The same in small: a hundred caches, six hours.

use crate::ours::Ours;
use crate::picture;
use crate::scenario::Scenario;
use crate::study::{Study, replayable, seed};
use crate::world::live;

fn seeds() -> std::ops::Range<u64> {
    seed().map_or(1..4, |seed| seed..seed + 1)
}

#[test]
fn a_fleet_started_together_spreads_out_and_gets_over_any_trouble() {
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

/// What a lease promises: until it ends, a call changes nothing.
#[test]
fn calls_that_a_lease_answers_change_nothing() {
    let days = [Scenario::ordinary(20, 3), Scenario::rotation(20, 3)];
    for (seed, day) in seeds().flat_map(|seed| days.clone().map(|day| (seed, day))) {
        let asked = Scenario { leases: false, ..day.clone() };
        replayable(seed, || assert_eq!(live::<Ours>(&day, seed), live::<Ours>(&asked, seed)));
    }
}
