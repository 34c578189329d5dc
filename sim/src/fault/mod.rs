//! What goes wrong in a world: kinds of faults, whom they meet, and when.
//!
//! A fault is on in intervals, listed or drawn: a gap, a length, a gap, and so on, for each target from a stream of its
//! own, so that no arm moves another's faults. Faults on one target compose: pauses, stalls and downs are counted,
//! speed factors multiply. A fault changes the state of the world; it never calls into a client.

mod check;
mod schedule;
mod usual;

pub(crate) use schedule::Edge;
pub use usual::Usual;

use crate::sample::Model;

/// Whom a fault meets; each target of `Each…` has its own times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The network, or all arrivals.
    World,
    /// One server.
    Server(u32),
    /// All servers of a zone, together.
    Zone(u32),
    /// All servers, each for itself.
    EachServer,
    /// One client.
    Client(u32),
    /// All clients, each for itself.
    EachClient,
}

/// When a fault is on.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// In these intervals [from, to) of µs, ascending and apart.
    Listed(Vec<(u64, u64)>),
    /// Again and again: after a gap, for a length.
    Random {
        /// Time between the end of one and the start of the next.
        gap: Model,
        /// How long it lasts.
        length: Model,
    },
}

impl When {
    /// The intervals that are listed; none when they are drawn.
    pub fn listed(&self) -> &[(u64, u64)] {
        match self {
            Self::Listed(list) => list,
            Self::Random { .. } => &[],
        }
    }
}

/// What a fault does while it is on.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Slots freeze, and what was left of their work is done later; arrivals queue.
    ServerPause,
    /// Deliveries and wake-ups of a client pile up.
    ClientPause {
        /// Whether its host hands over the timers before the results that waited.
        naive_host: bool,
    },
    /// Packets are lost and sent again by the transport.
    PacketLoss {
        /// Loss of one packet, in millionths, at most one half.
        ppm: u32,
        /// First retransmission time, doubled each round, in µs.
        rto_us: u64,
    },
    /// The wall clock of a client is wrong by so many µs.
    ClockStep {
        /// The step, in µs.
        step_us: i64,
        /// Whether the monotonic clock goes back once, too.
        mono_back: bool,
    },
    /// Service takes longer by a factor, in millionths.
    Slow {
        /// The factor: 1 000 000 to 1 000 000 000.
        factor_ppm: u64,
    },
    /// A server answers with an error at once, without queueing.
    FastFailure {
        /// Share of the requests, in millionths.
        share_ppm: u32,
        /// Time to the error, in µs.
        after_us: u64,
    },
    /// A server refuses from a fraction of its limit on: its queue's cap, or its slots when it has none.
    RejectStorm {
        /// What is left of the limit, in millionths.
        limit_ppm: u32,
    },
    /// The traffic grows, and a cohort of the callers above the clients repeats what failed, at once, three times.
    RetryStorm {
        /// Traffic at its height, in millionths of the usual.
        factor_ppm: u64,
        /// Time from the usual to the height, in µs.
        ramp_us: u64,
        /// Share of the callers who repeat, in millionths.
        cohort_ppm: u32,
    },
    /// A server takes nothing new into service; what is in service ends.
    Stall,
    /// Servers are taken out of the topology one after the other, one of each zone at a time, and come back new.
    ///
    /// The interval says when the first one goes; its end is not looked at.
    Deploy {
        /// How long each is away, in µs.
        each_us: u64,
    },
    /// Messages between these clients and these servers are lost both ways.
    Partition {
        /// Clients, by number.
        clients: Vec<u32>,
        /// Servers, by number.
        servers: Vec<u32>,
    },
    /// A server loses what it holds and answers nothing.
    Crash,
    /// Replies come twice.
    Duplicate {
        /// Share of the replies, in millionths.
        ppm: u32,
    },
    /// Replies are overtaken by those of the next ten milliseconds.
    Reorder {
        /// Share of the replies, in millionths.
        ppm: u32,
    },
}

impl Kind {
    /// Its name in documents and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ServerPause => "server_pause",
            Self::ClientPause { .. } => "client_pause",
            Self::PacketLoss { .. } => "packet_loss",
            Self::ClockStep { .. } => "clock_step",
            Self::Slow { .. } => "slow",
            Self::FastFailure { .. } => "fast_failure",
            Self::RejectStorm { .. } => "reject_storm",
            Self::RetryStorm { .. } => "retry_storm",
            Self::Stall => "stall",
            Self::Deploy { .. } => "deploy",
            Self::Partition { .. } => "partition",
            Self::Crash => "crash",
            Self::Duplicate { .. } => "dup",
            Self::Reorder { .. } => "reorder",
        }
    }
}

/// One fault of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What it does.
    pub kind: Kind,
    /// Whom it meets.
    pub target: Target,
    /// When it is on.
    pub when: When,
}

impl Fault {
    /// The pauses of one or all servers: 24 ms, with gaps of two seconds on average.
    pub fn server_pauses(target: Target) -> Self {
        let when = When::Random { gap: Model::exp(2_000_000.0), length: Model::Const(24_000.0) };
        Self { kind: Kind::ServerPause, target, when }
    }

    /// A fault that is on once.
    pub fn once(kind: Kind, target: Target, from_us: u64, to_us: u64) -> Self {
        Self { kind, target, when: When::Listed(vec![(from_us, to_us)]) }
    }

    /// The usual loss of packets: one in ten thousand, first sent again after 200 ms.
    pub fn packet_loss(when: When) -> Self {
        Self { kind: Kind::PacketLoss { ppm: 100, rto_us: 200_000 }, target: Target::World, when }
    }
}
