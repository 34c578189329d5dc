//! One call and its plan.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::config::{Idempotency, Priority};
use crate::id::Id;
use crate::retry::outcome::FailureClass;
use crate::retry::series::Series;
use crate::time::{Duration, Instant};
use crate::timer::pause::PauseTimer;
use crate::timer::wheel::TimerId;
use crate::token::Token;

/// Plan entries kept inside the call; a longer plan spills to the heap.
const INLINE: usize = 8;
/// The cost of no retry.
pub(crate) const NO_RETRY: u32 = u32::MAX;
/// Bits of an endpoint's index in a plan entry.
pub(crate) const ENTRY_INDEX_BITS: u32 = 20;
/// The low bits of its generation above them.
const ENTRY_GENERATION_BITS: u32 = 10;
/// An attempt of the call went there.
const USED: u32 = 1 << 30;
/// It was named as a replica.
const REPLICA: u32 = 1 << 31;

/// The ordered candidates of a call, each with a mark once used: 4 bytes an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    inline: [u32; INLINE],
    spill: Option<Box<[u32]>>,
    len: u8,
}

/// Index and low generation bits of an endpoint, as a plan keeps it.
///
/// A slot would have to be freed and taken again 1024 times during one call for the bits to repeat, and even then the
/// endpoint found there is live.
pub(crate) const fn plan_entry(index: u32, generation: u32) -> u32 {
    let generation = generation & ((1 << ENTRY_GENERATION_BITS) - 1);
    index | (generation << ENTRY_INDEX_BITS)
}

/// The slot of the endpoint that an entry names.
pub(crate) const fn entry_index(entry: u32) -> u32 {
    entry & ((1 << ENTRY_INDEX_BITS) - 1)
}

impl Plan {
    /// Takes over a plan: entries in order, each with whether it was named as a replica.
    pub(crate) fn fill(&mut self, entries: impl ExactSizeIterator<Item = (u32, bool)>) {
        let marked = |(entry, replica): (u32, bool)| if replica { entry | REPLICA } else { entry };
        self.len = entries.len().min(64) as u8;
        if entries.len() > INLINE {
            self.spill = Some(entries.map(marked).collect::<Vec<_>>().into_boxed_slice());
            return;
        }
        self.spill = None;
        for (slot, entry) in self.inline.iter_mut().zip(entries) {
            *slot = marked(entry);
        }
    }

    pub(crate) const fn len(&self) -> u8 {
        self.len
    }

    /// Entries in order: position in the plan, entry, whether used.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u8, u32, bool)> {
        self.all()
            .iter()
            .enumerate()
            .map(|(index, &entry)| (index as u8, entry & !(USED | REPLICA), entry & USED != 0))
    }

    /// The slots of the replicas among the entries.
    pub(crate) fn replicas(&self) -> impl Iterator<Item = u32> {
        self.all().iter().filter(|&entry| entry & REPLICA != 0).map(|&entry| entry_index(entry))
    }

    pub(crate) fn mark_used(&mut self, index: u8) {
        let all = self.spill.as_deref_mut().unwrap_or(&mut self.inline);
        if let Some(entry) = all.get_mut(usize::from(index)) {
            *entry |= USED;
        }
    }

    fn all(&self) -> &[u32] {
        let all = self.spill.as_deref().unwrap_or(&self.inline);
        all.get(..usize::from(self.len)).unwrap_or(all)
    }
}

/// A token in the call's alignment of 8 bytes; whether it is one, a flag tells.
#[derive(Clone, Copy, Debug, Default)]
struct PackedToken {
    t: u64,
    high: u64,
    low: u64,
}

/// What the hedge timer of a call stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// The hedge delay.
    #[default]
    Delay,
    /// The same once more, because it was observed late.
    Rearmed,
    /// The end of the wait for a slot: the call stands in its namespace's queue.
    Waiting,
}

/// Whether somebody asked to send the call no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Further {
    #[default]
    Any,
    /// No retry: the host said so.
    NoRetries,
    /// No further attempt: the server said so.
    Stopped,
}

/// Facts of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Completed; lingers while attempts are open.
    pub(crate) decided: bool,
    /// Hedging is closed for this call.
    pub(crate) hedging_closed: bool,
    /// What the hedge timer stands for.
    pub(crate) trigger: Trigger,
    pub(crate) further: Further,
    /// Holds a call slot of its namespace.
    pub(crate) slot: bool,
    /// Carries a token.
    token: bool,
}

/// One logical request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) cookie: u64,
    /// Effective deadline: start + max, or the caller's if earlier.
    pub(crate) deadline: Instant,
    /// Objective resolved at the start, "no limit" for an unknown target; later signals do not reach a running call.
    target: Duration,
    pub(crate) max: Duration,
    token: PackedToken,
    pub(crate) timeout: PauseTimer,
    pub(crate) timeout_id: Option<TimerId>,
    pub(crate) deadline_id: Option<TimerId>,
    /// The hedge timer or the retry timer: a call never waits for both.
    pub(crate) pending: Option<TimerId>,
    /// The hedge delay d of this call.
    pub(crate) hedge_delay: Duration,
    /// The wait the hedge timer was armed with.
    pub(crate) hedge_wait: Duration,
    /// Where the call stands in its series of backoff delays.
    pub(crate) series: Series,
    /// Cost of the last retry, for budgets that refund it; `NO_RETRY` when there was none.
    pub(crate) retry_cost: u32,
    pub(crate) plan: Plan,
    pub(crate) class: u32,
    pub(crate) namespace: u32,
    /// First and last attempt, by slot index, in order of sending.
    pub(crate) attempts: AttemptList,
    /// Head of its explanation, when kept.
    pub(crate) ledger: u32,
    pub(crate) idempotency: Idempotency,
    pub(crate) priority: Priority,
    pub(crate) last_class: Option<FailureClass>,
    /// The smallest number of retries a pushback allowed; 255 when none spoke of it.
    pub(crate) max_retries: u8,
    /// Attempts sent.
    pub(crate) sent: u8,
    /// Primaries and retries sent.
    pub(crate) made: u8,
    pub(crate) hedges: u8,
    /// Attempts whose end is not known.
    pub(crate) open: u8,
    /// Of those, primaries and retries: they hold the call slot.
    pub(crate) open_normal: u8,
    /// Of the open ones, those not asked to cancel.
    pub(crate) outstanding: u8,
    pub(crate) flags: Flags,
}

/// First and last of a chain of attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AttemptList {
    pub(crate) first: Option<Id>,
    pub(crate) last: Option<Id>,
}

/// States of a call, as the table of the machine names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CallState {
    /// One attempt is outstanding.
    One = 0,
    /// Two or more attempts are outstanding.
    Racing = 1,
    /// Waits for the retry timer.
    Waiting = 2,
    /// Decided; attempts are still open.
    Lingering = 3,
    /// Gone.
    Freed = 4,
}

impl CallState {
    /// Every state, by number.
    pub const ALL: [Self; 5] = [Self::One, Self::Racing, Self::Waiting, Self::Lingering, Self::Freed];
}

/// What a call is made with; everything else starts empty.
pub(crate) struct NewCall {
    pub(crate) cookie: u64,
    pub(crate) deadline: Instant,
    pub(crate) target: Option<Duration>,
    pub(crate) max: Duration,
    pub(crate) token: Option<Token>,
    pub(crate) timeout: PauseTimer,
    pub(crate) class: u32,
    pub(crate) namespace: u32,
    pub(crate) idempotency: Idempotency,
    pub(crate) priority: Priority,
    /// Whether it holds a call slot.
    pub(crate) slot: bool,
    pub(crate) no_retries: bool,
}

impl Call {
    pub(crate) fn new(of: &NewCall) -> Self {
        let token = of.token.map_or_else(PackedToken::default, |token| PackedToken {
            t: token.t,
            high: (token.nonce >> 64) as u64,
            low: token.nonce as u64,
        });
        Self {
            cookie: of.cookie,
            deadline: of.deadline,
            target: of.target.unwrap_or(Duration::MAX),
            max: of.max,
            token,
            timeout: of.timeout,
            timeout_id: None,
            deadline_id: None,
            pending: None,
            hedge_delay: Duration::ZERO,
            hedge_wait: Duration::ZERO,
            series: Series::new(),
            retry_cost: NO_RETRY,
            plan: Plan::default(),
            class: of.class,
            namespace: of.namespace,
            attempts: AttemptList { first: None, last: None },
            ledger: u32::MAX,
            idempotency: of.idempotency,
            priority: of.priority,
            last_class: None,
            max_retries: u8::MAX,
            sent: 0,
            made: 0,
            hedges: 0,
            open: 0,
            open_normal: 0,
            outstanding: 0,
            flags: Flags {
                slot: of.slot,
                token: of.token.is_some(),
                further: if of.no_retries { Further::NoRetries } else { Further::Any },
                ..Flags::default()
            },
        }
    }

    /// When the call started: its call timeout was armed then.
    pub(crate) const fn started(&self) -> Instant {
        self.timeout.armed()
    }

    pub(crate) fn token(&self) -> Option<Token> {
        let PackedToken { t, high, low } = self.token;
        self.flags.token.then(|| Token { t, nonce: (u128::from(high) << 64) | u128::from(low) })
    }

    pub(crate) fn target(&self) -> Option<Duration> {
        (!self.target.is_unlimited()).then_some(self.target)
    }

    pub(crate) const fn state(&self) -> CallState {
        match (self.flags.decided, self.outstanding) {
            (true, _) => CallState::Lingering,
            (false, 0) => CallState::Waiting,
            (false, 1) => CallState::One,
            (false, _) => CallState::Racing,
        }
    }

    /// Whether one more hedge may be thought of.
    pub(crate) const fn may_hedge(&self, most: u8) -> bool {
        !self.flags.hedging_closed && self.hedges < most
    }

    pub(crate) fn remaining(&self, now: Instant) -> Duration {
        self.deadline.since(now)
    }
}
