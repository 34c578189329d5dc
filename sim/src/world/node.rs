//! One client of a world: a core of its own, the way from its endpoints to the servers, and its process's pauses.

use std::rc::Rc;

use hedgerow::{AttemptId, Client, EndpointId, Instant};

/// Where the slot of an endpoint id ends.
const SLOT_MASK: u64 = (1 << 24) - 1;
/// A server that is not in the topology.
const NOBODY: u64 = 0;

/// Which endpoint of the core stands for which server. Clients share one until their topology differs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// The endpoint's number by server, 0 when it is away.
    endpoints: Vec<u64>,
    /// The server by slot of the endpoint.
    servers: Vec<u32>,
}

impl Directory {
    pub(crate) fn put(&mut self, server: u32, endpoint: EndpointId) {
        let (server_at, slot) = (server as usize, Self::slot(endpoint));
        if self.endpoints.len() <= server_at {
            self.endpoints.resize(server_at + 1, NOBODY);
        }
        if self.servers.len() <= slot {
            self.servers.resize(slot + 1, u32::MAX);
        }
        self.endpoints[server_at] = endpoint.number();
        self.servers[slot] = server;
    }

    pub(crate) fn remove(&mut self, server: u32) {
        self.endpoints[server as usize] = NOBODY;
    }

    pub(crate) fn endpoint(&self, server: u32) -> Option<EndpointId> {
        let number = self.endpoints.get(server as usize).copied().unwrap_or(NOBODY);
        (number != NOBODY).then(|| EndpointId::from_number(number))
    }

    /// The server of an endpoint that the core named.
    pub(crate) fn server(&self, endpoint: EndpointId) -> u32 {
        self.servers[Self::slot(endpoint)]
    }

    fn slot(endpoint: EndpointId) -> usize {
        (endpoint.number() & SLOT_MASK) as usize
    }
}

/// What waits while a client's process does not run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Letter {
    Reply(u32),
    Repeat(AttemptId),
    Cancelled(u32),
    GiveUp(u32, u32),
    Topology(u32, bool),
    Told(u32),
    Start(u32),
}

impl Letter {
    /// Results, cancellations, the host's own limits, and new calls: the order in which they are handed over.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::Reply(_) | Self::Repeat(_) | Self::Topology(..) | Self::Told(_) => 0,
            Self::Cancelled(_) => 1,
            Self::GiveUp(..) => 2,
            Self::Start(_) => 3,
        }
    }
}

/// One client.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) core: Client,
    pub(crate) directory: Rc<Directory>,
    pub(crate) zone: Option<u32>,
    /// When the wake-up in the heap is due; `u64::MAX` when there is none.
    pub(crate) wake_at: u64,
    pub(crate) pauses: u32,
    /// Pauses in force whose host hands over timers first.
    pub(crate) naive: bool,
    pub(crate) mailbox: Vec<Letter>,
    /// What its wall clock is wrong by, in µs.
    pub(crate) wall_offset: i64,
    /// How far the next time handed in lies behind, in µs.
    pub(crate) back_us: u64,
    /// The latest time its core was told.
    pub(crate) clock: Instant,
    /// Calls that arrived at it and are not resolved.
    pub(crate) open: u32,
    /// The flight of an attempt, by the slot of its id.
    flights: Vec<u32>,
}

impl Node {
    pub(crate) fn new(core: Client, directory: Rc<Directory>, zone: Option<u32>) -> Self {
        Self {
            core,
            directory,
            zone,
            wake_at: u64::MAX,
            pauses: 0,
            naive: false,
            mailbox: Vec::new(),
            wall_offset: 0,
            back_us: 0,
            clock: Instant::ZERO,
            open: 0,
            flights: Vec::new(),
        }
    }

    pub(crate) fn remember(&mut self, attempt: AttemptId, flight: u32) {
        let slot = (attempt.number() & SLOT_MASK) as usize;
        if self.flights.len() <= slot {
            self.flights.resize(slot + 1, u32::MAX);
        }
        self.flights[slot] = flight;
    }

    /// The flight that last had the slot of this attempt.
    pub(crate) fn recall(&self, attempt: AttemptId) -> Option<u32> {
        self.flights
            .get((attempt.number() & SLOT_MASK) as usize)
            .copied()
            .filter(|flight| *flight != u32::MAX)
    }
}
