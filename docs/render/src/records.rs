//! The flat form of actions and inputs: what the room `wire` says of itself, and the numbers of words.

use crate::sources::{head, method, parse, variants};
use crate::table::{Table, code};
use hedgerow::client::action::{AttemptKind, Outcome};
use hedgerow::config::fields;
use hedgerow::wire::Code;
use hedgerow::{Cause, FailureClass};

const INTRODUCTION: &str = "\
# Wire records

What a binding or a host in another language exchanges with the core. It is the contract of `core.wasm` and of every
binding; codes are only ever added.
";

/// The page of records.
pub(crate) fn page() -> String {
    let wire = parse("core/src/wire/mod.rs");
    let inputs = method(&parse("core/src/wire/push.rs"), "push_events");
    let turn = method(&parse("core/src/wire/poll.rs"), "poll_turn");
    let sections = [
        format!("## Layout\n\n{}\n\n", head(&wire)),
        format!("## Codes\n\n{}", codes()),
        format!("## Inputs\n\n{inputs}\n\n"),
        format!("## A turn\n\n{turn}\n\n"),
        format!("## Numbers of words\n\n{}", words()),
    ];
    format!("{INTRODUCTION}\n{}", sections.concat().trim_end()) + "\n"
}

fn codes() -> String {
    let told = variants(&parse("core/src/wire/record.rs"), "Code");
    let mut table = Table::new(&["code", "record", "meaning"]);
    for (known, (name, meaning)) in Code::ALL.iter().zip(told) {
        assert_eq!(format!("{known:?}"), name);
        table.row([known.number().to_string(), code(&snake(&name)), meaning]);
    }
    table.text()
}

/// A name of a variant as a word.
fn snake(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(c.to_lowercase());
    }
    word
}

fn words() -> String {
    let of =
        |path: &str| fields().iter().find(|field| field.path == path).map(hedgerow::config::Field::words);
    let classes: Vec<_> = FailureClass::ALL.iter().map(|class| class.slug()).collect();
    let kinds = [
        (AttemptKind::Primary as usize, "primary"),
        (AttemptKind::Hedge as usize, "hedge"),
        (AttemptKind::Retry as usize, "retry"),
    ];
    let outcomes = [
        (Outcome::Ok as usize, "ok"),
        (Outcome::Failed as usize, "failed"),
        (Outcome::Cancelled as usize, "cancelled"),
    ];
    let causes = [Cause::Server, Cause::ClientPause].map(|cause| match cause {
        Cause::Server => (1, "server"),
        Cause::ClientPause => (2, "client_pause"),
    });
    let mut table = Table::new(&["what", "numbers"]);
    let listed = |words: &[&str], first: usize| numbered((first..).zip(words.iter().copied()));
    table.row(["idempotency".into(), listed(of("operations.<op>.idempotency").unwrap_or_default(), 0)]);
    table.row(["priority".into(), listed(of("operations.<op>.priority").unwrap_or_default(), 0)]);
    table.row(["failure class".into(), listed(&classes, 1)]);
    table.row(["kind of an attempt".into(), numbered(kinds)]);
    table.row(["outcome of a call".into(), numbered(outcomes)]);
    table.row(["cause of a timeout".into(), numbered(causes)]);
    table.text()
}

fn numbered<'a>(words: impl IntoIterator<Item = (usize, &'a str)>) -> String {
    words.into_iter().map(|(number, word)| format!("{number} {}", code(word))).collect::<Vec<_>>().join(", ")
}
