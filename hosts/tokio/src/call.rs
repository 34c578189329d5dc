//! Calls: one logical request, from its start to its result.
//!
//! The future of a call owns the callback. It starts the call in the core, launches each attempt that the core orders as
//! a task of its own, and waits for the decision. Attempts hand their results to the core themselves, as soon as they
//! have them; the call only picks the winner's value up. Dropping the future is the caller's cancel.

use crate::{
    attempt::{Attempt, AttemptError, Panic},
    clock::{micros, std_duration},
    error::{CallError, Stopped, Underlying},
    mailbox::{Decision, Ended, Message, Order},
    names::{MAX_REPLICAS, Names},
    options::CallOptions,
    report::Report,
    shared::{Shared, State},
};
use hedgerow::{
    AttemptId, CallId, Duration, EndpointId, Instant, Reason, Wall,
    client::action::{Failure, GivenToken, Outcome, Response, Start},
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

/// Starts a call, or says why not.
pub(crate) fn begin<'a, E>(
    shared: &'a Arc<Shared>,
    options: &CallOptions<'_>,
) -> Result<Ticket<'a>, CallError<E>> {
    Ticket::start(shared, options)
        .map_err(|why| CallError::new(why, None, Report { reason: why.ok(), ..Report::default() }))
}

/// Runs a started call to its end.
pub(crate) async fn run<T, E, F, Fut>(
    mut ticket: Ticket<'_>,
    mut callback: F,
) -> Result<(T, Report), CallError<E>>
where
    F: FnMut(Attempt) -> Fut,
    Fut: Future<Output = Result<T, AttemptError<E>>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let results = Results::default();
    loop {
        match ticket.next().await {
            Message::Send(order) => launch(ticket.shared, order, &mut callback, &results),
            Message::Complete(decision) => return ticket.finish(&decision, &results),
            Message::Stopped(stopped) => {
                let report = ticket.report(None);
                return Err(CallError::new(Err(stopped), results.last(), report));
            }
        }
    }
}

/// What an attempt left for its call.
enum Left<T, E> {
    Answer(T),
    Failed(Underlying<E>),
}

/// What the attempts of one call left, oldest first.
struct Results<T, E>(Arc<Mutex<Vec<(AttemptId, Left<T, E>)>>>);

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

    fn take(&self) -> Vec<(AttemptId, Left<T, E>)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, winner: Option<AttemptId>) -> Option<T> {
        self.take().into_iter().find_map(|(attempt, left)| match left {
            Left::Answer(answer) if Some(attempt) == winner => Some(answer),
            _ => None,
        })
    }

    fn last(&self) -> Option<Underlying<E>> {
        self.take().into_iter().rev().find_map(|(_, left)| match left {
            Left::Failed(error) => Some(error),
            Left::Answer(_) => None,
        })
    }
}

/// A started call; dropping it before the end cancels the call.
pub(crate) struct Ticket<'a> {
    shared: &'a Arc<Shared>,
    call: CallId,
    cookie: u64,
    open: bool,
}

impl<'a> Ticket<'a> {
    fn start(shared: &'a Arc<Shared>, options: &CallOptions<'_>) -> Result<Self, Result<Reason, Stopped>> {
        let wall = shared.clock.wall();
        let started = shared.turn(|state, now| match state.stopped {
            Some(stopped) => Err(Err(stopped)),
            None => start(state, options, wall, now).map_err(Ok),
        });
        let (call, cookie) = started.map_err(Err)??;
        Ok(Self { shared, call, cookie, open: true })
    }

    async fn next(&self) -> Message {
        poll_fn(|context| self.shared.read(|state| state.mail.poll(self.cookie, context))).await
    }

    fn finish<T, E>(
        mut self,
        decision: &Decision,
        results: &Results<T, E>,
    ) -> Result<(T, Report), CallError<E>> {
        let report = self.report(Some(decision));
        if decision.outcome == Outcome::Ok
            && let Some(answer) = results.answer(decision.attempt)
        {
            return Ok((answer, report));
        }
        Err(CallError::new(Ok(decision.reason), results.last(), report))
    }

    fn report(&mut self, decision: Option<&Decision>) -> Report {
        // A client that stopped without a decision knows nothing of the call any more.
        self.open &= decision.is_none();
        let (book, token) = self.shared.read(|state| state.mail.close(self.cookie));
        let mut report =
            Report { call: Some(self.call), attempts: book.attempts, token, ..Report::default() };
        if let Some(decision) = decision {
            report.reason = Some(decision.reason);
            report.decided_by = decision.attempt;
            report.wall = std_duration(decision.wall);
            report.live = std_duration(decision.live);
            report.lost = std_duration(decision.lost);
            report.cause = decision.cause;
        }
        report
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.open {
            let _ = self.shared.turn(|state, now| {
                state.mail.close(self.cookie);
                state.core.cancel(self.call, now);
            });
        }
    }
}

fn start(
    state: &mut State,
    options: &CallOptions<'_>,
    wall: Wall,
    now: Instant,
) -> Result<(CallId, u64), Reason> {
    let namespace = state.names.namespace(options.namespace)?;
    let operation = state.names.operation(options.op)?;
    let mut room = [EndpointId::from_number(0); MAX_REPLICAS];
    let replicas = Names::replicas(options.replicas, &state.core, &mut room);
    let cookie = state.mail.open(options.token, now);
    let request = Start {
        namespace,
        operation,
        replicas,
        deadline: options.deadline.map(|deadline| now + Duration::from_micros(micros(deadline))),
        idempotency: options.idempotency,
        priority: options.priority,
        token: options.token.map(|_| GivenToken::HeldByHost),
        wall: Some(wall),
        cookie,
    };
    match state.core.start(&request, now) {
        Ok(call) => Ok((call, cookie)),
        Err(reason) => {
            state.mail.close(cookie);
            Err(reason)
        }
    }
}

fn launch<T, E, F, Fut>(shared: &Arc<Shared>, order: Order, callback: &mut F, results: &Results<T, E>)
where
    F: FnMut(Attempt) -> Fut,
    Fut: Future<Output = Result<T, AttemptError<E>>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let Order { attempt, abort } = order;
    let duty = Duty { shared: shared.clone(), attempt: attempt.id, done: false };
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
        let attempt = self.attempt;
        let _ = self.shared.turn(|state, now| {
            state.mail.ended(attempt, ended, now);
            match ended {
                Ended::Response => state.core.handle_response(attempt, Response::default(), now),
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
