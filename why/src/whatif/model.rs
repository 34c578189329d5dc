//! What is assumed of attempts whose outcome the trace does not tell.

use hedgerow::retry::outcome::FailureClass;
use hedgerow::{Duration, Reason};

/// Who answers for attempts whose outcome the trace does not tell.
#[derive(Default)]
#[non_exhaustive]
pub enum Model<'a> {
    /// Nobody: the outcome is unknown, and the call is reported undecided.
    #[default]
    Unknown,
    /// The same for each of them.
    Always(Assumed),
    /// Asked for each of them, in the order in which their outcomes are needed.
    Ask(&'a mut dyn FnMut(&Unmatched) -> Assumed),
}

/// What is assumed of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assumed {
    /// Nothing.
    Unknown,
    /// It answers.
    Answer {
        /// Time from its sending; no earlier than the attempt is known to have been open.
        after: Duration,
    },
    /// It fails.
    Failure {
        /// How.
        class: FailureClass,
        /// Time from its sending; no earlier than the attempt is known to have been open.
        after: Duration,
    },
}

/// An attempt whose outcome the trace does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// The call, counted from 1 among all starts of the trace.
    pub call: usize,
    /// The host's own number of the call.
    pub cookie: u64,
    /// The name of the endpoint.
    pub endpoint: String,
    /// Why it was sent (codes 30 to 33).
    pub reason: Reason,
    /// How long it is known to have been open: the same attempt was cancelled then in the trace, or the trace ends then.
    pub open_for: Duration,
}

impl Model<'_> {
    pub(super) fn ask(&mut self, attempt: &Unmatched) -> Assumed {
        match self {
            Self::Unknown => Assumed::Unknown,
            Self::Always(assumed) => *assumed,
            Self::Ask(answer) => answer(attempt),
        }
    }
}

impl core::fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown => f.write_str("Unknown"),
            Self::Always(assumed) => f.debug_tuple("Always").field(assumed).finish(),
            Self::Ask(_) => f.write_str("Ask"),
        }
    }
}
