//! What it costs to keep what a large client has learned, and to go on from it: 1000 endpoints, 256 namespaces.

use divan::{Bencher, black_box};
use hedgerow::client::action::{Action, EndpointSpec, Namespace, Operation, Response, Start, TopologyChange};
use hedgerow::config::Document;
use hedgerow::{Client, Config, Duration, Instant, Seed};

const ENDPOINTS: usize = 1000;
const NAMESPACES: usize = 256;
/// Calls of each namespace: enough that a histogram has tens of buckets in use.
const CALLS: u64 = 60;

fn main() {
    divan::main();
}

fn config() -> Config {
    serde_json::from_str(r#"{"operations": {"get": {"idempotency": "natural"}}, "breaker": {}}"#).unwrap()
}

fn topology() -> Vec<TopologyChange> {
    let spec = |number| EndpointSpec { name: format!("server-{number}"), ..EndpointSpec::default() };
    (0..ENDPOINTS).map(|number| TopologyChange::Add(spec(number))).collect()
}

/// A client whose every namespace and endpoint has seen answers, and the time.
fn experienced() -> (Client, Instant) {
    let mut now = Instant::from_micros(1_000_000);
    let mut client = Client::new(config(), &Seed::new([7; 32]), now);
    client.handle_topology(&topology(), now).unwrap();
    let names = (1..NAMESPACES).map(|number| format!("namespace-{number}"));
    let mut namespaces: Vec<Namespace> = names.map(|name| client.namespace(&name).unwrap()).collect();
    namespaces.push(Namespace(0));
    for turn in 0..CALLS {
        for namespace in &namespaces {
            client
                .start(&Start { namespace: *namespace, operation: Operation(1), ..Start::default() }, now)
                .unwrap();
            now = now + Duration::from_micros(1 + turn * turn % 977);
            while let Some(action) = client.poll_action() {
                if let Action::Send { attempt, .. } = action {
                    client.handle_response(attempt, Response::default(), now);
                }
            }
        }
    }
    (client, now)
}

fn restored(kept: &Document, now: Instant) -> Client {
    let seed = Seed::new([8; 32]);
    let mut client = Client::restore(kept, config(), Some(&seed), Duration::from_secs(1), now).unwrap();
    client.handle_topology(&topology(), now).unwrap();
    client
}

/// The document alone.
#[divan::bench]
fn taken(bencher: Bencher<'_, '_>) {
    let (client, now) = experienced();
    bencher.bench_local(|| client.snapshot(black_box(now)));
}

/// From the document to a client that knows its endpoints again.
#[divan::bench]
fn restored_with_its_topology(bencher: Bencher<'_, '_>) {
    let (client, now) = experienced();
    let kept = client.snapshot(now);
    bencher.bench_local(|| restored(black_box(&kept), now));
}

/// Both, and through the text of JSON between them.
#[divan::bench]
fn there_and_back_as_text(bencher: Bencher<'_, '_>) {
    let (client, now) = experienced();
    println!("{} bytes of JSON", client.snapshot(now).to_json().len());
    bencher.bench_local(|| {
        let text = client.snapshot(black_box(now)).to_json();
        restored(&serde_json::from_str(&text).unwrap(), now)
    });
}
