//! Counters of a client: how often each reason was given, each kind of attempt ended, each arrow of the state table taken.
//!
//! Every decision carries a reason whose number names one meaning, so one counter per reason answers most questions
//! (denied starts, sends per kind, hedges and retries denied, completions, cancels, ignored reports, signal verdicts).
//! What no reason tells stands beside it as a field. All counters saturate.

use crate::client::call::CallState;
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;

const REASONS: usize = 256;
const EVENTS: usize = 14;
/// Counters that no reason tells.
const NAMED: usize = 31;
const STATES: usize = 5;
const ARROWS: usize = STATES * EVENTS * STATES;

/// What moves a call through its states, as the columns of the machine's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CallEvent {
    /// An attempt answered.
    Response = 0,
    /// An attempt failed fatally.
    Fatal = 1,
    /// An attempt failed and a hedge went at once.
    FailureHedged = 2,
    /// An attempt failed otherwise.
    Failure = 3,
    /// The hedge timer.
    HedgeTimer = 4,
    /// The retry timer.
    RetryTimer = 5,
    /// An attempt timeout.
    AttemptTimeout = 6,
    /// Call timeout, deadline or drain deadline.
    CallEnd = 7,
    /// The caller gave up.
    CallerCancel = 8,
    /// An attempt ended as cancelled though nobody asked.
    CancelledUnasked = 9,
    /// A cancel was confirmed.
    CancelConfirmed = 10,
    /// An orphan timer.
    Orphan = 11,
    /// The call was started.
    Start = 12,
    /// The drain of the attempts of a decided call (late answers and failures).
    Late = 13,
}

impl CallEvent {
    /// Every event, by number.
    pub const ALL: [Self; 14] = [
        Self::Response,
        Self::Fatal,
        Self::FailureHedged,
        Self::Failure,
        Self::HedgeTimer,
        Self::RetryTimer,
        Self::AttemptTimeout,
        Self::CallEnd,
        Self::CallerCancel,
        Self::CancelledUnasked,
        Self::CancelConfirmed,
        Self::Orphan,
        Self::Start,
        Self::Late,
    ];
}

/// A snapshot of a client's counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    reasons: [u64; REASONS],
    arrows: [u64; ARROWS],
    ended: [u64; 8],
    /// Calls admitted.
    pub started: u64,
    /// Calls completed with an answer.
    pub completed_ok: u64,
    /// Calls completed as failed.
    pub completed_failed: u64,
    /// Calls completed because the caller gave up.
    pub completed_cancelled: u64,
    /// Hedges that answered first.
    pub hedges_won: u64,
    /// Hedges cancelled because another attempt answered first.
    pub hedges_lost: u64,
    /// Tokens of the budget spent on hedges and retries.
    pub budget_withdrawn: u64,
    /// Attempt reports whose id is unknown.
    pub stale_attempts: u64,
    /// Call ids that are unknown or decided, in a cancel.
    pub stale_calls: u64,
    /// Wake-ups later than due by more than the tolerance.
    pub late_ticks: u64,
    /// Time in which the client was observed not to run, over all call timers, in µs.
    pub lost_us: u64,
    /// Timeouts that were the server's fault.
    pub timeouts_server: u64,
    /// Timeouts that were the client's own pause.
    pub timeouts_client_pause: u64,
    /// Extensions of call and attempt timers whose last stage was observed late.
    pub timers_extended: u64,
    /// Call and attempt timers that the hard ceiling ended.
    pub timers_ceiling: u64,
    /// Pauses that left the client's pause debt at the warning level.
    pub stalls_warned: u64,
    /// Pauses that left it above the threshold, where hedging stops.
    pub stalls_tripped: u64,
    /// Endpoints ejected as outliers.
    pub ejections: u64,
    /// Ejections that `ejection.max_percent` forbade.
    pub ejections_denied: u64,
    /// Replica lists cut to 16.
    pub replicas_truncated: u64,
    /// Signals for names that this client does not know.
    pub signals_foreign: u64,
    /// Halvings of a namespace's hedge limit for want of news from its servers.
    pub hedges_halved: u64,
    /// Fields of signals clamped by the guard rails.
    pub signals_clamped: u64,
    /// Delays named by servers that were longer than an hour and clamped.
    pub pushback_clamped: u64,
    /// Removals of endpoints that were not there.
    pub topology_unknown: u64,
    /// Notes dropped because their ring was full.
    pub notes_lost: u64,
    /// Trace records not written because their buffer was full.
    pub trace_lost: u64,
    /// Times given by the host that were no usable number.
    pub clock_bad: u64,
    /// Times given by the host that lay behind an earlier one.
    pub clock_steps_back: u64,
    /// Samples of a server's clock that were refused: received before they were sent, or a round trip above 5 s.
    pub clock_samples_rejected: u64,
    /// Parts of a snapshot that were dropped: of another version or algorithm, of a name beyond the capacity, an endpoint
    /// that the first topology did not name.
    pub snapshot_dropped: u64,
}

/// The counters that stand beside those of reasons, arrows and ends, by name; none of them can be forgotten here.
macro_rules! named_counters {
    ($($name:ident,)*) => {
        /// Names of the counters that no reason tells.
        pub(crate) const NAMES: [&'static str; NAMED] = [$(stringify!($name)),*];

        /// Those counters, in the order of their names.
        pub(crate) const fn named(&self) -> [u64; NAMED] {
            let Self { reasons: _, arrows: _, ended: _, $($name),* } = self;
            [$(*$name),*]
        }

        /// The counter of this name.
        pub(crate) fn named_mut(&mut self, name: &str) -> Option<&mut u64> {
            $(if name == stringify!($name) {
                return Some(&mut self.$name);
            })*
            None
        }
    };
}

impl Stats {
    pub(crate) const fn new() -> Self {
        Self {
            reasons: [0; REASONS],
            arrows: [0; ARROWS],
            ended: [0; 8],
            started: 0,
            completed_ok: 0,
            completed_failed: 0,
            completed_cancelled: 0,
            hedges_won: 0,
            hedges_lost: 0,
            budget_withdrawn: 0,
            stale_attempts: 0,
            stale_calls: 0,
            late_ticks: 0,
            lost_us: 0,
            timeouts_server: 0,
            timeouts_client_pause: 0,
            timers_extended: 0,
            timers_ceiling: 0,
            stalls_warned: 0,
            stalls_tripped: 0,
            ejections: 0,
            ejections_denied: 0,
            replicas_truncated: 0,
            signals_foreign: 0,
            hedges_halved: 0,
            signals_clamped: 0,
            pushback_clamped: 0,
            topology_unknown: 0,
            notes_lost: 0,
            trace_lost: 0,
            clock_bad: 0,
            clock_steps_back: 0,
            clock_samples_rejected: 0,
            snapshot_dropped: 0,
        }
    }

    /// How often this reason was given.
    pub fn count(&self, reason: Reason) -> u64 {
        self.reasons.get(usize::from(reason.code())).copied().unwrap_or(0)
    }

    /// Attempts that ended with an answer (`None`) or with a failure of this class.
    pub fn ended(&self, class: Option<FailureClass>) -> u64 {
        self.ended.get(class.map_or(0, |class| usize::from(class.code()))).copied().unwrap_or(0)
    }

    /// Hedges sent.
    pub fn hedges(&self) -> u64 {
        self.count(Reason::HedgeDue).saturating_add(self.count(Reason::HedgeAfterFailure))
    }

    /// How often a call went from one state to another by this event.
    pub fn arrow(&self, from: CallState, event: CallEvent, to: CallState) -> u64 {
        self.arrows.get(arrow_index(from, event, to)).copied().unwrap_or(0)
    }

    /// The arrows that were taken, as numbers: from, event, to, count.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = [u64; 4]> {
        let taken = (0..).zip(&self.arrows).filter(|(_, count)| **count > 0);
        let (events, states) = (EVENTS as u64, STATES as u64);
        taken.map(move |(at, count): (u64, _)| {
            [at / (events * states), at / states % events, at % states, *count]
        })
    }

    named_counters! {
        started,
        completed_ok,
        completed_failed,
        completed_cancelled,
        hedges_won,
        hedges_lost,
        budget_withdrawn,
        stale_attempts,
        stale_calls,
        late_ticks,
        lost_us,
        timeouts_server,
        timeouts_client_pause,
        timers_extended,
        timers_ceiling,
        stalls_warned,
        stalls_tripped,
        ejections,
        ejections_denied,
        replicas_truncated,
        signals_foreign,
        hedges_halved,
        signals_clamped,
        pushback_clamped,
        topology_unknown,
        notes_lost,
        trace_lost,
        clock_bad,
        clock_steps_back,
        clock_samples_rejected,
        snapshot_dropped,
    }

    pub(crate) fn add_reason(&mut self, reason: Reason) {
        if let Some(count) = self.reasons.get_mut(usize::from(reason.code())) {
            *count = count.saturating_add(1);
        }
    }

    /// Sets what a snapshot counted; false for a code beyond the counters.
    pub(crate) fn set_reason(&mut self, reason: Reason, count: u64) -> bool {
        self.reasons.get_mut(usize::from(reason.code())).map(|held| *held = count).is_some()
    }

    pub(crate) fn set_ended(&mut self, class: Option<FailureClass>, count: u64) {
        let code = class.map_or(0, |class| usize::from(class.code()));
        if let Some(held) = self.ended.get_mut(code) {
            *held = count;
        }
    }

    pub(crate) fn set_arrow(&mut self, from: CallState, event: CallEvent, to: CallState, count: u64) {
        if let Some(held) = self.arrows.get_mut(arrow_index(from, event, to)) {
            *held = count;
        }
    }

    pub(crate) fn add_ended(&mut self, class: Option<FailureClass>) {
        let code = class.map_or(0, |class| usize::from(class.code()));
        if let Some(count) = self.ended.get_mut(code) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn add_arrow(&mut self, from: CallState, event: CallEvent, to: CallState) {
        if let Some(count) = self.arrows.get_mut(arrow_index(from, event, to)) {
            bump(count);
        }
    }
}

const fn arrow_index(from: CallState, event: CallEvent, to: CallState) -> usize {
    (from as usize * EVENTS + event as usize) * STATES + to as usize
}

/// Adds one, saturating: counters never wrap.
pub(crate) fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}
