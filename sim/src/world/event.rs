//! What the heap of a world holds.

use hedgerow::AttemptId;

/// One thing that happens in a world.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A fault begins or ends; the number is that of its schedule.
    Fault { fault: u32, target: u32, on: bool },
    /// A server finishes an attempt, unless the attempt's epoch has moved on.
    ServiceEnd { flight: u32, epoch: u32 },
    /// A request reaches its server.
    Deliver { flight: u32 },
    /// The word that an attempt is no longer wanted reaches its server.
    Withdraw { flight: u32, epoch: u32 },
    /// A reply reaches its client.
    Reply { flight: u32 },
    /// A second copy of a reply reaches its client.
    Repeat { client: u32, attempt: AttemptId },
    /// The answer to a handshake reaches its client.
    Told { client: u32, said: u32 },
    /// A client hears that an attempt was cancelled.
    Cancelled { flight: u32 },
    /// The client's own timer.
    Wake { client: u32 },
    /// The host's time limit of one attempt, by the client's number of its sends.
    GiveUp { flight: u32, epoch: u32 },
    /// The next logical call of the arrival process.
    Arrive,
    /// A call that one client makes: closed loops and naive repetition upstream.
    Again { client: u32, tries: u8 },
    /// The gauges are read.
    Probe,
}
