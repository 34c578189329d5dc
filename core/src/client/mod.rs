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
//! `complete`, endpoints in `topology`. What a host calls is in `names`, `inputs`, `outputs` and `inspect`.

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
mod inputs;
mod inspect;
pub(crate) mod journal;
mod names;
mod outputs;
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
use crate::client::action::Action;
use crate::client::attempt::Attempt;
use crate::client::call::Call;
use crate::client::class::{Classes, Names};
use crate::client::endpoint::{EndpointTable, Locality};
use crate::client::journal::{Journal, Subject};
use crate::client::shift::Shift;
use crate::client::snapshot::Past;
use crate::client::timeout::Stages;
use crate::config::Config;
use crate::id::{Id, Table};
use crate::retry::budget::Budget;
use crate::rng::{Nonces, Seed, Stream, StreamKind};
use crate::signal::merge::Signals;
use crate::stall::Stall;
use crate::time::{Instant, Monotone};
use crate::timer::wheel::Wheel;
use crate::token::generator::Generator;
use crate::token::offset::ClockOffset;
use crate::trace::Recorder;

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
