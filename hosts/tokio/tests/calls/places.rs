//! Names of operations and endpoints, and where calls go.

use crate::spawn;
use crate::still_clock::{self, get, manual, ms};
use hedgerow_tokio::{
    CallOptions, ErrorKind,
    testing::{self, Script, Step},
};

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
    let error = testing::client(still_clock::config(), &["a", "b", "a"]).unwrap_err();
    assert!(error.to_string().starts_with("endpoints[2].name: "), "{error}");
}
