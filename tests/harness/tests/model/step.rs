//! The words of the model: how much may happen, what can happen next, and what can be wrong around the machines.

use hedgerow::CallId;

/// How much may happen in one search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Calls of each client.
    pub(crate) calls: [u32; 2],
    /// Calls at once of a client.
    pub(crate) at_once: u32,
    /// Messages that are lost, fail or come twice.
    pub(crate) faults: u32,
    /// Calls that a caller gives up.
    pub(crate) cancels: u32,
    /// Whether time also stops for clients that are not in the world, and for how many steps of the grid these make it
    /// go on while those in the world have no timer.
    pub(crate) foreign: Option<u64>,
    pub(crate) unseen: Unseen,
}

/// When that happens which no client can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// Between any two other things.
    AnyTime,
    /// At once: a request is applied when it is decided what becomes of its answer, and what is under way for an
    /// attempt that its client has forgotten arrives.
    AtOnce,
}

/// One thing that is wrong with the world around the machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Servers apply what they have applied before.
    NoDedupe,
    /// Each server remembers its own tokens, and not those of the other.
    WindowOfEachServer,
    /// Hosts send another token with each attempt.
    TokenOfEachAttempt,
    /// Hosts confirm the end of an attempt when they are asked to stop it, while its request is still under way.
    EndsToldEarly,
    /// Hosts never wake their client up.
    NoTimer,
    /// Clients share one timer, which is set for the one that was told something last.
    SharedTimer,
}

/// What can happen next; the first number is the client, the second the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Start(usize),
    /// A request is applied, or an answer reaches its host.
    Arrive(usize, usize),
    /// It is gone, and nobody is told.
    Lose(usize, usize),
    /// Its connection breaks, and the host is told.
    Break(usize, usize),
    /// The server refuses it before any work.
    Refuse(usize, usize),
    /// The network delivers it once more.
    Repeat(usize, usize),
    /// A request that the client wants to have stopped does not arrive, and the host confirms it.
    Stop(usize, usize),
    GiveUp(usize, CallId),
    /// Time goes on to the next timer of all, which is of this client and fires.
    Wake(usize),
    /// Time goes on to the next instant of the grid, where a timer of a client that is not in the world may fire.
    Foreign,
}

impl Step {
    /// The client that this happens to.
    pub(crate) const fn side(self) -> Option<usize> {
        match self {
            Self::Start(at)
            | Self::Arrive(at, _)
            | Self::Lose(at, _)
            | Self::Break(at, _)
            | Self::Refuse(at, _)
            | Self::Repeat(at, _)
            | Self::Stop(at, _)
            | Self::GiveUp(at, _)
            | Self::Wake(at) => Some(at),
            Self::Foreign => None,
        }
    }
}
