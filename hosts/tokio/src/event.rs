//! Events: every action and note of the core, for logs and metrics.
//!
//! They are queued in the order in which the core decided, and handed to the sink outside the client's lock. A sink may
//! use the client. A sink that panics is removed: the panic is reported once by the panic hook, calls go on.

use hedgerow::{
    Instant,
    client::action::{Action, Note},
};
use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError, TryLockError},
};

/// Something the core decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An action, with the time of the turn that brought it.
    Action(Instant, Action),
    /// A decision without an action: a denial, an ignored report, a signal's verdict.
    Note(Note),
}

pub(crate) type Callback = Box<dyn FnMut(&Event) + Send>;

#[derive(Default)]
pub(crate) struct Sink {
    queue: Mutex<VecDeque<Event>>,
    callback: Option<Mutex<Option<Callback>>>,
}

impl Sink {
    pub(crate) fn new(callback: Option<Callback>) -> Self {
        Self { queue: Mutex::default(), callback: callback.map(|callback| Mutex::new(Some(callback))) }
    }

    pub(crate) const fn is_wanted(&self) -> bool {
        self.callback.is_some()
    }

    pub(crate) fn push(&self, event: Event) {
        if self.is_wanted() {
            self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
        }
    }

    /// Hands over what waits, unless another thread (or this one, further up) is at it and will find it.
    pub(crate) fn deliver(&self) {
        let Some(callback) = &self.callback else { return };
        while self.waits() {
            let mut callback = match callback.try_lock() {
                Ok(callback) => callback,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while let Some(event) = self.pop() {
                let Some(function) = callback.as_mut() else { continue };
                if catch_unwind(AssertUnwindSafe(|| function(&event))).is_err() {
                    *callback = None;
                }
            }
        }
    }

    fn waits(&self) -> bool {
        !self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn pop(&self) -> Option<Event> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sink").field("wanted", &self.is_wanted()).finish_non_exhaustive()
    }
}
