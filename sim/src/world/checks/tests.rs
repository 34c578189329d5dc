//! The checks, fed by hand: each broken promise is told.

use super::*;
use crate::arm::Arm;
use crate::world::World;
use crate::world::spec::Operation as Kind;
use hedgerow::client::action::Outcome;
use hedgerow::config::Idempotency;
use hedgerow::{CallId, Duration};

/// A checked world of one client without servers: the checks are fed by hand.
fn checks(idempotency: Idempotency) -> Checks {
    let operation = Kind { idempotency, ..Default::default() };
    let spec = Spec { servers: 1, operations: vec![operation], ..Spec::default() };
    let arm = Arm::named("netflix").unwrap().with(&serde_json::json!({"budget": {"min_rate": 0, "cap": 2}}));
    let mut world = World::checked(&spec, &arm, 1).unwrap();
    *world.checks.take().unwrap()
}

fn send(attempt: u64, token: Option<Token>) -> Action {
    Action::Send {
        call: CallId::from_number(1),
        attempt: AttemptId::from_number(attempt),
        endpoint: EndpointId::from_number(1),
        kind: AttemptKind::Retry,
        reason: Reason::RetryDue,
        ordinal: 1,
        token,
        remaining: Duration::from_secs(1),
        deadline: Instant::from_micros(1),
        priority: hedgerow::config::Priority::Critical,
        cookie: 5,
    }
}

const COMPLETE: Action = Action::Complete {
    call: CallId::from_number(1),
    cookie: 5,
    outcome: Outcome::Ok,
    reason: Reason::Response,
    class: None,
    attempt: None,
    attempts: 1,
    wall: Duration::ZERO,
    live: Duration::ZERO,
    lost: Duration::ZERO,
    cause: None,
};

fn said(idempotency: Idempotency, actions: &[Action]) -> Option<String> {
    let mut checks = checks(idempotency);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    for action in actions {
        checks.acted(0, action, Instant::ZERO, 20);
    }
    checks.violation().map(str::to_owned)
}

#[test]
fn each_broken_promise_is_told() {
    let natural = Idempotency::Natural;
    assert_eq!(said(natural, &[send(1, None), send(2, None), COMPLETE]), None);
    let told = |actions: &[Action]| said(natural, actions).unwrap();
    assert!(told(&[COMPLETE, COMPLETE]).contains("resolved without being open"));
    assert!(told(&[COMPLETE, send(1, None)]).contains("sends after its resolution"));
    assert!(told(&[1, 2, 3, 4].map(|attempt| send(attempt, None))).contains("makes 4 attempts"));
    let token = |t| Some(Token { t, nonce: 1 });
    assert!(told(&[send(1, token(1)), send(2, token(2))]).contains("changes its token"));
    let cancel = Action::Cancel {
        call: CallId::from_number(1),
        attempt: AttemptId::from_number(9),
        endpoint: EndpointId::from_number(1),
        reason: Reason::LostRace,
        cookie: 5,
    };
    assert!(told(&[cancel]).contains("was not open"));
    let twice = [send(1, None), send(2, None)];
    assert!(said(Idempotency::None, &twice).unwrap().contains("not idempotent and is sent again"));
}

#[test]
fn counts_budget_wake_and_what_is_left_are_compared() {
    let operation = Kind::default();
    let spec = Spec { servers: 1, operations: vec![operation], ..Spec::default() };
    let mut world = World::checked(&spec, &Arm::named("netflix").unwrap(), 1).unwrap();
    let fresh = |world: &mut World| world.checks.clone().unwrap();
    let mut checks = fresh(&mut world);
    checks.acted(0, &send(1, None), Instant::ZERO, 20);
    checks.violation = None;
    checks.look(0, &mut world.nodes[0], 20);
    assert!(checks.violation().unwrap().contains("has 1 in flight, and the core says 0"));
    let mut checks = fresh(&mut world);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    checks.look(0, &mut world.nodes[0], 20);
    assert!(checks.violation().unwrap().contains("the wake-up is at None"));
    let mut checks = fresh(&mut world);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    checks.all_over(0, &world.nodes[0], 20);
    assert!(checks.violation().unwrap().contains("1 calls, 0 attempts and 0 slots are left"));
    let mut checks = fresh(&mut world);
    checks.check_budget(0, 11, 20);
    assert_eq!(checks.violation(), None);
    checks.check_budget(0, 12, 30);
    assert!(checks.violation().unwrap().contains("12 retries and hedges to 0 first attempts"));
}

/// What the checks say of one call whose first attempt fails and which is then sent again.
fn after(class: FailureClass, hint: Pushback) -> Option<String> {
    let mut checks = checks(Idempotency::Natural);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    checks.acted(0, &send(1, None), Instant::ZERO, 20);
    checks.ended(0, AttemptId::from_number(1), Some((class, hint)), 30);
    checks.acted(0, &send(2, None), Instant::ZERO, 40);
    checks.violation().map(str::to_owned)
}

#[test]
fn what_a_server_asked_for_is_held_against_the_next_send() {
    assert_eq!(after(FailureClass::Transient, Pushback::NONE), None);
    let stopped = "is sent again after a server asked for nothing further";
    assert!(after(FailureClass::Transient, Pushback::NEVER).unwrap().contains(stopped));
    assert!(after(FailureClass::Refused, Pushback::NONE).unwrap().contains(stopped));
    let none_left = Pushback { max_retries: Some(0), ..Pushback::NONE };
    assert!(after(FailureClass::Overloaded, none_left).unwrap().contains(stopped));
    let mut checks = checks(Idempotency::Natural);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    checks.acted(0, &send(1, None), Instant::ZERO, 20);
    let wait = Pushback::after(Duration::from_micros(100));
    checks.ended(0, AttemptId::from_number(1), Some((FailureClass::Transient, wait)), 30);
    checks.retry_scheduled(0, Some(CallId::from_number(1)), 130, 30);
    assert_eq!(checks.violation(), None);
    checks.retry_scheduled(0, Some(CallId::from_number(1)), 129, 30);
    assert!(checks.violation().unwrap().contains("a retry is due at 129 us"));
}

#[test]
fn a_call_that_must_not_run_twice_is_sent_again_only_if_nothing_was_transmitted() {
    let operation = Kind { idempotency: Idempotency::None, ..Kind::default() };
    let spec = Spec { servers: 1, operations: vec![operation], ..Spec::default() };
    let arm = Arm::named("netflix").unwrap().with(&serde_json::json!({"retry": {"resend_not_sent": true}}));
    let after = |class| {
        let mut world = World::checked(&spec, &arm, 1).unwrap();
        let mut checks = *world.checks.take().unwrap();
        checks.started(0, 5, CallId::from_number(1), 0, 10);
        checks.acted(0, &send(1, None), Instant::ZERO, 20);
        checks.ended(0, AttemptId::from_number(1), Some((class, Pushback::NONE)), 30);
        checks.acted(0, &send(2, None), Instant::ZERO, 40);
        checks.violation().map(str::to_owned)
    };
    assert_eq!(after(FailureClass::NotSent), None);
    assert!(after(FailureClass::Overloaded).unwrap().contains("not idempotent and is sent again"));
}

#[test]
fn the_limits_that_servers_name_hold_at_the_next_grant_and_tokens_rise() {
    let spec = Spec { servers: 1, ..Spec::default() };
    let mut world = World::checked(&spec, &Arm::named("netflix").unwrap(), 1).unwrap();
    let mut checks = world.checks.clone().unwrap();
    let record = Record { version: 1, hedges: Some(0), calls: Some(1), ..Record::default() };
    checks.heard(0, (Some(Namespace(0)), None), &record, Instant::ZERO);
    checks.started(0, 5, CallId::from_number(1), 0, 10);
    assert_eq!(checks.clients[0].admitted, Some(1));
    checks.sent(0, 5, AttemptKind::Primary, Some(Token { t: 7, nonce: 1 }), 20);
    checks.sent(0, 5, AttemptKind::Hedge, Some(Token { t: 7, nonce: 1 }), 20);
    assert_eq!((checks.clients[0].granted, checks.violation()), (Some(0), None));
    checks.clients[0].granted = None;
    let foreign = (Some(Namespace(9)), None);
    checks.heard(0, foreign, &Record { version: 2, hedges: Some(9), ..Record::default() }, Instant::ZERO);
    checks.started(0, 6, CallId::from_number(2), 0, 30);
    checks.sent(0, 6, AttemptKind::Primary, Some(Token { t: 7, nonce: 2 }), 30);
    assert!(checks.violation().unwrap().contains("token time 7 follows Some(7)"));
    let node = &mut world.nodes[0];
    checks.violation = None;
    checks.look(0, node, 30);
    assert!(checks.violation().unwrap().contains("something is due"), "the core knows none of these calls");
}
