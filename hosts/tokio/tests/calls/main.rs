//! Calls on a manual clock with scripted attempts: no server, no waiting, the same decisions every time.

mod endings;
mod failures;
mod hedges;
mod places;
#[path = "../still_clock/mod.rs"]
mod still_clock;
mod tokens;
mod told;

use hedgerow_tokio::{
    AttemptOutcome, CallError, CallOptions, Client, Reason, Report,
    testing::{Script, Scripted, Step},
};
use std::time::Duration;
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
