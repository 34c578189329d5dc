//! Arbitrary bytes through every target: on each run the same seeds, so a failure is found again by its number.

use hedgerow::Reason;
use hedgerow::client::call::CallState::{Freed, Lingering, One, Racing, Waiting};
use hedgerow::retry::outcome::FailureClass as Class;
use hedgerow::stats::{CallEvent as Event, Stats};
use hedgerow_harness::bytes::{Choices, of_seed};
use hedgerow_harness::targets;
use hedgerow_harness::world::World;
use proptest::prelude::*;
use std::sync::LazyLock;

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

/// The counters of each world.
static STATS: LazyLock<Vec<Stats>> = LazyLock::new(|| (0..worlds()).map(stats_of).collect());

fn stats_of(seed: u64) -> Stats {
    let bytes = of_seed(seed, 1500);
    let mut choices = Choices::new(&bytes);
    let mut world = World::new(&mut choices);
    world.run(&mut choices);
    world.client.stats()
}

fn in_all(count: impl Fn(&Stats) -> u64) -> u64 {
    STATS.iter().map(count).sum()
}

#[test]
fn breakers_open_probe_and_close_in_these_worlds() {
    let given = [Reason::BreakerOpen, Reason::Breaker, Reason::BreakerProbe, Reason::BreakerClosed]
        .map(|reason| (reason, in_all(|stats| stats.count(reason))));
    assert!(given.iter().all(|(_, count)| *count >= 50), "{given:?}");
}

/// Every step of the orders of decisions that gives a reason: admission, the settlement of hedging, the gates of hedges
/// and of retries, sends, completions, cancels, reports that are ignored. A lease and a restored client have no world.
#[test]
fn each_step_of_the_orders_of_decisions_is_taken() {
    let elsewhere = [Reason::LeaseExhausted, Reason::NoNonceSeed, Reason::ClassUnknown];
    let decided = Reason::ALL.iter().filter(|reason| (10..140).contains(&reason.code()));
    let given = decided.filter(|reason| !elsewhere.contains(reason));
    let missed: Vec<_> = given.filter(|reason| in_all(|stats| stats.count(**reason)) == 0).collect();
    assert!(missed.is_empty(), "never given: {missed:?}");
}

/// What the policies see of the life of an attempt, row by row, as far as no reason alone tells it.
#[test]
fn each_row_of_what_policies_see_is_taken() {
    type Row = (&'static str, fn(&Stats) -> u64);
    let rows: [Row; 12] = [
        ("answer of the winner", |stats| stats.completed_ok),
        ("late answer of a loser", |stats| stats.ended(None) - stats.completed_ok),
        ("answer after an attempt timeout", |stats| stats.arrow(Waiting, Event::Response, Freed)),
        ("fatal", |stats| stats.ended(Some(Class::Fatal))),
        ("transient", |stats| stats.ended(Some(Class::Transient))),
        ("timeout", |stats| stats.ended(Some(Class::Timeout))),
        ("not sent", |stats| stats.ended(Some(Class::NotSent))),
        ("overloaded", |stats| stats.ended(Some(Class::Overloaded))),
        ("refused", |stats| stats.ended(Some(Class::Refused))),
        ("a hedge that won", |stats| stats.hedges_won),
        ("a hedge that lost", |stats| stats.hedges_lost),
        ("a timeout by a pause of the client", |stats| stats.timeouts_client_pause),
    ];
    let missed: Vec<_> = rows.iter().filter(|(_, of)| in_all(of) == 0).map(|(row, _)| row).collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
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
        (One, Event::Orphan, One),
        (Waiting, Event::Orphan, Waiting),
        (Lingering, Event::Orphan, Lingering),
        (Lingering, Event::Orphan, Freed),
    ];
    let is_missed = |&&(from, event, to): &&(_, _, _)| in_all(|stats| stats.arrow(from, event, to)) == 0;
    let missed: Vec<_> = arrows.iter().filter(is_missed).collect();
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
