//! A client of sixteen endpoints in three zones, and whole calls through it. No host, no IO: what is measured is every
//! decision of a call and nothing else. Time moves on by about a millisecond per call.

use hedgerow::client::action::{Action, EndpointSpec, Operation, Response, Start, TopologyChange};
use hedgerow::{AttemptId, Client, Config, EndpointId, Instant, Seed, Wall};

/// Endpoints of the service, a third of them in the client's zone.
const ENDPOINTS: usize = 16;
/// What a server takes to answer.
const LATENCY: u64 = 900;
/// The delay of a hedge where one is to fire.
const HEDGE_DELAY: u64 = 5000;

/// What a service is configured with beside zone, objective and an idempotent `get`.
///
/// Every operation is answered in time unless said otherwise; the hedge timer is armed by the objective and not fired.
pub(crate) const PLAIN: &str = r#""trace": {"explain_calls": 0}"#;
/// As [`PLAIN`], with an explanation kept of each of the last 256 calls.
pub(crate) const EXPLAINED: &str = r#""trace": {"explain_calls": 256}"#;
/// A hedge after five milliseconds, always allowed.
pub(crate) const HEDGED: &str = r#""hedge": {"strategy": "fixed", "delay_us": 5000}, "budget": {"mode": "off"},
    "trace": {"explain_calls": 0}"#;
/// As [`PLAIN`], with every input and decision recorded.
pub(crate) const TRACED: &str = r#""trace": {"explain_calls": 0, "enabled": true}"#;
/// No hedge timer at all.
pub(crate) const UNHEDGED: &str = r#""hedge": {"strategy": "off"}, "trace": {"explain_calls": 0}"#;

/// A client with its operations and its time.
pub(crate) struct Service {
    client: Client,
    get: Operation,
    put: Operation,
    replicas: Vec<EndpointId>,
    trace: Vec<u8>,
    now: u64,
}

impl Service {
    /// Builds a client from a part of a configuration document, which has seen enough answers to know its latency.
    pub(crate) fn new(part: &str) -> Self {
        let document = format!(
            r#"{{"locality": {{"zone": "a"}}, "objective": {{"target_us": 10000, "max_us": 500000}},
            "operations": {{"get": {{"idempotency": "natural"}}, "put": {{"idempotency": "token"}}}},
            "limits": {{"calls": 100000, "hedges": 1000}}, {part}}}"#
        );
        let config: Config = serde_json::from_str(&document).expect("a valid document");
        let mut client = Client::new(config, &Seed::new([3; 32]), Instant::ZERO);
        let add = |index: usize| {
            let zone = Some(["a", "b", "c"][index % 3].to_owned());
            TopologyChange::Add(EndpointSpec { name: format!("e{index}"), zone, ..EndpointSpec::default() })
        };
        let changes: Vec<_> = (0..ENDPOINTS).map(add).collect();
        let replicas = client.handle_topology(&changes, Instant::ZERO).expect("valid endpoints");
        let get = client.operation("get").expect("a known name");
        let put = client.operation("put").expect("a known name");
        let mut service = Self { client, get, put, replicas, trace: Vec::new(), now: 1_000_000 };
        for _ in 0..1000 {
            service.call();
            service.call_with_token();
        }
        service
    }

    /// Opens calls that stay open.
    pub(crate) fn with_open(mut self, count: usize) -> Self {
        for _ in 0..count {
            self.now += 7;
            self.start(self.get, None);
            self.drain();
        }
        self
    }

    /// A call to any endpoint: started, sent, answered, completed, drained.
    #[inline(never)]
    pub(crate) fn call(&mut self) {
        self.now += 1000;
        self.start(self.get, None);
        self.answer();
    }

    /// The same among three replicas.
    #[inline(never)]
    pub(crate) fn call_with_replicas(&mut self) {
        self.now += 1000;
        let request = Start { operation: self.get, replicas: &self.replicas[..3], ..Start::default() };
        self.client.start(&request, Instant::from_micros(self.now)).expect("an admitted call");
        self.answer();
    }

    /// The same with a token minted for it.
    #[inline(never)]
    pub(crate) fn call_with_token(&mut self) {
        self.now += 1000;
        self.start(self.put, Some(Wall::from_micros(1_700_000_000_000_000 + self.now)));
        self.answer();
    }

    /// The same as [`Self::call`], its trace fetched afterwards. Needs [`TRACED`].
    #[inline(never)]
    pub(crate) fn call_traced(&mut self) {
        self.call();
        self.trace.clear();
        self.client.poll_trace_bytes(&mut self.trace);
        assert!(!self.trace.is_empty(), "the call is recorded");
    }

    /// A call whose hedge fires and answers first; the loser's late answer ends it. Needs [`HEDGED`].
    #[inline(never)]
    pub(crate) fn call_hedged(&mut self) {
        self.now += 1000;
        self.start(self.get, None);
        let primary = self.drain().expect("a primary");
        self.now += HEDGE_DELAY;
        self.client.handle_timeout(Instant::from_micros(self.now));
        let hedge = self.drain().expect("a hedge");
        self.now += LATENCY;
        let now = Instant::from_micros(self.now);
        self.client.handle_response(hedge, Response::default(), now);
        self.drain();
        self.client.handle_response(primary, Response::default(), now);
        self.drain();
    }

    fn start(&mut self, operation: Operation, wall: Option<Wall>) {
        let request = Start { operation, wall, ..Start::default() };
        self.client.start(&request, Instant::from_micros(self.now)).expect("an admitted call");
    }

    fn answer(&mut self) {
        let primary = self.drain().expect("a send");
        self.now += LATENCY;
        self.client.handle_response(primary, Response::default(), Instant::from_micros(self.now));
        self.drain();
    }

    /// Takes all actions and asks for the wake-up, as a host does; answers the last attempt that is to be sent.
    fn drain(&mut self) -> Option<AttemptId> {
        let mut sent = None;
        while let Some(action) = self.client.poll_action() {
            if let Action::Send { attempt, .. } = std::hint::black_box(action) {
                sent = Some(attempt);
            }
        }
        std::hint::black_box(self.client.poll_timeout());
        sent
    }
}
