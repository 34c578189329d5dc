//! A client in front of servers that answer as they like; what it did, counted, and what it was allowed.

use std::collections::{BTreeMap, BTreeSet};

use hedgerow::client::action::{
    Action, AttemptKind, EndpointSpec, Failure, Namespace, Operation, Response, Start, TopologyChange,
};
use hedgerow::signal::header::SloField;
use hedgerow::{AttemptId, CallId, Client, Config, FailureClass, Instant, Pushback, Seed};
use hedgerow_why::bounds::{CallBounds, GrantBounds};
use serde_json::{Value, json};

/// What a server does with one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// When, in µs after the request; `None` is never.
    pub(crate) after: Option<u64>,
    /// How it failed; `None` is an answer.
    pub(crate) failed: Option<(FailureClass, Pushback)>,
    /// The text of the signal that comes along.
    pub(crate) says: Option<String>,
}

impl Reply {
    /// An answer after a millisecond that says this.
    pub(crate) fn saying(text: impl Into<String>) -> Self {
        Self { after: Some(1000), failed: None, says: Some(text.into()) }
    }

    /// A failure after a millisecond.
    pub(crate) fn failing(class: FailureClass, pushback: Pushback) -> Self {
        Self { after: Some(1000), failed: Some((class, pushback)), says: None }
    }
}

/// A document with narrow rails: 12 calls, 3 hedges, targets from 1 ms, at most 200 ms.
pub(crate) fn document() -> Value {
    json!({
        "objective": {"target_us": 10_000, "max_us": 100_000},
        "operations": {"get": {"idempotency": "natural"}},
        "limits": {"calls": 8, "hedges": 2},
        "hedge": {"strategy": "fixed", "delay_us": 2000, "max": 2},
        "signal": {"guard": {
            "min_target_us": 1000, "max_max_us": 200_000, "max_calls": 12, "max_hedges": 3,
        }},
        "trace": {"explain_calls": 0},
    })
}

/// What a client did, seen from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// First attempts, hedges, retries.
    pub(crate) sent: [u64; 3],
    pub(crate) completed: u64,
    pub(crate) most_of_a_call: u32,
    pub(crate) most_calls: u32,
    pub(crate) most_hedges: u32,
}

/// A client, its time, and what it was seen to do.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) client: Client,
    pub(crate) now: u64,
    pub(crate) seen: Seen,
    operation: Operation,
    config: Config,
    /// Ends to come, by time.
    coming: BTreeSet<(u64, AttemptId)>,
    replies: BTreeMap<AttemptId, Reply>,
    sent_of: BTreeMap<CallId, u32>,
}

impl Service {
    pub(crate) fn new(document: Value) -> Self {
        let config: Config = serde_json::from_value(document).unwrap();
        let mut client = Client::new(config.clone(), &Seed::new([9; 32]), Instant::ZERO);
        let operation = client.operation("get").unwrap();
        let add = |index: u32| {
            TopologyChange::Add(EndpointSpec { name: format!("e{index}"), ..EndpointSpec::default() })
        };
        client.handle_topology(&(0..5).map(add).collect::<Vec<_>>(), Instant::ZERO).unwrap();
        Self {
            client,
            now: 0,
            seen: Seen::default(),
            operation,
            config,
            coming: BTreeSet::new(),
            replies: BTreeMap::new(),
            sent_of: BTreeMap::new(),
        }
    }

    pub(crate) fn at(&self) -> Instant {
        Instant::from_micros(self.now)
    }

    /// Hands in the text of a signal, of an answer to nothing in particular.
    pub(crate) fn hear(&mut self, text: &str) {
        self.hear_from(text);
        self.perform(&mut |_| Reply::default());
    }

    /// Starts a call every so many µs, so often, and runs until nothing is left to do.
    pub(crate) fn run(&mut self, calls: u64, every: u64, mut server: impl FnMut(u64) -> Reply) {
        let begun = self.now;
        for number in 0..calls {
            self.pass_until(begun + number * every, &mut server);
            let start = Start { operation: self.operation, cookie: number, ..Start::default() };
            let _ = self.client.start(&start, self.at());
            self.perform(&mut server);
        }
        // Longer than any call, any wait and any orphan.
        self.pass_until(self.now + 60_000_000, &mut server);
        assert!(self.client.is_idle(), "every call ends");
    }

    /// What its own rails allow, whatever the servers said: at every moment, for every call, and over all.
    pub(crate) fn is_within_its_rails(&self) {
        let Seen { sent: [first, hedges, retries], completed, most_of_a_call, most_calls, most_hedges } =
            self.seen;
        let guard = self.config.signal.guard;
        assert!(most_calls <= guard.max_calls, "{most_calls} calls at once");
        assert!(most_hedges <= guard.max_hedges, "{most_hedges} hedges at once");
        let bounds = CallBounds::of(&self.config, 0, self.operation.0);
        assert!(most_of_a_call <= bounds.attempts(), "{most_of_a_call} attempts of one call");
        let elapsed = self.at().since(Instant::ZERO);
        let granted = GrantBounds::of(&self.config).within(first, elapsed).expect("a budget that bounds");
        assert!(hedges + retries <= granted, "{hedges} hedges and {retries} retries, {granted} granted");
        assert_eq!((completed, self.client.stats().started), (first, first), "every call completes once");
    }

    /// Lets everything happen that comes before this time.
    fn pass_until(&mut self, until: u64, server: &mut impl FnMut(u64) -> Reply) {
        loop {
            let end = self.coming.first().map_or(u64::MAX, |(at, _)| *at);
            let wake = self.client.poll_timeout().map_or(u64::MAX, |wake| wake.at.as_micros());
            let next = end.min(wake);
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            if end <= wake {
                let (_, attempt) = self.coming.pop_first().expect("an end is to come");
                self.end(attempt);
            } else {
                self.client.handle_timeout(self.at());
            }
            self.perform(server);
        }
        self.now = self.now.max(until);
    }

    fn end(&mut self, attempt: AttemptId) {
        let reply = self.replies.remove(&attempt).expect("an end has its reply");
        if let Some(text) = &reply.says {
            self.hear_from(text);
        }
        match reply.failed {
            None => self.client.handle_response(attempt, Response::default(), self.at()),
            Some((class, pushback)) => {
                self.client.handle_failure(attempt, Failure { class, pushback }, self.at());
            }
        }
    }

    /// As hosts do: a field that cannot be read says nothing.
    fn hear_from(&mut self, text: &str) {
        if let Ok(Some(SloField { breadth, record })) = SloField::parse(text) {
            let scope = breadth.scope(0, self.operation.0);
            let (namespace, operation) = (scope.namespace.map(Namespace), scope.operation.map(Operation));
            self.client.handle_signal(namespace, operation, &record, self.at());
        }
    }

    fn perform(&mut self, server: &mut impl FnMut(u64) -> Reply) {
        while let Some(action) = self.client.poll_action() {
            match action {
                Action::Send { call, attempt, kind, .. } => self.send(call, attempt, kind, server),
                Action::Complete { call, .. } => {
                    self.seen.completed += 1;
                    self.sent_of.remove(&call);
                }
                // A host that hears of no end leaves it to the orphan time.
                _ => {}
            }
        }
        let namespace = Namespace(0);
        self.seen.most_calls = self.seen.most_calls.max(self.client.calls_held(namespace));
        self.seen.most_hedges = self.seen.most_hedges.max(self.client.hedges_in_flight(namespace));
    }

    fn send(
        &mut self,
        call: CallId,
        attempt: AttemptId,
        kind: AttemptKind,
        server: &mut impl FnMut(u64) -> Reply,
    ) {
        let number = self.seen.sent.iter().sum();
        self.seen.sent[kind as usize] += 1;
        let of_call = self.sent_of.entry(call).or_default();
        *of_call += 1;
        self.seen.most_of_a_call = self.seen.most_of_a_call.max(*of_call);
        let reply = server(number);
        if let Some(after) = reply.after {
            self.coming.insert((self.now + after, attempt));
            self.replies.insert(attempt, reply);
        }
    }
}
