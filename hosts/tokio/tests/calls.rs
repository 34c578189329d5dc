//! Calls on a manual clock with scripted attempts: no server, no waiting, the same decisions every time.

mod still_clock;

use hedgerow_tokio::{
    AttemptError, AttemptKind, AttemptOutcome, CallError, CallOptions, Cause, Client, ErrorKind,
    FailureClass, Lease, Losers, ManualClock, Pushback, Reason, Report, Response, ServerLoad,
    testing::{self, Script, Scripted, Step},
};
use std::{
    error::Error as _,
    sync::{Arc, Mutex},
    time::Duration,
};
use still_clock::{get, manual, ms};
use tokio::task::JoinHandle;

type Ended = Result<(u8, Report), CallError<Scripted>>;

/// Runs a call in the background, so that the test can move the clock.
fn spawn(client: &Client, options: CallOptions<'static>, script: &Script) -> JoinHandle<Ended> {
    let (client, transport) = (client.clone(), script.transport());
    tokio::spawn(async move {
        let (attempt, report) = client.call_reported(options, transport).await?;
        Ok((attempt.number, report))
    })
}

#[tokio::test]
async fn an_answer_comes_back_with_its_report() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(3))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(3)).await;
    let (number, report) = call.await.unwrap().unwrap();
    assert_eq!((number, report.attempts.len(), report.hedged()), (1, 1, false));
    let attempt = report.decider().unwrap();
    assert_eq!((attempt.outcome, attempt.duration), (AttemptOutcome::Response, Some(ms(3))));
    assert_eq!((report.reason, report.wall, report.lost), (Some(Reason::Response), ms(3), Duration::ZERO));
    assert_eq!(script.sent()[0].attempt.remaining, ms(500));
    assert!(client.is_idle());
}

#[tokio::test]
async fn what_is_recorded_is_taken_piece_by_piece_and_repeats_the_run() {
    let clock = ManualClock::new();
    let config =
        still_clock::parse(&still_clock::DOCUMENT.replacen('{', r#"{"trace": {"enabled": true},"#, 1));
    let builder = testing::builder(config.clone(), &["a", "b", "c"], &clock);
    let client = builder.on_event(|_| {}).build().unwrap();
    let mut bytes = Vec::new();
    for millis in [3, 300] {
        let script = Script::new(&clock, [Step::answer(ms(millis)), Step::answer(ms(1))]);
        let call = spawn(&client, get(), &script);
        clock.advance(ms(millis)).await;
        call.await.unwrap().unwrap();
        bytes.extend(client.take_trace());
    }
    client.close();
    bytes.extend(client.take_trace());
    assert!(client.take_trace().is_empty());
    let trace = hedgerow::trace::Trace::from_bytes(&bytes).unwrap();
    let report = hedgerow::trace::replay(&config, &trace).unwrap();
    assert_eq!(report.client.stats().completed_ok, 2);
    let (silent, _) = manual(|builder| builder);
    assert!(silent.take_trace().is_empty(), "nothing is recorded unless the document says so");
}

#[tokio::test]
async fn a_hedge_rescues_a_call_whose_first_server_stalls() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(300)), Step::answer(ms(2))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(7)).await;
    let (number, report) = call.await.unwrap().unwrap();
    assert_eq!((number, report.hedged(), report.wall), (2, true, ms(7)));
    let [primary, hedge] = &report.attempts[..] else { panic!("{report:?}") };
    assert_eq!((primary.kind, primary.cancelled), (AttemptKind::Primary, Some(Reason::LostRace)));
    assert_eq!((hedge.kind, hedge.started, hedge.reason), (AttemptKind::Hedge, ms(5), Reason::HedgeDue));
    assert_ne!(primary.endpoint, hedge.endpoint);
    assert_eq!(report.decided_by, Some(hedge.id));
}

#[tokio::test]
async fn an_aborted_loser_is_dropped_and_frees_its_place_at_once() {
    let (client, clock) = manual(|builder| builder.losers(Losers::Abort));
    let script = Script::new(&clock, [Step::hang(), Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(6)).await;
    call.await.unwrap().unwrap();
    assert_eq!(script.open(), 0);
    assert!(client.is_idle());
}

#[tokio::test]
async fn a_loser_let_run_holds_its_place_until_it_ends() {
    let (client, clock) = manual(|builder| builder.losers(Losers::LetRun));
    let script = Script::new(&clock, [Step::answer(ms(100)), Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(6)).await;
    let (_, report) = call.await.unwrap().unwrap();
    let first = client.endpoint(&report.attempts[0].endpoint).unwrap();
    assert_eq!((script.open(), client.in_flight(first), client.is_idle()), (1, 1, false));
    clock.advance(ms(94)).await;
    assert_eq!((script.open(), client.in_flight(first), client.is_idle()), (0, 0, true));
}

#[tokio::test]
async fn a_loser_let_run_is_given_up_when_its_place_expires() {
    let (client, clock) = manual(|builder| builder.losers(Losers::LetRun));
    let script = Script::new(&clock, [Step::hang(), Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(6)).await;
    call.await.unwrap().unwrap();
    clock.advance(Duration::from_secs(29)).await;
    assert_eq!((script.open(), client.is_idle()), (1, false));
    clock.advance(Duration::from_secs(1)).await;
    assert_eq!((script.open(), client.is_idle()), (0, true));
}

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

#[tokio::test]
async fn names_that_nobody_introduced_are_refused() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(0)), Step::answer(ms(0))]);
    let error = spawn(&client, CallOptions::op("gte"), &script).await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("unknown_operation", ErrorKind::Refused));
    let options = CallOptions { namespace: "carts".into(), ..get() };
    let error = spawn(&client, options, &script).await.unwrap().unwrap_err();
    assert_eq!(error.code(), "unknown_namespace");
    let number = client.namespace("carts").unwrap();
    assert_eq!(client.namespace("carts").unwrap(), number);
    assert!(spawn(&client, options, &script).await.unwrap().is_ok());
    let options = CallOptions { namespace: number.into(), ..get() };
    assert!(spawn(&client, options, &script).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_minted_token_goes_on_every_attempt_and_differs_between_calls() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::hang(), Step::answer(ms(1)), Step::answer(ms(1))]);
    let call = spawn(&client, CallOptions::op("put"), &script);
    clock.advance(ms(6)).await;
    let (_, report) = call.await.unwrap().unwrap();
    let call = spawn(&client, CallOptions::op("put"), &script);
    clock.advance(ms(1)).await;
    call.await.unwrap().unwrap();
    let tokens: Vec<_> = script.sent().into_iter().map(|sent| sent.attempt.token.unwrap()).collect();
    assert_eq!((tokens.len(), tokens[0].len()), (3, 36));
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
    assert_eq!(report.token.as_ref(), Some(&tokens[0]));
    let tags: Vec<_> = script.sent().into_iter().map(|sent| sent.attempt.call_tag).collect();
    assert!(tags[0] == tags[1] && tags[1] != tags[2], "{tags:?}");
}

#[tokio::test]
async fn a_callers_own_token_is_passed_unchanged() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(1))]);
    let call = spawn(&client, CallOptions { token: Some("order 7"), ..CallOptions::op("put") }, &script);
    clock.advance(ms(1)).await;
    call.await.unwrap().unwrap();
    assert_eq!(script.sent()[0].attempt.token.as_deref(), Some("order 7"));
}

#[tokio::test]
async fn endpoints_come_and_go_while_calls_run() {
    use hedgerow_tokio::{EndpointSpec, TopologyChange};
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(4)), Step::answer(ms(0))]);
    let call = spawn(&client, get(), &script);
    clock.settle().await;
    let remove = |name: &str| TopologyChange::Remove(name.to_owned());
    let add = TopologyChange::Add(EndpointSpec { name: "d".to_owned(), ..EndpointSpec::default() });
    let ids = client.topology(&[remove("a"), remove("b"), remove("c"), add]).unwrap();
    clock.advance(ms(4)).await;
    assert!(call.await.unwrap().is_ok());
    let (_, report) = spawn(&client, get(), &script).await.unwrap().unwrap();
    assert_eq!(&*report.attempts[0].endpoint, "d");
    assert_eq!(client.endpoint("d"), Some(ids[0]));
    client.topology(&[remove("d")]).unwrap();
    let error = spawn(&client, get(), &script).await.unwrap().unwrap_err();
    assert_eq!((error.code(), error.kind()), ("no_endpoint", ErrorKind::NoEndpoint));
}

#[tokio::test]
async fn a_replica_list_by_name_decides_where_a_call_goes() {
    use hedgerow_tokio::Replicas;
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, (0..8).map(|_| Step::answer(ms(1))));
    for _ in 0..8 {
        let options = CallOptions { replicas: Replicas::Names(&["b", "nobody"]), ..get() };
        let call = spawn(&client, options, &script);
        clock.advance(ms(1)).await;
        call.await.unwrap().unwrap();
    }
    assert!(script.sent().iter().all(|sent| &*sent.attempt.endpoint == "b"), "{:?}", script.sent());
}

#[tokio::test]
async fn an_endpoint_name_given_twice_is_refused_with_its_path() {
    use hedgerow_tokio::testing;
    let error = testing::client(still_clock::config(), &["a", "b", "a"]).unwrap_err();
    assert!(error.to_string().starts_with("endpoints[2].name: "), "{error}");
}

#[tokio::test]
async fn every_decision_reaches_the_sink_in_order() {
    use hedgerow_tokio::{Action, Event};
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let (client, clock) = manual(|builder| builder.on_event(move |event| sink.lock().unwrap().push(*event)));
    let script = Script::new(&clock, [Step::answer(ms(1))]);
    let call = spawn(&client, CallOptions::op("post"), &script);
    clock.advance(ms(1)).await;
    call.await.unwrap().unwrap();
    let seen = seen.lock().unwrap();
    assert!(matches!(seen[0], Event::Action(_, Action::Send { .. })), "{seen:?}");
    let notes = seen
        .iter()
        .filter(|event| matches!(event, Event::Note(note) if note.reason == Reason::HedgeNotIdempotent));
    assert_eq!(notes.count(), 1, "{seen:?}");
    assert!(seen.iter().any(|event| matches!(event, Event::Action(_, Action::Complete { .. }))));
}

#[tokio::test]
async fn a_sink_that_panics_is_removed_and_calls_go_on() {
    let count = Arc::new(Mutex::new(0));
    let sink = count.clone();
    let (client, clock) = manual(|builder| {
        builder.on_event(move |_| {
            *sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
            panic!("a sink that fails");
        })
    });
    let script = Script::new(&clock, [Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(1)).await;
    assert!(call.await.unwrap().is_ok());
    assert_eq!(*count.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_sink_may_use_the_client() {
    let slot: Arc<Mutex<Option<Client>>> = Arc::default();
    let inner = slot.clone();
    let (client, clock) = manual(|builder| {
        builder.on_event(move |_| {
            let client = inner.lock().unwrap().clone();
            client.unwrap().namespace("made by the sink").unwrap();
        })
    });
    *slot.lock().unwrap() = Some(client.clone());
    let script = Script::new(&clock, [Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(1)).await;
    assert!(call.await.unwrap().is_ok());
    *slot.lock().unwrap() = None;
}

#[tokio::test]
async fn explain_and_stats_tell_what_was_decided() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::hang(), Step::answer(ms(1))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(6)).await;
    let (_, report) = call.await.unwrap().unwrap();
    let story = client.explain(report.call.unwrap()).unwrap();
    assert_eq!(story.plan.len(), 3);
    assert!(story.events.iter().any(|event| event.reason == Reason::HedgeDue), "{story:?}");
}

#[tokio::test]
async fn the_same_script_gives_the_same_decisions() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (client, clock) = manual(|builder| builder);
        let steps =
            (0..40).map(|n| if n % 3 == 0 { Step::fail(ms(n % 7)) } else { Step::answer(ms(n % 11)) });
        let script = Script::new(&clock, steps);
        let calls: Vec<_> = (0..20).map(|_| spawn(&client, get(), &script)).collect();
        clock.advance(ms(600)).await;
        for call in calls {
            let _ = call.await.unwrap();
        }
        let sent = script.sent().into_iter();
        runs.push(sent.map(|sent| (sent.at, sent.attempt.endpoint, sent.attempt.number)).collect::<Vec<_>>());
    }
    assert!(runs[0].len() >= 20);
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn a_client_goes_on_from_what_another_one_learned() {
    let (client, clock) = manual(|builder| builder);
    let script = Script::new(&clock, [Step::answer(ms(3))]);
    let call = spawn(&client, get(), &script);
    clock.advance(ms(3)).await;
    call.await.unwrap().unwrap();
    let kept = client.snapshot();
    let (again, clock) = manual(|builder| builder.restore(kept.clone(), Duration::ZERO));
    assert_eq!(again.snapshot().get("classes"), kept.get("classes"));
    assert_eq!((again.stats().started, again.stats().snapshot_dropped), (1, 0));
    let script = Script::new(&clock, [Step::answer(ms(2))]);
    let call = spawn(&again, get(), &script);
    clock.advance(ms(2)).await;
    assert_eq!(call.await.unwrap().unwrap().0, 1);
}

#[tokio::test]
async fn what_a_server_tells_with_its_answer_is_heard() {
    let config = still_clock::parse(
        r#"{"balance": {"policy": "hot_cold"}, "token": {"clock": "estimated", "header_form": "hex"},
            "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "token"}}}"#,
    );
    let client = testing::builder(config, &["a", "b", "c"], &ManualClock::new()).build().unwrap();
    let call = |op, tell: bool| {
        client.call(CallOptions::op(op), move |attempt| async move {
            let in_flight = if &*attempt.endpoint == "b" { 1 } else { 100 };
            let load = ServerLoad { in_flight, latency: None };
            if tell {
                attempt.report(Response::with_load(load).told_at(hedgerow::Wall::from_micros(0x1234)));
            }
            Ok::<_, AttemptError<std::io::Error>>((attempt.endpoint, attempt.token))
        })
    };
    assert_eq!(call("put", false).await.unwrap_err().code(), "no_clock");
    let mut sent_to_b = [0, 0];
    for tell in [false, true] {
        for _ in 0..100 {
            let (endpoint, _) = call("get", tell).await.unwrap();
            sent_to_b[usize::from(tell)] += u32::from(&*endpoint == "b");
        }
    }
    // A third by chance; with what servers tell, nearly every call that finds two reports of use.
    assert!(sent_to_b[1] > 2 * sent_to_b[0], "{sent_to_b:?}");
    let (_, token) = call("put", true).await.unwrap();
    assert!(token.unwrap().starts_with("000000000000123"));
}

#[tokio::test]
async fn a_regional_client_mints_from_its_lease_and_is_refused_without_one() {
    let config = still_clock::parse(
        r#"{"token": {"tier": "regional", "header_form": "hex"}, "operations": {"put": {"idempotency": "token"}}}"#,
    );
    let client = testing::builder(config, &["a"], &ManualClock::new()).build().unwrap();
    let put = || {
        client.call(CallOptions::op("put"), |attempt| async move {
            Ok::<_, AttemptError<std::io::Error>>(attempt.token)
        })
    };
    assert_eq!(put().await.unwrap_err().code(), "lease_exhausted");
    client
        .lease(Lease {
            from_t: 0x1234,
            count: 1,
            expires_at: client.now() + hedgerow::Duration::from_secs(1),
        })
        .unwrap();
    assert!(put().await.unwrap().unwrap().starts_with("0000000000001234-"));
    assert_eq!(put().await.unwrap_err().code(), "lease_exhausted");
}
