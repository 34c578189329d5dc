//! Figures over time, in a bounded number of equal steps.
//!
//! A step is one second until a run is longer than the steps that are kept; then two neighbours become one, and so on,
//! so that memory stays flat over a run of any length.

/// Steps that are kept.
const MOST_STEPS: usize = 4096;
/// Length of a step at first, in µs.
const SECOND_US: u64 = 1_000_000;

/// What one step of time saw. Calls are counted in the step in which they arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Calls that arrived.
    pub arrived: u64,
    /// Of them, those answered.
    pub ok: u64,
    /// Of them, those refused or failed.
    pub failed: u64,
    /// Of them, those that missed the target or were not answered.
    pub misses: u64,
    /// Attempts sent in this step.
    pub attempts: u64,
    /// Of them, retries.
    pub retries: u64,
    /// Of them, hedges.
    pub hedges: u64,
    /// Latencies of the answered calls, together, in µs.
    pub latency_us: u64,
    /// The greatest of them, in µs.
    pub latency_max_us: u64,
}

impl Second {
    fn join(self, other: Self) -> Self {
        Self {
            arrived: self.arrived + other.arrived,
            ok: self.ok + other.ok,
            failed: self.failed + other.failed,
            misses: self.misses + other.misses,
            attempts: self.attempts + other.attempts,
            retries: self.retries + other.retries,
            hedges: self.hedges + other.hedges,
            latency_us: self.latency_us.saturating_add(other.latency_us),
            latency_max_us: self.latency_max_us.max(other.latency_max_us),
        }
    }
}

/// Figures over time.
#[derive(Clone, Debug)]
pub struct Series {
    step_us: u64,
    steps: Vec<Second>,
}

impl Default for Series {
    fn default() -> Self {
        Self { step_us: SECOND_US, steps: Vec::new() }
    }
}

impl Series {
    /// Length of a step, in µs.
    pub const fn step_us(&self) -> u64 {
        self.step_us
    }

    /// The steps from the start of the run.
    pub fn steps(&self) -> &[Second] {
        &self.steps
    }

    /// The steps that lie within [from, to).
    pub fn between(&self, from_us: u64, to_us: u64) -> impl Iterator<Item = &Second> {
        let first = from_us.div_ceil(self.step_us) as usize;
        let end = (to_us / self.step_us) as usize;
        self.steps.iter().take(end).skip(first)
    }

    /// The step of a time.
    pub(crate) fn at(&mut self, now: u64) -> &mut Second {
        while (now / self.step_us) as usize >= MOST_STEPS {
            self.halve();
        }
        let index = (now / self.step_us) as usize;
        if self.steps.len() <= index {
            self.steps.resize(index + 1, Second::default());
        }
        &mut self.steps[index]
    }

    fn halve(&mut self) {
        let pairs = self.steps.chunks(2);
        self.steps =
            pairs.map(|pair| pair.iter().fold(Second::default(), |all, one| all.join(*one))).collect();
        self.step_us = self.step_us.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_its_sums_in_fewer_steps() {
        let mut series = Series::default();
        for second in 0..20_000 {
            series.at(second * SECOND_US).arrived += 1;
        }
        assert!(series.steps().len() <= MOST_STEPS);
        assert_eq!(series.step_us(), 8 * SECOND_US);
        assert_eq!(series.steps().iter().map(|step| step.arrived).sum::<u64>(), 20_000);
        series.at(u64::MAX - 1).ok += 1;
        assert!(series.steps().len() <= MOST_STEPS);
    }

    #[test]
    fn only_whole_steps_lie_between() {
        let mut series = Series::default();
        for second in 0..10 {
            series.at(second * SECOND_US).arrived = second;
        }
        let seen: Vec<_> = series.between(2_500_000, 6_000_000).map(|step| step.arrived).collect();
        assert_eq!(seen, [3, 4, 5]);
    }
}
