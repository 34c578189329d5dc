//! The inputs of a client: borrowed while they are recorded, owned once they are read back.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Client;
use crate::client::action::{
    ClockSample, Failure, Lease, Namespace, Operation, Response, StallReport, Start, TopologyChange,
};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::signal::record::Record;
use crate::time::Instant;

/// One input of the machine as its trace records it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    Namespace(&'a str),
    Operation(&'a str),
    Start(&'a Start<'a>),
    Response(AttemptId, Response),
    Failure(AttemptId, Failure),
    Cancelled(AttemptId),
    Signal(Option<Namespace>, Option<Operation>, &'a Record),
    Topology(&'a [TopologyChange]),
    Stall(StallReport),
    Timeout,
    Cancel(CallId),
    Drain(Option<Instant>),
    Clock(ClockSample),
    Lease(Lease),
}

/// One input of a client with all its arguments but the time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// [`Client::namespace`].
    Namespace(String),
    /// [`Client::operation`].
    Operation(String),
    /// [`Client::start`].
    Start(StartEvent),
    /// [`Client::handle_response`].
    Response(AttemptId, Response),
    /// [`Client::handle_failure`].
    Failure(AttemptId, Failure),
    /// [`Client::handle_cancelled`].
    Cancelled(AttemptId),
    /// [`Client::handle_signal`].
    Signal(Option<Namespace>, Option<Operation>, Record),
    /// [`Client::handle_topology`].
    Topology(Vec<TopologyChange>),
    /// [`Client::handle_stall`].
    Stall(StallReport),
    /// [`Client::handle_timeout`].
    Timeout,
    /// [`Client::cancel`].
    Cancel(CallId),
    /// [`Client::drain`].
    Drain(Option<Instant>),
    /// [`Client::handle_clock`].
    Clock(ClockSample),
    /// [`Client::handle_lease`].
    Lease(Lease),
}

/// The arguments of a start with a replica list of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartEvent {
    /// The replica list.
    pub replicas: Vec<EndpointId>,
    /// All other arguments; its own replica list is empty.
    pub arguments: Start<'static>,
}

impl StartEvent {
    /// Copies the arguments of a start.
    pub fn new(start: &Start<'_>) -> Self {
        Self { replicas: start.replicas.to_vec(), arguments: Start { replicas: &[], ..start.clone() } }
    }

    /// The arguments as a client takes them.
    pub fn as_start(&self) -> Start<'_> {
        Start { replicas: &self.replicas, ..self.arguments.clone() }
    }
}

impl Event {
    /// Hands this input to a client, told at `now`; what it decides shows in its outputs.
    pub fn apply(&self, client: &mut Client, now: Instant) {
        match self {
            // Refused names and topologies were refused before; their errors are not decisions.
            Self::Namespace(name) => drop(client.namespace(name)),
            Self::Operation(name) => drop(client.operation(name)),
            Self::Topology(changes) => drop(client.handle_topology(changes, now)),
            Self::Start(start) => drop(client.start(&start.as_start(), now)),
            Self::Response(attempt, response) => client.handle_response(*attempt, *response, now),
            Self::Failure(attempt, failure) => client.handle_failure(*attempt, *failure, now),
            Self::Cancelled(attempt) => client.handle_cancelled(*attempt, now),
            Self::Signal(namespace, operation, record) => {
                client.handle_signal(*namespace, *operation, record, now);
            }
            Self::Stall(report) => client.handle_stall(*report, now),
            Self::Timeout => client.handle_timeout(now),
            Self::Cancel(call) => client.cancel(*call, now),
            Self::Drain(deadline) => client.drain(*deadline, now),
            Self::Clock(sample) => client.handle_clock(*sample, now),
            Self::Lease(lease) => client.handle_lease(*lease, now),
        }
    }

    /// Shows this input as the recorder takes it.
    pub(super) fn with_input<T>(&self, show: impl FnOnce(&Input<'_>) -> T) -> T {
        match self {
            Self::Namespace(name) => show(&Input::Namespace(name)),
            Self::Operation(name) => show(&Input::Operation(name)),
            Self::Start(start) => show(&Input::Start(&start.as_start())),
            Self::Response(attempt, response) => show(&Input::Response(*attempt, *response)),
            Self::Failure(attempt, failure) => show(&Input::Failure(*attempt, *failure)),
            Self::Cancelled(attempt) => show(&Input::Cancelled(*attempt)),
            Self::Signal(namespace, operation, record) => {
                show(&Input::Signal(*namespace, *operation, record))
            }
            Self::Topology(changes) => show(&Input::Topology(changes)),
            Self::Stall(report) => show(&Input::Stall(*report)),
            Self::Timeout => show(&Input::Timeout),
            Self::Cancel(call) => show(&Input::Cancel(*call)),
            Self::Drain(deadline) => show(&Input::Drain(*deadline)),
            Self::Clock(sample) => show(&Input::Clock(*sample)),
            Self::Lease(lease) => show(&Input::Lease(*lease)),
        }
    }
}
