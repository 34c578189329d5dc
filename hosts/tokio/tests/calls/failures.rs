//! Attempts that fail: retries, what a call that failed tells, and panics.

use crate::spawn;
use crate::still_clock::{get, manual, ms};
use hedgerow_tokio::{
    AttemptError, AttemptKind, AttemptOutcome, CallOptions, ErrorKind, FailureClass, Pushback, Reason,
    testing::{Script, Scripted, Step},
};

#[tokio::test]
async fn a_failure_is_retried_after_its_backoff() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::fail(ms(1)), Step::answer(ms(1))]);
    let options = CallOptions::op("set");
    let call = spawn(&client, options, &script);
    clock.advance(ms(60)).await;
    let (number, report) = call.await.unwrap().unwrap();
    assert_eq!((number, report.count(AttemptKind::Retry)), (2, 1));
    assert_eq!(report.attempts[0].outcome, AttemptOutcome::Failed(FailureClass::Transient));
    assert_eq!(report.attempts[1].started, ms(11));
}

#[tokio::test]
async fn the_last_underlying_error_comes_with_the_reason_and_the_attempts() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::fail(ms(1)), Step::fail(ms(1)), Step::fail(ms(1))]);
    let call = spawn(&client, CallOptions::op("set"), &script);
    clock.advance(ms(400)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.error(), Some(&Scripted { number: 3 }));
    assert_eq!((error.code(), error.kind()), ("attempts_exhausted", ErrorKind::Failed));
    assert_eq!(error.report().attempts.len(), 3);
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(source.as_deref(), Some("scripted failure of attempt 3"));
    assert!(error.to_string().starts_with("attempts_exhausted after 3 attempts: "), "{error}");
}

#[tokio::test]
async fn a_definite_answer_ends_the_call_with_its_own_error() {
    let (client, clock) = manual(|builder| builder);
    let fatal = Step::fail_as(ms(1), FailureClass::Fatal, Pushback::default());
    let script = Script::new(&clock, [fatal, Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(1)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.reason(), error.error()), (Some(Reason::Fatal), Some(&Scripted { number: 1 })));
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test]
async fn a_call_that_must_not_run_twice_is_sent_once() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::fail(ms(20))]);
    let call = spawn(&client, CallOptions::op("post"), &script);
    clock.advance(ms(400)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.code(), script.sent().len()), ("not_idempotent", 1));
}

#[tokio::test]
async fn what_a_server_asks_for_is_obeyed() {
    let (client, clock) = manual(|builder| builder);
    let wait = Pushback { retry_after: Some(hedgerow::Duration::from_millis(100)), ..Pushback::default() };
    let script =
        Script::new(&clock, [Step::fail_as(ms(1), FailureClass::Overloaded, wait), Step::answer(ms(1))]);
    let call = spawn(&client, CallOptions::op("set"), &script);
    clock.advance(ms(400)).await;
    let (_, report) = call.await.unwrap().unwrap();
    assert!(report.attempts[1].started >= ms(101), "{report:?}");
    let script = Script::new(&clock, [Step::fail_as(ms(1), FailureClass::Transient, Pushback::NEVER)]);
    let call = spawn(&client, CallOptions::op("set"), &script);
    clock.advance(ms(400)).await;
    assert_eq!(call.await.unwrap().unwrap_err().code(), "pushback_stop");
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_client_goes_on() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::panic(ms(1)), Step::answer(ms(1))]);
    let call = spawn(&client, CallOptions::op("set"), &script);
    clock.advance(ms(60)).await;
    let (number, report) = call.await.unwrap().unwrap();
    assert_eq!((number, report.attempts[0].outcome), (2, AttemptOutcome::Failed(FailureClass::Transient)));
    assert!(client.is_idle());
}

#[tokio::test]
async fn a_panic_surfaces_when_the_call_fails_because_of_it() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::panic(ms(1))]);
    let call = spawn(&client, CallOptions::op("post"), &script);
    clock.advance(ms(1)).await;
    let error = call.await.unwrap().unwrap_err();
    assert!(error.error().is_none());
    assert_eq!(error.panic().unwrap().message(), "scripted panic of attempt 1");
    let payload = error.into_panic().unwrap().into_payload();
    assert!(payload.downcast_ref::<String>().is_some());
}

#[tokio::test]
async fn a_callback_that_panics_before_it_gives_a_future_is_a_failed_attempt_too() {
    let (client, clock) = manual(|builder| builder);
    let mut asked = 0;
    let call = client.call(CallOptions::op("set"), |_| {
        asked += 1;
        assert!(asked > 1, "not the first time");
        async { Ok::<_, AttemptError<&str>>(7) }
    });
    let (answer, ()) = tokio::join!(call, clock.advance(ms(60)));
    assert_eq!(answer.unwrap(), 7);
    assert!(client.is_idle());
}

#[tokio::test]
async fn a_plain_error_is_transient() {
    let (client, clock) = manual(|builder| builder);
    let call = client.call(CallOptions::op("post"), |_| async {
        Err::<(), _>("connection lost")?;
        Ok(())
    });
    let (ended, ()) = tokio::join!(call, clock.settle());
    let error = ended.unwrap_err();
    assert_eq!(error.report().attempts[0].outcome, AttemptOutcome::Failed(FailureClass::Transient));
    assert_eq!(error.into_error(), Some("connection lost"));
}
