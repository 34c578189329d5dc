//! The driver on tokio's own clock: one timer for all calls, and results before timers after a stall.

mod still_clock;

use hedgerow_tokio::{
    AttemptError, BuildError, CallOptions, Client, Config, EndpointSpec, Idempotency, Losers, Reason, Seed,
    testing,
};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use still_clock::{DOCUMENT, config, get, ms, parse};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Notify,
};

fn client() -> Client {
    client_of(config())
}

fn client_of(config: Config) -> Client {
    let names = ["a", "b", "c"].map(|name| EndpointSpec { name: name.to_owned(), ..EndpointSpec::default() });
    Client::builder(config).endpoints(names).seed(Seed::new(testing::SEED)).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hedge_is_sent_by_the_one_sleep() {
    let client = client();
    let answer = client.call(get(), |attempt| async move {
        if attempt.number == 1 {
            std::future::pending::<()>().await;
        }
        Ok::<_, AttemptError<()>>(attempt.number)
    });
    assert_eq!(answer.await.unwrap(), 2);
    assert!(client.is_idle());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_waiting_calls_share_one_timer() {
    let client = client();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let options = CallOptions::op("post");
                client.call(options, |_| std::future::pending::<Result<(), AttemptError<()>>>()).await
            })
        })
        .collect();
    tokio::time::sleep(ms(1)).await;
    let stats = client.host_stats();
    assert_eq!(stats.active_timers, 1);
    assert!(stats.timer_arms <= 2, "{stats:?}");
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap_err().reason(), Some(Reason::CallTimeout));
    }
    // Four stages of the timeout, the same for all, found by a handful of wake-ups.
    let stats = client.host_stats();
    assert!((4..40).contains(&stats.timer_fires) && stats.late_fires == 0, "{stats:?}");
    client.drain(None).await;
    assert!(client.is_idle());
}

#[tokio::test(start_paused = true)]
async fn a_later_deadline_does_not_touch_the_timer() {
    let client = client();
    let hang = |_| std::future::pending::<Result<(), AttemptError<()>>>();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.call(CallOptions::op("post"), hang).await }
    });
    tokio::time::sleep(ms(1)).await;
    let arms = client.host_stats().timer_arms;
    for _ in 0..100 {
        let client = client.clone();
        tokio::spawn(async move { client.call(CallOptions::op("post"), hang).await });
    }
    tokio::time::sleep(ms(1)).await;
    // Once, because the earliest of many deadlines is told as a lower bound.
    let stats = client.host_stats();
    assert!(stats.timer_arms <= arms + 1, "{stats:?}");
    first.abort();
    tokio::time::sleep(ms(1)).await;
    assert_eq!(client.host_stats(), stats);
}

#[tokio::test(start_paused = true)]
async fn without_a_seed_every_client_draws_its_own() {
    let names = || [EndpointSpec { name: "a".to_owned(), ..EndpointSpec::default() }];
    let mut tags = Vec::new();
    for _ in 0..2 {
        let client = Client::builder(config()).endpoints(names()).build().unwrap();
        let tag = client.call(get(), |attempt| async move { Ok::<_, AttemptError<()>>(attempt.call_tag) });
        tags.push(tag.await.unwrap());
    }
    assert_ne!(tags[0], tags[1]);
}

#[test]
fn a_client_needs_a_runtime() {
    let built = Client::builder(config()).build();
    assert!(matches!(built, Err(BuildError::NoRuntime)), "{built:?}");
}

#[test]
fn a_client_whose_runtime_ended_refuses_calls_instead_of_hanging() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let client = first.block_on(async { client() });
    drop(first);
    let ended =
        runtime().block_on(client.call(get(), |_| std::future::pending::<Result<(), AttemptError<()>>>()));
    assert_eq!(ended.unwrap_err().code(), "closed");
}

/// Answers each connection with one byte, `delay` after it was asked.
fn slow_server(delay: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                std::thread::sleep(delay);
                let _ = stream.write_all(&byte);
            });
        }
    });
    address
}

/// A call whose answer lies in the socket while the runtime's only thread is stopped over the deadline.
///
/// The answer crosses two tasks, as it does with a connection task below an HTTP client.
async fn stalled_call(client: &Client, address: SocketAddr) -> Result<u8, Reason> {
    let sent = Arc::new(Notify::new());
    let call = tokio::spawn({
        let (client, sent) = (client.clone(), sent.clone());
        async move {
            let options = CallOptions {
                deadline: Some(ms(150)),
                idempotency: Some(Idempotency::None),
                ..CallOptions::default()
            };
            client
                .call(options, |_| {
                    let sent = sent.clone();
                    async move {
                        let (answer, asked) = tokio::sync::oneshot::channel();
                        tokio::spawn(async move {
                            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
                            stream.write_all(&[7]).await.unwrap();
                            sent.notify_one();
                            let mut byte = [0];
                            stream.read_exact(&mut byte).await.unwrap();
                            let _ = answer.send(byte[0]);
                        });
                        asked.await.map_err(AttemptError::transient)
                    }
                })
                .await
        }
    });
    sent.notified().await;
    std::thread::sleep(ms(300));
    let ended = call.await.unwrap().map_err(|error| error.reason().unwrap());
    // A late tick gives results one turn, so that a client that is always late goes on: the next stall comes after it.
    tokio::time::sleep(ms(10)).await;
    ended
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_in_the_socket_wins_over_a_deadline_that_passed_in_a_stall() {
    let (client, address) = (client(), slow_server(ms(50)));
    for round in 0..5 {
        assert_eq!(stalled_call(&client, address).await, Ok(7), "round {round}");
    }
    assert!(client.host_stats().late_fires >= 5, "{:?}", client.host_stats());
}

#[tokio::test(flavor = "current_thread")]
async fn a_stall_before_the_timer_was_even_set_is_noticed_too() {
    let (client, address) = (client(), slow_server(ms(50)));
    for round in 0..5 {
        let options = CallOptions { deadline: Some(ms(150)), ..CallOptions::default() };
        let answer = client.call(options, |_| {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(&[7]).unwrap();
            std::thread::sleep(ms(300));
            stream.set_nonblocking(true).unwrap();
            async move {
                let mut stream = tokio::net::TcpStream::from_std(stream)?;
                let reader = tokio::spawn(async move { stream.read_u8().await });
                Ok::<_, AttemptError<std::io::Error>>(reader.await.unwrap()?)
            }
        });
        assert_eq!(answer.await.map_err(|error| error.reason()), Ok(7), "round {round}");
        tokio::time::sleep(ms(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_answer_in_the_socket_wins_on_a_worker_thread_too() {
    let (client, address) = (client(), slow_server(ms(50)));
    for round in 0..5 {
        let client = client.clone();
        // On the worker itself, which is the only one: the test's own thread would not stop it.
        let ended = tokio::spawn(async move { stalled_call(&client, address).await });
        assert_eq!(ended.await.unwrap(), Ok(7), "round {round}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_stall_counts_against_the_client_though_the_answer_won() {
    let document = DOCUMENT.replacen('{', r#"{"stall": {"threshold_us": 100000, "warn_us": 50000},"#, 1);
    let (client, address) = (client_of(parse(&document)), slow_server(ms(50)));
    client.call(get(), |_| async { Ok::<_, AttemptError<()>>(()) }).await.unwrap();
    assert_eq!(client.stats().count(Reason::HedgeClientStalled), 0);
    assert_eq!(stalled_call(&client, address).await, Ok(7));
    client.call(get(), |_| async { Ok::<_, AttemptError<()>>(()) }).await.unwrap();
    assert_eq!(client.stats().count(Reason::HedgeClientStalled), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn a_stall_without_an_answer_still_ends_at_the_deadline() {
    let (client, address) = (client(), slow_server(Duration::from_secs(5)));
    assert_eq!(stalled_call(&client, address).await, Err(Reason::Deadline));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_from_many_threads_with_every_kind_of_end_leave_nothing_behind() {
    for losers in [Losers::Abort, Losers::LetRun] {
        let names =
            ["a", "b", "c"].map(|name| EndpointSpec { name: name.to_owned(), ..EndpointSpec::default() });
        let client = Client::builder(config()).endpoints(names).losers(losers).build().unwrap();
        let calls: Vec<_> = (0..2000_u32)
            .map(|call| {
                let client = client.clone();
                tokio::spawn(async move {
                    let options = CallOptions { deadline: Some(ms(100)), ..get() };
                    let work = client.call(options, |attempt| async move {
                        for _ in 0..call % 5 {
                            tokio::task::yield_now().await;
                        }
                        match (call + u32::from(attempt.number)) % 7 {
                            0 => Err(AttemptError::transient(())),
                            1 => Err(AttemptError::fatal(())),
                            2 => {
                                tokio::time::sleep(ms(8)).await;
                                Ok(())
                            }
                            _ => Ok(()),
                        }
                    });
                    // Some callers give up before, some after the first poll of an attempt.
                    if call % 11 == 0 {
                        let _ = tokio::time::timeout(ms(u64::from(call % 3)), work).await;
                    } else {
                        let _ = work.await;
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        client.drain(None).await;
        let stats = client.stats();
        assert!(client.is_idle());
        assert!(["a", "b", "c"].iter().all(|name| client.in_flight(client.endpoint(name).unwrap()) == 0));
        let ended = stats.completed_ok + stats.completed_failed + stats.completed_cancelled;
        assert_eq!((ended, stats.stale_attempts), (stats.started, 0), "{losers:?}");
    }
}
