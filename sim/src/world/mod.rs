//! A world: clients with a core of their own, servers, the links between them, and what goes wrong.
//!
//! A world is a pure function of its description, the arm's document and the seed. Events come from one heap; each is
//! handed to the part it concerns, and what a core answers is done at the same instant, in order. A cancelled attempt
//! keeps its place on the server unless the world says otherwise; a reply for a finished call is late, and is still
//! reported, so that in-flight counts return to zero.
//!
//! The parts: `arrive` makes calls, `act` does what a core says, `serve` is the life of a request at its server,
//! `say` puts on a reply what its server tells, `reply` brings answers and timers to a client, `affect` lets faults begin
//! and end.

mod act;
mod affect;
mod arrive;
mod build;
pub(crate) mod checks;
mod event;
mod flight;
mod gauge;
mod node;
mod reply;
mod say;
pub mod saying;
mod serve;
mod server;
mod slab;
pub mod spec;
mod story;
mod weather;

use std::rc::Rc;

use hedgerow::client::action::{AttemptKind, Operation, Outcome};
use hedgerow::{ConfigError, Duration, Instant, Reason, Stream};

use crate::arm::Arm;
use crate::fault::Edge;
use crate::heap::{Class, Heap};
use crate::metrics::Metrics;
use crate::stream::AttemptDraws;
use checks::Checks;
use event::Event;
use flight::{Call, Flight};
use node::Node;
use saying::Said;
use server::Server;
use slab::Slab;
use spec::Spec;
use weather::Weather;

/// When every call is resolved, what is under way may take so long to end, in µs: an hour.
const AFTERMATH_US: u64 = 3_600_000_000;

/// One line of a world's journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in µs.
    pub at_us: u64,
    /// Which call, by its number from 0.
    pub call: u64,
    /// What happened to it.
    pub what: Happening,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An attempt is sent to a server.
    Sent(AttemptKind, u32),
    /// It ended.
    Ended(Outcome, Reason),
    /// Its client refused it.
    Denied(Reason),
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Events are left.
    Running,
    /// Every call is resolved and nothing is under way.
    Over,
    /// The run reached the end that its description names, or the end of time; calls may be open.
    Horizon,
    /// A client has an open call and waits for nothing: a fault of the core or of the simulator, never an end.
    Stuck,
}

/// The streams that are drawn from in order.
#[derive(Debug)]
struct Streams {
    arrivals: Stream,
    who: Stream,
    placement: Stream,
}

/// One run of one arm.
#[derive(Debug)]
pub struct World {
    spec: Rc<Spec>,
    now: u64,
    events: u64,
    heap: Heap<Event>,
    servers: Vec<Server>,
    nodes: Vec<Node>,
    calls: Slab<Call>,
    flights: Slab<Flight>,
    said: Slab<Said>,
    /// Target and max by which servers measure; nothing when none of them tells what it has measured.
    objectives: Option<(Duration, Duration)>,
    /// Calls that arrived and are not resolved.
    open: u64,
    /// When the last call was resolved.
    resolved_at: u64,
    arrived: u64,
    arrivals_over: bool,
    /// Calls of closed loops and of repeating callers that lie in the heap.
    coming: u64,
    /// The core's numbers of the world's operations.
    operations: Vec<Operation>,
    streams: Streams,
    service: AttemptDraws,
    link: AttemptDraws,
    edges: Vec<Vec<Edge>>,
    weather: Weather,
    epoch: u32,
    metrics: Metrics,
    checks: Option<Box<Checks>>,
    journal: Option<Vec<Entry>>,
    progress: Progress,
    zones_are_regions: bool,
    has_budget: bool,
    /// A host that keeps refusals for load to itself: a fault for the checks to find.
    #[cfg(test)]
    pub(crate) planted: bool,
}

impl World {
    /// Builds a world for one arm and one seed.
    pub fn new(spec: &Spec, arm: &Arm, seed: u64) -> Result<Self, ConfigError> {
        build::build(spec, arm, seed, false)
    }

    /// Builds a world that checks its invariants after every event.
    pub fn checked(spec: &Spec, arm: &Arm, seed: u64) -> Result<Self, ConfigError> {
        build::build(spec, arm, seed, true)
    }

    /// Keeps a line for everything that happens to a call from now on: for short runs.
    pub fn keep_journal(&mut self) {
        self.journal.get_or_insert_default();
    }

    /// The journal, oldest line first; empty unless it is kept.
    pub fn journal(&self) -> &[Entry] {
        self.journal.as_deref().unwrap_or(&[])
    }

    /// Lets up to so many events happen. Asking again after the end changes nothing.
    pub fn advance(&mut self, events: u64) -> Progress {
        for _ in 0..events {
            if self.progress != Progress::Running || self.step().is_none() {
                break;
            }
        }
        self.progress
    }

    /// Runs to the end and answers what was measured.
    pub fn run(mut self) -> Metrics {
        while self.advance(u64::MAX) == Progress::Running {}
        self.finish()
    }

    /// What was measured, or the invariant that broke, if the world checks them.
    pub fn finish_checked(mut self) -> Result<Metrics, String> {
        if self.is_over() {
            self.check_end();
        }
        if self.progress == Progress::Stuck {
            return Err(format!("at {} us a call is open and nothing will happen to it", self.now));
        }
        match self.violation() {
            Some(what) => Err(what.to_owned()),
            None => Ok(self.finish()),
        }
    }

    /// What was measured so far, closed as of now.
    pub fn finish(mut self) -> Metrics {
        self.metrics.close(self.now, self.open, self.events);
        self.metrics.stuck = self.progress == Progress::Stuck;
        for node in &self.nodes {
            self.metrics.coverage.add(&node.core.stats());
        }
        if let Some(checks) = &self.checks {
            self.metrics.coverage.add_sights(checks.sights());
        }
        self.metrics
    }

    /// Everything is over: the checks look once more.
    fn check_end(&mut self) {
        if let Some(checks) = &mut self.checks {
            for (client, node) in (0..).zip(&self.nodes) {
                checks.all_over(client, node, self.now);
            }
        }
    }

    /// The time of the last event, in µs.
    pub const fn now_us(&self) -> u64 {
        self.now
    }

    /// Events that have happened.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Calls that have ended or were refused.
    pub const fn resolved(&self) -> u64 {
        self.arrived - self.open
    }

    /// What was measured so far.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The core of one client, to look at.
    pub fn client(&self, client: u32) -> Option<&hedgerow::Client> {
        self.nodes.get(client as usize).map(|node| &node.core)
    }

    /// The core of one client, to drain its notes or its trace; a world that is fed otherwise is none.
    pub fn client_mut(&mut self, client: u32) -> Option<&mut hedgerow::Client> {
        self.nodes.get_mut(client as usize).map(|node| &mut node.core)
    }

    /// Calls and attempts that the world holds places for; flat over a long run.
    pub fn places(&self) -> (usize, usize) {
        (self.calls.len(), self.flights.len())
    }

    /// The first broken invariant, if the world checks them.
    pub fn violation(&self) -> Option<&str> {
        self.checks.as_ref().and_then(|checks| checks.violation())
    }

    /// Lets the next event happen; answers its time and class, or `None` at the end.
    pub fn step(&mut self) -> Option<(u64, Class)> {
        if self.is_over() {
            self.progress = Progress::Over;
            return None;
        }
        let Some((at, class, event)) = self.heap.pop() else {
            self.progress = if self.open == 0 { Progress::Over } else { Progress::Stuck };
            return None;
        };
        if self.open == 0 && self.is_aftermath_over(at) {
            self.progress = Progress::Over;
            return None;
        }
        if self.spec.end_us.is_some_and(|end| at >= end) || at == u64::MAX {
            self.now = self.spec.end_us.unwrap_or(at).min(at);
            self.progress = Progress::Horizon;
            return None;
        }
        self.now = at;
        self.events += 1;
        self.handle(event);
        Some((at, class))
    }

    /// Nothing is left that could change a figure; a world that checks also waits for the cores' last timers.
    fn is_over(&self) -> bool {
        self.arrivals_over
            && self.open == 0
            && self.coming == 0
            && self.flights.len() == 0
            && (self.checks.is_none() || self.nodes.iter().all(|node| node.core.is_idle()))
    }

    /// Nothing but what can never end in a reasonable time is left, such as a service time of centuries.
    fn is_aftermath_over(&self, at: u64) -> bool {
        let over = self.arrivals_over && self.coming == 0 && at < u64::MAX;
        over && at - self.resolved_at > AFTERMATH_US
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Fault { fault, target, on } => self.affect(fault, target, on),
            Event::ServiceEnd { flight, epoch } => self.end_service(flight, epoch),
            Event::Deliver { flight } => self.deliver(flight),
            Event::Withdraw { flight, epoch } => self.withdraw(flight, epoch),
            Event::Reply { flight } => self.reply(flight),
            Event::Repeat { client, attempt } => self.repeat(client, attempt),
            Event::Told { client, said } => self.told_signal(client, said),
            Event::Cancelled { flight } => self.confirm(flight),
            Event::Wake { client } => self.wake(client),
            Event::GiveUp { flight, epoch } => self.give_up(flight, epoch),
            Event::Arrive => self.arrive(),
            Event::Again { client, tries } => self.arrive_again(client, tries),
            Event::Probe => self.probe(),
        }
    }

    fn note(&mut self, call: u32, what: Happening) {
        if let Some(journal) = &mut self.journal {
            journal.push(Entry { at_us: self.now, call: self.calls[call].number, what });
        }
    }

    /// The time that a client's core is told.
    fn told(&mut self, client: u32) -> Instant {
        let node = &mut self.nodes[client as usize];
        let back = core::mem::take(&mut node.back_us);
        let told = Instant::from_micros(self.now.saturating_sub(back));
        node.clock = node.clock.max(told);
        told
    }

    fn push(&mut self, after: u64, class: Class, event: Event) {
        self.heap.push(self.now.saturating_add(after), class, event);
    }

    fn next_epoch(&mut self) -> u32 {
        self.epoch = self.epoch.wrapping_add(1);
        self.epoch
    }

    fn probe(&mut self) {
        let queued = self.servers.iter().map(|server| server.queue.len() as u64).max().unwrap_or(0);
        self.metrics.gauge(queued, self.open);
        self.schedule_probe();
    }

    /// Puts the next reading of the gauges into the heap: the first on their grid that can tell anything new.
    fn schedule_probe(&mut self) {
        if let Some(next) = self.heap.next_at() {
            let steps = next.saturating_sub(self.now).div_ceil(self.spec.probe_us).max(1);
            self.push(self.spec.probe_us.saturating_mul(steps), Class::Probe, Event::Probe);
        }
    }
}
