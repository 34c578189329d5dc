//! STUB (being written): the client machine of spec 09.
use crate::{config::{Config, Idempotency, Priority}, id::*, reason::Reason, retry::{outcome::FailureClass, pushback::Pushback}, rng::Seed, signal::record::Record, time::*, timer::pause::Cause, token::Token};
use alloc::{string::String, vec::Vec};

/// A namespace's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Namespace(pub u32);
/// An operation's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Operation(pub u32);

/// A token the caller gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenToken { /** minted elsewhere in our form */ Token(Token), /** any text, kept and attached by the host under the call's cookie */ HeldByHost }

/// Arguments of a call; `..Default::default()` for what is not given.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    pub namespace: Namespace, pub operation: Operation, pub replicas: &'a [EndpointId], /** absolute, real time */ pub deadline: Option<Instant>,
    pub idempotency: Option<Idempotency>, pub priority: Option<Priority>, pub token: Option<GivenToken>, pub wall: Option<Wall>, /** the host's own number, echoed */ pub cookie: u64,
}
#[derive(Clone, Copy, Debug, Default)]
pub struct Response { pub load: Option<LoadReport>, pub server_wall: Option<Wall> }
#[derive(Clone, Copy, Debug)]
pub struct LoadReport { pub in_flight: u32, pub latency: Duration }
#[derive(Clone, Copy, Debug)]
pub struct Failure { pub class: FailureClass, pub pushback: Pushback }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind { Primary, Hedge, Retry }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome { Ok, Failed, Cancelled }
/// What the host must do now, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Send { call: CallId, attempt: AttemptId, endpoint: EndpointId, kind: AttemptKind, reason: Reason, ordinal: u8, token: Option<Token>, remaining: Duration, deadline: Instant, priority: Priority, cookie: u64 },
    Cancel { call: CallId, attempt: AttemptId, endpoint: EndpointId, reason: Reason, cookie: u64 },
    Complete { call: CallId, cookie: u64, outcome: Outcome, reason: Reason, class: Option<FailureClass>, /** the winning (or fatally failed) attempt */ attempt: Option<AttemptId>, attempts: u8, wall: Duration, live: Duration, lost: Duration, cause: Option<Cause> },
    Reject { cookie: u64, reason: Reason },
    Handshake { namespace: Namespace, reason: Reason },
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake { pub at: Instant, pub reason: Reason }
/// A decision without an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note { pub at: Instant, pub reason: Reason, pub call: Option<CallId>, pub attempt: Option<AttemptId>, pub endpoint: Option<EndpointId>, pub value: u64 }
/// One endpoint as the host describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointSpec { pub name: String, pub zone: Option<String>, pub region: Option<String>, /** 1..=1024 */ pub factor: Option<u32>, pub up_since: Option<Instant>, pub pool: bool }
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopologyChange { Add(EndpointSpec), Update(EndpointSpec), Remove(String) }

#[derive(Clone, Debug)]
pub struct Client(());
impl Client {
    pub fn new(config: Config, seed: &Seed, now: Instant) -> Self { todo!() }
    /// Number of a namespace, interned on first use; `ConfigError` when the capacity is reached.
    pub fn namespace(&mut self, name: &str) -> Result<Namespace, crate::config::ConfigError> { todo!() }
    pub fn operation(&mut self, name: &str) -> Result<Operation, crate::config::ConfigError> { todo!() }
    pub fn endpoint(&self, name: &str) -> Option<EndpointId> { todo!() }
    /// A call id, or the reason of the denial (which changes nothing but counters).
    pub fn start(&mut self, request: &Start<'_>, now: Instant) -> Result<CallId, Reason> { todo!() }
    pub fn handle_response(&mut self, attempt: AttemptId, response: Response, now: Instant) { todo!() }
    pub fn handle_failure(&mut self, attempt: AttemptId, failure: Failure, now: Instant) { todo!() }
    pub fn handle_cancelled(&mut self, attempt: AttemptId, now: Instant) { todo!() }
    pub fn handle_signal(&mut self, namespace: Option<Namespace>, operation: Option<Operation>, record: &Record, now: Instant) { todo!() }
    /// All or nothing; answers the ids of added and updated endpoints in order.
    pub fn handle_topology(&mut self, changes: &[TopologyChange], now: Instant) -> Result<Vec<EndpointId>, crate::config::ConfigError> { todo!() }
    pub fn handle_timeout(&mut self, now: Instant) { todo!() }
    pub fn cancel(&mut self, call: CallId, now: Instant) { todo!() }
    pub fn drain(&mut self, deadline: Option<Instant>, now: Instant) { todo!() }
    pub fn poll_action(&mut self) -> Option<Action> { todo!() }
    pub fn poll_timeout(&self) -> Option<Wake> { todo!() }
    pub fn poll_note(&mut self) -> Option<Note> { todo!() }
    pub fn in_flight(&self, endpoint: EndpointId) -> u32 { todo!() }
    pub fn token(&self, call: CallId) -> Option<Token> { todo!() }
    pub fn is_idle(&self) -> bool { todo!() }
    /// `timer.late_tol_us`, for the host's late-tick rule.
    pub fn late_tolerance(&self) -> Duration { todo!() }
}
