//! The tower layer over a scripted inner service.

mod still_clock;

use hedgerow_tokio::{
    Attempt, AttemptError, CallOptions, Client, ManualClock, Pushback,
    tower::{Cloned, Hedgerow, HedgerowLayer, Policy},
};
use std::{
    collections::VecDeque,
    fmt::Write,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};
use still_clock::{manual, ms};
use tower_layer::Layer;
use tower_service::Service;

/// Answers with its own request after the next delay, or fails when there is none.
#[derive(Clone)]
struct Inner {
    clock: ManualClock,
    delays: Arc<Mutex<VecDeque<Option<Duration>>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Inner {
    fn new(clock: &ManualClock, delays: impl IntoIterator<Item = Option<Duration>>) -> Self {
        let delays = Arc::new(Mutex::new(delays.into_iter().collect()));
        Self { clock: clock.clone(), delays, seen: Arc::default() }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Service<String> for Inner {
    type Response = String;
    type Error = &'static str;
    type Future = Pin<Box<dyn Future<Output = Result<String, &'static str>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: String) -> Self::Future {
        self.seen.lock().unwrap().push(request.clone());
        let delay = self.delays.lock().unwrap().pop_front().flatten();
        let clock = self.clock.clone();
        Box::pin(async move {
            clock.sleep(delay.ok_or("refused")?).await;
            Ok(request)
        })
    }
}

/// Operation by the first word; what begins with `once` cannot be copied.
struct Words;

impl Policy<String, String, &'static str> for Words {
    fn options<'a>(&'a self, request: &'a String) -> CallOptions<'a> {
        CallOptions::op(request.split(' ').next().unwrap_or_default())
    }

    fn copy(&self, request: &String) -> Option<String> {
        (!request.contains("once")).then(|| request.clone())
    }

    fn address(&self, request: &mut String, attempt: &Attempt) {
        let _ = write!(request, " @{}#{}", attempt.endpoint, attempt.number);
    }

    fn classify(&self, result: Result<String, &'static str>) -> Result<String, AttemptError<&'static str>> {
        result.map_err(|error| AttemptError { pushback: Pushback::NONE, ..AttemptError::not_sent(error) })
    }
}

fn service(client: &Client, inner: &Inner) -> Hedgerow<Inner, Words> {
    HedgerowLayer::new(client.clone(), Words).layer(inner.clone())
}

#[tokio::test]
async fn a_request_that_can_be_copied_is_hedged() {
    let (client, clock) = manual(|builder| builder);
    let inner = Inner::new(&clock, [Some(ms(300)), Some(ms(1))]);
    let call = tokio::spawn(service(&client, &inner).call("get x".to_owned()));
    clock.advance(ms(6)).await;
    let answer = call.await.unwrap().unwrap();
    assert!(answer.starts_with("get x @") && answer.ends_with("#2"), "{answer}");
    assert_eq!(inner.seen().len(), 2);
}

#[tokio::test]
async fn a_request_that_cannot_be_copied_is_sent_once() {
    let (client, clock) = manual(|builder| builder);
    let inner = Inner::new(&clock, [Some(ms(100)), Some(ms(1))]);
    let call = tokio::spawn(service(&client, &inner).call("get once".to_owned()));
    clock.advance(ms(100)).await;
    assert!(call.await.unwrap().unwrap().ends_with("#1"));
    let inner = Inner::new(&clock, [None, Some(ms(1))]);
    let call = tokio::spawn(service(&client, &inner).call("set once".to_owned()));
    clock.advance(ms(400)).await;
    assert_eq!(call.await.unwrap().unwrap_err().into_error(), Some("refused"));
    assert_eq!(inner.seen().len(), 1);
}

#[tokio::test]
async fn a_policy_of_two_lines_serves_requests_that_are_clone() {
    let (client, clock) = manual(|builder| builder);
    let inner = Inner::new(&clock, [Some(ms(1))]);
    let address = |request: &mut String, attempt: &Attempt| request.push_str(&attempt.endpoint);
    let mut service = HedgerowLayer::new(client, Cloned(address)).layer(inner.clone());
    let call = tokio::spawn(service.call("to ".to_owned()));
    clock.advance(ms(1)).await;
    let answer = call.await.unwrap().unwrap();
    assert!(["to a", "to b", "to c"].contains(&answer.as_str()), "{answer}");
}

#[tokio::test]
async fn dropping_the_future_of_a_request_cancels_its_call() {
    let (client, clock) = manual(|builder| builder);
    let inner = Inner::new(&clock, [Some(ms(300))]);
    let call = tokio::spawn(service(&client, &inner).call("get x".to_owned()));
    clock.advance(ms(1)).await;
    assert!(!client.is_idle());
    call.abort();
    clock.settle().await;
    assert!(client.is_idle());
}
