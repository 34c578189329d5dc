//! One client with its host: the calls it started, and the messages of its attempts that are under way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use hedgerow::client::action::{
    Action, AttemptKind, EndpointSpec, Operation, Outcome, Start, TopologyChange,
};
use hedgerow::token::Token;
use hedgerow::{AttemptId, CallId, Client, Config, Instant, Reason, Seed, Wall};
use serde_json::json;

use super::fingerprint::Fingerprint;

/// Calls at once, hedges at once, attempts of a call without hedges, hedges of a call.
pub(crate) const CALLS: u32 = 1;
pub(crate) const HEDGES: u32 = 1;
const ATTEMPTS: u32 = 2;
const HEDGES_OF_A_CALL: u32 = 1;

const EPOCH: u64 = 1_700_000_000_000_000;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Leg {
    /// On its way to the server.
    Request,
    /// The server has applied it; the answer is on its way back.
    Answer,
}

/// One message under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message {
    pub(crate) attempt: AttemptId,
    pub(crate) ordinal: u8,
    pub(crate) token: Token,
    pub(crate) server: u8,
    pub(crate) leg: Leg,
    /// Its call; `None` for a hedge, which has slots of its own.
    pub(crate) call: Option<CallId>,
}

/// One call as its host sees it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) token: Option<Token>,
    pub(crate) sent: u32,
    pub(crate) outcome: Option<Outcome>,
}

/// One client with its host.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) client: Client,
    operation: Operation,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) starts: u32,
    pub(crate) messages: Vec<Message>,
    /// Attempts that the client wants to have stopped.
    pub(crate) asked: Vec<AttemptId>,
    /// Whether a message came twice: the second outlives what is told of the first.
    pub(crate) repeated: bool,
    pub(crate) hedges: u32,
}

impl Side {
    pub(crate) fn new(seed: u8) -> Self {
        let config: Config = serde_json::from_value(json!({
            "objective": {"target_us": 2000, "max_us": 10_000},
            "operations": {"put": {"idempotency": "token"}},
            "limits": {"calls": CALLS, "hedges": HEDGES},
            "hedge": {"strategy": "fixed", "delay_us": 1000, "max": HEDGES_OF_A_CALL},
            "retry": {"max_attempts": ATTEMPTS, "backoff": {"jitter": "none"}},
            "attempt": {"timeout_us": 4000, "orphan_ttl_us": 1_000_000},
            "trace": {"explain_calls": 0},
        }))
        .expect("a valid document");
        let mut client = Client::new(config, &Seed::new([seed; 32]), Instant::ZERO);
        let operation = client.operation("put").expect("a documented name");
        let add =
            |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
        client.handle_topology(&[add("0"), add("1")], Instant::ZERO).expect("two endpoints");
        Self {
            client,
            operation,
            calls: BTreeMap::new(),
            starts: 0,
            messages: Vec::new(),
            asked: Vec::new(),
            repeated: false,
            hedges: 0,
        }
    }

    /// A caller starts a call; one that is refused is over.
    pub(crate) fn start(&mut self, now: u64) {
        self.starts += 1;
        let start = Start { operation: self.operation, wall: Some(wall(now)), ..Start::default() };
        if let Ok(id) = self.client.start(&start, Instant::from_micros(now)) {
            self.calls.insert(id, Call { id, token: None, sent: 0, outcome: None });
        }
    }

    /// Performs what the client wants; says what is wrong with it, if anything is.
    pub(crate) fn perform(&mut self) -> Result<(), String> {
        while let Some(action) = self.client.poll_action() {
            match action {
                Action::Send { call, attempt, endpoint, kind, ordinal, token, .. } => {
                    let server = u8::from(self.client.endpoint_name(endpoint) == Some("1"));
                    let token = token.ok_or("a send without a token")?;
                    let call_of = (kind != AttemptKind::Hedge).then_some(call);
                    let leg = Leg::Request;
                    self.messages.push(Message { attempt, ordinal, token, server, leg, call: call_of });
                    self.sent(call, kind, token)?;
                }
                Action::Cancel { attempt, .. } => self.asked.push(attempt),
                Action::Complete { call, outcome, .. } => {
                    let found = self.calls.get_mut(&call).ok_or("a completion of no call")?;
                    if found.outcome.replace(outcome).is_some() {
                        return Err("a call that completes twice".into());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn sent(&mut self, call: CallId, kind: AttemptKind, token: Token) -> Result<(), String> {
        let found = self.calls.get_mut(&call).ok_or("a send of no call")?;
        if found.outcome.is_some() {
            return Err("a send of a call that is over".into());
        }
        found.sent += 1;
        if found.sent > ATTEMPTS + HEDGES_OF_A_CALL {
            return Err(format!("{} attempts of one call", found.sent));
        }
        if *found.token.get_or_insert(token) != token {
            return Err("two tokens of one call".into());
        }
        self.hedges += u32::from(kind == AttemptKind::Hedge);
        Ok(())
    }

    /// Calls that servers may be working for, hedges aside, are no more than the limit: slots are held until the end is
    /// known. Where a request came twice, or nobody told of an end for the orphan time, more cannot be known.
    pub(crate) fn no_more_at_work(&self) -> Result<(), String> {
        let calls: BTreeSet<_> = self.messages.iter().filter_map(|message| message.call).collect();
        let unknown = self.repeated || self.client.stats().count(Reason::OrphanExpired) > 0;
        if unknown || calls.len() <= CALLS as usize {
            return Ok(());
        }
        Err(format!("more at work than the limit: {} calls", calls.len()))
    }

    pub(crate) fn retries(&self) -> u64 {
        self.client.stats().count(Reason::RetryDue)
    }

    /// Everything that can still decide. Streams do not show: how often they were asked follows from what was sent.
    pub(crate) fn add_to(&self, fingerprint: &mut Fingerprint) {
        fingerprint.client(&self.client);
        let mut messages = self.messages.clone();
        messages.sort_unstable();
        let calls: Vec<_> = self.calls.values().map(|call| (call.id, call.sent, call.outcome)).collect();
        let scheduled = self.client.stats().count(Reason::RetryScheduled);
        write!(
            fingerprint,
            "{messages:?}{calls:?}{:?}{}{}{scheduled}",
            self.asked, self.starts, self.repeated
        )
        .expect("a hash takes every text");
    }
}

/// Wall time at a time of the model.
pub(crate) const fn wall(now: u64) -> Wall {
    Wall::from_micros(EPOCH + now)
}
