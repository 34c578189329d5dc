//! A model checker: two real clients and two servers, and every order in which what is between them can happen.
//!
//! The machines are the library's own; the network and the servers around them are a model. From each state every step
//! is tried: a call starts, a message arrives, is lost, comes twice or fails before or after its work, a caller gives
//! up, a host confirms a cancel, the next timer fires. States that were seen before are not entered again, so the
//! search ends having looked at all of them within its bounds. In each state at most one effect was made of a token and
//! limits hold; in each last state every call is resolved and nothing is left.
//!
//! Mutants of the world around the machine show that the search finds what it looks for.

mod fingerprint;
mod search;
mod side;
mod store;
mod world;

use search::{search, walk};
use world::{Bounds, Mutant, World};

/// Everything that can happen, looked at whole.
const SMALL: [Bounds; 2] =
    [Bounds { calls: [1, 0], faults: 1, cancels: 1 }, Bounds { calls: [2, 0], faults: 0, cancels: 0 }];

/// With `HEDGEROW_FULL`.
const LARGE: [Bounds; 2] =
    [Bounds { calls: [1, 0], faults: 2, cancels: 1 }, Bounds { calls: [1, 1], faults: 0, cancels: 0 }];

/// Too much to be looked at whole: random ways through it.
const MANY: Bounds = Bounds { calls: [2, 2], faults: 4, cancels: 2 };

fn full() -> bool {
    std::env::var_os("HEDGEROW_FULL").is_some()
}

#[test]
fn every_order_of_events_leaves_one_effect_per_token_limits_kept_and_calls_resolved() {
    for bounds in SMALL.into_iter().chain(LARGE.into_iter().filter(|_| full())) {
        let explored =
            search(&World::new(bounds, None)).unwrap_or_else(|broken| panic!("{bounds:?}: {broken}"));
        println!("{bounds:?}: {explored:?}");
        assert!(explored.ends > 0 && explored.hedges > 0 && explored.repeats > 0, "{bounds:?}: {explored:?}");
        assert!(bounds.faults == 0 || explored.retries > 0, "{bounds:?}: {explored:?}");
    }
}

#[test]
fn random_orders_of_four_calls_keep_the_same_promises() {
    let ways = if full() { 20_000 } else { 500 };
    let explored = walk(&World::new(MANY, None), ways).unwrap_or_else(|broken| panic!("{broken}"));
    println!("{MANY:?}: {explored:?}");
    assert!(explored.ends == ways && explored.hedges > 1 && explored.retries > 1 && explored.repeats > 1);
}

fn broken_by(mutant: Mutant) -> String {
    match walk(&World::new(MANY, Some(mutant)), 5000) {
        Ok(_) => panic!("{mutant:?} was not found"),
        Err(broken) => broken,
    }
}

#[test]
fn servers_that_do_not_dedupe_make_two_effects() {
    assert!(broken_by(Mutant::NoDedupe).contains("two effects"));
}

#[test]
fn servers_that_dedupe_each_for_itself_make_two_effects_of_a_hedge() {
    assert!(broken_by(Mutant::WindowOfEachServer).contains("two effects"));
}

#[test]
fn a_host_that_mints_anew_for_each_attempt_makes_two_effects() {
    assert!(broken_by(Mutant::TokenOfEachAttempt).contains("two effects"));
}

#[test]
fn a_host_that_gives_a_slot_back_early_runs_more_than_the_limit() {
    assert!(broken_by(Mutant::EndsToldEarly).contains("more at work"));
}

#[test]
fn a_host_without_a_timer_leaves_calls_unresolved() {
    assert!(broken_by(Mutant::NoTimer).contains("unresolved"));
}
