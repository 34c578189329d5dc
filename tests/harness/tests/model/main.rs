//! A model checker: real clients and two servers, and every order in which what is between them can happen.
//!
//! The machines are the library's own; the network and the servers around them are a model. From each state every step
//! is tried: a call starts, a message arrives, is lost, comes twice or fails before or after its work, a caller gives
//! up, a host confirms a cancel, the next timer fires. States that were seen before are not entered again, so the
//! search ends having looked at all of them within its bounds. In each state at most one effect was made of a token,
//! limits hold and no call is undecided beyond its max; in each last state every call is resolved and nothing is left.
//!
//! What is looked at whole: one client with up to four calls, one after the other or side by side, two clients with one
//! call each, and, one by one (`pairs` says why that is enough), both of two clients with two calls each. Random ways
//! go through pairs of clients with more faults. Mutants of the world around the machine show that both find what they
//! look for.

mod fingerprint;
mod mutants;
mod pairs;
mod promises;
mod search;
mod side;
mod step;
mod store;
mod ways;
mod world;

use search::{search, walk};
use step::{Bounds, Unseen};
use world::World;

/// One call, and nothing that goes wrong.
const PLAIN: Bounds =
    Bounds { calls: [1, 0], at_once: 1, faults: 0, cancels: 0, foreign: None, unseen: Unseen::AnyTime };

/// Everything that can happen, looked at whole.
const SMALL: [Bounds; 3] = [
    Bounds { faults: 1, cancels: 1, ..PLAIN },
    Bounds { calls: [2, 0], ..PLAIN },
    Bounds { calls: [2, 0], at_once: 2, unseen: Unseen::AtOnce, ..PLAIN },
];

/// With `HEDGEROW_FULL`.
const LARGE: [Bounds; 6] = [
    Bounds { faults: 2, cancels: 1, ..PLAIN },
    Bounds { calls: [2, 0], faults: 1, cancels: 1, ..PLAIN },
    Bounds { calls: [1, 1], ..PLAIN },
    Bounds { calls: [2, 0], at_once: 2, faults: 1, cancels: 1, unseen: Unseen::AtOnce, ..PLAIN },
    Bounds { calls: [3, 0], at_once: 2, unseen: Unseen::AtOnce, ..PLAIN },
    Bounds { calls: [4, 0], unseen: Unseen::AtOnce, ..PLAIN },
];

/// Too much to be looked at whole: random ways through it.
const MANY: Bounds = Bounds { calls: [2, 2], faults: 4, cancels: 2, ..PLAIN };

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
