//! Records with absurd numbers, one case each. `document` says where the rails are.

use hedgerow::client::action::{Action, Namespace, Operation, Start};
use hedgerow::signal::record::Record;
use hedgerow::{FailureClass, Pushback, Reason};
use serde_json::json;

use super::counting::held;
use super::service::{Reply, Service, document};

/// Texts that break a record's own rules.
const INVALID: [&str; 12] = [
    "v=0",
    "v=-5",
    "v=1, target=0",
    "v=1, max=0",
    "v=1, calls=0",
    "v=1, calls=0, hedges=0",
    "v=1, ttl=0",
    "v=1, target=500, max=499",
    "v=1, calls=3, hedges=4",
    "v=1, util=10001",
    "v=1, calls=4294967296",
    "v=1, hedges=999999999999999",
];

/// As large as the field can say it.
const LARGEST: &str = "v=999999999999999, target=999999999999999, max=999999999999999, calls=4294967295, \
                       hedges=4294967295, ttl=999999999999999, chunk=4294967295, page=4294967295";

fn calls_allowed(service: &Service) -> Option<u32> {
    service.client.calls_allowed(Namespace(0), Operation(1))
}

#[test]
fn zeros_and_contradictions_change_nothing_at_all() {
    let mut quiet = Service::new(document());
    quiet.run(300, 500, |_| Reply { after: Some(3000), ..Reply::default() });
    for text in INVALID {
        let mut service = Service::new(document());
        let lying = |_| Reply { after: Some(3000), says: Some(text.into()), ..Reply::default() };
        service.run(300, 500, lying);
        assert_eq!(service.seen, quiet.seen, "{text}");
        assert_eq!(service.client.signal_version(Namespace(0), Operation(1)), None, "{text}");
        service.is_within_its_rails();
    }
}

#[test]
fn the_largest_numbers_raise_limits_to_the_rails_and_no_further() {
    let mut service = Service::new(document());
    service.hear(LARGEST);
    // What says nothing holds its call: as many at once as may be, all hedged as far as may be.
    service.run(500, 10, |_| Reply { says: Some(LARGEST.into()), ..Reply::default() });
    assert_eq!((service.seen.most_calls, service.seen.most_hedges), (12, 3));
    assert!(service.client.stats().signals_clamped > 0);
    service.is_within_its_rails();
}

#[test]
fn hedges_raised_on_every_answer_stay_within_rails_and_budget() {
    let mut service = Service::new(document());
    let eager = |number| Reply {
        after: Some(20_000),
        says: Some(format!("v={}, calls=4294967295, hedges=4294967295", number + 1)),
        ..Reply::default()
    };
    service.run(3000, 300, eager);
    let [_, hedges, _] = service.seen.sent;
    assert!(hedges > 20, "the server has its way within the rails: {hedges} hedges");
    service.is_within_its_rails();
}

#[test]
fn versions_that_run_backwards_are_old_and_change_nothing() {
    let mut service = Service::new(document());
    service.hear("v=20000, calls=5, hedges=1");
    let size = held(&service.client);
    for version in (1..20_000).rev() {
        service.hear(&format!("v={version}, calls=12, hedges=3"));
    }
    assert_eq!(service.client.stats().count(Reason::SignalOldVersion), 19_999);
    assert_eq!(held(&service.client), size);
    service.run(500, 100, |number| Reply::saying(format!("v={}, calls=12", 5000 - number)));
    assert_eq!(calls_allowed(&service), Some(5));
    assert_eq!(service.seen.most_calls, 5);
    service.is_within_its_rails();
}

#[test]
fn a_target_of_a_microsecond_is_lifted_to_the_rail() {
    for strategy in ["slo", "quantile", "single_r"] {
        let mut asked = document();
        asked["hedge"] = json!({"strategy": strategy, "max": 4, "min_samples": 1});
        let mut service = Service::new(asked);
        service.hear("v=1, target=1, max=1");
        service.run(2000, 400, |number| {
            let failing = number % 3 == 0;
            let mut reply = Reply::saying("v=2, target=1, max=1");
            if failing {
                reply = Reply { failed: Some((FailureClass::Transient, Pushback::default())), ..reply };
            }
            reply
        });
        service.is_within_its_rails();
    }
}

#[test]
fn a_max_of_an_hour_holds_no_call_longer_than_the_rail() {
    let mut service = Service::new(document());
    service.hear("v=1, max=3600000000000");
    let start = Start { operation: Operation(1), ..Start::default() };
    service.client.start(&start, service.at()).unwrap();
    let sent = std::iter::from_fn(|| service.client.poll_action()).find_map(|action| match action {
        Action::Send { remaining, .. } => Some(remaining.as_micros()),
        _ => None,
    });
    assert_eq!(sent, Some(200_000));
}

#[test]
fn a_lifetime_for_ever_ends_at_the_rail_and_then_hedging_halves_away() {
    let mut asked = document();
    asked["signal"]["handshake"] = json!(true);
    asked["signal"]["guard"]["ttl_max_us"] = json!(60_000_000);
    let mut service = Service::new(asked);
    let silent = |number: u64| match number {
        0 => Reply::saying(LARGEST),
        _ => Reply { after: Some(1000), ..Reply::default() },
    };
    // Thirteen minutes with a call each second: ten lifetimes pass, and the refreshes after them.
    service.run(800, 1_000_000, silent);
    assert!(service.client.stats().count(Reason::HandshakeStale) > 0);
    let before = service.seen.sent[1];
    service.run(20, 1_000_000, |_| Reply { after: Some(50_000), ..Reply::default() });
    assert_eq!(service.seen.sent[1], before, "a client that cannot hear its server does not hedge");
}

#[test]
fn a_reset_on_every_answer_neither_grows_nor_sends_more() {
    let mut service = Service::new(document());
    let resetting =
        |number: u64| Reply::saying(format!("v={}, reset, hedges={}, calls=9", number + 1, number % 9));
    service.run(1000, 300, resetting);
    let size = held(&service.client);
    service.run(5000, 300, |number| resetting(number + 10_000));
    assert_eq!(held(&service.client), size);
    service.is_within_its_rails();
}

#[test]
fn origins_that_flip_neither_grow_nor_leave_the_rails() {
    let mut service = Service::new(document());
    let flipping = |number: u64| {
        let origin = ["a", "b", "an-origin-of-exactly-32-bytes-ab"][(number % 3) as usize];
        Reply::saying(format!(
            "v={}, origin=\"{origin}\", calls={}, hedges=1",
            90_000 - number,
            1 + number % 99
        ))
    };
    service.run(3000, 300, flipping);
    let size = held(&service.client);
    service.run(3000, 300, |number| flipping(number + 3000));
    assert!(held(&service.client).abs_diff(size) <= 32, "an origin of at most 32 bytes is all that differs");
    assert!(service.client.stats().count(Reason::SignalApplied) > 3000);
    service.is_within_its_rails();
}

#[test]
fn ten_thousand_namespaces_that_nobody_uses_are_forgotten_at_once() {
    let mut service = Service::new(document());
    let size = held(&service.client);
    for number in 1..=10_000 {
        let record = Record { version: 1, hedges: Some(3), ..Record::default() };
        service.client.handle_signal(Some(Namespace(number)), None, &record, service.at());
        service.client.handle_signal(Some(Namespace(number)), Some(Operation(number)), &record, service.at());
    }
    assert_eq!(service.client.stats().signals_foreign, 20_000);
    assert_eq!(held(&service.client), size);
}

#[test]
fn records_for_every_scope_that_exists_take_a_bounded_memory() {
    let mut service = Service::new(document());
    let names = (0..10_000).filter_map(|name| service.client.namespace(&format!("n{name}")).ok()).count();
    assert_eq!(names, 256, "the capacity of the document");
    let empty = held(&service.client);
    let codecs = vec!["c".repeat(500); 60];
    for version in [1, 2] {
        for number in 0..=256 {
            for operation in [None, Some(Operation(0)), Some(Operation(1))] {
                let record = Record {
                    version,
                    origin: Some("o".repeat(32)),
                    compress: Some(codecs.clone()),
                    hedges: Some(1),
                    ..Record::default()
                };
                service.client.handle_signal(Some(Namespace(number)), operation, &record, service.at());
            }
        }
        let scopes = 257 * 3;
        let grown = held(&service.client) - empty;
        assert!(grown <= scopes * 300, "{grown} bytes for {scopes} scopes");
    }
}

#[test]
fn more_and_longer_codecs_than_are_kept_are_cut() {
    let mut service = Service::new(document());
    let size = held(&service.client);
    let long = "c".repeat(32);
    service.hear(&format!("v=1, compress=({})", [long.as_str(); 100].join(" ")));
    let grown = held(&service.client) - size;
    assert!((16 * 32..=16 * (32 + 16) + 400).contains(&grown), "{grown} bytes");
}
