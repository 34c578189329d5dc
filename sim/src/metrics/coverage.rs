//! Which branches of the core a run has taken: a policy that a generator never reaches is not tested by it.
//!
//! Most counters are the core's own; what it does not count (a factor of a score, a full budget) is seen by the checks
//! of a checked world.

use hedgerow::client::explain::Explanation;
use hedgerow::{Reason, Stats};

/// One branch that matters: its name, and how often a client took it.
type Branch = (&'static str, fn(&Stats) -> u64);

macro_rules! branches {
    ($($name:literal => $reason:ident,)*) => {
        [$(($name, |stats: &Stats| stats.count(Reason::$reason)),)*]
    };
}

const BY_REASON: [Branch; 23] = branches! {
    "attempt_timeout_kept" => AttemptTimeoutKept,
    "call_limit" => CallLimit,
    "call_timeout" => CallTimeout,
    "empty_candidate_set" => NoEndpoint,
    "hedge_after_failure" => HedgeAfterFailure,
    "hedge_client_stalled" => HedgeClientStalled,
    "hedge_denied_by_average" => HedgeSloMissed,
    "hedge_denied_by_budget" => HedgeBudget,
    "hedge_denied_by_limit" => HedgeLimit,
    "hedge_no_endpoint" => HedgeNoEndpoint,
    "hedge_no_time" => HedgeNoTime,
    "hedge_rearmed" => HedgeRearmed,
    "hedge_too_few_samples" => HedgeTooFewSamples,
    "late_reply" => Late,
    "orphan_expired" => OrphanExpired,
    "reply_twice" => Duplicate,
    "retry_refused_attempts" => AttemptsExhausted,
    "retry_refused_budget" => RetryBudget,
    "retry_refused_not_idempotent" => NotIdempotent,
    "retry_refused_off" => RetryOff,
    "retry_refused_time" => RetryNoTime,
    "retry_sent" => RetryDue,
    "token_behind_clock" => ClockBehind,
};

const BY_FIELD: [Branch; 9] = [
    ("clock_step_seen", |stats| stats.clock_steps_back),
    ("client_paused_timeout", |stats| stats.timeouts_client_pause),
    ("client_stall_warned", |stats| stats.stalls_warned),
    ("ejection", |stats| stats.ejections),
    ("hedge_lost", |stats| stats.hedges_lost),
    ("hedge_sent", Stats::hedges),
    ("hedge_won", |stats| stats.hedges_won),
    ("late_tick", |stats| stats.late_ticks),
    ("server_timeout", |stats| stats.timeouts_server),
];

/// What the checks of a world see beside the core's counters.
const BY_SIGHT: [(&str, Reason); 3] = [
    ("ejected_factor", Reason::Ejected),
    ("starting_factor", Reason::Starting),
    ("unhealthy_factor", Reason::Unhealthy),
];

/// The names of all branches that a set of runs must have taken, in the order of [`Coverage::counts`].
pub const SOMETIMES: [&str; 35] = names();

const fn names() -> [&'static str; 35] {
    let mut names = [""; 35];
    let mut at = 0;
    while at < 35 {
        names[at] = if at < 23 {
            BY_REASON[at].0
        } else if at < 32 {
            BY_FIELD[at - 23].0
        } else {
            BY_SIGHT[at - 32].0
        };
        at += 1;
    }
    names
}

/// How often each branch was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    counts: [u64; 35],
}

impl Default for Coverage {
    fn default() -> Self {
        Self { counts: [0; 35] }
    }
}

impl Coverage {
    /// Name and count of each branch.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SOMETIMES.into_iter().zip(self.counts)
    }

    /// The branches that were never taken.
    pub fn never(&self) -> impl Iterator<Item = &'static str> {
        self.counts().filter(|(_, count)| *count == 0).map(|(name, _)| name)
    }

    /// Adds the counters of one client.
    pub(crate) fn add(&mut self, stats: &Stats) {
        let branches = BY_REASON.iter().chain(&BY_FIELD);
        for (count, (_, of)) in self.counts.iter_mut().zip(branches) {
            *count = count.saturating_add(of(stats));
        }
    }

    /// Counts the factors of the scores of a call's plan.
    pub(crate) fn see_plan(&mut self, story: Option<&Explanation>) {
        for reason in story.into_iter().flat_map(|story| &story.plan).flat_map(|line| &line.factors) {
            if let Some(at) = BY_SIGHT.iter().position(|(_, factor)| factor == reason) {
                self.counts[BY_REASON.len() + BY_FIELD.len() + at] += 1;
            }
        }
    }

    /// Adds the counts of another run.
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine = mine.saturating_add(theirs);
        }
    }
}
