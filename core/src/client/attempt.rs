//! One attempt: a transmission of a call, from its send until its call is forgotten.

use crate::client::action::AttemptKind;
use crate::id::Id;
use crate::time::Instant;
use crate::timer::wheel::TimerId;

/// One transmission.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) call: Id,
    pub(crate) endpoint: Id,
    pub(crate) sent: Instant,
    /// The attempt timeout, then the orphan timer: never both.
    pub(crate) timer: Option<TimerId>,
    /// The next attempt of the call.
    pub(crate) next: Option<Id>,
    /// Slot of the attempt timeout's stages, `u32::MAX` for none.
    pub(crate) stages: u32,
    pub(crate) load: Load,
    pub(crate) kind: AttemptKind,
    pub(crate) flags: AttemptFlags,
}

/// What an adaptive limit needs of the instant of the send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Calls of the namespace in flight.
    pub(crate) in_flight: u32,
    /// Long pauses of the client so far: a sample must not span one.
    pub(crate) pauses: u32,
}

/// Facts of an attempt that are true or false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AttemptFlags {
    /// Its end is known.
    pub(crate) ended: bool,
    /// The host was asked to cancel it.
    pub(crate) asked: bool,
    /// The estimators have seen it, or must not.
    pub(crate) recorded: bool,
    /// It probes whether its endpoint's breaker may close.
    pub(crate) probe: bool,
    /// It was booked as its endpoint's failure already.
    pub(crate) blamed: bool,
}

impl Attempt {
    pub(crate) const fn is_outstanding(&self) -> bool {
        !self.flags.ended && !self.flags.asked
    }

    pub(crate) fn is_hedge(&self) -> bool {
        self.kind == AttemptKind::Hedge
    }
}
