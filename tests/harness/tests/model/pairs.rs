//! Two clients with two calls each, from searches over one of them: their states together are too many to be looked at.
//!
//! Two clients share the time and the store, and nothing else. A machine is a value that only its own inputs change.
//! The store answers to a token by what came with this token alone, as long as its window forgets and refuses nothing,
//! which is asserted in every state; and no token is of both clients. So what a run of two does to one of them is a run
//! of that one, but that time also stops where a timer of the other fires. All timers lie on one grid (asserted), and
//! while this client has no timer, the other one must have some, which none of its two calls can for longer than its
//! life (asserted). So time that may stop at every instant of the grid, and go on without a timer for the lives of two
//! calls, leads one client through everything that can happen to it in a pair. What is promised is about one client or
//! one token each, and the faults of a pair are at least those of each of the two.
//!
//! What begins later only happens later: clients are looked at from their first start on, and that start is at zero.
//!
//! Each step of this is tested where both sides of it can be looked at whole.

use std::collections::BTreeSet;

use super::full;
use super::search::{Explored, search, search_with};
use super::side::LIFE;
use super::step::{Bounds, Unseen};
use super::world::World;

/// How much happens to one of two clients with two calls each.
const TWO: Bounds = Bounds {
    calls: [2, 2],
    at_once: 1,
    faults: 0,
    cancels: 0,
    foreign: Some(2 * LIFE),
    unseen: Unseen::AtOnce,
};

/// The bounds for one of two clients.
fn alone(bounds: Bounds, at: usize) -> Bounds {
    let mut calls = [0; 2];
    calls[at] = bounds.calls[at];
    Bounds { calls, ..bounds }
}

fn one_of_two(at: usize) {
    let (faults, cancels) = if full() { (1, 1) } else { (0, 0) };
    let bounds = alone(Bounds { faults, cancels, ..TWO }, at);
    let explored = search(&World::new(bounds, None).started(at));
    let explored = explored.unwrap_or_else(|broken| panic!("{bounds:?}: {broken}"));
    println!("{bounds:?}: {explored:?}");
    let Explored { ends, hedges, repeats, retries, .. } = explored;
    assert!(ends > 0 && hedges > 1 && repeats > 1 && (retries > 0) == (faults > 0), "{explored:?}");
}

#[test]
fn the_first_of_two_clients_with_two_calls_each_keeps_the_promises() {
    one_of_two(0);
}

#[test]
fn the_second_of_two_clients_with_two_calls_each_keeps_the_promises() {
    one_of_two(1);
}

/// What each client of these bounds knows after each of its own steps.
fn views(bounds: Bounds) -> [BTreeSet<u64>; 2] {
    let mut views = [BTreeSet::new(), BTreeSet::new()];
    let explored = search_with(&World::new(bounds, None), |world, step| {
        if let Some(at) = step.side() {
            views[at].insert(world.view(at));
        }
    });
    explored.unwrap_or_else(|broken| panic!("{bounds:?}: {broken}"));
    views
}

#[test]
fn what_happens_to_a_client_in_a_pair_is_found_by_the_search_over_it_alone() {
    let (faults, cancels) = if full() { (1, 1) } else { (0, 1) };
    let single = Bounds { calls: [1, 1], faults, cancels, foreign: Some(LIFE), ..TWO };
    let pair = views(Bounds { foreign: None, ..single });
    for at in [0, 1] {
        let found = &views(alone(single, at))[at];
        println!("client {at}: {} of {} views", pair[at].len(), found.len());
        assert!(!pair[at].is_empty() && pair[at].is_subset(found));
        // Without the instants of the other client it would not be.
        let unaware = &views(alone(Bounds { foreign: None, ..single }, at))[at];
        assert!(!pair[at].is_subset(unaware));
    }
}

#[test]
fn what_no_client_can_see_makes_no_difference_to_any() {
    let seen = |unseen| {
        let bounds = alone(Bounds { faults: 1, cancels: 1, foreign: None, unseen, ..TWO }, 0);
        let bounds = if full() { bounds } else { Bounds { calls: [1, 0], ..bounds } };
        let mut numbers = BTreeSet::new();
        search_with(&World::new(bounds, None), |world, _| {
            numbers.insert((world.now, world.sides[0].number()));
        })
        .expect("nothing is broken");
        numbers
    };
    assert_eq!(seen(Unseen::AnyTime), seen(Unseen::AtOnce));
}

/// Takes all steps in both worlds, which always have the same; answers how many pairs of states there are.
fn alike(worlds: [World; 2]) -> usize {
    let mut seen = BTreeSet::new();
    let mut open = vec![worlds];
    while let Some([one, other]) = open.pop() {
        let steps = one.steps();
        assert_eq!(steps, other.steps());
        for step in steps {
            let next = [&one, &other].map(|world| {
                let mut next = world.clone();
                next.take(step).map(|()| next).expect("nothing is broken")
            });
            assert_eq!(next[0].outlook(), next[1].outlook(), "{step:?}");
            if seen.insert(next.each_ref().map(World::fingerprint)) {
                open.push(next);
            }
        }
    }
    seen.len()
}

#[test]
fn a_client_that_begins_later_does_the_same_later() {
    let one = Bounds { calls: [1, 0], faults: 1, cancels: 1, foreign: Some(0), ..TWO };
    let two = Bounds { calls: [2, 0], faults: 0, cancels: 0, ..one };
    let (every, all) = if full() { (1, vec![one, two]) } else { (3, vec![one]) };
    for bounds in all {
        for later in (1..=2 * LIFE).step_by(every) {
            let world = || World::new(bounds, None);
            let states = alike([world().started(0), world().begun_at(later).started(0)]);
            assert!(states > 1000, "{states}");
        }
    }
}

#[test]
fn two_clients_never_draw_the_same_nonce() {
    let nonces = [0, 1].map(|at| {
        let mut nonces = BTreeSet::new();
        search_with(&World::new(alone(Bounds { foreign: None, ..TWO }, at), None), |world, _| {
            let tokens = world.sides[at].calls.values().filter_map(|call| call.token);
            nonces.extend(tokens.map(|token| token.nonce));
        })
        .expect("nothing is broken");
        nonces
    });
    assert!(nonces[0].len() == 2 && nonces[1].len() == 2 && nonces[0].is_disjoint(&nonces[1]), "{nonces:?}");
}
