//! The client: the handle that a program holds and clones.

use crate::{
    attempt::{Attempt, AttemptError},
    builder::Builder,
    call,
    clock::micros,
    error::CallError,
    host_stats::HostStats,
    misuse::{ClientError, Stopped},
    options::{CallOptions, Key},
    report::Report,
    shared::Shared,
};
use hedgerow::{
    CallId, Duration, EndpointId, Instant, Stats,
    client::{
        action::{ClockSample, Lease, Namespace, Operation, StallReport, TopologyChange},
        explain::Explanation,
    },
    config::{Config, ConfigError, Document},
    signal::record::Record,
};
use std::{future::Future, sync::Arc};

/// A client of one service: a set of endpoints reached with one set of rules.
///
/// Clones share everything. Calls borrow it, so a program keeps one for as long as it lives.
#[derive(Clone, Debug)]
pub struct Client {
    handle: Arc<Owner>,
}

/// Ends the driver with the last handle.
#[derive(Debug)]
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.stop(Stopped::Closed);
    }
}

impl Client {
    /// Begins to build a client from a validated configuration.
    pub fn builder(config: Config) -> Builder {
        Builder::new(config)
    }

    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { handle: Arc::new(Owner(shared)) }
    }

    /// Runs one call: `attempt` is asked for a future once per transmission, and the first answer wins.
    ///
    /// Each future runs as a task of its own, so it must own what it uses. What it answers decides how the call goes on:
    /// `Ok` wins, an [`AttemptError`] says by its class whether another attempt may follow. A panic is a transient
    /// failure. Dropping the call's future cancels the call.
    ///
    /// # Errors
    /// A [`CallError`] with the last underlying error, the reason why no further attempt was made, and the attempts.
    pub async fn call<T, E, F, Fut>(&self, options: CallOptions<'_>, attempt: F) -> Result<T, CallError<E>>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<T, AttemptError<E>>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.call_reported(options, attempt).await.map(|(answer, _)| answer)
    }

    /// As [`Client::call`], with the story of the call beside its result.
    ///
    /// # Errors
    /// As [`Client::call`]; the error carries the story too.
    pub async fn call_reported<T, E, F, Fut>(
        &self,
        options: CallOptions<'_>,
        attempt: F,
    ) -> Result<(T, Report), CallError<E>>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<T, AttemptError<E>>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        call::run(call::begin(self.shared(), &options)?, attempt).await
    }

    /// The number of a namespace, which the configuration need not name; O(1) once known.
    ///
    /// # Errors
    /// When `capacity.namespaces` is reached.
    pub fn namespace(&self, name: &str) -> Result<Namespace, ClientError> {
        Ok(self.shared().turn(|state, _| state.names.intern_namespace(name, &mut state.core))??)
    }

    /// The number of an operation, which the configuration need not name; O(1) once known.
    ///
    /// # Errors
    /// When `capacity.operations` is reached.
    pub fn operation(&self, name: &str) -> Result<Operation, ClientError> {
        Ok(self.shared().turn(|state, _| state.names.intern_operation(name, &mut state.core))??)
    }

    /// The id of a live endpoint.
    pub fn endpoint(&self, name: &str) -> Option<EndpointId> {
        self.shared().read(|state| state.core.endpoint(name))
    }

    /// Adds, updates and removes endpoints while calls run; all or nothing.
    ///
    /// Answers the ids of those added or updated, in order. Attempts to a removed endpoint go on.
    ///
    /// # Errors
    /// When a change breaks a rule; nothing is changed then.
    pub fn topology(&self, changes: &[TopologyChange]) -> Result<Vec<EndpointId>, ClientError> {
        let changed = self.shared().turn(|state, now| -> Result<_, ConfigError> {
            let ids = state.core.handle_topology(changes, now)?;
            state.names.changed(changes, &ids);
            Ok(ids)
        });
        Ok(changed??)
    }

    /// Hands a server's signal over; `Key::Unnamed` is the unnamed default of its kind.
    ///
    /// Without a namespace the record holds for all, without an operation for all of the namespace. The verdict goes to
    /// the event sink and the counters. A name that is not known yet is introduced.
    ///
    /// # Errors
    /// When a name would exceed its capacity.
    pub fn signal(
        &self,
        namespace: Option<Key<'_, Namespace>>,
        op: Option<Key<'_, Operation>>,
        record: &Record,
    ) -> Result<(), ClientError> {
        let handed = self.shared().turn(|state, now| -> Result<_, ConfigError> {
            let namespace = match namespace {
                Some(Key::Name(name)) => Some(state.names.intern_namespace(name, &mut state.core)?),
                Some(Key::Number(number)) => Some(number),
                Some(Key::Unnamed) => Some(Namespace::default()),
                None => None,
            };
            let operation = match op {
                Some(Key::Name(name)) => Some(state.names.intern_operation(name, &mut state.core)?),
                Some(Key::Number(number)) => Some(number),
                Some(Key::Unnamed) => Some(Operation::default()),
                None => None,
            };
            state.core.handle_signal(namespace, operation, record, now);
            Ok(())
        });
        Ok(handed??)
    }

    /// How many attempts to an endpoint are open.
    pub fn in_flight(&self, endpoint: EndpointId) -> u32 {
        self.shared().read(|state| state.core.in_flight(endpoint))
    }

    /// A copy of the core's counters.
    pub fn stats(&self) -> Stats {
        self.shared().read(|state| state.core.stats())
    }

    /// What happened to a call, decision by decision, and why; for a running one or one of the last
    /// `trace.explain_calls`.
    pub fn explain(&self, call: CallId) -> Option<Explanation> {
        self.shared().read(|state| state.core.explain(call))
    }

    /// What was recorded since it was last taken, if the configuration says `trace.enabled`: inputs and decisions.
    ///
    /// All answers, one behind the other in a file, are a trace that `hedgerow explain` and `hedgerow replay` read, and
    /// [`hedgerow::trace::Trace::from_bytes`]. When `trace.buffer` records wait, recording ends; what is not recorded is
    /// counted in the statistics. It holds the seed, and is as secret. Also after [`Client::close`].
    pub fn take_trace(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.shared().read(|state| state.core.poll_trace_bytes(&mut bytes));
        bytes
    }

    /// Tells of a time in which this process did not run; late timers are noticed without it.
    ///
    /// # Errors
    /// When the client broke.
    pub fn stalled(&self, report: StallReport) -> Result<(), Stopped> {
        self.shared().turn(|state, now| state.core.handle_stall(report, now))
    }

    /// Takes a reading of a server's wall clock, by which `token.clock` `estimated` mints.
    ///
    /// Its times are those of [`Client::now`]: read it when the request is sent and when its answer comes.
    ///
    /// # Errors
    /// When the client broke.
    pub fn clock_sample(&self, sample: ClockSample) -> Result<(), Stopped> {
        self.shared().turn(|state, now| state.core.handle_clock(sample, now))
    }

    /// Takes a lease of timestamps, from which `token.tier` `regional` mints; it replaces the rest of the one before.
    ///
    /// # Errors
    /// When the client broke.
    pub fn lease(&self, lease: Lease) -> Result<(), Stopped> {
        self.shared().turn(|state, now| state.core.handle_lease(lease, now))
    }

    /// What this client has learned until now, for [`Builder::restore`]: a document that serde writes in any form.
    ///
    /// Averages, records of servers, budgets, limits, health and ejections, counters; never calls, nor what would let a
    /// token be minted twice.
    pub fn snapshot(&self) -> Document {
        self.shared().read(|state| state.core.snapshot(self.now()))
    }

    /// What the host itself did with its one timer.
    pub fn host_stats(&self) -> HostStats {
        self.shared().host_stats()
    }

    /// The client's own time, in which deadlines, events and traces speak.
    pub fn now(&self) -> Instant {
        self.shared().clock.now()
    }

    /// Admits no further call and waits until the running ones have ended.
    ///
    /// With a `limit`, calls that are still undecided when it has passed fail with `shutdown`. The drain goes on when
    /// the future is dropped.
    pub async fn drain(&self, limit: Option<std::time::Duration>) {
        let mut idle = std::pin::pin!(self.shared().idle.notified());
        idle.as_mut().enable();
        let begun = self.shared().turn(|state, now| {
            state.draining = true;
            let limit = limit.map(|limit| now + Duration::from_micros(micros(limit)));
            state.core.drain(limit, now);
        });
        while begun.is_ok() && !self.is_idle() {
            idle.as_mut().await;
            idle.set(self.shared().idle.notified());
            idle.as_mut().enable();
        }
    }

    /// Whether no call is undecided and no attempt is open.
    pub fn is_idle(&self) -> bool {
        self.shared().read(|state| state.core.is_idle())
    }

    /// Ends the client: running calls fail with `shutdown`, later ones with `closed`.
    pub fn close(&self) {
        let _ = self.shared().turn(|state, now| {
            state.core.drain(Some(now), now);
            state.stopped.get_or_insert(Stopped::Closed);
        });
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.0
    }
}
