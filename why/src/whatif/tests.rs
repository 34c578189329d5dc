//! Runs made by hand, and what another document would have changed of them.

use hedgerow::client::action::{Action, EndpointSpec, Operation, Response, Start, TopologyChange};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::trace::Trace;
use hedgerow::{AttemptId, Client, Config, Duration, Instant, Reason, Seed};

use super::{Assumed, Model, Row, Unmatched, WhatIf};

const HEDGED: &str = r#"{"objective": {"max_us": 500000}, "budget": {"mode": "off"}, "trace": {"enabled": true},
    "operations": {"get": {"idempotency": "natural"}}, "hedge": {"strategy": "fixed", "delay_us": 5000}}"#;

fn config(text: &str) -> Config {
    serde_json::from_str(text).unwrap()
}

/// A host that does what a case says, and records it.
struct Host {
    client: Client,
    config: Config,
    get: Operation,
    cookie: u64,
}

impl Host {
    fn new(text: &str) -> Self {
        let config = config(text);
        let mut client = Client::new(config.clone(), &Seed::new([5; 32]), Instant::ZERO);
        let add =
            |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
        client.handle_topology(&["a", "b", "c"].map(add), Instant::ZERO).unwrap();
        let get = client.operation("get").unwrap();
        Self { client, config, get, cookie: 0 }
    }

    /// Starts a call; its primary.
    fn start(&mut self, at: u64) -> AttemptId {
        self.cookie += 1;
        let start = Start { operation: self.get, cookie: self.cookie, ..Start::default() };
        self.client.start(&start, Instant::from_micros(at)).unwrap();
        self.sent().unwrap()
    }

    /// Looks at the timer; what it sent.
    fn timeout(&mut self, at: u64) -> Option<AttemptId> {
        self.client.handle_timeout(Instant::from_micros(at));
        self.sent()
    }

    fn answer(&mut self, attempt: AttemptId, at: u64) {
        self.client.handle_response(attempt, Response::default(), Instant::from_micros(at));
        self.sent();
    }

    fn confirm(&mut self, attempt: AttemptId, at: u64) {
        self.client.handle_cancelled(attempt, Instant::from_micros(at));
        self.sent();
    }

    fn sent(&mut self) -> Option<AttemptId> {
        let mut sent = None;
        while let Some(action) = self.client.poll_action() {
            if let Action::Send { attempt, .. } = action {
                sent = Some(attempt);
            }
        }
        sent
    }

    fn trace(&mut self) -> Trace {
        let mut bytes = Vec::new();
        self.client.poll_trace_bytes(&mut bytes);
        Trace::from_bytes(&bytes).unwrap()
    }

    /// What would have been under another document.
    fn with(&mut self, other: &str, model: Model<'_>) -> WhatIf {
        let trace = self.trace();
        WhatIf::of(&trace, &self.config, &config(other), model).unwrap()
    }
}

/// One call that a hedge rescues after 6 ms, and one that is answered after 2 ms.
fn rescued() -> Host {
    let mut host = Host::new(HEDGED);
    let slow = host.start(0);
    let hedge = host.timeout(5000).unwrap();
    host.answer(hedge, 6000);
    host.confirm(slow, 6100);
    let quick = host.start(10_000);
    host.answer(quick, 12_000);
    host
}

/// The rows that differ: reason, then gone, new, changed, unknown.
fn differing(told: &WhatIf) -> Vec<(Reason, [u64; 4])> {
    let rows = told.reasons.iter().filter(|row| row.differs());
    rows.map(|row| (row.reason, [row.gone, row.new, row.changed, row.unknown])).collect()
}

#[test]
fn under_the_recorded_document_nothing_differs_and_nothing_is_unknown() {
    let told = rescued().with(HEDGED, Model::Unknown);
    assert!(told.is_same() && told.unknown == 0, "{}", told.to_text());
    assert_eq!((told.recorded, told.recorded.answered, told.recorded.attempts), (told.replayed, 2, 3));
    assert!(told.to_text().ends_with("\nno decision differs\n"), "{}", told.to_text());
}

#[test]
fn without_hedges_the_call_that_one_rescued_is_undecided_from_where_its_primary_was_cancelled() {
    let off = HEDGED.replace(r#""strategy": "fixed", "delay_us": 5000"#, r#""strategy": "off""#);
    let told = rescued().with(&off, Model::Unknown);
    let want = [
        (Reason::HedgeDue, [1, 0, 0, 0]),
        (Reason::HedgeOff, [0, 2, 0, 0]),
        (Reason::Response, [0, 0, 0, 1]),
        (Reason::LostRace, [0, 0, 0, 1]),
    ];
    assert_eq!(differing(&told), want);
    assert_eq!((told.unknown, told.replayed.undecided, told.replayed.answered), (1, 1, 1));
    assert_eq!(told.reason(Reason::Response).map(|row: &Row| (row.recorded, row.replayed)), Some((2, 1)));
    let text = told.to_text();
    assert!(
        text.contains(
            "1 outcomes are unknown, so 1 of 2 calls are undecided: a what-if with many is not evidence"
        ),
        "{text}"
    );
}

#[test]
fn a_hedge_sent_earlier_keeps_its_latency_and_the_call_ends_earlier() {
    let earlier = HEDGED.replace("5000", "4000");
    let told = rescued().with(&earlier, Model::Unknown);
    let changed = [0, 0, 1, 0];
    let want = [Reason::HedgeDue, Reason::Response, Reason::LostRace].map(|reason| (reason, changed));
    assert_eq!(differing(&told), want);
    let [old, new] = told.answered.unwrap();
    let micros = Duration::from_micros;
    assert_eq!((old.longest, new.longest, old.median), (micros(6000), micros(5000), micros(2000)));
    assert_eq!((told.unknown, told.replayed.answered), (0, 2));
}

#[test]
fn a_lower_limit_denies_the_second_of_two_hedges() {
    let mut host = Host::new(HEDGED);
    let primaries = [host.start(0), host.start(100)];
    let hedges = [5000, 5100].map(|at| host.timeout(at).unwrap());
    for (at, hedge) in [7000, 7100].into_iter().zip(hedges) {
        host.answer(hedge, at);
    }
    for (at, primary) in [7200, 7300].into_iter().zip(primaries) {
        host.confirm(primary, at);
    }
    let one = HEDGED.replace(r#""hedge""#, r#""limits": {"hedges": 1}, "hedge""#);
    let told = host.with(&one, Model::Unknown);
    let want = [
        (Reason::HedgeDue, [1, 0, 0, 0]),
        (Reason::HedgeLimit, [0, 1, 0, 0]),
        (Reason::Response, [0, 0, 0, 1]),
        (Reason::LostRace, [0, 0, 0, 1]),
    ];
    assert_eq!(differing(&told), want, "{}", told.to_text());
    assert_eq!((told.unknown, told.replayed.undecided), (1, 1));
}

#[test]
fn a_model_answers_for_what_is_not_recorded_but_not_before_it_is_known_to_have_been_open() {
    let off = HEDGED.replace(r#""strategy": "fixed", "delay_us": 5000"#, r#""strategy": "off""#);
    let after = |micros| Duration::from_micros(micros);
    for (assumed, longest) in [(9000, 9000), (1000, 6000)] {
        let model = Model::Always(Assumed::Answer { after: after(assumed) });
        let told = rescued().with(&off, model);
        assert_eq!((told.unknown, told.assumed, told.assumed_calls, told.replayed.answered), (0, 1, 1, 2));
        assert_eq!(told.answered.unwrap()[1].longest, after(longest));
        assert!(told.to_text().contains("1 outcomes are assumed, not recorded; 1 calls rest on them"));
    }
    let mut asked: Vec<Unmatched> = Vec::new();
    let mut fails = |attempt: &Unmatched| {
        asked.push(attempt.clone());
        Assumed::Failure { class: FailureClass::Fatal, after: Duration::ZERO }
    };
    let told = rescued().with(&off, Model::Ask(&mut fails));
    assert_eq!((told.replayed.failed, told.assumed), (1, 1));
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(
        (asked.call, asked.cookie, asked.reason, asked.open_for),
        (1, 1, Reason::Primary, after(6000))
    );
    assert!(["a", "b", "c"].contains(&asked.endpoint.as_str()));
}

#[test]
fn an_attempt_that_nobody_sent_leaves_its_call_undecided_and_holds_no_slot() {
    let unhedged = HEDGED.replace(r#""strategy": "fixed", "delay_us": 5000"#, r#""strategy": "off""#);
    let mut host = Host::new(&unhedged);
    for at in [0, 20_000, 40_000] {
        let primary = host.start(at);
        host.answer(primary, at + 8000);
    }
    let one = HEDGED.replace(r#""hedge""#, r#""limits": {"hedges": 1}, "hedge""#);
    let told = host.with(&one, Model::Unknown);
    let want = [
        (Reason::HedgeDue, [0, 3, 0, 0]),
        (Reason::HedgeOff, [3, 0, 0, 0]),
        (Reason::Response, [0, 0, 0, 3]),
    ];
    assert_eq!(differing(&told), want, "{}", told.to_text());
    assert_eq!((told.unknown, told.replayed.undecided, told.replayed.attempts), (3, 3, 6));
}

#[test]
fn a_timer_that_the_host_kept_late_is_late_by_as_much_where_it_falls_elsewhere() {
    let late = |host: &mut Host, at: u64| {
        let slow = host.start(at);
        let hedge = host.timeout(at + 6000).unwrap();
        host.answer(hedge, at + 6500);
        host.confirm(slow, at + 6500);
    };
    let mut host = Host::new(HEDGED);
    late(&mut host, 0);
    late(&mut host, 100_000);
    let told = host.with(&HEDGED.replace("5000", "3000"), Model::Unknown);
    let [old, new] = told.answered.unwrap();
    // The first was made when no lateness had been seen.
    let micros = Duration::from_micros;
    assert_eq!((old.median, new.median, new.longest), (micros(6500), micros(3500), micros(4500)));
}

#[test]
fn names_and_endpoints_are_the_same_where_their_numbers_are_not() {
    let more = HEDGED.replace(r#"{"get""#, r#"{"a": {"idempotency": "none"}, "get""#);
    let told = rescued().with(&more, Model::Unknown);
    assert!(told.is_same() && told.unknown == 0, "{}", told.to_text());
    let renamed = HEDGED.replace(r#"{"get""#, r#"{"fetch""#);
    let told = rescued().with(&renamed, Model::Unknown);
    assert_eq!(told.reason(Reason::HedgeNotIdempotent).map(|row| row.new), Some(2));
}

#[test]
fn a_trace_that_does_not_repeat_itself_is_not_compared() {
    let mut host = rescued();
    let trace = host.trace();
    let mut other = Trace::new(trace.header().clone());
    for mut record in trace.records() {
        record.decisions.truncate(1);
        other.push(&record);
    }
    assert!(WhatIf::of(&other, &host.config, &host.config, Model::Unknown).is_err());
}

#[test]
fn the_document_holds_what_the_text_says() {
    let off = HEDGED.replace(r#""strategy": "fixed", "delay_us": 5000"#, r#""strategy": "off""#);
    let json = rescued().with(&off, Model::Unknown).to_json();
    assert_eq!((json["unknown_outcomes"].as_u64(), json["with"]["undecided"].as_u64()), (Some(1), Some(1)));
    let row = json["reasons"].as_array().unwrap().iter().find(|row| row["reason"] == "hedge_due").unwrap();
    assert_eq!(
        (row["recorded"].as_u64(), row["gone"].as_u64(), row["code"].as_u64()),
        (Some(1), Some(1), Some(31))
    );
    assert_eq!(json["answered_in_both"]["calls"], 1);
}
