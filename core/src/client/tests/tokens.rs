//! Tokens in the machine: tiers, leases, clocks, and what a denial leaves behind.

use std::vec::Vec;

use serde_json::{Value, json};

use super::{add, at, client, drain, reasons};
use crate::client::Client;
use crate::client::action::{Action, ClockSample, GivenToken, Lease, Response, StallReport, Start};
use crate::config::Idempotency;
use crate::id::AttemptId;
use crate::reason::Reason;
use crate::time::{Instant, Wall};
use crate::token::Token;

const YEAR_2023: u64 = 1_700_000_000_000_000;

fn minting(token: &Value) -> Client {
    let mut client = client(json!({"token": token, "trace": {"notes": 100}}));
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    client
}

fn wall(micros: u64) -> Wall {
    Wall::from_micros(micros)
}

/// Starts a call that needs a token, and answers it: the token, or why there is none.
fn mint(client: &mut Client, wall: Option<Wall>, now: Instant) -> Result<Token, Reason> {
    let request = Start { idempotency: Some(Idempotency::Token), wall, ..Start::default() };
    let call = client.start(&request, now)?;
    let token = client.token(call);
    for action in drain(client) {
        if let Action::Send { attempt, .. } = action {
            client.handle_response(attempt, Response::default(), now);
        }
    }
    drain(client);
    Ok(token.unwrap())
}

fn times(client: &mut Client, count: usize, now: Instant) -> Vec<u64> {
    (0..count).map_while(|_| mint(client, None, now).ok()).map(|token| token.t).collect()
}

fn lease(from_t: u64, count: u64, expires: u64) -> Lease {
    Lease { from_t, count, expires_at: at(expires) }
}

#[test]
fn the_regional_tier_mints_from_its_lease_until_it_is_used_up_or_over() {
    let mut client = minting(&json!({"tier": "regional"}));
    assert_eq!(mint(&mut client, Some(wall(YEAR_2023)), at(1)), Err(Reason::LeaseExhausted));
    client.handle_lease(lease(1000, 3, 500), at(2));
    assert_eq!(times(&mut client, 5, at(3)), [1000, 1001, 1002]);
    assert_eq!(mint(&mut client, None, at(3)), Err(Reason::LeaseExhausted));
    client.handle_lease(lease(2000, 3, 500), at(4));
    assert_eq!(times(&mut client, 1, at(499)), [2000]);
    assert_eq!(mint(&mut client, None, at(500)), Err(Reason::LeaseExhausted), "over at its very end");
}

#[test]
fn a_new_lease_replaces_the_rest_and_is_raised_and_shortened_above_the_last_token() {
    let mut client = minting(&json!({"tier": "regional"}));
    client.handle_lease(lease(1000, 10, 500), at(0));
    assert_eq!(times(&mut client, 2, at(1)), [1000, 1001]);
    client.handle_lease(lease(1000, 4, 500), at(2));
    assert_eq!(times(&mut client, 9, at(3)), [1002, 1003]);
    client.handle_lease(lease(5, 9, 500), at(4));
    assert!(times(&mut client, 9, at(5)).is_empty(), "wholly below the last");
}

#[test]
fn the_global_tier_mints_nothing_and_carries_what_the_caller_brings() {
    let mut client = minting(&json!({"tier": "global"}));
    client.handle_lease(lease(1000, 3, 500), at(0));
    assert_eq!(mint(&mut client, Some(wall(YEAR_2023)), at(1)), Err(Reason::LeaseExhausted));
    let given = Token { t: 9, nonce: 4 };
    let token = Some(GivenToken::Token(given));
    let request = Start { idempotency: Some(Idempotency::Token), token, ..Start::default() };
    let call = client.start(&request, at(2)).unwrap();
    assert_eq!(client.token(call), Some(given));
    assert_eq!(client.stats().count(Reason::LeaseExhausted), 1);
}

#[test]
fn an_estimated_clock_needs_a_sample_and_heeds_no_wall_time_of_the_host() {
    let mut client = minting(&json!({"clock": "estimated", "max_drift_us": 1000}));
    assert_eq!(mint(&mut client, Some(wall(5)), at(100)), Err(Reason::NoClock));
    let sample = ClockSample { sent: at(1000), received: at(1200), server: wall(YEAR_2023) };
    client.handle_clock(sample, at(1200));
    let token = mint(&mut client, Some(wall(5)), at(2100)).unwrap();
    assert_eq!(token.t / 10, (YEAR_2023 + 1000) / 10, "all but the digit that is drawn");
    client.handle_stall(StallReport::Suspended, at(2200));
    assert_eq!(mint(&mut client, None, at(2300)), Err(Reason::NoClock));
}

#[test]
fn an_answer_with_the_servers_wall_time_is_a_sample() {
    let mut client = minting(&json!({"clock": "estimated"}));
    client.start(&Start::default(), at(1000)).unwrap();
    let Some(Action::Send { attempt, .. }) = drain(&mut client).pop() else { panic!() };
    client.handle_response(attempt, Response::default().told_at(wall(YEAR_2023)), at(1400));
    drain(&mut client);
    let token = mint(&mut client, None, at(1400)).unwrap();
    assert_eq!(token.t / 10, (YEAR_2023 + 200) / 10);
    // A report for no attempt tells nothing, and neither does one twice.
    client.handle_response(attempt, Response::default().told_at(wall(5)), at(1500));
    client.handle_response(AttemptId::from_number(5), Response::default().told_at(wall(5)), at(1500));
    assert_eq!(mint(&mut client, None, at(1500)).unwrap().t / 10, (YEAR_2023 + 300) / 10);
}

#[test]
fn an_estimate_that_may_be_off_by_more_than_the_drift_is_drift() {
    let sample = ClockSample { sent: at(0), received: at(4000), server: wall(YEAR_2023) };
    let mut careful = minting(&json!({"clock": "estimated", "max_drift_us": 1999, "on_drift": "refuse"}));
    careful.handle_clock(sample, at(4000));
    assert_eq!(mint(&mut careful, None, at(4000)), Err(Reason::ClockUntrusted));
    let mut lenient = minting(&json!({"clock": "estimated", "max_drift_us": 1999}));
    lenient.handle_clock(sample, at(4000));
    assert!(mint(&mut lenient, None, at(4000)).is_ok());
    assert!(reasons(&mut lenient).contains(&"clock_behind".into()));
    let mut trusting = minting(&json!({"clock": "estimated", "max_drift_us": 2000, "on_drift": "refuse"}));
    trusting.handle_clock(sample, at(4000));
    assert!(mint(&mut trusting, None, at(4000)).is_ok(), "an error as large as the drift is none");
    // 200 ppm of 5 s.
    assert_eq!(mint(&mut trusting, None, at(5_004_000)), Err(Reason::ClockUntrusted));
}

#[test]
fn samples_that_are_none_are_counted_and_change_nothing() {
    let mut client = minting(&json!({"clock": "estimated"}));
    let backwards = ClockSample { sent: at(10), received: at(9), server: wall(YEAR_2023) };
    let slow = ClockSample { sent: at(0), received: at(5_000_001), server: wall(YEAR_2023) };
    client.handle_clock(backwards, at(10));
    client.handle_clock(slow, at(5_000_001));
    assert_eq!(client.stats().clock_samples_rejected, 2);
    assert_eq!(mint(&mut client, None, at(5_000_001)), Err(Reason::NoClock));
}

#[test]
fn a_clock_that_fell_behind_is_noted_at_most_once_in_ten_seconds_or_refused() {
    let mut client = minting(&json!({"max_drift_us": 1000}));
    let behind = Some(wall(YEAR_2023 - 5000));
    let first = mint(&mut client, Some(wall(YEAR_2023)), at(0)).unwrap();
    let mut warned = Vec::new();
    for now in [1, 2, 10_000_000, 10_000_001, 20_000_001] {
        mint(&mut client, behind, at(now)).unwrap();
        warned.push(reasons(&mut client).contains(&"clock_behind".into()));
    }
    assert_eq!(warned, [true, false, false, true, true]);
    let mut strict = minting(&json!({"max_drift_us": 1000, "on_drift": "refuse"}));
    let last = mint(&mut strict, Some(wall(YEAR_2023)), at(0)).unwrap();
    assert_eq!(first.t, last.t, "one seed, one clock");
    assert_eq!(mint(&mut strict, behind, at(1)), Err(Reason::ClockUntrusted));
    assert_eq!(mint(&mut strict, Some(wall(YEAR_2023)), at(2)).unwrap().t / 10, YEAR_2023 / 10);
}

#[test]
fn a_denied_start_mints_nothing() {
    let document = json!({"limits": {"calls": 1}, "token": {"tier": "regional"}});
    let mut client = client(document);
    client.handle_topology(&add(&["a"]), at(0)).unwrap();
    client.handle_lease(lease(1000, 3, 500), at(0));
    let request = Start { idempotency: Some(Idempotency::Token), ..Start::default() };
    let running = client.start(&request, at(1)).unwrap();
    for _ in 0..5 {
        assert_eq!(client.start(&request, at(2)), Err(Reason::CallLimit));
    }
    client.cancel(running, at(3));
    for action in drain(&mut client) {
        if let Action::Cancel { attempt, .. } = action {
            client.handle_cancelled(attempt, at(3));
        }
    }
    let next = client.start(&request, at(4)).unwrap();
    assert_eq!(client.token(next).unwrap().t, 1001);
}
