//! The client machine: one service, its endpoints and its calls, decided by all policies in one fixed order.
//!
//! Every policy is safe alone and can be unsafe together: a hedge that ignores the retry budget doubles a storm, a
//! retry that forgets the token applies a write twice, a timer that beats a buffered answer blames the wrong side.
//! One machine therefore owns one *service* (one set of endpoints reached with one set of rules) and asks the policies
//! in a fixed order. It is a pure function of configuration, seed and events: no clock, no entropy, no IO, no
//! callback. The host does what the actions say and reports what happened.
//!
//! A *call* is one logical request, an *attempt* one transmission of it: `primary`, `hedge` or `retry`. An attempt is
//! *open* until its end is known, *outstanding* while it is open and not asked to cancel. A call is *undecided* until
//! it has completed; a decided call *lingers* while attempts are open, because the server still works on them. A
//! *class* is one operation of one namespace.
//!
//! The mechanisms are those of the article *How Netflix Ensures Highly-Reliable Online Stateful Systems*; a failure
//! that sends the next hedge at once, pushback and a budget shared by retries and hedges are gRPC's proposal A6. No
//! source publishes the composed order; it is ours, and each module below states its part:
//! admission in `start`, ends of attempts in `end`, the two gates in `gate`, timers in `timeout`, completion in
//! `complete`, endpoints in `topology`.

pub mod action;
mod adaptive;
pub(crate) mod attempt;
mod batch;
pub mod call;
pub(crate) mod class;
mod complete;
mod document;
mod end;
pub(crate) mod endpoint;
pub mod explain;
mod gate;
mod health;
mod inspect;
pub(crate) mod journal;
mod reports;
mod shift;
mod signals;
mod snapshot;
mod start;
#[cfg(test)]
mod tests;
mod timeout;
mod tokens;
mod topology;
mod waiting;

use alloc::collections::VecDeque;
use alloc::string::String;

pub(crate) use start::MOST_REPLICAS;

use crate::balance::choice::Choice;
use crate::balance::ejection::Ejection;
use crate::client::action::{
    Action, ClockSample, Failure, Lease, Namespace, Note, Operation, Response, StallReport, Start,
    TopologyChange, Wake,
};
use crate::client::attempt::Attempt;
use crate::client::call::Call;
use crate::client::class::{Classes, Names};
use crate::client::endpoint::{EndpointTable, Locality};
use crate::client::journal::{Journal, Subject};
use crate::client::shift::Shift;
use crate::client::snapshot::Past;
use crate::client::timeout::{Kind, Stages};
use crate::config::{Config, ConfigError};
use crate::id::{AttemptId, CallId, EndpointId, Id, Table};
use crate::reason::Reason;
use crate::retry::budget::Budget;
use crate::rng::{Nonces, Seed, Stream, StreamKind};
use crate::signal::map::Records;
use crate::signal::merge::Signals;
use crate::signal::record::Record;
use crate::stall::Stall;
use crate::stats::CallEvent;
use crate::time::{Instant, Monotone};
use crate::timer::wheel::Wheel;
use crate::token::generator::Generator;
use crate::token::offset::ClockOffset;
use crate::trace::{Input, Recorder, TraceHeader, TraceRecord};

/// Timers of the earliest slot that a wake-up looks at for the exact deadline; beyond, the slot's start is answered.
const PEEK: usize = 8;

/// The policy streams of a client, instance 0 of each kind.
#[derive(Clone, Debug)]
struct Streams {
    backoff: Stream,
    coin: Stream,
    balance: Stream,
    refresh: Stream,
    probe: Stream,
}

/// How far a drain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Draining {
    No,
    Yes { deadline: Option<Instant>, timer: Option<crate::timer::wheel::TimerId> },
}

/// The client machine of one service.
///
/// Methods come in four kinds. *Inputs* (`start`, `handle_*`, `cancel`, `drain`) take what happened, with the time as
/// their last argument; several may be given before draining. *Outputs* (`poll_*`): drain [`poll_action`] until `None`
/// and perform the actions in order, then sleep until [`poll_timeout`] and call [`handle_timeout`]. *Getters* are bare
/// nouns and change nothing. *Names* turn strings into numbers once, so that hot calls carry numbers.
///
/// Timers act only inside [`handle_timeout`]: a result handed over before the tick is observed always wins, even past
/// a deadline. At one instant hand in results first, then cancellations, then the timeout.
///
/// Work per input is bounded: a start costs O(n log n + replicas) with n ≤ 64 candidates, the end of an attempt
/// O(attempts of its call), a timeout O(timers due). After warm-up a call allocates nothing.
///
/// ```
/// use hedgerow::client::action::{Action, Response, Start};
/// use hedgerow::client::action::{EndpointSpec, TopologyChange};
/// use hedgerow::{Client, Config, Instant, Seed};
///
/// let at = Instant::from_micros;
/// let mut client = Client::new(Config::default(), &Seed::new([7; 32]), at(0));
/// let add = |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
/// client.handle_topology(&[add("a"), add("b")], at(0)).unwrap();
///
/// let call = client.start(&Start::default(), at(10)).unwrap();
/// let Some(Action::Send { attempt, .. }) = client.poll_action() else { panic!() };
/// client.handle_response(attempt, Response::default(), at(900));
/// let Some(Action::Complete { wall, .. }) = client.poll_action() else { panic!() };
/// assert_eq!(wall.as_micros(), 890);
/// assert!(client.is_idle() && client.poll_timeout().is_none());
/// # let _ = call;
/// ```
///
/// [`poll_action`]: Self::poll_action
/// [`poll_timeout`]: Self::poll_timeout
/// [`handle_timeout`]: Self::handle_timeout
#[derive(Clone, Debug)]
pub struct Client {
    config: Config,
    /// From the host's clock to the one in which everything below is kept.
    shift: Shift,
    clock: Monotone,
    wheel: Wheel,
    calls: Table<Call>,
    attempts: Table<Attempt>,
    stages: Stages,
    undecided: u32,
    endpoints: EndpointTable,
    topology_seen: bool,
    /// Endpoints of a snapshot that no topology has named yet.
    remembered: Option<alloc::boxed::Box<dyn Past>>,
    /// Live endpoints that a plan may reach under the region rule.
    reachable: u32,
    namespaces: Names,
    operations: Names,
    classes: Classes,
    service_budget: Option<Budget>,
    choice: Choice,
    ejection: Ejection,
    stall: Stall,
    /// Until then nobody is unhealthy: an observation of ours was late.
    calm_until: Instant,
    /// Pauses long enough that no sample of a response time may span them.
    long_pauses: u32,
    signals: Signals,
    generator: Generator,
    /// What is known of the server's wall clock.
    offset: ClockOffset,
    streams: Streams,
    actions: VecDeque<Action>,
    journal: Journal,
    draining: Draining,
}

impl Client {
    /// Builds a client without endpoints. The seed must be secret, and unique per process.
    pub fn new(config: Config, seed: &Seed, now: Instant) -> Self {
        let recorder = Recorder::new(config.trace, &config, seed, now);
        let clock = Monotone::new(now);
        let now = clock.last();
        let stream = |kind| Stream::derive(seed, kind, 0);
        let names = |names: &[String], capacity| Names::new(names.iter().map(String::as_str), capacity);
        let budget = config.budget.per_service.then(|| Budget::new(config.budget.settings, now));
        let locality = Locality { zone: config.zone.clone(), region: config.region.clone() };
        let operations = config.operations.iter().map(|operation| operation.name.as_str());
        Self {
            shift: Shift::default(),
            clock,
            wheel: Wheel::new(),
            calls: Table::new(),
            attempts: Table::new(),
            stages: Stages::new(),
            undecided: 0,
            endpoints: EndpointTable::new(locality, config.breaker),
            topology_seen: false,
            remembered: None,
            reachable: 0,
            namespaces: names(&config.namespaces, config.capacity.namespaces),
            operations: Names::new(operations, config.capacity.operations),
            classes: Classes::default(),
            service_budget: budget,
            choice: Choice::new(config.balance, &mut stream(StreamKind::StartWindow)),
            ejection: Ejection::new(config.ejection, now),
            stall: Stall::new(config.stall, now),
            calm_until: Instant::ZERO,
            long_pauses: 0,
            signals: Signals::new(config.signal),
            generator: Generator::new(
                config.token.generator,
                stream(StreamKind::TokenDigits),
                Nonces::new(seed, 0),
            ),
            offset: ClockOffset::new(),
            streams: Streams {
                backoff: stream(StreamKind::Backoff),
                coin: stream(StreamKind::HedgeCoin),
                balance: stream(StreamKind::Balance),
                refresh: stream(StreamKind::SignalRefresh),
                probe: stream(StreamKind::LimitProbe),
            },
            actions: VecDeque::new(),
            journal: Journal::new(config.trace.notes, config.trace.explain_calls, recorder),
            draining: Draining::No,
            config,
        }
    }

    /// The number of a namespace; a new name is interned until `capacity.namespaces` is reached, the empty name is 0.
    pub fn namespace(&mut self, name: &str) -> Result<Namespace, ConfigError> {
        self.journal.trace.begin(&Input::Namespace(name), self.clock.last());
        let number = self.namespaces.intern("namespaces", name).map(Namespace);
        self.journal.trace.end();
        number
    }

    /// The number of an operation; a new name is interned until `capacity.operations` is reached, the empty name is 0.
    pub fn operation(&mut self, name: &str) -> Result<Operation, ConfigError> {
        self.journal.trace.begin(&Input::Operation(name), self.clock.last());
        let number = self.operations.intern("operations", name).map(Operation);
        self.journal.trace.end();
        number
    }

    /// The id of a live endpoint. O(log endpoints).
    pub fn endpoint(&self, name: &str) -> Option<EndpointId> {
        self.endpoints.by_name(name).map(EndpointId::from_id)
    }

    /// The name of an endpoint that is live or still has attempts in flight.
    pub fn endpoint_name(&self, endpoint: EndpointId) -> Option<&str> {
        self.endpoints.get(endpoint.id()).map(|found| found.name.as_str())
    }

    /// Starts a call: its id, or the reason why it is denied. A denied start changes nothing but counters.
    pub fn start(&mut self, request: &Start<'_>, now: Instant) -> Result<CallId, Reason> {
        let now = self.begin(&Input::Start(request), now);
        let answer = match request.deadline {
            Some(told) if !self.shift.is_none() => {
                let deadline = Some(self.shift.inward(told));
                self.admit(&Start { deadline, ..request.clone() }, now)
            }
            _ => self.admit(request, now),
        };
        if let Err(reason) = answer {
            self.journal.action(reason, Subject::none(), 0, now);
        }
        self.journal.trace.end();
        answer
    }

    /// Reports the answer of an attempt.
    pub fn handle_response(&mut self, attempt: AttemptId, response: Response, now: Instant) {
        let now = self.begin(&Input::Response(attempt, response), now);
        self.end_with_response(attempt.id(), response, now);
        self.journal.trace.end();
    }

    /// Reports the failure of an attempt.
    pub fn handle_failure(&mut self, attempt: AttemptId, failure: Failure, now: Instant) {
        let now = self.begin(&Input::Failure(attempt, failure), now);
        self.end_with_failure(attempt.id(), failure, CallEvent::Failure, now);
        self.journal.trace.end();
    }

    /// Reports that an attempt is over and produced nothing: the confirmation of a cancel.
    pub fn handle_cancelled(&mut self, attempt: AttemptId, now: Instant) {
        let now = self.begin(&Input::Cancelled(attempt), now);
        self.end_cancelled(attempt.id(), now);
        self.journal.trace.end();
    }

    /// Hands in a record of a server for one class, one namespace (`operation` `None`) or all (both `None`).
    pub fn handle_signal(
        &mut self,
        namespace: Option<Namespace>,
        operation: Option<Operation>,
        record: &Record,
        now: Instant,
    ) {
        let now = self.begin(&Input::Signal(namespace, operation, record), now);
        self.receive(namespace, operation, record, now);
        self.journal.trace.end();
    }

    /// Hands in the records of a handshake, each for the scope that it names.
    ///
    /// A name that this client never interned is foreign: its record is counted in `signals_foreign` and changes nothing,
    /// so that a server cannot fill the tables of names. O(records × names).
    pub fn handle_signals(&mut self, records: &Records, now: Instant) {
        for entry in &records.entries {
            let (namespace, operation) = self.scope_of(entry);
            self.handle_signal(namespace, operation, &entry.record, now);
        }
    }

    /// Applies changes of the endpoints, all or none; answers the ids of added and updated ones in order.
    pub fn handle_topology(
        &mut self,
        changes: &[TopologyChange],
        now: Instant,
    ) -> Result<alloc::vec::Vec<EndpointId>, ConfigError> {
        let now = self.begin(&Input::Topology(changes), now);
        let answer = self.change_topology(changes, now);
        self.journal.trace.end();
        answer
    }

    /// Tells of a time in which the client did not run.
    pub fn handle_stall(&mut self, report: StallReport, now: Instant) {
        let now = self.begin(&Input::Stall(report), now);
        match report {
            StallReport::Paused { from, to } => {
                self.charge_pause(self.shift.inward(from), self.shift.inward(to), now);
            }
            StallReport::Throttled => self.stall.throttled(now),
            StallReport::Resumed => self.stall.resumed(now),
            StallReport::Reset => self.stall.reset(),
            StallReport::Suspended => self.offset.clear(),
        }
        self.journal.trace.end();
    }

    /// Takes a reading of a server's clock, for `token.clock` `estimated`. A response that tells the server's wall time
    /// is one too and needs no call of this.
    pub fn handle_clock(&mut self, sample: ClockSample, now: Instant) {
        self.begin(&Input::Clock(sample), now);
        let (sent, received) = (self.shift.inward(sample.sent), self.shift.inward(sample.received));
        self.read_clock(ClockSample { sent, received, ..sample });
        self.journal.trace.end();
    }

    /// Takes a lease of timestamps, for `token.tier` `regional`; it replaces the rest of the one before.
    pub fn handle_lease(&mut self, lease: Lease, now: Instant) {
        let now = self.begin(&Input::Lease(lease), now);
        self.generator.handle_lease(lease.from_t, lease.count, self.shift.inward(lease.expires_at), now);
        self.journal.trace.end();
    }

    /// Fires every timer that is due. Early is harmless, late is safe and counted.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.begin(&Input::Timeout, now);
        self.fire(now);
        self.journal.trace.end();
    }

    /// The caller gives a call up.
    pub fn cancel(&mut self, call: CallId, now: Instant) {
        let now = self.begin(&Input::Cancel(call), now);
        self.cancel_call(call.id(), now);
        self.journal.trace.end();
    }

    /// Denies later starts; running calls go on, and with a deadline what is still undecided then is completed with
    /// `shutdown`. A second drain may only move the deadline earlier.
    pub fn drain(&mut self, deadline: Option<Instant>, now: Instant) {
        let now = self.begin(&Input::Drain(deadline), now);
        self.start_drain(deadline.map(|deadline| self.shift.inward(deadline)), now);
        self.journal.trace.end();
    }

    /// The next action, oldest first.
    pub fn poll_action(&mut self) -> Option<Action> {
        let mut action = self.actions.pop_front();
        if let Some(Action::Send { deadline, .. }) = &mut action {
            *deadline = self.shift.outward(*deadline);
        }
        action
    }

    /// When to call [`Self::handle_timeout`] and why; `None` when nothing is to come.
    pub fn poll_timeout(&self) -> Option<Wake> {
        if !self.actions.is_empty() {
            return Some(Wake { at: self.shift.outward(self.clock.last()), reason: Reason::Actions });
        }
        let (at, payload) = self.wheel.peek(PEEK)?;
        Some(Wake { at: self.shift.outward(at), reason: Kind::of(payload).reason() })
    }

    /// The oldest note of the ring, which `trace.notes` sizes (0: none are kept).
    pub fn poll_note(&mut self) -> Option<Note> {
        let mut note = self.journal.poll_note()?;
        note.at = self.shift.outward(note.at);
        if note.tells_a_time() {
            note.value = self.shift.value(note.value);
        }
        Some(note)
    }

    /// The oldest record of the trace, if `trace.enabled`: an input and the decisions it caused.
    ///
    /// When `trace.buffer` records wait, recording ends for good, and what follows is counted in `trace_lost`. A host
    /// takes either these or [`Self::poll_trace_bytes`]; what one of them handed out the other does not.
    pub fn poll_trace(&mut self) -> Option<TraceRecord> {
        self.journal.trace.poll()
    }

    /// Appends the waiting records in their compact form, and before the first of them the header; answers how many
    /// bytes were appended.
    ///
    /// The bytes of all calls, one after the other, are what [`Trace::from_bytes`](crate::trace::Trace::from_bytes)
    /// reads. They hold the seed.
    pub fn poll_trace_bytes(&mut self, out: &mut alloc::vec::Vec<u8>) -> usize {
        self.journal.trace.poll_bytes(out)
    }

    /// What a trace begins with; `None` unless `trace.enabled`. It holds the seed.
    pub fn trace_header(&self) -> Option<&TraceHeader> {
        self.journal.trace.header()
    }

    /// Replaces a policy stream, so that a test can script its draws; other kinds are left alone.
    pub fn script(&mut self, kind: StreamKind, stream: Stream) {
        match kind {
            StreamKind::Backoff => self.streams.backoff = stream,
            StreamKind::HedgeCoin => self.streams.coin = stream,
            StreamKind::Balance => self.streams.balance = stream,
            StreamKind::SignalRefresh => self.streams.refresh = stream,
            StreamKind::LimitProbe => self.streams.probe = stream,
            _ => {}
        }
    }

    /// What every input does first: note it, clamp its time, run lazy sweeps.
    fn begin(&mut self, input: &Input<'_>, told: Instant) -> Instant {
        self.journal.trace.begin(input, told);
        let now = self.clock.observe(self.shift.inward(told));
        let ejected = self.ejection.sweep(now);
        self.journal.stats.ejections = self.journal.stats.ejections.saturating_add(u64::from(ejected));
        now
    }

    /// What a decision about this call concerns.
    fn subject(&self, call: Id) -> Subject {
        Subject::call(call, self.calls.get(call).map_or(u32::MAX, |found| found.ledger))
    }

    fn budget(&mut self, namespace: u32) -> Option<&mut Budget> {
        match &mut self.service_budget {
            Some(shared) => Some(shared),
            None => self.classes.namespace_mut(namespace).and_then(|state| state.budget.as_mut()),
        }
    }
}
