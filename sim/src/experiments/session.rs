//! One sitting: the seeds, the arms, who is told of progress, and what was measured before.

use super::InputError;
use super::report::Row;
use std::collections::BTreeMap;

/// The seed of a run for which none is given.
pub const DEFAULT_SEED: u64 = 1;

/// What an experiment may ask of the one that runs it.
pub struct Session<'a> {
    /// The first seed; run number k uses this plus k.
    pub seed: u64,
    /// How many seeds instead of those of the case.
    pub seeds: Option<u64>,
    /// The arms that were chosen in place of those of a case; empty for none.
    pub chosen: Vec<String>,
    /// The arms to measure; empty for those of the inputs.
    pub arms: Vec<String>,
    /// The figures that are asked for, as they are written; empty for all.
    pub metrics: Vec<String>,
    progress: &'a mut dyn FnMut(&str),
    memory: BTreeMap<String, Row>,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("seed", &self.seed).field("arms", &self.arms).finish_non_exhaustive()
    }
}

impl<'a> Session<'a> {
    /// Begins a sitting; `progress` is told what each finished run was.
    pub fn new(seed: u64, progress: &'a mut dyn FnMut(&str)) -> Self {
        Self {
            seed,
            seeds: None,
            chosen: Vec::new(),
            arms: Vec::new(),
            metrics: Vec::new(),
            progress,
            memory: BTreeMap::new(),
        }
    }

    /// The seeds of a run of `count`, unless another count was asked for.
    pub fn seeds(&self, count: u64) -> impl Iterator<Item = u64> + use<> {
        let first = self.seed;
        (0..self.seeds.unwrap_or(count)).map(move |run| first.wrapping_add(run))
    }

    /// Says that a run has ended.
    pub fn finished(&mut self, what: &str) {
        (self.progress)(what);
    }

    /// The row of this key as it was measured before, or as it is measured now.
    ///
    /// The key holds everything that the row depends on beside the seeds.
    pub fn once(
        &mut self,
        key: &str,
        measure: impl FnOnce(&mut Self) -> Result<Row, InputError>,
    ) -> Result<Row, InputError> {
        let key = format!("{}+{:?} {key}", self.seed, self.seeds);
        if let Some(row) = self.memory.get(&key) {
            return Ok(row.clone());
        }
        let row = measure(self)?;
        self.memory.insert(key, row.clone());
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_measured_once_for_its_key() {
        let (mut ignore, mut runs) = (|_: &str| {}, 0);
        let mut session = Session::new(1, &mut ignore);
        for key in ["a", "b", "a"] {
            let row = session.once(key, |_| {
                runs += 1;
                Ok(Row::new(key))
            });
            assert_eq!(row.unwrap().arm, key);
        }
        assert_eq!(runs, 2);
    }

    #[test]
    fn seeds_count_up_from_the_first() {
        let mut ignore = |_: &str| {};
        let mut session = Session::new(7, &mut ignore);
        assert!(session.seeds(3).eq(7..10));
        session.seeds = Some(1);
        assert!(session.seeds(3).eq(7..8));
    }
}
