//! One of the two runs that a what-if compares: a client, its own time, and a book of what it decided.
//!
//! Ids are the run's own: a call that one run admits and the other denies shifts every id behind it. So the book speaks
//! in numbers that mean the same in both runs: of a call, its place among all starts; of an endpoint, its place among
//! all that were ever added; of an attempt, its ordinal within its call.

use std::collections::BTreeMap;

use hedgerow::client::action::{Action, Outcome};
use hedgerow::config::TraceSettings;
use hedgerow::trace::{Decision, TraceHeader};
use hedgerow::{AttemptId, CallId, Client, Config, Duration, EndpointId, Instant, Reason};

/// The number of an endpoint that neither run knows.
pub(super) const NOWHERE: usize = usize::MAX;

/// A run under way.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) client: Client,
    /// The latest time that was told.
    pub(super) now: Instant,
    pub(super) book: Book,
}

/// What a run has decided so far.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// One for each start, in order.
    pub(super) calls: Vec<CallLog>,
    /// Decisions that concern no call.
    pub(super) service: Vec<Entry>,
    /// Every attempt, in order of sending.
    pub(super) sent: Vec<Sent>,
    call_numbers: BTreeMap<u64, usize>,
    attempt_numbers: BTreeMap<u64, usize>,
    endpoint_numbers: BTreeMap<u64, usize>,
    endpoint_ids: BTreeMap<usize, EndpointId>,
}

/// What became of one start.
#[derive(Debug, Default)]
pub(super) struct CallLog {
    pub(super) id: Option<CallId>,
    pub(super) cookie: u64,
    pub(super) entries: Vec<Entry>,
    pub(super) end: Option<(Outcome, Duration)>,
    /// Its attempts in [`Book::sent`].
    pub(super) sent: Vec<usize>,
}

/// One decision, in numbers that mean the same in both runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) reason: Reason,
    pub(super) at: Instant,
    /// Ordinal of the attempt within its call, 0 for none.
    pub(super) attempt: usize,
    pub(super) endpoint: usize,
    pub(super) value: u64,
}

/// One attempt.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: AttemptId,
    pub(super) call: usize,
    pub(super) endpoint: usize,
    /// How many attempts of the call went to this endpoint before.
    pub(super) turn: usize,
    pub(super) reason: Reason,
    pub(super) at: Instant,
    /// When the client asked to cancel it.
    pub(super) asked: Option<Instant>,
}

/// What an input led to that somebody must heed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// This attempt was sent.
    Sent(usize),
    /// This attempt is to be cancelled.
    Asked(usize),
}

impl Side {
    /// A fresh client under a configuration, recording what it decides.
    pub(super) fn new(config: &Config, header: &TraceHeader) -> Self {
        let trace = TraceSettings { enabled: true, buffer: 1, notes: 0, explain_calls: 0 };
        let client = Client::new(config.with_trace(trace), &header.seed, header.t0);
        Self { client, now: header.t0, book: Book::default() }
    }

    /// Hands one input in and books what it led to.
    pub(super) fn feed<T>(&mut self, told: Instant, input: impl FnOnce(&mut Client) -> T) -> (T, Vec<News>) {
        let (answer, decisions) = self.step(told, input);
        let news = self.book.take(&decisions, None, self.now);
        (answer, news)
    }

    /// Starts a call; the start gets the next number, admitted or not.
    pub(super) fn start(
        &mut self,
        told: Instant,
        cookie: u64,
        start: impl FnOnce(&mut Client) -> Result<CallId, Reason>,
    ) -> Vec<News> {
        let number = self.book.calls.len();
        self.book.calls.push(CallLog { cookie, ..CallLog::default() });
        let (answer, decisions) = self.step(told, start);
        if let Ok(call) = answer {
            self.book.call_numbers.insert(call.number(), number);
            self.book.calls[number].id = Some(call);
        }
        self.book.take(&decisions, Some(number), self.now)
    }

    fn step<T>(&mut self, told: Instant, input: impl FnOnce(&mut Client) -> T) -> (T, Vec<Decision>) {
        self.now = self.now.max(told);
        let answer = input(&mut self.client);
        while let Some(action) = self.client.poll_action() {
            if let Action::Complete { call, outcome, wall, .. } = action {
                self.book.complete(call, outcome, wall);
            }
        }
        let record = self.client.poll_trace();
        (answer, record.map(|record| record.decisions).unwrap_or_default())
    }
}

impl Book {
    /// The number of a call by its id in this run.
    pub(super) fn call(&self, id: u64) -> Option<usize> {
        self.call_numbers.get(&id).copied()
    }

    /// The place of an attempt by its id in this run.
    pub(super) fn attempt(&self, id: u64) -> Option<usize> {
        self.attempt_numbers.get(&id).copied()
    }

    /// The number of an endpoint by its id in this run.
    pub(super) fn endpoint(&self, id: u64) -> usize {
        self.endpoint_numbers.get(&id).copied().unwrap_or(NOWHERE)
    }

    /// Takes down that an endpoint has this id in this run.
    pub(super) fn know_endpoint(&mut self, id: EndpointId, number: usize) {
        self.endpoint_numbers.insert(id.number(), number);
        self.endpoint_ids.insert(number, id);
    }

    /// The id of an endpoint in this run by its number.
    pub(super) fn endpoint_id(&self, number: usize) -> Option<EndpointId> {
        self.endpoint_ids.get(&number).copied()
    }

    fn complete(&mut self, call: CallId, outcome: Outcome, wall: Duration) {
        // A call may be decided within its own start, before its number is known here: it is the last one then.
        let number = self.call(call.number()).or_else(|| self.calls.len().checked_sub(1));
        if let Some(log) = number.and_then(|number| self.calls.get_mut(number)) {
            log.end = Some((outcome, wall));
        }
    }

    /// Books the decisions of one input; those of a start that name no call are about that start.
    fn take(&mut self, decisions: &[Decision], start: Option<usize>, now: Instant) -> Vec<News> {
        let mut news = Vec::new();
        for decision in decisions {
            let attempt = self.attempt(decision.attempt);
            let of_attempt = || attempt.and_then(|at| self.sent.get(at)).map(|sent| sent.call);
            let call = self.call(decision.call).or_else(of_attempt).or(start);
            let at = match (decision.reason.code(), call, attempt) {
                (30..40, Some(call), None) => {
                    let at = self.send(decision, call, now);
                    news.push(News::Sent(at));
                    Some(at)
                }
                (100..120, _, Some(at)) => {
                    self.sent[at].asked = Some(now);
                    news.push(News::Asked(at));
                    Some(at)
                }
                _ => attempt,
            };
            self.book(decision, call, at, now);
        }
        news
    }

    fn send(&mut self, decision: &Decision, call: usize, now: Instant) -> usize {
        let (at, endpoint) = (self.sent.len(), self.endpoint(decision.endpoint));
        let before = &self.calls[call].sent;
        let turn = before.iter().filter(|&&other| self.sent[other].endpoint == endpoint).count();
        self.calls[call].sent.push(at);
        self.attempt_numbers.insert(decision.attempt, at);
        let id = AttemptId::from_number(decision.attempt);
        self.sent.push(Sent { id, call, endpoint, turn, reason: decision.reason, at: now, asked: None });
        at
    }

    fn book(&mut self, decision: &Decision, call: Option<usize>, attempt: Option<usize>, now: Instant) {
        let log = call.and_then(|call| self.calls.get(call));
        let place = |at| log.and_then(|log| log.sent.iter().position(|&sent| sent == at));
        let entry = Entry {
            at: now,
            reason: decision.reason,
            attempt: attempt.and_then(place).map_or(0, |place| place + 1),
            endpoint: self.endpoint(decision.endpoint),
            value: decision.value,
        };
        match call.and_then(|call| self.calls.get_mut(call)) {
            Some(log) => log.entries.push(entry),
            None => self.service.push(entry),
        }
    }
}
