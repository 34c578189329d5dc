//! What answers mean, found by asking the core about each of them.

use crate::sources::{parse, variants};
use crate::table::{Table, code, codes};
use hedgerow::config::Idempotency;
use hedgerow::retry::{
    grpc, http,
    outcome::{Ended, FailureClass, Fault},
};
use std::ops::RangeInclusive;

const INTRODUCTION: &str = "\
# Outcomes

The end of an attempt is a success, a failure of one of the classes below, or a cancellation. The tables of HTTP and gRPC
stand in the core, so every binding reads an answer alike; a host may override what it knows better.

## Classes of failures
";

const METHODS: [&str; 9] = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE", "POST", "PATCH"];

/// The page of outcomes.
pub(crate) fn page() -> String {
    let sections = [
        classes(),
        format!(
            "## HTTP: status\n\nWithout a header that says otherwise, on a first attempt.\n\n{}",
            statuses()
        ),
        format!("## HTTP: what headers and tokens change\n\n{}", headers()),
        format!(
            "## HTTP: which requests may be sent again\n\nUnless the configuration names the operation, or the call says otherwise.\n\n{}",
            methods()
        ),
        format!(
            "## gRPC: status\n\nThe trailer `{}` is read beside it: a number is a wait in milliseconds, anything else forbids a retry.\n\n{}",
            grpc::PUSHBACK_KEY,
            grpc_statuses()
        ),
        format!("## Failures without a status\n\n{}", faults()),
    ];
    format!("{INTRODUCTION}\n{}", sections.concat().trim_end()) + "\n"
}

fn classes() -> String {
    let told = variants(&parse("core/src/retry/outcome.rs"), "FailureClass");
    let mut table = Table::new(&["code", "class", "meaning"]);
    for (class, (_, meaning)) in FailureClass::ALL.iter().zip(told) {
        table.row([class.code().to_string(), code(class.slug()), meaning]);
    }
    table.text()
}

/// Numbers by what they mean, neighbours together.
fn ranges(numbers: RangeInclusive<u16>, read: impl Fn(u16) -> Ended) -> Vec<(Ended, Vec<String>)> {
    let mut runs: Vec<(Ended, u16, u16)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((ended, _, last)) if *ended == read(number) => *last = number,
            _ => runs.push((read(number), number, number)),
        }
    }
    let mut all: Vec<(Ended, Vec<String>)> = Vec::new();
    for (ended, first, last) in runs {
        let text = if first == last { first.to_string() } else { format!("{first} to {last}") };
        match all.iter_mut().find(|(known, _)| *known == ended) {
            Some((_, texts)) => texts.push(text),
            None => all.push((ended, vec![text])),
        }
    }
    all
}

fn statuses() -> String {
    let mut table = Table::new(&["outcome", "status"]);
    for (ended, numbers) in ranges(100..=599, http::status) {
        table.row([code(ended.slug()), numbers.join(", ")]);
    }
    table.text()
}

fn headers() -> String {
    let mut table = Table::new(&["status", "with", "outcome", "instead of"]);
    let mut row = |status: u16, with: &str, change: &dyn Fn(&mut http::Response<'_>)| {
        let mut response = http::Response { status, ..http::Response::default() };
        change(&mut response);
        let (now, plain) = (response.read().ended.slug(), http::status(status).slug());
        assert_ne!(now, plain, "{status} {with} changes nothing");
        table.row([status.to_string(), with.into(), code(now), code(plain)]);
    };
    row(503, "`Retry-After`, or another delay", &|response| response.headers.set("retry-after", "1"));
    row(413, "`Retry-After`, or another delay", &|response| response.headers.set("retry-after", "1"));
    row(409, "the token of an earlier attempt of the call", &|response| response.repeats_token = true);
    row(501, "`x-should-retry: true`, as any `fatal` one", &|response| {
        response.headers.set("x-should-retry", "true");
    });
    table.text()
}

fn methods() -> String {
    let mut table = Table::new(&["idempotency", "method", ""]);
    let kinds = [
        (Idempotency::Natural, "retried and hedged"),
        (Idempotency::Retry, "retried, never two at the same time"),
        (Idempotency::None, "sent once"),
    ];
    for (kind, meaning) in kinds {
        let of_kind = METHODS.into_iter().filter(|method| http::idempotency(method, false) == kind);
        table.row([code(word(kind)), codes(of_kind), meaning.into()]);
    }
    assert!(METHODS.iter().all(|method| http::idempotency(method, true) == Idempotency::Token));
    table.row([
        code(word(Idempotency::Token)),
        "any, with an idempotency token".into(),
        "retried and hedged".into(),
    ]);
    table.text()
}

fn word(kind: Idempotency) -> &'static str {
    let field = hedgerow::config::fields().iter().find(|field| field.path == "operations.<op>.idempotency");
    field.and_then(|field| field.words().get(kind as usize).copied()).unwrap_or_default()
}

fn grpc_statuses() -> String {
    let mut table = Table::new(&["outcome", "status"]);
    for (ended, numbers) in ranges(0..=16, |status| grpc::status(u32::from(status))) {
        table.row([code(ended.slug()), numbers.join(", ")]);
    }
    assert_eq!(grpc::status(17), grpc::status(u32::MAX));
    table.row([code(grpc::status(17).slug()), "any other".into()]);
    table.text()
}

fn faults() -> String {
    let told = variants(&parse("core/src/retry/outcome.rs"), "Fault");
    assert_eq!(told.len(), Fault::ALL.len(), "a fault is missing here");
    let mut table = Table::new(&["what happened", "outcome"]);
    for (fault, (name, meaning)) in Fault::ALL.into_iter().zip(told) {
        assert_eq!(name, format!("{fault:?}"));
        table.row([meaning, code(fault.ended().slug())]);
    }
    table.text()
}
