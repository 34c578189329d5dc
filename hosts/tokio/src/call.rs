//! Calls: one logical request, from its start to its result.
//!
//! The future of a call owns the callback. It starts the call in the core, launches each attempt that the core orders as
//! a task of its own, and waits for the decision. Attempts hand their results to the core themselves, as soon as they
//! have them; the call only picks the winner's value up. Dropping the future is the caller's cancel.

use crate::{
    attempt::{Attempt, AttemptError},
    clock::{micros, std_duration},
    error::CallError,
    message::{Decision, Message},
    misuse::Stopped,
    names::{MAX_REPLICAS, Names},
    options::CallOptions,
    report::Report,
    shared::{Shared, State},
    task::{Results, launch},
};
use hedgerow::{
    CallId, Duration, EndpointId, Instant, Reason, Wall,
    client::action::{GivenToken, Outcome, Start},
};
use std::{
    future::{Future, poll_fn},
    sync::Arc,
};

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
        ..Start::default()
    };
    match state.core.start(&request, now) {
        Ok(call) => Ok((call, cookie)),
        Err(reason) => {
            state.mail.close(cookie);
            Err(reason)
        }
    }
}
