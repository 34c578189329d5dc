//! The run as it was recorded: repeated under its own configuration, so that everything is known of it that a what-if
//! asks: when the client wanted to be woken, which attempt each report was about, what became of every attempt.

use std::collections::BTreeMap;

use hedgerow::client::action::{Failure, Response};
use hedgerow::trace::{Event, Trace};
use hedgerow::{Config, EndpointId, Instant};

use super::side::Side;

/// The recorded run.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) side: Side,
    /// One for each record of the trace.
    pub(super) steps: Vec<Step>,
    /// What became of each attempt, as in the book.
    pub(super) ends: Vec<Option<End>>,
    /// Attempts by call, endpoint, and how often the call had gone there before.
    pub(super) by_place: BTreeMap<(usize, usize, usize), usize>,
    /// Names by their numbers in this run.
    pub(super) namespaces: BTreeMap<u32, String>,
    pub(super) operations: BTreeMap<u32, String>,
    /// Endpoints that were ever added.
    pub(super) endpoints: usize,
}

/// What one record meant.
#[derive(Debug)]
pub(super) struct Step {
    /// When the client wanted to be woken, before the record.
    pub(super) wake: Option<Instant>,
    pub(super) about: About,
}

/// What the input of a record was about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Nothing that has another id elsewhere.
    Itself,
    /// A report about this attempt, `None` for one never sent; whether it was the first about it.
    Attempt(Option<usize>, bool),
    /// A call, `None` for one never admitted.
    Call(Option<usize>),
    /// These endpoints, by the ids that were answered.
    Endpoints(Vec<EndpointId>),
}

/// How an attempt ended, by the first report about it.
#[derive(Debug)]
pub(super) struct End {
    pub(super) at: Instant,
    /// The record that reported it.
    pub(super) record: usize,
    pub(super) how: How,
}

/// What a host reported.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Answer(Response),
    Failure(Failure),
    /// It produced nothing, and nobody had asked to cancel it.
    Gone,
    /// What was asked for: it was cancelled.
    Confirmed,
}

impl Recorded {
    /// Repeats the run. O(trace).
    pub(super) fn of(trace: &Trace, config: &Config) -> Self {
        let names = |names: Vec<&str>| (1..).zip(names.into_iter().map(ToOwned::to_owned)).collect();
        let mut recorded = Self {
            side: Side::new(config, trace.header()),
            steps: Vec::new(),
            ends: Vec::new(),
            by_place: BTreeMap::new(),
            namespaces: names(config.namespaces.iter().map(String::as_str).collect()),
            operations: names(config.operations.iter().map(|known| known.name.as_str()).collect()),
            endpoints: 0,
        };
        for record in trace.records() {
            let wake = recorded.side.client.poll_timeout().map(|wake| wake.at);
            let about = recorded.take(&record.event, record.at);
            recorded.steps.push(Step { wake, about });
        }
        recorded.ends.resize_with(recorded.side.book.sent.len(), || None);
        let places = recorded.side.book.sent.iter().enumerate();
        recorded.by_place = places.map(|(at, sent)| ((sent.call, sent.endpoint, sent.turn), at)).collect();
        recorded
    }

    /// Hands one recorded input in, and takes down what it was about.
    fn take(&mut self, event: &Event, told: Instant) -> About {
        let book = &self.side.book;
        let about = match event {
            Event::Response(attempt, response) => {
                let at = book.attempt(attempt.number());
                self.report(at, How::Answer(*response), told)
            }
            Event::Failure(attempt, failure) => {
                let at = book.attempt(attempt.number());
                self.report(at, How::Failure(*failure), told)
            }
            Event::Cancelled(attempt) => {
                let at = book.attempt(attempt.number());
                let asked = at.and_then(|at| book.sent.get(at)).is_some_and(|sent| sent.asked.is_some());
                self.report(at, if asked { How::Confirmed } else { How::Gone }, told)
            }
            Event::Cancel(call) => About::Call(book.call(call.number())),
            _ => About::Itself,
        };
        match event {
            Event::Start(start) => {
                let admit = |client: &mut hedgerow::Client| client.start(&start.as_start(), told);
                self.side.start(told, start.arguments.cookie, admit);
            }
            Event::Topology(changes) => {
                let (ids, _) = self.side.feed(told, |client| client.handle_topology(changes, told));
                return About::Endpoints(self.number(ids.unwrap_or_default()));
            }
            Event::Namespace(name) => {
                let now = self.side.now;
                if let (Ok(number), _) = self.side.feed(now, |client| client.namespace(name)) {
                    self.namespaces.insert(number.0, name.clone());
                }
            }
            Event::Operation(name) => {
                let now = self.side.now;
                if let (Ok(number), _) = self.side.feed(now, |client| client.operation(name)) {
                    self.operations.insert(number.0, name.clone());
                }
            }
            other => drop(self.side.feed(told, |client| other.apply(client, told))),
        }
        about
    }

    fn report(&mut self, at: Option<usize>, how: How, told: Instant) -> About {
        let Some(attempt) = at else { return About::Attempt(None, false) };
        if self.ends.len() <= attempt {
            self.ends.resize_with(attempt + 1, || None);
        }
        let is_first = self.ends[attempt].is_none();
        if is_first {
            let end = End { at: self.side.now.max(told), record: self.steps.len(), how };
            self.ends[attempt] = Some(end);
        }
        About::Attempt(at, is_first)
    }

    /// Numbers the endpoints that are new.
    fn number(&mut self, ids: Vec<EndpointId>) -> Vec<EndpointId> {
        for &id in &ids {
            if self.side.book.endpoint(id.number()) == super::side::NOWHERE {
                self.side.book.know_endpoint(id, self.endpoints);
                self.endpoints += 1;
            }
        }
        ids
    }
}
