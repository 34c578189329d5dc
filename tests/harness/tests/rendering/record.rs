//! The flat form of records as every language reads it: slots, parts of packed numbers, and what else has a number.

use hedgerow::wire::packed::{self, Part};
use hedgerow::wire::{RECORD, slot};

/// Names of the slots, in order.
pub(crate) fn slots() -> [&'static str; RECORD] {
    let named = [
        (slot::CODE, "code"),
        (slot::COOKIE, "cookie"),
        (slot::CALL, "call"),
        (slot::ATTEMPT, "attempt"),
        (slot::ENDPOINT, "endpoint"),
        (slot::TIME, "time"),
        (slot::ARGUMENT, "argument"),
        (slot::PACKED, "packed"),
    ];
    super::in_order(named.map(|(at, name)| (at, name)))
}

/// Readers of parts: the word of the reader's name, the part, and what it answers.
pub(crate) const READERS: [(&str, Part, &str); 8] = [
    ("reason", packed::REASON, "Code of the reason."),
    (
        "ordinal",
        packed::ORDINAL,
        "Number of the attempt that is sent, from 1; of a completed call, how many were sent.",
    ),
    ("kind", packed::KIND, "Code of the kind of a send."),
    ("priority", packed::PRIORITY, "Code of the priority of a send."),
    ("token", packed::TOKEN, "Whether a token of the core's own form travels with a send."),
    ("outcome", packed::OUTCOME, "Code of the outcome of a completed call, 0 for an answer."),
    ("class", packed::CLASS, "Code of the failure class that ended a call, 0 for none."),
    ("cause", packed::CAUSE, "Code of who was to blame for a timeout, 0 for nobody."),
];

/// Numbers of inputs that stand for themselves.
pub(crate) fn words() -> [(&'static str, u32, &'static str); 5] {
    [
        (
            "OPERATIONS_OWN",
            packed::OPERATIONS_OWN.into(),
            "Stands for the priority or the idempotency that the operation has.",
        ),
        ("WITH_TOKEN", packed::START_TOKEN.put(1), "Beside those of a start: the caller brings a token."),
        ("NO_HEDGES", packed::START_NO_HEDGES.put(1), "Beside those of a start: no hedges."),
        ("NO_RETRIES", packed::START_NO_RETRIES.put(1), "Beside those of a start: no retries."),
        (
            "NEVER",
            packed::FAILURE_NEVER.put(1),
            "Beside the class of a failure: the server asked not to be tried again.",
        ),
    ]
}
