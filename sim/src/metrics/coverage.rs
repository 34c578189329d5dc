//! Which branches of the core a run has taken: a policy that a generator never reaches is not tested by it.
//!
//! Most counters are the core's own, which cost one addition each; what it does not count (a factor of a score, a full
//! budget, a token ahead of the clock) is seen by the checks of a checked world.

use hedgerow::client::explain::Explanation;
use hedgerow::{Reason, Stats};

/// One branch that matters: its name, and how often a client took it.
type Branch = (&'static str, fn(&Stats) -> u64);

macro_rules! branches {
    ($($name:literal => $reason:ident,)*) => {
        &[$(($name, |stats: &Stats| stats.count(Reason::$reason)),)*]
    };
}

const BY_REASON: &[Branch] = branches! {
    "attempt_timeout_kept" => AttemptTimeoutKept,
    "breaker_closed" => BreakerClosed,
    "breaker_probe" => BreakerProbe,
    "call_limit" => CallLimit,
    "call_timeout" => CallTimeout,
    "empty_candidate_set" => NoEndpoint,
    "handshake_stale" => HandshakeStale,
    "hedge_after_failure" => HedgeAfterFailure,
    "hedge_client_stalled" => HedgeClientStalled,
    "hedge_denied_by_average" => HedgeSloMissed,
    "hedge_denied_by_budget" => HedgeBudget,
    "hedge_denied_by_limit" => HedgeLimit,
    "hedge_denied_by_priority" => HedgePriority,
    "hedge_denied_by_pushback" => HedgePushback,
    "hedge_no_endpoint" => HedgeNoEndpoint,
    "hedge_no_time" => HedgeNoTime,
    "hedge_postponed_by_pushback" => HedgePostponed,
    "hedge_rearmed" => HedgeRearmed,
    "hedge_too_few_samples" => HedgeTooFewSamples,
    "hedge_waiting" => HedgeWaiting,
    "late_reply" => Late,
    "orphan_expired" => OrphanExpired,
    "pushback_never" => PushbackStop,
    "reply_twice" => Duplicate,
    "retry_refused_attempts" => AttemptsExhausted,
    "retry_refused_budget" => RetryBudget,
    "retry_refused_no_endpoint" => RetryNoEndpoint,
    "retry_refused_not_idempotent" => NotIdempotent,
    "retry_refused_off" => RetryOff,
    "retry_refused_time" => RetryNoTime,
    "retry_sent" => RetryDue,
    "signal_applied" => SignalApplied,
    "signal_clamped" => SignalClamped,
    "signal_invalid" => SignalInvalid,
    "signal_refreshed" => SignalRefreshed,
    "signal_version_reset" => SignalVersionReset,
    "stale_signal" => SignalOldVersion,
    "token_behind_clock" => ClockBehind,
};

const BY_FIELD: &[Branch] = &[
    ("budget_withdrawn", |stats| stats.budget_withdrawn),
    ("ceiling_hit", |stats| stats.timers_ceiling),
    ("client_paused_timeout", |stats| stats.timeouts_client_pause),
    ("client_stall_warned", |stats| stats.stalls_warned),
    ("clock_step_seen", |stats| stats.clock_steps_back),
    ("ejection", |stats| stats.ejections),
    ("grace_used", |stats| stats.timers_extended),
    ("halved_limit", |stats| stats.hedges_halved),
    ("hedge_lost", |stats| stats.hedges_lost),
    ("hedge_sent", Stats::hedges),
    ("hedge_won", |stats| stats.hedges_won),
    ("late_tick", |stats| stats.late_ticks),
    ("max_ejection_reached", |stats| stats.ejections_denied),
    ("pushback_clamped", |stats| stats.pushback_clamped),
    ("server_timeout", |stats| stats.timeouts_server),
    ("signal_foreign", |stats| stats.signals_foreign),
];

/// What the checks of a world see beside the core's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    BudgetEmpty,
    BudgetFull,
    EjectedFactor,
    PushbackObeyed,
    StartingFactor,
    TokenNext,
    UnhealthyFactor,
}

/// The names of what is seen, in the order of [`Sight`].
const BY_SIGHT: &[&str] = &[
    "budget_empty",
    "budget_full",
    "ejected_factor",
    "pushback_obeyed",
    "starting_factor",
    "token_next_after_last",
    "unhealthy_factor",
];

/// The factors of a score that are looked for.
const FACTORS: [(Reason, Sight); 3] = [
    (Reason::Ejected, Sight::EjectedFactor),
    (Reason::Starting, Sight::StartingFactor),
    (Reason::Unhealthy, Sight::UnhealthyFactor),
];

/// How often the checks of a world saw each of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sights([u64; BY_SIGHT.len()]);

impl Sights {
    /// Counts a sight, if it is one.
    pub(crate) fn see(&mut self, what: Sight, is_seen: bool) {
        self.0[what as usize] += u64::from(is_seen);
    }
}

const COUNTED: usize = BY_REASON.len() + BY_FIELD.len();
const ALL: usize = COUNTED + BY_SIGHT.len();

/// The names of all branches that a set of runs must have taken, in the order of [`Coverage::counts`].
pub const SOMETIMES: [&str; ALL] = names();

const fn names() -> [&'static str; ALL] {
    let mut names = [""; ALL];
    let mut at = 0;
    while at < ALL {
        names[at] = if at < BY_REASON.len() {
            BY_REASON[at].0
        } else if at < COUNTED {
            BY_FIELD[at - BY_REASON.len()].0
        } else {
            BY_SIGHT[at - COUNTED]
        };
        at += 1;
    }
    names
}

/// How often each branch was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    counts: [u64; ALL],
}

impl Default for Coverage {
    fn default() -> Self {
        Self { counts: [0; ALL] }
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
        let branches = BY_REASON.iter().chain(BY_FIELD);
        for (count, (_, of)) in self.counts.iter_mut().zip(branches) {
            *count = count.saturating_add(of(stats));
        }
    }

    /// Adds what the checks of a world saw.
    pub(crate) fn add_sights(&mut self, sights: &Sights) {
        for (count, seen) in self.counts[COUNTED..].iter_mut().zip(sights.0) {
            *count = count.saturating_add(seen);
        }
    }

    /// Counts the factors of the scores of a call's plan.
    pub(crate) fn see_plan(&mut self, story: Option<&Explanation>) {
        for reason in story.into_iter().flat_map(|story| &story.plan).flat_map(|line| &line.factors) {
            if let Some((_, sight)) = FACTORS.iter().find(|(factor, _)| factor == reason) {
                self.counts[COUNTED + *sight as usize] += 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sight_has_its_name_and_names_are_distinct() {
        assert_eq!(BY_SIGHT[Sight::UnhealthyFactor as usize], "unhealthy_factor");
        assert_eq!(BY_SIGHT[Sight::PushbackObeyed as usize], "pushback_obeyed");
        let mut names = SOMETIMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL);
    }
}
