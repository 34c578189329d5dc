//! One sitting: the seeds, the arms, who is told of progress, and what was measured before.

use super::InputError;
use super::report::Row;
use crate::arm::Arm;
use crate::stream::{Draws, SplitMix64};
use std::collections::BTreeMap;

/// The seed of a run for which none is given.
pub const DEFAULT_SEED: u64 = 1;

/// Whether a trace is wanted, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    /// None is wanted.
    #[default]
    Off,
    /// That of the next world with whole clients.
    Wanted,
    /// The JSON Lines of client 0, each chained to the one before; they hold its seed.
    Taken(String),
}

/// What an experiment may ask of the one that runs it.
pub struct Session<'a> {
    /// The seed of the first run.
    pub seed: u64,
    /// How many seeds instead of those of the case.
    pub seeds: Option<u64>,
    /// The arms that were chosen in place of those of a case; empty for none.
    pub chosen: Vec<String>,
    /// Arms that a user handed in; their names come before those that are known.
    pub documents: Vec<Arm>,
    /// The arms to measure; empty for those of the inputs.
    pub arms: Vec<String>,
    /// The trace of the first client of the first whole world.
    pub trace: Tracing,
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
            documents: Vec::new(),
            trace: Tracing::default(),
            arms: Vec::new(),
            metrics: Vec::new(),
            progress,
            memory: BTreeMap::new(),
        }
    }

    /// The seeds of `count` runs, unless another count was asked for: the first as it is, then what SplitMix64 makes of it.
    ///
    /// Neighbouring numbers would not do: streams are derived by exclusive or with the number of an entity, so that runs
    /// 2 and 3 would deal the same streams to other clients.
    pub fn seeds(&self, count: u64) -> impl Iterator<Item = u64> + use<> {
        let mut further = SplitMix64::new(self.seed);
        (0..self.seeds.unwrap_or(count))
            .scan(self.seed, move |seed, _| Some(std::mem::replace(seed, further.draw())))
    }

    /// The arm of a name: one that the user handed in, or one that is known.
    pub fn arm(&self, name: &str) -> Result<Arm, InputError> {
        match self.documents.iter().find(|arm| arm.name == name) {
            Some(arm) => Ok(arm.clone()),
            None => Ok(Arm::named(name)?),
        }
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
    fn runs_share_no_stream_of_any_client() {
        let mut ignore = |_: &str| {};
        let mut session = Session::new(7, &mut ignore);
        let first: Vec<_> = session.seeds(1000).collect();
        assert_eq!(first[0], 7);
        let mut streams: Vec<_> =
            first.iter().flat_map(|seed| (0..100).map(move |client| seed ^ client)).collect();
        streams.sort_unstable();
        streams.dedup();
        assert_eq!(streams.len(), 100_000);
        session.seeds = Some(1);
        assert!(session.seeds(3).eq([7]));
    }
}
