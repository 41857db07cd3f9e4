//! Timing on a shared machine: short rounds of all subjects in turn, and medians over the rounds.

use std::sync::Barrier;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// Runs an operation a number of times inside a measurement.
pub(crate) type Op = Box<dyn Fn(u32, Measure<'_>) + Send + Sync>;

/// Measures a function.
pub(crate) type Measure<'a> = &'a mut dyn FnMut(&mut dyn FnMut());

/// A loop around `once` as an [`Op`]. Each subject has its own loop, without overhead between
/// calls.
pub(crate) fn op<T>(once: impl Fn() -> T + Send + Sync + 'static) -> Op {
    Box::new(move |times, measure| {
        measure(&mut || {
            for _ in 0..times {
                // By reference, because a move would take longer than some of the subjects.
                std::hint::black_box(&once());
            }
        });
    })
}

/// Like [`op`], but the operation consumes a value. Values are made before and dropped after the
/// measurement.
pub(crate) fn op_on<S, T>(
    make: impl Fn() -> S + Send + Sync + 'static,
    once: impl Fn(&mut S) -> T + Send + Sync + 'static,
) -> Op {
    Box::new(move |times, measure| {
        let mut left = times;
        while left > 0 {
            // A small number, so that the values stay in the processor's cache.
            let mut made: Vec<S> = (0..left.min(16)).map(|_| make()).collect();
            left -= made.len() as u32;
            measure(&mut || {
                for each in &mut made {
                    std::hint::black_box(&once(each));
                }
            });
        }
    })
}

/// Runs an operation without a measurement.
pub(crate) fn just(op: &Op, times: u32) {
    op(times, &mut |run| run());
}

/// The nanoseconds per call in each round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// The median over the rounds of the ratio to `base`.
    pub(crate) fn ratio_to(&self, base: &Self) -> f64 {
        median(self.0.iter().zip(&base.0).map(|(mine, base)| mine / base).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs all subjects in turn on `threads` concurrent threads, `rounds` times.
pub(crate) fn race(ops: &[&Op], threads: usize, rounds: usize) -> Vec<Rounds> {
    let times: Vec<u32> = ops.iter().map(|op| calibrate(op)).collect();
    let mut results = vec![Rounds::default(); ops.len()];
    for round in 0..rounds {
        // The order changes, so that no subject is always the first.
        for index in (0..ops.len()).map(|index| (index + round) % ops.len()) {
            if let (Some(op), Some(times), Some(result)) =
                (ops.get(index), times.get(index), results.get_mut(index))
            {
                result.push(nanoseconds(op, *times, threads));
            }
        }
    }
    results
}

/// The number of calls that fit into a round.
fn calibrate(op: &Op) -> u32 {
    const TRIAL: u32 = 2000;
    just(op, TRIAL);
    let each = nanoseconds(op, TRIAL, 1).max(0.1);
    (ROUND.as_nanos() as f64 / each).min(1e6) as u32 + 1
}

/// Shorter than a scheduler's slice, so that most rounds are not interrupted.
const ROUND: Duration = Duration::from_millis(1);

/// The time per call of the slowest thread.
fn nanoseconds(op: &Op, times: u32, threads: usize) -> f64 {
    let timed = || {
        let mut taken = Duration::ZERO;
        op(times, &mut |run| {
            let start = Instant::now();
            run();
            taken += start.elapsed();
        });
        taken.as_nanos() as f64 / f64::from(times)
    };
    if threads == 1 {
        return timed();
    }
    let barrier = Barrier::new(threads);
    // Some peers need a runtime even for a cached token.
    let runtime = Handle::try_current().ok();
    std::thread::scope(|scope| {
        let together = || {
            let _inside = runtime.as_ref().map(Handle::enter);
            barrier.wait();
            timed()
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(together)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).fold(0.0, f64::max)
    })
}
