//! Counts the allocations of this thread.

use crate::rounds::Op;

/// The number of allocations per call.
pub(crate) fn per_call(op: &Op) -> f64 {
    const TIMES: u32 = 96;
    let mut count = 0;
    op(TIMES, &mut |run| count += allocation_counter::measure(run).count_total);
    count as f64 / f64::from(TIMES)
}
