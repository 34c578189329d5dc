//! What a client tells of itself: events, stories, the trace, and what it learned.

use crate::spawn;
use crate::still_clock::{self, get, manual, ms};
use hedgerow_tokio::{
    CallOptions, Client, ManualClock, Reason,
    testing::{self, Script, Step},
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
