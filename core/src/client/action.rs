//! The machine's vocabulary: what a host hands in, and what it must do.

use alloc::string::String;

use crate::config::{Idempotency, Priority};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::reason::Reason;
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::Pushback;
use crate::time::{Duration, Instant, Wall};
use crate::timer::pause::Cause;
use crate::token::Token;

/// A namespace's number; 0 is the unnamed default with the document's top-level values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Namespace(pub u32);

/// An operation's number; 0 is the unnamed default with the document's top-level values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation(pub u32);

/// A token that the caller brings; it wins over minting and goes on every attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenToken {
    /// A token of this library's form, carried by the sends.
    Token(Token),
    /// Any text, kept by the host, which attaches it to every send of the call's cookie.
    HeldByHost,
}

/// The arguments of a call. What is not given takes the configuration's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start<'a> {
    /// Whose data; from [`Client::namespace`](super::Client::namespace).
    pub namespace: Namespace,
    /// What is done; from [`Client::operation`](super::Client::operation).
    pub operation: Operation,
    /// Endpoints that hold the data; empty means no placement knowledge. The first 16 count.
    pub replicas: &'a [EndpointId],
    /// The caller's deadline: absolute, real time, no grace.
    pub deadline: Option<Instant>,
    /// Overrides the operation's idempotency.
    pub idempotency: Option<Idempotency>,
    /// Overrides the operation's priority.
    pub priority: Option<Priority>,
    /// A token of the caller's own.
    pub token: Option<GivenToken>,
    /// Wall time, needed when the call mints a token.
    pub wall: Option<Wall>,
    /// Sends no hedges: for a host that can run only one attempt of the call at a time.
    pub no_hedges: bool,
    /// Sends no retries, and so arms no attempt timeout: for a call inside of an attempt of another one, which retries.
    pub no_retries: bool,
    /// The host's own number, echoed by every action of the call and never interpreted.
    pub cookie: u64,
}

/// What an answer says beside being one; make it with `Response::default()` or [`Response::with_load`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// What the server told of its load.
    pub load: Option<ServerLoad>,
    /// The server's wall time, read while it answered: a sample for `token.clock` `estimated`.
    pub wall: Option<Wall>,
}

impl Response {
    /// An answer with a report of the server's load.
    pub const fn with_load(load: ServerLoad) -> Self {
        Self { load: Some(load), wall: None }
    }

    /// The same answer with the server's wall time.
    #[must_use]
    pub const fn told_at(self, wall: Wall) -> Self {
        Self { wall: Some(wall), ..self }
    }
}

/// A reading of a server's wall clock, taken somewhere within a round trip; `token.clock` `estimated` goes by these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSample {
    /// When the request was sent, on the client's monotonic clock.
    pub sent: Instant,
    /// When the answer was received, on the same clock; at most 5 s later, else the sample is refused and counted.
    pub received: Instant,
    /// What the server's wall clock said in between.
    pub server: Wall,
}

/// Consecutive times that a service leased to this client; `token.tier` `regional` mints from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The first time, in µs since the Unix epoch; at or below the last token it is raised, and the count shortened.
    pub from_t: u64,
    /// How many times.
    pub count: u64,
    /// Good before this time of the client's monotonic clock, which no pause stretches.
    pub expires_at: Instant,
}

/// What a server tells of its load with an answer; `balance.policy` `hot_cold` heeds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLoad {
    /// Requests in flight there, of all clients.
    pub in_flight: u32,
    /// Latency there at about that load; without it, what this attempt took is read.
    pub latency: Option<Duration>,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class of the failure.
    pub class: FailureClass,
    /// What the server said of further attempts.
    pub pushback: Pushback,
}

impl Failure {
    /// A failure of this class without pushback.
    pub fn new(class: FailureClass) -> Self {
        Self { class, pushback: Pushback::default() }
    }
}

/// Why an attempt is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AttemptKind {
    /// The first attempt of a call.
    Primary = 0,
    /// A copy sent while the call may still be answered by another attempt, or at once after a failure.
    Hedge = 1,
    /// An attempt after a backoff, when nothing is outstanding.
    Retry = 2,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// An attempt answered.
    Ok = 0,
    /// No attempt answered and none may follow.
    Failed = 1,
    /// The caller gave up.
    Cancelled = 2,
}

/// What the host must do now. Actions are performed in the order in which they are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Transmit the call once to this endpoint.
    Send {
        /// The call.
        call: CallId,
        /// The id by which the host reports the end of this attempt.
        attempt: AttemptId,
        /// Where to.
        endpoint: EndpointId,
        /// Primary, hedge or retry.
        kind: AttemptKind,
        /// Why now.
        reason: Reason,
        /// From 1, in order of sending.
        ordinal: u8,
        /// The call's token, the same on each of its attempts.
        token: Option<Token>,
        /// Time left until the effective deadline, above 0: what a host tells the server.
        remaining: Duration,
        /// The effective deadline.
        deadline: Instant,
        /// The call's priority.
        priority: Priority,
        /// The host's own number.
        cookie: u64,
    },
    /// Stop this attempt, and report its end when the server has stopped working on it.
    Cancel {
        /// The call.
        call: CallId,
        /// The attempt.
        attempt: AttemptId,
        /// Where it runs.
        endpoint: EndpointId,
        /// Why.
        reason: Reason,
        /// The host's own number.
        cookie: u64,
    },
    /// Give the caller the result; exactly once for each admitted call.
    Complete {
        /// The call.
        call: CallId,
        /// The host's own number.
        cookie: u64,
        /// How it ended.
        outcome: Outcome,
        /// Why it ended.
        reason: Reason,
        /// The class of the last failure, when a failure ended the call.
        class: Option<FailureClass>,
        /// The attempt that answered or failed fatally.
        attempt: Option<AttemptId>,
        /// Attempts sent.
        attempts: u8,
        /// Time since the start.
        wall: Duration,
        /// The part of it in which the client ran.
        live: Duration,
        /// The part of it in which the client was observed not to run.
        lost: Duration,
        /// On a call timeout: whose fault.
        cause: Option<Cause>,
    },
    /// Tell the caller that its call was refused. Only a start of a batch is answered so
    /// ([`push_events`](super::Client::push_events)); any other is answered at once.
    Reject {
        /// The host's own number.
        cookie: u64,
        /// Why.
        reason: Reason,
    },
    /// Fetch the namespace's signals from a server and hand them in.
    Handshake {
        /// The namespace.
        namespace: Namespace,
        /// First use, refresh, or stale.
        reason: Reason,
    },
}

/// When the host should call `handle_timeout`, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// A lower bound of the earliest deadline; calling earlier is harmless, later is safe and counted.
    pub at: Instant,
    /// What waits there (codes 160 to 168).
    pub reason: Reason,
}

/// A decision without an action: a denial, an ignored report, a signal's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: Reason,
    /// The call it concerns.
    pub call: Option<CallId>,
    /// The attempt it concerns.
    pub attempt: Option<AttemptId>,
    /// The endpoint it concerns.
    pub endpoint: Option<EndpointId>,
    /// A due time in µs for `retry_scheduled`, `hedge_rearmed`, `hedge_postponed`, `hedge_waiting` and `breaker`; else 0
    /// or a count.
    pub value: u64,
}

impl Note {
    /// Whether the value is a time and no count.
    pub fn tells_a_time(&self) -> bool {
        tells_a_time(self.reason)
    }
}

/// Whether the value of a decision with this reason is a time.
pub(crate) const fn tells_a_time(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::RetryScheduled
            | Reason::HedgeRearmed
            | Reason::HedgePostponed
            | Reason::HedgeWaiting
            | Reason::Breaker
    )
}

/// One endpoint as the host describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointSpec {
    /// Its name, unique among the live endpoints; 1 to 64 bytes.
    pub name: String,
    /// Its zone; at most 64 bytes.
    pub zone: Option<String>,
    /// Its region; at most 64 bytes.
    pub region: Option<String>,
    /// Multiplies its score; 1 to 1024, default 1.
    pub factor: Option<u32>,
    /// When it came up; without it, an endpoint of a later topology starts when it is added.
    pub up_since: Option<Instant>,
    /// Whether it stands for many servers behind one address and may be used again by the same call.
    pub pool: bool,
}

/// One change of the set of endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopologyChange {
    /// Adds an endpoint; a known live name is updated instead.
    Add(EndpointSpec),
    /// Updates a live endpoint.
    Update(EndpointSpec),
    /// Removes an endpoint by name: running attempts are kept, plans skip it. An unknown name is counted.
    Remove(String),
}

/// What the host knows of times in which it did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StallReport {
    /// It did not run from `from` to `to`.
    Paused {
        /// Start of the pause.
        from: Instant,
        /// End of the pause.
        to: Instant,
    },
    /// Timers are throttled from now on (a hidden browser tab): nothing is charged.
    Throttled,
    /// The throttling has ended.
    Resumed,
    /// Forgets the debt and the latched trip.
    Reset,
    /// The machine slept, and its monotonic clock may have stood still: samples of a server's clock are dropped.
    /// Nothing is charged; what was seen of it comes as a pause.
    Suspended,
}
