//! The HTTP client against real servers on loopback.

mod still_clock;

use bytes::Bytes;
use hedgerow_tokio::{
    AttemptKind, AttemptOutcome, CallError, CallOptions, Config, EndpointSpec, FailureClass, Idempotency,
    Reason,
    http::{HttpClient, HttpError},
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use still_clock::{config, ms, parse};
use tokio::net::TcpListener;

type Heard = Arc<Mutex<Vec<(Request<()>, Bytes)>>>;

/// A server and what it heard.
#[derive(Clone, Default)]
struct Server {
    heard: Heard,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn requests(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    fn header(&self, index: usize, name: &str) -> Option<String> {
        let heard = self.heard.lock().unwrap();
        heard[index].0.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }
}

/// Serves on loopback: the answer of request `n` (from 0) comes after a delay.
async fn serve(
    answer: impl Fn(usize) -> (Duration, Response<&'static str>) + Send + Sync + 'static,
) -> (Server, SocketAddr) {
    let server = Server::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (answer, told) = (Arc::new(answer), server.clone());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            told.connections.fetch_add(1, SeqCst);
            let (answer, told) = (answer.clone(), told.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (answer, told) = (answer.clone(), told.clone());
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let number = {
                        let mut heard = told.heard.lock().unwrap();
                        heard.push((Request::from_parts(parts, ()), body));
                        heard.len() - 1
                    };
                    let (delay, response) = answer(number);
                    tokio::time::sleep(delay).await;
                    Ok::<_, Infallible>(response.map(|body| Full::new(Bytes::from_static(body.as_bytes()))))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (server, address)
}

fn now(response: Response<&'static str>) -> (Duration, Response<&'static str>) {
    (Duration::ZERO, response)
}

fn ok() -> Response<&'static str> {
    Response::new("fine")
}

fn status(code: u16) -> Response<&'static str> {
    let mut response = Response::new("");
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    response
}

fn with(
    mut response: Response<&'static str>,
    name: &'static str,
    value: &'static str,
) -> Response<&'static str> {
    response.headers_mut().insert(name, value.parse().unwrap());
    response
}

/// Endpoints `a`, `b`, … at these addresses.
fn client(config: Config, addresses: &[SocketAddr]) -> HttpClient {
    let mut builder = HttpClient::builder(config).label("cart-7");
    for (name, address) in ["a", "b", "c"].into_iter().zip(addresses) {
        let endpoint = EndpointSpec { name: name.to_owned(), ..EndpointSpec::default() };
        builder = builder.endpoint(endpoint, format!("http://{address}"));
    }
    builder.build().unwrap()
}

async fn get(client: &HttpClient, options: CallOptions<'_>) -> Result<Response<Bytes>, CallError<HttpError>> {
    client.request(Method::GET, "/values/7?fresh=1", HeaderMap::new(), "", options).await
}

#[tokio::test]
async fn a_request_carries_where_the_call_stands() {
    let (server, address) = serve(|_| now(ok())).await;
    let client = client(config(), &[address]);
    let mut headers = HeaderMap::new();
    headers.insert("x-own", "kept".parse().unwrap());
    let answer = client.request(Method::PUT, "/v", headers, "body", CallOptions::default()).await.unwrap();
    assert_eq!((answer.status(), &answer.body()[..]), (StatusCode::OK, &b"fine"[..]));
    assert_eq!(&server.heard.lock().unwrap()[0].1[..], b"body");
    assert_eq!(server.header(0, "x-own").as_deref(), Some("kept"));
    let told = server.header(0, "hedgerow-client").unwrap();
    let field = hedgerow::signal::capabilities::ClientField::parse(&told).unwrap().unwrap();
    assert_eq!(
        (field.attempt, field.hedge, field.priority, field.client.as_deref()),
        (Some(1), false, Some(0), Some("cart-7"))
    );
    assert!(
        field.left.unwrap() > hedgerow::Duration::ZERO
            && field.left.unwrap() <= hedgerow::Duration::from_millis(500)
    );
    assert!(field.call.is_some() && field.seen.is_none(), "{told}");
    assert_eq!(server.header(0, "idempotency-key"), None);
}

#[tokio::test]
async fn connections_are_reused() {
    let (server, address) = serve(|_| now(ok())).await;
    let client = client(config(), &[address]);
    for _ in 0..5 {
        get(&client, CallOptions::default()).await.unwrap();
    }
    assert_eq!((server.requests(), server.connections.load(SeqCst)), (5, 1));
}

#[tokio::test]
async fn a_stalled_server_is_hedged_around_and_the_loser_ends_on_its_own() {
    // Whichever server is asked first stalls; the other one, which the hedge asks, does not.
    let asked = Arc::new(AtomicUsize::new(0));
    let stall = || {
        let asked = Arc::clone(&asked);
        serve(move |_| (if asked.fetch_add(1, SeqCst) == 0 { ms(300) } else { ms(0) }, ok()))
    };
    let ((one, first), (two, second)) = (stall().await, stall().await);
    let client = client(config(), &[first, second]);
    let call = || client.request_reported(Method::GET, "/", HeaderMap::new(), "", CallOptions::default());
    let (_, report) = call().await.unwrap();
    assert_eq!((report.count(AttemptKind::Hedge), one.requests(), two.requests()), (1, 1, 1));
    client.client().drain(None).await;
    assert_eq!((one.connections.load(SeqCst), two.connections.load(SeqCst)), (1, 1));
    let loser = report.attempts.iter().find(|attempt| Some(attempt.id) != report.decided_by).unwrap();
    assert_eq!((loser.outcome, loser.cancelled), (AttemptOutcome::Running, Some(Reason::LostRace)));
}

#[tokio::test]
async fn a_server_that_is_too_busy_is_left_for_another() {
    let busy = || serve(|n| now(if n == 0 { with(status(503), "retry-after", "0") } else { ok() }));
    let ((_, first), (_, second)) = (busy().await, busy().await);
    let client = client(config(), &[first, second]);
    let call = client.request_reported(Method::PUT, "/", HeaderMap::new(), "", CallOptions::default());
    // The other one is busy at first too, so the third attempt is the first that is served.
    let (answer, report) = call.await.unwrap();
    assert_eq!((answer.status(), report.attempts.len()), (StatusCode::OK, 3));
    assert_eq!(report.attempts[0].outcome, AttemptOutcome::Failed(FailureClass::Overloaded));
    assert_eq!(report.attempts[1].kind, AttemptKind::Retry);
    assert_ne!(report.attempts[0].endpoint, report.attempts[1].endpoint);
}

#[tokio::test]
async fn a_definite_answer_comes_back_whole_with_its_reason() {
    let (server, address) = serve(|_| now(with(status(404), "x-why", "gone"))).await;
    let client = client(config(), &[address]);
    let error = get(&client, CallOptions::default()).await.unwrap_err();
    let answer = error.error().and_then(HttpError::response).unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["x-why"].to_str().unwrap()), (404, "gone"));
    assert_eq!((error.reason(), server.requests()), (Some(Reason::Fatal), 1));
}

#[tokio::test]
async fn a_post_is_sent_once_unless_it_carries_a_token() {
    let failing = || serve(|n| now(if n == 0 { status(500) } else { ok() }));
    let (server, address) = failing().await;
    let once = client(config(), &[address]);
    let error =
        once.request(Method::POST, "/", HeaderMap::new(), "", CallOptions::default()).await.unwrap_err();
    assert_eq!((error.code(), server.requests()), ("not_idempotent", 1));

    let ((one, first), (two, second)) = (failing().await, failing().await);
    let client = client(config(), &[first, second]);
    let options = CallOptions { token: Some("\"order-7\""), ..CallOptions::default() };
    let _ = client.request(Method::POST, "/", HeaderMap::new(), "", options).await;
    assert!(one.requests() + two.requests() >= 2);
    for server in [one, two] {
        for index in 0..server.requests() {
            assert_eq!(server.header(index, "idempotency-key").as_deref(), Some("\"order-7\""));
        }
    }
}

#[tokio::test]
async fn an_operation_with_tokens_sends_a_minted_key() {
    let (server, address) = serve(|_| now(ok())).await;
    let client = client(config(), &[address]);
    let call = client.request_reported(Method::POST, "/", HeaderMap::new(), "", CallOptions::op("put"));
    let (_, report) = call.await.unwrap();
    let key = server.header(0, "idempotency-key").unwrap();
    assert_eq!(key, format!("\"{}\"", report.token.unwrap()));
    assert_eq!(key.len(), 38);
}

#[tokio::test]
async fn a_configured_operation_is_not_overridden_by_the_method() {
    let (server, address) = serve(|_| now(status(500))).await;
    let client = client(config(), &[address]);
    let error = get(&client, CallOptions::op("post")).await.unwrap_err();
    assert_eq!((error.code(), server.requests()), ("not_idempotent", 1));
}

#[tokio::test]
async fn a_refused_connection_counts_as_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let client = client(config(), &[closed]);
    let options = CallOptions { idempotency: Some(Idempotency::None), ..CallOptions::default() };
    let error = get(&client, options).await.unwrap_err();
    assert_eq!(error.report().attempts[0].outcome, AttemptOutcome::Failed(FailureClass::NotSent));
    assert!(matches!(error.error(), Some(HttpError::Transport(_))), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_transient() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 64];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes).await;
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, half).await;
        }
    });
    let client = client(config(), &[address]);
    let options = CallOptions { idempotency: Some(Idempotency::None), ..CallOptions::default() };
    let error = get(&client, options).await.unwrap_err();
    assert_eq!(error.report().attempts[0].outcome, AttemptOutcome::Failed(FailureClass::Transient));
    assert!(matches!(error.error(), Some(HttpError::Body(_))), "{error:?}");
}

#[tokio::test]
async fn a_servers_signal_is_applied_and_told_back() {
    let (server, address) = serve(|_| {
        now(with(ok(), "hedgerow-slo", "v=17, target=20000, max=250000, hedges=0, calls=5, scope=all"))
    })
    .await;
    let client = client(config(), &[address]);
    get(&client, CallOptions::default()).await.unwrap();
    let left = |index: usize| {
        let told = server.header(index, "hedgerow-client").unwrap();
        hedgerow::signal::capabilities::ClientField::parse(&told).unwrap().unwrap()
    };
    assert!(left(0).left.unwrap() > hedgerow::Duration::from_millis(250));
    get(&client, CallOptions::default()).await.unwrap();
    assert_eq!(left(1).seen, Some(17));
    assert!(left(1).left.unwrap() <= hedgerow::Duration::from_millis(250));
}

#[tokio::test]
async fn an_endpoint_without_a_base_and_a_bad_path_are_errors() {
    let client = client(parse("{}"), &[]);
    let add =
        hedgerow_tokio::TopologyChange::Add(EndpointSpec { name: "x".to_owned(), ..EndpointSpec::default() });
    client.client().topology(&[add]).unwrap();
    let options = CallOptions { idempotency: Some(Idempotency::None), ..CallOptions::default() };
    let error = get(&client, options).await.unwrap_err();
    assert!(matches!(error.error(), Some(HttpError::NoBase(name)) if &**name == "x"), "{error:?}");
    client.set_base("x", "http://127.0.0.1:1").unwrap();
    let sent = client.request(Method::GET, "not a path", HeaderMap::new(), "", CallOptions::default()).await;
    assert!(matches!(sent.unwrap_err().error(), Some(HttpError::Request(_))));
    assert!(client.set_base("x", "https://secure").is_err());
}

#[tokio::test]
async fn a_label_that_no_header_carries_is_refused() {
    for label in ["é".to_owned(), "x".repeat(65)] {
        assert!(HttpClient::builder(config()).label(label).build().is_err());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_in_the_socket_wins_over_a_deadline_that_passed_in_a_stall() {
    // On a runtime of its own, since a stopped thread would stop the server too.
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            told.send(serve(|_| (ms(50), ok())).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let (server, address) = address.recv().unwrap();
    let client = client(config(), &[address]);
    for round in 0..5 {
        let call = tokio::spawn({
            let client = client.clone();
            async move { get(&client, CallOptions { deadline: Some(ms(200)), ..CallOptions::op("post") }).await }
        });
        while server.requests() == round {
            tokio::task::yield_now().await;
        }
        std::thread::sleep(ms(300));
        assert!(call.await.unwrap().is_ok(), "round {round}");
        tokio::time::sleep(ms(10)).await;
    }
}
