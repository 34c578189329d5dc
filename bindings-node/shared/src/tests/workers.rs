//! One promise at a time, with workers that take turns.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hedgerow::Reason;
use hedgerow::client::action::Namespace;

use super::{CANCEL, COMPLETE, DOCUMENT, Desk, SEND, shared};
use crate::Gone;

fn reason(record: &[f64; 8]) -> u16 {
    (record[7] as u64 & 0xffff) as u16
}

#[test]
fn a_deadline_is_slept_for_by_the_worker_that_started_the_call() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    assert!(one.start(1.0, 1.0) > 0.0);
    assert_eq!(one.next(), 11.0);
    other.tick(2.0);
    assert_eq!(other.next(), f64::INFINITY);
    assert!(other.start(1.0, 3.0) > 0.0);
    assert_eq!(other.next(), 13.0);
    assert_eq!((one.wakes(), other.wakes()), (0, 0));
}

#[test]
fn what_another_worker_fires_waits_for_its_owner_who_is_woken_once() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.start(7.0, 0.0);
    other.start(7.0, 5.0);
    // Due for the other one at 15, and for the first one since 10.
    other.tick(15.0);
    assert_eq!(other.records(), Vec::<[f64; 8]>::new(), "the slot of the hedge is taken by the first call");
    assert_eq!((one.wakes(), other.wakes()), (1, 0));
    other.tick(16.0);
    assert_eq!(one.wakes(), 1);
    one.tick(16.0);
    let records = one.records();
    assert_eq!((records.len(), records[0][0], records[0][1]), (1, SEND, 7.0));
}

#[test]
fn a_record_of_another_worker_leaves_no_gap_in_the_buffer() {
    let shared = shared(&DOCUMENT.replace(r#""hedges": 1"#, r#""hedges": 2"#));
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.start(7.0, 0.0);
    let call = other.start(8.0, 5.0);
    other.tick(15.0);
    assert_eq!(one.wakes(), 1);
    let records = other.records();
    assert_eq!((records.len(), records[0][0], records[0][2]), (1, SEND, call));
}

#[test]
fn a_tick_with_nothing_of_its_own_due_fires_nothing() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.start(1.0, 0.0);
    other.tick(50.0);
    assert_eq!(one.wakes(), 0);
    one.tick(50.0);
    assert_eq!(one.records().len(), 0, "late by more than half its wait, the trigger waits once more");
    assert_eq!(one.next(), 60.0);
}

#[test]
fn the_limit_of_hedges_is_the_one_of_all_workers() {
    let shared = shared(DOCUMENT);
    let mut desks = [Desk::new(&shared), Desk::new(&shared), Desk::new(&shared)];
    for desk in &mut desks {
        desk.start(1.0, 0.0);
    }
    for desk in &mut desks {
        desk.tick(10.0);
        assert!(shared.read(|client| client.hedges_in_flight(Namespace(0))).unwrap() <= 1);
    }
    let sent: usize = desks.iter().map(|desk| desk.records().len()).sum();
    assert_eq!(sent, 1);
}

#[test]
fn a_worker_that_leaves_has_its_calls_cancelled_and_its_slots_freed() {
    let document = DOCUMENT.replace(r#""limits": {"hedges": 1}"#, r#""limits": {"hedges": 1, "calls": 2}"#);
    let shared = shared(&document);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.start(1.0, 0.0);
    one.start(2.0, 0.0);
    one.tick(10.0);
    assert_eq!(other.start(1.0, 11.0), -f64::from(Reason::CallLimit.code()));
    shared.detach(one.me).unwrap();
    let held = shared.read(|client| (client.calls_held(Namespace(0)), client.hedges_in_flight(Namespace(0))));
    assert_eq!(held, Ok((0, 0)));
    assert!(shared.read(hedgerow::Client::is_idle).unwrap());
    assert!(other.start(1.0, 12.0) > 0.0);
    let stats = shared.read(hedgerow::Client::stats).unwrap();
    assert_eq!((stats.completed_cancelled, stats.stale_attempts, stats.stale_calls), (2, 0, 0));
}

#[test]
fn a_hedge_that_waits_for_a_slot_gets_the_one_of_a_worker_that_leaves() {
    let document = DOCUMENT
        .replace(r#""delay_us": 10000"#, r#""delay_us": 10000, "denied": "wait""#)
        .replace(r#""objective": {"#, r#""objective": {"target_us": 90000, "#);
    let shared = shared(&document);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.start(1.0, 0.0);
    one.tick(10.0);
    other.start(2.0, 10.0);
    other.tick(20.0);
    assert_eq!(other.records().len(), 0);
    let before = other.wakes();
    shared.detach(one.me).unwrap();
    assert_eq!(other.wakes(), before + 1);
    other.tick(21.0);
    assert_eq!(other.records().len(), 1);
}

#[test]
fn a_worker_that_has_left_is_refused_and_its_number_is_used_again() {
    let shared = shared(DOCUMENT);
    let mut one = Desk::new(&shared);
    shared.detach(one.me).unwrap();
    shared.detach(one.me).unwrap();
    assert_eq!(shared.tick(one.me, &mut one.buffer, 1.0), Err(Gone::Left));
    assert_eq!(Desk::new(&shared).me, one.me);
}

#[test]
fn while_a_worker_waits_for_the_lock_no_clock_goes_back() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    one.tick(10.0);
    other.tick(9.5);
    assert_eq!(shared.read(hedgerow::Client::stats).unwrap().clock_steps_back, 0);
    assert!(other.start(1.0, 9.6) > 0.0);
    assert_eq!(other.next(), 20.0, "counted from the time that the other worker told");
    shared.change(|_| ()).unwrap();
    other.push(69.0, -1.0, -1.0, 5.0);
    assert_eq!(shared.read(hedgerow::Client::stats).unwrap().clock_steps_back, 1);
    other.push(69.0, -1.0, -1.0, f64::NAN);
    assert_eq!(shared.read(hedgerow::Client::stats).unwrap().clock_bad, 1);
}

#[test]
fn a_worker_that_shuts_down_ends_its_own_calls_alone() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    let call = one.start(1.0, 0.0);
    other.start(2.0, 0.0);
    shared.shut_down(one.me, &mut one.buffer, 5.0, 1.0).unwrap();
    assert_eq!(one.next(), 5.0);
    assert_eq!(one.start(3.0, 2.0), -f64::from(Reason::Draining.code()));
    one.tick(5.0);
    let [complete, cancel] = one.records().try_into().unwrap();
    assert_eq!((cancel[0], reason(&cancel)), (CANCEL, Reason::CancelShutdown.code()));
    assert_eq!((complete[0], complete[2]), (COMPLETE, call));
    assert_eq!(reason(&complete), Reason::Shutdown.code());
    assert_eq!(complete[7] as u64 >> 24, 1, "failed, by nobody's fault");
    assert_eq!(other.wakes(), 0);
    assert!(other.start(4.0, 6.0) > 0.0);
}

#[test]
fn a_shutdown_gives_its_reason_to_no_call_that_ended_otherwise() {
    let shared = shared(DOCUMENT);
    let mut one = Desk::new(&shared);
    let call = one.start(1.0, 0.0);
    one.push(68.0, call, -1.0, 1.0);
    let [complete, _] = one.records().try_into().unwrap();
    assert_eq!(reason(&complete), Reason::CallerCancelled.code());
}

#[test]
fn more_actions_than_the_buffer_holds_wait_and_the_worker_is_to_come_again() {
    let shared = shared(DOCUMENT);
    let mut one = Desk::new(&shared);
    for cookie in 0..9 {
        one.start(f64::from(cookie), 0.0);
    }
    shared.shut_down(one.me, &mut one.buffer, 1.0, 1.0).unwrap();
    let mut seen = one.records().len();
    assert_eq!((seen, one.next()), (4, 1.0));
    while one.next() <= 1.0 {
        shared.poll(one.me, &mut one.buffer).unwrap();
        seen += one.records().len();
    }
    assert_eq!(seen, 18);
}

#[test]
fn a_batch_of_inputs_starts_calls_of_its_worker() {
    let shared = shared(DOCUMENT);
    let (_first, mut other) = (Desk::new(&shared), Desk::new(&shared));
    let start = [64.0, 5.0, 0.0, 0.0, 0.0, -1.0, -1.0, 255.0 + 256.0 * 2.0];
    other.buffer[..8].copy_from_slice(&start);
    other.buffer[8..16].copy_from_slice(&[69.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]);
    assert_eq!(shared.push_events(other.me, &mut other.buffer, 2, 1.0), Ok(2));
    let records = other.records();
    assert_eq!((records.len(), records[0][0], records[0][1], other.next()), (1, SEND, 5.0, 11.0));
    other.buffer[..8].copy_from_slice(&[9.0; 8]);
    assert_eq!(shared.push_events(other.me, &mut other.buffer, 1, 1.0), Ok(0));
}

#[test]
fn notes_go_to_the_owner_of_their_call_and_to_who_listens() {
    let shared = shared(&DOCUMENT.replace(r#""hedges": 1}"#, r#""hedges": 0}, "trace": {"notes": 16}"#));
    let mut one = Desk::new(&shared);
    let (mut deaf, mut buffer) = (Desk::new(&shared), [0.0; 18]);
    let listener = shared.attach(true, std::sync::Arc::new(|| ())).unwrap();
    let record = [0.0, 3.0, 0.0, 0.0, -1.0, -1.0, -1.0, 255.0 + 256.0 * 2.0];
    shared.start(listener, &mut buffer, &record, 0, None, 0.0).unwrap();
    one.start(1.0, 0.0);
    deaf.tick(10.0);
    one.tick(10.0);
    assert_eq!(shared.poll_notes(one.me, &mut one.buffer), Ok(0), "it does not listen");
    assert_eq!(shared.poll_notes(listener, &mut buffer), Ok(1));
    assert_eq!((buffer[0], buffer[7]), (6.0, f64::from(Reason::HedgeLimit.code())));
}

#[test]
fn after_a_panic_everybody_is_told_that_it_is_poisoned() {
    let shared = shared(DOCUMENT);
    let (mut one, mut other) = (Desk::new(&shared), Desk::new(&shared));
    let broken = catch_unwind(AssertUnwindSafe(|| {
        shared.input(one.me, &mut one.buffer, 1.0, |_, _| panic!("a fault of the core"))
    }));
    assert!(broken.is_err());
    assert_eq!(shared.tick(other.me, &mut other.buffer, 2.0), Err(Gone::Poisoned));
    assert_eq!(shared.detach(one.me), Err(Gone::Poisoned));
}

#[test]
fn what_is_over_does_not_pile_up() {
    let shared = shared(DOCUMENT);
    let mut one = Desk::new(&shared);
    for turn in 0..20_000 {
        let now = f64::from(turn);
        one.start(1.0, now);
        let attempt = one.sent();
        one.answer(attempt, now + 0.5);
    }
    assert!(shared.deadlines_held(one.me) <= 64);
}
