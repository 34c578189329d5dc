//! Retries alone: the retry gate with a budget and a stream of its own, for hosts that bring their own calls.
//!
//! The client machine asks [`gate`] itself; this is for an SDK that wants only retries. State: settings, one budget, one
//! stream, the average it is told. A call's part of the state is a [`RetryCall`], which the host keeps. Inputs are the
//! start, the failures and the success of a call; the answer to a failure is a delay or a reason. It keeps no timers and
//! never sends.

use super::{
    budget::Budget,
    gate::{Granted, Question, Refused, Terms, gate},
    outcome::FailureClass,
    preset::Preset,
    pushback::Pushback,
    series::Series,
};
use crate::{
    config::RetrySettings,
    rng::{Seed, Stream, StreamKind},
    time::{Duration, Instant},
};

/// One call of a [`RetryPolicy`]; made by [`RetryPolicy::start`].
#[derive(Clone, Copy, Debug)]
pub struct RetryCall {
    terms: Terms,
    made: u32,
    series: Series,
    never: bool,
    max_retries: Option<u8>,
    last_cost: Option<u32>,
}

impl RetryCall {
    /// Attempts so far, the first included.
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// Whether an attempt sent now could still be answered in time; to be asked when the retry is due.
    pub fn in_time(&self, average: Duration, now: Instant) -> bool {
        self.terms.in_time(Duration::ZERO, average, now)
    }
}

/// Retries alone: settings, one budget and one stream, for hosts that bring their own calls.
///
/// ```
/// use hedgerow::{Duration, Instant, Seed, reason::Reason};
/// use hedgerow::retry::{outcome::FailureClass, gate::Terms, policy::RetryPolicy};
/// use hedgerow::retry::{preset::Preset, pushback::Pushback};
/// let now = Instant::ZERO;
/// let mut policy = RetryPolicy::from_preset(Preset::Aws21, &Seed::new([7; 32]), now);
/// let max = Duration::from_secs(60);
/// let mut call = policy.start(Terms { idempotent: true, target: None, max, deadline: None }, now);
/// let retry = policy.handle_failure(&mut call, FailureClass::Transient, Pushback::NONE, now).unwrap();
/// assert!(retry.delay <= Duration::from_millis(50));
/// assert_eq!(policy.handle_failure(&mut call, FailureClass::Fatal, Pushback::NONE, now).unwrap_err().reason, Reason::Fatal);
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    settings: RetrySettings,
    budget: Budget,
    rng: Stream,
    average: Duration,
}

impl RetryPolicy {
    /// Makes a policy; draws come from the backoff stream of this seed.
    pub fn new(settings: RetrySettings, budget: Budget, seed: &Seed) -> Self {
        Self::with_stream(settings, budget, Stream::derive(seed, StreamKind::Backoff, 0))
    }

    /// Makes a policy of a published design.
    pub fn from_preset(preset: Preset, seed: &Seed, now: Instant) -> Self {
        Self::new(preset.retry(), Budget::new(preset.budget(), now), seed)
    }

    /// Makes a policy that draws from this stream, for tests with scripted draws and for several policies on one seed.
    pub const fn with_stream(settings: RetrySettings, budget: Budget, rng: Stream) -> Self {
        Self { settings, budget, rng, average: Duration::ZERO }
    }

    /// Tells how long an answer takes on average; zero, as at the start, asks only that the retry be sent in time.
    pub fn set_average(&mut self, average: Duration) {
        self.average = average;
    }

    /// A call begins and its first attempt is sent; this asks nobody.
    pub fn start(&mut self, terms: Terms, now: Instant) -> RetryCall {
        self.budget.deposit(now);
        RetryCall { terms, made: 1, series: Series::new(), never: false, max_retries: None, last_cost: None }
    }

    /// An attempt of the call failed: when to send the next one, or why there is none.
    ///
    /// A granted retry counts as made.
    pub fn handle_failure(
        &mut self,
        call: &mut RetryCall,
        class: FailureClass,
        pushback: Pushback,
        now: Instant,
    ) -> Result<Granted, Refused> {
        let pushback = pushback.normalized().pushback;
        self.budget.on_failure(class, pushback.never, now);
        self.ask(call, class, pushback, now)
    }

    /// An attempt timed out because this client was paused: as a timeout, but no failure of the server.
    pub fn handle_paused(&mut self, call: &mut RetryCall, now: Instant) -> Result<Granted, Refused> {
        self.ask(call, FailureClass::Timeout, Pushback::NONE, now)
    }

    /// The call was answered.
    pub fn handle_success(&mut self, call: &RetryCall, now: Instant) {
        self.budget.on_success(call.last_cost, now);
    }

    /// What the budget holds, in micro-tokens.
    pub fn level(&mut self, now: Instant) -> u64 {
        self.budget.level(now)
    }

    /// Gives the budget back, to share it or to keep it beyond this policy.
    pub fn into_budget(self) -> Budget {
        self.budget
    }

    /// The settings in force.
    pub const fn settings(&self) -> &RetrySettings {
        &self.settings
    }

    fn ask(
        &mut self,
        call: &mut RetryCall,
        class: FailureClass,
        said: Pushback,
        now: Instant,
    ) -> Result<Granted, Refused> {
        call.never |= said.never;
        call.max_retries = match (call.max_retries, said.max_retries) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
        let question = Question {
            terms: call.terms,
            class,
            pushback: Pushback {
                retry_after: said.retry_after,
                never: call.never,
                max_retries: call.max_retries,
            },
            made: call.made,
            average: self.average,
        };
        let granted =
            gate(&self.settings, &question, &mut call.series, &mut self.budget, &mut self.rng, now)?;
        call.made = call.made.saturating_add(1);
        call.last_cost = Some(granted.cost);
        Ok(granted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reason::Reason, retry::budget::TOKEN};

    const NOW: Instant = Instant::ZERO;
    const OPEN: Terms = Terms { idempotent: true, target: None, max: Duration::MAX, deadline: None };
    const CLASS: FailureClass = FailureClass::Transient;

    fn policy(preset: Preset, max_attempts: u8) -> RetryPolicy {
        let settings = RetrySettings { max_attempts, ..preset.retry() };
        RetryPolicy::with_stream(
            settings,
            Budget::new(preset.budget(), NOW),
            Stream::from_fractions(alloc::vec![]),
        )
    }

    #[test]
    fn the_server_word_holds_for_the_rest_of_the_call() {
        let mut policy = policy(Preset::Netflix, 10);
        let mut call = policy.start(OPEN, NOW);
        let two = Pushback { max_retries: Some(2), ..Pushback::NONE };
        let five = Pushback { max_retries: Some(5), ..Pushback::NONE };
        assert!(policy.handle_failure(&mut call, CLASS, two, NOW).is_ok());
        assert!(policy.handle_failure(&mut call, CLASS, five, NOW).is_ok());
        let last = policy.handle_failure(&mut call, CLASS, Pushback::NONE, NOW);
        assert_eq!(last.map_err(|refused| refused.reason), Err(Reason::PushbackStop));
        assert_eq!(call.made(), 3);
    }

    #[test]
    fn a_pause_of_the_client_costs_the_grpc_throttle_nothing() {
        let mut policy = policy(Preset::GrpcA6, 5);
        let mut call = policy.start(OPEN, NOW);
        assert!(policy.handle_paused(&mut call, NOW).is_ok());
        assert_eq!(policy.level(NOW), 10 * TOKEN);
        assert!(policy.handle_failure(&mut call, FailureClass::Timeout, Pushback::NONE, NOW).is_ok());
        assert_eq!(policy.level(NOW), 9 * TOKEN);
    }

    #[test]
    fn a_success_gives_back_the_cost_of_the_last_retry_alone() {
        let mut policy = policy(Preset::Aws21, 3);
        let mut call = policy.start(OPEN, NOW);
        assert!(policy.handle_failure(&mut call, CLASS, Pushback::NONE, NOW).is_ok());
        assert!(policy.handle_failure(&mut call, FailureClass::Overloaded, Pushback::NONE, NOW).is_ok());
        policy.handle_success(&call, NOW);
        assert_eq!(policy.level(NOW), 486 * TOKEN);
    }

    #[test]
    fn amplification_is_a_tenth_when_every_attempt_fails() {
        let mut policy = policy(Preset::Netflix, 3);
        let (mut attempts, calls) = (0, 10_000);
        for _ in 0..calls {
            let mut call = policy.start(OPEN, NOW);
            while policy.handle_failure(&mut call, CLASS, Pushback::NONE, NOW).is_ok() {}
            attempts += call.made();
        }
        // Ten tokens from the start, and one for every ten first attempts but the first, whose deposit met a full stock.
        assert_eq!(attempts, calls + 10 + (calls - 1) / 10);
    }
}
