//! Lists of words that records and documents use, in the order of their codes.

use super::{attempt_kinds, causes, outcomes};
use hedgerow::config::{FieldKind, fields};
use hedgerow::{FailureClass, StreamKind};

/// The words of one thing.
pub(crate) struct List {
    /// Name of the list.
    pub(crate) name: &'static str,
    /// Name of the type of one of its words.
    pub(crate) kind: &'static str,
    pub(crate) about: &'static str,
    pub(crate) words: Vec<&'static str>,
}

/// Every list.
pub(crate) fn lists() -> [List; 6] {
    let list = |name, kind, about, words| List { name, kind, about, words };
    let classes = FailureClass::ALL.map(FailureClass::slug).to_vec();
    let [priority, idempotency] = ["priority", "idempotency"].map(of_operations);
    [
        list("PRIORITY", "Priority", "How important a call is, by code.", priority),
        list("IDEMPOTENCY", "Idempotency", "Whether a call may be sent again, by code.", idempotency),
        list("FAILURE_CLASSES", "FailureClass", "Why an attempt failed, by code less 1.", classes),
        list("ATTEMPT_KINDS", "AttemptKind", "Why an attempt is sent, by code.", attempt_kinds().to_vec()),
        list("OUTCOMES", "Outcome", "How a call ended, by code.", outcomes().to_vec()),
        list("CAUSES", "Cause", "Whose fault a timeout was, by code less 1.", causes().to_vec()),
    ]
}

/// Streams of draws that a test can script.
pub(crate) const STREAMS: [(&str, StreamKind); 4] = [
    ("backoff", StreamKind::Backoff),
    ("hedge_coin", StreamKind::HedgeCoin),
    ("balance", StreamKind::Balance),
    ("signal_refresh", StreamKind::SignalRefresh),
];

/// The words of a field of operations.
fn of_operations(name: &str) -> Vec<&'static str> {
    let path = format!("operations.<op>.{name}");
    let field = fields().iter().find(|field| field.path == path).expect("a field of the table");
    match field.kind {
        FieldKind::Word(words) => words.to_vec(),
        other => panic!("{path} is {other:?}, no list of words"),
    }
}
