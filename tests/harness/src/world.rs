//! The machine in a world of arbitrary events, sensible and senseless ones.

use hedgerow::client::action::{
    Action, EndpointSpec, Failure, GivenToken, Namespace, Operation, Response, ServerLoad, StallReport,
    Start, TopologyChange, Wake,
};
use hedgerow::config::{Idempotency, Priority};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::Record;
use hedgerow::token::Token;
use hedgerow::{AttemptId, CallId, Client, Config, Duration, EndpointId, Instant, Seed, Wall};
use serde_json::Value;

use crate::bytes::Choices;
use crate::documents::{OPERATIONS, document};
use crate::shadow::Shadow;
use crate::snapshots::learned;

/// More events than this are not applied: work per run is bounded.
const MOST_EVENTS: usize = 2000;

/// A client, the time, and the shadow that checks what it does.
#[derive(Debug)]
pub struct World {
    /// The machine under test.
    pub client: Client,
    shadow: Shadow,
    now: u64,
    cookie: u64,
    calls: Vec<CallId>,
    attempts: Vec<AttemptId>,
    endpoints: Vec<EndpointId>,
    /// Everything the machine answered, for comparing two runs.
    pub log: Vec<String>,
}

impl World {
    /// Builds the configuration from the first choices.
    ///
    /// # Panics
    ///
    /// When a document that must be valid is refused.
    pub fn new(choices: &mut Choices<'_>) -> Self {
        let document = document(choices);
        Self::of(&document, choices)
    }

    /// Builds a world of this configuration; the next choice is its seed.
    ///
    /// # Panics
    ///
    /// When the document is refused.
    pub fn of(document: &Value, choices: &mut Choices<'_>) -> Self {
        let config: Config =
            serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}"));
        let seed = Seed::new([choices.byte(); 32]);
        let mut client = Client::new(config.clone(), &seed, Instant::ZERO);
        for (name, _) in OPERATIONS {
            client.operation(name).expect("documented names are known");
        }
        Self {
            client,
            shadow: Shadow::new(config),
            now: 1000,
            cookie: 0,
            calls: Vec::new(),
            attempts: Vec::new(),
            endpoints: Vec::new(),
            log: Vec::new(),
        }
    }

    /// Applies events until the choices are used up, then lets everything end and checks that nothing is left.
    pub fn run(&mut self, choices: &mut Choices<'_>) {
        self.topology(choices);
        for _ in 0..MOST_EVENTS {
            if choices.is_empty() {
                break;
            }
            self.event(choices);
        }
        self.settle();
    }

    fn at(&self) -> Instant {
        Instant::from_micros(self.now)
    }

    /// A clock that is an hour behind for every ninth call.
    fn wall(&self) -> Wall {
        let behind = if self.cookie % 9 == 8 { 3_600_000_000 } else { 0 };
        Wall::from_micros(1_700_000_000_000_000 + self.now - behind)
    }

    /// What the client would keep if it had seen this time and nothing else, looked at before some starts.
    fn learned(&self) -> Option<String> {
        let mut twin = self.cookie.is_multiple_of(64).then(|| self.client.clone())?;
        twin.cancel(CallId::from_number(0), self.at());
        Some(learned(twin.snapshot(self.at())))
    }

    fn event(&mut self, choices: &mut Choices<'_>) {
        match choices.below(32) {
            0..=6 => self.start(choices),
            7..=11 => self.respond(choices),
            12..=16 => self.fail(choices),
            17..=18 => self.confirm(choices),
            19..=24 => self.tick(choices),
            25..=26 => self.pass(choices),
            27 => self.cancel(choices),
            28 => self.signal(choices),
            29 => self.topology(choices),
            30 => self.stall(choices),
            _ => self.rare(choices),
        }
        self.take_actions();
    }

    fn start(&mut self, choices: &mut Choices<'_>) {
        self.cookie += 1;
        let replicas: Vec<_> = (0..choices.below(4)).map(|_| self.endpoint(choices)).collect();
        let idempotency = [None, None, Some(Idempotency::Natural), Some(Idempotency::None)];
        let token = match choices.below(8) {
            0 => Some(GivenToken::Token(Token { t: self.cookie, nonce: 0 })),
            1 => Some(GivenToken::HeldByHost),
            _ => None,
        };
        let request = Start {
            namespace: Namespace(if choices.once_in(16) { 77 } else { 0 }),
            operation: Operation(choices.pick(&[0, 1, 2, 3, 3, 4, 4, 99])),
            replicas: &replicas,
            deadline: choices
                .once_in(4)
                .then(|| Instant::from_micros(self.now.saturating_add(choices.micros()))),
            idempotency: choices.pick(&idempotency),
            priority: choices.once_in(8).then_some(Priority::Bulk),
            token,
            wall: (!choices.once_in(8)).then(|| self.wall()),
            no_hedges: choices.once_in(8),
            no_retries: choices.once_in(8),
            cookie: self.cookie,
        };
        let (before, known) = (self.sight(&request), self.learned());
        let answer = self.client.start(&request, self.at());
        self.log.push(format!("{answer:?}"));
        if let Ok(call) = answer {
            self.calls.push(call);
            let held = self.client.calls_held(request.namespace);
            assert!(before.2.is_none_or(|most| held <= most), "{held} calls of {before:?}");
            let documented = request.idempotency.unwrap_or_else(|| Shadow::idempotency_of(request.operation));
            self.shadow.started(call, &request, documented);
        } else {
            assert_eq!(before, self.sight(&request), "I20: a denial changes nothing");
            if let Some(known) = known {
                assert_eq!(known, learned(self.client.snapshot(self.at())), "I20: nor what is learned");
            }
        }
    }

    /// When to wake, whether anything runs, how many calls of this class may.
    fn sight(&self, request: &Start<'_>) -> (Option<Wake>, bool, Option<u32>) {
        let allowed = self.client.calls_allowed(request.namespace, request.operation);
        (self.client.poll_timeout(), self.client.is_idle(), allowed)
    }

    fn attempt(&self, choices: &mut Choices<'_>) -> AttemptId {
        let back = choices.below(12) + 1;
        match self.attempts.len().checked_sub(back) {
            Some(index) if !choices.once_in(24) => self.attempts[index],
            _ => AttemptId::from_number(u64::from(choices.word()) << choices.below(48)),
        }
    }

    fn endpoint(&self, choices: &mut Choices<'_>) -> EndpointId {
        match self.endpoints.len() {
            0 => EndpointId::from_number(u64::from(choices.word())),
            len => self.endpoints[choices.below(len)],
        }
    }

    fn respond(&mut self, choices: &mut Choices<'_>) {
        let attempt = self.attempt(choices);
        let in_flight = u32::from(choices.byte());
        let latency = choices.once_in(2).then(|| Duration::from_micros(choices.micros()));
        let said = match in_flight {
            0..64 => Response::with_load(ServerLoad { in_flight, latency }),
            64..160 => Response::default().told_at(self.wall()),
            _ => Response::default(),
        };
        let decisive = self.shadow.ended(attempt);
        self.client.handle_response(attempt, said, self.at());
        self.after_report(decisive);
    }

    fn fail(&mut self, choices: &mut Choices<'_>) {
        let attempt = self.attempt(choices);
        let class = FailureClass::from_code(choices.pick(&[1, 2, 2, 2, 3, 4, 5, 6])).expect("known codes");
        let pushback = Pushback {
            retry_after: choices.once_in(4).then(|| Duration::from_micros(choices.micros())),
            never: choices.once_in(12),
            max_retries: choices.once_in(12).then(|| choices.byte() % 11),
        };
        let failure = Failure { class, pushback };
        let decisive = self.shadow.failed(attempt, failure);
        self.client.handle_failure(attempt, failure, self.at());
        self.after_report(decisive);
    }

    fn confirm(&mut self, choices: &mut Choices<'_>) {
        let attempt = self.attempt(choices);
        let decisive = self.shadow.ended(attempt);
        self.client.handle_cancelled(attempt, self.at());
        self.after_report(decisive);
    }

    /// Late, duplicate and stale reports cause no action.
    fn after_report(&mut self, decisive: bool) {
        let acts = self.client.poll_timeout().is_some_and(|wake| wake.reason == hedgerow::Reason::Actions);
        assert!(decisive || !acts, "a report that decides nothing caused an action");
    }

    /// Calls in on time, early or late.
    fn tick(&mut self, choices: &mut Choices<'_>) {
        if let Some(wake) = self.client.poll_timeout() {
            let late = if choices.once_in(4) { choices.micros() } else { u64::from(choices.byte()) };
            self.now = self.now.max(wake.at.as_micros().saturating_add(late));
        }
        self.client.handle_timeout(self.at());
    }

    fn pass(&mut self, choices: &mut Choices<'_>) {
        self.now = self.now.saturating_add(u64::from(choices.word()));
    }

    fn cancel(&mut self, choices: &mut Choices<'_>) {
        let back = choices.below(4) + 1;
        let call = self
            .calls
            .len()
            .checked_sub(back)
            .map_or(CallId::from_number(1 << 30), |index| self.calls[index]);
        self.client.cancel(call, self.at());
    }

    fn signal(&mut self, choices: &mut Choices<'_>) {
        let record = Record {
            version: u64::from(choices.word()),
            target: choices.once_in(2).then(|| Duration::from_micros(choices.micros())),
            max: choices.once_in(2).then(|| Duration::from_micros(choices.micros())),
            calls: choices.once_in(2).then(|| u32::from(choices.word())),
            hedges: choices.once_in(2).then(|| u32::from(choices.byte())),
            reset: choices.once_in(8),
            ..Record::default()
        };
        let scope = |choices: &mut Choices<'_>| choices.pick(&[None, Some(0), Some(1), Some(200)]);
        let (namespace, operation) = (scope(choices).map(Namespace), scope(choices).map(Operation));
        self.client.handle_signal(namespace, operation, &record, self.at());
        self.shadow.signalled();
    }

    fn topology(&mut self, choices: &mut Choices<'_>) {
        let zones = [None, Some("a"), Some("b")];
        let changes: Vec<_> = (0..choices.below(5))
            .map(|_| {
                let name = format!("e{}", choices.below(12));
                if choices.once_in(3) {
                    return TopologyChange::Remove(name);
                }
                TopologyChange::Add(EndpointSpec {
                    name,
                    zone: choices.pick(&zones).map(ToString::to_string),
                    factor: choices.once_in(4).then_some(3),
                    ..EndpointSpec::default()
                })
            })
            .collect();
        if let Ok(ids) = self.client.handle_topology(&changes, self.at()) {
            self.endpoints.extend(ids);
            self.endpoints.dedup();
        }
    }

    fn stall(&mut self, choices: &mut Choices<'_>) {
        let (from, to) = (choices.micros(), choices.micros());
        let at = |back: u64| Instant::from_micros(self.now.saturating_sub(back));
        let report = match choices.below(5) {
            0 => StallReport::Throttled,
            1 => StallReport::Resumed,
            2 => StallReport::Reset,
            3 => StallReport::Suspended,
            _ => StallReport::Paused { from: at(from), to: at(to) },
        };
        self.client.handle_stall(report, self.at());
    }

    fn rare(&mut self, choices: &mut Choices<'_>) {
        match choices.below(8) {
            0 => self
                .client
                .drain(choices.once_in(2).then(|| Instant::from_micros(choices.micros())), self.at()),
            1 => self.client.handle_timeout(Instant::from_micros(u64::MAX)),
            2 => self.client.handle_timeout(Instant::from_micros(self.now / 2)),
            _ => self.now = self.now.saturating_add(choices.micros()),
        }
    }

    fn take_actions(&mut self) {
        let notes: Vec<_> = std::iter::from_fn(|| self.client.poll_note()).collect();
        self.shadow.told(&notes);
        while let Some(action) = self.client.poll_action() {
            self.log.push(format!("{action:?}"));
            if let Action::Send { attempt, .. } = action {
                self.attempts.push(attempt);
            }
            self.shadow.acted(&action, &self.client);
        }
        for note in &notes {
            self.shadow.noted(note);
        }
        self.shadow.check(&self.client);
    }

    /// Lets every timer fire: calls time out, orphans expire, and nothing may be left in flight.
    fn settle(&mut self) {
        for _ in 0..1_000_000 {
            self.take_actions();
            let Some(wake) = self.client.poll_timeout() else { break };
            self.now = self.now.max(wake.at.as_micros());
            self.client.handle_timeout(self.at());
        }
        self.take_actions();
        assert!(self.client.is_idle(), "every call ends");
        for endpoint in &self.endpoints {
            assert_eq!(self.client.in_flight(*endpoint), 0, "in-flight counts return to zero");
        }
        let namespace = Namespace(0);
        assert_eq!((self.client.calls_held(namespace), self.client.hedges_in_flight(namespace)), (0, 0));
        self.shadow.all_over(&self.client, self.at());
    }
}
