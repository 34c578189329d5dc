//! What is wrong with the world around the machines is found, by the search and on random ways.

use super::search::{search, walk};
use super::step::{Bounds, Mutant, Unseen};
use super::world::World;
use super::{MANY, PLAIN};

/// What a search says of a world with this mutant; random ways must say it, too.
fn broken_by(mutant: Mutant, bounds: Bounds, promise: &str) {
    for found in [search(&World::new(bounds, Some(mutant))), walk(&World::new(MANY, Some(mutant)), 5000)] {
        match found {
            Ok(explored) => panic!("{mutant:?} was not found: {explored:?}"),
            Err(broken) => assert!(broken.contains(promise), "{mutant:?}: {broken}"),
        }
    }
}

#[test]
fn servers_that_do_not_dedupe_make_two_effects() {
    broken_by(Mutant::NoDedupe, PLAIN, "two effects");
}

#[test]
fn servers_that_dedupe_each_for_itself_make_two_effects_of_a_hedge() {
    broken_by(Mutant::WindowOfEachServer, PLAIN, "two effects");
}

#[test]
fn a_host_that_mints_anew_for_each_attempt_makes_two_effects() {
    broken_by(Mutant::TokenOfEachAttempt, PLAIN, "two effects");
}

#[test]
fn a_host_that_gives_a_slot_back_early_runs_more_than_the_limit() {
    broken_by(Mutant::EndsToldEarly, Bounds { calls: [2, 0], ..PLAIN }, "more at work");
}

#[test]
fn a_host_without_a_timer_leaves_calls_unresolved() {
    broken_by(Mutant::NoTimer, Bounds { faults: 1, ..PLAIN }, "unresolved");
}

#[test]
fn a_timer_that_another_client_takes_leaves_calls_unresolved() {
    let unaware = Bounds { faults: 1, cancels: 1, ..PLAIN };
    let mutant = Mutant::SharedTimer;
    broken_by(mutant, Bounds { foreign: Some(0), unseen: Unseen::AtOnce, ..unaware }, "unresolved");
    // One client has its timer for itself, so only instants of another one show it.
    search(&World::new(unaware, Some(mutant))).expect("nobody takes the timer");
}
