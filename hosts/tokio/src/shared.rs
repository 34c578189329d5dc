//! The shared state of a client: the core behind one lock, and the turn in which everything happens.
//!
//! A turn reads the clock once, hands one input to the core, drains its actions into the mailboxes of the calls they
//! concern, and only after the lock is released wakes tasks and calls the event sink. So the core is never re-entered
//! from inside an action and no foreign code runs under the lock. A panic inside a turn would leave a core whose state
//! means nothing: it stops the client, every waiting call hears of it, and no lock stays poisoned.

use crate::{
    clock::Running,
    event::{Event, Sink},
    host_stats::{Counters, HostStats},
    mailbox::Mailboxes,
    misuse::Stopped,
    names::Names,
};
use hedgerow::{Client as Core, Duration, Instant, client::action::StallReport};
use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
    task::Waker,
};
use tokio::{runtime::Handle, sync::Notify};

/// One client's state, shared by its handles, its driver and its attempts.
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) clock: Running,
    pub(crate) runtime: Handle,
    pub(crate) late_tolerance: Duration,
    /// Tells the driver that an earlier deadline exists, or that it may end.
    pub(crate) wake: Notify,
    /// Tells drainers that the core is idle.
    pub(crate) idle: Notify,
    pub(crate) counters: Counters,
    sink: Sink,
}

/// What is behind the lock.
pub(crate) struct State {
    pub(crate) core: Core,
    pub(crate) names: Names,
    pub(crate) mail: Mailboxes,
    /// What the host's timer is set to, or is about to be.
    pub(crate) armed: Option<Promise>,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) draining: bool,
    /// What to do once the lock is released.
    pub(crate) after: After,
}

/// A wake-up promised to the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    /// The deadline, which may be a lower bound and lie in the past.
    pub(crate) at: Instant,
    /// The earliest time at which it could have been kept; later than this is late.
    ///
    /// Fixed when the deadline came up, not when the driver hears of it: a thread that stops in between is late too.
    pub(crate) due: Instant,
}

/// Effects that must not happen under the lock.
#[derive(Default)]
pub(crate) struct After {
    pub(crate) wakers: Vec<Waker>,
    pub(crate) aborts: Vec<Arc<Notify>>,
    drive: bool,
    idle: bool,
}

/// What the driver does next.
pub(crate) enum Plan {
    /// Wait for the deadline, or for an earlier one.
    Wait(Option<Promise>),
    /// The client is closed and nothing is open any more.
    End,
}

impl Shared {
    pub(crate) fn new(
        core: Core,
        names: Names,
        mail: Mailboxes,
        clock: Running,
        runtime: Handle,
        sink: Sink,
    ) -> Arc<Self> {
        Arc::new(Self {
            late_tolerance: core.late_tolerance(),
            clock,
            runtime,
            wake: Notify::new(),
            idle: Notify::new(),
            counters: Counters::default(),
            sink,
            state: Mutex::new(State {
                core,
                names,
                mail,
                armed: None,
                stopped: None,
                draining: false,
                after: After::default(),
            }),
        })
    }

    /// Hands one input to the core and performs what follows from it.
    pub(crate) fn turn<R>(&self, input: impl FnOnce(&mut State, Instant) -> R) -> Result<R, Stopped> {
        let (answer, after) = {
            let mut state = self.lock();
            if state.stopped == Some(Stopped::Poisoned) {
                return Err(Stopped::Poisoned);
            }
            let now = self.clock.now();
            let turned = catch_unwind(AssertUnwindSafe(|| {
                let answer = input(&mut state, now);
                state.route(now, &self.sink);
                answer
            }));
            let answer = turned.map_err(|_| {
                state.stop(Stopped::Poisoned);
                Stopped::Poisoned
            });
            (answer, std::mem::take(&mut state.after))
        };
        self.perform(after);
        answer
    }

    /// Lets timers act whose time has come. Early is harmless.
    pub(crate) fn tick(&self) {
        let _ = self.turn(|state, now| {
            if state.core.poll_timeout().is_some_and(|wake| wake.at <= now) {
                state.core.handle_timeout(now);
            }
            state.abort_orphans(now);
        });
    }

    /// Tells the core that this process did not run in an interval, if that is longer than what counts.
    ///
    /// A late timeout would tell as well, but the results that come first may take its deadline away; what is told
    /// twice counts once.
    pub(crate) fn stalled(&self, from: Instant, to: Instant) {
        let _ = self.turn(|state, now| {
            if to.since(from) > state.core.config().stall.slack {
                state.core.handle_stall(StallReport::Paused { from, to }, now);
            }
        });
    }

    /// The earliest deadline of the core.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        let state = self.lock();
        if state.stopped == Some(Stopped::Poisoned) {
            None
        } else {
            state.core.poll_timeout().map(|wake| wake.at)
        }
    }

    /// Takes down that the host's timer fired and is not set any more; answers when that was.
    pub(crate) fn fired(&self) -> Instant {
        self.counters.fires.fetch_add(1, Relaxed);
        let mut state = self.lock();
        state.armed = None;
        self.clock.now()
    }

    /// Decides what the driver does next.
    pub(crate) fn plan(&self) -> Plan {
        let mut state = self.lock();
        let over = match state.stopped {
            Some(Stopped::Poisoned) => true,
            Some(Stopped::Closed) => state.core.is_idle(),
            None => false,
        };
        if over {
            return Plan::End;
        }
        state.promise(self.clock.now());
        Plan::Wait(state.armed)
    }

    /// Ends the client: waiting calls hear of it, later ones are refused.
    pub(crate) fn stop(&self, stopped: Stopped) {
        let after = {
            let mut state = self.lock();
            state.stop(stopped);
            std::mem::take(&mut state.after)
        };
        self.perform(after);
    }

    /// Reads the state between turns.
    pub(crate) fn read<R>(&self, question: impl FnOnce(&mut State) -> R) -> R {
        question(&mut self.lock())
    }

    pub(crate) fn host_stats(&self) -> HostStats {
        let real = matches!(self.clock, Running::Tokio { .. });
        HostStats {
            active_timers: u32::from(real && self.lock().armed.is_some()),
            timer_arms: self.counters.arms.load(Relaxed),
            timer_fires: self.counters.fires.load(Relaxed),
            late_fires: self.counters.late.load(Relaxed),
        }
    }

    fn perform(&self, after: After) {
        after.wakers.into_iter().for_each(Waker::wake);
        after.aborts.iter().for_each(|abort| abort.notify_one());
        if after.drive {
            self.wake.notify_one();
        }
        if after.idle {
            self.idle.notify_waiters();
        }
        self.sink.deliver();
    }

    // A turn catches panics, so the lock is poisoned only by a panic elsewhere under it, which changes nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("clock", &self.clock)
            .field("sink", &self.sink)
            .finish_non_exhaustive()
    }
}

impl State {
    /// Drains the core's actions and notes until there are none.
    fn route(&mut self, now: Instant, sink: &Sink) {
        let mut unsent = VecDeque::new();
        loop {
            while let Some(action) = self.core.poll_action() {
                sink.push(Event::Action(now, action));
                self.mail.deliver(action, now, &self.names, &mut unsent, &mut self.after);
            }
            // An attempt that was withdrawn before it was sent has ended already.
            let Some(attempt) = unsent.pop_front() else { break };
            self.core.handle_cancelled(attempt, now);
        }
        while let Some(note) = self.core.poll_note() {
            sink.push(Event::Note(note));
        }
        self.after.drive |= self.promise(now) || (self.stopped.is_some() && self.core.is_idle());
        self.after.idle |= self.draining && self.core.is_idle();
    }

    /// Takes the core's earliest deadline up; answers whether the host's timer must be set anew for it.
    fn promise(&mut self, now: Instant) -> bool {
        let Some(at) = self.core.poll_timeout().map(|wake| wake.at) else { return false };
        let earlier = self.armed.is_none_or(|armed| at < armed.at);
        if earlier {
            self.armed = Some(Promise { at, due: at.max(now) });
        }
        earlier
    }

    fn abort_orphans(&mut self, now: Instant) {
        self.mail.abort_orphans(now, &mut self.after);
    }

    fn stop(&mut self, stopped: Stopped) {
        // A broken client stays broken.
        if self.stopped != Some(Stopped::Poisoned) {
            self.stopped = Some(stopped);
        }
        self.mail.stop_all(stopped, &mut self.after);
        self.after.drive = true;
        self.after.idle = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        CallOptions, ErrorKind,
        misuse::{ClientError, Stopped},
        testing::{self, Script},
    };
    use hedgerow::Config;

    #[tokio::test]
    async fn a_panic_of_the_core_ends_waiting_calls_and_refuses_later_ones() {
        let (client, clock) = testing::client(Config::default(), &["a"]).unwrap();
        let script = Script::new(&clock, []);
        let call = tokio::spawn({
            let (client, transport) = (client.clone(), script.transport());
            async move { client.call(CallOptions::default(), transport).await }
        });
        clock.settle().await;
        assert_eq!(script.open(), 1);
        let turned = client.shared().turn(|_, _| panic!("what the core never does"));
        assert_eq!(turned, Err::<(), _>(Stopped::Poisoned));
        let error = call.await.unwrap().unwrap_err();
        assert_eq!((error.code(), error.kind()), ("poisoned", ErrorKind::State));
        assert_eq!(client.topology(&[]), Err(ClientError::Stopped(Stopped::Poisoned)));
        let error = client.call(CallOptions::default(), script.transport()).await.unwrap_err();
        assert_eq!(error.code(), "poisoned");
        clock.advance(std::time::Duration::from_mins(1)).await;
        assert_eq!(script.open(), 0);
        client.drain(None).await;
        client.close();
    }
}
