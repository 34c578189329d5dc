//! What ends a call from outside: its caller, the client's own end, and time.

use crate::spawn;
use crate::still_clock::{get, manual, ms};
use hedgerow_tokio::{
    CallOptions, Cause, ErrorKind, FailureClass, Pushback,
    testing::{Script, Step},
};
use std::error::Error as _;
use std::time::Duration;

#[tokio::test]
async fn dropping_a_call_cancels_it() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::hang()]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(1)).await;
    assert_eq!(script.open(), 1);
    call.abort();
    clock.settle().await;
    assert_eq!((script.open(), client.is_idle()), (0, true));
    clock.advance(Duration::from_mins(1)).await;
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test]
async fn dropping_a_call_during_its_backoff_ends_the_wait() {
    let (client, clock) = manual(|builder| builder);
    let wait = Pushback { retry_after: Some(hedgerow::Duration::from_millis(300)), ..Pushback::default() };
    let script = Script::new(&clock, [Step::fail_as(ms(1), FailureClass::Overloaded, wait)]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(2)).await;
    call.abort();
    clock.settle().await;
    assert!(client.is_idle());
    assert_eq!(clock.advance_to_next().await, None);
}

#[tokio::test]
async fn closing_fails_running_calls_with_shutdown_and_later_ones_with_closed() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, []);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(1)).await;
    client.close();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("shutdown", ErrorKind::Refused));
    let error = spawn(&client, get(), &script).await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind(), error.reason()), ("closed", ErrorKind::State, None));
    clock.settle().await;
    assert_eq!((script.open(), script.sent().len(), client.is_idle()), (0, 1, true));
}

#[tokio::test]
async fn a_drain_waits_for_running_calls_and_denies_new_ones() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(4))]);
    let call = spawn(&client, get(), &script);
    clock.settle().await;
    let drain = tokio::spawn({
        let client = client.clone();
        async move { client.drain(None).await }
    });
    clock.advance(ms(3)).await;
    let denied = spawn(&client, get(), &script).await.unwrap().unwrap_err();
    assert_eq!((denied.code(), denied.kind(), drain.is_finished()), ("draining", ErrorKind::Refused, false));
    clock.advance(ms(1)).await;
    assert!(call.await.unwrap().is_ok());
    drain.await.unwrap();
}

#[tokio::test]
async fn a_drain_with_a_limit_ends_what_is_undecided_then() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, []);
    let call = spawn(&client, get(), &script);
    clock.settle().await;
    let ((), ()) = tokio::join!(client.drain(Some(ms(20))), clock.advance(ms(20)));
    assert_eq!(call.await.unwrap().unwrap_err().code(), "shutdown");
}

#[tokio::test]
async fn a_deadline_ends_the_call_and_says_so() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, []);
    let call = spawn(&client, CallOptions { deadline: Some(ms(50)), ..get() }, &script);
    clock.advance(ms(50)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("deadline", ErrorKind::Deadline));
    assert_eq!(script.sent()[0].attempt.remaining, ms(50));
}

#[tokio::test]
async fn a_deadline_that_has_passed_sends_nothing() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, []);
    let error =
        spawn(&client, CallOptions { deadline: Some(ms(0)), ..get() }, &script).await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("deadline_passed", ErrorKind::Deadline));
    assert!(script.sent().is_empty() && error.report().call.is_none());
}

#[tokio::test]
async fn a_timeout_names_the_side_that_was_slow() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, []);
    let call = spawn(&client, CallOptions::op("post"), &script);
    clock.advance(ms(500)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(
        (error.code(), error.kind(), error.cause()),
        ("call_timeout", ErrorKind::Timeout, Some(Cause::Server))
    );

    let call = spawn(&client, CallOptions::op("post"), &script);
    clock.settle().await;
    clock.stall(ms(600)).await;
    clock.advance(ms(1000)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.cause()), ("call_timeout", Some(Cause::ClientPause)));
    assert!(error.lost() >= ms(400), "{error:?}");
    assert!(error.to_string().contains("client_pause"), "{error}");
}

#[tokio::test]
async fn time_that_ends_a_call_after_a_failure_names_both() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::fail(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(500)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("call_timeout", ErrorKind::Timeout));
    assert!(script.sent().len() > 1 && error.error().is_some() && error.source().is_some(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_came_during_a_pause_wins_over_the_timeout() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(50))]);
    let call = spawn(&client, CallOptions { deadline: Some(ms(200)), ..CallOptions::op("post") }, &script);
    clock.advance(ms(10)).await;
    clock.stall(ms(300)).await;
    assert_eq!(call.await.unwrap().unwrap().0, 1);
}
