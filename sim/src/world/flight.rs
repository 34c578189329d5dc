//! What a world remembers of its logical calls and of their attempts under way.

use hedgerow::client::action::AttemptKind;
use hedgerow::retry::outcome::FailureClass;
use hedgerow::{AttemptId, CallId};

/// A logical call; its place is free when it is resolved and none of its attempts is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// Number of its arrival, from 0: the same in every arm.
    pub(crate) number: u64,
    pub(crate) arrived: u64,
    pub(crate) core: Option<CallId>,
    pub(crate) client: u32,
    /// First server of its key's replicas, if the world places keys.
    pub(crate) replica: Option<u32>,
    pub(crate) op: u16,
    /// Attempts sent.
    pub(crate) sent: u8,
    /// Attempts that a server took into service.
    pub(crate) served: u8,
    /// Attempts under way.
    pub(crate) flights: u16,
    /// How often the caller above has repeated it.
    pub(crate) tries: u8,
    pub(crate) resolved: bool,
    pub(crate) hedged: bool,
    pub(crate) measured: bool,
}

/// Where an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    ToServer,
    Waiting,
    Serving,
    ToClient,
    /// Nothing will come of it; the host's own limit is still to end it.
    Lost,
}

/// How the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Ok,
    Transient,
    Overloaded,
    /// The whole service refuses.
    Refused,
    /// Nobody is there to take the request.
    NotSent,
}

impl Answer {
    /// The class of a failure; `None` for an answer.
    pub(crate) const fn failure(self) -> Option<FailureClass> {
        match self {
            Self::Ok => None,
            Self::Transient => Some(FailureClass::Transient),
            Self::Overloaded => Some(FailureClass::Overloaded),
            Self::Refused => Some(FailureClass::Refused),
            Self::NotSent => Some(FailureClass::NotSent),
        }
    }
}

/// The place of what a reply carries that carries nothing.
pub(crate) const NOTHING: u32 = u32::MAX;

/// One attempt under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    pub(crate) attempt: AttemptId,
    pub(crate) sent: u64,
    /// When it reached its server.
    pub(crate) came: u64,
    /// When its service ends, or what is left of it while the server is paused.
    pub(crate) ends: u64,
    pub(crate) call: u32,
    pub(crate) client: u32,
    pub(crate) server: u32,
    /// Its place among those in service.
    pub(crate) place: u32,
    /// Changes whenever an event that lies in the heap for it no longer holds.
    pub(crate) epoch: u32,
    /// Never changes: tells it from others that had the same number.
    pub(crate) birth: u32,
    /// The place of what its reply carries, or [`NOTHING`].
    pub(crate) said: u32,
    /// From 0, in order of sending within the call.
    pub(crate) ordinal: u8,
    pub(crate) kind: AttemptKind,
    pub(crate) stage: Stage,
    pub(crate) answer: Answer,
    /// The client's word to drop it has reached the server before the request.
    pub(crate) withdrawn: bool,
    /// The host has told the core that it is over.
    pub(crate) reported: bool,
}
