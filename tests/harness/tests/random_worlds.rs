//! Arbitrary bytes through every target: on each run the same seeds, so a failure is found again by its number.

use hedgerow::Reason;
use hedgerow::client::call::CallState::{Freed, Lingering, One, Racing, Waiting};
use hedgerow::stats::{CallEvent as Event, Stats};
use hedgerow_harness::bytes::{Choices, of_seed};
use hedgerow_harness::targets;
use hedgerow_harness::world::World;
use proptest::prelude::*;

/// How many worlds; `HEDGEROW_WORLDS` asks for more.
fn worlds() -> u64 {
    std::env::var("HEDGEROW_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(4000)
}

#[test]
fn the_invariants_hold_for_random_configurations_and_events() {
    for seed in 0..worlds() {
        let bytes = of_seed(seed, 1500);
        let caught = std::panic::catch_unwind(|| targets::events(&bytes));
        assert!(caught.is_ok(), "world {seed}");
    }
}

#[test]
fn what_a_client_learned_in_these_worlds_comes_back_and_an_altered_snapshot_is_answered() {
    for seed in 0..worlds() / 4 {
        let bytes = [vec![1], of_seed(seed, 900)].concat();
        let caught = std::panic::catch_unwind(|| targets::snapshot(&bytes));
        assert!(caught.is_ok(), "world {seed}");
    }
}

fn stats_of(seed: u64) -> Stats {
    let bytes = of_seed(seed, 1500);
    let mut choices = Choices::new(&bytes);
    let mut world = World::new(&mut choices);
    world.run(&mut choices);
    world.client.stats()
}

#[test]
fn breakers_open_probe_and_close_in_these_worlds() {
    let mut given = [Reason::BreakerOpen, Reason::Breaker, Reason::BreakerProbe, Reason::BreakerClosed]
        .map(|reason| (reason, 0));
    for seed in 0..worlds() {
        let stats = stats_of(seed);
        for (reason, count) in &mut given {
            *count += stats.count(*reason);
        }
    }
    assert!(given.iter().all(|(_, count)| *count >= 50), "{given:?}");
}

#[test]
fn each_arrow_of_the_state_table_is_taken() {
    let arrows = [
        (Freed, Event::Start, One),
        (Freed, Event::Start, Racing),
        (One, Event::Response, Freed),
        (One, Event::Response, Lingering),
        (Racing, Event::Response, Lingering),
        (Waiting, Event::Response, Freed),
        (One, Event::Fatal, Freed),
        (Racing, Event::Fatal, Lingering),
        (One, Event::FailureHedged, One),
        (Racing, Event::FailureHedged, Racing),
        (One, Event::Failure, Waiting),
        (One, Event::Failure, Freed),
        (Racing, Event::Failure, One),
        (Racing, Event::Failure, Racing),
        (Waiting, Event::Late, Waiting),
        (Lingering, Event::Late, Lingering),
        (Lingering, Event::Late, Freed),
        (One, Event::HedgeTimer, Racing),
        (One, Event::HedgeTimer, One),
        (Racing, Event::HedgeTimer, Racing),
        (Waiting, Event::RetryTimer, One),
        (Waiting, Event::RetryTimer, Freed),
        (One, Event::AttemptTimeout, Waiting),
        (One, Event::AttemptTimeout, One),
        (Racing, Event::AttemptTimeout, Racing),
        (One, Event::CallEnd, Lingering),
        (Racing, Event::CallEnd, Lingering),
        (Waiting, Event::CallEnd, Freed),
        (Waiting, Event::CallEnd, Lingering),
        (One, Event::CallerCancel, Lingering),
        (Racing, Event::CallerCancel, Lingering),
        (Waiting, Event::CallerCancel, Freed),
        (One, Event::CancelledUnasked, Waiting),
        (One, Event::CancelledUnasked, One),
        (Racing, Event::CancelledUnasked, One),
        (One, Event::CancelConfirmed, One),
        (Waiting, Event::CancelConfirmed, Waiting),
        (Lingering, Event::CancelConfirmed, Lingering),
        (Lingering, Event::CancelConfirmed, Freed),
        (Waiting, Event::Orphan, Waiting),
        (Lingering, Event::Orphan, Lingering),
        (Lingering, Event::Orphan, Freed),
    ];
    let mut taken = vec![0; arrows.len()];
    for seed in 0..worlds() {
        let stats = stats_of(seed);
        for (count, (from, event, to)) in taken.iter_mut().zip(arrows) {
            *count += stats.arrow(from, event, to);
        }
    }
    let missed: Vec<_> =
        arrows.iter().zip(&taken).filter(|(_, count)| **count == 0).map(|(arrow, _)| arrow).collect();
    assert!(missed.is_empty(), "never taken: {missed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_events(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        targets::events(&bytes);
    }

    #[test]
    fn any_text_is_answered(text in ".{0,120}") {
        targets::wire(text.as_bytes());
        targets::config(text.as_bytes());
    }
}
