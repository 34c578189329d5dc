//! One client with its host: the calls it started, and the messages of its attempts that are under way.
//!
//! All durations are whole steps of one grid, so that every timer falls due on it. The step is a second, which is the
//! least time after which an attempt that nobody tells of counts as ended.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::rc::Rc;

use hedgerow::client::action::{
    Action, AttemptKind, EndpointSpec, Operation, Outcome, Start, TopologyChange,
};
use hedgerow::token::Token;
use hedgerow::{AttemptId, CallId, Client, Config, Instant, Reason, Seed, Wall};
use serde_json::json;

use super::fingerprint::Fingerprint;

/// The step of the grid, in microseconds.
pub(crate) const GRID: u64 = 1_000_000;

/// The longest that a call may take, and the longest that it can leave a timer behind.
pub(crate) const MAX: u64 = 4 * GRID;
const ORPHAN: u64 = GRID;

/// For how many steps of the grid a call can make time go on.
pub(crate) const LIFE: u64 = (MAX + ORPHAN) / GRID;

/// Hedges at once, attempts of a call without hedges, hedges of a call.
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) started: u64,
    pub(crate) token: Option<Token>,
    pub(crate) sent: u32,
    pub(crate) outcome: Option<Outcome>,
}

/// One client with its host.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Shared by all states between two inputs.
    client: Rc<Client>,
    /// The client in one number, once it was asked for.
    number: OnceCell<u64>,
    /// Whether the client was told something and not yet asked what it wants.
    pub(crate) told: bool,
    operation: Operation,
    pub(crate) at_once: u32,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) starts: u32,
    pub(crate) messages: Vec<Message>,
    /// Attempts that the client wants to have stopped.
    pub(crate) asked: Vec<AttemptId>,
    /// Whether a message came twice: the second outlives what is told of the first.
    pub(crate) repeated: bool,
    pub(crate) hedges: u32,
    /// Attempts that the client forgot while a message of theirs was under way.
    forgotten: Vec<AttemptId>,
}

impl Side {
    pub(crate) fn new(seed: u8, at_once: u32) -> Self {
        let config: Config = serde_json::from_value(json!({
            "objective": {"target_us": GRID, "max_us": MAX},
            "operations": {"put": {"idempotency": "token"}},
            "limits": {"calls": at_once, "hedges": HEDGES},
            "hedge": {"strategy": "fixed", "delay_us": GRID, "max": HEDGES_OF_A_CALL},
            "retry": {"max_attempts": ATTEMPTS, "backoff": {"jitter": "none"}},
            "attempt": {"timeout_us": 2 * GRID, "orphan_ttl_us": ORPHAN},
            "timer": {"stages": 2},
            "trace": {"explain_calls": 0},
        }))
        .expect("a valid document");
        let mut client = Client::new(config, &Seed::new([seed; 32]), Instant::ZERO);
        let operation = client.operation("put").expect("a documented name");
        let add =
            |name: &str| TopologyChange::Add(EndpointSpec { name: name.into(), ..EndpointSpec::default() });
        client.handle_topology(&[add("0"), add("1")], Instant::ZERO).expect("two endpoints");
        Self {
            client: Rc::new(client),
            number: OnceCell::new(),
            told: false,
            operation,
            at_once,
            calls: BTreeMap::new(),
            starts: 0,
            messages: Vec::new(),
            asked: Vec::new(),
            repeated: false,
            hedges: 0,
            forgotten: Vec::new(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Hands something in to the client.
    pub(crate) fn tell<T>(&mut self, input: impl FnOnce(&mut Client) -> T) -> T {
        (self.number, self.told) = (OnceCell::new(), true);
        input(Rc::make_mut(&mut self.client))
    }

    /// When the client wants to be woken.
    pub(crate) fn due(&self) -> Option<u64> {
        self.client.poll_timeout().map(|wake| wake.at.as_micros())
    }

    /// A caller starts a call; one that is refused is over.
    pub(crate) fn start(&mut self, now: u64) {
        self.starts += 1;
        let start = Start { operation: self.operation, wall: Some(wall(now)), ..Start::default() };
        if let Ok(id) = self.tell(|client| client.start(&start, Instant::from_micros(now))) {
            self.calls.insert(id, Call { id, started: now, token: None, sent: 0, outcome: None });
        }
    }

    /// Performs what the client wants; says what is wrong with it, if anything is.
    pub(crate) fn perform(&mut self) -> Result<(), String> {
        if !std::mem::take(&mut self.told) {
            return Ok(());
        }
        while let Some(action) = self.tell(Client::poll_action) {
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
        self.told = false;
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
        if self.ends_unknown() || calls.len() <= self.at_once as usize {
            return Ok(());
        }
        Err(format!("more at work than the limit: {} calls", calls.len()))
    }

    /// Takes out the messages of attempts that the client has forgotten.
    pub(crate) fn forget(&mut self) -> Vec<Message> {
        let client = &self.client;
        let stale = |message: &Message| client.call_of(message.attempt).is_none();
        let (gone, kept): (Vec<_>, _) = self.messages.iter().partition(|&message| stale(message));
        self.messages = kept;
        self.asked.retain(|&attempt| client.call_of(attempt).is_some());
        self.forgotten.extend(gone.iter().map(|message| message.attempt));
        gone
    }

    /// An attempt is forgotten once its end is known, or cannot be, and for good: its message decides nothing any more.
    pub(crate) fn forgot_rightly(&self) -> bool {
        let known = |&attempt: &AttemptId| self.client.call_of(attempt).is_some();
        (self.forgotten.is_empty() || self.ends_unknown()) && !self.forgotten.iter().any(known)
    }

    /// Whether no timer outlives the latest call by more than its life.
    pub(crate) fn lives_on_for_one_call(&self) -> bool {
        let latest = self.calls.values().map(|call| call.started).max();
        self.due().is_none_or(|due| latest.is_some_and(|started| due <= started + LIFE * GRID))
    }

    fn ends_unknown(&self) -> bool {
        self.repeated || self.client.stats().count(Reason::OrphanExpired) > 0
    }

    pub(crate) fn retries(&self) -> u64 {
        self.client.stats().count(Reason::RetryDue)
    }

    /// The client in one number.
    pub(crate) fn number(&self) -> u64 {
        *self.number.get_or_init(|| Fingerprint::of(&self.client).number())
    }

    /// Everything that can still decide.
    pub(crate) fn add_to(&self, fingerprint: &mut Fingerprint) {
        let mut messages = self.messages.clone();
        messages.sort_unstable();
        let calls: Vec<_> = self.calls.values().map(|call| (call.id, call.sent, call.outcome)).collect();
        let (number, asked, unknown) = (self.number(), &self.asked, self.ends_unknown());
        write!(fingerprint, "{number}{messages:?}{calls:?}{asked:?}{}{unknown}", self.starts)
            .expect("a string takes every text");
    }

    /// What can be seen of a client and its host, with times since one in particular.
    pub(crate) fn outlook(&self, since: u64) -> String {
        let token = |token: Token| Token { t: token.t.wrapping_sub(wall(since).as_micros()), ..token };
        let messages =
            self.messages.iter().map(|message| Message { token: token(message.token), ..*message });
        let calls = self.calls.values().map(|call| Call {
            started: call.started - since,
            token: call.token.map(token),
            ..*call
        });
        let due = self.due().map(|due| due - since);
        format!("{:?}{:?}{:?}{due:?}", messages.collect::<Vec<_>>(), calls.collect::<Vec<_>>(), self.asked)
    }
}

/// Wall time at a time of the model.
pub(crate) const fn wall(now: u64) -> Wall {
    Wall::from_micros(EPOCH + now)
}
