//! A slow, obvious account of what the machine was seen to do, and the promises that must hold whatever happens.

#![allow(clippy::missing_panics_doc, reason = "to panic is how the shadow reports a broken promise")]

use std::collections::{BTreeMap, BTreeSet};

use hedgerow::client::action::{Action, AttemptKind, Failure, GivenToken, Note, Operation, Start};
use hedgerow::config::{ClassSettings, Idempotency};
use hedgerow::retry::budget::{BudgetSettings, TOKEN};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::PushbackMode;
use hedgerow::token::Token;
use hedgerow::{AttemptId, CallId, Client, Config, EndpointId, Instant, Reason};
use hedgerow_why::bounds::CallBounds;

use crate::documents::OPERATIONS;
use crate::guards::Guards;
use crate::promises::Promises;

/// What the sends of a call carried.
#[derive(Debug, PartialEq, Eq)]
enum Carried {
    NotSent,
    Nothing,
    One(Token),
}

impl From<Option<Token>> for Carried {
    fn from(token: Option<Token>) -> Self {
        token.map_or(Self::Nothing, Self::One)
    }
}

#[derive(Debug)]
struct Seen {
    cookie: u64,
    idempotency: Idempotency,
    settings: ClassSettings,
    bounds: CallBounds,
    given: Option<GivenToken>,
    token: Carried,
    sends: u32,
    completed: bool,
    /// The server asked for no further attempt.
    stopped: bool,
    outstanding: BTreeMap<AttemptId, EndpointId>,
}

/// What was seen of each call and attempt.
#[derive(Debug)]
pub struct Shadow {
    config: Config,
    calls: BTreeMap<CallId, Seen>,
    /// Open attempts, whether they hedge, and their call.
    open: BTreeMap<AttemptId, (bool, CallId)>,
    cancelled: BTreeSet<AttemptId>,
    minted: BTreeSet<Token>,
    guards: Guards,
    promises: Promises,
    signalled: bool,
}

impl Shadow {
    /// Knows the configuration and nothing else.
    pub fn new(config: Config) -> Self {
        Self {
            promises: Promises::new(&config),
            config,
            calls: BTreeMap::new(),
            open: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            minted: BTreeSet::new(),
            guards: Guards::default(),
            signalled: false,
        }
    }

    /// The idempotency that the documents of this harness give an operation.
    pub fn idempotency_of(operation: Operation) -> Idempotency {
        let word = (operation.0 as usize)
            .checked_sub(1)
            .and_then(|index| OPERATIONS.get(index))
            .map(|(_, word)| *word);
        match word {
            Some("retry") => Idempotency::Retry,
            Some("natural") => Idempotency::Natural,
            Some("token") => Idempotency::Token,
            _ => Idempotency::None,
        }
    }

    /// A call was admitted.
    pub fn started(&mut self, call: CallId, request: &Start<'_>, idempotency: Idempotency) {
        let operation = request.operation.0;
        let priority = request.priority.unwrap_or(self.config.operation(operation).1);
        let seen = Seen {
            cookie: request.cookie,
            idempotency,
            settings: self.config.class(0, operation),
            bounds: CallBounds::of_call(&self.config, 0, operation, idempotency, priority),
            given: request.token,
            token: Carried::NotSent,
            sends: 0,
            completed: false,
            stopped: false,
            outstanding: BTreeMap::new(),
        };
        assert!(self.calls.insert(call, seen).is_none(), "an id is given once");
    }

    /// An attempt's end is about to be reported; whether that can decide anything.
    pub fn ended(&mut self, attempt: AttemptId) -> bool {
        let Some((hedge, call)) = self.open.remove(&attempt) else { return false };
        self.guards.ended(attempt);
        let seen = self.calls.get_mut(&call).expect("attempts belong to calls");
        seen.outstanding.remove(&attempt);
        // The slot of a hedge goes to a call that waits for it, however late the hedge ends.
        !seen.completed || (hedge && seen.settings.hedge.wait)
    }

    /// A failure is about to be reported; as [`Self::ended`].
    pub fn failed(&mut self, attempt: AttemptId, failure: Failure) -> bool {
        let call = self.open.get(&attempt).map(|&(_, call)| call);
        if let Some(seen) = call.and_then(|call| self.calls.get_mut(&call)) {
            let Failure { class, pushback } = failure;
            let heard = seen.settings.retry.pushback.mode != PushbackMode::Ignore;
            let refused = class == FailureClass::Refused && pushback.retry_after.is_none();
            let is_late = !seen.outstanding.contains_key(&attempt);
            seen.stopped |= !is_late && (refused || (heard && pushback.never));
        }
        self.ended(attempt)
    }

    /// Signals may change limits and objectives from now on.
    pub const fn signalled(&mut self) {
        self.signalled = true;
    }

    /// What the notes of one input tell of breakers, before its actions are looked at.
    pub fn told(&mut self, notes: &[Note]) {
        self.guards.begin();
        for note in notes {
            if let (Reason::OrphanExpired, Some(attempt)) = (note.reason, note.attempt) {
                self.guards.ended(attempt);
            }
            self.guards.noted(note);
        }
    }

    /// A note was handed out.
    pub fn noted(&mut self, note: &Note) {
        if note.reason == Reason::RetryScheduled {
            let seen = note.call.and_then(|call| self.calls.get(&call)).expect("a waiting call was admitted");
            let wait = Instant::from_micros(note.value).since(note.at);
            assert!(self.signalled || wait <= seen.bounds.longest_wait, "a wait of {wait:?}");
            self.promises.granted(note.at);
        }
        if note.reason == Reason::OrphanExpired
            && let Some(attempt) = note.attempt
        {
            self.ended(attempt);
        }
    }

    /// An action was handed out.
    pub fn acted(&mut self, action: &Action, client: &Client) {
        match *action {
            Action::Send {
                call,
                attempt,
                endpoint,
                kind,
                ordinal,
                token,
                cookie,
                remaining,
                deadline,
                ..
            } => {
                assert!(client.endpoint_name(endpoint).is_some(), "I5: a pick is live");
                self.guards.sent(attempt, endpoint);
                self.sent(call, attempt, endpoint, kind, ordinal, token, cookie);
                assert!(remaining.as_micros() > 0, "I18: time is left");
                self.promises.sent(call, kind, deadline - remaining);
            }
            Action::Cancel { attempt, .. } => {
                assert!(self.cancelled.insert(attempt), "I17: at most one cancel");
                let (_, call) = self.open.get(&attempt).expect("I17: a cancel names an open attempt");
                let seen = self.calls.get_mut(call).expect("its call was started");
                assert!(seen.outstanding.remove(&attempt).is_some());
            }
            Action::Complete { call, cookie, reason, wall, live, .. } => {
                let seen = self.calls.get_mut(&call).expect("I13: a completed call was admitted");
                assert_eq!(seen.cookie, cookie);
                assert!(seen.sends > 0 && !seen.completed, "I13: once, after the first send");
                seen.completed = true;
                let longest = if self.signalled { seen.bounds.signalled } else { seen.bounds.longest };
                let timed_out = reason == Reason::CallTimeout;
                assert!(!timed_out || live <= longest.live, "a call of {live:?}, promised {longest:?}");
                self.promises.completed(call, wall);
            }
            _ => {}
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one action")]
    fn sent(
        &mut self,
        call: CallId,
        attempt: AttemptId,
        endpoint: EndpointId,
        kind: AttemptKind,
        ordinal: u8,
        token: Option<Token>,
        cookie: u64,
    ) {
        let hedge = kind == AttemptKind::Hedge;
        assert!(self.open.insert(attempt, (hedge, call)).is_none(), "an attempt id is given once");
        let hedges = self.open.values().filter(|(hedge, _)| *hedge).count();
        let seen = self.calls.get_mut(&call).expect("a sent call was admitted");
        assert_eq!(seen.cookie, cookie);
        assert!(!seen.completed, "I14: no send for a decided call");
        assert!(!seen.stopped, "no further attempt was asked for");
        seen.sends += 1;
        assert_eq!(u32::from(ordinal), seen.sends);
        let most = u32::from(seen.settings.retry.max_attempts) + u32::from(seen.settings.hedge.max);
        assert!(seen.sends <= most, "I3: {} attempts of at most {most}", seen.sends);
        if !self.signalled && hedge {
            assert!(hedges as u32 <= seen.settings.limits.hedges, "I1: {hedges} hedges in flight");
        }
        assert!(seen.sends <= seen.bounds.attempts(), "{} attempts, promised {:?}", seen.sends, seen.bounds);
        let repeatable = seen.idempotency != Idempotency::None || seen.settings.retry.resend_not_sent;
        assert!(seen.sends == 1 || repeatable, "I15: one send of what is not idempotent");
        assert!(
            !hedge || !seen.outstanding.values().any(|used| *used == endpoint),
            "I5: a hedge goes elsewhere"
        );
        seen.outstanding.insert(attempt, endpoint);
        let first = seen.token == Carried::NotSent;
        assert!(first || seen.token == token.into(), "I16: one token");
        if first {
            seen.token = token.into();
            if let (Some(token), None) = (token, seen.given) {
                assert!(self.minted.insert(token), "I16: no token twice");
            }
        }
    }

    /// What must hold between any two inputs.
    pub fn check(&self, client: &Client) {
        let undecided = self.calls.values().any(|seen| !seen.completed);
        assert!(!undecided || client.poll_timeout().is_some(), "I22: an undecided call has a timer");
        assert!(!undecided || !client.is_idle());
    }

    /// I2: from the start of life, extra attempts ≤ initial + ratio × first attempts + rate × time.
    fn amplification_is_bounded(&self, extra: u64, now: Instant) {
        if let BudgetSettings::Ratio { ratio, min_rate, initial, .. } = self.config.budget.settings {
            let dripped = u128::from(now.as_micros()) * u128::from(min_rate) / u128::from(TOKEN);
            let bound = u128::from(initial) + u128::from(ratio) * self.calls.len() as u128 + dripped + 1;
            assert!(u128::from(extra) * u128::from(TOKEN) <= bound, "I2: {extra} extra attempts");
        }
    }

    /// Everything has ended: each call completed once, and the budget's promise holds over the whole run.
    pub fn all_over(&mut self, client: &Client, now: Instant) {
        assert!(self.calls.values().all(|seen| seen.completed), "I13: every call completes");
        assert!(self.open.is_empty(), "every attempt has ended");
        let stats = client.stats();
        let completed = stats.completed_ok + stats.completed_failed + stats.completed_cancelled;
        assert_eq!(stats.notes_lost, 0, "every note was looked at");
        assert_eq!((stats.started, completed), (self.calls.len() as u64, self.calls.len() as u64));
        self.amplification_is_bounded(stats.budget_withdrawn, now);
        self.promises.hold();
    }
}
