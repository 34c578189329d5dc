//! Random worlds: no invariant breaks, and every branch that matters is taken.
//!
//! `HEDGEROW_WORLDS` sets how many worlds are drawn; a failing one is made smaller and printed as a command.

use hedgerow_sim::metrics::Coverage;
use hedgerow_sim::swarm::Case;

/// Worlds of a usual run.
const WORLDS: u64 = 64;
/// A long run draws no more than this: its number is meant for worlds a thousand times smaller.
const MOST_WORLDS: u64 = 500;

#[test]
fn no_invariant_breaks_in_random_worlds_and_every_branch_is_taken() {
    let asked = std::env::var("HEDGEROW_WORLDS").ok().and_then(|text| text.parse().ok());
    let worlds = asked.unwrap_or(WORLDS).clamp(WORLDS, MOST_WORLDS);
    let mut covered = Coverage::default();
    for seed in 1..=worlds {
        match Case::new(seed).run() {
            Ok(coverage) => covered.join(&coverage),
            Err(failure) => panic!("{}", Case::shrink(failure, Case::run).with_story()),
        }
    }
    let never: Vec<_> = covered.never().collect();
    assert!(never.is_empty(), "no world took {never:?}");
}
