//! Tokens of attempts, and what servers tell with their answers.

use crate::spawn;
use crate::still_clock::{self, manual, ms};
use hedgerow_tokio::{
    AttemptError, CallOptions, Lease, ManualClock, Response, ServerLoad,
    testing::{self, Script, Step},
};

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
