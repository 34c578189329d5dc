//! The run under the other configuration: what it is fed, and when.
//!
//! It goes along the records of the trace. Starts, signals, topology, stalls, cancels of the caller and drains are fed as
//! they stand. A report is fed where the trace has it when the attempt was sent at the recorded time, and otherwise by an
//! *agenda*, so long after its sending as the recorded report came after the recorded sending.
//!
//! Each recorded timeout is fed: the host looked at its timer then. When the new run wants to be woken before the
//! recorded run did, the host would have slept less, and a timeout is made, late by what the last recorded one was late
//! if that was no stall. When it wants to be woken no earlier, the recorded timeouts tell when the host came to it. So
//! under the recorded configuration nothing is made and nothing moves.
//!
//! A cancel is confirmed as late as the recorded confirmation came; where there is none because the attempt is not in the
//! trace, at once, as every host of this library does. An attempt of which nothing more is known leaves its call
//! undecided: the call is taken out of the run as soon as nothing known can decide it, so that it holds no slot.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::trace::{Event, StartEvent, Trace};
use hedgerow::{AttemptId, CallId, Client, Config, Duration, EndpointId, Instant};

use super::model::Model;
use super::outcome::{Attempt, Due};
use super::recorded::{About, End, How, Recorded};
use super::side::{NOWHERE, News, Side};

/// Timeouts made between two records at most; later ones wait for the next record. An hour of handshakes is less.
const MOST_MADE: usize = 100_000;

/// The run under the other configuration.
#[derive(Debug)]
pub(super) struct Other<'a, 'm> {
    pub(super) side: Side,
    pub(super) recorded: &'a Recorded,
    pub(super) model: Model<'m>,
    pub(super) attempts: Vec<Attempt>,
    /// By attempt of the recorded run.
    pub(super) same: BTreeMap<usize, usize>,
    /// By time; at one time what is reported before what is known no more; then by order of entry.
    pub(super) agenda: BTreeMap<(Instant, bool, u64), (usize, Due)>,
    pub(super) entered: u64,
    /// What the last inputs led to.
    pub(super) news: VecDeque<News>,
    pub(super) touched: BTreeSet<usize>,
    /// When a call became undecided, and how many of its entries were booked by then.
    pub(super) undecided: BTreeMap<usize, (Instant, usize)>,
    pub(super) unknown: u64,
    pub(super) assumed: u64,
    pub(super) assumed_calls: BTreeSet<usize>,
    namespaces: BTreeMap<u32, Namespace>,
    operations: BTreeMap<u32, Operation>,
    endpoints: usize,
    /// What the last recorded timeout was late, unless that was a stall.
    lateness: Duration,
    tolerance: Duration,
    /// The record that is fed.
    pub(super) at_record: usize,
}

impl<'a, 'm> Other<'a, 'm> {
    /// Runs a trace under another configuration. O(trace).
    pub(super) fn of(trace: &Trace, recorded: &'a Recorded, config: &Config, model: Model<'m>) -> Self {
        let side = Side::new(config, trace.header());
        let mut other = Self {
            tolerance: side.client.late_tolerance(),
            side,
            recorded,
            model,
            attempts: Vec::new(),
            same: BTreeMap::new(),
            agenda: BTreeMap::new(),
            entered: 0,
            news: VecDeque::new(),
            touched: BTreeSet::new(),
            undecided: BTreeMap::new(),
            unknown: 0,
            assumed: 0,
            assumed_calls: BTreeSet::new(),
            namespaces: BTreeMap::from([(0, Namespace(0))]),
            operations: BTreeMap::from([(0, Operation(0))]),
            endpoints: recorded.endpoints,
            lateness: Duration::ZERO,
            at_record: 0,
        };
        for (at, record) in trace.records().enumerate() {
            let Some(step) = recorded.steps.get(at) else { break };
            let told = other.side.now.max(record.at);
            other.catch_up(told, step.wake);
            other.at_record = at;
            other.take(&record.event, &step.about, step.wake, record.at);
        }
        other.finish();
        other
    }

    /// Feeds what comes before a time; `wake` is when the recorded host wanted to be woken.
    fn catch_up(&mut self, until: Instant, wake: Option<Instant>) {
        let mut made = 0;
        loop {
            let due = self.agenda.first_key_value().map(|(&(at, ..), &(_, due))| (at, due));
            let due = due.filter(|&(at, due)| at < until || (at == until && matches!(due, Due::Report(_))));
            let timer = self.own_wake(wake).filter(|&at| at < until && made < MOST_MADE);
            match (due, timer) {
                (Some((at, _)), timer) if timer.is_none_or(|timer| at <= timer) => self.take_due(),
                (_, Some(at)) => {
                    made += 1;
                    self.timeout(at);
                }
                _ => return,
            }
        }
    }

    /// When a host with this client would have come to its timer, if the recorded host was not to come first.
    fn own_wake(&self, wake: Option<Instant>) -> Option<Instant> {
        let own = self.side.client.poll_timeout()?.at;
        let is_earlier = wake.is_none_or(|recorded| own < recorded);
        is_earlier.then(|| (own + self.lateness).max(self.side.now))
    }

    fn timeout(&mut self, told: Instant) {
        let ((), news) = self.side.feed(told, |client| client.handle_timeout(told));
        self.heed(news);
    }

    /// Feeds what a record means here.
    fn take(&mut self, event: &Event, about: &About, wake: Option<Instant>, told: Instant) {
        match (event, about) {
            (Event::Start(start), _) => self.start(start, told),
            (Event::Topology(changes), About::Endpoints(ids)) => {
                let (own, news) = self.side.feed(told, |client| client.handle_topology(changes, told));
                self.pair(ids, &own.unwrap_or_default());
                self.heed(news);
            }
            (Event::Signal(namespace, operation, record), _) => {
                let namespace = namespace.map(|number| self.namespace(number));
                let operation = operation.map(|number| self.operation(number));
                let give = |client: &mut Client| client.handle_signal(namespace, operation, record, told);
                let ((), news) = self.side.feed(told, give);
                self.heed(news);
            }
            (_, About::Attempt(attempt, is_first)) => self.report(event, *attempt, *is_first, told),
            (Event::Cancel(_), About::Call(call)) => self.cancel(*call, told),
            (Event::Timeout, _) => {
                self.timeout(told);
                if let Some(late) = wake.filter(|&wake| wake <= told).map(|wake| told.since(wake)) {
                    self.lateness = if late <= self.tolerance { late } else { self.lateness };
                }
            }
            (other, _) => {
                let ((), news) = self.side.feed(told, |client| other.apply(client, told));
                self.heed(news);
            }
        }
    }

    fn start(&mut self, start: &StartEvent, told: Instant) {
        let mut own = start.clone();
        own.arguments.namespace = self.namespace(start.arguments.namespace);
        own.arguments.operation = self.operation(start.arguments.operation);
        let recorded = &self.recorded.side.book;
        own.replicas =
            start.replicas.iter().map(|id| self.own_endpoint(recorded.endpoint(id.number()))).collect();
        let admit = |client: &mut Client| client.start(&own.as_start(), told);
        let news = self.side.start(told, own.arguments.cookie, admit);
        self.heed(news);
    }

    fn own_endpoint(&self, number: usize) -> EndpointId {
        let found = if number == NOWHERE { None } else { self.side.book.endpoint_id(number) };
        found.unwrap_or(EndpointId::from_number(0))
    }

    /// The number that a namespace has here; one that this client does not know for a number that nobody issued.
    fn namespace(&mut self, number: Namespace) -> Namespace {
        if let Some(&known) = self.namespaces.get(&number.0) {
            return known;
        }
        let Some(name) = self.recorded.namespaces.get(&number.0) else { return Namespace(u32::MAX) };
        let (own, _) = self.side.feed(self.side.now, |client| client.namespace(name));
        let own = own.unwrap_or(Namespace(u32::MAX));
        self.namespaces.insert(number.0, own);
        own
    }

    /// As [`Self::namespace`].
    fn operation(&mut self, number: Operation) -> Operation {
        if let Some(&known) = self.operations.get(&number.0) {
            return known;
        }
        let Some(name) = self.recorded.operations.get(&number.0) else { return Operation(u32::MAX) };
        let (own, _) = self.side.feed(self.side.now, |client| client.operation(name));
        let own = own.unwrap_or(Operation(u32::MAX));
        self.operations.insert(number.0, own);
        own
    }

    /// Gives endpoints the numbers that the recorded run gave them; what only this run admitted gets new ones.
    fn pair(&mut self, recorded: &[EndpointId], own: &[EndpointId]) {
        for (at, &id) in own.iter().enumerate() {
            if self.side.book.endpoint(id.number()) != NOWHERE {
                continue;
            }
            let same = recorded.get(at).filter(|_| recorded.len() == own.len());
            let number = same.map_or(self.endpoints, |id| self.recorded.side.book.endpoint(id.number()));
            self.endpoints += usize::from(same.is_none());
            self.side.book.know_endpoint(id, number);
        }
    }

    /// A recorded report: fed here if it is the one that the attempt waits for, or one of many about its end.
    fn report(&mut self, event: &Event, attempt: Option<usize>, is_first: bool, told: Instant) {
        let Some(recorded) = attempt else { return self.feed_report(None, event, told) };
        let Some(&own) = self.same.get(&recorded) else { return };
        let is_in_place = is_first && !self.attempts[own].ended && self.waits_in_place(own, recorded);
        if is_in_place || (!is_first && self.attempts[own].ended) {
            self.feed_report(Some(own), event, told);
        }
    }

    /// Whether the recorded report about an attempt comes at its own record: everything was at the recorded times.
    pub(super) fn waits_in_place(&self, own: usize, recorded: usize) -> bool {
        let (here, there) = (&self.side.book.sent[own], &self.recorded.side.book.sent[recorded]);
        let is_confirmed = matches!(self.end(recorded), Some(End { how: How::Confirmed, .. }));
        here.at == there.at && (!is_confirmed || here.asked == there.asked)
    }

    pub(super) fn end(&self, recorded: usize) -> Option<&End> {
        self.recorded.ends.get(recorded)?.as_ref()
    }

    pub(super) fn feed_report(&mut self, own: Option<usize>, event: &Event, told: Instant) {
        let id = own.map_or(AttemptId::from_number(0), |own| self.side.book.sent[own].id);
        if let Some(own) = own {
            self.attempts[own].ended = true;
            self.touched.insert(self.side.book.sent[own].call);
        }
        let ((), news) = self.side.feed(told, |client| match event {
            Event::Response(_, response) => client.handle_response(id, *response, told),
            Event::Failure(_, failure) => client.handle_failure(id, *failure, told),
            _ => client.handle_cancelled(id, told),
        });
        self.heed(news);
    }

    /// The caller gave up; a call that runs longer here than it did is given up too.
    fn cancel(&mut self, call: Option<usize>, told: Instant) {
        let own = match call {
            None => Some(CallId::from_number(0)),
            Some(call) => self.side.book.calls.get(call).and_then(|log| log.id),
        };
        if let Some(id) = own {
            let ((), news) = self.side.feed(told, |client| client.cancel(id, told));
            self.heed(news);
        }
    }

    /// After the last record: what is known to come still comes; where nothing is known the run ends.
    fn finish(&mut self) {
        self.at_record = usize::MAX;
        while let Some(at) = self.next_report() {
            self.catch_up(at, None);
        }
    }

    fn next_report(&self) -> Option<Instant> {
        let reports = self.agenda.iter().filter(|(_, (_, due))| matches!(due, Due::Report(_)));
        reports.map(|(&(at, ..), _)| at).next()
    }
}
