//! Bounds in words.

use core::fmt::Write;

use hedgerow::retry::budget::BudgetSettings;
use hedgerow::{Config, Duration};

use super::{Bounds, CallBounds, Counted, GrantBounds, HedgeBounds, Memory};
use crate::span;

const PER_MILLION: u64 = 1_000_000;

pub(super) fn text(bounds: &Bounds, config: &Config) -> String {
    let mut text = String::new();
    for class in &bounds.classes {
        call(&mut text, class, config, bounds.grants.amplification_ppm(class.attempts()));
    }
    grants(&mut text, &bounds.grants);
    memory(&mut text, &bounds.memory);
    text
}

/// The names of a class; the unnamed ones are empty.
pub(super) fn names(config: &Config, namespace: u32, operation: u32) -> (String, String) {
    let at = |number: u32| (number as usize).checked_sub(1);
    let namespace = at(namespace).and_then(|at| config.namespaces.get(at)).cloned().unwrap_or_default();
    let operation = at(operation).and_then(|at| config.operations.get(at)).map(|known| known.name.clone());
    (namespace, operation.unwrap_or_default())
}

fn title(config: &Config, class: &CallBounds) -> String {
    let (namespace, operation) = names(config, class.namespace, class.operation);
    let operation = if operation.is_empty() {
        "Calls without an operation".to_owned()
    } else {
        format!("Operation {operation}")
    };
    if namespace.is_empty() { operation } else { format!("{operation} in namespace {namespace}") }
}

fn call(text: &mut String, class: &CallBounds, config: &Config, amplification: u64) {
    // Writing to a text cannot fail, here and below.
    let _ = writeln!(text, "{}", title(config, class));
    let attempts = match (class.sends, class.hedges) {
        (1, 0) => "1: the primary; it is neither retried nor hedged".to_owned(),
        (sends, hedges) => format!(
            "{}: the primary, {} and {}",
            class.attempts(),
            many(sends - 1, "retry", "retries"),
            many(hedges, "hedge", "hedges")
        ),
    };
    row(text, "attempts of a call", &attempts);
    row(text, "attempts per call in the long run", &decimal(amplification));
    let shown = |time: Duration| span::shown(time.as_micros());
    row(text, "longest call", &format!("{}, of a client that does not pause", shown(class.longest.awake)));
    let wall = class.longest.wall.map_or_else(String::new, |wall| format!("; {} of wall time", shown(wall)));
    row(text, "", &format!("{} of running time, of one that pauses{wall}", shown(class.longest.live)));
    if class.signalled != class.longest {
        row(
            text,
            "",
            &format!("{}, when a server's signal raises max to its guard rail", shown(class.signalled.awake)),
        );
    }
    if !class.waits.is_empty() {
        let waits: Vec<_> = class
            .waits
            .iter()
            .map(|(least, most)| format!("{} to {}", shown(*least), shown(*most)))
            .collect();
        row(text, "waits before retries", &waits.join(", then "));
        row(text, "longest wait", &format!("{}, with a server's hint", shown(class.longest_wait)));
    }
    if let Some(HedgeBounds { least, greatest, after_failure }) = class.hedge {
        let at_once = if after_failure { "; at once after a failure" } else { "" };
        row(text, "hedge delay", &format!("{} to {}{at_once}", shown(least), shown(greatest)));
    }
}

fn grants(text: &mut String, grants: &GrantBounds) {
    let scope = if grants.per_service { "of the client" } else { "of each namespace" };
    let _ = writeln!(text, "Extra attempts {scope}");
    let (Some(burst), Some(share)) = (grants.burst(), grants.share_ppm()) else {
        let why = if grants.budget == BudgetSettings::Off {
            "the budget is off"
        } else {
            "the gRPC throttle stops them only while failures outweigh successes"
        };
        return row(text, "in any window", &format!("no bound but that of each call: {why}"));
    };
    row(text, "at one instant", &burst.to_string());
    row(
        text,
        "in the long run",
        &format!("{} per call and {} per second", decimal(share), decimal(grants.rate_ppm())),
    );
    let within = grants.within(1000, Duration::from_secs(10)).unwrap_or_default();
    let calls = match grants.counted() {
        Counted::Sent => "1000 calls begin".to_owned(),
        Counted::SentSince(before) => {
            format!("1000 calls begin, the {} before included", span::shown(before.as_micros()))
        }
        Counted::Running => "1000 calls run".to_owned(),
    };
    row(text, "in any 10 s", &format!("{within}, when {calls}"));
}

fn memory(text: &mut String, memory: &Memory) {
    let _ = writeln!(text, "Memory, every table full: {}", bytes(memory.bytes()));
    for table in &memory.tables {
        let each = table.each.map_or_else(String::new, |each| format!(" of {each} bytes"));
        row(text, &format!("{}{each}", table.most), table.what);
    }
}

fn row(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {name:34} {value}");
}

fn many(count: u8, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Millionths as a decimal.
fn decimal(ppm: u64) -> String {
    let text = format!("{}.{:06}", ppm / PER_MILLION, ppm % PER_MILLION);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} bytes"),
        10_000..10_000_000 => format!("{} kB", count / 1000),
        _ => format!("{} MB", count / 1_000_000),
    }
}
