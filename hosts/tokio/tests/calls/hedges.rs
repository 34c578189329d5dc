//! A second attempt beside a slow one, and what becomes of the loser.

use crate::spawn;
use crate::still_clock::{get, manual, ms};
use hedgerow_tokio::{
    AttemptKind, Losers, Reason,
    testing::{Script, Step},
};
use std::time::Duration;

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
