//! Allocations of this thread, counted.

use crate::rounds::Op;

/// How often a call allocates.
pub(crate) fn per_call(op: &Op) -> f64 {
    const TIMES: u32 = 100;
    let counted = allocation_counter::measure(|| op(TIMES));
    counted.count_total as f64 / f64::from(TIMES)
}
