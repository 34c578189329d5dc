//! The machine against the conformance data, and its edges. Properties over random events live in `core/tests`.

mod adaptive;
mod breaker;
mod counted;
mod edges;
mod explained;
mod flow_vectors;
mod inspect;
mod machine_vectors;
mod memory;
mod policies;
mod sees;
mod snapshot;
mod tokens;
mod topology;
mod waiting;

use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Value, json};

use crate::client::Client;
use crate::client::action::{Action, EndpointSpec, Note, Operation, TopologyChange};
use crate::config::Config;
use crate::id::AttemptId;
use crate::rng::Seed;
use crate::time::Instant;

pub(super) fn vectors(file: &str) -> Value {
    let path = std::format!("{}/../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

pub(super) fn client(document: Value) -> Client {
    let config: Config = serde_json::from_value(document).unwrap_or_else(|error| panic!("{error}"));
    Client::new(config, &Seed::new([7; 32]), Instant::ZERO)
}

pub(super) fn add(names: &[&str]) -> Vec<TopologyChange> {
    let spec = |name: &&str| EndpointSpec { name: name.to_string(), ..EndpointSpec::default() };
    names.iter().map(|name| TopologyChange::Add(spec(name))).collect()
}

pub(super) fn at(micros: u64) -> Instant {
    Instant::from_micros(micros)
}

pub(super) fn drain(client: &mut Client) -> Vec<Action> {
    std::iter::from_fn(|| client.poll_action()).collect()
}

pub(super) fn notes(client: &mut Client) -> Vec<Note> {
    std::iter::from_fn(|| client.poll_note()).collect()
}

pub(super) fn two_endpoints(document: Value) -> Client {
    let mut client = client(document);
    client.handle_topology(&add(&["a", "b"]), at(0)).unwrap();
    client
}

pub(super) fn plain() -> Client {
    two_endpoints(json!({
        "objective": {"target_us": 10_000, "max_us": 500_000},
        "operations": {"get": {"idempotency": "natural"}, "put": {"idempotency": "token"}},
        "trace": {"notes": 100},
    }))
}

pub(super) fn operation(client: &mut Client, name: &str) -> Operation {
    client.operation(name).unwrap()
}

pub(super) fn sent(client: &mut Client) -> Vec<AttemptId> {
    let attempt = |action| if let Action::Send { attempt, .. } = action { Some(attempt) } else { None };
    drain(client).into_iter().filter_map(attempt).collect()
}

/// The reasons of the notes since the last look.
pub(super) fn reasons(client: &mut Client) -> Vec<String> {
    notes(client).iter().map(|note| note.reason.slug().to_string()).collect()
}
