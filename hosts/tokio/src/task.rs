//! Tasks: one attempt each, from the callback's future to the report of its end.
//!
//! An end is reported exactly once: by the result, by a panic (a transient failure), by the bell that tells a loser to
//! stop, or by the drop of the task, whatever dropped it.

use crate::{
    attempt::{Attempt, AttemptError, Panic},
    error::Underlying,
    message::{Ended, Order},
    shared::Shared,
    told::Told,
};
use hedgerow::{
    AttemptId,
    client::action::Failure,
    retry::{outcome::FailureClass, pushback::Pushback},
};
use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};
use tokio::{runtime::Handle, sync::Notify};

/// What an attempt left for its call.
enum Left<T, E> {
    Answer(T),
    Failed(Underlying<E>),
}

type Entry<T, E> = (AttemptId, Left<T, E>);

/// What the attempts of one call left, oldest first.
pub(crate) struct Results<T, E>(Arc<Mutex<Vec<Entry<T, E>>>>);

impl<T, E> Default for Results<T, E> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T, E> Clone for Results<T, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T, E> Results<T, E> {
    fn put(&self, attempt: AttemptId, left: Left<T, E>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((attempt, left));
    }

    fn take(&self) -> Vec<Entry<T, E>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The winner's answer.
    pub(crate) fn answer(&self, winner: Option<AttemptId>) -> Option<T> {
        self.take().into_iter().find_map(|(attempt, left)| match left {
            Left::Answer(answer) if Some(attempt) == winner => Some(answer),
            _ => None,
        })
    }

    /// The last error or panic.
    pub(crate) fn last(&self) -> Option<Underlying<E>> {
        self.take().into_iter().rev().find_map(|(_, left)| match left {
            Left::Failed(error) => Some(error),
            Left::Answer(_) => None,
        })
    }
}

/// Asks the callback for a future and runs it as a task.
pub(crate) fn launch<T, E, F, Fut>(
    shared: &Arc<Shared>,
    order: Order,
    callback: &mut F,
    results: &Results<T, E>,
) where
    F: FnMut(Attempt) -> Fut,
    Fut: Future<Output = Result<T, AttemptError<E>>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let Order { attempt, abort } = order;
    let told = attempt.told.clone();
    let duty = Duty { shared: shared.clone(), attempt: attempt.id, told, done: false };
    match catch_unwind(AssertUnwindSafe(|| callback(attempt))) {
        Ok(future) => {
            let task = perform(future, duty, abort, results.clone());
            Handle::try_current().unwrap_or_else(|_| shared.runtime.clone()).spawn(task);
        }
        Err(payload) => duty.panicked(payload, results),
    }
}

/// Runs one attempt and hands its result over.
async fn perform<T, E, Fut>(future: Fut, duty: Duty, abort: Arc<Notify>, results: Results<T, E>)
where
    Fut: Future<Output = Result<T, AttemptError<E>>>,
{
    // The callback's future is dropped before its end is reported, so what it held is free by then.
    let ended = {
        let mut future = pin!(future);
        let mut abort = pin!(abort.notified());
        poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
            match polled {
                Ok(Poll::Ready(result)) => Poll::Ready(Some(Ok(result))),
                Err(payload) => Poll::Ready(Some(Err(payload))),
                // A result that is there counts, even for a loser: only what is not there is given up.
                Ok(Poll::Pending) => abort.as_mut().poll(context).map(|()| None),
            }
        })
        .await
    };
    match ended {
        None => duty.end(Ended::Cancelled, Pushback::default()),
        Some(Ok(Ok(answer))) => {
            results.put(duty.attempt, Left::Answer(answer));
            duty.end(Ended::Response, Pushback::default());
        }
        Some(Ok(Err(failed))) => {
            results.put(duty.attempt, Left::Failed(Underlying::Error(failed.error)));
            duty.end(Ended::Failed(failed.class), failed.pushback);
        }
        Some(Err(payload)) => duty.panicked(payload, &results),
    }
}

/// The duty to report an attempt's end, fulfilled by the drop of its task if by nothing else.
struct Duty {
    shared: Arc<Shared>,
    attempt: AttemptId,
    told: Told,
    done: bool,
}

impl Duty {
    fn panicked<T, E>(self, payload: Box<dyn Any + Send>, results: &Results<T, E>) {
        results.put(self.attempt, Left::Failed(Underlying::Panic(Panic::new(payload))));
        self.end(Ended::Failed(FailureClass::Transient), Pushback::default());
    }

    fn end(mut self, ended: Ended, pushback: Pushback) {
        self.report(ended, pushback);
    }

    fn report(&mut self, ended: Ended, pushback: Pushback) {
        self.done = true;
        let (attempt, told) = (self.attempt, self.told.response());
        let _ = self.shared.turn(|state, now| {
            state.mail.ended(attempt, ended, now);
            match ended {
                Ended::Response => state.core.handle_response(attempt, told, now),
                Ended::Failed(class) => state.core.handle_failure(attempt, Failure { class, pushback }, now),
                Ended::Cancelled => state.core.handle_cancelled(attempt, now),
            }
        });
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if !self.done {
            self.report(Ended::Cancelled, Pushback::default());
        }
    }
}
