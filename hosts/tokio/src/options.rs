//! Options: what a caller may say about one call.

use hedgerow::{
    EndpointId,
    client::action::{Namespace, Operation},
    config::{Idempotency, Priority},
};
use std::time::Duration;

/// A namespace or an operation, by name or by number.
///
/// A name must be known: either from the configuration document, or introduced with
/// [`Client::namespace`](crate::Client::namespace) or [`Client::operation`](crate::Client::operation). A misspelt one is
/// refused with its reason instead of running with default settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key<'a, N> {
    /// The unnamed default, which takes the top-level settings.
    #[default]
    Unnamed,
    /// A name.
    Name(&'a str),
    /// A number that the client gave for a name; saves the look-up.
    Number(N),
}

impl<'a, N> From<&'a str> for Key<'a, N> {
    fn from(name: &'a str) -> Self {
        Self::Name(name)
    }
}

impl From<Namespace> for Key<'_, Namespace> {
    fn from(number: Namespace) -> Self {
        Self::Number(number)
    }
}

impl From<Operation> for Key<'_, Operation> {
    fn from(number: Operation) -> Self {
        Self::Number(number)
    }
}

/// The endpoints that hold the data a call asks for; the first 16 count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replicas<'a> {
    /// No knowledge of placement: every endpoint is as good.
    #[default]
    Unknown,
    /// By id.
    Ids(&'a [EndpointId]),
    /// By name; an unknown name is skipped.
    Names(&'a [&'a str]),
}

/// How one call differs from the configured defaults.
///
/// ```
/// use hedgerow_tokio::CallOptions;
/// use std::time::Duration;
/// let options = CallOptions { deadline: Some(Duration::from_millis(200)), ..CallOptions::op("get") };
/// assert!(options.token.is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CallOptions<'a> {
    /// Namespace; its slots, budget and signals are its own.
    pub namespace: Key<'a, Namespace>,
    /// Operation; decides objective, idempotency and priority.
    pub op: Key<'a, Operation>,
    /// Placement of the data asked for.
    pub replicas: Replicas<'a>,
    /// Real time until the call must be over, from the first poll of the call.
    ///
    /// The shorter of this and the objective's max bounds the call; zero fails it with `deadline_passed`.
    pub deadline: Option<Duration>,
    /// Overrides the operation's idempotency.
    pub idempotency: Option<Idempotency>,
    /// Overrides the operation's priority.
    pub priority: Option<Priority>,
    /// The caller's own idempotency token, any text; the same goes on every attempt.
    pub token: Option<&'a str>,
}

impl<'a> CallOptions<'a> {
    /// Options of a call of this operation, everything else as configured.
    pub fn op(name: &'a str) -> Self {
        Self { op: Key::Name(name), ..Self::default() }
    }
}
