//! Servers that say when to come again, absurdly: at once, never, in a thousand years, a thousand times.

use hedgerow::retry::grpc;
use hedgerow::retry::http::Response;
use hedgerow::retry::pushback::LONGEST;
use hedgerow::retry::server_delay::DelayHeaders;
use hedgerow::{Duration, FailureClass, Pushback, Reason, Wall};

use super::counting::{allocated, held};
use super::service::{Reply, Service, document};

const WALL: Wall = Wall::from_micros(1_700_000_000_000_000);

/// Texts of every header that names a delay.
fn absurd() -> Vec<String> {
    let mut texts: Vec<String> = [
        "0",
        "1",
        "-1",
        "-0",
        "99999999999999999999999999",
        "18446744073709551615",
        "18446744073709551616",
        "1e9",
        "0x10",
        "1.5",
        ".5",
        "5.",
        "١٢",
        "NaN",
        "Infinity",
        "-Infinity",
        "",
        " ",
        "\t",
        "0 0",
        "1, 1",
        "1;1",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "Sun, 99 Nov 2026 99:99:99 GMT",
        "Sunday, 06-Nov-99 08:49:37 GMT",
        "Sun Nov  6 08:49:37 9999",
        "Sun, 06 Nov 1994 08:49:37 XYZ",
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "\u{0}",
        "ever",
        "never",
        "true",
    ]
    .map(ToString::to_string)
    .to_vec();
    texts.extend(["9", "0", "a", " "].map(|letter| letter.repeat(1 << 20)));
    texts
}

fn seconds(text: &str, name: &str, status: u16) -> Option<Duration> {
    let mut headers = DelayHeaders::default();
    headers.set(name, text);
    headers.hint(status, Some(WALL)).pushback.retry_after
}

#[test]
fn no_text_of_a_delay_is_longer_than_an_hour_or_costs_memory() {
    for text in absurd() {
        for name in DelayHeaders::NAMES {
            for status in [0, 200, 429, 503, 65_535] {
                let (found, bytes) = allocated(|| seconds(&text, name, status));
                assert!(found.is_none_or(|delay| delay <= LONGEST), "{name}: {text:.40}");
                assert_eq!(bytes, 0, "{name}: {text:.40}");
            }
        }
        let (said, bytes) = allocated(|| grpc::pushback(&[&text]).pushback);
        assert!(said.retry_after.is_none_or(|delay| delay <= LONGEST));
        assert_eq!(bytes, 0);
        let map = Pushback::from_map(Some(&text), Some(&text));
        assert!(
            map.is_ok_and(|hint| hint.pushback.max_retries.is_none_or(|most| most <= 10)) || map.is_err()
        );
    }
}

#[test]
fn a_delay_that_comes_many_times_is_as_unusable_as_none() {
    let mut headers = DelayHeaders::default();
    for _ in 0..10_000 {
        headers.set("retry-after", "0");
    }
    assert_eq!(headers.hint(503, Some(WALL)).pushback, Pushback::NONE);
}

#[test]
fn delays_beyond_all_time_are_cut_to_an_hour_and_hedging_comes_back() {
    let mut service = Service::new(document());
    let forever = Pushback::after(Duration::MAX);
    service.run(5, 1000, |_| Reply::failing(FailureClass::Overloaded, forever));
    assert!(service.client.stats().pushback_clamped >= 5);
    assert_eq!(service.seen.sent[2], 0, "a delay that does not fit the call ends it");
    let hedges = service.seen.sent[1];
    service.now += LONGEST.as_micros();
    service.run(50, 20_000, |_| Reply { after: Some(10_000), ..Reply::default() });
    assert!(service.seen.sent[1] > hedges);
    service.is_within_its_rails();
}

#[test]
fn a_flood_of_come_again_at_once_is_answered_within_the_budget() {
    for class in [
        FailureClass::Transient,
        FailureClass::Timeout,
        FailureClass::NotSent,
        FailureClass::Overloaded,
        FailureClass::Refused,
    ] {
        let mut service = Service::new(document());
        let at_once = Pushback { retry_after: Some(Duration::ZERO), never: false, max_retries: Some(255) };
        service.run(3000, 500, |_| Reply::failing(class, at_once));
        assert!(service.seen.sent[1] + service.seen.sent[2] > 0, "{class:?}");
        service.is_within_its_rails();
    }
}

#[test]
fn a_thousand_retries_granted_are_no_more_than_the_document_says() {
    let mut asked = document();
    asked["budget"] = serde_json::json!({"mode": "ratio", "ratio": 1.0, "cap": 1000});
    let mut service = Service::new(asked);
    let granted = Pushback { retry_after: Some(Duration::ZERO), never: false, max_retries: Some(255) };
    service.run(200, 50_000, |_| Reply::failing(FailureClass::Overloaded, granted));
    assert_eq!(service.seen.most_of_a_call, 3, "retry.max_attempts");
    service.is_within_its_rails();
}

#[test]
fn a_server_that_calls_every_refusal_worth_repeating_meets_the_budget() {
    let mut response = Response { status: 501, ..Response::default() };
    response.headers.set("x-should-retry", "true");
    response.headers.set("retry-after-ms", "0");
    let reading = response.read();
    let class = reading.ended.class().expect("501 is no success");
    let mut service = Service::new(document());
    service.run(3000, 500, |_| Reply::failing(class, reading.hint.pushback));
    service.is_within_its_rails();
}

#[test]
fn never_and_at_once_together_mean_never() {
    let mut service = Service::new(document());
    let both = Pushback { retry_after: Some(Duration::ZERO), never: true, max_retries: Some(10) };
    service.run(100, 1000, |_| Reply::failing(FailureClass::Transient, both));
    assert_eq!(service.seen.sent, [100, 0, 0]);
    assert_eq!(service.client.stats().count(Reason::PushbackStop), 100);
}

#[test]
fn many_thousands_of_failures_leave_a_client_as_small_as_some() {
    let mut service = Service::new(document());
    let failing = |number: u64| {
        let class = FailureClass::ALL[(number % 6) as usize];
        Reply::failing(class, Pushback::after(Duration::from_micros(number % 5000)))
    };
    service.run(2000, 300, failing);
    let size = held(&service.client);
    service.run(50_000, 300, failing);
    assert_eq!(held(&service.client), size);
    service.is_within_its_rails();
}
