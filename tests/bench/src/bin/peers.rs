//! Times of ours and theirs, taken in turn in one process: the machine's noise meets all of them alike.
//!
//! Of each operation every crate runs a short batch, round after round. Times are the median and the least over the
//! rounds; a ratio is the median of the ratios within each round, theirs by ours, so that it hardly moves when the
//! machine does.
//!
//! ```text
//! peers [part of a name]
//! ```

use std::time::{Duration, Instant};

use hedgerow_bench::{Operation, Run, operations};

const ROUNDS: usize = 41;
/// How long a batch takes, about.
const BATCH: Duration = Duration::from_millis(2);

fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    println!("{:<48} {:<46} {:>10} {:>8} {:>8}", "operation", "by", "median ns", "least", "ratio");
    for group in operations().chunk_by(|a, b| a.what == b.what) {
        if group[0].what.contains(&part) {
            compare(group);
        }
    }
}

fn compare(group: &[Operation]) {
    let mut runs: Vec<_> = group.iter().map(Timed::new).collect();
    for round in 0..ROUNDS {
        for turn in 0..runs.len() {
            let at = (round + turn) % group.len();
            runs[at].batch();
        }
    }
    let ours = runs[0].nanos.clone();
    for (operation, timed) in group.iter().zip(&runs) {
        let ratios = timed.nanos.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect();
        println!(
            "{:<48} {:<46} {:>10.1} {:>8.1} {:>8.2}",
            operation.what,
            operation.who,
            median(timed.nanos.clone()),
            timed.nanos.iter().copied().fold(f64::INFINITY, f64::min),
            median(ratios)
        );
    }
}

/// A prepared operation and the nanoseconds of one repetition in each batch.
struct Timed {
    run: Run,
    times: u32,
    nanos: Vec<f64>,
}

impl Timed {
    /// Finds how often the operation fits into a batch, which also warms it up.
    fn new(operation: &Operation) -> Self {
        let mut run = (operation.prepare)();
        let mut times = 1;
        while time(&mut run, times) < BATCH {
            times *= 2;
        }
        Self { run, times, nanos: Vec::new() }
    }

    fn batch(&mut self) {
        let taken = time(&mut self.run, self.times);
        self.nanos.push(taken.as_secs_f64() * 1e9 / f64::from(self.times));
    }
}

fn time(run: &mut Run, times: u32) -> Duration {
    let begun = Instant::now();
    run(u64::from(times));
    begun.elapsed()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
