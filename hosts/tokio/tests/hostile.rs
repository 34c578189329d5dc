//! Servers that lie, err or rave, over real sockets: each call ends, and no more is sent than the policy allows.

mod still_clock;

use hedgerow_tokio::{CallOptions, EndpointSpec, http::HttpClient};
use http::{HeaderMap, Method};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};
use still_clock::parse;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const CALLS: usize = 20;
/// First attempts, the burst of the budget, and a tenth of the first attempts.
const MOST: usize = CALLS + 5 + CALLS / 10;

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine";

/// Says these bytes to whoever asks, and closes.
#[derive(Clone)]
struct Hostile {
    says: Arc<Mutex<Vec<u8>>>,
    asked: Arc<AtomicUsize>,
}

impl Hostile {
    async fn serve(says: Vec<u8>) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { says: Arc::new(Mutex::new(says)), asked: Arc::default() };
        let told = server.clone();
        tokio::spawn(async move {
            while let Ok((peer, _)) = listener.accept().await {
                tokio::spawn(told.clone().answer(peer));
            }
        });
        (server, address)
    }

    async fn answer(self, mut peer: TcpStream) {
        let (mut head, mut part) = (Vec::new(), [0; 4096]);
        while !head.ends_with(b"\r\n\r\n") {
            match peer.read(&mut part).await {
                Ok(count @ 1..) => head.extend_from_slice(&part[..count]),
                _ => return,
            }
        }
        self.asked.fetch_add(1, SeqCst);
        let says = self.says.lock().unwrap().clone();
        // Whoever does not listen to the end has heard enough.
        let _ = peer.write_all(&says).await;
    }
}

async fn each_call_ends_within_the_policy(says: Vec<u8>) {
    let (server, address) = Hostile::serve(says).await;
    let config = parse(
        r#"{
            "objective": {"max_us": 5000000},
            "retry": {"backoff": {"base_us": 1000, "cap_us": 1000, "jitter": "none"}},
            "budget": {"mode": "ratio", "ratio": 0.1, "cap": 5, "initial": 5, "min_rate": 0},
            "signal": {"guard": {"max_calls": 4, "max_hedges": 2, "min_target_us": 1000000}}
        }"#,
    );
    let endpoint = EndpointSpec { name: "a".to_owned(), ..EndpointSpec::default() };
    let client = HttpClient::builder(config).endpoint(endpoint, format!("http://{address}")).build().unwrap();
    let get = || client.request(Method::GET, "/", HeaderMap::new(), "", CallOptions::default());
    for _ in 0..CALLS {
        // An answer or an error: whatever it is, the call is over.
        let _ = get().await;
    }
    let asked = server.asked.load(SeqCst);
    assert!((CALLS..=MOST).contains(&asked), "{asked} requests");
    *server.says.lock().unwrap() = GOOD.to_vec();
    assert_eq!(&get().await.unwrap().into_body()[..], b"fine");
}

fn answer(status: &str, headers: &[&str]) -> Vec<u8> {
    let lines = [&[status][..], headers, &["Content-Length: 0", "Connection: close"]].concat();
    format!("HTTP/1.1 {}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

#[tokio::test]
async fn bytes_that_are_no_answer_end_a_call() {
    let noise: Vec<u8> = (0..64).flat_map(|_| 0..=255).collect();
    let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(100_000)].concat();
    let long = answer("200 OK", &[&format!("Hedgerow-Slo: v=1{}", ", a".repeat(350_000))]);
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx".to_vec();
    for says in
        [Vec::new(), noise, b"HTTP/1.1 2".to_vec(), b"HTTP/1.1 abc OK\r\n\r\n".to_vec(), endless, long, short]
    {
        each_call_ends_within_the_policy(says).await;
    }
}

#[tokio::test]
async fn a_signal_of_any_kind_is_survived() {
    for field in [
        "v=0",
        "v=1, calls=0",
        "v=1, target=1, max=1",
        "v=1, calls=4294967295, hedges=4294967295",
        "v=999999999999999, ttl=999999999999999, reset",
        "v=1, scope=all, target=999999999999999, max=999999999999999",
        "v=1,,",
        "\u{ff}\u{fe}",
    ] {
        each_call_ends_within_the_policy(answer("500 Down", &[&format!("Hedgerow-Slo: {field}")])).await;
    }
}

#[tokio::test]
async fn a_delay_of_any_kind_is_no_way_to_more_attempts() {
    for (status, headers) in [
        ("503 Busy", &["Retry-After: 0"][..]),
        ("429 Busy", &["Retry-After: 0", "Retry-After: 0"]),
        ("503 Busy", &["Retry-After: 99999999999999999999"]),
        ("503 Busy", &["Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"]),
        ("400 Bad", &["x-should-retry: true", "retry-after-ms: 0"]),
        ("429 Busy", &["ratelimit-reset: 0"]),
    ] {
        each_call_ends_within_the_policy(answer(status, headers)).await;
    }
}
