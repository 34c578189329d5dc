//! Attempts: what a callback learns about the transmission it performs, and what it answers when that fails.

use crate::told::Told;
use hedgerow::{
    AttemptId, CallId, Duration, EndpointId, Reason,
    client::action::{AttemptKind, Response},
    config::Priority,
    retry::{outcome::FailureClass, pushback::Pushback},
};
use std::{any::Any, error::Error, fmt, sync::Arc, sync::Mutex, sync::PoisonError};

/// One transmission that the callback is asked to perform.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Name of the endpoint to send to.
    pub endpoint: Arc<str>,
    /// Id of the endpoint to send to.
    pub endpoint_id: EndpointId,
    /// The attempt's id in the core.
    pub id: AttemptId,
    /// The call it belongs to.
    pub call: CallId,
    /// A number that is the same on every attempt of the call and differs between calls and clients.
    pub call_tag: u64,
    /// Ordinal within the call, from 1.
    pub number: u8,
    /// Primary, hedge or retry.
    pub kind: AttemptKind,
    /// Why it is sent.
    pub reason: Reason,
    /// Time until the effective deadline, counted from the decision to send; above zero. Tell the server.
    pub remaining: std::time::Duration,
    /// The effective deadline in the client's own time (see [`Client::now`](crate::Client::now)).
    pub deadline: hedgerow::Instant,
    /// How important the call is.
    pub priority: Priority,
    /// The call's idempotency token in text form, the same on every attempt.
    pub token: Option<Arc<str>>,
    pub(crate) told: Told,
}

impl Attempt {
    /// Hands in what the server told with its answer: its load, which `balance.policy` `hot_cold` goes by, and its wall
    /// time, a sample for `token.clock` `estimated`.
    ///
    /// It counts when this attempt answers, not when it fails; what is reported last counts.
    ///
    /// ```
    /// use hedgerow_tokio::{Attempt, AttemptError, Response, ServerLoad};
    ///
    /// async fn read(attempt: Attempt) -> Result<String, AttemptError<std::io::Error>> {
    ///     // From a field of the answer, say.
    ///     let in_flight = 3;
    ///     attempt.report(Response::with_load(ServerLoad { in_flight, latency: None }));
    ///     Ok(format!("the answer of {}", attempt.endpoint))
    /// }
    /// ```
    pub fn report(&self, response: Response) {
        self.told.put(response);
    }
}

/// A failed attempt: the error, what it means, and what the server asked for.
///
/// `?` on an `E` makes it a [`FailureClass::Transient`] failure, for which a plain error is taken.
///
/// ```
/// use hedgerow_tokio::{AttemptError, FailureClass};
/// use std::time::Duration;
/// let failed = AttemptError::overloaded("queue full").retry_after(Duration::from_millis(50));
/// assert_eq!(failed.class, FailureClass::Overloaded);
/// assert_eq!(AttemptError::from("connection lost").class, FailureClass::Transient);
/// ```
#[derive(Clone, Debug)]
pub struct AttemptError<E> {
    /// The underlying error; the call's own error carries the last one.
    pub error: E,
    /// What kind of failure it is; decides whether the call goes on.
    pub class: FailureClass,
    /// What the server asked for.
    pub pushback: Pushback,
}

impl<E> AttemptError<E> {
    /// A failure of the given class.
    pub fn new(class: FailureClass, error: E) -> Self {
        Self { error, class, pushback: Pushback::default() }
    }

    /// A definite answer: it is never repeated and ends the call.
    pub fn fatal(error: E) -> Self {
        Self::new(FailureClass::Fatal, error)
    }

    /// Whether it ran is unknown: connection lost, server error.
    pub fn transient(error: E) -> Self {
        Self::new(FailureClass::Transient, error)
    }

    /// Nothing was transmitted.
    pub fn not_sent(error: E) -> Self {
        Self::new(FailureClass::NotSent, error)
    }

    /// This endpoint refused before it did any work.
    pub fn overloaded(error: E) -> Self {
        Self::new(FailureClass::Overloaded, error)
    }

    /// The service refuses.
    pub fn refused(error: E) -> Self {
        Self::new(FailureClass::Refused, error)
    }

    /// The server asked to wait this long.
    pub fn retry_after(mut self, delay: std::time::Duration) -> Self {
        self.pushback.retry_after = Some(Duration::from_micros(crate::clock::micros(delay)));
        self
    }

    /// The server asked not to be tried again for this call.
    pub fn never(mut self) -> Self {
        self.pushback.never = true;
        self
    }
}

impl<E> From<E> for AttemptError<E> {
    fn from(error: E) -> Self {
        Self::transient(error)
    }
}

impl<E: fmt::Display> fmt::Display for AttemptError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({:?})", self.error, self.class)
    }
}

impl<E: Error + 'static> Error for AttemptError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The panic of a callback.
pub struct Panic {
    message: String,
    // The payload is `Send` alone; the lock makes the error that carries it `Sync`.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a payload that is not text".to_owned());
        Self { message, payload: Mutex::new(payload) }
    }

    /// The panic's message, when its payload was text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The payload, for [`std::panic::resume_unwind`].
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Panic").field("message", &self.message).finish_non_exhaustive()
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the callback panicked: {}", self.message)
    }
}

impl Error for Panic {}
